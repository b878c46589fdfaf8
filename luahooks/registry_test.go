package luahooks

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	lua "github.com/yuin/gopher-lua"

	"bellhop/hotel"
)

// below are the names that a table of the API has, those of its tables included.
func below(v *vm, prefix string, shown *lua.LTable) (names []string) {
	content := shown
	if meta, ok := shown.Metatable.(*lua.LTable); ok {
		content = meta.RawGetString("__index").(*lua.LTable)
		if meta.RawGetString("__call") != lua.LNil {
			names = append(names, prefix)
		}
	}
	content.ForEach(func(k, value lua.LValue) {
		name := prefix + "." + k.String()
		if t, ok := value.(*lua.LTable); ok {
			names = append(names, below(v, name, t)...)
			return
		}
		names = append(names, name)
	})
	return names
}

// The table that hooks get has what is registered, and nothing else.
func TestTheTableIsTheRegistry(t *testing.T) {
	v := newVM(mustLoad(t, Options{}, nil))
	defer v.close()
	var want []string
	for _, f := range functions {
		want = append(want, f.Name)
		if f.Doc == "" {
			t.Errorf("%s is not described", f.Name)
		}
		for _, a := range slices.Concat(f.Args, f.Returns) {
			if a.Type == "" || a.Name == "" {
				t.Errorf("%s has %+v", f.Name, a)
			}
		}
	}
	for _, c := range constants {
		want = append(want, "bellhop."+c.Name)
	}
	got := below(v, "bellhop", v.base.RawGetString("bellhop").(*lua.LTable))
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if len(slices.Compact(want)) != len(got) {
		t.Error("a name is registered twice")
	}
}

