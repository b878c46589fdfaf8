package luahooks

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"bellhop/hotel"
)

// Each row is the body of a hook; want is its effects as JSON, or, with a
// leading "!", what its error contains.
func TestEffects(t *testing.T) {
	for _, row := range []struct{ name, body, want string }{
		{"post", `bellhop.post{room = "1203", kind = "other", amount = -250, quantity = 3, description = "Towel", staff = "12", item = "7"}`,
			`[{"post":{"room":"1203","kind":"other","item":"7","description":"Towel","quantity":3,"amount":-250,"staff":"12"}}]`},
		{"post with numbers for texts", `bellhop.post{room = 1203, kind = "minibar", amount = 1, item = 12}`,
			`[{"post":{"room":"1203","kind":"minibar","item":"12","amount":1}}]`},
		{"post with an item's table", `bellhop.post{room = "1203", kind = "minibar", amount = 1, item = bellhop.minibar.item("12"), description = "cold"}`,
			`[{"post":{"room":"1203","kind":"minibar","minibar":"minibar","item":"12","description":"cold","amount":1}}]`},
		{"post on a stay", `bellhop.post{stay = "G1", kind = "minibar", minibar = "wine", amount = 1}`,
			`[{"post":{"room":"","stay":"G1","kind":"minibar","minibar":"wine","amount":1}}]`},
		{"an unclear entry", `bellhop.minibar.unclear{room = 1203, item = 77, count = 3, staff = "9"}`,
			`[{"unclear":{"room":"1203","item":"77","count":3,"staff":"9"}}]`},
		{"post with a fraction", `bellhop.post{room = "1203", kind = "other", amount = 12.5}`, "!amount must be a whole number of the currency's smallest unit, but it is 12.5"},
		{"post with no number", `bellhop.post{room = "1203", kind = "other", amount = 0/0}`, "!amount must be a whole number"},
		{"post with a number as text", `bellhop.post{room = "1203", kind = "other", amount = "5"}`, "!amount must be a whole number"},
		{"post without an amount", `bellhop.post{room = "1203", kind = "other"}`, "!amount must be a whole number"},
		{"post without a room", `bellhop.post{kind = "other", amount = 5}`, "!room must be a text"},
		{"post with a huge quantity", `bellhop.post{room = "1203", kind = "other", amount = 5, quantity = 1e15}`, "!quantity must be a smaller number"},
		{"post with a slip", `bellhop.post{rooom = "1203", kind = "other", amount = 5}`, "!unknown field rooom; the fields are room, stay, kind"},
		{"post with a strange item", `bellhop.post{room = "1203", kind = "other", amount = 5, item = {}}`, "!item must be a code"},
		{"post with a long text", `bellhop.post{room = "1203", kind = "other", amount = 5, description = ("x"):rep(501)}`, "!description must be at most 500 bytes long"},
		{"alert", `bellhop.alert("Fire drill", {room = "1203"})`, `[{"alert":{"code":"hook","room":"1203","params":{"hook":"t.lua","text":"Fire drill"}}}]`},
		{"alert without a room", `bellhop.alert(12)`, `[{"alert":{"code":"hook","params":{"hook":"t.lua","text":"12"}}}]`},
		{"alert that is mailed", `bellhop.alert("x", {mail = true})`, `[{"alert":{"code":"hook","params":{"hook":"t.lua","text":"x"},"mail":true}}]`},
		{"checkin", `bellhop.checkin{room = "1501", stay = "R1", name = "Li", class = "local", leaves = "2026-11-24", language = "zh", vip = 2, incognito = true, share = true}`,
			`[{"checkin":{"room":"1501","stay":"R1","name":"Li","class":"local","leaves":"2026-11-24","language":"zh","vip":2,"incognito":true,"share":true}}]`},
		{"checkin with a strange date", `bellhop.checkin{room = "1501", leaves = "tomorrow"}`, "!leaves must be a date"},
		{"checkout", `bellhop.checkout{room = "1203", stay = "S7", now = true} bellhop.checkout{room = 1203, all = true}`,
			`[{"checkout":{"room":"1203","stay":"S7","now":true}},{"checkout":{"room":"1203","all":true}}]`},
		{"move", `bellhop.move{room = "1203", to = "1501", stay = "S7", swap = true}`, `[{"move":{"from":"1203","to":"1501","stay":"S7","swap":true}}]`},
		{"extend", `bellhop.extend{room = "1203", leaves = "2026-11-25"}`, `[{"extend":{"room":"1203","leaves":"2026-11-25"}}]`},
		{"extend without a date", `bellhop.extend{room = "1203"}`, "!leaves must be a text"},
		{"correct", `bellhop.correct{posting = "P7", quantity = 1, reason = "broken", staff = "9"}`, `[{"correct":{"posting":"P7","quantity":1,"reason":"broken","staff":"9"}}]`},
		{"correct without a reason", `bellhop.correct{posting = "P7"}`, "!reason must be a text"},
		{"correct of nothing", `bellhop.correct{posting = "P7", quantity = 0, reason = "x"}`, "!quantity must be 1 or more"},
		{"dnd", `bellhop.dnd{room = "1203", on = false}`, `[{"dnd":{"room":"1203","on":false,"from":"desk"}}]`},
		{"dnd without a word", `bellhop.dnd{room = "1203"}`, "!on must be true or false"},
		{"pbx.play", `bellhop.pbx.play{room = "1203", prompts = "welcome", times = 2, answer = true, expire = 60}`,
			`[{"hookCall":{"room":"1203","prompts":["welcome"],"times":2,"answer":true,"expireAfter":60000000000}}]`},
		{"pbx.play on a telephone", `bellhop.pbx.play{extension = 8101, prompts = {"a", "b"}}`, `[{"hookCall":{"extension":"8101","prompts":["a","b"]}}]`},
		{"pbx.play to nobody", `bellhop.pbx.play{prompts = "a"}`, "!room must be a room, or extension a telephone"},
		{"pbx.play of nothing", `bellhop.pbx.play{room = "1203"}`, "!prompts must be a list"},
		{"pbx.call", `bellhop.pbx.call{room = "1203", to = "0"}`, `[{"hookCall":{"room":"1203","to":"0"}}]`},
		{"pbx.call to nobody", `bellhop.pbx.call{room = "1203"}`, "!to must be a text"},
		{"alert without a text", `bellhop.alert()`, "!value expected"},
		{"housekeeping", `bellhop.housekeeping{room = "1203", status = "out-of-order", staff = 7}`, `[{"status":{"room":"1203","status":"out-of-order","staff":"7"}}]`},
		{"housekeeping with a strange status", `bellhop.housekeeping{room = "1203", status = "tidy"}`, "!status must be dirty, clean, inspected"},
		{"http.post of a table", `bellhop.http.post("https://pms.example/x", {room = "1203", n = 2}, {room = "1203", answer = true, expire = 90})`,
			`[{"http":{"url":"https://pms.example/x","body":"{\"n\":2,\"room\":\"1203\"}","room":"1203","answer":true,"expireAfter":90000000000}}]`},
		{"http.post of a text", `bellhop.http.post("https://pms.example/x", '[1]')`, `[{"http":{"url":"https://pms.example/x","body":"[1]"}}]`},
		{"http.post of nothing", `bellhop.http.post("https://pms.example/x")`, `[{"http":{"url":"https://pms.example/x"}}]`},
		{"http.post of no JSON", `bellhop.http.post("https://pms.example/x", "room=1203")`, "!must be JSON"},
		{"http.post to a long address", `bellhop.http.post("http://" .. ("x"):rep(2000))`, "!2000 bytes"},
		{"http.post to a file", `bellhop.http.post("file:///etc/passwd")`, "!not an http or https address"},
		{"http.post of too much", `bellhop.http.post("https://pms.example/x", {("x"):rep(70000)})`, "!64 KiB"},
		{"http.post of a function", `bellhop.http.post("https://pms.example/x", {print})`, "!a function cannot be kept or sent"},
		{"http.post that never expires", `bellhop.http.post("https://pms.example/x", nil, {expire = 1e10})`, "!expire must be"},
		{"kv", `bellhop.kv.set("a", {1, x = nil}) bellhop.kv.set("b", "text") bellhop.kv.set("c", true) bellhop.kv.set("d", 1.5) bellhop.kv.delete("a")`,
			`[{"kv":{"hook":"t","key":"a","value":"[1]"}},{"kv":{"hook":"t","key":"b","value":"\"text\""}},{"kv":{"hook":"t","key":"c","value":"true"}},{"kv":{"hook":"t","key":"d","value":"1.5"}},{"kv":{"hook":"t","key":"a","value":null}}]`},
		{"kv reads its own writes", `bellhop.kv.set("n", (bellhop.kv.get("n") or 0) + 1) bellhop.kv.set("n", bellhop.kv.get("n") + 1) assert(bellhop.kv.get("n") == 2) bellhop.kv.delete("n") assert(bellhop.kv.get("n") == nil)`,
			`[{"kv":{"hook":"t","key":"n","value":"1"}},{"kv":{"hook":"t","key":"n","value":"2"}},{"kv":{"hook":"t","key":"n","value":null}}]`},
		{"kv that expires", `bellhop.kv.set("a", 1, { expire = 90 })`, `[{"kv":{"hook":"t","key":"a","value":"1","expireAfter":90000000000}}]`},
		{"kv that expires at once", `bellhop.kv.set("a", 1, { expire = 0 })`, "!expire must be 1 to"},
		{"kv that never expires", `bellhop.kv.set("a", 1, { expire = 1e12 })`, "!expire must be 1 to"},
		{"kv reads what has not ended", `assert(bellhop.kv.get("later") == 4)`, `null`},
		{"kv reads nothing of what has ended", `assert(bellhop.kv.get("ended") == nil) bellhop.kv.set("ended", 5) assert(bellhop.kv.get("ended") == 5)`, `[{"kv":{"hook":"t","key":"ended","value":"5"}}]`},
		{"kv reads what was kept", `assert(bellhop.kv.get("kept").n == 3)`, `null`},
		{"kv after a delete", `bellhop.kv.delete("kept") assert(bellhop.kv.get("kept") == nil)`, `[{"kv":{"hook":"t","key":"kept","value":null}}]`},
		{"kv of nil", `bellhop.kv.set("a", nil)`, "!bellhop.kv.delete removes one"},
		{"kv of too much", `bellhop.kv.set("a", ("x"):rep(5000))`, "!4096 bytes"},
		{"kv without a key", `bellhop.kv.set("", 1)`, "!1 to 128 bytes"},
		{"kv of a list with gaps", `bellhop.kv.set("a", {1, nil, 3})`, "!gaps"},
		{"kv of infinity", `bellhop.kv.set("a", {1/0})`, "!not finite"},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := runBody(t, Options{}, row.body)
			if text, isError := strings.CutPrefix(row.want, "!"); isError {
				if faultKind(got.Err) != "error" || !strings.Contains(got.Err.Error(), text) || !strings.Contains(got.Err.Error(), "t.lua:2:") {
					t.Errorf("error %v, want %q on line 2", got.Err, text)
				}
				return
			}
			if got.Err != nil {
				t.Fatal(got.Err)
			}
			if text := asJSON(t, got.Effects); text != row.want {
				t.Errorf("effects\n got %s\nwant %s", text, row.want)
			}
		})
	}
}

