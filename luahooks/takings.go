package luahooks

import (
	"time"

	lua "github.com/yuin/gopher-lua"

	"bellhop/hotel"
)

// takings gives what was charged on a date of the hotel, by kind of posting.
func (v *vm) takings(L *lua.LState) int {
	const what = "bellhop.takings"
	r := v.running(L, what)
	date := L.CheckString(1)
	if _, err := time.Parse(time.DateOnly, date); err != nil {
		L.RaiseError("%s: the date must be such as 2026-11-22, but it is %q", what, clip(date, 50))
	}
	all := L.NewTable()
	day := hotel.Takings{}
	r.get(hotel.TakingsKey(date), &day)
	for kind, taking := range day {
		t := L.CreateTable(0, 3)
		t.RawSetString("count", lua.LNumber(taking.Count))
		t.RawSetString("amount", lua.LNumber(taking.Amount))
		t.RawSetString("tax", lua.LNumber(taking.Tax))
		all.RawSetString(kind, t)
	}
	L.Push(all)
	return 1
}
