package sim

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// The MD5 of "password" in lower-case hex.
const digest = "5f4dcc3b5aa765d61d8327deb882cf99"

// clock is a clock that stands until it is moved.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 3, 1, 8, 30, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func newPBX(t *testing.T, o PBXOptions) *PBX {
	t.Helper()
	o.Password = "password"
	p, err := NewPBX(o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// serve runs p until the test ends, and gives its address.
func serve(t *testing.T, p *PBX) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- p.Serve(ctx, ln) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return ln.Addr().String()
}

// ask calls the API past the network, from an address that ends in host.
func ask(p *PBX, host byte, endpoint, token, body string) answer {
	from := netip.AddrFrom4([4]byte{192, 168, 5, host})
	return p.call(call{method: http.MethodPost, endpoint: endpoint, token: token, from: from, body: []byte(body)})
}

func loginBody(password string) string {
	return `{"username":"api","password":"` + password + `","port":"8260","version":"2.0.0","url":"report","urltag":"0"}`
}

func mustLogin(t *testing.T, p *PBX) (token string) {
	t.Helper()
	a := ask(p, 1, "login", "", loginBody(digest))
	if a.Status != "Success" || len(a.Token) != 32 || a.Transport != "HTTP" {
		t.Fatalf("login: %+v", a)
	}
	return a.Token
}

func TestAnswersAsPrinted(t *testing.T) {
	conn, err := net.Dial("tcp", serve(t, newPBX(t, PBXOptions{})))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	body := loginBody(strings.ToUpper(digest))
	if _, err := io.WriteString(conn, "POST /api/v2.0.0/login HTTP/1.1\r\nHost: 192.168.5.150\r\nContent-Type:application/json; charset=utf-8\r\nContent-Length: "+
		strconv.Itoa(len(body))+"\r\n\r\n"+body); err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(conn)
	// The head of API 2.0.0, cdr/get_random; the body of "generic failed".
	want := "HTTP/1.1 200 OK\nServer: Boa/0.94.14rc21\nAccept-Ranges: bytes\nConnection: close\nContent-Type: application/json\n" +
		"Access-control-allow-origin: *\nAccess-control-allow-methods: GET, POST, OPTIONS, PUT, DELETE\n\n"
	want = strings.ReplaceAll(want, "\n", "\r\n") + "{\n  \"status\": \"Failed\",\n  \"errno\": \"20003\"\n}"
	if err != nil || string(got) != want {
		t.Errorf("answered %q, %v\nwant     %q", got, err, want)
	}
}

func TestFiveWrongPasswordsLockTheAddress(t *testing.T) {
	c := newClock()
	p := newPBX(t, PBXOptions{Now: c.now})
	wrong := func(n int) {
		for range n {
			if a := ask(p, 1, "login", "", loginBody("wrong")); a.Errno != errPassword {
				t.Fatalf("wrong password: %+v", a)
			}
		}
	}
	wrong(4)
	mustLogin(t, p)
	wrong(5)
	locked := func(want bool) {
		t.Helper()
		if a := ask(p, 1, "login", "", loginBody(digest)); (a.Errno == errLocked) != want {
			t.Errorf("locked: want %t, got %+v", want, a)
		}
	}
	locked(true)
	if a := ask(p, 2, "login", "", loginBody(digest)); a.Status != "Success" {
		t.Errorf("another address: %+v", a)
	}
	c.move(10*time.Minute - time.Second)
	locked(true)
	c.move(time.Second)
	locked(false)
	wrong(4)
	locked(false)
}

func TestTokenLivesThirtyMinutesFromItsLastUse(t *testing.T) {
	c := newClock()
	p := newPBX(t, PBXOptions{Now: c.now})
	token := mustLogin(t, p)
	for range 3 {
		c.move(tokenLife - time.Second)
		if a := ask(p, 1, "deviceinfo/query", token, ""); a.Status != "Success" {
			t.Fatalf("in time: %+v", a)
		}
	}
	if _, ok := p.Registration(); !ok {
		t.Error("not registered while the token lives")
	}
	c.move(tokenLife)
	if _, ok := p.Registration(); ok {
		t.Error("registered after the token has ended")
	}
	for token, want := range map[string]errno{token: errExpired, "": errEmptyToken, strings.Repeat("0", 32): errNoToken} {
		if a := ask(p, 1, "deviceinfo/query", token, "{}"); a.Errno != want {
			t.Errorf("token %q: %+v", token, a)
		}
	}
	token = mustLogin(t, p)
	if a := ask(p, 1, "logout", token, ""); a.Status != "Success" {
		t.Errorf("logout: %+v", a)
	}
	if a := ask(p, 1, "heartbeat", token, `{"ipaddr":"192.168.5.1"}`); a.Errno != errNoToken {
		t.Errorf("after logout: %+v", a)
	}
	for range 2 * maxTokens {
		mustLogin(t, p)
	}
	if n := len(p.tokens); n > maxTokens {
		t.Errorf("%d tokens are kept", n)
	}
}