// Each row is a list of conditions that hold inside a hook for 778*12*2 from
// room 1203.
func TestReads(t *testing.T) {
	for name, conditions := range map[string][]string{
		"room": {
			`bellhop.room("1203").number == "1203"`, `bellhop.room("1203").status == "dirty"`, `bellhop.room("1203").stay == "S7"`,
			`bellhop.room(1203).occupied == true`, `bellhop.room("1203").dnd == false`, `bellhop.room("1203").minibar == "minibar"`,
			`#bellhop.room("1203").extensions == 1`, `bellhop.room("1203").extensions[1] == "1203"`,
			`bellhop.room("1501").extensions[2] == "81502"`, `bellhop.room("1501").minibar == "suite"`, `bellhop.room("1501").occupied == false`,
			`bellhop.room("1501").stay == nil`, `bellhop.room("1204").dnd == true`, `bellhop.room("9") == nil`, `bellhop.room(nil) == nil`,
			`bellhop.room("1203").vip == 3`, `bellhop.room("1203").language == "en"`, `bellhop.room("1203").leaves == "2026-11-24"`, `bellhop.room("1501").vip == nil`,
		},
		"minibar": {
			`bellhop.minibar.item("12").name == "Cola"`, `bellhop.minibar.item(12).price == 1500`, `bellhop.minibar.item("12").max == 4`,
			`bellhop.minibar.item("12", "wine").price == 9000`, `bellhop.minibar.item("12", "suite").max == 99`,
			`bellhop.minibar.item("12").code == "12"`, `bellhop.minibar.item("13") == nil`, `bellhop.minibar.item(nil) == nil`,
		},
		"clock": {
			`bellhop.now().year == 2026`, `bellhop.now().month == 11`, `bellhop.now().day == 21`, `bellhop.now().hour == 12`,
			`bellhop.now().min == 30`, `bellhop.now().sec == 5`, `bellhop.now().wday == 7`, `bellhop.now().unix == 1795235405`, `bellhop.time() == 1795235405`,
		},
		"language": {`bellhop.language == "en"`},
		"require":  {`require "bellhop" == bellhop`, `require("bellhop").post == bellhop.post`},
		"event": {
			`event.id == "9007199254740993"`, `event.kind == "dtmf"`, `event.time == 1795235405`, `event.source == "pbx"`, `event.room == "1203"`,
			`event.caller_room == nil`, `event.extension == "1203"`, `event.callid == "1605.1"`, `event.digits == "778*12*2"`, `event.service == "778"`,
			`event.item == "12"`, `event.count == 2`, `event.seq == nil`, `event.staff == nil`, `event.removal == false`, `event.nothing == false`,
			`event.minibar == "minibar"`, `event.entry == "minibar"`, `event.key == nil`, `event.emergency == nil`, `event.cdr == nil`, `event.members == nil`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			var body strings.Builder
			for _, c := range conditions {
				body.WriteString("assert(" + c + ", [[" + c + "]])\n")
			}
			if got := runBody(t, Options{}, body.String()); got.Err != nil {
				t.Error(got.Err)
			}
		})
	}
}

