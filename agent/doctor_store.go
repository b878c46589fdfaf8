package agent

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"bellhop/config"
	"bellhop/hotel"
	"bellhop/site"
	"bellhop/store"
)

// manyLanes bounds how many lanes of the queue are looked at: a hotel has a few
// for each room.
const manyLanes = 20_000

// StoreFacts reads what the checks of the store go by, also of one that is open
// for reading alone. opened is when that was.
func StoreFacts(f *site.Facts, s *store.Store, opened time.Time) {
	status := s.Status()
	size, free := s.Waste()
	f.Database = &site.Database{Size: size, Free: free, Events: status.Events, Checked: opened, Salvaged: s.Salvaged}
	if s.Damaged != "" {
		f.Database.Damaged = filepath.Base(s.Damaged)
	}
	view := s.Snapshot()
	f.Rooms = list[hotel.Room](view, hotel.PrefixRoom)
	f.Confirmed, _ = hotel.OccupancyConfirmed(view)
	f.ParkedUnits, f.ParkedCalls = count(view, hotel.PrefixParkedUnit), status.Parked
	var err error
	if f.Queue, err = oldest(s); err != nil {
		f.QueueError = err.Error()
	}
}

// oldest gives the oldest call of each destination that could have gone.
func oldest(s *store.Store) ([]site.Waiting, error) {
	lanes, err := s.Lanes()
	if err != nil {
		return nil, fmt.Errorf("read the queue: %w", err)
	}
	var all []site.Waiting
	for _, lane := range lanes[:min(manyLanes, len(lanes))] {
		call, found, err := s.Head(lane, 0)
		if err != nil {
			return nil, fmt.Errorf("read the queue: %w", err)
		}
		if !found {
			continue // it has gone meanwhile
		}
		w := site.Waiting{To: lane.To, Since: call.Queued, Op: call.Op, Room: call.Room}
		if call.NotBefore.After(w.Since) {
			w.Since = call.NotBefore
		}
		i := slices.IndexFunc(all, func(other site.Waiting) bool { return other.To == w.To })
		switch {
		case i < 0:
			all = append(all, w)
		case w.Since.Before(all[i].Since):
			all[i] = w
		}
	}
	slices.SortFunc(all, func(x, y site.Waiting) int { return strings.Compare(x.To, y.To) })
	return all, nil
}

// PinFacts reads what a person has agreed to: the files in the folder pins
// beside the store, by their times. What cannot be read is not there.
func PinFacts(f *site.Facts, c config.Config) {
	entries, err := os.ReadDir(filepath.Join(filepath.Dir(c.Store.Path), "pins"))
	if err != nil {
		return
	}
	for _, name := range []string{"pbx", "install", "mail"} {
		i := slices.IndexFunc(entries, func(e os.DirEntry) bool { return e.Name() == name })
		if i < 0 {
			continue
		}
		if info, err := entries[i].Info(); err == nil {
			f.Pins = append(f.Pins, site.Pin{Name: name, At: info.ModTime()})
		}
	}
}