// uses has for each function calls that give all of the records that it can;
// with %s within the options of a call that works.
var uses = map[string][]string{
	"bellhop.on":   {`bellhop.on("dtmf", print)`, `bellhop.on("minibar", "^778", print)`},
	"bellhop.cron": {`bellhop.cron("0 3 * * *", "job", { %s }, print)`},

	"bellhop.post":            {`bellhop.post { room = "1203", kind = "other", amount = 1, %s }`},
	"bellhop.minibar.unclear": {`bellhop.minibar.unclear { room = "1203", item = "77", count = 1, %s }`},
	"bellhop.alert":           {`bellhop.alert("x", { %s })`},
	"bellhop.sms":             {`bellhop.sms { to = "+8613912345678", text = "x", %s }`},
	"bellhop.housekeeping":    {`bellhop.housekeeping { room = "1203", status = "clean", %s }`},
	"bellhop.sweep":           {`bellhop.sweep { %s }`},
	"bellhop.backup":          {`bellhop.backup {}`},
	"bellhop.wakeup.add":      {`bellhop.wakeup.add { room = "1203", at = "06:30", %s }`},
	"bellhop.wakeup.cancel":   {`bellhop.wakeup.cancel { room = "1203", %s }`},
	"bellhop.report":          {`bellhop.report { name = "x", title = "X", text = "x", %s }`},
	"bellhop.http.post":       {`bellhop.http.post("https://x.example/", {}, { %s })`},
	"bellhop.kv.set":          {`bellhop.kv.set("k", 1, { %s })`},
	"bellhop.kv.delete":       {`bellhop.kv.delete("k")`},

	"bellhop.checkin":  {`bellhop.checkin { room = "102", %s }`},
	"bellhop.checkout": {`bellhop.checkout { room = "102", %s }`},
	"bellhop.move":     {`bellhop.move { room = "101", to = "102", %s }`},
	"bellhop.extend":   {`bellhop.extend { room = "101", leaves = "2026-11-24", %s }`},
	"bellhop.correct":  {`bellhop.correct { posting = "P1", reason = "x", %s }`},
	"bellhop.dnd":      {`bellhop.dnd { room = "101", on = true, %s }`},
	"bellhop.pbx.play": {`bellhop.pbx.play { room = "101", prompts = { "x" }, %s }`},
	"bellhop.pbx.call": {`bellhop.pbx.call { room = "101", to = "102", %s }`},

	"bellhop.room":          {`bellhop.room("101")`, `bellhop.room("102")`, `bellhop.room("9")`},
	"bellhop.rooms":         {`bellhop.rooms()`},
	"bellhop.stay":          {`bellhop.stay("G1")`, `bellhop.stay("G3")`, `bellhop.stay("none")`, `bellhop.stay(nil)`},
	"bellhop.stays":         {`bellhop.stays("101")`, `bellhop.stays()`, `bellhop.stays("9")`},
	"bellhop.minibar.items": {`bellhop.minibar.items()`, `bellhop.minibar.items("none")`},
	"bellhop.alerts":        {`bellhop.alerts()`},
	"bellhop.wakeups":       {`bellhop.wakeups { %s }`, `bellhop.wakeups { ended = true }`},
	"bellhop.takings":       {`bellhop.takings("2026-11-20")`},
	"bellhop.minibar.item":  {`bellhop.minibar.item("12")`, `bellhop.minibar.item("99")`},
	"bellhop.postings":      {`bellhop.postings { %s }`},
	"bellhop.calls":         {`bellhop.calls { %s }`},
	"bellhop.tariff.price":  {`bellhop.tariff.price { number = "5551234", seconds = 61, %s }`, `bellhop.tariff.price { number = "9", seconds = 61 }`},
	"bellhop.kv.get":        {`bellhop.kv.get("kept")`, `bellhop.kv.get("none")`},
	"bellhop.http.get":      {`bellhop.http.get("https://x.example/")`, `bellhop.http.get("https://broken.example/")`},

	"bellhop.now":           {`bellhop.now()`},
	"bellhop.time":          {`bellhop.time()`, `bellhop.time("2026-11-22")`, `bellhop.time("2026-11-22 06:00")`},
	"bellhop.say":           {`bellhop.say("ice", "冰")`},
	"bellhop.date":          {`bellhop.date()`, `bellhop.date(1)`},
	"bellhop.money":         {`bellhop.money(1250)`},
	"bellhop.money.format":  {`bellhop.money.format(1250)`},
	"bellhop.money.parse":   {`bellhop.money.parse("12.50")`, `bellhop.money.parse("x")`},
	"bellhop.money.percent": {`bellhop.money.percent(1250, 10)`},
	"bellhop.re.match":      {`bellhop.re.match("ab", "a(b)")`, `bellhop.re.match("ab", "(x)?(a)(b)")`, `bellhop.re.match("ab", "x")`},
	"bellhop.re.find":       {`bellhop.re.find("ab", "a(b)(x)?")`, `bellhop.re.find("ab", "x")`},
	"bellhop.re.replace":    {`bellhop.re.replace("ab", "b", "c")`},
	"bellhop.csv.encode":    {`bellhop.csv.encode({ { "a", 1, true } }, { %s })`},
	"bellhop.csv.decode":    {`bellhop.csv.decode("a,b", { %s })`, `bellhop.csv.decode("a,b\nc,d", { head = true })`, `bellhop.csv.decode("\"")`},
	"bellhop.log":           {`bellhop.log("x", 1)`},
	"bellhop.json.encode":   {`bellhop.json.encode({ 1 })`},
	"bellhop.json.decode":   {`bellhop.json.decode("[1]")`, `bellhop.json.decode("[")`},
}

