package store

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"bellhop/hotel"
)

// lines gives what comes by connections that began one after the other.
type lines struct {
	*bench
	began time.Time
}

func newLines(t *testing.T) *lines { return &lines{newBench(t), time.Now()} }

// by keeps a body that came by the nth connection.
func (l *lines) by(n int, body string, brokenOff bool) Receipt {
	l.t.Helper()
	p := &Push{Body: []byte(body), Begun: l.began.Add(time.Duration(n)), BrokenOff: brokenOff}
	r, err := l.Append(l.t.Context(), hotel.Event{Kind: hotel.KindDTMF, Digits: body}, p)
	if err != nil {
		l.t.Fatal(err)
	}
	return r
}

// answered keeps one whose sender takes the answer.
func (l *lines) answered(n int, body string) Receipt {
	l.t.Helper()
	r := l.by(n, body, false)
	l.Taken(r.ID)
	return r
}

// late keeps one whose sender is gone.
func (l *lines) late(n int, body string) Receipt {
	l.t.Helper()
	return l.by(n, body, true)
}

func (l *lines) want(what string, r Receipt, of uint64, possible bool) {
	l.t.Helper()
	if r.DuplicateOf != of || r.Possible != possible {
		l.t.Errorf("%s: %+v, want a copy of %d, possible: %v", what, r, of, possible)
	}
}

// What a sender broke off and has sent again since is a copy, however often it
// did so, and hides no later event.
func TestBrokenOffReadAfterItWasSentAgain(t *testing.T) {
	l := newLines(t)
	first := l.answered(3, "x")
	l.want("the first", first, 0, false)
	l.want("the second of two that were broken off", l.late(2, "x"), first.ID, true)
	l.want("the first of them", l.late(1, "x"), first.ID, true)
	l.want("another body", l.late(2, "y"), 0, false)
	l.want("an equal event", l.answered(4, "x"), 0, false)
}

// Of two equal reports, one is broken off and read when the other has been
// answered: it looks like that one's copy, and is an event when it comes again.
func TestBrokenOffThatWasNotSentAgainYet(t *testing.T) {
	l := newLines(t)
	other := l.answered(2, "x")
	l.want("the one that was broken off", l.late(1, "x"), other.ID, true)
	l.want("it comes again", l.answered(3, "x"), 0, false)
}

// Nothing is lost where a sender never waits for an answer, or the system does
// not tell.
func TestBrokenOffThatNothingLaterRepeats(t *testing.T) {
	l := newLines(t)
	l.answered(1, "x")
	l.want("sent after the other was answered", l.late(2, "x"), 0, false)
	l.answered(5, "y")
	l.want("not known to be broken off", l.by(4, "y", false), 0, false)
	l.answered(9, "z")
	l.clock.add(resendWindow)
	l.want("after ten minutes", l.late(8, "z"), 0, false)
	r, err := l.Append(t.Context(), hotel.Event{}, &Push{Body: []byte("v"), BrokenOff: true})
	if err != nil {
		t.Fatal(err)
	}
	l.Taken(r.ID)
	if r, err = l.Append(t.Context(), hotel.Event{}, &Push{Body: []byte("v"), BrokenOff: true}); err != nil {
		t.Fatal(err)
	}
	l.want("nobody knows when either began", r, 0, false)
	l.answered(10, "w")
	if r, err = l.Append(t.Context(), hotel.Event{}, &Push{Body: []byte("w"), BrokenOff: true}); err != nil {
		t.Fatal(err)
	}
	l.want("nobody knows when it began", r, 0, false)
}

// Read in the order in which they were sent, or before it is known whether the
// answer was taken, they are copies as ever; what was broken off takes nobody's
// place.
func TestBrokenOffBesideOneThatIsNotAnsweredYet(t *testing.T) {
	l := newLines(t)
	first := l.late(1, "x")
	l.want("read at once", first, 0, false)
	again := l.by(3, "x", false)
	l.want("sent again", again, first.ID, false)
	l.want("broken off in between", l.late(2, "x"), first.ID, true)
	l.Taken(again.ID)
	l.want("an equal event", l.answered(4, "x"), 0, false)
}

// A restart forgets what was answered; the copies count once.
func TestBrokenOffBeforeARestart(t *testing.T) {
	l := newLines(t)
	first := l.answered(3, "x")
	l.late(2, "x")
	l.late(1, "x")
	l.reopen()
	l.want("broken off, and read by the next run", l.late(4, "x"), first.ID, true)
	l.want("sent again", l.answered(5, "x"), first.ID, false)
	l.want("an equal event", l.answered(6, "x"), 0, false)
}

