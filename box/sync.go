package box

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"
)

// Syncs are how long a disk took to keep a page.
type Syncs struct {
	Times           int
	Median, Longest time.Duration
}

// syncSize is what one commit of the database writes at least.
const syncSize = 4 << 10

// TimeSyncs writes a page into a file of its own in the folder, has it put on the
// disk, and does so again: some times, but no longer than ctx allows between two.
// The file has no name meanwhile where the system allows it, so that nothing stays
// whatever ends the process. It blocks for as long as the disk does.
func TimeSyncs(ctx context.Context, folder string, times int) (s Syncs, err error) {
	f, err := os.CreateTemp(folder, ".sync-*")
	if err != nil {
		return s, fmt.Errorf("write on the disk: %w", err)
	}
	nameless := os.Remove(f.Name()) == nil
	defer func() {
		err = errors.Join(err, f.Close())
		if !nameless {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	page := make([]byte, syncSize)
	var took []time.Duration
	for n := 0; n <= times && ctx.Err() == nil; n++ {
		page[0] = byte(n)
		began := time.Now()
		if _, err := f.WriteAt(page, 0); err != nil {
			return s, fmt.Errorf("write on the disk: %w", err)
		}
		if err := syncData(f); err != nil {
			return s, fmt.Errorf("put on the disk: %w", err)
		}
		if n > 0 { // the first has to find a place
			took = append(took, time.Since(began))
		}
	}
	if len(took) == 0 {
		return s, fmt.Errorf("put on the disk: %w", context.Cause(ctx))
	}
	slices.Sort(took)
	return Syncs{len(took), took[len(took)/2], took[len(took)-1]}, nil
}