// full is a state that has everything that a record can show.
func full() state {
	at := noon.Add(-time.Hour)
	wake := hotel.WakeUp{ID: "W1", Room: "101", Date: "2026-11-21", Time: "06:30", Repeat: hotel.WakeWeekdays, Days: []time.Weekday{1, 3}, State: hotel.WakeUpScheduled, Due: noon, Group: "G", Language: "en"}
	ended := hotel.WakeUp{ID: "W2", Room: "102", Date: "2026-11-20", Time: "06:30", Repeat: hotel.WakeOnce, State: hotel.WakeUpUnknown, Due: at, Ring: 2, AlarmRing: 2}
	s := state{
		hotel.RoomKey("101"):           hotel.Room{Number: "101", Building: "B", Floor: "1", Status: hotel.StatusClean, Stay: "G1", Sharers: []string{"G2"}, Minibar: "suite"},
		hotel.RoomKey("102"):           hotel.Room{Number: "102"},
		hotel.StayKey("G1"):            hotel.Stay{ID: "G1", Room: "101", State: hotel.StayInHouse, CheckIn: at, Leaves: "2026-11-24", VIP: 2, Language: "zh"},
		hotel.StayKey("G2"):            hotel.Stay{ID: "G2", Room: "101", State: hotel.StayChecking, CheckIn: at, Leaves: "2026-11-26"},
		hotel.StayKey("G3"):            hotel.Stay{ID: "G3", Room: "101", State: hotel.StayDeparted, CheckIn: at, CheckOut: noon, Incognito: true},
		hotel.AlertKey("a1"):           hotel.Alert{ID: "a1", Code: hotel.AlertHook, Room: "101", Params: map[string]string{"text": "x"}, Count: 1, First: at, Last: noon},
		hotel.WakeUpKey("W1"):          wake,
		hotel.WakeUpKey("W2"):          ended,
		hotel.TakingsKey("2026-11-20"): hotel.Takings{"minibar": {Count: 1, Amount: 2, Tax: 1}},
		hotel.ItemKey("suite", "12"):   hotel.Item{Minibar: "suite", Code: "12", Name: "Cola", Price: 1500},
		hotel.KVKey("t", "kept"):       `{"n":3}`,
		hotel.RateKey("555"):           hotel.RateList{Rates: []hotel.Rate{{Prefix: "555", Price: "1"}}},
	}
	return s
}

// fullHistory has everything that a posting and a call can show.
func fullHistory() *fakeHotel {
	return &fakeHotel{
		postings: []hotel.Posting{{
			ID: "P12", Room: "101", Stay: "G1", Kind: "minibar", Minibar: "suite", Item: "12", Description: "Cola", Quantity: 1, Amount: 1500, Tax: 90, Staff: "7", Time: noon,
			State: hotel.PostingPosted, Late: true, Corrects: "P11", Back: hotel.Taken{Amount: 500},
		}},
		calls: []hotel.CallRecord{{
			Event: 9007199254740993, Room: "101", Stay: "G1", Time: noon, Number: "5551234", Destination: "Town", Price: 200, Why: "vacant", Posting: "P13", Payer: "G1",
			CDR: hotel.CDR{From: "101", To: "05551234", Duration: 70, Talk: 61, Status: "ANSWERED", Type: "Outbound", DestLine: "T"},
		}},
	}
}

// called runs a piece of Lua as a hook, or as the file when it registers one, and
// gives what it returns.
func called(t *testing.T, s *Set, f function, code string) ([]lua.LValue, error) {
	t.Helper()
	v := newVM(s)
	t.Cleanup(v.close)
	fn, err := v.lua.LoadString("return " + code)
	if err != nil {
		t.Fatalf("%s: %v", code, err)
	}
	fn.Env = v.environment(&source{}, nil)
	h := &Hook{File: "t.lua"}
	if f.Name == "bellhop.on" || f.Name == "bellhop.cron" {
		v.loading = &loading{src: &source{name: "t.lua"}}
	} else {
		in := input(dialled("101", "778*12*1"))
		in.View, in.History = full(), fullHistory()
		v.run = &run{in: in, hook: h, file: "t", ctx: context.Background()}
	}
	err = v.lua.CallByParam(lua.P{Fn: fn, Protect: true, NRet: lua.MultRet})
	if v.run != nil && v.run.permit {
		<-s.permits
	}
	var values []lua.LValue
	for i := 1; i <= v.lua.GetTop(); i++ {
		values = append(values, v.lua.Get(i))
	}
	return values, err
}

