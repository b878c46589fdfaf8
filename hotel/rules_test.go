package hotel

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func alertEffect(code, room string, pairs ...string) []Effect {
	params := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		params[pairs[i]] = pairs[i+1]
	}
	return []Effect{{Alert: &RaiseAlert{Code: code, Room: room, Params: params}}}
}

func dialled(room, digits string) Event {
	ev := Event{Kind: KindDTMF, Room: room, Extension: "8099", Digits: digits}
	if e, ok := testServices.ParseDigits(digits); ok {
		ev.Entry = &e
	}
	return ev
}

func command(name string, fields map[string]string) Event {
	return Event{Kind: KindCommand, Name: name, Fields: fields}
}

type ruleCase struct {
	name         string
	ev           Event
	hooked, bare []Effect // what the rules want with a hook and without
}

func ruleCases() []ruleCase {
	always := func(name string, ev Event, want []Effect) ruleCase { return ruleCase{name, ev, want, want} }
	unhooked := func(name string, ev Event, want []Effect) ruleCase { return ruleCase{name, ev, nil, want} }
	list := &Import{Rooms: []Room{{Number: "101"}}}
	odd := dialled("101", "777*01")
	odd.Entry = &Entry{Kind: "later"}
	outcome := func(kind Kind, room string, fields ...string) Event {
		ev := Event{Kind: kind, Room: room, Fields: map[string]string{"to": "pms", "op": "posting"}}
		for i := 0; i < len(fields); i += 2 {
			ev.Fields[fields[i]] = fields[i+1]
		}
		return ev
	}
	looked := []Effect{{Looked: &LookThrough{Room: "101"}}}
	return []ruleCase{
		unhooked("housekeeping", dialled("101", "777*01"), alertEffect(AlertNoHook, "101", "service", "housekeeping", "digits", "777*01")),
		unhooked("housekeeping of a named room", dialled("101", "777*01*102"), alertEffect(AlertNoHook, "102", "service", "housekeeping", "digits", "777*01*102")),
		unhooked("housekeeping of a named room from no room", dialled("", "777*01*102"), alertEffect(AlertNoHook, "102", "service", "housekeeping", "digits", "777*01*102")),
		unhooked("statuses cleared", dialled("101", " *056 "), alertEffect(AlertNoHook, "101", "service", "housekeeping", "digits", "*056")),
		unhooked("minibar", dialled("101", "778*4*1"), alertEffect(AlertNoHook, "101", "service", "minibar", "digits", "778*4*1")),
		{"minibar with nothing taken", dialled("101", "778*N*1"), looked, append(alertEffect(AlertNoHook, "101", "service", "minibar", "digits", "778*N*1"), looked...)},
		always("a key in a placed call", dialled("101", "775*5"), []Effect{{WakeUpKeyed: &WakeUpKeyed{Room: "101", Extension: "8099"}}}),
		always("a call that we placed has begun", dialled("101", "775*L*12"), []Effect{{WakeUpSpoken: &WakeUpSpoken{Room: "101", Extension: "8099", Languages: "12"}}}),
		always("a call that we placed has begun, of no room", dialled("", "775*L*2"), []Effect{{WakeUpSpoken: &WakeUpSpoken{Extension: "8099", Languages: "2"}}}),
		always("a key in a placed call, of no room", dialled("", "775*5"), []Effect{{WakeUpKeyed: &WakeUpKeyed{Extension: "8099"}}}),
		unhooked("an entry of a later version", odd, alertEffect(AlertNoHook, "101", "service", "dtmf", "digits", "777*01")),
		always("a wake-up", dialled("101", "779*0630"), []Effect{{WakeUpAdd: &WakeUpAdd{Rooms: []string{"101"}, From: WakeFromPhone, Time: "06:30", Digits: "779*0630"}}}),
		always("a wake-up cancelled", dialled("101", "779*C"), []Effect{{WakeUpCancel: &WakeUpCancel{Rooms: []string{"101"}, Digits: "779*C"}}}),
		always("a wake-up asked for", dialled("101", "779*H"), []Effect{{WakeUpHear: &WakeUpHear{Room: "101", Extension: "8099"}}}),
		unhooked("digits that mean nothing", dialled("101", " 12#"), alertEffect(AlertBadDigits, "101", "digits", "12#")),
		unhooked("blanks", dialled("101", "  "), alertEffect(AlertBadDigits, "101", "digits", "")),
		always("wrong PINs", dialled("101", "778*P*12"), alertEffect(AlertWrongPIN, "101", "staff", "12")),
		always("do not disturb", dialled("101", "76*1"), []Effect{{DND: &SetDND{Room: "101", On: true, From: DNDPhone}}}),
		always("disturb again", dialled("101", "76*0"), []Effect{{DND: &SetDND{Room: "101", From: DNDPhone}}}),
		always("a phone of no room", dialled("", "76*1 "), alertEffect(AlertUnknownRoom, "", "extension", "8099", "digits", "76*1")),
		always("bad digits of no room", dialled("", "1"), alertEffect(AlertUnknownRoom, "", "extension", "8099", "digits", "1")),
		always("a single key", Event{Kind: KindDTMF, Room: "101", Key: "5"}, nil),

		always("a broken report", Event{Kind: KindUnknown, Fields: map[string]string{"error": "no JSON"}}, alertEffect(AlertUnreadable, "", "error", "no JSON")),
		always("an unknown report", Event{Kind: KindUnknown, Name: "NewThing"}, alertEffect(AlertUnknownEvent, "", "name", "NewThing")),
		always("an unknown report that speaks of an error", Event{Kind: KindUnknown, Name: "NewThing", Fields: map[string]string{"error": "12"}}, alertEffect(AlertUnknownEvent, "", "name", "NewThing")),
		always("a report without a word", Event{Kind: KindUnknown}, alertEffect(AlertUnknownEvent, "", "name", "")),

		always("a CDR", Event{Kind: KindCDR, CDR: &CDR{}}, []Effect{{Call: &RecordCall{}}}),
		always("a call", Event{Kind: KindCall, CallID: "c-1"}, nil),
		always("a call for help", Event{Kind: KindCall, CallID: "c-1", Emergency: "110"}, []Effect{{Emergency: &CallForHelp{Number: "110"}}}),
		always("the record of a call for help", Event{Kind: KindCDR, Emergency: "110", CDR: &CDR{Status: "NO ANSWER"}}, []Effect{{Call: &RecordCall{}}, {Emergency: &CallForHelp{Number: "110"}}}),
		always("the record of a call for help that found a busy line", Event{Kind: KindCDR, Emergency: "110", CDR: &CDR{Status: "BUSY"}}, []Effect{{Call: &RecordCall{}}, {Emergency: &CallForHelp{Number: "110", Failed: "BUSY"}}}),
		always("the record of a call for help that failed", Event{Kind: KindCDR, Emergency: "110", CDR: &CDR{Status: "FAILED"}}, []Effect{{Call: &RecordCall{}}, {Emergency: &CallForHelp{Number: "110", Failed: "FAILED"}}}),
		always("a call that failed", Event{Kind: KindCallFailed, CallID: "c-1", Fields: map[string]string{"reason": "DND"}}, []Effect{{Emergency: &CallForHelp{Failed: "DND"}}}),
		always("a call without an id that failed", Event{Kind: KindCallFailed}, nil),
		always("a call for help that failed", Event{Kind: KindCallFailed, Emergency: "119"}, []Effect{{Emergency: &CallForHelp{Number: "119", Failed: "FAILED"}}}),
		always("check-in", Event{Kind: KindCheckIn, Room: "101", Fields: map[string]string{"stay": "G1"}}, []Effect{{CheckIn: &CheckIn{Room: "101", Stay: "G1"}}}),
		always("check-in without id", Event{Kind: KindCheckIn, Room: "101"}, []Effect{{CheckIn: &CheckIn{Room: "101"}}}),
		always("check-out", Event{Kind: KindCheckOut, Room: "101"}, []Effect{{CheckOut: &CheckOut{Room: "101"}}}),
		always("move", Event{Kind: KindMove, Room: "101", Fields: map[string]string{"to": "102"}}, []Effect{{Move: &MoveStay{From: "101", To: "102"}}}),

		always("import", Event{Kind: KindCommand, Name: CommandImport, Import: list}, []Effect{{Import: list}}),
		always("import of no list", command(CommandImport, nil), []Effect{{}}),
		always("resolve", command(CommandResolve, map[string]string{"alert": "a1"}), []Effect{{ResolveAlert: &ResolveAlert{ID: "a1"}}}),
		always("retry", command(CommandRetry, map[string]string{"call": "12"}), []Effect{{Requeue: &Requeue{Call: 12}}}),
		always("drop", command(CommandDrop, map[string]string{"call": "18446744073709551615"}), []Effect{{Requeue: &Requeue{Call: 1<<64 - 1, Drop: true}}}),
		always("retry of no number", command(CommandRetry, map[string]string{"call": "x"}), []Effect{{Requeue: &Requeue{}}}),
		always("drop of too large a number", command(CommandDrop, map[string]string{"call": "18446744073709551616"}), []Effect{{Requeue: &Requeue{Drop: true}}}),
		always("an outage", command(CommandReport, map[string]string{"code": AlertUnreachable, "to": "pms"}), alertEffect(AlertUnreachable, "", "to", "pms")),
		always("a report of a restored box", command(CommandReport, map[string]string{"code": AlertRestored, "made": "a", "at": "b"}), alertEffect(AlertRestored, "", "made", "a", "at", "b")),
		always("an update was taken back", command(CommandReport, map[string]string{"code": AlertUpdateBack, "to": "1.1.0", "version": "1.0.0", "error": "x"}), alertEffect(AlertUpdateBack, "", "to", "1.1.0", "version", "1.0.0", "error", "x")),
		always("an update cannot be taken back", command(CommandReport, map[string]string{"code": AlertUpdateStays, "to": "2.0.0", "version": "1.0.0", "error": "x"}), alertEffect(AlertUpdateStays, "", "to", "2.0.0", "version", "1.0.0", "error", "x")),
		always("a report of the agent", command(CommandReport, map[string]string{"code": AlertDatabase, "salvaged": "9", "file": "old.db"}), alertEffect(AlertDatabase, "", "salvaged", "9", "file", "old.db")),
		always("a room order", Event{Kind: KindCommand, Name: CommandRoom, RoomOrder: &RoomOrder{Do: RoomRemove, Number: "101"}}, []Effect{{Room: &RoomOrder{Do: RoomRemove, Number: "101"}}}),
		always("a room order without one", command(CommandRoom, nil), []Effect{{}}),
		always("phones to mend", Event{Kind: KindCommand, Name: CommandMend, Room: "101", Fields: map[string]string{"extensions": "8031 8032"}}, []Effect{{Mend: &MendPhones{Room: "101", Extensions: []string{"8031", "8032"}}}}),
		always("do not disturb as read", Event{Kind: KindCommand, Name: CommandReading, Room: "101", Fields: map[string]string{"dnd": "on"}}, []Effect{{DND: &SetDND{Room: "101", On: true, From: DNDPBX}}}),
		always("who stays where", Event{Kind: KindCommand, Name: CommandOccupancy, FirstGuests: &FirstGuests{From: "pbx"}}, []Effect{{FirstGuests: &FirstGuests{From: "pbx"}}}),
		always("an unknown command", command("dance", nil), []Effect{{}}),

		always("a refused call", outcome(KindRefused, "101", "state", "refused", "error", "404"), alertEffect(AlertRefused, "101", "to", "pms", "op", "posting", "error", "404")),
		always("a call refused without a reason", outcome(KindRefused, "", "state", "refused"), alertEffect(AlertRefused, "", "to", "pms", "op", "posting")),
		always("an expired call", outcome(KindExpired, "101", "state", "expired", "error", "timeout"), alertEffect(AlertExpired, "101", "to", "pms", "op", "posting", "error", "timeout")),
		always("an uncertain call", outcome(KindRefused, "101", "state", "unknown"), alertEffect(AlertUncertain, "101", "to", "pms", "op", "posting")),

		always("a phone of a room let again", command(CommandReport, map[string]string{"code": AlertNotCleared, "room": "101", "extension": "8031"}),
			alertEffect(AlertNotCleared, "", "room", "101", "extension", "8031")),
		always("a PBX without names", command(CommandReport, map[string]string{"code": AlertNoPhones, "error": "10003"}), alertEffect(AlertNoPhones, "", "error", "10003")),
		always("files on the PBX that were changed", command(CommandReport, map[string]string{"code": AlertFiles, "count": "2", "files": "/a, /b"}),
			alertEffect(AlertFiles, "", "count", "2", "files", "/a, /b")),
		always("a hook file with a fault", command(CommandReport, map[string]string{"code": AlertHookFile, "file": "a.lua", "error": "a.lua:1: no", "instead": Because(HookBefore)}),
			alertEffect(AlertHookFile, "", "file", "a.lua", "error", "a.lua:1: no", "instead", Because(HookBefore))),
		always("a hook that failed too often", command(CommandReport, map[string]string{"code": AlertHookAside, "file": "a.lua", "hook": "a.lua:cdr:1", "error": "no", "instead": Because(HookWaits)}),
			alertEffect(AlertHookAside, "", "file", "a.lua", "hook", "a.lua:cdr:1", "error", "no", "instead", Because(HookWaits))),
		always("a hook that waits", command(CommandReport, map[string]string{"code": AlertHookWaits, "file": "a.lua", "version": "0123456789ab", "over": "7d", "count": "3"}),
			alertEffect(AlertHookWaits, "", "file", "a.lua", "version", "0123456789ab", "over", "7d", "count", "3")),
		always("a mail server that refuses us", command(CommandReport, map[string]string{"code": AlertMail, "error": "535"}), alertEffect(AlertMail, "", "error", "535")),
		always("a new certificate", command(CommandReport, map[string]string{"code": AlertNewCertificate, "fingerprint": "ab12"}), alertEffect(AlertNewCertificate, "", "fingerprint", "ab12")),
		always("a certificate that ends", command(CommandReport, map[string]string{"code": AlertCertificate, "file": "/c.pem", "ends": "2026-05-01"}), alertEffect(AlertCertificate, "", "file", "/c.pem", "ends", "2026-05-01")),
		always("an address that is refused", command(CommandReport, map[string]string{"code": AlertMailAddress, "address": "a@b", "error": "550"}), alertEffect(AlertMailAddress, "", "address", "a@b", "error", "550")),
		always("files on the PBX that nobody could see", command(CommandReport, map[string]string{"code": AlertFilesUnseen, "error": "away"}),
			alertEffect(AlertFilesUnseen, "", "error", "away")),
		always("a call that waits for long", command(CommandReport, map[string]string{"code": AlertStuck, "to": "pbx", "op": "phone", "room": "101", "error": "busy"}),
			alertEffect(AlertStuck, "", "to", "pbx", "op", "phone", "room", "101", "error", "busy")),
		always("a phone that is not clean", command(CommandReport, map[string]string{"code": AlertNotClean, "room": "101", "extension": "8031", "left": "name"}),
			alertEffect(AlertNotClean, "", "room", "101", "extension", "8031", "left", "name")),
		always("voicemail in the old room", command(CommandReport, map[string]string{"code": AlertVoicemail, "room": "101", "to": "102", "extension": "8031"}),
			alertEffect(AlertVoicemail, "", "room", "101", "to", "102", "extension", "8031")),
		always("a backup that failed", Event{Kind: KindRefused, Fields: map[string]string{"to": BackupTo, "op": OpBackup, "state": "refused", "error": "disk full"}},
			alertEffect(AlertBackup, "", "error", "disk full")),
		always("a backup that came too late", Event{Kind: KindExpired, Fields: map[string]string{"to": BackupTo, "op": OpBackup, "state": "expired"}},
			alertEffect(AlertBackup, "", "error", "expired")),
		always("something left after a swap", command(CommandReport, map[string]string{"code": AlertSwapped, "room": "101", "to": "102", "extension": "8031", "left": Because(LeftVoicemail)}),
			alertEffect(AlertSwapped, "", "room", "101", "to", "102", "extension", "8031", "left", Because(LeftVoicemail))),
		always("a room that nobody looks through", command(CommandReport, map[string]string{"code": AlertLookThrough, "room": "101"}),
			alertEffect(AlertLookThrough, "", "room", "101")),
		always("a phone to put back", Event{Kind: KindCommand, Name: CommandRestore, Extension: "8031"}, []Effect{{Restore: &RestorePhone{Extension: "8031"}}}),
		always("what the PBX held", Event{Kind: KindCommand, Name: CommandPhone, Phone: &PhoneNote{Extension: "8031"}}, []Effect{{Phone: &PhoneNote{Extension: "8031"}}}),
		always("a guest with a name", Event{Kind: KindCheckIn, Room: "101", Fields: map[string]string{"stay": "G2", "name": "Li", "class": "local"}},
			[]Effect{{CheckIn: &CheckIn{Room: "101", Stay: "G2", Name: "Li", Class: "local"}}}),
		always("a guest who shares, with all that can be said", Event{Kind: KindCheckIn, Room: "101", Fields: map[string]string{
			"leaves": "2026-03-04", "language": "en", "vip": "3", "incognito": "true", "share": "true"}},
			[]Effect{{CheckIn: &CheckIn{Room: "101", Leaves: "2026-03-04", Language: "en", VIP: 3, Incognito: true, Share: true}}}),
		always("a level that is no number", Event{Kind: KindCheckIn, Room: "101", Fields: map[string]string{"vip": "high"}}, []Effect{{CheckIn: &CheckIn{Room: "101", VIP: -1}}}),
		always("one of several leaves", Event{Kind: KindCheckOut, Room: "101", Fields: map[string]string{"stay": "G2", "now": "true"}}, []Effect{{CheckOut: &CheckOut{Room: "101", Stay: "G2", Now: true}}}),
		always("all leave", Event{Kind: KindCheckOut, Room: "101", Fields: map[string]string{"all": "true"}}, []Effect{{CheckOut: &CheckOut{Room: "101", All: true}}}),
		always("one of several moves", Event{Kind: KindMove, Room: "101", Fields: map[string]string{"to": "102", "stay": "G2"}}, []Effect{{Move: &MoveStay{From: "101", To: "102", Stay: "G2"}}}),
		always("rooms are exchanged", Event{Kind: KindMove, Room: "101", Fields: map[string]string{"to": "102", "swap": "true"}}, []Effect{{Move: &MoveStay{From: "101", To: "102", Swap: true}}}),
		always("a recording to be heard", Event{Kind: KindCommand, Name: CommandPlay, Room: "101", Fields: map[string]string{"prompt": "good-night"}}, []Effect{{HookCall: &HookCall{Room: "101", Prompts: []string{"good-night"}, ExpireAfter: time.Minute, Answer: true}}}),
		always("a longer stay", Event{Kind: KindCommand, Name: CommandExtend, Room: "101", Fields: map[string]string{"leaves": "2026-03-09", "stay": "G2"}}, []Effect{{Extend: &ExtendStay{Room: "101", Stay: "G2", Leaves: "2026-03-09"}}}),
		always("a report that was not handed on", outcome(KindExpired, "101", "state", "expired", "op", OpRelay, "to", "relay:http://old/"), alertEffect(AlertRelay, "", "to", "relay:http://old/")),

		always("a schedule", Event{Kind: KindCron, Name: "sweep", Fields: map[string]string{"due": "2026-03-01T03:00:00.5Z"}}, []Effect{{CronRan: &CronRan{Name: "sweep", Due: time.Date(2026, 3, 1, 3, 0, 0, 5e8, time.UTC)}}}),
		always("a missed schedule that wants to be told of", Event{Kind: KindCron, Name: "sweep", Fields: map[string]string{"due": "2026-03-01T03:00:00Z", "missed": "report"}}, []Effect{
			{CronRan: &CronRan{Name: "sweep", Due: time.Date(2026, 3, 1, 3, 0, 0, 0, time.UTC)}},
			{Alert: &RaiseAlert{Code: AlertJobMissed, Params: map[string]string{"job": "sweep", "due": "2026-03-01T03:00:00Z"}}},
		}),
		always("a missed schedule that is let be", Event{Kind: KindCron, Name: "sweep", Fields: map[string]string{"due": "2026-03-01T03:00:00Z", "missed": "skip"}}, []Effect{{CronRan: &CronRan{Name: "sweep", Due: time.Date(2026, 3, 1, 3, 0, 0, 0, time.UTC)}}}),
		always("a schedule without a time", Event{Kind: KindCron, Name: "sweep"}, nil),

		always("missed reports", Gap{From: gapTimes, To: gapTimes.Add(time.Minute), Why: "hung up"}.Event(),
			[]Effect{{Alert: &RaiseAlert{Code: AlertGap, Joined: true, Params: map[string]string{"from": "2026-03-01 03:00:00", "to": "2026-03-01 03:01:00", "why": "hung up"}}}}),
		always("a quiet time", Gap{From: gapTimes, To: gapTimes.Add(time.Hour), Why: "quiet", Quiet: true}.Event(), nil),

		always("nothing to do", Event{Kind: KindDelivered, Room: "101"}, nil),
		always("an alert's own event", Event{Kind: KindAlert, Room: "101"}, nil),
	}
}

