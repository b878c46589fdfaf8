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

// money writes an amount for people: 1250 fen as "12.50 CNY".
func (v *vm) money(L *lua.LState) int {
	amount := L.CheckNumber(1)
	if !isWhole(amount) {
		L.RaiseError("bellhop.money: the amount must be a whole number of the currency's smallest unit, but it is %s", amount.String())
	}
	L.Push(lua.LString(hotel.FormatAmount(int64(amount), v.set.currency) + " " + v.set.currency))
	return 1
}