func TestEventTables(t *testing.T) {
	at := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	for _, row := range []struct {
		name, on   string
		ev         *hotel.Event
		conditions []string
	}{
		{"removal", "minibar", dialled("1203", "778*R*12*1*3*4711"),
			[]string{`event.kind == "minibar"`, `event.removal`, `event.count == 1`, `event.seq == 3`, `event.staff == "4711"`}},
		{"nothing taken", "minibar", dialled("1203", "778*N*2"), []string{`event.nothing`, `event.count == nil`, `event.seq == 2`}},
		{"another room", "housekeeping", dialled("1203", "777*13*1501"),
			[]string{`event.kind == "housekeeping"`, `event.status == "13"`, `event.room == "1501"`, `event.caller_room == "1203"`}},
		{"a wake-up's change", "wakeup", &hotel.Event{Kind: hotel.KindWakeUp, Room: "1203", Fields: map[string]string{
			"wakeup": "W7", "change": "unanswered", "state": "unanswered", "date": "2026-11-22", "time": "06:30", "due": "2026-11-21T22:30:00Z", "tries": "3", "group": "G2",
		}}, []string{`event.wakeup == "W7"`, `event.state == "unanswered"`, `event.at == "06:30"`, `event.due == 1795300200`, `event.tries == 3`, `event.group == "G2"`}},
		{"wake-up", "wakeup_request", dialled("1203", "779*0630"), []string{`event.at == "06:30"`, `event.entry == "wakeup_set"`}},
		{"confirm", "confirm", dialled("1203", "775*1"), []string{`event.key == "1"`}},
		{"do not disturb", "dtmf", dialled("1203", "76*1"), []string{`event.entry == "dnd"`, `event.on == true`}},
		{"wrong PIN", "dtmf", dialled("1203", "778*P*4711"), []string{`event.entry == "wrong_pin"`, `event.staff == "4711"`}},
		{"key", "dtmf", &hotel.Event{Kind: hotel.KindDTMF, Key: "5", Time: at}, []string{`event.key == "5"`, `event.key_index == 0`, `event.id == nil`}},
		{"cdr", "cdr", &hotel.Event{Kind: hotel.KindCDR, Time: at, Emergency: "110", CDR: &hotel.CDR{Start: "2026-11-21 08:00:00", From: "1203", To: "110", Talk: 5, Status: "ANSWERED", DestLine: "T1"}},
			[]string{`event.emergency == "110"`, `event.cdr.from == "1203"`, `event.cdr.to == "110"`, `event.cdr.talk == 5`, `event.cdr.duration == 0`, `event.cdr.dest_trunk == "T1"`, `event.cdr.did == nil`}},
		{"members", "call", &hotel.Event{Kind: hotel.KindCall, Time: at, Members: []hotel.Member{{Role: hotel.RoleExtension, Number: "1203", Status: "RING"}, {Role: hotel.RoleInbound, From: "139"}}},
			[]string{`#event.members == 2`, `event.members[1].role == "ext"`, `event.members[1].number == "1203"`, `event.members[2].from == "139"`}},
		{"a guest", "checkin", &hotel.Event{Kind: hotel.KindCheckIn, Time: at, Room: "1203", Fields: map[string]string{"name": "Li", "vip": "3"}},
			[]string{`event.fields.name == "Li"`, `event.fields.vip == "3"`}},
		{"a guest whose name is the desk's alone", "checkin", &hotel.Event{Kind: hotel.KindCheckIn, Time: at, Room: "1203", Fields: map[string]string{"name": "Li", "incognito": "true"}},
			[]string{`event.fields.name == nil`, `event.fields.incognito == "true"`}},
		{"fields", "delivered", &hotel.Event{Kind: hotel.KindDelivered, Time: at, Cause: 7, Fields: map[string]string{"to": "pms", "op": "posting"}},
			[]string{`event.fields.to == "pms"`, `event.cause == "7"`, `(function() local names = {} for k in pairs(event.fields) do names[#names + 1] = k end return table.concat(names, " ") end)() == "op to"`}},
	} {
		t.Run(row.name, func(t *testing.T) {
			body := ""
			for _, c := range row.conditions {
				body += "assert(" + c + ", [[" + c + "]])\n"
			}
			s := mustLoad(t, Options{}, map[string]string{"t.lua": "bellhop.on('" + row.on + "', function(event)\n" + body + "\nend)"})
			units := s.Match(row.ev)
			if !slices.Contains(units, "t.lua:"+row.on+":1") {
				t.Fatalf("matched %q", units)
			}
			if got := s.Run(context.Background(), "t.lua:"+row.on+":1", input(row.ev)); got.Err != nil {
				t.Error(got.Err)
			}
		})
	}
}

