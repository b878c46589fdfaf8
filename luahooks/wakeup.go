package luahooks

import (
	"fmt"
	"slices"
	"time"

	lua "github.com/yuin/gopher-lua"

	"bellhop/hotel"
)

// weekdays as hooks name them, from Sunday on.
var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// wakeUpAdd orders a wake-up, or one for each of several rooms. What is wrong
// with a time or a date the hotel's own rules say.
func (v *vm) wakeUpAdd(L *lua.LState) int {
	const what = "bellhop.wakeup.add"
	r := v.running(L, what)
	o := newOptions(L, what, L.CheckTable(1))
	order := &hotel.WakeUpAdd{
		Rooms: o.rooms(), Stay: o.text("stay", false), From: "hook", Time: o.text("at", true), Date: o.text("date", false),
		Until: o.text("until_date", false), How: hotel.WakeHow(o.text("how", false)),
		Spacing: int(o.few("spacing")), Prompt: o.text("prompt", false), Language: o.text("language", false),
	}
	if o.table.RawGetString("retries") != lua.LNil {
		retries := int(o.few("retries"))
		order.Retries = &retries
	}
	order.Days = o.days()
	switch {
	case len(order.Days) > 0:
		order.Repeat = hotel.WakeWeekdays
	case o.flag("daily"):
		order.Repeat = hotel.WakeDaily
	}
	if len(order.Rooms) == 0 {
		o.fail("room", "a room, or rooms a list of them", o.table.RawGetString("room"))
	}
	v.want(r, hotel.Effect{WakeUpAdd: order})
	return 0
}

// wakeUpCancel takes orders back: one by its id, all of a room, or a group.
func (v *vm) wakeUpCancel(L *lua.LState) int {
	const what = "bellhop.wakeup.cancel"
	r := v.running(L, what)
	o := newOptions(L, what, L.CheckTable(1))
	cancel := &hotel.WakeUpCancel{Rooms: o.rooms(), Group: o.text("group", false)}
	if id := o.text("id", false); id != "" {
		cancel.IDs = []string{id}
	}
	if len(cancel.IDs)+len(cancel.Rooms) == 0 && cancel.Group == "" {
		L.RaiseError("%s: needs an id, a room, rooms or a group", what)
	}
	v.want(r, hotel.Effect{WakeUpCancel: cancel})
	return 0
}

// maxRooms is how many rooms one order may name.
const maxRooms = 1000

// rooms are those of the fields room and rooms.
func (o options) rooms() (list []string) {
	if room := o.text("room", false); room != "" {
		list = append(list, room)
	}
	o.each("rooms", func(value lua.LValue) {
		room, ok := textOf(value)
		if !ok || len(list) >= maxRooms {
			o.fail("rooms", fmt.Sprintf("a list of at most %d rooms", maxRooms), value)
		}
		list = append(list, room)
	})
	return list
}

func (o options) days() (list []time.Weekday) {
	o.each("days", func(value lua.LValue) {
		text, _ := textOf(value)
		day := slices.Index(weekdays, text)
		if day < 0 || slices.Contains(list, time.Weekday(day)) {
			o.fail("days", "a list such as { \"mon\", \"tue\" }", value)
		}
		list = append(list, time.Weekday(day))
	})
	return list
}

// each visits a field that is a list; absent it is empty.
func (o options) each(name string, visit func(lua.LValue)) {
	switch value := o.table.RawGetString(name).(type) {
	case *lua.LNilType:
	case *lua.LTable:
		for i := 1; i <= value.Len(); i++ {
			visit(value.RawGetInt(i))
		}
	default:
		o.fail(name, "a list", value)
	}
}

// few is a small number that is not negative.
func (o options) few(name string) int64 {
	n := o.whole(name, "a whole number", false)
	if n < 0 || n > 1000 {
		o.fail(name, "0 to 1000", lua.LNumber(n))
	}
	return n
}
