package lossy

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"

	"bellhop/hotel"
	"bellhop/store"
)

// appendUntilDark appends from eight goroutines, half of them pushes, whatever
// the disk says, and prints each id with the digits once it is acknowledged.
func appendUntilDark(folder string, _ *bufio.Reader) error {
	s, err := store.Open(store.Options{Path: filepath.Join(folder, "bellhop.db")})
	if err != nil {
		return nil // the power went early
	}
	var wg sync.WaitGroup
	for lane := range 8 {
		wg.Go(func() {
			for n := 0; ; n++ {
				var push *store.Push
				digits := fmt.Sprintf("%d*%d*%d", os.Getpid(), lane, n)
				if lane%2 == 0 {
					push = &store.Push{Body: []byte(digits)}
				}
				if r, err := s.Append(context.Background(), hotel.Event{Kind: hotel.KindDTMF, Digits: digits}, push); err == nil {
					fmt.Printf("%d %s\n", r.ID, digits)
				}
			}
		})
	}
	wg.Wait()
	return nil
}

// outages cuts the power under the store again and again, each time at another
// write or sync.
type outages struct {
	*testing.T
	disk    *Disk
	folder  string
	memory  string // a folder in memory; empty: there is none
	chance  *rand.Rand
	promise map[uint64]string // digits by id
}

func newOutages(t *testing.T) *outages {
	seed := setting("BELLHOP_LOSSY_SEED", int(rand.Uint32()))
	t.Logf("BELLHOP_LOSSY_SEED=%d", seed)
	d := New()
	o := &outages{T: t, disk: d, folder: d.Mount(t), chance: seeded(seed), promise: map[uint64]string{}}
	if _, err := os.Stat("/dev/shm"); err == nil {
		o.memory = "/dev/shm"
	}
	return o
}

func setting(name string, usual int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return usual
}

// cycle runs the store until the power goes, and holds what remains against
// what was promised since the last time.
func (o *outages) cycle() error {
	o.Helper()
	gone := o.disk.CutAfter(o.chance.IntN(500), o.chance)
	c := start(o.T, "store", o.folder)
	go func() {
		<-gone
		_ = c.Process.Kill()
	}()
	fresh := map[uint64]string{}
	for {
		line, err := c.out.ReadString('\n')
		if err != nil {
			break // the last may be torn: nobody heard of it
		}
		var id uint64
		var digits string
		if _, err := fmt.Sscan(line, &id, &digits); err != nil {
			return fmt.Errorf("the child says %q", line)
		}
		o.promise[id], fresh[id] = digits, digits
	}
	select {
	case <-gone:
	default: // it did not come to do so much
		o.disk.Cut(o.chance)
	}
	_ = c.Wait()
	o.disk.Heal()
	o.disk.PowerOn()
	return o.hold(fresh)
}

// hold opens a copy, as a process must not map a file of its own mount.
func (o *outages) hold(promise map[uint64]string) error {
	o.Helper()
	copied, err := os.MkdirTemp(o.memory, "bellhop-lossy")
	if err != nil {
		return err
	}
	defer os.RemoveAll(copied)
	if err := o.disk.CopyTo(copied); err != nil {
		return err
	}
	s, err := store.Open(store.Options{Path: filepath.Join(copied, "bellhop.db")})
	if err != nil {
		return err
	}
	if s.Damaged != "" && len(o.promise) > 0 { // one that was just being made may be replaced
		err = errors.New("the database was damaged")
	}
	for id, digits := range promise {
		ev, missing := s.Event(id)
		if missing == nil && ev.Digits != digits {
			missing = fmt.Errorf("it is %q", ev.Digits)
		}
		if missing != nil {
			err = errors.Join(err, fmt.Errorf("event %d was kept as %s: %w", id, digits, missing))
		}
	}
	return errors.Join(err, s.Close())
}

// TestStoreKeepsWhatItPromised also on a disk some of whose syncs or writes fail.
// BELLHOP_LOSSY_CYCLES sets how often the power goes.
func TestStoreKeepsWhatItPromised(t *testing.T) {
	o := newOutages(t)
	cycles := setting("BELLHOP_LOSSY_CYCLES", 25)
	for n := range cycles {
		switch {
		case n%3 == 1:
			o.disk.Fail(Fault{Ops: Syncs, Err: syscall.EIO, Every: 2 + o.chance.IntN(20)})
		case n%3 == 2 && o.disk.direct:
			o.disk.Fail(Fault{Ops: Writes, Err: syscall.ENOSPC, Every: 2 + o.chance.IntN(50)})
		}
		if err := o.cycle(); err != nil {
			t.Fatalf("after power cut %d of %d: %v", n, cycles, err)
		}
	}
	if err := o.hold(o.promise); err != nil {
		t.Error(err)
	}
	t.Logf("%d acknowledged events outlived %d power cuts: %+v", len(o.promise), cycles, o.disk.Counts())
	if len(o.promise) < cycles {
		t.Errorf("only %d events were acknowledged in %d cycles", len(o.promise), cycles)
	}
}

// TestLyingDiskIsFound: on a disk whose syncs do nothing the same test finds
// that promises are broken.
func TestLyingDiskIsFound(t *testing.T) {
	o := newOutages(t)
	o.disk.Lie(true)
	for n := range 50 {
		if err := o.cycle(); err != nil {
			t.Logf("found after power cut %d: %.200s", n, err.Error())
			return
		}
	}
	t.Error("nothing was lost in 50 power cuts on a disk that syncs nothing")
}
