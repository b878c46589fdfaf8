package yeastar

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"bellhop/hotel"
	"bellhop/pbx"
	"bellhop/sim"
)

// orders is what the agent has asked for, with what must not happen twice.
type orders struct {
	number int
	calls  []string        // numbers outside, each called once at most
	texts  map[string]bool // of SMS; true: it was said to be sent
	alarms map[string]alarmOrder
	errors map[string]int // how often each thing failed
	asked  int
}

type alarmOrder struct {
	room, id string
	spec     pbx.AlarmSpec
}

// order asks the PBX for one thing, as the agent would.
func (h *hour) order() {
	ctx, room := h.t.Context(), h.room(h.caller)
	h.orders.asked++
	h.orders.number++
	outside := fmt.Sprintf("9%06d", h.orders.number)
	switch h.caller.IntN(12) {
	case 0:
		h.orders.calls = append(h.orders.calls, outside)
		h.once("dial", func() error {
			_, err := h.driver.Dial(ctx, pbx.DialOrder{Caller: room, Callee: outside, Outside: true})
			return err
		})
	case 1:
		h.orders.calls = append(h.orders.calls, outside)
		h.once("prompt", func() error {
			_, err := h.driver.PlayPrompt(ctx, pbx.PromptOrder{Number: outside, Prompts: []string{"music1"}, Count: 1, Outside: true, Permission: room})
			return err
		})
	case 2:
		h.text(outside)
	case 3, 4:
		h.setAlarm(room)
	case 5:
		h.dropAlarm()
	case 6:
		h.change(room)
	case 7:
		if h.caller.IntN(3) == 0 {
			h.checkOut(room)
		}
	case 8:
		_, err := h.past(time.Now().Add(-10*time.Minute), time.Now())
		h.outcome("past calls", err)
	case 9:
		_, err := h.driver.ListExtensions(ctx)
		h.outcome("list", err)
	case 10:
		_, err := h.driver.ExtensionCalls(ctx, room)
		h.outcome("calls", err)
	default:
		_, err := h.driver.Identify(ctx)
		h.outcome("identify", err)
	}
}

// outcome checks that one can go on by an error.
func (h *hour) outcome(what string, err error) {
	h.t.Helper()
	if err == nil {
		return
	}
	if h.orders.errors == nil {
		h.orders.errors = map[string]int{}
	}
	h.orders.errors[what]++
	if !slices.ContainsFunc(allKinds, func(kind error) bool { return errors.Is(err, kind) }) {
		h.t.Errorf("%s: an error of no kind: %v", what, err)
	}
}

// once does what must not be done twice: it is tried again only when it is
// known not to have been done.
func (h *hour) once(what string, try func() error) (done bool) {
	for range 4 {
		err := try()
		h.outcome(what, err)
		if err == nil || errors.Is(err, pbx.ErrUncertain) || !errors.Is(err, pbx.ErrRetry) {
			return err == nil
		}
		time.Sleep(2 * time.Second)
	}
	return false
}

func (h *hour) text(text string) {
	if h.orders.texts == nil {
		h.orders.texts = map[string]bool{}
	}
	h.orders.texts[text] = h.once("SMS", func() error {
		_, err := h.driver.SendSMS(h.t.Context(), pbx.SMS{Trunk: "GSM", To: "13800000000", Text: text})
		return err
	})
}

// setAlarm sets one as the agent does: after a doubt it asks again for the
// same, which the driver compares with what is there.
func (h *hour) setAlarm(room string) {
	at := time.Now().UTC().Add(8*time.Hour + time.Duration(2+h.caller.IntN(50))*time.Minute)
	spec := pbx.AlarmSpec{Hour: at.Hour(), Minute: at.Minute(), Repeat: pbx.AlarmOnce, Rings: 1 + h.caller.IntN(3), Interval: time.Minute}
	for range 5 {
		id, err := h.driver.CreateAlarm(h.t.Context(), room, spec)
		h.outcome("set alarm", err)
		if err == nil {
			if h.orders.alarms == nil {
				h.orders.alarms = map[string]alarmOrder{}
			}
			h.orders.alarms[id] = alarmOrder{room, id, spec}
			return
		}
		if !errors.Is(err, pbx.ErrRetry) && !errors.Is(err, pbx.ErrUncertain) {
			return
		}
		time.Sleep(2 * time.Second)
	}
}

func (h *hour) dropAlarm() {
	ids := slices.Sorted(maps.Keys(h.orders.alarms))
	if len(ids) == 0 {
		return
	}
	id, room := ids[0], h.orders.alarms[ids[0]].room
	err := h.driver.DeleteAlarms(h.t.Context(), room, id)
	h.outcome("delete alarm", err)
	if err != nil {
		return
	}
	delete(h.orders.alarms, id)
	x, _ := h.sim.Extension(room)
	if slices.ContainsFunc(x.Alarms, func(a sim.Alarm) bool { return a.ID == id }) {
		h.t.Errorf("alarm %s is said to be deleted, and stands", id)
	}
}

func (h *hour) change(room string) {
	name := fmt.Sprintf("Guest %d", h.orders.number)
	dnd := h.orders.number%2 == 0
	err := h.driver.ChangeExtension(h.t.Context(), room, pbx.Change{Name: &name, DND: &dnd, Routes: &[]string{"Local"}})
	h.outcome("change", err)
	x, _ := h.sim.Extension(room)
	if err == nil && (x.Settings["username"] != name || x.Settings["dnd"] != onOff(dnd) || x.Settings["selectoutroute"] != "Local") {
		h.t.Errorf("%s is said to be changed, and is %+v", room, x.Settings)
	}
}

// checkOut takes along the alarms of the room, whoever set them.
func (h *hour) checkOut(room string) {
	err := h.driver.CheckOut(h.t.Context(), room)
	h.outcome("check out", err)
	x, _ := h.sim.Extension(room)
	if err == nil && (x.Settings["username"] != room || len(x.Alarms) > 0) {
		h.t.Errorf("%s is said to be checked out, and is %+v", room, x)
	}
	if len(x.Alarms) == 0 { // also when only the answer was lost
		n := 0
		fmt.Sscan(room, &n)
		delete(h.theirs, fmt.Sprint(9000+n-1001))
	}
}

// past asks for the records of calls.
func (h *hour) past(from, to time.Time) (keys map[string]bool, err error) {
	keys = map[string]bool{}
	show := func(at time.Time) string { return at.UTC().Add(8 * time.Hour).Format(pbxTime) }
	err = h.driver.PastCalls(h.t.Context(), pbx.Span{From: show(from), To: show(to)}, nil, func(ev hotel.Event) error {
		if ev.MergeKey() == "" || keys[ev.MergeKey()] {
			h.t.Errorf("a record without a key of its own: %+v", ev)
		}
		keys[ev.MergeKey()] = true
		return nil
	})
	return keys, err
}
