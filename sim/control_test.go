package sim

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// order sends one to the control API, and gives the answer.
func order(p *PBX, line, body string) (status int, answer string) {
	method, path, _ := strings.Cut(line, " ")
	w := httptest.NewRecorder()
	p.Control().ServeHTTP(w, httptest.NewRequest(method, path, strings.NewReader(body)))
	return w.Code, w.Body.String()
}

func TestControl(t *testing.T) {
	p := newPBX(t, PBXOptions{Now: newClock().now, Extensions: 1})
	for _, c := range []struct {
		line, body string
		status     int
		holds      string
	}{
		{"PUT /extensions/1002", `{"settings":{"username":"Amy"},"handset":[{"does":"answers","after":"5s"}],"alarms":[{"time":"10:00","type":"everyday"}]}`, 200, `"wakeupid": "1"`},
		{"GET /extensions/1002", "", 200, `"after": "5s"`},
		{"PUT /extensions/1002", `{"handset":[{"does":"sings"}]}`, 400, "not \\\"sings\\\""},
		{"PUT /extensions/1002", `{"handset":[{"after":"5"}]}`, 400, "1m30s"},
		{"PUT /extensions/1002", `{"settings":{"colour":"red"}}`, 400, "colour"},
		{"PUT /extensions/1002", `{"alarms":[{"time":"25:00","type":"everyday"}]}`, 400, "25:00"},
		{"PUT /extensions/x", `{}`, 400, "digits"},
		{"GET /extensions/1009", "", 404, "no such extension"},
		{"PUT /routes", `[{"id":"1","name":"All","prefix":"X.","trunk":"siptrunk"}]`, 200, "{}"},
		{"PUT /routes", `[{"id":"1","name":"A,B"}]`, 400, "comma"},
		{"PUT /outside/555", `{"does":"refuses","after":"1s"}`, 200, "{}"},
		{"POST /prompts", `{"name":"hello"}`, 200, "{}"},
		{"POST /dial", `{"extension":"1001","number":"1002"}`, 200, `"callid": "1772353800.1"`},
		{"POST /dial", `{"extension":"1001","number":"1002"}`, 409, "in a call"},
		{"GET /state", "", 200, `"memberstatus": "RING"`},
		{"GET /state", "", 200, `"name": "All"`},
		{"POST /clock", `{"move":"5s"}`, 200, `"time": "2026-03-01T08:30:05Z"`},
		{"POST /clock", `{"move":"-5s"}`, 400, "ahead"},
		{"POST /keys", `{"at":"1002","keys":"12"}`, 200, "{}"},
		{"POST /keys", `{"at":"1009","keys":"12"}`, 404, "no such call"},
		{"POST /hangup", `{"at":"1772353800.1"}`, 200, "{}"},
		{"POST /hangup", `{"at":"1772353800.1"}`, 404, "no such call"},
		{"GET /records", "", 200, `"callto": "1002"`},
		{"POST /records", `{"callid":"5.5","callfrom":"1001"}`, 200, "{}"},
		{"GET /records", "", 200, `"callid": "5.5"`},
		{"POST /callin", `{"from":"555","extension":"1001"}`, 200, `"callid": "1772353805.2"`},
		{"POST /callin", `{"from":"","extension":"1001"}`, 400, "number"},
		{"PUT /faults", `{"faults":{"slow":{"percent":5}},"all":1}`, 200, `"percent": 5`},
		{"PUT /faults", `{"faults":{"slow":{"percent":6}}}`, 200, `"percent": 6`},
		{"GET /faults", "", 200, `"all": 1`},
		{"PUT /faults", `{"faults":{"rust":{"percent":5}}}`, 400, "rust"},
		{"GET /faults", "", 200, `"percent": 6`},
		{"PUT /limits", `{"apply-lag":"2s"}`, 200, `"channels": 200`},
		{"PUT /limits", `{"apply-lag":"2h"}`, 400, "10m"},
		{"PUT /limits", `{"aply-lag":"2s"}`, 400, "aply-lag"},
		{"POST /dial", `{"extension":"1001","digits":"1002"}`, 400, "digits"},
		{"GET /limits", "", 200, `"apply-lag": "2s"`},
		{"GET /state", "", 200, `"sms": []`},
		{"POST /report", `{"event":"Unheard"}`, 200, "{}"},
		{"POST /report", `{"event"`, 400, "read the order"},
		{"POST /down", `{"down":true}`, 200, "{}"},
		{"POST /restart", ``, 200, "{}"},
		{"DELETE /extensions/1002", "", 200, "{}"},
		{"DELETE /extensions/1002", "", 404, "no such extension"},
		{"POST /dial", `[]`, 400, "read the order"},
		{"GET /clock", "", 200, "2026"},
	} {
		if status, answer := order(p, c.line, c.body); status != c.status || !strings.Contains(answer, c.holds) {
			t.Errorf("%s %s: %d %s, want %d and %q", c.line, c.body, status, answer, c.status, c.holds)
		}
	}
	if !p.isDown() {
		t.Error("it is not down")
	}
	if strings.Contains(func() string { _, s := order(p, "GET /state", ""); return s }(), "password") {
		t.Error("the state shows passwords")
	}
}

