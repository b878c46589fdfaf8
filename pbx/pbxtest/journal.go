package pbxtest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"bellhop/hotel"
	"bellhop/pbx"
)

// copyWithin is for how long a journal takes an equal body for a copy.
const copyWithin = 10 * time.Minute

// Journal keeps reports as the agent does: an equal body is a copy of the one
// before as long as nobody has seen the PBX take the answer to that. One report
// is kept after the other, in the order in which they came.
type Journal struct {
	t    *testing.T
	once bool

	mu      sync.Mutex
	turn    sync.Cond
	calls   int // reports that came
	served  int // those that were kept or refused
	records []Record
	last    map[string]*receipt
	full    bool // nothing can be kept
	holds   int  // while there are any, keeping waits
}

// Record is a report that was kept.
type Record struct {
	pbx.Report
	// Old: it may be a copy, but of one too old to be compared with.
	Old bool
}

type receipt struct {
	at    time.Time
	known bool
	seen  bool
}

// NewJournal makes one that is empty; once: no report comes again.
func NewJournal(t *testing.T, once bool) *Journal {
	j := &Journal{t: t, once: once, last: map[string]*receipt{}}
	j.turn.L = &j.mu
	return j
}

var errFull = errors.New("the disk is full")

// Keep is a [pbx.Keep].
func (j *Journal) Keep(ctx context.Context, r pbx.Report) (func(bool), error) {
	if j.once && (r.Body != nil || ctx.Done() != nil) {
		j.t.Error("a report that comes once has a body to be merged by, or an attempt to keep it can be broken off")
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	mine := j.calls
	j.calls++
	for j.served != mine || j.holds > 0 {
		j.turn.Wait()
	}
	j.served++
	j.turn.Broadcast()
	if j.full {
		return nil, errFull
	}
	return j.enter(r), nil
}

// enter puts a report into the journal, unless it is a copy. The caller holds mu.
func (j *Journal) enter(r pbx.Report) (taken func(bool)) {
	r.Event.Time = time.Now()
	if r.Body == nil {
		j.records = append(j.records, Record{Report: r})
		return nil
	}
	before := j.last[string(r.Body)]
	old := before != nil && !before.seen && time.Since(before.at) > copyWithin
	if before == nil || before.seen || old {
		j.records = append(j.records, Record{r, old})
	}
	mine := &receipt{at: time.Now()}
	j.last[string(r.Body)] = mine
	return func(seen bool) {
		j.mu.Lock()
		defer j.mu.Unlock()
		if mine.known {
			j.t.Error("it was said twice whether an answer was taken")
		}
		mine.known, mine.seen = true, seen
	}
}

// Fill lets nothing be kept, as on a full disk, or lets it be kept again.
func (j *Journal) Fill(full bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.full = full
}

// Hold lets keeping wait until it is released.
func (j *Journal) Hold() (release func()) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.holds++
	return func() {
		j.mu.Lock()
		defer j.mu.Unlock()
		j.holds--
		j.turn.Broadcast()
	}
}

// Records lists what was kept, in its order.
func (j *Journal) Records() []Record {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.records)
}

func (j *Journal) kept() (list []hotel.Event) {
	for _, r := range j.Records() {
		list = append(list, r.Event)
	}
	return list
}

// codes lists the feature codes that were kept.
func (j *Journal) codes() (list []string) {
	for _, ev := range j.kept() {
		if ev.Kind == hotel.KindDTMF && ev.Digits != "" {
			list = append(list, ev.Digits)
		}
	}
	return list
}

func (j *Journal) gaps() (list []hotel.Gap) {
	for _, ev := range j.kept() {
		if ev.Kind == hotel.KindGap {
			list = append(list, ev.Gap())
		}
	}
	return list
}

// live is a house whose driver runs.
type live struct {
	House
	*Journal
	dialled []string
	end     context.CancelFunc
	ended   chan struct{}
}

// run lets the driver take reports until the test ends, and waits until the
// PBX has somebody to send them to.
func (h House) run(t *testing.T) *live {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	l := &live{House: h, Journal: NewJournal(t, h.Once), end: cancel, ended: make(chan struct{})}
	go func() {
		defer close(l.ended)
		if err := h.Driver.Run(ctx, l.Keep); err != nil {
			t.Errorf("run: %v", err)
		}
	}()
	t.Cleanup(l.stop)
	pass(time.Minute)
	return l
}

func (l *live) stop() {
	l.end()
	<-l.ended
}

// dial lets a telephone dial codes, each different from all before.
func (l *live) dial(codes int) {
	for range codes {
		code := "778*" + itoa(len(l.dialled)+1) + "*1"
		l.Far.DialCode(l.Phones[len(l.dialled)%2], code)
		l.dialled = append(l.dialled, code)
		pass(10 * time.Second)
	}
}

func itoa(n int) string {
	return string([]byte{byte('1' + n/100), byte('0' + n/10%10), byte('0' + n%10)})
}

// pass lets time pass, and all be done that is due by then.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// wantAll checks that each code was kept, once, in its order, and that none
// is owed.
func (l *live) wantAll(t *testing.T) {
	t.Helper()
	if got := l.codes(); !slices.Equal(got, l.dialled) {
		t.Errorf("kept %q, want %q", got, l.dialled)
	}
	if n := l.Far.Owed(); n != 0 {
		t.Errorf("%d reports are owed", n)
	}
}

// wantHonest checks that what the PBX takes for told was kept, and nothing
// more often than it was told.
func (l *live) wantHonest(t *testing.T) {
	t.Helper()
	kept, told := count(l.codes()), count(l.Far.Acknowledged())
	for code, n := range told {
		if kept[code] == 0 {
			t.Errorf("%s was acknowledged %d times and not kept", code, n)
		}
	}
	for code, n := range kept {
		if n > max(1, told[code]) {
			t.Errorf("%s was kept %d times, and acknowledged %d times", code, n, told[code])
		}
	}
}

func count(list []string) map[string]int {
	n := map[string]int{}
	for _, item := range list {
		n[item]++
	}
	return n
}
