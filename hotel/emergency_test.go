package hotel

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestEmergencyNumbersAreNumbers(t *testing.T) {
	for country, numbers := range emergencyNumbers {
		if len(country) != 2 || len(numbers) == 0 {
			t.Errorf("%q: %q", country, numbers)
		}
		for _, n := range numbers {
			if !isNumber(n, 8) || len(n) < 2 {
				t.Errorf("%s has %q", country, n)
			}
		}
	}
	for _, country := range strings.Fields("AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE") {
		if NewEmergency(country, nil, nil).Meant("112") == "" {
			t.Errorf("112 does not call help in %s", country)
		}
	}
}

func TestWhichNumberIsMeant(t *testing.T) {
	china := NewEmergency("CN", nil, []string{"0", "9", "*9"})
	own := NewEmergency("CN", []string{"999"}, nil)
	for _, c := range []struct {
		e             Emergency
		dialled, want string
	}{
		{china, "110", "110"}, {china, "122", "122"}, {china, "0110", "110"}, {china, "9119", "119"}, {china, "*9120", "120"},
		{china, "911", ""}, {china, "11", ""}, {china, "1100", ""}, {china, "00110", ""}, {china, "", ""}, {china, "0", ""},
		{own, "110", ""}, {own, "999", "999"}, {own, "0999", ""}, {NewEmergency("AQ", nil, nil), "112", ""}, {Emergency{}, "112", ""},
		{NewEmergency("US", nil, []string{"9", ""}), "9911", "911"}, {NewEmergency("AU", nil, []string{"0"}), "0000", "000"},
	} {
		equal(t, c.dialled, c.e.Meant(c.dialled), c.want)
	}
}

func TestWhichCallsAreForHelp(t *testing.T) {
	e := NewEmergency("CN", nil, []string{"0"})
	// The house has a room 119.
	ours := func(number string) bool { return number == "119" }
	call := func(members ...Member) Event { return Event{Kind: KindCall, Members: members} }
	record := func(c CDR) Event { return Event{Kind: KindCDR, CDR: &c} }
	phone := Member{Role: RoleExtension, Number: "110"}
	for name, c := range map[string]struct {
		ev   Event
		want string
	}{
		"a call that goes on":             {call(phone, Member{Role: RoleOutbound, From: "101", To: "110"}), "110"},
		"with a prefix":                   {call(phone, Member{Role: RoleOutbound, From: "101", To: "0120"}), "120"},
		"to outside, named like a room":   {call(phone, Member{Role: RoleOutbound, From: "101", To: "119"}), "119"},
		"another call":                    {call(phone, Member{Role: RoleOutbound, From: "110", To: "1390000"}), ""},
		"a call from outside":             {call(Member{Role: RoleInbound, From: "110", To: "101"}, phone), ""},
		"a call within the house":         {call(phone, Member{Role: RoleExtension, Number: "119"}), ""},
		"a failure":                       {Event{Kind: KindCallFailed, Members: []Member{phone, {Role: RoleOutbound, To: "122"}}}, "122"},
		"a failure without a number":      {Event{Kind: KindCallFailed, Members: []Member{phone}}, ""},
		"a record":                        {record(CDR{From: "101", To: "110", Type: "Outbound", Status: "ANSWERED"}), "110"},
		"a record by its trunk":           {record(CDR{From: "101", To: "110", Type: "Transfer", DestLine: "sip"}), "110"},
		"a refused call":                  {record(CDR{From: "101", To: "0110", Type: "Internal", Status: "FAILED"}), "110"},
		"a call to room 119":              {record(CDR{From: "101", To: "119", Type: "Internal", Status: "ANSWERED"}), ""},
		"a call to room 119 that failed":  {record(CDR{From: "101", To: "119", Type: "Internal", Status: "FAILED"}), ""},
		"a call within that was answered": {record(CDR{From: "101", To: "110", Type: "Internal", Status: "ANSWERED"}), ""},
		"a record of a call from outside": {record(CDR{From: "110", To: "101", Type: "Inbound", Status: "ANSWERED"}), ""},
		"one from outside that failed":    {record(CDR{From: "139", To: "110", Type: "Inbound", Status: "FAILED"}), ""},
		"no record":                       {Event{Kind: KindCDR}, ""},
		"another event":                   {Event{Kind: KindTransfer, Members: []Member{{Role: RoleOutbound, To: "110"}}}, ""},
	} {
		equal(t, name, e.In(&c.ev, ours), c.want)
	}
}

