package sim

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// said takes the reports that wait, each as one line.
func said(p *PBX) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var lines []string
	for _, body := range p.waiting {
		lines = append(lines, summary(body))
	}
	p.waiting = nil
	return lines
}

// summary shortens a report: its kind, the status of each party, and what the
// kind carries.
func summary(body []byte) string {
	var r struct {
		Event, Reason, Prompt, Info, Flag, Infos, Status, Type, CallFrom, CallTo, CallDuration, TalkDuration, Operation string
		Members                                                                                                         []Member
	}
	if err := json.Unmarshal(body, &r); err != nil {
		return err.Error()
	}
	words := []string{r.Event}
	for _, m := range r.Members {
		switch {
		case m.Ext != nil:
			words = append(words, strings.TrimSuffix(m.Ext.Number+":"+m.Ext.Status, ":"))
		case m.Inbound != nil:
			words = append(words, strings.TrimSuffix("in "+m.Inbound.From+":"+m.Inbound.Status, ":"))
		case m.Outbound != nil:
			words = append(words, strings.TrimSuffix("out "+m.Outbound.From+">"+m.Outbound.To+":"+m.Outbound.Status, ":"))
		}
	}
	if r.Event == "NewCdr" {
		words = append(words, r.CallFrom+">"+r.CallTo, r.CallDuration, r.TalkDuration, r.Type)
	}
	for _, w := range []string{r.Reason, r.Prompt, r.Info, r.Flag, r.Infos, r.Status, r.Operation} {
		if w != "" {
			words = append(words, w)
		}
	}
	return strings.Join(words, " ")
}

// house is a PBX on a clock that stands, with two rooms whose telephones do as
// they are told; nothing is registered, so that reports wait.
func house(t *testing.T, first, second Handset) (p *PBX, token string) {
	t.Helper()
	p = newPBX(t, PBXOptions{Now: newClock().now})
	for number, h := range map[string]Handset{"1001": first, "1002": second} {
		settings := map[string]string{"noanswerforward": "off", "busyforward": "off", "selectoutroute": "Local"}
		if err := p.SetExtension(PBXExtension{Number: number, Settings: settings, Handset: []Handset{h}}); err != nil {
			t.Fatal(err)
		}
	}
	token = mustLogin(t, p)
	said(p)
	return p, token
}

func set(t *testing.T, p *PBX, number string, pairs ...string) {
	t.Helper()
	x := PBXExtension{Number: number, Settings: map[string]string{}}
	for i := 0; i < len(pairs); i += 2 {
		x.Settings[pairs[i]] = pairs[i+1]
	}
	if err := p.SetExtension(x); err != nil {
		t.Fatal(err)
	}
	said(p)
}

func span(seconds int) Span { return Span(time.Duration(seconds) * time.Second) }

