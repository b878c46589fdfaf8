package faults

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"bellhop/e2e/rig"
)

// crook stands between the agent and a far side, and while it is on spoils some of
// the answers: mostly after the far side has acted. An answer that says in so
// many words that all is well, or that it is refused, is the far side's own: only
// it can know.
type crook struct {
	far     *httputil.ReverseProxy
	trap    string // where redirects lead to
	first   int64  // of spoils
	honest  bool   // that all is well is said only when the far side has acted
	on      atomic.Bool
	spoiled atomic.Int64
	ctx     context.Context
}

// newCrook gives one and where it is reached.
func newCrook(t *testing.T, far, trap string, honest bool) (c *crook, address string) {
	t.Helper()
	c = &crook{trap: trap, first: rand.Int64N(int64(len(spoils))), honest: honest, ctx: t.Context()}
	c.far = httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: far})
	c.far.ErrorLog = log.New(io.Discard, "", 0)
	c.far.ErrorHandler = func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) }
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: c, ErrorLog: log.New(io.Discard, "", 0)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(ln) // it says that it was closed
	}()
	t.Cleanup(func() {
		_ = server.Close()
		<-done
	})
	return c, ln.Addr().String()
}

func (c *crook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !c.on.Load() || rand.IntN(2) > 0 {
		c.far.ServeHTTP(w, r)
		return
	}
	a := &spoiled{Context: c.ctx, trap: c.trap, good: "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"}
	n := c.spoiled.Add(1)
	if acts := rand.IntN(4) > 0; acts {
		c.far.ServeHTTP(httptest.NewRecorder(), r)
	} else if c.honest {
		a.good = unwell
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
	a.Writer = conn
	spoils[(n+c.first)%int64(len(spoils))](a)
}

// spoiled is an answer that is being spoiled.
type spoiled struct {
	context.Context
	io.Writer        // to the agent, which may have hung up
	good      string // the status and headers of an answer that is well but for its body
	trap      string
}

// put writes as it is; false when the agent has hung up.
func (a *spoiled) put(text string) bool {
	_, err := io.WriteString(a, text)
	return err == nil
}

// body gives an answer that is well but for what is in it.
func (a *spoiled) body(text string) { a.put(a.good + closes + text) }

// endless writes a gigabyte, if the agent takes it.
func (a *spoiled) endless(begin string) {
	a.put(begin)
	much := strings.Repeat("x", 1<<20)
	for range 1 << 10 {
		if !a.put(much) {
			return
		}
	}
}

// drips writes a byte now and then.
func (a *spoiled) drips(begin string) {
	a.put(begin)
	for range 20 {
		if !rig.Pass(a, 100*time.Millisecond) || !a.put("{") {
			return
		}
	}
}

const (
	unwell = "HTTP/1.1 503 Service Unavailable\r\n"
	closes = "Connection: close\r\n\r\n"
)

// bomb is a hundred megabytes once it is unpacked.
var bomb = sync.OnceValue(func() string {
	var packed strings.Builder
	z := gzip.NewWriter(&packed)
	zeros := make([]byte, 1<<20)
	for range 100 {
		_, _ = z.Write(zeros) // into memory
	}
	_ = z.Close()
	return packed.String()
})

// spoils are answers as no far side gives them.
var spoils = []func(a *spoiled){
	func(a *spoiled) { a.endless(a.good + closes) },
	func(a *spoiled) { a.endless(unwell + closes) },
	func(a *spoiled) { a.endless(a.good + "Transfer-Encoding: chunked\r\n\r\n7fffffff\r\n") },
	func(a *spoiled) { a.endless("HTTP/1.1 503 ") },
	func(a *spoiled) { a.endless(unwell + "X-Long: ") },
	func(a *spoiled) { a.put(unwell + strings.Repeat("X-Many: x\r\n", 500_000) + closes) },
	func(a *spoiled) { a.drips(a.good + closes) },
	func(a *spoiled) { a.drips("HTTP/1.1 503 ") },
	func(a *spoiled) { a.body(strings.Repeat("[", 1<<20)) },
	func(a *spoiled) { a.body(strings.Repeat(`{"a":`, 1<<17)) },
	func(a *spoiled) { a.body(`{"status":"Success","list":[` + strings.Repeat("0,", 1<<19-100) + `0]}`) },
	func(a *spoiled) { a.body(`{"status":{},"errno":[[1]],"token":[]}`) },
	func(a *spoiled) { a.body(`{"status":1e999,"errno":-1`) },
	func(a *spoiled) { a.body("<html><title>Please log in to the network</title>") },
	func(a *spoiled) { a.body(scrap(1 + rand.IntN(5000))) },
	func(a *spoiled) { a.body("") },
	func(a *spoiled) { a.put(scrap(1 + rand.IntN(5000))) },
	func(a *spoiled) {
		a.put(fmt.Sprintf("HTTP/1.1 %d Over There\r\nLocation: http://%s/\r\nContent-Length: 0\r\n%s", 301+rand.IntN(2)*6, a.trap, closes))
	},
	func(a *spoiled) {
		a.put(fmt.Sprintf("%sContent-Encoding: gzip\r\nContent-Length: %d\r\n%s%s", a.good, len(bomb()), closes, bomb()))
	},
	func(a *spoiled) { a.put(a.good + "Content-Length: 1000000\r\n" + closes + "{") },
	func(a *spoiled) { a.put(a.good + "Content-Length: 99999999999999999999\r\n" + closes + "{}") },
	func(a *spoiled) { a.put(a.good + "Content-Length: -5\r\n" + closes + "{}") },
	func(a *spoiled) { a.put(a.good + "Content-Length: 2\r\nContent-Length: 3\r\n" + closes + "{}") },
	func(a *spoiled) { a.put(strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 1000)) },
	func(a *spoiled) { a.put("HTTP/2.0" + strings.TrimPrefix(a.good, "HTTP/1.1") + closes) },
	func(a *spoiled) { a.put("\x15\x03\x03\x00\x02\x02\x28") }, // a TLS alert
}

