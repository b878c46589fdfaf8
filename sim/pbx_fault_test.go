package sim

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// strike switches a fault on for good.
func strike(t *testing.T, p *PBX, f Fault) {
	t.Helper()
	if err := p.SetFault(f, Chance{Percent: 100}); err != nil {
		t.Fatal(err)
	}
}

const wake = `{"number":"1002","wakeup":[{"time":"11:00","type":"onetime","repeats":"1"}]}`

func TestFaultsOfForm(t *testing.T) {
	for _, c := range []struct {
		fault               Fault
		old                 bool
		endpoint, body      string
		without, with, both string // what the answer must hold
	}{
		{FaultErrnoNumber, false, "hotel/checkout", `{}`, `"errno": "10004"`, `"errno": 10004`, "Failed"},
		{FaultLowerCalls, false, "call/query", `{"type":"inbound"}`, `"Calls": [`, `"calls": [`, "inbound"},
		{FaultWakeupKey, false, "wakeupcall/query", `{"number":"5000"}`, `"wakeups": [`, `"wakeup": [
    {
      "number"`, "15:00"},
		{FaultWakeupKey, true, "wakeupcall/query", `{"extid":"5000"}`, `"wakeup": [
    {
      "extid"`, `"wakeups": [`, "15:00"},
		{FaultEmptyList, false, "wakeupcall/query", `{"number":"1002"}`, `"Success"
}`, `"wakeups": []`, "Success"},
		{FaultWakeupArray, false, "wakeupcall/create", strings.NewReplacer("[", "", "]", "").Replace(wake), "Success", "10020", ""},
		{FaultWakeupArray, false, "wakeupcall/create", wake, "Success", "Success", ""},
		{FaultWakeupObject, false, "wakeupcall/create", wake, "Success", "10020", ""},
		{FaultUnknownRequest, false, "hotel/checkout", `{"number":"1002"}`, "Success", "10003", ""},
		{FaultTooOften, false, "hotel/checkout", `{"number":"1002"}`, "Success", "10025", ""},
		{FaultTooOften, false, "extension/query", `{"number":"1002"}`, "Success", "Success", ""},
		{FaultExpired, false, "extension/query", `{"number":"1002"}`, "Success", "20006", ""},
		{FaultLocked, false, "login", loginBody(digest), "Success", "20002", ""},
	} {
		for _, on := range []bool{false, true} {
			p, token := vectorPBX(t)
			if _, err := p.CallIn("1", "1023", ""); err != nil {
				t.Fatal(err)
			}
			want := c.without
			if on {
				strike(t, p, c.fault)
				want = c.with
			}
			if got := string(p.print(ask1(p, c.old, c.endpoint, token, c.body))); !strings.Contains(got, want) || !strings.Contains(got, c.both) {
				t.Errorf("%s %t: %s lacks %q or %q", c.fault, on, got, want, c.both)
			}
		}
	}
}

// post asks over the network, and gives what came whole or in part.
func post(t *testing.T, at, endpoint, token, body string) (r *http.Response, text string, err error) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	r, err = client.Post("http://"+at+newPath+endpoint+"?token="+token, "application/json", strings.NewReader(body))
	if err != nil {
		return nil, "", err
	}
	defer r.Body.Close()
	whole, err := io.ReadAll(r.Body)
	return r, string(whole), err
}