func TestCallsProgressOnThePBXsClock(t *testing.T) {
	after := func(s int) Handset { return Handset{Does: Answers, After: span(s)} }
	for _, c := range []struct {
		name, endpoint, body string
		first, second        Handset
		settings             []string // of 1002
		want                 []string
	}{
		{name: "answered, the called hangs up", endpoint: "call/dial", body: `{"caller":"1001","callee":"1002"}`,
			first: after(2), second: Handset{After: span(5), Talk: span(60)}, want: []string{
				"CallStatus 1001:RING", "CallStatus 1001:ALERT 1002:RING", "CallStatus 1001:ANSWERED 1002:ANSWER",
				"CallStatus 1001:ANSWERED 1002:BYE", "NewCdr 1001>1002 67 60 Internal ANSWERED",
			}},
		{name: "the caller does not pick up", endpoint: "call/dial", body: `{"caller":"1001","callee":"1002"}`,
			first: Handset{Does: Ignores}, want: []string{
				"CallStatus 1001:RING", "CallFailed 1001 603 Declined", "NewCdr 1001>1002 30 0 Internal NO ANSWER",
			}},
		{name: "not answered, the caller's telephone picks up by itself", endpoint: "call/dial", body: `{"caller":"1001","callee":"1002","autoanswer":"yes"}`,
			second: Handset{Does: Ignores}, want: []string{
				"CallStatus 1001:RING", "CallStatus 1001:ALERT 1002:RING", "CallFailed 1001 603 Declined", "NewCdr 1001>1002 30 0 Internal NO ANSWER",
			}},
		{name: "refused", endpoint: "call/playprompt", body: `{"number":"1002","prompt":"music1"}`,
			second: Handset{Does: Refuses, After: span(3)}, want: []string{
				"CallStatus 1002:RING", "CallFailed 486 Busy here", "NewCdr prompt>1002 3 0 Internal BUSY",
			}},
		{name: "switched off", endpoint: "call/playprompt", body: `{"number":"1002","prompt":"music1"}`,
			second: Handset{Does: Unreachable}, want: []string{
				"CallFailed 480 Temporatily Unavailable", "NewCdr prompt>1002 0 0 Internal NO ANSWER",
			}},
		{name: "do not disturb", endpoint: "call/playprompt", body: `{"number":"1002","prompt":"music1"}`, settings: []string{"dnd", "on"},
			want: []string{"CallFailed DND", "NewCdr prompt>1002 0 0 Internal BUSY"}},
		{name: "a prompt, with a key, heard to the end", endpoint: "call/playprompt", body: `{"number":"1002","prompt":"music1+music2","count":"2"}`,
			second: Handset{After: span(4), Keys: "1#", Pause: span(2)}, want: []string{
				"CallStatus 1002:RING", "CallStatus 1002:ANSWER", "DTMF 1002:ANSWER 1 0", "DTMF 1002:ANSWER # 1",
				"PlayPromptEnd 1002 music1+music2", "CallStatus 1002:BYE", "NewCdr prompt>1002 24 20 Internal ANSWERED",
			}},
		{name: "a prompt, hung up early", endpoint: "call/playprompt", body: `{"number":"1002","prompt":"music1"}`,
			second: Handset{After: span(4), Talk: span(3), Keys: "12", Pause: span(2)}, want: []string{
				"CallStatus 1002:RING", "CallStatus 1002:ANSWER", "DTMF 1002:ANSWER 1 0", "CallStatus 1002:BYE", "NewCdr prompt>1002 7 3 Internal ANSWERED",
			}},
		{name: "a prompt goes to voicemail", endpoint: "call/playprompt", body: `{"number":"1002","prompt":"music1"}`,
			second: Handset{Does: Ignores}, settings: []string{"noanswerforward", "on"}, want: []string{
				"CallStatus 1002:RING", "CallStatus 1002:ANSWER", "CallStatus 1002:BYE", "NewCdr prompt>1002 35 5 Internal VOICEMAIL",
			}},
		{name: "always forwarded to another room", endpoint: "call/playprompt", body: `{"number":"1002","prompt":"music1"}`,
			settings: []string{"alwaysforward", "on", "atransferto", "Extension", "atransferext", "1001"}, want: []string{
				"CallStatus 1001:RING", "CallStatus 1001:ANSWER", "PlayPromptEnd 1001 music1", "CallStatus 1001:BYE", "NewCdr prompt>1002 5 5 Internal ANSWERED",
			}},
		{name: "forwarded in a circle", endpoint: "call/playprompt", body: `{"number":"1002","prompt":"music1"}`,
			settings: []string{"alwaysforward", "on", "atransferto", "Extension", "atransferext", "1002"}, want: []string{
				"CallFailed 486 Busy here", "NewCdr prompt>1002 0 0 Internal BUSY",
			}},
		{name: "outside, by a route", endpoint: "call/dial", body: `{"caller":"1001","callee":"55501","autoanswer":"yes"}`, want: []string{
			"CallStatus 1001:RING", "CallStatus 1001:ALERT out 1001>55501:RING", "CallStatus 1001:ANSWERED out 1001>55501:ANSWER",
			"CallStatus 1001:ANSWERED out 1001>55501:BYE", "NewCdr 1001>55501 16 10 Outbound ANSWERED",
		}},
		{name: "a prompt outside", endpoint: "call/playprompt", body: `{"number":"55501","prompt":"music1","dialpermission":"1001"}`, want: []string{
			"CallStatus out prompt>55501:RING", "CallStatus out prompt>55501:ANSWER", "PlayPromptEnd out prompt>55501 music1",
			"CallStatus out prompt>55501:BYE", "NewCdr prompt>55501 11 5 Outbound ANSWERED",
		}},
	} {
		p, token := house(t, c.first, c.second)
		set(t, p, "1002", c.settings...)
		if err := p.SetOutside("55501", Handset{After: span(6), Talk: span(10)}); err != nil {
			t.Fatal(err)
		}
		if a := ask(p, 1, c.endpoint, token, c.body); a.Status != "Success" {
			t.Errorf("%s: %+v", c.name, a)
		}
		p.Move(10 * time.Minute)
		if got := said(p); !slices.Equal(got, c.want) {
			t.Errorf("%s: reported\n%s\nwant\n%s", c.name, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
		if s := p.State(); len(s.Calls) > 0 {
			t.Errorf("%s: goes on: %+v", c.name, s.Calls)
		}
	}
}

func TestCallsFromOutsideAndFromRooms(t *testing.T) {
	p, _ := house(t, Handset{After: span(1), Talk: span(9)}, Handset{Does: Ignores})
	if err := p.SetLimits(Limits{SingleKeys: true, Channels: 3, Record: true}); err != nil {
		t.Fatal(err)
	}
	if err := p.SetOutside("55501", Handset{Talk: span(10)}); err != nil {
		t.Fatal(err)
	}
	set(t, p, "1002", "noanswerforward", "on", "ntransferto", "Custom Number", "ntransferprefix", "5", "ntransfernum", "5501")
	begin := func(id string, err error) {
		t.Helper()
		if err != nil || id == "" {
			t.Fatalf("%q, %v", id, err)
		}
		p.Move(5 * time.Minute)
	}
	begin(p.CallIn("13800000000", "1001", ""))
	begin(p.CallIn("13800000000", "1002", ""))
	begin(p.Dial("1001", "778*2*1"))
	begin(p.Dial("1002", "1001"))
	begin(p.Dial("1001", "0044123"))
	begin(p.Dial("1001", "#"))
	want := []string{
		"CallStatus in 13800000000:ALERT 1001:RING", "CallStatus in 13800000000:ANSWERED 1001:ANSWER",
		"CallStatus in 13800000000:ANSWERED 1001:BYE", "NewCdr 13800000000>1001 10 9 Inbound ANSWERED",
		"CallStatus in 13800000000:ALERT 1002:RING", "Forward in 13800000000",
		"CallStatus in 13800000000:ALERT out 13800000000>55501:RING", "CallStatus in 13800000000:ANSWERED out 13800000000>55501:ANSWER",
		"CallStatus in 13800000000:ANSWERED out 13800000000>55501:BYE", "NewCdr 13800000000>1002 40 10 Inbound ANSWERED",
		"CallStatus 1001:ANSWERED", "DTMF 1001:ANSWERED * 0", "DTMF 1001:ANSWERED 2 1", "DTMF 1001:ANSWERED * 2", "DTMF 1001:ANSWERED 1 3",
		"DTMF 1001:ANSWERED 778*2*1", "CallStatus 1001:BYE", "NewCdr 1001>778 2 2 Internal ANSWERED",
		"CallStatus 1002:ALERT 1001:RING", "CallStatus 1002:ANSWERED 1001:ANSWER", "CallStatus 1002:ANSWERED 1001:BYE", "NewCdr 1002>1001 10 9 Internal ANSWERED",
		"CallFailed 1001 NO Outbound Restriction", "NewCdr 1001>0044123 0 0 Internal FAILED",
		"CallFailed 1001 404 NOT found", "NewCdr 1001># 0 0 Internal FAILED",
	}
	if got := said(p); !slices.Equal(got, want) {
		t.Errorf("reported\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if records := p.Records(); len(records) != 6 || !strings.HasSuffix(records[0].Recording, "-13800000000-1001-Inbound.wav") || records[0].DID != "1001" {
		t.Errorf("kept %+v", records)
	}
}

// A room that is in a call, or may not call out, is left alone.
func TestBusyAndRestricted(t *testing.T) {
	p, token := house(t, Handset{}, Handset{})
	set(t, p, "1002", "callrestriction", "on", "selectoutroute", "Local")
	if _, err := p.Dial("1002", "55501"); err != nil {
		t.Fatal(err)
	}
	if _, err := p.CallIn("5", "1001", "pstn"); err != nil {
		t.Fatal(err)
	}
	p.Move(0)
	said(p)
	if _, err := p.Dial("1001", "1002"); !errors.Is(err, ErrBusy) {
		t.Errorf("dial: %v", err)
	}
	ask(p, 1, "call/playprompt", token, `{"number":"1001","prompt":"music1"}`)
	set(t, p, "1001", "busyforward", "on")
	if _, err := p.CallIn("6", "1001", "pstn"); err != nil {
		t.Fatal(err)
	}
	p.Move(time.Minute)
	want := []string{
		"CallStatus in 6:ANSWERED 1001:ANSWER", "CallStatus in 6:BYE 1001:ANSWER", "NewCdr 6>1001 8 8 Inbound VOICEMAIL",
	}
	if got := said(p); !slices.Equal(got, want) {
		t.Errorf("reported\n%s", strings.Join(got, "\n"))
	}
	x, _ := p.Extension("1001")
	if len(x.Voicemails) != 1 || x.Voicemails[0].From != "6" || x.Voicemails[0].Length != 8 || x.Voicemails[0].File != "msg0000.wav" {
		t.Errorf("left %+v", x.Voicemails)
	}
	var restricted, busy bool
	for _, c := range p.Records() {
		restricted = restricted || c.From == "1002" && c.Status == "FAILED"
		busy = busy || c.From == "prompt" && c.Status == "BUSY"
	}
	if !restricted || !busy {
		t.Errorf("records %+v", p.Records())
	}
}

func TestReportsThatNobodyIsRegisteredFor(t *testing.T) {
	p := newPBX(t, PBXOptions{Now: newClock().now, Extensions: 1})
	for _, lose := range []bool{false, true} {
		if err := p.SetLimits(Limits{Channels: 9, LoseReports: lose}); err != nil {
			t.Fatal(err)
		}
		if err := p.SetExtension(PBXExtension{Number: "1001", Handset: []Handset{{Does: Unreachable}}}); err != nil {
			t.Fatal(err)
		}
		if _, err := p.Dial("1001", "*56"); err != nil {
			t.Fatal(err)
		}
		p.Move(time.Minute)
		if got := said(p); (len(got) == 0) != lose || lose && p.Stats().Dropped != 4 || slices.Contains(got, "ConfigChange update") {
			t.Errorf("lost: %t; %q waits; %+v", lose, got, p.Stats())
		}
	}
}

func TestAgendaKeepsOrder(t *testing.T) {
	p := newPBX(t, PBXOptions{Now: newClock().now})
	var got []int
	at := p.o.Now().Add(time.Second)
	for n := range 10 {
		p.arrange(at.Add(time.Duration(n/5)), func(time.Time) { got = append(got, n) })
	}
	p.Move(time.Minute)
	if !slices.IsSorted(got) || len(got) != 10 {
		t.Errorf("happened in the order %v", got)
	}
	for range 200 {
		p.Move(2 * maxMove)
	}
	if years := p.Move(0).Year() - 2026; years < 99 || years > 101 {
		t.Errorf("the clock is %d years ahead", years)
	}
}

func TestNoChannelIsFree(t *testing.T) {
	p, token := house(t, Handset{}, Handset{})
	if err := p.SetLimits(Limits{Channels: 1}); err != nil {
		t.Fatal(err)
	}
	if a := ask(p, 1, "call/dial", token, `{"caller":"1001","callee":"1002"}`); a.Status != "Success" {
		t.Fatalf("%+v", a)
	}
	p.Move(0)
	want := []string{"CallStatus 1001:RING", "CallFailed 1001 Circuit/channel congestion", "NewCdr 1001>1002 0 0 Internal FAILED"}
	if got := said(p); !slices.Equal(got, want) {
		t.Errorf("reported %q", got)
	}
}

// While a call goes on it can be seen, hung up and transferred.
func TestOrdersToACall(t *testing.T) {
	p, token := house(t, Handset{}, Handset{})
	id, err := p.CallIn("12345678", "1001", "")
	if err != nil {
		t.Fatal(err)
	}
	p.Move(0)
	for body, file := range map[string]string{
		`{"callid":"` + id + `"}`: "v2/response_L06518_call-query.json", `{"type":"inbound"}`: "v2/repaired_L06589_call-query.json",
	} {
		a := ask(p, 1, "call/query", token, body)
		if diff := differ("", shaped(t, vector(t, file)), shaped(t, printed(a, ""))); diff != "" {
			t.Errorf("%s: %s", body, diff)
		}
	}
	if a := ask(p, 1, "call/query", token, `{"type":"outbound"}`); len(a.more) > 0 || a.Status != "Success" {
		t.Errorf("no calls: %+v", a)
	}
	for number, want := range map[string]string{"1001": "Busy", "1002": "Registered"} {
		if text := string(printed(ask(p, 1, "extension/query", token, `{"number":"`+number+`"}`), "")); !strings.Contains(text, `"status":"`+want+`"`) {
			t.Errorf("%s is not %s: %s", number, want, text)
		}
	}
	if text := string(printed(ask(p, 1, "extension/query_call", token, `{"number":"1001"}`), "")); !strings.Contains(text, `"numercalls":[{"callid":"`+id+`"`) {
		t.Errorf("query_call: %s", text)
	}
	members := p.State().Calls[0].Members
	said(p)
	if err := p.Press("1001", "5"); err != nil {
		t.Error(err)
	}
	a := ask(p, 1, "call/transfer", token, `{"channelid":"`+members[0].Inbound.Channel+`","number":"1002"}`)
	if diff := differ("", shaped(t, vector(t, "v2/response_L07291_call-transfer.json")), shaped(t, printed(a, ""))); diff != "" {
		t.Errorf("transfer: %s", diff)
	}
	p.Move(time.Second)
	a = ask(p, 1, "call/hangup", token, `{"channelid":"`+p.State().Calls[0].Members[1].Ext.Channel+`"}`)
	if diff := differ("", shaped(t, vector(t, "v2/response_L07668_call-hangup.json")), shaped(t, printed(a, ""))); diff != "" {
		t.Errorf("hang up: %s", diff)
	}
	want := []string{
		"DTMF 1001:ANSWER 5 0", "CallStatus in 12345678:ALERT 1002:RING", "CallStatus in 12345678:ANSWERED 1002:ANSWER",
		"CallStatus in 12345678:ANSWERED 1002:BYE", "NewCdr 12345678>1001 1 1 Inbound ANSWERED",
	}
	if got := said(p); !slices.Equal(got, want) {
		t.Errorf("reported %q", got)
	}
}

// API 1.1.0 names calls by the party outside.
func TestOldOrdersToCalls(t *testing.T) {
	p, token := house(t, Handset{After: span(1)}, Handset{})
	id, err := p.CallIn("12345678", "1001", "SIP-142")
	if err != nil {
		t.Fatal(err)
	}
	look := func(body string) string { return string(printed(ask1(p, true, "inbound/query", token, body), "")) }
	row := func(status string) string {
		return `{"status":"Success","inbound":[{"inboundid":"` + id + `","from":"12345678","to":"1001","trunk":"SIP-142","status":"` + status + `","callee":[{"extid":"1001"}]}]}`
	}
	if got := look(""); got != row("Progress") {
		t.Errorf("ringing: %s", got)
	}
	p.Move(time.Second)
	if got := look(`{"inboundid":"` + id + `"}`); got != row("Talking") {
		t.Errorf("answered: %s", got)
	}
	for _, none := range []string{look(`{"inboundid":"5.5"}`), string(printed(ask1(p, true, "outbound/query", token, "{}"), ""))} {
		if none != `{"status":"Success"}` {
			t.Errorf("none: %s", none)
		}
	}
	for _, c := range []struct {
		endpoint, body string
		want           errno
	}{
		{"outbound/hangup", `{"outboundid":"` + id + `"}`, errNoCall}, {"inbound/hangup", `{}`, errEmpty}, {"inbound/hangup", `{"inboundid":"5.5"}`, errNoCall},
		{"inbound/hangup", `{"inboundid":"` + id + `"}`, ""}, {"extension/dial_extension", `{"caller":"1001","callee":"1002"}`, ""},
	} {
		if a := ask1(p, true, c.endpoint, token, c.body); a.Errno != c.want {
			t.Errorf("%s %s: %+v, want %q", c.endpoint, c.body, a, c.want)
		}
	}
	p.Move(time.Second)
	if s := p.State(); len(s.Calls) != 1 || len(s.Calls[0].Members) != 2 {
		t.Errorf("goes on: %+v", s.Calls)
	}
}

func TestErrorsOfCalls(t *testing.T) {
	p, token := house(t, Handset{}, Handset{})
	if _, err := p.Dial("1002", "778*1*1"); err != nil {
		t.Fatal(err)
	}
	set(t, p, "1001", "selectoutroute", "National")
	for _, c := range []struct {
		endpoint, body string
		want           errno
	}{
		{"call/dial", `{"caller":"1001"}`, errEmpty}, {"call/dial", `{"caller":"0","callee":"1001"}`, errNoExtension},
		{"call/dial", `{"caller":"55501","callee":"1001"}`, errRange}, {"call/dial", `{"caller":"1001","callee":"55501"}`, errNoPermission},
		{"old extension/dial_outbound", `{"extid":"1001","outto":"0123"}`, ""}, {"old extension/hangup", `{"extid":"1001"}`, ""},
		{"extension/update", `{"number":"1001","callrestriction":"on"}`, ""}, {"call/dial", `{"caller":"1001","callee":"0123"}`, errNoPermission},
		{"call/dial", `{"caller":"1001","callee":"0"}`, errNoCallee}, {"call/dial", `{"caller":"1002","callee":"1001"}`, errNotIdle},
		{"call/playprompt", `{"number":"1001"}`, errEmpty}, {"call/playprompt", `{"number":"1001","prompt":"music1+gone"}`, errNoPrompt},
		{"call/playprompt", `{"number":"1001","prompt":"music1","volume":"21"}`, errVolume},
		{"call/playprompt", `{"number":"1001","prompt":"music1","volume":"x"}`, errVolumeDigits},
		{"call/playprompt", `{"number":"1001","prompt":"music1","count":"0"}`, errValue},
		{"call/playprompt", `{"number":"0","prompt":"music1"}`, errNoCallee}, {"call/playprompt", `{"number":"55501","prompt":"music1"}`, errNoPermission},
		{"call/playprompt", `{"number":"55501","prompt":"music1","dialpermission":"1001"}`, errNoPermission},
		{"call/hangup", `{}`, errEmpty}, {"call/transfer", `{"channelid":"x"}`, errEmpty}, {"call/query", `{}`, errEmpty}, {"call/query", `{"type":"x"}`, errValue},
		{"old extension/hangup", `{"extid":"1001"}`, errNoCall}, {"old extension/hangup", `{"extid":"1009"}`, errNoExtension},
		{"old extension/hangup", `{"extid":"1002"}`, ""}, {"old extension/dial_outbound", `{"extid":"1001","outto":"00441"}`, errNoPermission},
		{"old extension/playprompt", `{"extid":"1001","prompt":"music1"}`, ""}, {"call/dial", `{"extid":"1001"}`, errEmpty},
		{"call/play", `{}`, errUnknownRequest}, {"old call/dial", `{}`, errUnknownRequest}, {"old apply", ``, ""},
	} {
		name, old := strings.CutPrefix(c.endpoint, "old ")
		if a := ask1(p, old, name, token, c.body); a.Errno != c.want {
			t.Errorf("%s %s: %+v, want %q", c.endpoint, c.body, a, c.want)
		}
	}
	for _, number := range []string{"", "12a", strings.Repeat("1", 100)} {
		if _, err := p.Dial("1002", number); err == nil {
			t.Errorf("dialled %q", number)
		}
	}
}

// The reports have the shape of the manual's examples.
func TestReportsOfCallsAsPrinted(t *testing.T) {
	p, token := house(t, Handset{Keys: "2", Pause: span(1)}, Handset{})
	set(t, p, "1002", "alwaysforward", "on", "atransferto", "Extension", "atransferext", "1001")
	for _, step := range []func() (string, error){
		func() (string, error) { return p.CallIn("12345678", "1002", "") },
		func() (string, error) { return p.Dial("1002", "0044") },
	} {
		if _, err := step(); err != nil {
			t.Fatal(err)
		}
	}
	p.Move(time.Minute)
	if err := p.Finish("1001"); err != nil {
		t.Fatal(err)
	}
	ask(p, 1, "call/playprompt", token, `{"number":"1001","prompt":"music1"}`)
	ask(p, 1, "call/playprompt", token, `{"number":"55501","prompt":"music1","dialpermission":"1001"}`)
	ask(p, 1, "sms/send", token, `{"trunk":"GSM","phonenumber":"1","message":"x"}`)
	p.Move(time.Hour)
	p.mu.Lock()
	waiting := p.waiting
	p.mu.Unlock()
	for _, file := range []string{
		"L08233_CallStatus.joined.json", "L08301_NewCdr.json", "L08473_Forward.json", "L08539_CallFailed.json", "L08881_PlayPromptEnd.json",
		"L09098_sms-send.json",
	} {
		want, found := shaped(t, vector(t, "v2/"+file)), false
		event := want.(map[string]any)["event"]
		delete(want.(map[string]any), "status") // of a record and a message: theirs
		for _, body := range waiting {
			got := shaped(t, body)
			delete(got.(map[string]any), "status")
			found = found || got.(map[string]any)["event"] == event && differ("", want, got) == ""
		}
		if !found {
			t.Errorf("no %v like %s among %d reports", event, file, len(waiting))
		}
	}
}

func TestTheSameSeedGivesTheSameRun(t *testing.T) {
	run := func(seed uint64) string {
		p := newPBX(t, PBXOptions{Now: newClock().now, Seed: seed, Extensions: 30})
		token := mustLogin(t, p)
		if err := p.SetAllFaults(20); err != nil {
			t.Fatal(err)
		}
		out := fmt.Sprintln(p.State().Extensions)
		for n := range 60 {
			a := ask(p, 1, "call/playprompt", token, fmt.Sprintf(`{"number":"%d","prompt":"music1"}`, 1001+n%30))
			if a.Errno == errExpired {
				token = ask(p, 1, "login", "", loginBody(digest)).Token
			}
			p.Move(20 * time.Second)
			out += fmt.Sprintln(a, said(p))
		}
		return out
	}
	first, again, other := run(7), run(7), run(8)
	if first != again {
		t.Error("two runs differ")
	}
	if first == other {
		t.Error("another seed gives the same run")
	}
}