// What lies in the intake log is a copy still when its commit fails.
func TestBrokenOffAndAFailedCommit(t *testing.T) {
	l := &lines{newBench(t, func(o *Options) { o.linger = time.Hour }), time.Now()}
	l.answered(2, "1")
	l.want("broken off", l.late(1, "1"), 1, true)
	l.failCommit()
	l.commitNow()
	if ev, err := l.Event(2); err != nil || ev.DuplicateOf != 1 || !ev.Possible {
		t.Errorf("%+v, %v", ev, err)
	}
	wantCounted(t, l.Store)
}

// What was answered is remembered for ten minutes, in bounded room.
func TestAnsweredIsBounded(t *testing.T) {
	a, begun := newAnswered(), time.Now()
	body := func(n int) sum { return digest(fmt.Append(nil, n)) }
	for n := range 3 * maxRecent {
		a.note(body(n), sent{original: uint64(n), at: time.Duration(n), begun: begun})
		if kept := len(a.newer) + len(a.older); kept > maxRecent {
			t.Fatalf("%d are remembered", kept)
		}
		if oldest := n - maxRecent/2 + 1; oldest >= 0 && a.find(body(oldest)).original != uint64(oldest) {
			t.Fatalf("%d is forgotten at %d", oldest, n)
		}
	}
	last, now := 3*maxRecent-1, 3*maxRecent*time.Nanosecond
	a.note(body(-1), sent{at: now + resendWindow - 1, begun: begun})
	if a.find(body(last)).original == 0 {
		t.Error("forgotten before ten minutes")
	}
	a.note(body(-2), sent{at: now + 2*resendWindow, begun: begun})
	if a.find(body(last)).original != 0 {
		t.Error("remembered for very long")
	}
	a.note(body(-2), sent{original: 7, at: now + 2*resendWindow, begun: begun.Add(-1)})
	if a.find(body(-2)).original == 7 {
		t.Error("what began before took the place of what began last")
	}
}

// senders send equal reports, each again by a new connection until it has an
// answer. Each attempt is answered, or answered and the answer not seen, or
// broken off; what is broken off is read at once or at any time later.
type senders struct {
	recent  *recent
	reading reading
	begun   time.Time
	id      uint64
	unread  []time.Time
	waiting int // reports that have no answer yet
	reports int
	events  int
}

// keep is what a store does with a body.
func (s *senders) keep(begun time.Time, brokenOff bool) uint64 {
	c, d := &commit{reading: s.reading}, digest(nil)
	f := s.recent.find(c, d, &Push{Begun: begun, BrokenOff: brokenOff})
	s.id++
	of := f.of
	if of == 0 {
		of = s.id
		s.events++
	}
	if !f.over {
		s.recent.add(c, d, entry{id: s.id, sent: sent{original: of, begun: begun}})
	}
	for _, f := range c.kept {
		f()
	}
	return s.id
}

// read reads what was broken off before.
func (s *senders) read(n int) {
	begun := s.unread[n]
	s.unread = slices.Delete(s.unread, n, n+1)
	s.keep(begun, true)
}

func (s *senders) step(what byte) {
	if what&7 == 4 && len(s.unread) > 0 {
		s.read(int(what>>3) % len(s.unread))
		return
	}
	if s.waiting == 0 || what&8 != 0 {
		s.waiting++
		s.reports++
	}
	s.begun = s.begun.Add(1)
	switch what & 3 {
	case 0:
		s.recent.taken(s.keep(s.begun, false))
		s.waiting--
	case 1: // the answer is lost
		s.keep(s.begun, false)
	case 2:
		s.keep(s.begun, true)
	case 3:
		s.unread = append(s.unread, s.begun)
	}
}

// However equal reports are broken off and read late, in the end there are as
// many events as reports.
func FuzzSentAgain(f *testing.F) {
	f.Add([]byte{3, 0})
	f.Add([]byte{3, 3, 0, 4, 12, 0})
	f.Add([]byte{3, 8, 4, 0})
	f.Add([]byte{2, 3, 11, 2, 4, 0, 1, 12, 0})
	f.Add([]byte{3, 0, 2, 4, 0})
	f.Fuzz(func(t *testing.T, steps []byte) {
		s := &senders{recent: newRecent(), begun: time.Now()}
		close(s.recent.loaded)
		for _, what := range steps[:min(len(steps), 64)] {
			s.step(what)
		}
		for s.waiting > 0 {
			s.step(0)
		}
		for len(s.unread) > 0 {
			s.read(0)
		}
		if s.events != s.reports {
			t.Errorf("%d reports are %d events", s.reports, s.events)
		}
	})
}