// Each function gives what the registry says, with every field that it says and no
// other, and reads each option that it says.
func TestFunctionsAreAsRegistered(t *testing.T) {
	get := func(_ context.Context, url string) hotel.Answer {
		if strings.Contains(url, "broken") {
			return hotel.Answer{Error: "no such host"}
		}
		return hotel.Answer{Status: 200, Body: "ok"}
	}
	s := mustLoad(t, Options{Currency: "CNY", Get: get}, nil)
	j := newJudge()
	for _, f := range functions {
		if len(uses[f.Name]) == 0 {
			t.Errorf("nobody uses %s", f.Name)
			continue
		}
		for _, use := range uses[f.Name] {
			values, err := called(t, s, f, strings.ReplaceAll(use, "%s", ""))
			if err != nil {
				t.Errorf("%s: %v", use, err)
				continue
			}
			rest := len(f.Returns) > 0 && f.Returns[len(f.Returns)-1].Name == "..."
			if len(values) > len(f.Returns) && !rest {
				t.Errorf("%s gives %d values, of which %d are registered", use, len(values), len(f.Returns))
				continue
			}
			for i, r := range f.Returns {
				value := lua.LValue(lua.LNil)
				if i < len(values) {
					value = values[i]
				}
				missing := value == lua.LNil && (r.Optional || i > 0 && i >= len(values))
				if fault := j.fault(value, r.Type); fault != "" && !missing {
					t.Errorf("%s: %s", use, fault)
				}
			}
		}
		readsItsOptions(t, s, f)
	}
	for _, r := range records() {
		for _, x := range r.Fields {
			event := strings.HasSuffix(r.Name, "Event") || strings.HasSuffix(r.Name, "Fields") || slices.Contains([]string{"bellhop.Member", "bellhop.CDR"}, r.Name)
			if !event && !j.seen[r.Name+"."+x.Name] {
				t.Errorf("%s.%s is declared and never came", r.Name, x.Name)
			}
		}
	}
}

// readsItsOptions gives each option what it cannot be, which must be named in the
// error, and one that is not known.
func readsItsOptions(t *testing.T, s *Set, f function) {
	t.Helper()
	if len(optionNames[f.Name]) == 0 {
		return
	}
	for _, name := range append(slices.Clone(optionNames[f.Name]), "unheard_of") {
		use := uses[f.Name][0]
		if !strings.Contains(use, "%s") {
			t.Errorf("%s has options: its first use needs a place for them", f.Name)
			return
		}
		code := strings.Replace(use, "%s", name+" = print", 1)
		if _, err := called(t, s, f, code); err == nil || !strings.Contains(err.Error(), f.Name+": "+name+" must") && !strings.Contains(err.Error(), f.Name+": unknown field "+name) {
			t.Errorf("%s: %v", code, err)
		}
	}
}