// gapTimes is in the hotel's zone, as the agent writes it.
var gapTimes = time.Date(2026, 3, 1, 3, 0, 0, 0, time.FixedZone("", 8*3600))

func TestGapReadsWhatItWrote(t *testing.T) {
	for _, g := range []Gap{
		{To: gapTimes},
		{From: gapTimes, To: gapTimes.Add(1500 * time.Millisecond), Why: "hung up"},
		{From: gapTimes, To: gapTimes, Why: "quiet", Quiet: true},
	} {
		ev := g.Event()
		got := ev.Gap()
		if !got.From.Equal(g.From) || !got.To.Equal(g.To) || got.Why != g.Why || got.Quiet != g.Quiet || ev.Kind != KindGap {
			t.Errorf("got %+v, want %+v", got, g)
		}
	}
}

func TestRules(t *testing.T) {
	for _, c := range ruleCases() {
		t.Run(c.name, func(t *testing.T) {
			equal(t, "with a hook", Rules(&c.ev, true), c.hooked)
			equal(t, "without a hook", Rules(&c.ev, false), c.bare)
		})
	}
}

// raisedElsewhere are the codes of alerts that no event raises by itself.
var raisedElsewhere = []string{
	AlertHook, AlertHookFailed, AlertMany, AlertEmergency, AlertNoHelp,
	AlertUnpriced, AlertVacantCall, // see call_price_test.go
	AlertCreditNear, AlertCredit, AlertCreditOnly, // see credit_test.go
	AlertOverdue, AlertSweepHeld, AlertSwept, AlertNotSwept, AlertVacant, AlertHookCheckOut, AlertSMS, // see sms_test.go, sweep_test.go, survey_test.go and hook_stay_test.go
	AlertMinibarDoubt, AlertMinibarItem, AlertMinibarCount, AlertMinibarRemoval, AlertMinibarNobody, AlertLate, AlertNobody, AlertStaff, // see minibar_*_test.go
}

