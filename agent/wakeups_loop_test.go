package agent

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"bellhop/config"
	"bellhop/hotel"
)

// TestOneStepThatCannotBeDoneHoldsUpNoOther: the rules refuse W2 whenever they
// are asked.
func TestOneStepThatCannotBeDoneHoldsUpNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		due := time.Date(2026, 11, 22, 6, 30, 0, 0, time.UTC)
		view := mapView{}
		for _, id := range []string{"W1", "W2", "W3"} {
			w := hotel.WakeUp{ID: id, Room: "101", State: hotel.WakeUpCancelled, Due: due, Next: due}
			view[hotel.WakeUpKey(id)] = w
			view[hotel.PrefixWakeDue+due.Format("2006-01-02T15:04:05.000Z")+"/"+id] = hotel.WakeUp{}
		}
		var fired []string
		l := &wakeLoop{
			view: func() hotel.View { return view }, places: func() int { return 9 }, report: func(err error) { t.Error(err) },
			held: map[hotel.WakeUpStep]time.Time{}, lines: map[string]time.Time{},
			fire: func(_ context.Context, steps []hotel.WakeUpStep) error {
				var ids []string
				for _, s := range steps {
					ids = append(ids, s.ID)
				}
				fired = append(fired, strings.Join(ids, "+"))
				if slices.Contains(ids, "W2") {
					return nil // parked: nothing has changed
				}
				for _, s := range steps {
					w := view[hotel.WakeUpKey(s.ID)]
					w.Next = time.Time{}
					view[hotel.WakeUpKey(s.ID)] = w
					delete(view, hotel.PrefixWakeDue+due.Format("2006-01-02T15:04:05.000Z")+"/"+s.ID)
				}
				return nil
			},
		}
		for range 65 {
			l.tick(t.Context(), due)
			time.Sleep(time.Second)
		}
		if want := []string{"W1+W2+W3", "W1", "W2", "W3", "W2"}; !slices.Equal(fired, want) {
			t.Errorf("fired %q, want %q", fired, want)
		}
	})
}

// mapView is a state of wake-ups alone.
type mapView map[string]hotel.WakeUp

func (v mapView) Get(key string, into any) bool {
	w, ok := v[key]
	if to, is := into.(*hotel.WakeUp); ok && is {
		*to = w
	}
	return ok
}

func (v mapView) List(prefix string, visit func(string, func(any) bool) bool) {
	var keys []string
	for key := range v {
		if strings.HasPrefix(key, prefix) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	for _, key := range keys {
		if !visit(key, func(into any) bool { return v.Get(key, into) }) {
			return
		}
	}
}

func TestCallsByModel(t *testing.T) {
	for model, want := range map[string]int{"Yeastar S300": 60, "S100": 30, "s50": 25, "S20": 10, "K2": 200, "": 8, "P560": 8} {
		if got := modelCalls(model); got != want {
			t.Errorf("%q carries %d, want %d", model, got, want)
		}
	}
}

// How many rooms may be rung at once: what the config says, a third of it kept
// free if it does not say how much, and one whatever it says.
func TestPlacesForCalls(t *testing.T) {
	for _, c := range []struct{ calls, reserve, want int }{
		{0, -1, 6}, {0, 0, 8}, {0, 3, 5}, {30, -1, 20}, {30, 5, 25}, {30, 0, 30}, {4, 4, 1}, {4, 9, 1}, {1, -1, 1},
	} {
		a := &Agent{config: config.Config{WakeUp: config.WakeUp{Calls: c.calls, Reserve: c.reserve}}}
		if got := a.wakePlaces(); got != c.want {
			t.Errorf("%d calls, %d kept free: %d places, want %d", c.calls, c.reserve, got, c.want)
		}
	}
}