func spoiledBy(crooks []*crook) (all int64) {
	for _, c := range crooks {
		all += c.spoiled.Load()
	}
	return all
}

// TestHostileAnswers lets the PBX and the PMS, and the server that hooks post to,
// answer what no server answers.
func TestHostileAnswers(t *testing.T) {
	t.Parallel()
	var followed atomic.Int64
	trap := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed.Add(1) }))
	t.Cleanup(trap.Close)
	var crooks []*crook
	by := func(honest bool) func(string) string {
		return func(far string) string {
			c, address := newCrook(t, far, strings.TrimPrefix(trap.URL, "http://"), honest)
			crooks = append(crooks, c)
			return address
		}
	}
	h := rig.NewHotel(t, rig.Setting{
		ToPBX: by(false),
		ToPMS: by(true), // its 200 says that a message is taken, whatever comes with it
	})
	l := h.Open()
	most := watchMemory(t, l)
	rest := h.Busy(rig.Traffic{Lines: 4, Pause: 150 * time.Millisecond, How: rig.Rough})
	for range setting("BELLHOP_FAULTS_ANSWERS", 10) {
		before := spoiledBy(crooks)
		for _, c := range crooks {
			c.on.Store(true)
		}
		rig.Eventually(t, rig.NoticeTime, func() (bool, string) { return spoiledBy(crooks) > before, "no answer is spoiled" })
		h.Pushes(l, 20)
		for _, c := range crooks {
			c.on.Store(false)
		}
		h.Tried()
		h.Again(l, time.Now())
	}
	mended := time.Now()
	rest()
	if peak := most(); peak > memoryBound {
		t.Errorf("the agent had %d kB of anonymous memory, more than %d", peak, memoryBound)
	} else {
		t.Logf("the agent had at most %d kB of anonymous memory", peak)
	}
	for _, c := range crooks {
		if n := c.spoiled.Load(); n == 0 {
			t.Error("a far side spoiled no answer: that shows nothing")
		} else {
			t.Logf("%d answers were spoiled", n)
		}
	}
	if n := followed.Load(); n > 0 {
		t.Errorf("%d redirects were followed", n)
	}
	h.Settle(l, "hostile answers of the PBX and the PMS", mended)
}
