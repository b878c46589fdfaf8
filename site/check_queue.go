package site

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"bellhop/hotel"
)

const (
	checkFile   = "store.file"
	checkQueue  = "queue"
	checkParked = "parked"
	checkPins   = "pins"
	// Calls wait seconds as a rule; after a day somebody would have noticed.
	queueLate = time.Hour
	queueOld  = 24 * time.Hour
)

// Database is the store's file.
type Database struct {
	Size, Free int64 // bytes; Free is the part of it that holds nothing, -1: not known
	Events     uint64
	// Checked is when each of its pages was read, at the start. Damaged is where
	// it was moved when that found one that made no sense; empty: none did.
	Checked  time.Time
	Damaged  string
	Salvaged int // events that were taken over from it
}

// Waiting is the oldest call that waits for a destination and could have gone.
type Waiting struct {
	To    string
	Since time.Time
	Op    string
	Room  string
	// Nobody: nothing is configured that sends there.
	Nobody bool
}

// Pin is what a person agreed to: a certificate or host key.
type Pin struct {
	Name string // pbx, install or mail
	At   time.Time
}

// file: is the database sound, and how large is it?
func (f *Facts) file() Finding {
	d := f.Database
	switch {
	case d == nil && f.StoreError != "":
		return find(checkFile, Unknown, "unmeasured", "error", f.StoreError)
	case d == nil:
		return find(checkFile, Unknown, "none")
	}
	most, _ := f.Config.Store.MaxBytes() // the config is checked
	params := []string{
		"size", amount(d.Size), "free", amount(max(0, d.Free)), "events", strconv.FormatUint(d.Events, 10), "most", amount(most),
		"at", f.at(d.Checked), "file", orNone(d.Damaged), "salvaged", strconv.Itoa(d.Salvaged),
	}
	switch {
	case d.Damaged != "":
		return find(checkFile, Warning, "salvaged", params...)
	case d.Free < 0:
		return find(checkFile, OK, "closed", params...)
	case most > 0 && d.Size-d.Free > 2*most:
		return find(checkFile, Warning, "large", params...)
	}
	return find(checkFile, OK, "ok", params...)
}

// queue: does what is to be done outside get done?
func (f *Facts) queue() Finding {
	if f.QueueError != "" {
		return find(checkQueue, Unknown, "unmeasured", "error", f.QueueError)
	}
	if f.Database == nil {
		return find(checkQueue, Unknown, "no-agent")
	}
	if i := slices.IndexFunc(f.Queue, func(w Waiting) bool { return w.Nobody }); i >= 0 {
		return find(checkQueue, Failed, "nobody", "to", f.Queue[i].To, "since", f.at(f.Queue[i].Since))
	}
	if len(f.Queue) == 0 {
		return find(checkQueue, OK, "empty")
	}
	oldest := slices.MinFunc(f.Queue, func(x, y Waiting) int { return x.Since.Compare(y.Since) })
	age := f.Now.Sub(oldest.Since)
	var all []string
	for _, w := range f.Queue {
		all = append(all, destination(w.To)+" "+max(0, f.Now.Sub(w.Since)).Round(time.Second).String())
	}
	params := []string{
		"to", destination(oldest.To), "op", orNone(oldest.Op), "room", orNone(oldest.Room), "since", f.at(oldest.Since),
		"ago", age.Round(time.Second).String(), "all", names(all),
	}
	switch {
	case age > queueOld:
		return find(checkQueue, Failed, "late", params...)
	case age > queueLate:
		return find(checkQueue, Warning, "late", params...)
	}
	return find(checkQueue, OK, "ok", params...)
}

// destination names where a call goes, for people.
func destination(to string) string {
	if receiver, relayed := hotel.RelayAddress(to); relayed {
		return receiver
	}
	return to
}

// parked: does something wait for a person?
func (f *Facts) parked() Finding {
	if f.Database == nil {
		return find(checkParked, Unknown, "no-agent")
	}
	params := []string{"units", strconv.Itoa(f.ParkedUnits), "calls", strconv.FormatUint(f.ParkedCalls, 10)}
	if f.ParkedUnits > 0 || f.ParkedCalls > 0 {
		return find(checkParked, Warning, "some", params...)
	}
	return find(checkParked, OK, "ok")
}

// pins: has a person agreed to each server that must be known by what it shows?
func (f *Facts) pins() Finding {
	var missing []string
	for name, address := range map[string]string{"pbx": f.Config.PBX.URL, "install": f.Config.Install.URL} {
		scheme, _, _ := strings.Cut(address, ":")
		needed := slices.Contains([]string{"https", "sftp", "ftps"}, scheme) && (name != "pbx" || f.Config.PBX.Driver != "none")
		if needed && !slices.ContainsFunc(f.Pins, func(p Pin) bool { return p.Name == name }) {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		slices.Sort(missing)
		return find(checkPins, Warning, "missing", "names", names(missing), "first", missing[0])
	}
	if len(f.Pins) == 0 {
		return find(checkPins, Skipped, "none")
	}
	slices.SortFunc(f.Pins, func(x, y Pin) int { return cmp.Compare(x.Name, y.Name) })
	var all []string
	for _, p := range f.Pins {
		all = append(all, p.Name+" ("+p.At.In(f.Zone).Format(time.DateOnly)+")")
	}
	return find(checkPins, OK, "ok", "names", names(all))
}
