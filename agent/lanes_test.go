package agent

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestLanesKeepOrder runs random items over few lanes, finishing them in
// random order: an item runs once all that came before it in any of its
// lanes have finished, and never later than that.
func TestLanesKeepOrder(t *testing.T) {
	for seed := range uint64(200) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		l := newLanes()
		var running, finished, added []uint64
		keys := map[uint64][]string{}
		allowed := func(id uint64) bool {
			for _, before := range added[:slices.Index(added, id)] {
				if !slices.Contains(finished, before) && slices.ContainsFunc(keys[before], func(k string) bool { return slices.Contains(keys[id], k) }) {
					return false
				}
			}
			return true
		}
		check := func() {
			for _, id := range added {
				open := !slices.Contains(finished, id)
				if open && allowed(id) != slices.Contains(running, id) {
					t.Fatalf("seed %d: item %d may run: %v, runs: %v", seed, id, allowed(id), slices.Contains(running, id))
				}
			}
		}
		for id := uint64(1); id <= 30; id++ {
			for range rnd.IntN(4) {
				keys[id] = append(keys[id], fmt.Sprint(rnd.IntN(4)))
			}
			added = append(added, id)
			if l.add(id, keys[id]) {
				running = append(running, id)
			}
			check()
			if len(running) > 0 && rnd.IntN(3) == 0 {
				i := rnd.IntN(len(running))
				ended := running[i]
				running = slices.Delete(running, i, i+1)
				finished = append(finished, ended)
				running = append(running, l.done(ended)...)
				check()
			}
		}
		for len(running) > 0 {
			ended := running[0]
			finished = append(finished, ended)
			running = append(running[1:], l.done(ended)...)
		}
		if len(finished) != 30 || len(l.queues) != 0 || len(l.keys) != 0 {
			t.Fatalf("seed %d: %d of 30 finished, %d lanes left", seed, len(finished), len(l.queues))
		}
	}
}
