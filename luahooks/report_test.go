package luahooks

import (
	"context"
	"maps"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"bellhop/hotel"
)

// lastNight is a hotel in which something is open; noon is on 2026-11-21.
func lastNight() state {
	s := harbourInn()
	maps.Copy(s, state{
		hotel.StayKey("S7"):          hotel.Stay{ID: "S7", Room: "1203", Leaves: "2026-11-19"},
		hotel.RoomKey("1300"):        hotel.Room{Number: "1300", Stay: "S8", Sharers: []string{"S9"}},
		hotel.StayKey("S8"):          hotel.Stay{ID: "S8", Leaves: "2026-11-19"},
		hotel.StayKey("S9"):          hotel.Stay{ID: "S9", Leaves: "2026-11-21"},
		hotel.RoomKey("1301"):        hotel.Room{Number: "1301", Stay: "S10", Sharers: []string{"S11"}},
		hotel.StayKey("S10"):         hotel.Stay{ID: "S10", Leaves: "2026-11-19"},
		hotel.StayKey("S11"):         hotel.Stay{ID: "S11"}, // as long as it likes
		hotel.AlertKey("b"):          hotel.Alert{ID: "b", Code: hotel.AlertWrongPIN, Room: "1203", Params: map[string]string{"staff": "7"}, Count: 2, First: noon.Add(-time.Hour), Last: noon},
		hotel.AlertKey("a"):          hotel.Alert{ID: "a", Code: hotel.AlertRefused, Params: map[string]string{"to": "pms", "op": "posting", "error": "no"}, Count: 1, First: noon, Last: noon},
		hotel.WakeUpKey("W1"):        hotel.WakeUp{ID: "W1", Room: "1203", Date: "2026-11-22", Time: "07:00", Repeat: hotel.WakeOnce, State: hotel.WakeUpScheduled, Due: noon.Add(20 * time.Hour), Group: "tour", Language: "en"},
		hotel.WakeUpKey("W2"):        hotel.WakeUp{ID: "W2", Room: "1204", Date: "2026-11-22", Time: "06:30", Repeat: hotel.WakeOnce, State: hotel.WakeUpCancelled},
		hotel.WakeUpKey("W3"):        hotel.WakeUp{ID: "W3", Room: "1300", Date: "2026-11-20", Time: "06:00", Repeat: hotel.WakeDaily, State: hotel.WakeUpScheduled, Due: noon.Add(19 * time.Hour)},
		hotel.WakeUpKey("W4"):        hotel.WakeUp{ID: "W4", Room: "1301", Date: "2026-11-20", Time: "05:00", Repeat: hotel.WakeDaily, Until: "2026-11-21", State: hotel.WakeUpScheduled, Due: noon},
		hotel.WakeUpKey("W5"):        hotel.WakeUp{ID: "W5", Room: "1302", Date: "2026-11-20", Time: "08:00", Repeat: hotel.WakeWeekdays, Days: []time.Weekday{time.Sunday, time.Monday}, State: hotel.WakeUpRinging, Due: noon.Add(time.Minute)},
		hotel.WakeUpKey("W6"):        hotel.WakeUp{ID: "W6", Room: "1303", Date: "2026-11-20", Time: "08:00", Repeat: hotel.WakeWeekdays, Days: []time.Weekday{time.Monday}, State: hotel.WakeUpScheduled, Due: noon},
		hotel.PrefixWakeDue + "x/W1": true,
	})
	return s
}

