package faults

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"bellhop/e2e/need"
	"bellhop/e2e/rig"
	"bellhop/hotel"
	"bellhop/store"
)

// TestEveryCrashStateKeepsWhatWasPromised rebuilds the disk after a power cut
// at every moment of a recorded run, several ways each. BELLHOP_FAULTS_WAYS sets
// how many, BELLHOP_FAULTS_SEED which.
func TestEveryCrashStateKeepsWhatWasPromised(t *testing.T) {
	t.Parallel()
	ways, seed := setting("BELLHOP_FAULTS_WAYS", 4), setting("BELLHOP_FAULTS_SEED", int(rand.Uint32()))
	t.Logf("BELLHOP_FAULTS_SEED=%d BELLHOP_FAULTS_WAYS=%d", seed, ways)
	r := rand.New(rand.NewPCG(uint64(seed), 1))
	folder := t.TempDir()
	ops := record(t, folder)
	var files []*inode
	var moments []int
	for _, o := range ops {
		if o.file != nil && !slices.Contains(files, o.file) {
			files = append(files, o.file)
		}
		moments = append(moments, o.start, o.end)
	}
	slices.Sort(moments)
	moments = slices.Compact(moments)
	disk := fastFolder(t)
	states, kept, unknown := 0, 0, 0
	for _, at := range moments {
		m := upTo(ops, at)
		for way := range ways {
			if way != wayNothing && len(m.pending)+len(m.loose) == 0 {
				break // there is one state alone
			}
			states++
			b := promises(m.prints)
			kept = len(b.kept)
			for id := range b.acted {
				if b.settled[id] == "" {
					unknown++
				}
			}
			if err := b.check(m.state(files, way, r), folder, disk); err != nil {
				t.Fatalf("a power cut at line %d of the trace, way %d: %v", at, way, err)
			}
		}
	}
	t.Logf("%d moments, %d states; %d events kept at the end", len(moments), states, kept)
	rig.AddRow(t, rig.Row{Fault: "every state of the disk after a power cut, rebuilt", Tried: states, Acknowledged: kept, Unknown: unknown})
	if unknown == 0 {
		t.Error("no call for once was ever under way")
	}
	if want := 3 * workLanes * workEach; kept != want || states < 500 {
		t.Errorf("%d of %d events were promised; %d states", kept, want, states)
	}
}

func setting(name string, usual int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return usual
}

// record runs the workload under strace.
func record(t *testing.T, folder string) []op {
	t.Helper()
	trace := filepath.Join(t.TempDir(), "trace")
	cmd := exec.Command(need.Tool(t, "strace"), "-f", "-qq", "-xx", "-s", "1000000", "-o", trace, "-e", "trace="+traced, os.Args[0])
	cmd.Env = append(os.Environ(), workPath+"="+filepath.Join(folder, "bellhop.db"))
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Run(); err != nil {
		t.Fatalf("the workload: %v: %s", err, said.String())
	}
	text, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	ops, err := readTrace(text, folder)
	if err != nil {
		t.Fatal(err)
	}
	return ops
}

// fastFolder is one in memory where there is one: thousands of disks are made.
func fastFolder(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("/dev/shm", "bellhop-faults")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	return folder
}

// book is what was promised.
type book struct {
	kept, done, acted, settling, settled map[uint64]string
}

func promises(prints [][]byte) book {
	b := book{map[uint64]string{}, map[uint64]string{}, map[uint64]string{}, map[uint64]string{}, map[uint64]string{}}
	of := map[string]map[uint64]string{"kept": b.kept, "done": b.done, "acted": b.acted, "settling": b.settling, "settled": b.settled}
	for _, p := range prints {
		words := strings.Fields(string(p))
		if len(words) == 3 && of[words[0]] != nil {
			id, _ := strconv.ParseUint(words[1], 10, 64)
			of[words[0]][id] = words[2]
		}
	}
	return b
}

// check lays a disk out, opens it, and holds it against the book.
func (b book) check(d *image, from, to string) error {
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	for name, f := range d.names {
		if data, written := d.data[f]; written {
			if err := os.WriteFile(filepath.Join(to, strings.TrimPrefix(name, from)), data, 0o600); err != nil {
				return err
			}
		}
	}
	s, err := openWork(filepath.Join(to, "bellhop.db"))
	if err != nil {
		return err
	}
	err = b.hold(s)
	if s.Damaged != "" && len(b.kept) > 0 { // one that was just being made may be replaced
		err = errors.Join(errors.New("the database was damaged"), err)
	}
	if closed := s.Close(); err == nil {
		err = closed
	}
	return err
}

func (b book) hold(s *store.Store) error {
	for id, digits := range b.kept {
		if ev, err := s.Event(id); err != nil || ev.Digits != digits {
			return fmt.Errorf("event %d was kept as %s and is %q: %w", id, digits, ev.Digits, err)
		}
	}
	waiting, err := s.Calls(store.ListWaiting, 10000)
	if err != nil {
		return err
	}
	calls := map[uint64]int{}
	for _, c := range waiting {
		if calls[c.Event]++; b.acted[c.Event] != "" && c.State != hotel.CallSending {
			return fmt.Errorf("the call of event %d has been carried out, is %s, and would be again", c.Event, c.State)
		}
	}
	events, err := s.Events(0, 10000)
	if err != nil {
		return err
	}
	counts := map[string]int{}
	for _, ev := range events {
		all, err := s.Done(ev.ID)
		if err != nil {
			return err
		}
		_, done := all[unitName]
		if b.done[ev.ID] != "" && !done {
			return fmt.Errorf("event %d was done and is not", ev.ID)
		}
		if done {
			counts[ev.Lanes[0]]++
		}
		most, least := 0, 0
		if done {
			most, least = 1, 1
		}
		if b.settling[ev.ID] != "" {
			least = 0
		}
		if b.settled[ev.ID] != "" {
			most = 0
		}
		if n := calls[ev.ID]; n > most || n < least {
			return fmt.Errorf("event %d, done: %v, has %d waiting calls", ev.ID, done, n)
		}
	}
	for lane := range workLanes {
		var count int
		name := strconv.Itoa(lane)
		s.Snapshot().Get(hotel.KVKey("work", name), &count)
		if count != counts[name] {
			return fmt.Errorf("lane %s counts %d, and %d of its events are done", name, count, counts[name])
		}
	}
	return nil
}