func TestHeartbeatRegistersAnew(t *testing.T) {
	p := newPBX(t, PBXOptions{})
	token := mustLogin(t, p)
	want := Registration{Host: "192.168.5.1", Port: "8260", Path: "/report", Version: "2.0.0"}
	if got, ok := p.Registration(); !ok || got != want {
		t.Errorf("after login %+v", got)
	}
	for body, want := range map[string]Registration{
		`{"ipaddr":"10.0.0.9"}`:                                                      {"10.0.0.9", "8260", "/", "1.0.0"},
		`{"ipaddr":"10.0.0.9","port":9000,"version":"2.0.0"}`:                        {"10.0.0.9", "9000", "/", "2.0.0"},
		`{"ipaddr":"10.0.0.9","port":"9000","url":"/a/b","urltag":0}`:                {"10.0.0.9", "9000", "/a/b", "1.0.0"},
		`{"ipaddr":"10.0.0.9","url":"110.22.2.3:9001/report","urltag":"1"}`:          {"110.22.2.3", "9001", "/report", "1.0.0"},
		`{"ipaddr":"10.0.0.9","port":"9","url":"http://110.22.2.3/r","urlflag":1}`:   {"110.22.2.3", "9", "/r", "1.0.0"},
		`{"ipaddr":"10.0.0.9","url":"","urltag":"1","version":"1.0.2","extra":[{}]}`: {"10.0.0.9", "8260", "/", "1.0.2"},
	} {
		if a := ask(p, 1, "heartbeat", token, body); a.Status != "Success" {
			t.Errorf("%s: %+v", body, a)
		}
		if got, ok := p.Registration(); !ok || got != want {
			t.Errorf("%s: %+v, want %+v", body, got, want)
		}
	}
}

func TestFaultsOfRequests(t *testing.T) {
	p := newPBX(t, PBXOptions{})
	token := mustLogin(t, p)
	for _, c := range []struct {
		endpoint, body string
		want           errno
	}{
		{"login", "", errNoData}, {"login", "no JSON", errNotJSON}, {"login", `[1]`, errNotJSON}, {"login", `{"port":{}}`, errNotJSON},
		{"login", strings.Replace(loginBody(digest), "8260", "http", 1), errPort}, {"login", loginBody("password"), errPassword},
		{"heartbeat", "", errHeartbeat}, {"heartbeat", `{"ipaddr":"10.0.0.9","port":"70000"}`, errPort},
		{"hotel/nothing", "{}", errUnknownRequest},
	} {
		if a := ask(p, 1, c.endpoint, token, c.body); a.Errno != c.want || a.Status != "Failed" {
			t.Errorf("%s %s: %+v, want %s", c.endpoint, c.body, a, c.want)
		}
	}
	if a := p.call(call{method: http.MethodGet, endpoint: "deviceinfo/query", token: token}); a.Errno != errNotPost {
		t.Errorf("GET: %+v", a)
	}
}

func TestDeviceTellsItsTime(t *testing.T) {
	c := newClock()
	for name, offset := range map[string]int{"2026-03-01 00:30:00 UTC-8": -8 * 3600, "2026-03-01 08:30:00 UTC": 0, "2026-03-01 14:00:00 UTC+5:30": 19800} {
		p := newPBX(t, PBXOptions{Now: c.now, Zone: time.FixedZone("", offset), Serial: "300000000001"})
		a := ask(p, 1, "deviceinfo/query", mustLogin(t, p), "")
		if a.Device == nil || a.Device.Time != name || a.Device.Serial != "300000000001" || a.Device.Uptime != "00:00:00" {
			t.Errorf("%s: %+v", name, a.Device)
		}
	}
}

func TestOverTLSAndAway(t *testing.T) {
	p := newPBX(t, PBXOptions{TLS: true})
	at := "https://" + serve(t, p) + "/api/v2.0.0/login"
	client := func(most uint16) *http.Client {
		return &http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{
			InsecureSkipVerify: true, MinVersion: most, MaxVersion: most,
		}}}
	}
	login := func(c *http.Client) (a answer, err error) {
		r, err := c.Post(at, "application/json", strings.NewReader(loginBody(digest)))
		if err != nil {
			return a, err
		}
		defer r.Body.Close()
		if r.TLS.Version != tls.VersionTLS12 || string(r.TLS.PeerCertificates[0].Raw) != string(p.cert.Certificate[0]) || r.ContentLength >= 0 {
			t.Errorf("answered by %+v", r)
		}
		return a, json.NewDecoder(r.Body).Decode(&a)
	}
	if a, err := login(client(tls.VersionTLS12)); err != nil || a.Token == "" {
		t.Errorf("TLS 1.2: %+v, %v", a, err)
	}
	if _, err := login(client(tls.VersionTLS13)); err == nil {
		t.Error("TLS 1.3 was taken")
	}
	p.SetDown(true)
	if _, err := login(client(tls.VersionTLS12)); err == nil {
		t.Error("it answered while it was away")
	}
	p.SetDown(false)
	if _, err := login(client(tls.VersionTLS12)); err != nil {
		t.Errorf("back again: %v", err)
	}
	if s := p.Stats(); s.Logins != 2 {
		t.Errorf("%+v", s)
	}
}
