package luahooks

import (
	"math"

	lua "github.com/yuin/gopher-lua"

	"bellhop/hotel"
)

// small is a whole number that every processor's int holds.
func (o options) small(name string, required bool) int {
	n := o.whole(name, "a whole number", required)
	if n > math.MaxInt32 || n < math.MinInt32 {
		o.fail(name, "a smaller number", lua.LNumber(n))
	}
	return int(n)
}

func (v *vm) checkIn(L *lua.LState) int {
	const what = "bellhop.checkin"
	r := v.running(L, what)
	o := newOptions(L, what, L.CheckTable(1))
	v.want(r, hotel.Effect{CheckIn: &hotel.CheckIn{
		Room: o.text("room", true), Stay: o.text("stay", false), Name: o.text("name", false), Class: o.text("class", false),
		Leaves: o.date("leaves"), Language: o.text("language", false), VIP: o.small("vip", false),
		Incognito: o.flag("incognito"), Share: o.flag("share"),
	}})
	return 0
}

// checkOut asks for one: what keeps guests in their rooms lies beneath it.
func (v *vm) checkOut(L *lua.LState) int {
	const what = "bellhop.checkout"
	r := v.running(L, what)
	o := newOptions(L, what, L.CheckTable(1))
	v.want(r, hotel.Effect{CheckOut: &hotel.CheckOut{
		Room: o.text("room", true), Stay: o.text("stay", false), All: o.flag("all"), Now: o.flag("now"),
	}})
	return 0
}

func (v *vm) move(L *lua.LState) int {
	const what = "bellhop.move"
	r := v.running(L, what)
	o := newOptions(L, what, L.CheckTable(1))
	v.want(r, hotel.Effect{Move: &hotel.MoveStay{
		From: o.text("room", true), To: o.text("to", true), Stay: o.text("stay", false), Swap: o.flag("swap"),
	}})
	return 0
}

func (v *vm) extend(L *lua.LState) int {
	const what = "bellhop.extend"
	r := v.running(L, what)
	o := newOptions(L, what, L.CheckTable(1))
	o.text("leaves", true)
	v.want(r, hotel.Effect{Extend: &hotel.ExtendStay{Room: o.text("room", true), Stay: o.text("stay", false), Leaves: o.date("leaves")}})
	return 0
}

func (v *vm) correct(L *lua.LState) int {
	const what = "bellhop.correct"
	r := v.running(L, what)
	o := newOptions(L, what, L.CheckTable(1))
	c := &hotel.Correct{
		Posting: o.text("posting", true), Quantity: o.small("quantity", false), Reason: o.text("reason", true), Staff: o.text("staff", false),
	}
	if o.table.RawGetString("quantity") != lua.LNil && c.Quantity < 1 {
		o.fail("quantity", "1 or more", lua.LNumber(c.Quantity))
	}
	v.want(r, hotel.Effect{Correct: c})
	return 0
}

func (v *vm) dnd(L *lua.LState) int {
	const what = "bellhop.dnd"
	r := v.running(L, what)
	o := newOptions(L, what, L.CheckTable(1))
	if o.table.RawGetString("on") == lua.LNil {
		o.fail("on", "true or false", lua.LNil)
	}
	v.want(r, hotel.Effect{DND: &hotel.SetDND{Room: o.text("room", true), On: o.flag("on"), From: hotel.DNDDesk}})
	return 0
}