// help is what a report says of a call; at counts minutes.
type help struct {
	call   string
	number string
	failed string
	cdr    bool
	at     int
}

func (h help) tell(t *testing.T, tx *memTx, room, extension string) {
	t.Helper()
	ev := &Event{ID: 7 + uint64(h.at), Kind: KindCall, Time: eventTime.Add(time.Duration(h.at) * time.Minute), Serial: "A1", CallID: h.call, Room: room, Extension: extension}
	if h.cdr {
		ev.CDR = &CDR{Start: "2026-03-01 16:30:00"}
	}
	must(Apply(tx, ev, RulesUnit, []Effect{{Emergency: &CallForHelp{Number: h.number, Failed: h.failed}}}, withPMS))
}

func TestEachCallForHelpIsOneAlert(t *testing.T) {
	for name, c := range map[string]struct {
		told []help
		want string // code, count and error of each alert
	}{
		"reports of one call":       {[]help{{"a", "110", "", false, 0}, {"a", "110", "", false, 1}, {"a", "110", "", true, 2}}, "emergency-call 3"},
		"two calls":                 {[]help{{"a", "110", "", false, 0}, {"b", "110", "", false, 1}}, "emergency-call 1, emergency-call 1"},
		"calls without an id":       {[]help{{"", "110", "", false, 0}, {"", "119", "", false, 1}}, "emergency-call 1, emergency-call 1"},
		"refused":                   {[]help{{"a", "", "DND", false, 0}, {"a", "110", "FAILED", true, 0}}, "emergency-call-failed 1 FAILED"},
		"refused, told twice":       {[]help{{"a", "110", "FAILED", true, 0}, {"a", "", "NO", false, 0}, {"a", "110", "", true, 1}}, "emergency-call-failed 3 FAILED"},
		"went out and came to none": {[]help{{"a", "110", "", false, 0}, {"a", "", "603", false, 1}, {"a", "110", "BUSY", true, 2}}, "emergency-call 1, emergency-call-failed 2 603"},
		"some other call failed":    {[]help{{"a", "", "DND", false, 0}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			tx := smallHotel()
			for _, h := range c.told {
				h.tell(t, tx, "101", "101")
			}
			var got []string
			for _, al := range openAlerts(tx) {
				got = append(got, strings.TrimSpace(fmt.Sprint(al.Code, " ", al.Count, " ", al.Params["error"])))
				equal(t, "stay", al.Params["stay"], "G1")
			}
			equal(t, "alerts", strings.Join(slices.Sorted(slices.Values(got)), ", "), c.want)
		})
	}
}

// Once the desk has seen to it, a later report of the same call does not tell
// of it anew, and one of another does.
func TestResolvedCallForHelpStaysResolved(t *testing.T) {
	tx := smallHotel()
	help{"a", "110", "", false, 0}.tell(t, tx, "101", "101")
	apply(t, tx, withPMS, Effect{ResolveAlert: &ResolveAlert{ID: openAlerts(tx)[0].ID}})
	help{"a", "110", "", true, 9}.tell(t, tx, "101", "101")
	equal(t, "alerts", len(openAlerts(tx)), 0)
	help{"b", "110", "", true, 10}.tell(t, tx, "101", "101")
	equal(t, "alerts of another call", len(openAlerts(tx)), 1)
	equal(t, "when the PBX says that it began", openAlerts(tx)[0].Params["at"], "2026-03-01 16:30:00")
}

func TestCallForHelpSaysWhere(t *testing.T) {
	tx := smallHotel()
	tx.Put(RoomKey("101"), Room{Number: "101", Building: "B", Floor: "1", Stay: "G1", Sharers: []string{"G2", "G3"}})
	help{"a", "110", "", false, 0}.tell(t, tx, "101", "8101")
	equal(t, "parameters", openAlerts(tx)[0].Params, map[string]string{
		"number": "110", "extension": "8101", "call": "a", "building": "B", "floor": "1", "stay": "G1, G2, G3",
	})
	equal(t, "event", tx.emitted[0].Room+tx.emitted[0].Fields["code"], "101"+AlertEmergency)
}

