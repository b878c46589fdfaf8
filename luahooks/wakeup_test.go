package luahooks

import (
	"strings"
	"testing"
)

// Each row is what a hook does and what it comes to; an error is what begins
// with a question mark.
func TestWakeUpsOfHooks(t *testing.T) {
	for _, row := range []struct{ does, want string }{
		{`bellhop.wakeup.add { room = "1203", at = "06:30" }`, `[{"wakeupAdd":{"rooms":["1203"],"from":"hook","time":"06:30"}}]`},
		{
			`bellhop.wakeup.add { rooms = { "101", 102 }, at = "06:30", date = "tomorrow", days = { "mon", "sun" }, until_date = "2026-12-01", retries = 0, spacing = 3, how = "both", prompt = "hello", language = "zh", stay = "G1" }`,
			`[{"wakeupAdd":{"rooms":["101","102"],"stay":"G1","from":"hook","time":"06:30","date":"tomorrow","repeat":"weekdays","days":[1,0],"until":"2026-12-01","how":"both","retries":0,"spacing":3,"prompt":"hello","language":"zh"}}]`,
		},
		{`bellhop.wakeup.add { room = "1203", at = "06:30", daily = true }`, `[{"wakeupAdd":{"rooms":["1203"],"from":"hook","time":"06:30","repeat":"daily"}}]`},
		{`bellhop.wakeup.cancel { id = "W7" }`, `[{"wakeupCancel":{"ids":["W7"]}}]`},
		{`bellhop.wakeup.cancel { rooms = { "101" }, group = "G9" }`, `[{"wakeupCancel":{"rooms":["101"],"group":"G9"}}]`},
		{`bellhop.wakeup.add { at = "06:30" }`, `?room must be a room, or rooms a list of them`},
		{`bellhop.wakeup.add { room = "1203" }`, `?at must be a text`},
		{`bellhop.wakeup.add { room = "1203", at = "06:30", days = "mon" }`, `?days must be a list`},
		{`bellhop.wakeup.add { room = "1203", at = "06:30", days = { "monday" } }`, `?days must be a list such as`},
		{`bellhop.wakeup.add { room = "1203", at = "06:30", retries = -1 }`, `?retries must be 0 to 1000`},
		{`bellhop.wakeup.add { room = "1203", time = "06:30" }`, `?unknown field time`},
		{`bellhop.wakeup.cancel {}`, `?needs an id, a room, rooms or a group`},
	} {
		s := mustLoad(t, Options{}, map[string]string{"t.lua": "bellhop.on('dtmf', function() " + row.does + " end)"})
		got := s.Run(t.Context(), "t.lua:dtmf:1", input(dialled("1203", "5")))
		if fault, wrong := strings.CutPrefix(row.want, "?"); wrong {
			if got.Err == nil || !strings.Contains(got.Err.Error(), fault) {
				t.Errorf("%s: error %v, want %q", row.does, got.Err, fault)
			}
			continue
		}
		if text := asJSON(t, got.Effects); got.Err != nil || text != row.want {
			t.Errorf("%s: error %v, effects\n got %s\nwant %s", row.does, got.Err, text, row.want)
		}
	}
}