// lastWakes are wake-ups that are over; noon is 12:30:05 in Shanghai.
func lastWakes() state {
	s := harbourInn()
	at := func(text string) time.Time {
		t, err := time.ParseInLocation("2006-01-02 15:04", text, time.FixedZone("", 8*3600))
		if err != nil {
			panic(err)
		}
		return t
	}
	over := func(id, room, when string, state hotel.WakeUpState) hotel.WakeUp {
		due := at(when)
		return hotel.WakeUp{ID: id, Room: room, Date: when[:10], Time: when[11:], Repeat: hotel.WakeOnce, State: state, Due: due, Ring: 1}
	}
	for _, w := range []hotel.WakeUp{
		over("W1", "1203", "2026-11-21 06:30", hotel.WakeUpUnanswered), over("W2", "1204", "2026-11-21 05:00", hotel.WakeUpBusy),
		over("W3", "1300", "2026-11-20 06:00", hotel.WakeUpFailed), over("W4", "1301", "2026-11-20 05:59", hotel.WakeUpUnanswered),
		over("W5", "1302", "2026-11-21 07:00", hotel.WakeUpAnswered), over("W6", "1303", "2026-11-21 07:10", hotel.WakeUpCancelled),
		over("W7", "1304", "2026-11-21 07:20", hotel.WakeUpUnknown), over("W8", "1305", "2026-11-21 07:30", hotel.WakeUpUnknown),
		over("W9", "1306", "2026-11-22 06:45", hotel.WakeUpScheduled), over("W10", "1307", "2026-11-21 08:00", hotel.WakeUpUnanswered),
	} {
		switch w.ID {
		case "W8":
			w.AlarmRing = w.Ring
		case "W9", "W10": // repeat
			w.Repeat, w.LastState, w.LastDue = hotel.WakeDaily, hotel.WakeUpUnanswered, w.Due.AddDate(0, 0, -1)
		}
		s[hotel.WakeUpKey(w.ID)] = w
	}
	return s
}

func TestOutcomesOfWakeUps(t *testing.T) {
	each := func(options string) string {
		return "for _, w in ipairs(bellhop.wakeups " + options + ") do bellhop.log(w.id, w.room, w.date, w.time, w.state, w.alarm, w.due) end"
	}
	first := "W2 1204 2026-11-21 05:00 busy false 1795208400\nW1 1203 2026-11-21 06:30 unanswered false 1795213800\nW9 1306 2026-11-21 06:45 unanswered false 1795214700"
	rest := "W5 1302 2026-11-21 07:00 answered false 1795215600\nW6 1303 2026-11-21 07:10 cancelled false 1795216200\nW7 1304 2026-11-21 07:20 unknown false 1795216800\nW8 1305 2026-11-21 07:30 unknown true 1795217400\nW10 1307 2026-11-21 08:00 unanswered false 1795219200"
	for body, want := range map[string]string{
		each(`{ ended = true, since = 1795208400 }`):                                                       first + "\n" + rest,
		each(`{ ended = true, date = "2026-11-20" }`):                                                      "W4 1301 2026-11-20 05:59 unanswered false 1795125540\nW3 1300 2026-11-20 06:00 failed false 1795125600\nW10 1307 2026-11-20 08:00 unanswered false 1795132800",
		`bellhop.log(#bellhop.wakeups { ended = true }, #bellhop.wakeups {}, bellhop.wakeups {}[1].alarm)`: "11 1 nil",
	} {
		s := mustLoad(t, Options{}, map[string]string{"t.lua": "bellhop.on('dtmf', function(event)\n" + body + "\nend)"})
		in := input(dialled("1203", "5"))
		in.View = lastWakes()
		got := s.Run(t.Context(), "t.lua:dtmf:1", in)
		if text := strings.Join(got.Log, "\n"); got.Err != nil || text != want {
			t.Errorf("%s: %v\n got %q\nwant %q", body, got.Err, text, want)
		}
	}
}