// What the rules raise can be read by a person: no parameter of the text is
// left open, except that nobody may have said why.
func TestRulesFillTheTexts(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range ruleCases() {
		for _, e := range append(Rules(&c.ev, true), Rules(&c.ev, false)...) {
			if e.Alert == nil {
				continue
			}
			texts, known := alertTexts[e.Alert.Code]
			if !known {
				t.Errorf("%s: alert %q has no text", c.name, e.Alert.Code)
			}
			seen[e.Alert.Code] = true
			for i, language := range []string{"en", "zh"} {
				for _, name := range placeholder.FindAllString(texts[i], -1) {
					if _, given := e.Alert.Params[strings.Trim(name, "{}")]; !given && name != "{error}" {
						t.Errorf("%s: the rules give no %s for %q", c.name, name, texts[i])
					}
				}
				text := Alert{Code: e.Alert.Code, Params: e.Alert.Params}.Text(language)
				if text == "" || strings.ContainsAny(text, "{}") {
					t.Errorf("%s: the text in %s is %q", c.name, language, text)
				}
			}
		}
	}
	// The others are raised elsewhere.
	for code := range alertTexts {
		if !seen[code] && !slices.Contains(raisedElsewhere, code) && !strings.HasPrefix(code, "wakeup-") {
			t.Errorf("no event in this table raises %q", code)
		}
	}
}

