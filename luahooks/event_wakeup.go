package luahooks

import (
	"strconv"
	"time"

	lua "github.com/yuin/gopher-lua"

	"bellhop/hotel"
)

// setWakeUp lays what has changed of a wake-up flat into the event.
func setWakeUp(t *lua.LTable, ev *hotel.Event) {
	if ev.Kind != hotel.KindWakeUp {
		return
	}
	for _, name := range []string{"wakeup", "change", "state", "date", "group", "stay", "outcome", "error"} {
		setText(t, name, ev.Fields[name])
	}
	setText(t, "at", ev.Fields["time"])
	setText(t, "from", ev.Fields["from"])
	if n, err := strconv.Atoi(ev.Fields["tries"]); err == nil {
		t.RawSetString("tries", lua.LNumber(n))
	}
	if due, err := time.Parse(time.RFC3339, ev.Fields["due"]); err == nil {
		t.RawSetString("due", lua.LNumber(due.Unix()))
	}
}
