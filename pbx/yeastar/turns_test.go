package yeastar

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// Equal reports that wait to be taken go in the order in which they came,
// though nothing is known yet of the answer to any.
func TestEqualReportsGoInTheirOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const reports = 5
		begin := time.Now()
		var waiting turns
		waiting.last = map[[32]byte]*turn{}
		var mu sync.Mutex
		var went []string
		var group sync.WaitGroup
		for n := range reports {
			group.Go(func() {
				waiting.begin(context.Background(), []byte("equal")) // and no end
				mu.Lock()
				defer mu.Unlock()
				went = append(went, fmt.Sprint(n, " after ", time.Since(begin)))
			})
			synctest.Wait()
		}
		group.Wait()
		for n := range reports {
			if want := fmt.Sprint(n, " after ", time.Duration(n)*turnTime); went[n] != want {
				t.Errorf("went: report %s, want %s", went[n], want)
			}
		}
	})
}
