package api

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"bellhop/agent"
	"bellhop/hotel"
)

// overTLS makes a request one that came over TLS.
func overTLS(r *http.Request) *http.Request {
	r.TLS = &tls.ConnectionState{}
	return r
}

// at makes a request one that came to an address of the box.
func at(r *http.Request, ip string) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, &net.TCPAddr{IP: net.ParseIP(ip), Port: 8080}))
}

// addToken adds one as the command line does.
func addToken(t *testing.T, c *Client, name string, scope hotel.Scope, expires time.Time) string {
	t.Helper()
	text, hash := NewToken()
	if err := c.Post(t.Context(), "/v1/tokens", AddToken{Name: name, Scope: scope, Hash: hash, Expires: expires}, nil); err != nil {
		t.Fatal(err)
	}
	return text
}

func ask(h http.Handler, r *http.Request, token string) *httptest.ResponseRecorder {
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func get(path string) *http.Request {
	return overTLS(httptest.NewRequest(http.MethodGet, "https://192.0.2.7"+path, nil))
}

func post(path, body string) *http.Request {
	return overTLS(httptest.NewRequest(http.MethodPost, "https://192.0.2.7"+path, strings.NewReader(body)))
}

// TestTokenLetsInAndIsNamed: the one way over TCP, from the first request to
// the revocation. The journal says who ordered, and never has the token.
func TestTokenLetsInAndIsNamed(t *testing.T) {
	c, a, _ := house(t)
	h := OpenHandler(a, Gate{})
	if err := c.Post(t.Context(), "/v1/import", hotel.Import{Rooms: []hotel.Room{{Number: "101"}}}, nil); err != nil {
		t.Fatal(err)
	}
	token := addToken(t, c, "front-desk", hotel.ScopeDesk, time.Time{})
	var order Order
	w := ask(h, post("/v1/checkin", `{"room":"101"}`), token)
	if err := json.Unmarshal(w.Body.Bytes(), &order); err != nil || w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	ev, _, err := a.Event(order.Event)
	if err != nil || ev.By != "front-desk" || ev.Source != hotel.SourceCommand {
		t.Errorf("%+v, %v", ev, err)
	}
	if err := c.Post(t.Context(), "/v1/checkout", Stay{Room: "101"}, &order); err != nil {
		t.Fatal(err)
	}
	if ev, _, err := a.Event(order.Event); err != nil || ev.By != "" {
		t.Errorf("by the socket: %+v, %v", ev, err)
	}
	all, err := a.Events(0, 1000)
	text, _ := json.Marshal(all)
	if err != nil || bytes.Contains(text, []byte(token)) || bytes.Contains(text, []byte(token[3:20])) {
		t.Errorf("the journal has the token: %v", err)
	}
	var list []TokenAnswer
	for end := time.Now().Add(long); len(list) == 0 || list[0].Used == "" && time.Now().Before(end); { // it is noted beside the answer
		if err := c.Get(t.Context(), "/v1/tokens", &list); err != nil {
			t.Fatal(err)
		}
	}
	if len(list) != 1 || list[0].Name != "front-desk" || list[0].Used == "" {
		t.Errorf("%+v", list)
	}
	if err := c.Post(t.Context(), "/v1/tokens/front-desk/revoke", nil, nil); err != nil {
		t.Fatal(err)
	}
	if w := ask(h, get("/v1/rooms"), token); w.Code != http.StatusUnauthorized {
		t.Errorf("a revoked token: %d %s", w.Code, w.Body)
	}
}

// TestRefusalSaysNothingMore: whatever is wrong, the answer is the same.
func TestRefusalSaysNothingMore(t *testing.T) {
	c, a, _ := house(t)
	h := OpenHandler(a, Gate{})
	token := addToken(t, c, "pms", hotel.ScopeAdmin, time.Time{})
	other, _ := NewToken()
	var first string
	for _, shown := range []string{"", "x", other, token + "x", token[:20]} {
		for _, path := range []string{"/v1/rooms", "/v1/tokens", "/v1/nowhere"} {
			w := ask(OpenHandler(a, Gate{}), get(path), shown)
			said := fmt.Sprint(w.Code, w.Header(), w.Body)
			if first == "" {
				first = said
			}
			if w.Code != http.StatusUnauthorized || said != first || w.Header().Get("WWW-Authenticate") != "Bearer" {
				t.Errorf("%s with %.5q…: %s, want %s", path, shown, said, first)
			}
		}
	}
	if w := ask(h, get("/v1/tokens"), token); w.Code != http.StatusNotFound {
		t.Errorf("tokens are for the socket: %d %s", w.Code, w.Body)
	}
	if w := ask(h, post("/v1/tokens", `{}`), token); w.Code != http.StatusNotFound {
		t.Errorf("a token makes another: %d %s", w.Code, w.Body)
	}
}

func TestTokensNeedTLSFromTheNetwork(t *testing.T) {
	c, a, _ := house(t)
	h := OpenHandler(a, Gate{})
	token := addToken(t, c, "pms", hotel.ScopeRead, time.Time{})
	plain := func(ip string) *http.Request {
		return at(httptest.NewRequest(http.MethodGet, "http://192.0.2.7/v1/rooms", nil), ip)
	}
	for ip, want := range map[string]int{"127.0.0.1": 200, "::1": 200, "192.0.2.7": 403, "fe80::1": 403, "0.0.0.0": 403} {
		if w := ask(h, plain(ip), token); w.Code != want {
			t.Errorf("at %s: %d %s", ip, w.Code, w.Body)
		}
	}
	unknown := httptest.NewRequest(http.MethodGet, "http://192.0.2.7/v1/rooms", nil)
	if w := ask(h, unknown, token); w.Code != http.StatusForbidden {
		t.Errorf("at who knows where: %d", w.Code)
	}
	if w := ask(h, overTLS(plain("192.0.2.7")), token); w.Code != http.StatusOK {
		t.Errorf("over TLS: %d %s", w.Code, w.Body)
	}
}

func TestWhoGuessesTokensMustWait(t *testing.T) {
	c, a, _ := house(t)
	var log bytes.Buffer
	now := time.Now()
	h := newGate(&server{a, patience}, Gate{Log: slog.New(slog.NewTextHandler(&log, nil))}, func() time.Time { return now })
	token := addToken(t, c, "pms", hotel.ScopeRead, time.Time{})
	wrong, _ := NewToken()
	from := func(ip string, token string) *httptest.ResponseRecorder {
		r := get("/v1/rooms")
		r.RemoteAddr = ip + ":40000"
		return ask(h, r, token)
	}
	for range failuresAtOnce {
		if w := from("192.0.2.66", wrong); w.Code != http.StatusUnauthorized {
			t.Fatalf("%d", w.Code)
		}
	}
	for _, shown := range []string{wrong, token, ""} { // the right one is not told from the others
		if w := from("192.0.2.66", shown); w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") != "6" {
			t.Errorf("%d %v", w.Code, w.Header())
		}
	}
	if w := from("192.0.2.67", token); w.Code != http.StatusOK {
		t.Errorf("somebody else must wait, too: %d", w.Code)
	}
	r := get("/healthz")
	r.RemoteAddr = "192.0.2.66:1"
	if w := ask(h, r, ""); w.Code != http.StatusOK {
		t.Errorf("/healthz: %d", w.Code)
	}
	now = now.Add(failureEvery)
	if w := from("192.0.2.66", token); w.Code != http.StatusOK {
		t.Errorf("after the wait: %d", w.Code)
	}
	if strings.Count(log.String(), "\n") != 1 || !strings.Contains(log.String(), "from=192.0.2.66") || strings.Contains(log.String(), wrong) {
		t.Errorf("the log says %q", log.String())
	}
}

