package luahooks

import (
	"fmt"
	"time"

	lua "github.com/yuin/gopher-lua"

	"bellhop/hotel"
)

// maxSMSLasts is the longest that a message may wait to be sent, in seconds.
const maxSMSLasts = 24 * 60 * 60

func (v *vm) sms(L *lua.LState) int {
	const what = "bellhop.sms"
	r := v.running(L, what)
	o := newOptions(L, what, L.CheckTable(1))
	s := &hotel.SendSMS{To: o.mobile("to", true), Text: o.text("text", true), Room: o.text("room", false), Answer: o.flag("answer")}
	seconds := o.whole("expire", "a whole number of seconds", false)
	if seconds < 0 || seconds > maxSMSLasts {
		o.fail("expire", fmt.Sprintf("0 to %d seconds", maxSMSLasts), lua.LNumber(seconds))
	}
	s.ExpireAfter = time.Duration(seconds) * time.Second
	v.want(r, hotel.Effect{SMS: s})
	return 0
}

// mobile is a number that messages can be sent to.
func (o options) mobile(name string, required bool) string {
	number := o.text(name, required)
	if number != "" && !hotel.IsSMSNumber(number) {
		o.fail(name, "3 to 20 digits, with + before a country code", lua.LString(number))
	}
	return number
}
