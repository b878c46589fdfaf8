package agent

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"bellhop/hotel"
	"bellhop/store"
)

// The job copies the database, keeps the newest copies and touches nothing else in
// their folder; one that cannot be made is told of.
func TestNightlyBackup(t *testing.T) {
	atDesk(t, nil, func(d *desk) {
		folder := filepath.Join(filepath.Dir(d.c.Store.Path), "backups")
		copies := func() []string {
			list, err := filepath.Glob(filepath.Join(folder, backupPattern))
			if err != nil {
				t.Fatal(err)
			}
			return list
		}
		night := func() {
			d.t.Helper()
			if _, err := d.RunJob(d.t.Context(), "nightly-backup"); err != nil {
				d.t.Fatal(err)
			}
			d.rest(time.Minute)
		}
		night()
		first := copies()
		own, part := filepath.Join(folder, "bellhop-old.db"), filepath.Join(folder, "bellhop-20261101-020000.db.part")
		for _, path := range []string{own, part} {
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for range 3 {
			night()
		}
		all := copies()
		if len(first) != 1 || len(all) != 3 || all[0] == first[0] {
			t.Fatalf("copies %q, the first night's %q", all, first)
		}
		if _, err := os.Stat(own); err != nil {
			t.Error("a file of somebody else is gone")
		}
		if _, err := os.Stat(part); err == nil {
			t.Error("a part of a copy stays")
		}
		s, err := store.Open(store.Options{Path: all[2], Now: d.now})
		if err != nil {
			t.Fatal(err)
		}
		if rooms := list[hotel.Room](s.Snapshot(), hotel.PrefixRoom); len(rooms) != 10 {
			t.Errorf("the copy has %d rooms", len(rooms))
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		d.alerted()
		if err := os.RemoveAll(folder); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(folder, nil, 0o600); err != nil { // no folder can be made there
			t.Fatal(err)
		}
		night()
		d.alerted(hotel.AlertBackup)
		if parked, err := d.store.Calls(store.ListParked, 10); err != nil || len(parked) > 0 {
			t.Errorf("parked %v, %v", parked, err)
		}
	})
}
