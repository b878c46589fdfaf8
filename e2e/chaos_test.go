package e2e

import (
	"context"
	"testing"
)

// chaos is a PBX that pushes and a PMS that fails, until end.
type chaos struct {
	enough, well context.CancelFunc
	pushed       func()
	mended       chan struct{}
}

func (p *pbx) chaos(t *testing.T, k *sink, tr traffic) *chaos {
	pushing, enough := context.WithCancel(t.Context())
	failing, well := context.WithCancel(t.Context())
	c := &chaos{enough: enough, well: well, mended: make(chan struct{})}
	go func() {
		defer close(c.mended)
		k.fail(failing)
	}()
	c.pushed = p.run(pushing, t.Context(), tr)
	t.Cleanup(func() { enough(); well() })
	return c
}

// end begins nothing new, mends the PMS, and waits until an agent that runs
// has acknowledged what was begun.
func (c *chaos) end() {
	c.enough()
	c.well()
	<-c.mended
	c.pushed()
}