func TestControlOverTheNetwork(t *testing.T) {
	p := newPBX(t, PBXOptions{})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- p.ServeControl(ctx, ln) }()
	r, err := http.Get("http://" + ln.Addr().String() + "/state")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(r.Body)
	_ = r.Body.Close()
	if err != nil || !strings.Contains(string(body), `"extensions"`) {
		t.Errorf("%q, %v", body, err)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// Every order that the help lists is known, and the other way round the test
// above has used it.
func TestControlHelpIsTrue(t *testing.T) {
	p := newPBX(t, PBXOptions{Extensions: 1})
	for _, line := range strings.Split(ControlHelp, "\n") {
		words := strings.Fields(line)
		if len(words) < 2 || !strings.HasPrefix(words[1], "/") {
			continue
		}
		path := strings.NewReplacer("/N", "/1001", "NUMBER", "1").Replace(words[1])
		if status, answer := order(p, words[0]+" "+path, ""); status == http.StatusMethodNotAllowed || strings.Contains(answer, "page not found") {
			t.Errorf("%s: %d", line, status)
		}
	}
}

func FuzzControl(f *testing.F) {
	for _, seed := range [][2]string{
		{"PUT /extensions/1001", `{"settings":{"username":"Amy"},"handset":[{"does":"answers","after":"5s"}],"alarms":[{"time":"10:00","type":"everyday"}],"voicemails":[{}]}`},
		{"PUT /routes", `[{"id":"1","name":"All","prefix":"X.","trunk":"siptrunk"}]`}, {"PUT /limits", `{"apply-lag":"2s","channels":1}`},
		{"POST /dial", `{"extension":"1001","number":"778*1*2"}`}, {"POST /callin", `{"from":"555","extension":"1001"}`},
		{"PUT /faults", `{"faults":{"slow":{"percent":5}},"all":1}`}, {"POST /records", `{"callid":"5.5","start":"2026-01-01T00:00:00Z"}`},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, line, body string) {
		method, path, _ := strings.Cut(line, " ")
		if _, err := http.NewRequest(method, path, nil); err != nil || !strings.HasPrefix(path, "/") || strings.ContainsAny(path, " \r\n") || method == "" {
			return
		}
		p := newPBX(t, PBXOptions{Now: newClock().now, Extensions: 3, Queue: 100})
		_, _ = order(p, line, body)
		p.Move(tokenLife)
		if status, answer := order(p, "GET /state", ""); status != http.StatusOK {
			t.Errorf("%d %s", status, answer)
		}
	})
}
