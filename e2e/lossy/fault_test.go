package lossy

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestFaultsStrikeWhatTheyAreMeantFor tries every kind of operation under each
// kind of fault.
func TestFaultsStrikeWhatTheyAreMeantFor(t *testing.T) {
	d := New()
	folder := d.Mount(t)
	file := filepath.Join(folder, "file")
	f := create(t, file, []byte("text"))
	operations := []struct {
		name string
		op   Op
		do   func() error
	}{
		{"write", Writes, func() error { _, err := f.WriteAt([]byte("more"), 0); return err }},
		{"fsync", Syncs, f.Sync},
		{"fdatasync", Syncs, func() error { return syscall.Fdatasync(int(f.Fd())) }},
		{"sync of a folder", Syncs, func() error {
			at, err := os.Open(folder)
			if err != nil {
				return err
			}
			return errors.Join(at.Sync(), at.Close())
		}},
		{"truncate", Truncates, func() error { return f.Truncate(2) }},
		{"fallocate", Truncates, func() error { return syscall.Fallocate(int(f.Fd()), 0, 0, 8192) }},
		{"create", Names, func() error {
			made, err := os.OpenFile(filepath.Join(folder, "new"), os.O_CREATE|os.O_EXCL, 0o600)
			if err != nil {
				return err
			}
			return errors.Join(made.Close(), os.Remove(made.Name()))
		}},
		{"rename", Names, func() error {
			return errors.Join(os.Rename(file, file+"2"), os.Rename(file+"2", file))
		}},
		{"open to write", Opens, func() error {
			g, err := os.OpenFile(file, os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			return g.Close()
		}},
		{"read", Reads, func() error { // by a new opening: the kernel has not read it yet
			_, err := os.ReadFile(file)
			return err
		}},
		{"status", 0, func() error { _, err := os.Stat(file); return err }},
	}
	for _, fault := range []Op{Reads, Writes, Syncs, Truncates, Names, Opens, Writes | Syncs} {
		for _, o := range operations {
			must(t, o.do())
			d.Fail(Fault{Ops: fault, Err: syscall.ENXIO})
			if err := o.do(); errors.Is(err, syscall.ENXIO) != (fault&o.op != 0) {
				t.Errorf("%s, while %b fail: %v", o.name, fault, err)
			}
			d.Heal()
			must(t, o.do())
		}
	}
}

// TestFaultsNowAndThen fails each so many-th, and so often.
func TestFaultsNowAndThen(t *testing.T) {
	for _, c := range []struct {
		fault Fault
		want  string
	}{
		{Fault{}, "!!!!!!!!"},
		{Fault{Times: 2}, "!!......"},
		{Fault{Every: 3}, "..!..!.."},
		{Fault{Every: 2, Times: 3}, ".!.!.!.."},
	} {
		d := New()
		f := create(t, filepath.Join(d.Mount(t), "file"), nil)
		c.fault.Ops, c.fault.Err = Writes, syscall.ENOSPC
		d.Fail(c.fault)
		got := ""
		for range 8 {
			if _, err := f.WriteAt([]byte("x"), 0); errors.Is(err, syscall.ENOSPC) {
				got += "!"
			} else if must(t, err); true {
				got += "."
			}
		}
		if got != c.want {
			t.Errorf("%+v: writes went %s, want: %s", c.fault, got, c.want)
		}
	}
}

// TestFailedWriteWritesNothing that anybody sees, by a map either, or after a
// power cut.
func TestFailedWriteWritesNothing(t *testing.T) {
	d := New()
	file := filepath.Join(d.Mount(t), "file")
	f := create(t, file, []byte("text"))
	must(t, f.Sync())
	c := start(t, "map", file)
	if got := c.asked("0"); got != "t" {
		t.Errorf("a map shows %q", got)
	}
	d.Fail(Fault{Ops: Writes, Err: syscall.EIO})
	_, err := f.WriteAt([]byte("more"), 0)
	refused(t, "write", err, syscall.EIO)
	if got := c.asked("0"); got != "t" && d.direct {
		t.Errorf("a map shows %q of a failed write", got)
	}
	d.Heal()
	must(t, f.Sync())
	if text := read(t, file); text != "text" {
		t.Errorf("the file holds %q", text)
	}
	outage(d, 1)
	if text := read(t, file); text != "text" {
		t.Errorf("after a power cut the file holds %q", text)
	}
}

// TestFailedSyncLeavesInDoubt: a later sync that goes well means what was written
// since, and nothing older.
func TestFailedSyncLeavesInDoubt(t *testing.T) {
	d := New()
	file := filepath.Join(d.Mount(t), "file")
	seen := map[string]int{}
	for n := range tries {
		f := create(t, file, []byte("aaa"))
		must(t, f.Sync())
		put(t, f, []byte("b"), 1)
		d.Fail(Fault{Ops: Syncs, Err: syscall.EIO, Times: 1})
		refused(t, "sync", f.Sync(), syscall.EIO)
		must(t, f.Sync())
		put(t, f, []byte("c"), 2)
		must(t, f.Sync())
		outage(d, n)
		seen[read(t, file)]++
	}
	if len(seen) != 2 || seen["aac"] == 0 || seen["abc"] == 0 {
		t.Errorf("there was %v", seen)
	}
}

// TestReadOnly can be read, and no more.
func TestReadOnly(t *testing.T) {
	d := New()
	folder := d.Mount(t)
	file := filepath.Join(folder, "file")
	f := create(t, file, []byte("text"))
	d.ReadOnly()
	_, err := f.WriteAt([]byte("more"), 0)
	refused(t, "write", err, syscall.EROFS)
	refused(t, "sync", f.Sync(), syscall.EROFS)
	refused(t, "truncate", f.Truncate(0), syscall.EROFS)
	refused(t, "create", os.Mkdir(filepath.Join(folder, "new"), 0o700), syscall.EROFS)
	refused(t, "remove", os.Remove(file), syscall.EROFS)
	_, err = os.OpenFile(file, os.O_RDWR, 0)
	refused(t, "open to write", err, syscall.EROFS)
	if text := read(t, file); text != "text" {
		t.Errorf("the file holds %q", text)
	}
	d.Heal()
	put(t, f, []byte("more"), 0)
	must(t, f.Sync())
}

// TestLimit fills the disk, and makes room.
func TestLimit(t *testing.T) {
	d := New()
	d.Limit(8 * pageSize)
	folder := d.Mount(t)
	f := create(t, filepath.Join(folder, "file"), make([]byte, 5*pageSize))
	other := create(t, filepath.Join(folder, "other"), nil)
	must(t, other.Truncate(1<<30)) // takes no room
	n, err := syscall.Pwrite(int(other.Fd()), make([]byte, 4*pageSize), 100)
	if n != 3*pageSize-100 || err != nil {
		t.Errorf("of a write for which there is no room %d bytes were done: %v", n, err)
	}
	_, err = other.WriteAt(make([]byte, 1), 3*pageSize)
	refused(t, "write where there is no room", err, syscall.ENOSPC)
	refused(t, "allocate", syscall.Fallocate(int(f.Fd()), 0, 5*pageSize, 1), syscall.ENOSPC)
	put(t, f, []byte("over"), 0) // takes no more
	must(t, other.Sync())
	var st syscall.Statfs_t
	must(t, syscall.Statfs(folder, &st))
	if st.Blocks != 8 || st.Bfree != 0 || st.Bavail != 0 {
		t.Errorf("it says that of %d blocks %d are free", st.Blocks, st.Bfree)
	}
	must(t, f.Truncate(2*pageSize+1))
	put(t, other, make([]byte, 2*pageSize), 4*pageSize)
	_, err = other.WriteAt(make([]byte, 1), 8*pageSize)
	refused(t, "write to a full disk", err, syscall.ENOSPC)

	d.Limit(9 * pageSize)
	put(t, other, make([]byte, 1), 8*pageSize)
	d.Cut(seeded(1))
	d.Limit(0)
	d.PowerOn()
	must(t, os.WriteFile(filepath.Join(folder, "large"), make([]byte, 100*pageSize), 0o600))
}

// TestRemovedFileGivesItsRoomBack once nobody has it open.
func TestRemovedFileGivesItsRoomBack(t *testing.T) {
	d := New()
	d.Limit(4 * pageSize)
	folder := d.Mount(t)
	f := create(t, filepath.Join(folder, "file"), make([]byte, 4*pageSize))
	must(t, os.Remove(f.Name()))
	_, err := f.ReadAt(make([]byte, 1), pageSize)
	must(t, err)
	other := create(t, filepath.Join(folder, "other"), nil)
	_, err = other.WriteAt([]byte("x"), 0)
	refused(t, "write while the removed file is open", err, syscall.ENOSPC)
	must(t, f.Close())
	for errors.Is(err, syscall.ENOSPC) { // the kernel tells us of the closing when it comes to it
		_, err = other.WriteAt([]byte("x"), 0)
	}
	must(t, err)
}

// TestSyncTakes counts what the syncs wait, without waiting.
func TestSyncTakes(t *testing.T) {
	d := New()
	waits := make(chan time.Duration, 10)
	d.wait = func(slow time.Duration, _ <-chan struct{}) bool {
		waits <- slow
		return true
	}
	d.SyncTakes(50*time.Millisecond, time.Second, 3)
	f := create(t, filepath.Join(d.Mount(t), "file"), nil)
	for n := range 6 {
		must(t, f.Sync())
		want := 50 * time.Millisecond
		if n%3 == 2 {
			want = time.Second
		}
		if took := <-waits; took != want {
			t.Errorf("sync %d took %v, want: %v", n, took, want)
		}
	}
	d.SyncTakes(0, 0, 0)
	must(t, f.Sync())
	if len(waits) != 0 {
		t.Error("a sync of a quick disk waited")
	}
}

// TestCutEndsSlowSync which is not done then, and what is written meanwhile is
// not in it.
func TestCutEndsSlowSync(t *testing.T) {
	d := New()
	began := make(chan struct{}, 1)
	d.wait = func(_ time.Duration, broken <-chan struct{}) bool {
		began <- struct{}{}
		<-broken
		return false
	}
	folder := d.Mount(t)
	file := filepath.Join(folder, "file")
	seen := map[string]int{}
	for n := range tries {
		empty(t, folder)
		f := create(t, file, []byte("aaa"))
		must(t, f.Sync())
		put(t, f, []byte("b"), 1)
		d.SyncTakes(time.Hour, 0, 0)
		done := make(chan error)
		go func() { done <- f.Sync() }()
		<-began
		d.Cut(seeded(n))
		refused(t, "sync when the power goes", <-done, syscall.EIO)
		d.SyncTakes(0, 0, 0)
		d.PowerOn()
		seen[read(t, file)]++
	}
	if len(seen) != 2 || seen["aaa"] == 0 || seen["aba"] == 0 {
		t.Errorf("there was %v", seen)
	}
}

// TestSyncMeansWhatWasBefore and not what was written while it was under way.
func TestSyncMeansWhatWasBefore(t *testing.T) {
	d := New()
	began, goOn := make(chan struct{}), make(chan struct{})
	d.wait = func(time.Duration, <-chan struct{}) bool {
		began <- struct{}{}
		<-goOn
		return true
	}
	folder := d.Mount(t)
	file := filepath.Join(folder, "file")
	seen := map[string]int{}
	for n := range tries {
		empty(t, folder)
		f := create(t, file, []byte("aaa"))
		d.SyncTakes(1, 0, 0)
		done := make(chan error)
		go func() { done <- f.Sync() }()
		<-began
		// By another way than the file, on which the kernel holds a lock meanwhile.
		d.mu.Lock()
		id := d.nodes[rootID].names["file"].id
		d.mu.Unlock()
		if _, err := d.write(id, 1, []byte("b")); err != 0 {
			t.Fatal(err)
		}
		goOn <- struct{}{}
		must(t, <-done)
		d.SyncTakes(0, 0, 0)
		outage(d, n)
		seen[read(t, file)]++
	}
	if len(seen) != 2 || seen["aaa"] == 0 || seen["aba"] == 0 {
		t.Errorf("there was %v", seen)
	}
}

// TestLie loses what was synced.
func TestLie(t *testing.T) {
	d := New()
	folder := d.Mount(t)
	lost := 0
	for n := range tries {
		empty(t, folder)
		d.Lie(true)
		f := create(t, filepath.Join(folder, "file"), []byte("text"))
		must(t, f.Sync())
		syncFolder(t, folder)
		outage(d, n)
		d.Lie(false)
		if !strings.Contains(names(t, folder), "file") || read(t, filepath.Join(folder, "file")) != "text" {
			lost++
		}
	}
	if lost < tries/4 {
		t.Errorf("a disk that lies lost %d of %d", lost, tries)
	}
}

func TestCounts(t *testing.T) {
	d := New()
	folder := d.Mount(t)
	f := create(t, filepath.Join(folder, "file"), []byte("text"))
	put(t, f, bytes.Repeat([]byte("x"), 10_000), 0)
	must(t, f.Sync())
	syncFolder(t, folder)
	d.Fail(Fault{Ops: Syncs, Err: syscall.EIO, Times: 2})
	refused(t, "sync", f.Sync(), syscall.EIO)
	refused(t, "sync", f.Sync(), syscall.EIO)
	if got, want := d.Counts(), (Counts{Writes: 2, Bytes: 10_004, Syncs: 2, Errors: 2}); got != want {
		t.Errorf("it counted %+v, want: %+v", got, want)
	}
}