func TestMatch(t *testing.T) {
	s := mustLoad(t, Options{}, map[string]string{
		"minibar.lua":      ``,
		"housekeeping.lua": ``,
		"b.lua":            `bellhop.on("minibar", print) bellhop.on("dtmf", print) bellhop.on("dtmf", "^778%*(%d+)", print)`,
		"a.lua":            `bellhop.on("cdr", print) bellhop.cron("0 3 * * *", "sweep", print) bellhop.on("housekeeping", "%*1%d$", print) bellhop.on("delivered", nil, print)`,
	})
	for _, row := range []struct {
		ev   *hotel.Event
		want []string
	}{
		{dialled("1203", "778*12*2"), []string{"b.lua:minibar:1", "b.lua:dtmf:2", "b.lua:dtmf:3"}},
		{dialled("1203", " 778*12*2"), []string{"b.lua:minibar:1", "b.lua:dtmf:2", "b.lua:dtmf:3"}},
		{dialled("1203", "778*12"), []string{"b.lua:dtmf:2", "b.lua:dtmf:3"}},
		{dialled("1203", "999"), []string{"b.lua:dtmf:2"}},
		{dialled("1203", "777*13"), []string{"a.lua:housekeeping:3", "b.lua:dtmf:2"}},
		{dialled("1203", "777*00"), []string{"b.lua:dtmf:2"}},
		{&hotel.Event{Kind: hotel.KindDTMF, Key: "1"}, []string{"b.lua:dtmf:2"}},
		{&hotel.Event{Kind: hotel.KindDTMF}, nil},
		{&hotel.Event{Kind: hotel.KindCDR}, []string{"a.lua:cdr:1"}},
		{&hotel.Event{Kind: hotel.KindCron, Name: "sweep"}, []string{"a.lua:cron:2"}},
		{&hotel.Event{Kind: hotel.KindCron, Name: "sweep", Fields: map[string]string{"late": "400"}}, []string{"a.lua:cron:2"}},
		{&hotel.Event{Kind: hotel.KindCron, Name: "sweep", Fields: map[string]string{"missed": "report"}}, nil},
		{&hotel.Event{Kind: hotel.KindCron, Name: "other"}, nil},
		{&hotel.Event{Kind: hotel.KindDelivered}, []string{"a.lua:delivered:4"}},
		{&hotel.Event{Kind: hotel.KindBoot}, nil},
	} {
		if got := s.Match(row.ev); !slices.Equal(got, row.want) {
			t.Errorf("%s %q: matched %q, want %q", row.ev.Kind, row.ev.Digits, got, row.want)
		}
	}
}

