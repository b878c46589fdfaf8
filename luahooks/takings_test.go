package luahooks

import (
	"testing"

	"bellhop/hotel"
)

func TestMorningReportSaysWhatWasCharged(t *testing.T) {
	s := state{hotel.TakingsKey("2026-11-20"): hotel.Takings{
		"minibar": {Count: 12, Amount: 45050}, "call": {Count: 3, Amount: 999}, "payment": {Count: 1, Amount: -30000},
	}}
	for language, want := range map[string]string{
		"en": `[["Charged yesterday"],["Minibar","12: 450.50 CNY"],["Telephone","3: 9.99 CNY"],["Paid","1: -300.00 CNY"]]`,
		"zh": `[["昨日入账"],["迷你吧","12 笔：450.50 CNY"],["电话","3 笔：9.99 CNY"],["付款","1 笔：-300.00 CNY"]]`,
	} {
		r := night(t, language, "morning-report", "morning.lua:cron:1", s, noon)
		if got := asJSON(t, r.Rows); got != want || len(r.Head) == 0 {
			t.Errorf("%s\n got %s\nwant %s", language, got, want)
		}
	}
}

func TestTakingsOfADay(t *testing.T) {
	s := mustLoad(t, Options{}, map[string]string{"t.lua": `bellhop.on("dtmf", function()
  local t = bellhop.takings("2026-11-20")
  bellhop.kv.set("x", t.call.count .. " " .. t.call.amount .. " " .. t.call.tax .. " " .. tostring(t.other))
end)`})
	in := input(dialled("1203", "1"))
	in.View = state{hotel.TakingsKey("2026-11-20"): hotel.Takings{"call": {Count: 3, Amount: 999, Tax: 57}}}
	if said, _ := foundBy(t, s, in); said != `"3 999 57 nil"` {
		t.Error(said)
	}
}
