package site

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"bellhop/box"
	"bellhop/config"
)

const (
	checkDisk   = "box.disk"
	checkSync   = "box.sync"
	checkWear   = "box.wear"
	checkMemory = "box.memory"
	checkPorts  = "box.ports"

	megabyte = 1 << 20
	// diskFull is what the store keeps free when it writes itself anew.
	diskFull = 32 * megabyte
	// A report is acknowledged after one sync, a commit takes two; a PBX that
	// waits for seconds sends again.
	syncSlow = 250 * time.Millisecond
	syncLame = 2 * time.Second
	// memoryShort is what the system needs for itself; memoryGrown is beyond what
	// the agent takes under full load.
	memoryShort = 32 * megabyte
	memoryGrown = 120 * megabyte

	// wearTurns and wearSpread are assumed of a card: each of its cells can be
	// written so often, and the card writes so many bytes for each of ours, as
	// its blocks are larger than our pages.
	wearTurns  = 300
	wearSpread = 10
	wearSoon   = 3 // years
	wearNow    = 1
	wearMost   = 50        // more is told as that
	wearFrom   = time.Hour // of watching
	oneYear    = 365 * oneDay
	oneDay     = 24 * time.Hour
)

// Box is how the computer fares. What is nil was not measured; Errors says why,
// by the name of the check. Stuck are the checks whose measure did not come to
// an end in time.
type Box struct {
	Disk   *box.Disk
	Syncs  *box.Syncs
	Wear   *box.Wear // of the whole disk, whatever program wrote
	Memory *box.Memory
	Usage  *box.Usage // of the agent
	// Ports are those that the agent listens on. Taken are those that it would
	// listen on, if it ran, and that another program has.
	Ports []box.Port
	Taken []string
	// Simulated are addresses in the agent's program that are not the agent's: a
	// demo's PBX and management system.
	Simulated []string

	Errors map[string]string
	Stuck  map[string]bool
}

// unmeasured answers a check for which there is no measure.
func (f *Facts) unmeasured(check string, measured bool) (Finding, bool) {
	if measured {
		return Finding{}, false
	}
	return find(check, Unknown, "unmeasured", "error", orNone(f.Box.Errors[check])), true
}

// disk: is there room?
func (f *Facts) disk() Finding {
	d := f.Box.Disk
	if finding, is := f.unmeasured(checkDisk, d != nil); is {
		return finding
	}
	most, _ := f.Config.Store.MaxBytes() // the config is checked
	params := []string{"free", amount(d.Free), "size", amount(d.Size), "want", amount(most), "path", f.Config.Store.Path}
	switch {
	case d.ReadOnly:
		return find(checkDisk, Failed, "read-only", params...)
	case d.Files == 0:
		return find(checkDisk, Failed, "files", params...)
	case d.Free < diskFull:
		return find(checkDisk, Failed, "full", params...)
	case d.Volatile:
		return find(checkDisk, Warning, "volatile", params...)
	case d.Free < most:
		return find(checkDisk, Warning, "short", params...)
	}
	return find(checkDisk, OK, "ok", params...)
}

// syncs: how long does it take to keep something?
func (f *Facts) syncs() Finding {
	s := f.Box.Syncs
	switch {
	case f.Box.Stuck[checkSync]:
		return find(checkSync, Failed, "stuck", "limit", f.Box.Errors[checkSync])
	case s == nil:
		finding, _ := f.unmeasured(checkSync, false)
		return finding
	}
	params := []string{"times", strconv.Itoa(s.Times), "median", short(s.Median), "longest", short(s.Longest)}
	switch {
	case s.Median > syncLame:
		return find(checkSync, Failed, "lame", params...)
	case s.Median > syncSlow:
		return find(checkSync, Warning, "slow", params...)
	}
	return find(checkSync, OK, "ok", params...)
}

func short(d time.Duration) string {
	if d < 10*time.Millisecond {
		return d.Round(10 * time.Microsecond).String()
	}
	return d.Round(time.Millisecond).String()
}

