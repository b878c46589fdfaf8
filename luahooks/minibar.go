package luahooks

import (
	"math"

	lua "github.com/yuin/gopher-lua"

	"bellhop/hotel"
)

// minibarUnclear keeps an entry that cannot be charged until a person has said
// what was meant.
func (v *vm) minibarUnclear(L *lua.LState) int {
	const what = "bellhop.minibar.unclear"
	r := v.running(L, what)
	o := newOptions(L, what, L.CheckTable(1))
	count := o.whole("count", "a whole number", true)
	if count > math.MaxInt32 || count < math.MinInt32 {
		o.fail("count", "a smaller number", lua.LNumber(count))
	}
	v.want(r, hotel.Effect{Unclear: &hotel.UnclearEntry{
		Room: o.text("room", true), Item: o.text("item", true), Count: int(count), Minibar: o.text("minibar", false),
		Removal: o.flag("removal"), Staff: o.text("staff", false),
	}})
	return 0
}