func TestCapturesFollowTheEvent(t *testing.T) {
	s := mustLoad(t, Options{}, map[string]string{"t.lua": `
		bellhop.on("dtmf", "^(%d+)%*()(%d+)", function(event, service, place, item) bellhop.log(service, place, item) end)
		bellhop.on("dtmf", "%d+$", function(event, whole) bellhop.log(whole) end)`})
	for unit, want := range map[string]string{"t.lua:dtmf:1": "778 5 12", "t.lua:dtmf:2": "2"} {
		got := s.Run(context.Background(), unit, input(dialled("1203", "778*12*2")))
		if got.Err != nil || len(got.Log) != 1 || got.Log[0] != want {
			t.Errorf("%s: %+v", unit, got)
		}
	}
	if got := s.Run(context.Background(), "t.lua:dtmf:1", input(dialled("1203", "none"))); faultKind(got.Err) != "error" {
		t.Errorf("a run for digits that do not match: %+v", got)
	}
}

func TestLogIsBounded(t *testing.T) {
	got := runBody(t, Options{Limits: Limits{Log: 3}}, `print("a", 1, nil, {}) bellhop.log(("客"):rep(300)) for i = 1, 10 do bellhop.log(i) end`)
	if got.Err != nil || len(got.Log) != 3 || got.Log[0] != "a 1 nil table" || got.Log[2] != "1" {
		t.Fatalf("%+v", got)
	}
	if n := len(got.Log[1]); n > maxLogLine+len("…") || n < maxLogLine-8 {
		t.Errorf("line has %d bytes", n)
	}
}