func TestFaultsOnTheWay(t *testing.T) {
	const name = `{"number":"1002","username":"Amy"}`
	done := func(p *PBX) bool { x, _ := p.Extension("1002"); return x.Settings["username"] == "Amy" }
	for _, c := range []struct {
		fault Fault
		done  bool
		good  func(r *http.Response, text string, err error) bool
	}{
		{"", true, func(r *http.Response, text string, err error) bool {
			return err == nil && r.ContentLength == -1 && r.Close && json.Valid([]byte(text))
		}},
		{FaultLength, true, func(r *http.Response, text string, err error) bool {
			return err == nil && r.ContentLength == int64(len(text)) && json.Valid([]byte(text))
		}},
		{FaultCutAnswer, true, func(_ *http.Response, text string, err error) bool {
			return err == nil && text != "" && !json.Valid([]byte(text))
		}},
		{FaultLostAnswer, true, func(r *http.Response, _ string, err error) bool { return r == nil && errors.Is(err, io.EOF) }},
		{FaultStatus500, false, func(r *http.Response, _ string, err error) bool { return err == nil && r.StatusCode == 500 }},
		{FaultSlow, true, func(_ *http.Response, text string, err error) bool { return err == nil && json.Valid([]byte(text)) }},
	} {
		p, token := vectorPBX(t)
		limits := p.Limits()
		limits.Slow = Span(time.Millisecond)
		if err := p.SetLimits(limits); err != nil {
			t.Fatal(err)
		}
		at := serve(t, p)
		if c.fault != "" {
			if err := p.SetFault(c.fault, Chance{Next: 1}); err != nil {
				t.Fatal(err)
			}
		}
		r, text, err := post(t, at, "extension/update", token, name)
		if !c.good(r, text, err) || done(p) != c.done {
			t.Errorf("%q: %+v, %q, %v; done: %t", c.fault, r, text, err, done(p))
		}
		if r, text, err := post(t, at, "extension/list", token, ""); err != nil || r.StatusCode != 200 || !json.Valid([]byte(text)) {
			t.Errorf("after %q: %+v, %q, %v", c.fault, r, text, err)
		}
	}
}

func TestDownloadOverTheNetwork(t *testing.T) {
	p, token := vectorPBX(t)
	at := serve(t, p)
	_, text, err := post(t, at, "cdr/get_random", token, `{"number":"4000",`+day+`}`)
	var a struct{ Random string }
	if err != nil || json.Unmarshal([]byte(text), &a) != nil {
		t.Fatalf("%q, %v", text, err)
	}
	for _, want := range []string{"text/csv", "application/json"} {
		r, err := http.Get("http://" + at + newPath + "cdr/download?number=4000&starttime=2019-10-24%2000:00:00&endtime=2019-10-24%2023:59:59&token=" + token + "&random=" + a.Random)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r.Body)
		_ = r.Body.Close()
		if got := r.Header.Get("Content-Type"); err != nil || got != want || (want == "text/csv") != strings.Contains(string(body), "1571909237.191") {
			t.Errorf("%s: %s, %q, %v", want, got, body, err)
		}
	}
	r, err := http.Get("http://" + at + newPath + "extension/list?token=" + token)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(r.Body)
	_ = r.Body.Close()
	if !strings.Contains(string(body), "20001") {
		t.Errorf("GET of a list: %s", body)
	}
}

func TestWritesTooCloseTogether(t *testing.T) {
	p, token := vectorPBX(t)
	if err := p.SetLimits(Limits{WritePause: span(2), Channels: 10}); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		wait time.Duration
		want errno
	}{{0, ""}, {time.Second, errTooOften}, {time.Second, ""}, {2*time.Second - 1, errTooOften}} {
		p.Move(step.wait)
		if a := ask(p, 1, "extension/update", token, `{"number":"1002","dnd":"on"}`); a.Errno != step.want {
			t.Errorf("after %s: %+v, want %q", step.wait, a, step.want)
		}
	}
}

