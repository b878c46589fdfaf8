package store

import (
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"bellhop/hotel"
)

// The waste is looked at while the file grows, under which its map in memory
// is exchanged; the race detector judges.
func TestWasteWhileTheFileGrows(t *testing.T) {
	s := mustOpen(t, filepath.Join(t.TempDir(), "b.db"), newClock())
	grown := make(chan struct{})
	var looking sync.WaitGroup
	looking.Go(func() {
		for {
			select {
			case <-grown:
				return
			default:
			}
			if size, free := s.Waste(); size <= 0 || free < 0 || free > size {
				t.Errorf("%d of %d bytes are free", free, size)
			}
		}
	})
	for range 60 {
		if _, err := s.Append(t.Context(), hotel.Event{Kind: hotel.KindDTMF, Digits: strings.Repeat("1", 32<<10), DuplicateOf: 1}, nil); err != nil {
			t.Error(err)
			break
		}
	}
	close(grown)
	looking.Wait()
}
