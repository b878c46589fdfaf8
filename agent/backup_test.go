package agent

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"bellhop/backup"
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

// The job's backup leaves the box; one that a person must look after is told of, and
// one that the network was in the way of is tried again.
func TestNightlyBackupLeavesTheBox(t *testing.T) {
	atDesk(t, nil, func(d *desk) {
		dir := filepath.Dir(d.c.Store.Path)
		usb := filepath.Join(dir, "usb")
		m := &backup.Maker{
			To: backup.Destination{To: usb}, Zone: time.UTC, Rule: backup.Rule{Daily: 7},
			Items: func() ([]backup.Item, error) { return nil, nil },
			Look: func(path string) (backup.Database, error) {
				st, err := store.Look(path)
				return backup.Database{ID: st.ID, Events: st.Events, LastID: st.LastID, Last: st.LastTime}, err
			},
			Work: filepath.Join(dir, "backups", "making"), Record: BackupRecord(d.c.Store.Path), Now: d.now,
		}
		d.backups.maker = func() (*backup.Maker, error) { return m, nil }
		made := func() int {
			all, err := filepath.Glob(filepath.Join(usb, "bellhop-*.tar.gz"))
			if err != nil {
				t.Fatal(err)
			}
			return len(all)
		}
		night := func(wait time.Duration) {
			d.t.Helper()
			if _, err := d.RunJob(d.t.Context(), "nightly-backup"); err != nil {
				d.t.Fatal(err)
			}
			d.rest(wait)
		}
		night(time.Minute)
		if st := d.Status(); made() != 1 || st.Backup == nil || st.Backup.To != usb {
			t.Fatalf("%d backups; %+v", made(), st.Backup)
		}
		d.alerted()

		var back atomic.Bool
		var tries atomic.Int64
		m.To = backup.Destination{To: "ftp://box@192.0.2.9/harbour", Dial: func(context.Context, string, string) (net.Conn, error) {
			if tries.Add(1); back.Load() {
				m.To = backup.Destination{To: usb} // for the next try
			}
			return nil, errors.New("no route to host")
		}}
		night(8 * time.Minute)
		first := NewestBackup(d.c.Store.Path)
		if first.Error == "" || tries.Load() < 3 {
			t.Fatalf("%+v after %d tries", first, tries.Load())
		}
		back.Store(true)
		d.rest(5 * time.Minute)
		if f := NewestBackup(d.c.Store.Path); f.Error != "" || !f.Made.After(first.Made) || made() != 1 {
			t.Errorf("when the network is back: %+v, and %d backups of the day", f, made())
		}
		d.alerted()

		m.To = backup.Destination{To: filepath.Join(dir, "stick"), Mounted: true}
		night(time.Minute)
		d.alerted(hotel.AlertBackup)
		if f := NewestBackup(d.c.Store.Path); f.Error == "" || !f.Failed.After(f.Made) {
			t.Errorf("remembered %+v", f)
		}
	})
}

// What a person orders is made beside all else, and its end is told.
func TestBackupsOnOrder(t *testing.T) {
	atDesk(t, nil, func(d *desk) {
		if d.Backup().Ordered != 0 {
			t.Error("something was ordered")
		}
		for n := uint64(1); n <= 2; n++ {
			if got, err := d.OrderBackup("/nowhere"); err != nil || got != n {
				t.Fatalf("order %d: %v", got, err)
			}
		}
		d.rest(time.Minute)
		if st := d.Backup(); st.Done != 2 || st.Made != nil || st.Error == "" {
			t.Errorf("with no maker: %+v", st)
		}
		hold := d.backups
		hold.one <- struct{}{} // another one takes long
		for range mostOrders + 1 {
			_, _ = d.OrderBackup("")
		}
		d.rest(time.Second)
		for range mostOrders {
			_, _ = d.OrderBackup("")
		}
		if _, err := d.OrderBackup(""); err == nil {
			t.Error("orders have no bound")
		}
		<-hold.one
		d.rest(time.Minute)
		if st := d.Backup(); st.Done != st.Ordered {
			t.Errorf("then %+v", st)
		}
	})
}