// samples are events with everything that those of a kind can have.
func samples() map[hotel.Kind][]*hotel.Event {
	members := []hotel.Member{{Role: hotel.RoleInbound, Number: "1", From: "2", To: "3", Trunk: "4", Channel: "5", Status: "BYE", Path: "6"}}
	common := func(ev hotel.Event) *hotel.Event {
		ev.ID, ev.Time, ev.Cause = 7, noon, 6
		ev.Source, ev.Name, ev.Serial, ev.CallID, ev.Room, ev.Extension = "pbx", "NewCdr", "369", "1.1", "101", "8101"
		if ev.Fields == nil {
			ev.Fields = map[string]string{"reason": "x"}
		}
		return &ev
	}
	all := map[hotel.Kind][]*hotel.Event{}
	for _, digits := range []string{
		"778*12*2", "778*12*2*2*9", "778*R*12*1*2", "778*N*3", "777*01*102", "777*P*12", "*56*01", "*056", "779*0630", "779*C", "779*H", "76*1", "775*5",
	} {
		e, ok := services.ParseDigits(digits)
		if !ok {
			panic(digits)
		}
		ev := common(hotel.Event{Kind: hotel.KindDTMF, Digits: digits, Entry: &e, Members: members})
		for _, kind := range slices.Compact([]hotel.Kind{hotel.KindDTMF, e.EventKind()}) {
			all[kind] = append(all[kind], ev)
		}
	}
	all[hotel.KindDTMF] = append(all[hotel.KindDTMF], common(hotel.Event{Kind: hotel.KindDTMF, Key: "5", KeyIndex: 1, Members: members}))
	cdr := &hotel.CDR{Start: "2026-11-21 12:00:00", From: "1", To: "2", Duration: 3, Talk: 2, SourceLine: "a", DestLine: "b", Status: "ANSWERED", Type: "Outbound", Recording: "r", DID: "d"}
	for _, k := range hotel.Kinds {
		if k.Origin == hotel.OriginDialled {
			continue
		}
		ev := hotel.Event{Kind: k.Kind}
		if slices.Contains(k.Fields, "members") {
			ev.Members = members
		}
		switch k.Kind {
		case hotel.KindCDR:
			ev.CDR, ev.Emergency = cdr, "110"
		case hotel.KindCall, hotel.KindCallFailed:
			ev.Emergency = "110"
		case hotel.KindWakeUp:
			ev.Fields = map[string]string{
				"wakeup": "W1", "change": "ringing", "state": "ringing", "date": "2026-11-21", "time": "06:30", "tries": "1", "from": "desk",
				"due": "2026-11-21T04:30:00Z", "group": "G", "stay": "S", "outcome": "busy", "error": "x",
			}
		}
		for _, own := range k.Own {
			if ev.Fields == nil {
				ev.Fields = map[string]string{}
			}
			ev.Fields[own.Name] = "x"
		}
		all[k.Kind] = append(all[k.Kind], common(ev))
	}
	return all
}

// An event has the fields that are declared for its kind, and no others.
func TestEventsAreAsDeclared(t *testing.T) {
	L := lua.NewState()
	defer L.Close()
	j := newJudge()
	all := samples()
	for _, kind := range slices.Sorted(maps.Keys(all)) {
		for _, ev := range all[kind] {
			if fault := j.fault(eventTable(L, ev, kind, "suite"), eventClass(kind)); fault != "" {
				t.Errorf("%s: %s", kind, fault)
			}
		}
	}
	for class, fields := range j.classes {
		event := strings.HasSuffix(class, "Event") && class != "bellhop.Event" || strings.HasSuffix(class, "Fields") || class == "bellhop.CDR" || class == "bellhop.Member"
		for _, f := range fields {
			if event && !j.seen[class+"."+f.Name] {
				t.Errorf("%s.%s is declared and never came", class, f.Name)
			}
		}
	}
	if len(all) != len(hotel.Kinds) {
		t.Errorf("samples of %d kinds, of %d", len(all), len(hotel.Kinds))
	}
}

// A file of types in which a function's example is would be of no use if the
// example did not load.
func TestExamplesOfTheRegistryLoad(t *testing.T) {
	for _, f := range functions {
		if f.Example == "" {
			continue
		}
		text := f.Example
		if f.Name != "bellhop.on" && f.Name != "bellhop.cron" {
			text = "bellhop.on('minibar', function(event)\n" + text + "\nend)"
		}
		s, err := load(t, Options{Currency: "CNY"}, map[string]string{"t.lua": text})
		if err != nil {
			t.Errorf("%s: %v", f.Name, err)
			continue
		}
		ev := dialled("1203", "778*12*2")
		if f.Name == "bellhop.on" || f.Name == "bellhop.cron" {
			continue
		}
		in := input(ev)
		in.History = fullHistory()
		if got := s.Run(context.Background(), fmt.Sprintf("t.lua:%s:1", hotel.KindMinibar), in); got.Err != nil {
			t.Errorf("%s: %v", f.Name, got.Err)
		}
	}
}