func TestMorningReportTellsOfWakeUpsThatNobodyAnswered(t *testing.T) {
	for language, want := range map[string]string{
		"en": `[["Wake-ups since yesterday 06:00 that nobody is known to have answered"],["1300","2026-11-20 06:00 could not be rung"],["1307","2026-11-20 08:00 no answer"],["1204","2026-11-21 05:00 busy or cut off"],["1203","2026-11-21 06:30 no answer"],["1306","2026-11-21 06:45 no answer"],["1304","2026-11-21 07:20 not known"],["1307","2026-11-21 08:00 no answer"]]`,
		"zh": `[["昨日 06:00 以来未确认应答的叫醒"],["1300","2026-11-20 06:00 未能拨叫"],["1307","2026-11-20 08:00 无人应答"],["1204","2026-11-21 05:00 占线或被挂断"],["1203","2026-11-21 06:30 无人应答"],["1306","2026-11-21 06:45 无人应答"],["1304","2026-11-21 07:20 结果未知"],["1307","2026-11-21 08:00 无人应答"]]`,
	} {
		if got := asJSON(t, night(t, language, "morning-report", "morning.lua:cron:1", lastWakes(), noon).Rows); got != want {
			t.Errorf("%s\n got %s\nwant %s", language, got, want)
		}
	}
}

// says runs a body in last night's hotel and gives its log.
func says(t *testing.T, body string) string {
	t.Helper()
	s := mustLoad(t, Options{}, map[string]string{"t.lua": "bellhop.on('dtmf', function(event)\n" + body + "\nend)"})
	in := input(dialled("1203", "778*12*2"))
	in.View = lastNight()
	got := s.Run(context.Background(), "t.lua:dtmf:1", in)
	if got.Err != nil {
		t.Fatal(got.Err)
	}
	return strings.Join(got.Log, "\n")
}

func TestListings(t *testing.T) {
	for body, want := range map[string]string{
		`for _, r in ipairs(bellhop.rooms()) do bellhop.log(r.number, r.status, r.occupied, r.stay, r.leaves, r.dnd) end`:                                                       "1203 dirty true S7 2026-11-19 false\n1204 nil false nil nil true\n1300 nil true S8 2026-11-21 false\n1301 nil true S10 nil false\n1501 nil false nil nil false",
		`for _, a in ipairs(bellhop.alerts()) do bellhop.log(a.id, a.code, a.room, a.text, a.count, a.first, a.last) end`:                                                       "b wrong-pin 1203 Three wrong PINs for staff number 7 2 1795231805 1795235405\na call-refused nil pms refused posting: no. What waits: \"bellhop queue list --parked\"; of charges: \"bellhop postings list --state refused\" 1 1795235405 1795235405",
		`for _, w in ipairs(bellhop.wakeups()) do bellhop.log(w.id, w.state, w.due) end`:                                                                                        "W4 scheduled 1795235405\nW6 scheduled 1795235405\nW5 ringing 1795235465\nW3 scheduled 1795303805\nW1 scheduled 1795307405",
		`for _, w in ipairs(bellhop.wakeups { date = bellhop.date(1) }) do bellhop.log(w.id, w.room, w.date, w.time, w["repeat"], w.days and #w.days, w.group, w.language) end`: "W3 1300 2026-11-20 06:00 daily nil nil nil\nW1 1203 2026-11-22 07:00 once nil tour en\nW5 1302 2026-11-20 08:00 weekdays 2 nil nil",
		`for _, w in ipairs(bellhop.wakeups { date = "2026-11-19" }) do bellhop.log(w.id) end bellhop.log("none")`:                                                              "none",
		`bellhop.log(bellhop.wakeups { date = bellhop.date(1) }[3].days[1])`:                                                                                                    "1",
		`bellhop.log(bellhop.date(), bellhop.date(10), bellhop.date(-21))`:                                                                                                      "2026-11-21 2026-12-01 2026-10-31",
	} {
		if got := says(t, body); got != want {
			t.Errorf("%s\n got %q\nwant %q", body, got, want)
		}
	}
}

func TestListingsWithoutAState(t *testing.T) {
	s := mustLoad(t, Options{}, map[string]string{"t.lua": `bellhop.on('dtmf', function() bellhop.log(#bellhop.rooms(), #bellhop.alerts(), #bellhop.wakeups()) end)`})
	in := input(dialled("1203", "1"))
	in.View = nil
	if got := s.Run(context.Background(), "t.lua:dtmf:1", in); got.Err != nil || got.Log[0] != "0 0 0" {
		t.Errorf("%+v", got)
	}
}