func TestReportLeavesTheEventAlone(t *testing.T) {
	ev := command(CommandReport, map[string]string{"code": AlertDatabase, "file": "old.db"})
	before := maps.Clone(ev.Fields)
	Rules(&ev, false)
	equal(t, "fields", ev.Fields, before)

	ev = command(CommandReport, nil)
	refused(t, smallHotel(), Invalid{Effect: "alert", Field: "code", Rule: "is missing"}, Rules(&ev, false)...)
}

// FuzzRules: whatever a phone sends, somebody acts on it or is told of it.
func FuzzRules(f *testing.F) {
	for _, digits := range []string{"777*01", "777*01*102", "778*4*1", "778*N*1", "778*P*1", "779*0630", "76*1", "775*5", "*056", "1", " ", "\xff{digits}"} {
		for _, room := range []string{"", "101"} {
			f.Add(digits, room, "8099", "")
		}
	}
	f.Add("777*01", "101", "101", "later")
	f.Fuzz(func(t *testing.T, digits, room, extension, kind string) {
		ev := dialled(room, digits)
		ev.ID, ev.Time, ev.Extension = 7, eventTime, extension
		if kind != "" {
			ev.Entry = &Entry{Kind: EntryKind(kind)}
		}
		effects := Rules(&ev, false)
		if digits != "" && len(effects) == 0 {
			t.Fatalf("%q of room %q is lost", digits, room)
		}
		for _, e := range append(effects, Rules(&ev, true)...) {
			if n := fieldsSet(e); n != 1 {
				t.Fatalf("an effect of %q says %d things: %+v", digits, n, e)
			}
			if e.Alert != nil {
				told(t, &ev, e)
			}
		}
	})
}

// told checks that an alert reaches a person in words.
func told(t *testing.T, ev *Event, e Effect) {
	t.Helper()
	tx := newTx(nil)
	if err := Apply(tx, ev, RulesUnit, []Effect{e, e}, withPMS); err != nil {
		t.Fatalf("apply %+v: %v", *e.Alert, err)
	}
	all := openAlerts(tx)
	if len(all) != 1 || all[0].Count != 2 || len(tx.emitted) != 1 {
		t.Fatalf("raised twice: %+v, emitted %+v", all, tx.emitted)
	}
	if _, known := alertTexts[all[0].Code]; !known || all[0].Text("en") == "" || all[0].Text("zh") == "" {
		t.Fatalf("no words for %+v", all[0])
	}
}

func fieldsSet(e Effect) (n int) {
	for _, field := range reflect.ValueOf(e).Fields() {
		if !field.IsNil() {
			n++
		}
	}
	return n
}
