package luahooks

import (
	"time"

	lua "github.com/yuin/gopher-lua"

	"bellhop/hotel"
)

// maxTalk is the longest call that is priced, in seconds: a month.
const maxTalk = 31 * 24 * 60 * 60

// tariffPrice gives what a call costs, why it costs nothing or has no price, and
// the name of its rate.
func (v *vm) tariffPrice(L *lua.LState) int {
	const what = "bellhop.tariff.price"
	r := v.running(L, what)
	o := newOptions(L, what, L.CheckTable(1))
	c := hotel.Dialled{Number: o.text("number", true), Trunk: o.text("trunk", false), Begin: r.in.Now}
	seconds := o.whole("seconds", "a whole number of seconds", true)
	if seconds < 0 || seconds > maxTalk {
		o.fail("seconds", "0 to 2678400", lua.LNumber(seconds))
	}
	c.Seconds = int(seconds)
	if at := o.whole("at", "seconds since 1970", false); at != 0 {
		c.Begin = time.Unix(at, 0)
	}
	setup := v.set.prices
	if r.in.Zone != nil {
		setup.Zone = r.in.Zone
	}
	quote, price := setup.PriceOf(r.tariff(), c)
	switch quote.Why {
	case hotel.WhyNoRate, hotel.WhyTooMuch:
		L.Push(lua.LNil)
	default:
		L.Push(lua.LNumber(price))
	}
	pushText(L, quote.Why)
	name := ""
	if quote.Exact != nil {
		name = quote.Rate.Name()
	}
	pushText(L, name)
	return 3
}

// tariff is that of the state; without a state it is empty.
func (r *run) tariff() hotel.Tariff {
	if r.in.View == nil {
		return hotel.Rates{}
	}
	return hotel.TariffOf(r.in.View)
}

// pushText gives a text, or nil for an empty one.
func pushText(L *lua.LState, text string) {
	if text == "" {
		L.Push(lua.LNil)
		return
	}
	L.Push(lua.LString(text))
}