func TestPagesOfTheWebAreRefused(t *testing.T) {
	c, a, _ := house(t)
	h := OpenHandler(a, Gate{Hosts: []string{"Bellhop.Hotel.example."}})
	token := addToken(t, c, "pms", hotel.ScopeAdmin, time.Time{})
	for host, want := range map[string]int{
		"192.0.2.7": 200, "192.0.2.7:8443": 200, "[2001:db8::7]:8443": 200, "[::1]": 200, "localhost": 200, "LOCALHOST:8080": 200, "bellhop.hotel.example": 200,
		"bellhop.hotel.example.:8443": 200, "": 200, "evil.example": 421, "evil.example:8443": 421, "192.0.2.7.evil.example": 421, "localhost.evil.example": 421,
		"bellhop.hotel.example.evil": 421, "xbellhop.hotel.example": 421, "evil@192.0.2.7": 421, "[::1]:80.evil.example": 421, "[fe80::1%25eth0].evil.example": 421, "localhost:evil.example": 421, "127.0.0.1:": 421,
	} {
		for _, path := range []string{"/v1/status", "/healthz", "/metrics"} {
			r := get(path)
			r.Host = host
			if w := ask(h, r, token); w.Code != want {
				t.Errorf("%s of %q: %d %s", path, host, w.Code, w.Body)
			}
		}
	}
	for name, head := range map[string][2]string{"another origin": {"Origin", "https://evil.example"}, "no origin": {"Origin", "null"}, "another site": {"Sec-Fetch-Site", "cross-site"}} {
		r := post("/v1/hooks/reload", "")
		r.Header.Set(head[0], head[1])
		if w := ask(h, r, token); w.Code != http.StatusForbidden {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	r := post("/v1/hooks/reload", "")
	r.Header.Set("Origin", "https://192.0.2.7")
	w := ask(h, r, token)
	if w.Code != http.StatusOK {
		t.Errorf("the box's own page: %d %s", w.Code, w.Body)
	}
	if w.Header().Get("Access-Control-Allow-Origin") != "" || w.Header().Get("X-Content-Type-Options") != "nosniff" || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("%v", w.Header())
	}
}

// FuzzHost: whatever somebody asks for, a page of another name is not let in.
func FuzzHost(f *testing.F) {
	for _, seed := range []string{"192.0.2.7", "[::1]:80", "localhost:8080", "[fe80::1%25eth0]", "", ":", "[", "box.", "a@box"} {
		f.Add(seed)
	}
	g := &gate{hosts: []string{"localhost", "box"}}
	f.Fuzz(func(t *testing.T, text string) {
		for _, host := range []string{text + ".evil.example", text + ".evil.example:443", "evil.example" + text, text + "evil.example:80"} {
			if g.named(host) {
				t.Errorf("%q is let in", host)
			}
		}
		g.named(text)
	})
}

// TestReadingShowsNoNames: whoever may only read learns no name of a guest, by
// no route; the desk does.
func TestReadingShowsNoNames(t *testing.T) {
	const name = "Kanarienvogel"
	hook := "local bellhop = require \"bellhop\"\nbellhop.on(\"checkin\", function(event) bellhop.alert(\"Welcome \" .. event.fields.name, { room = event.room })\n" +
		"bellhop.report { name = \"arrivals\", title = \"Arrival of \" .. event.fields.name, rows = {} } end)\n" +
		"bellhop.on(\"checkin\", function(event) error(\"no flowers for \" .. event.fields.name) end)\n"
	c, a, _ := houseOf(t, agent.Options{Hooks: fstest.MapFS{"own.lua": {Data: []byte(hook)}}})
	if err := c.Post(t.Context(), "/v1/import", hotel.Import{Rooms: []hotel.Room{{Number: "101"}}}, nil); err != nil {
		t.Fatal(err)
	}
	if err := c.Post(t.Context(), "/v1/checkin", Stay{Room: "101", Name: name}, nil); err != nil {
		t.Fatal(err)
	}
	reader, desk := addToken(t, c, "reader", hotel.ScopeRead, time.Time{}), addToken(t, c, "desk", hotel.ScopeDesk, time.Time{})
	h := OpenHandler(a, Gate{})
	fill := strings.NewReplacer("{id}", "2", "{name}", "arrivals")
	shown := 0
	for route := range scopes {
		path, found := strings.CutPrefix(fill.Replace(route), "GET ")
		if !found {
			continue
		}
		if w := ask(h, get(path+"?room=101&by=day"), reader); strings.Contains(w.Body.String(), name) {
			t.Errorf("who may only read sees a name at %s: %s", path, w.Body)
		}
		if w := ask(h, get(path+"?room=101&by=day"), desk); strings.Contains(w.Body.String(), name) {
			shown++
		}
		if w := ask(OpenHandler(a, Gate{}), get(path), ""); strings.Contains(w.Body.String(), name) {
			t.Errorf("anybody sees a name at %s", path)
		}
	}
	if shown < 4 {
		t.Errorf("the desk sees the name at %d routes: nothing is proved", shown)
	}
	if w := ask(h, get("/v1/alerts"), desk); !strings.Contains(w.Body.String(), "Welcome "+name) {
		t.Errorf("the desk sees %s", w.Body)
	}
	if w := ask(h, get("/v1/alerts"), reader); !strings.Contains(w.Body.String(), "Welcome ") {
		t.Errorf("who may read sees %s", w.Body)
	}
}

// TestStrangersLearnNoMore: what is missing tells of other machines.
func TestStrangersLearnNoMore(t *testing.T) {
	_, a, _ := house(t)
	h := OpenHandler(a, Gate{})
	if w := ask(h, at(get("/healthz"), "192.0.2.7"), ""); w.Code != 200 || strings.Contains(w.Body.String(), "missing") {
		t.Errorf("from the network: %s", w.Body)
	}
	if w := ask(h, at(get("/healthz"), "127.0.0.1"), ""); w.Code != 200 || !strings.Contains(w.Body.String(), "missing") {
		t.Errorf("on the box: %s", w.Body)
	}
}

// TestTokensEnd: by the clock, and one that is set back revives none. Its use is
// written once a day, however often it comes.
func TestTokensEnd(t *testing.T) {
	var ahead atomic.Int64
	c, a, _ := houseOf(t, agent.Options{Now: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }, Synced: func() bool { return true }})
	h := OpenHandler(a, Gate{})
	token := addToken(t, c, "pms", hotel.ScopeRead, time.Now().Add(48*time.Hour))
	code := func() int {
		return ask(OpenHandler(a, Gate{}), get("/v1/rooms"), token).Code
	}
	before := a.LastID()
	for range 20 {
		if got := ask(h, get("/v1/rooms"), token).Code; got != http.StatusOK {
			t.Fatal(got)
		}
	}
	if a.LastID() != before+1 {
		t.Errorf("20 requests made %d events", a.LastID()-before)
	}
	ahead.Store(int64(24 * time.Hour))
	if codes := [2]int{code(), code()}; codes != [2]int{200, 200} || a.LastID() != before+2 {
		t.Errorf("the next day: %d, %d events", codes, a.LastID()-before)
	}
	ahead.Store(int64(49 * time.Hour))
	if code() != http.StatusUnauthorized {
		t.Error("a token outlives its time")
	}
	if err := c.Post(t.Context(), "/v1/import", hotel.Import{Rooms: []hotel.Room{{Number: "101"}}}, nil); err != nil { // an event of that time
		t.Fatal(err)
	}
	ahead.Store(0)
	if code() != http.StatusUnauthorized {
		t.Error("a clock that was set back makes a token valid again")
	}
	var list []TokenAnswer
	if err := c.Get(t.Context(), "/v1/tokens", &list); err != nil || len(list) != 1 || !list[0].Expired {
		t.Errorf("%+v, %v", list, err)
	}
}
