package store

import (
	"path/filepath"
	"testing"
	"time"

	"bellhop/hotel"
)

// A clock that ran ahead for a while must not leave a newest time behind
// that every right one would be before.
func TestTimeThatIsNotBelievedIsNotTheNewest(t *testing.T) {
	c := newClock()
	right := c.now()
	believed := true
	s, err := Open(Options{Path: filepath.Join(t.TempDir(), "b.db"), Now: c.now, Believed: func() bool { return believed }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	mustAppend(t, s, "1", nil)
	c.add(30 * 365 * 24 * time.Hour)
	believed = false
	mustAppend(t, s, "2", nil)
	if last := s.Status().LastTime; !last.Equal(right) {
		t.Errorf("newest time %s, want %s", last, right)
	}
	if ev, err := s.Event(2); err != nil || ev.Kind != hotel.KindDTMF || !ev.Unsure {
		t.Errorf("the event of that time: %+v, %v", ev, err)
	}
}
