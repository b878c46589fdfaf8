package faults

import (
	"bytes"
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
	t       *testing.T
	far     *httputil.ReverseProxy
	trap    string // where redirects lead to
	good    string // the status and headers of an answer that is well but for its body
	on      atomic.Bool
	spoiled atomic.Int64
	ctx     context.Context
}

// newCrook gives one and where it is reached.
func newCrook(t *testing.T, far, good, trap string) (c *crook, address string) {
	t.Helper()
	c = &crook{t: t, good: good, trap: trap, ctx: t.Context()}
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
	if !c.on.Load() || rand.IntN(3) > 0 {
		c.far.ServeHTTP(w, r)
		return
	}
	c.spoiled.Add(1)
	if rand.IntN(4) > 0 {
		c.far.ServeHTTP(httptest.NewRecorder(), r)
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
	spoils[rand.IntN(len(spoils))](c, conn)
}

const (
	unwell = "HTTP/1.1 503 Service Unavailable\r\n"
	closes = "Connection: close\r\n\r\n"
)

// bomb is a gigabyte once it is unpacked.
var bomb = func() []byte {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	zeros := make([]byte, 1<<20)
	for range 1 << 10 {
		_, _ = z.Write(zeros) // into memory
	}
	_ = z.Close()
	return packed.Bytes()
}()

// spoils are answers as no far side gives them. They are written to a
// connection that the agent may have closed.
var spoils = []func(c *crook, w io.Writer){
	func(c *crook, w io.Writer) { endless(w, c.good+closes) },
	func(c *crook, w io.Writer) { endless(w, unwell+closes) },
	func(c *crook, w io.Writer) { endless(w, c.good+"Transfer-Encoding: chunked\r\n\r\n7fffffff\r\n") },
	func(c *crook, w io.Writer) { endless(w, "HTTP/1.1 503 ") },
	func(c *crook, w io.Writer) { endless(w, unwell+"X-Long: ") },
	func(c *crook, w io.Writer) {
		put(w, unwell+strings.Repeat("X-Many: "+strings.Repeat("x", 100)+"\r\n", 50_000)+closes)
	},
	func(c *crook, w io.Writer) { // a byte now and then
		put(w, c.good+closes)
		for range 20 {
			if !rig.Pass(c.ctx, 100*time.Millisecond) || !put(w, "{") {
				return
			}
		}
	},
	func(c *crook, w io.Writer) { c.body(w, strings.Repeat("[", 1<<20)) },
	func(c *crook, w io.Writer) { c.body(w, strings.Repeat(`{"a":`, 1<<17)) },
	func(c *crook, w io.Writer) {
		c.body(w, `{"status":"Success","list":[`+strings.Repeat("0,", 1<<19-100)+`0]}`)
	},
	func(c *crook, w io.Writer) { c.body(w, `{"status":{},"errno":[[1]],"token":[]}`) },
	func(c *crook, w io.Writer) { c.body(w, `{"status":1e999,"errno":-1`) },
	func(c *crook, w io.Writer) { c.body(w, "<html><title>Please log in to the network</title>") },
	func(c *crook, w io.Writer) { c.body(w, scrap(1+rand.IntN(5000))) },
	func(c *crook, w io.Writer) { c.body(w, "") },
	func(c *crook, w io.Writer) { put(w, scrap(1+rand.IntN(5000))) },
	func(c *crook, w io.Writer) {
		put(w, fmt.Sprintf("HTTP/1.1 %d Over There\r\nLocation: http://%s/\r\nContent-Length: 0\r\n%s", 301+rand.IntN(2)*6, c.trap, closes))
	},
	func(c *crook, w io.Writer) {
		put(w, fmt.Sprintf("%sContent-Encoding: gzip\r\nContent-Length: %d\r\n%s%s", c.good, len(bomb), closes, bomb))
	},
	func(c *crook, w io.Writer) { put(w, c.good+"Content-Length: 1000000\r\n"+closes+"{") },
	func(c *crook, w io.Writer) { put(w, c.good+"Content-Length: 99999999999999999999\r\n"+closes+"{}") },
	func(c *crook, w io.Writer) { put(w, c.good+"Content-Length: -5\r\n"+closes+"{}") },
	func(c *crook, w io.Writer) { put(w, c.good+"Content-Length: 2\r\nContent-Length: 3\r\n"+closes+"{}") },
	func(c *crook, w io.Writer) { put(w, strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 1000)) },
	func(c *crook, w io.Writer) { put(w, "HTTP/2.0 200 OK\r\n"+closes) },
	func(c *crook, w io.Writer) { put(w, "\x15\x03\x03\x00\x02\x02\x28") }, // a TLS alert
}

func put(w io.Writer, text string) bool {
	_, err := io.WriteString(w, text)
	return err == nil
}

// body gives an answer that is well but for what is in it.
func (c *crook) body(w io.Writer, text string) { put(w, c.good+closes+text) }

// endless writes a gigabyte, if the agent takes it.
func endless(w io.Writer, begin string) {
	put(w, begin)
	much := strings.Repeat("x", 1<<20)
	for range 1 << 10 {
		if !put(w, much) {
			return
		}
	}
}

// TestHostileAnswers lets the PBX and the PMS, and the server that hooks post to,
// answer what no server answers.
func TestHostileAnswers(t *testing.T) {
	t.Parallel()
	var followed atomic.Int64
	trap := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed.Add(1) }))
	t.Cleanup(trap.Close)
	var crooks []*crook
	by := func(good string) func(string) string {
		return func(far string) string {
			c, address := newCrook(t, far, good, strings.TrimPrefix(trap.URL, "http://"))
			crooks = append(crooks, c)
			return address
		}
	}
	h := rig.NewHotel(t, rig.Setting{
		ToPBX: by("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"),
		// With 200 the PMS would say that it has taken what it may not have got.
		ToPMS: by(unwell),
	})
	l := h.Open()
	most := watchMemory(t, l)
	rest := h.Busy(rig.Traffic{Lines: 4, Pause: 150 * time.Millisecond, How: rig.Rough})
	for range setting("BELLHOP_FAULTS_ANSWERS", 6) {
		for _, c := range crooks {
			c.on.Store(true)
		}
		h.Pushes(l, 60)
		rig.Pass(t.Context(), time.Second)
		for _, c := range crooks {
			c.on.Store(false)
		}
		h.Tried()
		h.Again(l, time.Now())
		h.Pushes(l, 20)
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
			t.Error("no answer was spoiled: that shows nothing")
		} else {
			t.Logf("%d answers were spoiled", n)
		}
	}
	if n := followed.Load(); n > 0 {
		t.Errorf("%d redirects were followed", n)
	}
	h.Settle(l, "hostile answers of the PBX and the PMS", mended)
}