func TestAFaultKeepsTheLogAndNoEffects(t *testing.T) {
	got := runBody(t, Options{}, `bellhop.log("before") bellhop.alert("x") error("late")`)
	if len(got.Log) != 1 || got.Effects != nil || got.Err == nil {
		t.Errorf("%+v", got)
	}
}

func TestRandomFollowsTheSeed(t *testing.T) {
	s := mustLoad(t, Options{}, map[string]string{"t.lua": `bellhop.on("dtmf", function()
		local n = math.random(1, 6)
		assert(n >= 1 and n <= 6 and math.random(3) <= 3 and math.random() < 1)
		bellhop.log(n, math.random(1e9), math.random())
	end)`})
	logs := map[uint64]string{}
	for range 3 * s.limits.VMs {
		for seed := range uint64(4) {
			in := input(dialled("1203", "1"))
			in.Seed = seed
			got := s.Run(context.Background(), "t.lua:dtmf:1", in)
			if got.Err != nil {
				t.Fatal(got.Err)
			}
			if logs[seed] != "" && logs[seed] != got.Log[0] {
				t.Fatalf("seed %d gave %q and %q", seed, logs[seed], got.Log[0])
			}
			logs[seed] = got.Log[0]
		}
	}
	if logs[0] == logs[1] || logs[1] == logs[2] {
		t.Errorf("seeds make no difference: %v", logs)
	}
}
