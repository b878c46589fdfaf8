package faults

import (
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bellhop/e2e/faults/guest"
	"bellhop/e2e/need"
	"bellhop/e2e/rig"
)

// diskSize is enough for what a machine keeps here.
const diskSize = 48 << 20

// TestPowerCut cuts the power of a whole computer again and again, at any
// moment, while its agent takes pushes and tells the PMS, or is just starting:
// what is in its memory is gone, and of what its disk has only in its cache any
// part. Some boots have a clock that shows 1970 or 2000. In the end each event
// that was ever acknowledged has had its effects once, in the store and at the
// PMS. BELLHOP_POWER_CYCLES sets how often, BELLHOP_FAULTS_SEED which moments.
func TestPowerCut(t *testing.T) {
	cycles, seed := setting("BELLHOP_POWER_CYCLES", 10), setting("BELLHOP_FAULTS_SEED", int(rand.Uint32()))
	t.Logf("BELLHOP_POWER_CYCLES=%d BELLHOP_FAULTS_SEED=%d", cycles, seed)
	p := &powerTest{
		t: t, r: rand.New(rand.NewPCG(uint64(seed), 2)), maker: newMaker(t), disk: newPowerDisk(format(t)),
		book: newPowerBook(), first: time.Now().UTC(),
	}
	p.clock = p.first.Truncate(time.Minute).Add(57 * time.Second)
	p.furnish()
	row := rig.Row{Fault: "power cut of a whole computer"}
	for n := range cycles {
		if deadline, ok := t.Deadline(); ok && time.Until(deadline) < endTime {
			t.Errorf("%d of %d cycles fit in: give go test a longer -timeout", n, cycles)
			break
		}
		p.cycle(n + 1)
		row.Tried++
	}
	p.book.ready = p.book.ready[1:] // that was the first start of all
	p.drain(cycles + 1)
	row.Again = p.book.ready
	p.verify(row)
}

// endTime is kept free for the last cycle, the last boot and the check.
const endTime = 2 * time.Minute

