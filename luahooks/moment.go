package luahooks

import (
	"strings"

	lua "github.com/yuin/gopher-lua"

	"bellhop/hotel"
)

// time gives a moment in seconds since 1970: that of this run, or one that the
// clock on the hotel's wall shows.
func (v *vm) time(L *lua.LState) int {
	r := v.running(L, "bellhop.time")
	at := r.in.Now
	if L.Get(1) != lua.LNil {
		date, clock, timed := strings.Cut(checkText(L, 1), " ")
		if !timed {
			clock = "00:00"
		}
		var err error
		if at, err = hotel.LocalMoment(date, clock, r.clock().Location()); err != nil {
			L.RaiseError(`bellhop.time: must be such as "2026-11-22 06:00" or "2026-11-22", but it is %q`, clip(L.CheckString(1), 50))
		}
	}
	L.Push(lua.LNumber(at.Unix()))
	return 1
}

// say gives the one of two texts that is in the hotel's language.
func (v *vm) say(L *lua.LState) int {
	en, zh := checkText(L, 1), checkText(L, 2)
	if v.set.language == "zh" {
		en = zh
	}
	L.Push(lua.LString(en))
	return 1
}
