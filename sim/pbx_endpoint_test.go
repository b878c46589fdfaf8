package sim

import (
	"encoding/csv"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// get downloads from an address that ends in host.
func (x *fetcher) get(host byte, endpoint string, query ...string) (file string, number errno) {
	values := url.Values{"token": {x.token}}
	for i := 0; i < len(query); i += 2 {
		values.Set(query[i], query[i+1])
	}
	x.p.mu.Lock()
	defer x.p.mu.Unlock()
	c := call{old: x.old, endpoint: endpoint + "/download", from: netip.AddrFrom4([4]byte{192, 168, 5, host})}
	text, _, refused := x.p.download(c, values)
	if refused != nil {
		return "", refused.Errno
	}
	return string(text), ""
}

type fetcher struct {
	p     *PBX
	token string
	old   bool
}

// value reads what an endpoint added to an answer.
func (a answer) value(key string) string {
	for _, pair := range a.more {
		var text string
		if pair.key == key && unquote(pair.value, &text) {
			return text
		}
	}
	return ""
}

const day = `"starttime":"2019-10-24 00:00:00","endtime":"2019-10-24 23:59:59"`

func TestRandomOpensOneDownload(t *testing.T) {
	p, token := vectorPBX(t)
	x := &fetcher{p: p, token: token}
	ok := []string{"number", "4000", "starttime", "2019-10-24 00:00:00", "endtime", "2019-10-24 23:59:59"}
	random := func(more string) string {
		t.Helper()
		a := ask(p, 1, "cdr/get_random", token, `{"number":"4000",`+day+more+`}`)
		if len(a.value("random")) != 32 {
			t.Fatalf("%+v", a)
		}
		return a.value("random")
	}
	get := func(host byte, random string, query ...string) errno {
		file, number := x.get(host, "cdr", append(query, "random", random)...)
		if (number == "") != strings.HasPrefix(file, "callid,timestart,callfrom,callto,") {
			t.Errorf("got %q, %s", file, number)
		}
		return number
	}
	r := random("")
	if first, second := get(1, r, ok...), get(1, r, ok...); first != "" || second != errCDRRandom {
		t.Errorf("first %q, second %q", first, second)
	}
	late := random("")
	p.Move(ticketLife)
	for name, number := range map[string]errno{
		"late":              get(1, late, ok...),
		"another address":   get(2, random(""), ok...),
		"another parameter": get(1, random(""), append(slices.Clone(ok[2:]), "number", "all")...),
		"none":              get(1, "", ok...),
		"not the one named": get(3, random(`,"allowedip":"192.168.5.2"`), ok...),
	} {
		if number != errCDRRandom {
			t.Errorf("%s: %q", name, number)
		}
	}
	early := random(`,"allowedip":"192.168.5.2"`)
	p.Move(ticketLife - time.Second)
	if number := get(2, early, ok...); number != "" {
		t.Errorf("the address that was named: %q", number)
	}
	if _, number := x.get(1, "recording", append(ok, "random", random(""))...); number != errRecording {
		t.Errorf("another endpoint: %q", number)
	}
	for range 2 * maxTickets {
		random("")
	}
	if n := len(p.hotel.tickets); n > maxTickets {
		t.Errorf("%d random strings are kept", n)
	}
	x.token = "0"
	if number := get(1, random(""), ok...); number != errNoToken {
		t.Errorf("without a token: %q", number)
	}
}

func TestErrorsOfDownloads(t *testing.T) {
	p, token := vectorPBX(t)
	for _, c := range []struct {
		endpoint, body string
		want           errno
	}{
		{"cdr", `{"number":"4000"}`, errEmpty}, {"cdr", `{"number":"4009",` + day + `}`, errNoExtension}, {"cdr", `{` + day + `}`, errEmpty},
		{"cdr", `{"number":"4000","starttime":"2019-10-24","endtime":"2019-10-25"}`, errCDRTime},
		{"cdr", `{"number":"4000","starttime":"2019-10-24 00:00:01","endtime":"2019-10-24 00:00:00"}`, errCDRTime},
		{"cdr", `{"number":"4000","starttime":"2019-10-25 00:00:00","endtime":"2019-10-26 00:00:00"}`, errNoCDR},
		{"cdr", `{"number":"5000",` + day + `}`, errNoCDR}, {"cdr", `{"number":"all",` + day + `,"allowedip":"x"}`, errAllowedIP},
		{"recording", `{"recording":"x.wav"}`, errNoRecording}, {"recording", `{}`, errEmpty},
		{"voicemail", `{"number":"1023","voicemailfile":"msg0000.wav","voicemailstatus":"read"}`, errNoMail},
		{"voicemail", `{"number":"1023","voicemailfile":"msg0000.wav","voicemailstatus":"all"}`, errMailStatus},
		{"voicemail", `{"number":"1023"}`, errEmpty}, {"voicemail", `{"number":"1"}`, errNoExtension},
	} {
		if a := ask(p, 1, c.endpoint+"/get_random", token, c.body); a.Errno != c.want {
			t.Errorf("%s %s: %+v, want %q", c.endpoint, c.body, a, c.want)
		}
	}
	x := &fetcher{p: p, token: token}
	r := ask(p, 1, "voicemail/get_random", token, `{"number":"1023","voicemailfile":"msg0000.wav","voicemailstatus":"unread"}`).value("random")
	if wav, number := x.get(1, "voicemail", "number", "1023", "voicemailfile", "msg0000.wav", "voicemailstatus", "unread", "random", r); !strings.HasPrefix(wav, "RIFF") {
		t.Errorf("%q, %s", wav, number)
	}
	if _, number := x.get(1, "voicemail", "random", r); number != errMailRandom {
		t.Errorf("again: %s", number)
	}
}

// The table has a line of names, and in API 1.1.0 extid for number.
func TestTableOfCalls(t *testing.T) {
	p, token := vectorPBX(t)
	x := &fetcher{p: p, token: token, old: true}
	table := func() [][]string {
		t.Helper()
		r := ask1(p, true, "cdr/get_random", token, `{"extid":"all",`+day+`}`).value("random")
		text, number := x.get(1, "cdr", "extid", "all", "starttime", "2019-10-24 00:00:00", "endtime", "2019-10-24 23:59:59", "random", r)
		rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if number != "" || err != nil || len(rows) != 2 {
			t.Fatalf("%q, %v, %q", number, err, text)
		}
		return rows
	}
	want := "1571909237.191,2019-10-24 01:27:19,4000,4001,20,10,,,ANSWERED,Internal,,20191024012719-1571909237.191-4000-4001-Internal.wav,,369451090405"
	rows := table()
	if !slices.Equal(rows[0], columns) || strings.Join(rows[1], ",") != want {
		t.Errorf("%q", rows)
	}
	strike(t, p, FaultColumns)
	strike(t, p, FaultSpelling)
	odd := table()
	if slices.Equal(odd[0], columns) || !slices.Contains(odd[0], "callduraction") || odd[1][slices.Index(odd[0], "callduraction")] != "20" {
		t.Errorf("%q", odd)
	}
}

func TestCheckOut(t *testing.T) {
	p, token := vectorPBX(t)
	for _, all := range []bool{false, true} {
		if err := p.SetLimits(Limits{Channels: 10, CheckoutClearsAll: all}); err != nil {
			t.Fatal(err)
		}
		x := PBXExtension{
			Number: "4000", Voicemails: []Voicemail{{File: "msg0000.wav"}}, Alarms: []Alarm{{Time: "07:00", Type: "everyday"}},
			Settings: map[string]string{"username": "Amy", "selectoutroute": "Local,National", "dnd": "on", "callrestriction": "on"},
		}
		if err := p.SetExtension(x); err != nil {
			t.Fatal(err)
		}
		if a := ask1(p, true, "hotel/checkout", token, `{"extid":"1001, 4000"}`); a.Status != "Success" {
			t.Fatalf("%+v", a)
		}
		x, _ = p.Extension("4000")
		if len(x.Voicemails)+len(x.Alarms) > 0 || x.Settings["username"] != "4000" || x.Settings["selectoutroute"] != "" {
			t.Errorf("left: %+v", x)
		}
		if cleared := x.Settings["dnd"] == "off" && x.Settings["callrestriction"] == "off" && len(p.Records()) == 0; cleared != all {
			t.Errorf("clears all: %t, and then %+v and %d records", all, x.Settings, len(p.Records()))
		}
		if got := rings(p, "4000", 24*60); len(got) > 0 {
			t.Errorf("rang at %q", got)
		}
		token = mustLogin(t, p)
	}
	for body, want := range map[string]errno{`{}`: errEmpty, `{"extid":"4000"}`: errEmpty, `{"number":"4009"}`: errNoExtension, `{"number":"all"}`: errNoExtension, ``: errNoData} {
		if a := ask(p, 1, "hotel/checkout", token, body); a.Errno != want {
			t.Errorf("%s: %+v", body, a)
		}
	}
}

func TestUpdateChangesWhatWasSent(t *testing.T) {
	p, token := vectorPBX(t)
	before, _ := p.Extension("1002")
	for body, want := range map[string]errno{
		`{"number":"1002","username":"O'Brien"}`: errValue, `{"number":"1002","username":"A & B","dnd":"on"}`: errValue,
		`{"number":"1002","dnd":"maybe"}`: errValue, `{"number":"1002","callerid":"1 2"}`: errValue, `{"number":"1002","dnd":{}}`: errValue,
		`{"number":"1002","dnd":"on","selectoutroute":"Moon"}`: errRoutes, `{"number":"1009","dnd":"on"}`: errNoExtension, `{"dnd":"on"}`: errEmpty,
		`{"number":"1002","ringtimeout":"soon"}`: errValue, `{"number":"1002","ntransferto":"Moon"}`: errValue, `{"number":"1002","vmsecret":"x"}`: errValue,
	} {
		if a := ask(p, 1, "extension/update", token, body); a.Errno != want {
			t.Errorf("%s: %+v", body, a)
		}
	}
	if after, _ := p.Extension("1002"); len(after.Settings) != len(before.Settings) || after.Settings["dnd"] != "off" {
		t.Errorf("a refused update changed %+v", after.Settings)
	}
	said(p)
	a := ask(p, 1, "extension/update", token, `{"number":"1002","username":"陈先生","selectoutroute":"International,Local","mobile":"123","ntransferterto":"Extension","ringtimeout":20,"unheardof":"x"}`)
	text := string(printed(ask(p, 1, "extension/query", token, `{"number":"1002"}`), ""))
	for _, part := range []string{`"username":"陈先生"`, `"unselectoutroute":"National","selectoutroute":"International,Local"`, `"moblie":"123"`, `"ntransferto":"Extension"`, `"ringtimeout":"20"`} {
		if a.Status != "Success" || !strings.Contains(text, part) {
			t.Errorf("%+v, and no %s in %s", a, part, text)
		}
	}
	if got := said(p); !slices.Equal(got, []string{"ConfigChange update"}) {
		t.Errorf("reported %q", got)
	}
	if text := string(printed(ask(p, 1, "outroute/query", token, `{"id":"all"}`), "")); !strings.Contains(text, `"name":"International","prefix":"00.","strip":"","prepend":"","trunks":"siptrunk","extensions":"1002"`) {
		t.Errorf("routes: %s", text)
	}
	if a := ask(p, 1, "outroute/query", token, `{"id":"9"}`); a.Errno != errNoRoute {
		t.Errorf("%+v", a)
	}
	if a := ask1(p, true, "extension/update", token, `{"extid":"1002","extnumber":"3002"}`); a.Status != "Success" {
		t.Errorf("%+v", a)
	}
	if x, found := p.Extension("3002"); !found || x.Settings["username"] != "陈先生" {
		t.Errorf("renumbered: %+v", x)
	}
}

func TestVoicemailAndMessages(t *testing.T) {
	p, token := vectorPBX(t)
	for _, c := range []struct {
		endpoint, body string
		want           errno
	}{
		{"voicemail/delete", `{"number":"2023","voicemailfile":"msg0000.wav","voicemailstatus":"read"}`, errNoMail},
		{"voicemail/delete", `{"number":"2023","voicemailfile":"msg0000.wav"}`, errEmpty}, {"voicemail/delete", `{"number":"2023","voicemailfile":"all","voicemailstatus":"x"}`, errMailStatus},
		{"voicemail/delete", `{"number":"all","voicemailfile":"all","voicemailstatus":"all"}`, ""},
		{"voicemail/query", `{"number":"all"}`, ""},
		{"sms/send", `{"trunk":"GSM","phonenumber":"","message":"x"}`, errNoNumber}, {"sms/send", `{"trunk":"GSM","phonenumber":"1"}`, errNoText},
		{"sms/send", `{"trunk":"x","phonenumber":"1","message":"x"}`, errNoGSM}, {"sms/send", `{"phonenumber":"1","message":"x"}`, errEmpty},
		{"sms/send", `{"trunk":"GSM","phonenumber":"1","message":"%zz"}`, errValue}, {"sms/send", `{"trunk":"GSM","phonenumber":"1","message":"%E4%BD%A0"}`, ""},
	} {
		if a := ask(p, 1, c.endpoint, token, c.body); a.Errno != c.want {
			t.Errorf("%s %s: %+v, want %q", c.endpoint, c.body, a, c.want)
		}
	}
	s := p.State()
	for _, x := range s.Extensions {
		if len(x.Voicemails) > 0 {
			t.Errorf("left: %+v", x)
		}
	}
	if len(s.SMS) != 1 || s.SMS[0].Text != "你" {
		t.Errorf("sent %+v", s.SMS)
	}
}

func TestPatternsOfRoutes(t *testing.T) {
	for pattern, numbers := range map[string][2]string{
		"00.": {"001", "00"}, "0Z.": {"012", "001"}, "Z.": {"55", "5"}, "159XXXXXXXX": {"15912345678", "1591234567"}, "9!": {"9", "8"},
		"[15-7]N": {"62", "42"}, "[2": {"", "2"}, "0[": {"", "01"},
	} {
		if fits := numbers[0]; fits != "" && !matches(pattern, fits) || matches(pattern, numbers[1]) {
			t.Errorf("%s: %q", pattern, numbers)
		}
	}
}

func FuzzPattern(f *testing.F) {
	f.Add("0Z.", "012")
	f.Add("[15-7]XN!", "56")
	f.Fuzz(func(_ *testing.T, pattern, number string) { matches(pattern, number) })
}
