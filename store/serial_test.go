package store

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"bellhop/hotel"
)

// serialUnit is what one unit of the test read and wrote.
type serialUnit struct {
	order  uint64 // place among the commits
	reads  []string
	listed bool
	writes []string
	salt   int
}

// mix makes a value out of everything that was read, so that a unit that
// read something stale writes something else.
func mix(salt int, read map[string]int) int {
	sum := salt
	for _, key := range slices.Sorted(maps.Keys(read)) {
		sum = (sum*31 + read[key] + len(key)) % 1_000_003
	}
	return sum
}

// readOf reads what a unit reads from any view of the state.
func (u *serialUnit) readOf(v hotel.View) map[string]int {
	read := map[string]int{}
	for _, key := range u.reads {
		var n int
		if v.Get(key, &n) {
			read[key] = n
		}
	}
	if u.listed {
		v.List("s/1", func(key string, decode func(any) bool) bool {
			var n int
			decode(&n)
			read[key] = n
			return true
		})
	}
	return read
}

// TestConcurrentUnitsAreSerial runs units side by side, each on a snapshot,
// and again on a conflict; then it works their results out one after the
// other in the order of their commits. Both must come to the same state.
func TestConcurrentUnitsAreSerial(t *testing.T) {
	const workers, each, keys = 8, 120, 14
	var committed []*serialUnit
	type plan struct {
		unit  *serialUnit
		value int
	}
	var mu sync.Mutex
	plans := map[uint64]plan{}
	s, err := Open(Options{Path: filepath.Join(t.TempDir(), "b.db"), Apply: func(tx hotel.Tx, ev *hotel.Event, _ string, _ []hotel.Effect) error {
		mu.Lock()
		defer mu.Unlock()
		p := plans[ev.ID]
		for _, key := range p.unit.writes {
			if p.value%7 == 0 {
				tx.Delete(key)
				continue
			}
			tx.Put(key, p.value)
		}
		var n int
		tx.Get("count", &n)
		tx.Put("count", n+1)
		p.unit.order = uint64(len(committed))
		committed = append(committed, p.unit)
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	conflicts := 0
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			rnd := rand.New(rand.NewPCG(uint64(w), 7))
			some := func(n int) []string {
				var list []string
				for range n {
					list = append(list, fmt.Sprintf("s/%d", rnd.IntN(keys)))
				}
				return list
			}
			for i := range each {
				u := &serialUnit{reads: some(rnd.IntN(4)), writes: some(1 + rnd.IntN(2)), listed: rnd.IntN(4) == 0, salt: w*1000 + i}
				ev := &hotel.Event{ID: 1<<40 + uint64(w*each+i)}
				for {
					view := s.Snapshot().Recorder()
					value := mix(u.salt, u.readOf(view))
					mu.Lock()
					plans[ev.ID] = plan{u, value}
					mu.Unlock()
					units := []Unit{{Name: "serial", Done: hotel.Done{Reads: view.Reads(), Effects: []hotel.Effect{{}}}}}
					err := s.Finish(t.Context(), ev, units, false)[0]
					if err == nil {
						break
					}
					if !errors.Is(err, ErrConflict) {
						t.Error(err)
						return
					}
					mu.Lock()
					conflicts++
					mu.Unlock()
				}
			}
		})
	}
	group.Wait()
	if len(committed) != workers*each {
		t.Fatalf("%d of %d units were committed", len(committed), workers*each)
	}
	if conflicts == 0 {
		t.Error("no unit met a conflict: this test has tested nothing")
	}
	t.Logf("%d units, %d conflicts", len(committed), conflicts)

	serial := mapView{}
	slices.SortFunc(committed, func(a, b *serialUnit) int { return cmp.Compare(a.order, b.order) })
	for _, u := range committed {
		value := mix(u.salt, u.readOf(serial))
		for _, key := range u.writes {
			if value%7 == 0 {
				delete(serial, key)
				continue
			}
			serial[key] = value
		}
	}
	for i := range keys {
		key, got := fmt.Sprintf("s/%d", i), 0
		found := s.Snapshot().Get(key, &got)
		if want, there := serial[key]; found != there || got != want {
			t.Errorf("%s: %d, %v; one after the other it is %d, %v", key, got, found, want, there)
		}
	}
	var n int
	if s.Snapshot().Get("count", &n); n != workers*each {
		t.Errorf("counted %d of %d", n, workers*each)
	}
}

// mapView is a state of whole numbers.
type mapView map[string]int

func (m mapView) Get(key string, into any) bool {
	n, ok := m[key]
	if ok {
		*into.(*int) = n
	}
	return ok
}

func (m mapView) List(prefix string, visit func(string, func(any) bool) bool) {
	for _, key := range slices.Sorted(maps.Keys(m)) {
		if len(key) < len(prefix) || key[:len(prefix)] != prefix {
			continue
		}
		if !visit(key, func(into any) bool { return m.Get(key, into) }) {
			return
		}
	}
}
