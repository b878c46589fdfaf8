package luahooks

import (
	"testing"
	"time"
)

// The interpreter looks by itself: on a busy box the timer may come when the memory
// is full. Here it never comes.
func TestInterpreterLooksByItself(t *testing.T) {
	s := mustLoad(t, Options{Limits: Limits{VMs: 2, Deadline: time.Minute}}, map[string]string{
		"t.lua": "bellhop.on('dtmf', function() local t = {} for i = 1, 100 do local l = {} l[65000] = 1 t[i] = l end end)",
	})
	for range cap(s.pool) {
		v := <-s.pool
		if v != nil {
			v.watch.timer = time.AfterFunc(time.Hour, func() {})
			defer v.watch.timer.Stop()
		}
		s.pool <- v
	}
	in := input(dialled("1203", "1"))
	var grew []uint64
	in.Ran = func(c Cost) { grew = append(grew, c.Grew) }
	if got := s.Run(t.Context(), "t.lua:dtmf:1", in); !isMemory(got.Err) {
		t.Errorf("a hundred megabytes of lists: %v", got.Err)
	}
	if most := uint64(40 << 20); len(grew) != 2 || grew[0] > most { // the second run is that of a suspect
		t.Errorf("it grew by %d bytes", grew)
	}
}