// wear: how long will the card take what is written on it?
func (f *Facts) wear() Finding {
	w := f.Box.Wear
	if finding, is := f.unmeasured(checkWear, w != nil); is {
		return finding
	}
	params := []string{"disk", w.Device, "size", amount(w.Size), "for", w.For.Round(time.Minute).String()}
	if w.For < wearFrom {
		return find(checkWear, Unknown, "early", params...)
	}
	daily := int64(float64(w.Written) * float64(oneDay) / float64(w.For))
	params = append(params, "daily", amount(daily), "turns", strconv.Itoa(wearTurns), "spread", strconv.Itoa(wearSpread))
	if w.Turns {
		return find(checkWear, OK, "turns", params...)
	}
	years := wearMost + 1.0
	if daily > 0 {
		years = float64(w.Size) * wearTurns / wearSpread / float64(daily) / (float64(oneYear) / float64(oneDay))
	}
	if years > wearMost {
		return find(checkWear, OK, "long", append(params, "years", strconv.Itoa(wearMost))...)
	}
	params = append(params, "years", strconv.FormatFloat(years, 'f', 1, 64))
	switch {
	case years < wearNow:
		return find(checkWear, Failed, "soon", params...)
	case years < wearSoon:
		return find(checkWear, Warning, "soon", params...)
	}
	return find(checkWear, OK, "ok", params...)
}

// memory: is there enough of it, and does the agent keep to its share?
func (f *Facts) memory() Finding {
	m := f.Box.Memory
	if finding, is := f.unmeasured(checkMemory, m != nil); is {
		return finding
	}
	params := []string{"available", amount(m.Available), "total", amount(m.Total)}
	own := int64(0)
	if f.Running && f.Box.Usage != nil {
		own = f.Box.Usage.Anonymous
	}
	params = append(params, "own", amount(own))
	switch {
	case m.Available < memoryShort:
		return find(checkMemory, Warning, "short", params...)
	case own > memoryGrown:
		return find(checkMemory, Warning, "grown", params...)
	case own == 0:
		return find(checkMemory, OK, "box", params...)
	}
	return find(checkMemory, OK, "ok", params...)
}

// ports: does the agent listen where it is to, and nowhere else?
func (f *Facts) ports() Finding {
	wanted := listens(f.Config)
	if !f.Running {
		if len(f.Box.Taken) > 0 {
			return find(checkPorts, Failed, "taken", "ports", names(f.Box.Taken))
		}
		return find(checkPorts, OK, "free", "ports", orNone(names(wanted)))
	}
	if finding, is := f.unmeasured(checkPorts, f.Box.Ports != nil); is {
		return finding
	}
	var found, other, missing, simulated []string
	for _, p := range f.Box.Ports {
		if slices.Contains(f.Box.Simulated, p.AddrPort.String()) {
			simulated = append(simulated, p.String())
			continue
		}
		found = append(found, p.String())
		if !slices.ContainsFunc(wanted, func(w string) bool { return p.Network == "tcp" && isThere(w, p.AddrPort) }) {
			other = append(other, p.String())
		}
	}
	for _, w := range wanted {
		if !slices.ContainsFunc(f.Box.Ports, func(p box.Port) bool { return p.Network == "tcp" && isThere(w, p.AddrPort) }) {
			missing = append(missing, w)
		}
	}
	switch {
	case len(missing) > 0:
		return find(checkPorts, Failed, "missing", "missing", names(missing), "ports", orNone(names(found)))
	case len(other) > 0:
		return find(checkPorts, Warning, "other", "other", names(other), "ports", names(found))
	case len(simulated) > 0:
		return find(checkPorts, OK, "demo", "ports", orNone(names(found)), "simulated", names(simulated))
	}
	return find(checkPorts, OK, "ok", "ports", orNone(names(found)))
}

// Listens are the addresses on which an agent of a config listens over TCP.
func Listens(c config.Config) []string { return listens(c) }

func listens(c config.Config) (all []string) {
	if c.PBX.Driver != "none" && c.PBX.Events == "http" {
		all = append(all, c.PBX.EventListen)
	}
	if c.API.Listen != "" {
		all = append(all, c.API.Listen)
	}
	return all
}

// isThere tells whether a port that is open is the one that a config names. A
// name of a host may be any address.
func isThere(wanted string, found netip.AddrPort) bool {
	host, port, err := net.SplitHostPort(wanted)
	if err != nil || port != "0" && port != strconv.Itoa(int(found.Port())) {
		return false
	}
	addr, err := netip.ParseAddr(host)
	switch {
	case host == "", err == nil && addr.IsUnspecified():
		return found.Addr().IsUnspecified()
	case err != nil:
		return true
	}
	return addr.Unmap() == found.Addr()
}

// amount writes bytes for people.
func amount(n int64) string {
	units := []string{"B", "kB", "MB", "GB", "TB"}
	value := float64(n)
	for value >= 1000 && len(units) > 1 {
		value, units = value/1000, units[1:]
	}
	text := strconv.FormatFloat(value, 'f', 1, 64)
	return fmt.Sprintf("%s %s", strings.TrimSuffix(text, ".0"), units[0])
}