func TestCallForHelpIsToldOfInAFlood(t *testing.T) {
	tx := smallHotel()
	for n := range maxAlerts + 1 {
		tx.Put(AlertKey(fmt.Sprintf("x%d", n)), Alert{Count: 1})
	}
	for n := range 300 {
		help{fmt.Sprint("c", n), "110", "", false, 0}.tell(t, tx, "", "8888")
	}
	equal(t, "alerts", countTo(tx, PrefixAlert, 9999), maxAlertsForHelp+1)
}

func TestCallsForHelpAreForgotten(t *testing.T) {
	tx := smallHotel()
	for n := range maxHelp {
		tx.Put(fmt.Sprintf("%sA1/%04d", PrefixEmergency, n), HelpRecord{Time: eventTime.Add(time.Duration(-n) * time.Second)})
	}
	help{"new", "110", "", false, 0}.tell(t, tx, "", "8888")
	equal(t, "records", countTo(tx, PrefixEmergency, 9999), maxHelp)
	equal(t, "the oldest", tx.Get(fmt.Sprintf("%sA1/%04d", PrefixEmergency, maxHelp-1), &HelpRecord{}), false)
	help{"later", "110", "", false, int(helpKept/time.Minute) + 1}.tell(t, tx, "", "8888")
	equal(t, "records after a long time", countTo(tx, PrefixEmergency, 9999), 1)
}

func TestCallForHelpInWords(t *testing.T) {
	tx := smallHotel()
	tx.Put(GuestKey("G1"), GuestRecord{Name: "Wang {number}"})
	tx.Put(GuestKey("G2"), GuestRecord{Name: "Li"})
	for _, c := range []struct {
		code, room string
		params     map[string]string
		zh         bool
		want       string
	}{
		{AlertEmergency, "101", map[string]string{"extension": "101", "stay": "G1"}, false, "EMERGENCY CALL to 110 from room 101, guest Wang {number}"},
		{AlertEmergency, "101", map[string]string{"extension": "101", "stay": "G1"}, true, "紧急呼叫 110：101 房，客人 Wang {number}"},
		{AlertEmergency, "101", map[string]string{"extension": "8101", "stay": "G1, G2, G9", "building": "Tower B", "floor": "12", "at": "2026-03-01 16:30:00"}, false,
			"EMERGENCY CALL to 110 from room 101 (Tower B, floor 12, telephone 8101), guest Wang {number} + Li + G9, at 2026-03-01 16:30:00 by the PBX's clock"},
		{AlertEmergency, "102", map[string]string{"extension": "102", "floor": "1"}, true, "紧急呼叫 110：102 房（1 楼），无人入住"},
		{AlertEmergency, "", map[string]string{"extension": "8888"}, false, "EMERGENCY CALL to 110 from telephone 8888, which belongs to no room"},
		{AlertNoHelp, "", map[string]string{"error": "congestion"}, true, "紧急呼叫 110 未接通（congestion）：电话 ?（不属于任何房间）。请立即派人前往；bellhop doctor 会说明是否缺少路由"},
		{AlertNoHelp, "101", map[string]string{"extension": "101", "error": "FAILED"}, false,
			`EMERGENCY CALL to 110 DID NOT GET THROUGH (FAILED), from room 101, nobody is checked in: send somebody at once; "bellhop doctor" says whether a route is missing`},
	} {
		c.params["number"] = "110"
		language := "en"
		if c.zh {
			language = "zh"
		}
		al := Alert{Code: c.code, Room: c.room, Params: c.params}
		equal(t, "text", al.TextFor(tx, language), c.want)
		if strings.Contains(al.Text(language), "Wang") {
			t.Errorf("a name without a view: %s", al.Text(language))
		}
	}
}

func FuzzEmergency(f *testing.F) {
	f.Add("0110", "0")
	f.Add("110", "")
	f.Fuzz(func(t *testing.T, dialled, prefix string) {
		e := NewEmergency("CN", nil, []string{prefix})
		if number := e.Meant(dialled); number != "" && dialled != number && dialled != prefix+number {
			t.Errorf("%q is meant by %q after %q", number, dialled, prefix)
		}
	})
}
