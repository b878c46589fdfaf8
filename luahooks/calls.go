package luahooks

import (
	"fmt"
	"time"

	lua "github.com/yuin/gopher-lua"

	"bellhop/hotel"
)

// maxCallLasts is the longest that a call may wait to be placed, in seconds.
const maxCallLasts = 24 * 60 * 60

// callTo reads whom a call is to ring.
func (o options) callTo() *hotel.HookCall {
	h := &hotel.HookCall{Room: o.text("room", false), Extension: o.text("extension", false), Answer: o.flag("answer")}
	if (h.Room == "") == (h.Extension == "") {
		o.fail("room", "a room, or extension a telephone, and not both", o.table.RawGetString("room"))
	}
	seconds := o.whole("expire", "a whole number of seconds", false)
	if seconds < 0 || seconds > maxCallLasts {
		o.fail("expire", fmt.Sprintf("0 to %d seconds", maxCallLasts), lua.LNumber(seconds))
	}
	h.ExpireAfter = time.Duration(seconds) * time.Second
	return h
}

func (v *vm) pbxPlay(L *lua.LState) int {
	const what = "bellhop.pbx.play"
	r := v.running(L, what)
	o := newOptions(L, what, L.CheckTable(1))
	h := o.callTo()
	if one, ok := textOf(o.table.RawGetString("prompts")); ok {
		h.Prompts = []string{one}
	} else {
		o.each("prompts", func(value lua.LValue) {
			name, ok := textOf(value)
			if !ok || len(h.Prompts) >= maxRooms {
				o.fail("prompts", "a list of names of recordings", value)
			}
			h.Prompts = append(h.Prompts, name)
		})
	}
	if len(h.Prompts) == 0 {
		o.fail("prompts", "a list of names of recordings", o.table.RawGetString("prompts"))
	}
	h.Times = int(o.few("times"))
	v.want(r, hotel.Effect{HookCall: h})
	return 0
}

func (v *vm) pbxCall(L *lua.LState) int {
	const what = "bellhop.pbx.call"
	r := v.running(L, what)
	o := newOptions(L, what, L.CheckTable(1))
	h := o.callTo()
	h.To = o.text("to", true)
	v.want(r, hotel.Effect{HookCall: h})
	return 0
}