func TestReport(t *testing.T) {
	for _, c := range []struct{ body, want, fault string }{
		{`bellhop.report { name = "x", title = "T" }`, `[{"report":{"name":"x","title":"T"}}]`, ""},
		{`bellhop.report { name = "x", title = "T", text = "a\nb", head = { "A" }, rows = { { "H" }, { 1, 2.5, "z" }, {} }, mail = true }`,
			`[{"report":{"name":"x","title":"T","text":"a\nb","head":["A"],"rows":[["H"],["1","2.5","z"],[]],"mail":true}}]`, ""},
		{`bellhop.report { name = "x", title = "T", text = ("x"):rep(20000) }`, "", ""},
		{`bellhop.report { title = "T" }`, "", "name must be a text"},
		{`bellhop.report { name = "X y", title = "T" }`, "", "name must be 1 to 32 of a-z, 0-9 and -"},
		{`bellhop.report { name = "x" }`, "", "title must be a text"},
		{`bellhop.report { name = "x", title = "T", texts = "x" }`, "", "unknown field texts"},
		{`bellhop.report { name = "x", title = "T", rows = "x" }`, "", "rows must be a list, but it is x"},
		{`bellhop.report { name = "x", title = "T", rows = { "x" } }`, "", "rows must be a list of lists of texts, but it is x"},
		{`bellhop.report { name = "x", title = "T", rows = { { true } } }`, "", "rows must be lists of texts and numbers without a gap"},
		{`bellhop.report { name = "x", title = "T", mail = 1 }`, "", "mail must be true or false"},
		{`bellhop.report { name = "x", title = "T", text = ("x"):rep(40000) }`, "", "text must be at most 32 KiB long"},
		{`local r = {} for i = 1, 1001 do r[i] = { "x" } end bellhop.report { name = "x", title = "T", rows = r }`, "", "rows must be a list of at most 1000, but it is 1001"},
		{`bellhop.wakeups { date = "tomorrow" }`, "", `date must be a date such as "2026-11-22", but it is tomorrow`},
		{`bellhop.wakeups { since = 5 }`, "", "since must be for ended wake-ups alone, but it is 5"},
		{`bellhop.wakeups { ended = true, since = "x" }`, "", "since must be seconds since 1970, but it is x"},
		{`bellhop.wakeups { ended = 1 }`, "", "ended must be true or false"},
		{`bellhop.wakeups { day = "x" }`, "", "unknown field day"},
		{`bellhop.date(0.5)`, "", "whole number"},
		{`bellhop.takings("yesterday")`, "", "must be such as 2026-11-22"},
		{`bellhop.takings()`, "", "string expected"},
		{`bellhop.money(0.5)`, "", "whole number"},
		{`bellhop.date(1e6)`, "", "whole number"},
	} {
		got := runBody(t, Options{}, c.body)
		if (got.Err == nil) != (c.fault == "") || got.Err != nil && !strings.Contains(got.Err.Error(), c.fault) {
			t.Errorf("%s: %v", c.body, got.Err)
		}
		if text := asJSON(t, got.Effects); c.want != "" && text != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.body, text, c.want)
		}
	}
}

// night runs a shipped job.
func night(t *testing.T, language, job, unit string, view hotel.View, at time.Time) *hotel.KeepReport {
	t.Helper()
	s := mustLoad(t, Options{Language: language, Currency: "CNY"}, nil)
	ev := &hotel.Event{Kind: hotel.KindCron, Name: job}
	if units := s.Match(ev); len(units) != 1 || units[0] != unit {
		t.Fatalf("%s runs %q", job, units)
	}
	in := input(ev)
	in.View, in.Now = view, at
	got := s.Run(context.Background(), unit, in)
	if got.Err != nil || len(got.Effects) != 1 || got.Effects[0].Report == nil {
		t.Fatalf("%+v", got)
	}
	return got.Effects[0].Report
}