// format gives a disk with an empty file system, as a box's installer makes it.
func format(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "disk")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, diskSize); err != nil {
		t.Fatal(err)
	}
	// With blocks as on a box's disk; nothing is left for the kernel to write
	// by and by.
	said, err := exec.Command(need.Tool(t, "mkfs.ext4"), "-q", "-b", "4096", "-E", "lazy_itable_init=0,lazy_journal_init=0", path).CombinedOutput()
	if err != nil {
		t.Fatalf("mkfs.ext4: %v: %s", err, said)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

type powerTest struct {
	t     *testing.T
	r     *rand.Rand
	maker *maker
	disk  *powerDisk
	book  *powerBook
	first time.Time // by the right clock
	clock time.Time // of the newest boot that had the right one
}

// furnish lets the box find its rooms, and its schedule begin.
func (p *powerTest) furnish() {
	p.disk.powerOn()
	v := p.boot(guest.Orders{Furnish: true, Tick: true}, time.Time{})
	p.until(v, guest.Ticked)
	p.disk.cut()
	p.end(v)
}

// rightClock shows the next boot's time: a minute later, and just before the
// schedule is due.
func (p *powerTest) rightClock() time.Time {
	p.clock = p.clock.Add(time.Minute)
	return p.clock
}

// boot switches the machine on, with the right time or, not synchronised, with
// a wrong one.
func (p *powerTest) boot(o guest.Orders, wrong time.Time) *machine {
	o.Clock, o.Synced = wrong, wrong.IsZero()
	if o.Synced {
		o.Clock = p.rightClock()
	}
	if o.Session > 1 {
		o.Again = p.book.open()
	}
	return p.maker.start(p.t, p.disk, o)
}

// wrongClocks are the times of the boots 1, 2 … of every five; zero: the right
// one. The schedule would be due soon by each of them.
var wrongClocks = [5]time.Time{1: time.Date(1970, 1, 2, 0, 0, 58, 0, time.UTC), 3: time.Date(2000, 1, 1, 12, 0, 58, 0, time.UTC)}

// cycle lets the box work and cuts the power.
func (p *powerTest) cycle(n int) {
	p.t.Helper()
	wrong, began := wrongClocks[(n-1)%len(wrongClocks)], time.Now()
	p.disk.powerOn()
	if p.r.IntN(4) == 0 {
		p.disk.cutAfter(1 + p.r.IntN(60)) // within the start, or not long after it
	}
	v := p.boot(guest.Orders{Session: n, Push: true}, wrong)
	p.book.begin(n)
	started := p.until(v, guest.Ready)
	if started {
		p.work(v)
	}
	at := "an answer"
	if p.disk.cut() {
		at = "a write"
	}
	p.end(v)
	p.t.Logf("boot %d, the clock wrong: %v, started: %v, cut at %s after %s; %d writes, %d flushes, %d pages in the cache; %d reports acknowledged by now",
		n, !wrong.IsZero(), started, at, time.Since(began).Round(10*time.Millisecond), p.disk.writes, p.disk.flushes, len(p.disk.cached), len(p.book.acked))
	p.disk.lose(p.r)
	p.fsck()
}

// work waits for the moment of the cut: a write or flush that the disk does
// not come to do, or the acknowledgement of a report, which may be the last
// that the box has done.
func (p *powerTest) work(v *machine) {
	p.t.Helper()
	enough := len(p.book.acked) + 1 + p.r.IntN(60)
	if p.r.IntN(2) == 0 {
		p.disk.cutAfter(1 + p.r.IntN(300))
		enough = math.MaxInt
	}
	for len(p.book.acked) < enough && p.line(v) {
	}
}

// line enters one line into the book; false when the power is gone.
func (p *powerTest) line(v *machine) bool {
	p.t.Helper()
	words, on := v.next(p.disk.gone)
	if on {
		p.enter(v, words)
	}
	return on
}

func (p *powerTest) enter(v *machine, words []string) {
	p.t.Helper()
	if err := p.book.enter(words); err != nil {
		v.fail("%v", err)
	}
}

// until enters lines up to the one that says so; false when the power is gone
// before.
func (p *powerTest) until(v *machine, what string) bool {
	p.t.Helper()
	for {
		words, on := v.next(p.disk.gone)
		if !on {
			return false
		}
		p.enter(v, words)
		if words[0] == what {
			return true
		}
	}
}

// end switches the machine off, and enters what it has said to the last.
func (p *powerTest) end(v *machine) {
	p.t.Helper()
	v.off()
	for words := range v.lines {
		p.enter(v, words)
	}
	if err := <-v.served; err != nil {
		v.fail("the disk: %v", err)
	}
}

// drain boots once more and lets the box finish and end in order.
func (p *powerTest) drain(n int) {
	p.t.Helper()
	p.disk.powerOn()
	v := p.boot(guest.Orders{Session: n, Off: true}, time.Time{})
	p.book.begin(n)
	p.until(v, guest.Drained)
	p.until(v, guest.Off)
	p.disk.cut() // what was unmounted is on the medium
	p.end(v)
	p.disk.lose(p.r)
}

// image writes the disk's medium to a file.
func (p *powerTest) image() string {
	p.t.Helper()
	path := filepath.Join(p.maker.folder, "image")
	if err := os.WriteFile(path, p.disk.kept, 0o600); err != nil {
		p.t.Fatal(err)
	}
	return path
}

// fsck: with its journal replayed the file system is whole.
func (p *powerTest) fsck() {
	p.t.Helper()
	image, tool := p.image(), need.Tool(p.t, "e2fsck")
	if said, err := exec.Command(tool, "-p", image).CombinedOutput(); err != nil && !strings.Contains(string(said), "recovering journal") {
		p.t.Fatalf("e2fsck -p: %v: %s", err, said)
	}
	if said, err := exec.Command(tool, "-fn", image).CombinedOutput(); err != nil {
		p.t.Fatalf("e2fsck -fn: %v: %s", err, said)
	}
}
