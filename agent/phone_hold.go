package agent

import (
	"context"
	"fmt"
	"sync"
)

// phoneHolds lets one at a time take do not disturb off a telephone or put it back.
// What is written on the PBX, and the note of it, belong together: rooms are rung
// by another queue than telephones are changed by.
type phoneHolds struct {
	mu   sync.Mutex
	held map[string]chan struct{} // by extension; closed when it is let go
}

// hold waits until nobody else holds a telephone. The caller lets it go, if there
// is no error: then ctx ended.
func (h *phoneHolds) hold(ctx context.Context, extension string) (letGo func(), err error) {
	for {
		other := h.take(extension)
		if other == nil {
			return func() { h.letGo(extension) }, nil
		}
		select {
		case <-other:
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for extension %s: %w", extension, ctx.Err())
		}
	}
}

// take gives what is closed when somebody else lets it go; nil: it is ours now.
func (h *phoneHolds) take(extension string) <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	if other, held := h.held[extension]; held {
		return other
	}
	if h.held == nil {
		h.held = map[string]chan struct{}{}
	}
	h.held[extension] = make(chan struct{})
	return nil
}

func (h *phoneHolds) letGo(extension string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	close(h.held[extension])
	delete(h.held, extension)
}
