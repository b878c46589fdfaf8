package agent

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"bellhop/hotel"
)

// A room is rung again while its do not disturb is still being put back after the
// try before: what the end of that finds to be put back is what was taken off last.
func TestDoNotDisturbIsTakenOffWhileItIsPutBack(t *testing.T) {
	atDesk(t, nil, func(d *desk) {
		d.checkIn("101", "Li", "local")
		d.rest(time.Minute)
		lifted := true
		if err := d.Agent.phones.keep(d.t.Context(), hotel.PhoneNote{Extension: "101", Lifted: &lifted}); err != nil {
			t.Fatal(err)
		}
		var first atomic.Bool
		written, answer := make(chan struct{}), make(chan struct{})
		d.pbx.after = func(string) error {
			if first.CompareAndSwap(false, true) {
				close(written)
				<-answer
			}
			return nil
		}
		var both sync.WaitGroup
		var putBack, lift error
		both.Go(func() { putBack = d.Agent.phones.putBack(d.t.Context(), "101") })
		<-written
		both.Go(func() { lift = d.Agent.phones.lift(d.t.Context(), "101") })
		synctest.Wait()
		close(answer)
		both.Wait()
		if err := errors.Join(putBack, lift); err != nil {
			t.Fatal(err)
		}
		var known hotel.Phone
		d.Agent.phones.view().Get(hotel.PhoneKey("101"), &known)
		if d.pbx.phones["101"].DND || !known.Lifted {
			t.Errorf("do not disturb is %v on the PBX, and to be put back: %v", d.pbx.phones["101"].DND, known.Lifted)
		}
	})
}