func TestChangesAreSeenLater(t *testing.T) {
	p, token := vectorPBX(t)
	if err := p.SetLimits(Limits{ApplyLag: span(3), Channels: 10}); err != nil {
		t.Fatal(err)
	}
	look := func() (all string) {
		for _, endpoint := range []string{"extension/list", "extension/query", "wakeupcall/query", "outroute/query"} {
			all += string(printed(ask(p, 1, endpoint, token, `{"number":"1002","id":"all"}`), ""))
		}
		return all
	}
	before := look()
	for endpoint, body := range map[string]string{
		"extension/update":  `{"number":"1002","username":"Amy","selectoutroute":"Local"}`,
		"wakeupcall/create": wake,
	} {
		if a := ask(p, 1, endpoint, token, body); a.Status != "Success" {
			t.Fatalf("%+v", a)
		}
	}
	p.Move(3*time.Second - 1)
	if look() != before {
		t.Error("a change was seen at once")
	}
	p.Move(1)
	if after := look(); strings.Count(after, "Amy") != 2 || !strings.Contains(after, `"extensions":"1002"`) || !strings.Contains(after, "11:00") {
		t.Errorf("a change was not seen in the end: %s", after)
	}
}

func TestReportsComeAgainAndMisspelt(t *testing.T) {
	p := newPBX(t, PBXOptions{Resend: time.Millisecond})
	o := newOffice(t)
	o.login(t, p)
	if err := p.SetFault(FaultRepeatReport, Chance{Next: 2}); err != nil {
		t.Fatal(err)
	}
	strike(t, p, FaultSpelling)
	serve(t, p)
	p.mu.Lock()
	p.reportCDR(CDR{CallID: "1.1", Status: "NO ANSWER", Duration: 7})
	p.mu.Unlock()
	flush(t, p)
	first, second, third := <-o.got, <-o.got, <-o.got
	if first != second || second != third {
		t.Errorf("sent %q, %q, %q", first, second, third)
	}
	if !strings.Contains(first, `"callduraction":"7"`) || strings.Contains(first, `"dsttrunkname"`) || strings.Contains(first, `"NO ANSWER"`) {
		t.Errorf("spelt %q", first)
	}
}

func TestFaultsAreJudged(t *testing.T) {
	p := newPBX(t, PBXOptions{Now: newClock().now})
	for f, c := range map[Fault]Chance{"rust": {}, FaultSlow: {Percent: 101}, FaultLength: {Next: -1}} {
		if err := p.SetFault(f, c); err == nil {
			t.Errorf("took %s %+v", f, c)
		}
	}
	if p.SetAllFaults(101) == nil || p.SetLimits(Limits{Slow: -1}) == nil || p.SetLimits(Limits{Channels: -1}) == nil {
		t.Error("took what cannot be")
	}
	if err := p.SetAllFaults(30); err != nil {
		t.Fatal(err)
	}
	var struck []Fault
	for _, f := range Faults() {
		for range 100 {
			if p.strikes(f) && !slices.Contains(struck, f) {
				struck = append(struck, f)
			}
		}
	}
	if len(struck) != len(Faults()) {
		t.Errorf("struck: %q", struck)
	}
}

func TestRestart(t *testing.T) {
	p, token := house(t, Handset{}, Handset{})
	if _, err := p.Dial("1001", "1002"); err != nil {
		t.Fatal(err)
	}
	p.Restart()
	p.Move(time.Hour)
	if got := said(p); !slices.Equal(got, []string{"BootUp"}) {
		t.Errorf("reported %q", got)
	}
	if a := ask(p, 1, "extension/list", token, ""); a.Errno != errNoToken {
		t.Errorf("%+v", a)
	}
	if s := p.State(); len(s.Calls) > 0 || len(s.Extensions) != 2 {
		t.Errorf("%+v", s)
	}
}

// With OneLogin a login ends the ones before it.
func TestOneLogin(t *testing.T) {
	for _, one := range []bool{false, true} {
		p := newPBX(t, PBXOptions{})
		if err := p.SetLimits(Limits{OneLogin: one}); err != nil {
			t.Fatal(err)
		}
		first, second := mustLogin(t, p), mustLogin(t, p)
		for token, want := range map[string]bool{first: !one, second: true} {
			a := ask(p, 1, "deviceinfo/query", token, "")
			if (a.Status == "Success") != want {
				t.Errorf("one login %v: %+v, want %v", one, a, want)
			}
		}
	}
}