func TestMorningReport(t *testing.T) {
	for language, want := range map[string]string{
		"en": `{"name":"morning","title":"Morning report","text":"3 of 5 rooms are occupied, 1 are to be left today.","head":["Room","What"],"rows":[["Guests who should have left"],["1203","was to leave on 2026-11-19"],["Wake-ups still to come today"],["1301","05:00"],["1300","06:00"],["Waits for a person to decide"],["","pms refused posting: no. What waits: \"bellhop queue list --parked\"; of charges: \"bellhop postings list --state refused\""],["Open alerts"],["1203","Three wrong PINs for staff number 7"]],"mail":true}`,
		"zh": `{"name":"morning","title":"晨报","text":"入住 3 间（共 5 间），今日应退房 1 间。","head":["房间","事项"],"rows":[["应已退房的客人"],["1203","应于 2026-11-19 退房"],["今日尚未执行的叫醒"],["1301","05:00"],["1300","06:00"],["等待人工决定"],["","pms 拒绝了 posting：no。待处理的消息：bellhop queue list --parked；其中的费用：bellhop postings list --state refused"],["未处理的警报"],["1203","员工号 7 连续三次输错密码"]],"mail":true}`,
	} {
		if got := asJSON(t, night(t, language, "morning-report", "morning.lua:cron:1", lastNight(), noon)); got != want {
			t.Errorf("%s\n got %s\nwant %s", language, got, want)
		}
	}
	want := `{"name":"morning","title":"Morning report","text":"0 of 0 rooms are occupied, 0 are to be left today.\nNothing is open.","mail":true}`
	if got := asJSON(t, night(t, "en", "morning-report", "morning.lua:cron:1", state{}, noon)); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

// A house with a thousand alerts has a report that can be read, and kept.
func TestMorningReportOfABadNight(t *testing.T) {
	s := state{}
	for n := range 1000 {
		id := hotel.AlertKey(string(rune('a'+n%26)) + time.Duration(n).String())
		s[id] = hotel.Alert{ID: id, Code: hotel.AlertHook, Room: "1203", Params: map[string]string{"text": strings.Repeat("a", n%3) + strings.Repeat("长", 160)}}
	}
	r := night(t, "zh", "morning-report", "morning.lua:cron:1", s, noon)
	size := 0
	for _, row := range r.Rows {
		size += len(strings.Join(row, ""))
	}
	if got := strings.Join(r.Rows[3], ""); !strings.HasSuffix(got, "长…") || !utf8.ValidString(got) {
		t.Errorf("%q", got)
	}
	if len(r.Rows) > 110 || size > 30<<10 {
		t.Errorf("%d rows of %d bytes", len(r.Rows), size)
	}
}

func TestEveningReport(t *testing.T) {
	six := noon.Add(5*time.Hour + 30*time.Minute)
	for language, want := range map[string]string{
		"en": `{"name":"evening","title":"Wake-ups on 2026-11-22","text":"Wake-ups: 3","head":["Time","Room","Days","Group","Done"],"rows":[["06:00","1300","daily","",""],["07:00","1203","once","tour",""],["08:00","1302","some days","",""]],"mail":true}`,
		"zh": `{"name":"evening","title":"2026-11-22 叫醒清单","text":"叫醒数：3","head":["时间","房间","日期","团队","完成"],"rows":[["06:00","1300","每日","",""],["07:00","1203","一次","tour",""],["08:00","1302","指定日","",""]],"mail":true}`,
	} {
		if got := asJSON(t, night(t, language, "evening-report", "evening.lua:cron:1", lastNight(), six)); got != want {
			t.Errorf("%s\n got %s\nwant %s", language, got, want)
		}
	}
	// Late, at four in the morning, it is about the same day.
	late := night(t, "en", "evening-report", "evening.lua:cron:1", lastNight(), six.Add(10*time.Hour))
	if late.Title != "Wake-ups on 2026-11-22" || len(late.Rows) != 3 {
		t.Errorf("%+v", late)
	}
	if none := night(t, "en", "evening-report", "evening.lua:cron:1", state{}, six); none.Text != "Nobody is to be woken." || none.Head != nil {
		t.Errorf("%+v", none)
	}
}
