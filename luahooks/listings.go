package luahooks

import (
	"slices"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"

	"bellhop/hotel"
)

// list visits the records below a prefix; without a state there are none.
func (r *run) list(prefix string, visit func(decode func(into any) bool)) {
	if r.in.View == nil {
		return
	}
	r.in.View.List(prefix, func(_ string, decode func(into any) bool) bool {
		visit(decode)
		return true
	})
}

// rooms gives all rooms, by number.
func (v *vm) rooms(L *lua.LState) int {
	r := v.running(L, "bellhop.rooms")
	all := L.NewTable()
	r.list(hotel.PrefixRoom, func(decode func(any) bool) {
		var room hotel.Room
		if !decode(&room) {
			return
		}
		all.Append(r.roomTable(L, room))
	})
	L.Push(all)
	return 1
}

// leaves is the date on which the last of a room's guests is to leave; empty
// when the room is vacant or one of them may stay for ever.
func (r *run) leaves(room hotel.Room) (date string) {
	if room.Stay == "" {
		return ""
	}
	for _, id := range append([]string{room.Stay}, room.Sharers...) {
		var s hotel.Stay
		if !r.get(hotel.StayKey(id), &s) || s.Leaves == "" {
			return ""
		}
		date = max(date, s.Leaves)
	}
	return date
}

// alerts gives the open alerts, the oldest first, in the hotel's language and
// without names of guests.
func (v *vm) alerts(L *lua.LState) int {
	r := v.running(L, "bellhop.alerts")
	var open []hotel.Alert
	r.list(hotel.PrefixAlert, func(decode func(any) bool) {
		var a hotel.Alert
		if decode(&a) {
			open = append(open, a)
		}
	})
	slices.SortStableFunc(open, func(a, b hotel.Alert) int { return a.First.Compare(b.First) })
	all := L.NewTable()
	for _, a := range open {
		t := L.CreateTable(0, 7)
		setText(t, "id", a.ID)
		setText(t, "code", a.Code)
		setText(t, "room", a.Room)
		setText(t, "text", a.Text(v.set.language))
		t.RawSetString("count", lua.LNumber(a.Count))
		t.RawSetString("first", lua.LNumber(a.First.Unix()))
		t.RawSetString("last", lua.LNumber(a.Last.Unix()))
		all.Append(t)
	}
	L.Push(all)
	return 1
}

// wakeups gives the orders that are not over, those that ring earlier first;
// with a date those that are to ring on it. With ended it gives what came of those
// that are over.
func (v *vm) wakeups(L *lua.LState) int {
	const what = "bellhop.wakeups"
	r := v.running(L, what)
	o := newOptions(L, what, L.OptTable(1, L.NewTable()))
	date := o.date("date")
	if since := o.whole("since", "seconds since 1970", false); o.flag("ended") {
		L.Push(r.outcomes(L, date, since))
		return 1
	} else if since != 0 {
		o.fail("since", "for ended wake-ups alone", lua.LNumber(since))
	}
	var orders []hotel.WakeUp
	r.list(hotel.PrefixWakeUp, func(decode func(any) bool) {
		var w hotel.WakeUp
		if decode(&w) && !w.State.Over() && (date == "" || w.RingsOn(date)) {
			orders = append(orders, w)
		}
	})
	slices.SortStableFunc(orders, func(a, b hotel.WakeUp) int {
		if date != "" {
			return strings.Compare(a.Time, b.Time)
		}
		return a.Due.Compare(b.Due)
	})
	all := L.NewTable()
	for i := range orders {
		all.Append(wakeUpTable(L, &orders[i]))
	}
	L.Push(all)
	return 1
}

// outcomes gives what came of wake-ups that were due since a moment, or on a date,
// the earlier first.
func (r *run) outcomes(L *lua.LState, date string, since int64) *lua.LTable {
	type outcome struct {
		order hotel.WakeUp
		hotel.WakeOutcome
	}
	var list []outcome
	r.list(hotel.PrefixWakeUp, func(decode func(any) bool) {
		var w hotel.WakeUp
		if !decode(&w) {
			return
		}
		for _, x := range w.Outcomes(r.clock().Location()) {
			if x.Due.Unix() >= since && (date == "" || x.Date == date) {
				list = append(list, outcome{w, x})
			}
		}
	})
	slices.SortStableFunc(list, func(a, b outcome) int { return a.Due.Compare(b.Due) })
	all := L.NewTable()
	for _, x := range list {
		x.order.Date, x.order.Due, x.order.State = x.Date, x.Due, x.State
		t := wakeUpTable(L, &x.order)
		t.RawSetString("alarm", lua.LBool(x.Alarm))
		all.Append(t)
	}
	return all
}

func wakeUpTable(L *lua.LState, w *hotel.WakeUp) *lua.LTable {
	t := L.CreateTable(0, 10)
	setText(t, "id", w.ID)
	setText(t, "room", w.Room)
	setText(t, "date", w.Date)
	setText(t, "time", w.Time)
	setText(t, "repeat", string(w.Repeat)) // t["repeat"]: a word of Lua's
	setText(t, "state", string(w.State))
	setText(t, "group", w.Group)
	setText(t, "language", w.Language)
	if !w.Due.IsZero() {
		t.RawSetString("due", lua.LNumber(w.Due.Unix()))
	}
	if len(w.Days) > 0 {
		days := L.NewTable()
		for _, d := range w.Days {
			days.Append(lua.LNumber(int(d) + 1)) // as bellhop.now().wday
		}
		t.RawSetString("days", days)
	}
	return t
}

// date is a field that holds a date; empty when it is absent.
func (o options) date(name string) string {
	text := o.text(name, false)
	if _, err := time.Parse(time.DateOnly, text); text != "" && err != nil {
		o.fail(name, `a date such as "2026-11-22"`, lua.LString(text))
	}
	return text
}

// maxDays is how far bellhop.date reaches.
const maxDays = 3660

// date gives the hotel's date, some days from today.
func (v *vm) date(L *lua.LState) int {
	r := v.running(L, "bellhop.date")
	days := L.OptNumber(1, 0)
	if !isWhole(days) || days < -maxDays || days > maxDays {
		L.RaiseError("bellhop.date: the days must be a whole number, -%d to %d", maxDays, maxDays)
	}
	year, month, day := r.clock().Date()
	L.Push(lua.LString(time.Date(year, month, day+int(days), 0, 0, 0, 0, time.UTC).Format(time.DateOnly)))
	return 1
}
