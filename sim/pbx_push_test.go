package sim

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// office is an agent that takes reports: it answers the n-th with the n-th
// answer, and later ones with 200.
type office struct {
	address string
	got     chan string // each request, whole
}

func newOffice(t *testing.T, answers ...string) *office {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o := &office{ln.Addr().String(), make(chan string, 100)}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for n := 0; ; n++ {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			answer := "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
			if n < len(answers) {
				answer = answers[n]
			}
			o.take(conn, answer)
		}
	}()
	t.Cleanup(func() { _ = ln.Close(); <-ended })
	return o
}

func (o *office) take(conn net.Conn, answer string) {
	defer conn.Close()
	var whole bytes.Buffer
	in := io.TeeReader(conn, &whole)
	for !bytes.HasSuffix(whole.Bytes(), []byte("\r\n\r\n")) {
		if _, err := in.Read(make([]byte, 1)); err != nil {
			return
		}
	}
	if err := json.NewDecoder(in).Decode(new(json.RawMessage)); err != nil {
		return
	}
	o.got <- whole.String()
	_, _ = io.WriteString(conn, answer) // the PBX may be gone
}

// login registers for the office's reports; the PBX believes it at 192.168.5.150.
func (o *office) login(t *testing.T, p *PBX) {
	t.Helper()
	p.o.Dial = func(ctx context.Context, network, at string) (net.Conn, error) {
		if at != "192.168.5.150:8260" {
			t.Errorf("dialled %s", at)
		}
		return new(net.Dialer).DialContext(ctx, network, o.address)
	}
	body := strings.Replace(loginBody(digest), `"report"`, `""`, 1)
	if a := ask(p, 150, "login", "", body); a.Status != "Success" {
		t.Fatalf("login: %+v", a)
	}
}

func push(t *testing.T, p *PBX, bodies ...[]byte) {
	t.Helper()
	for _, body := range bodies {
		if err := p.Push(t.Context(), body); err != nil {
			t.Fatalf("push: %v", err)
		}
	}
}

func flush(t *testing.T, p *PBX) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := p.Flush(ctx); err != nil {
		t.Fatal(err)
	}
}

// The example of API 2.0.0, ExtensionStatus, but for the line ends, which the
// manual's text cannot show.
const printedExtensionStatus = `POST / HTTP/1.1
Host: 192.168.5.150: 8260
Accept: application/json
User-Agent: WebAPI
Content-Type: application/json
Accept: application/json

{
  "event": "ExtensionStatus",
  "extension": "1023",
  "status": "Ringing",
  "registeredIP": "192.168.5.100",
  "sn": "369451090405"
}`

func TestReportAsPrinted(t *testing.T) {
	p := newPBX(t, PBXOptions{})
	o := newOffice(t)
	o.login(t, p)
	serve(t, p)
	push(t, p, ExtensionStatus(p.Serial(), "1023", "Ringing", "192.168.5.100"))
	head, body, _ := strings.Cut(printedExtensionStatus, "\n\n")
	want := strings.ReplaceAll(head, "\n", "\r\n") + "\r\n\r\n" + body
	if got := <-o.got; got != want {
		t.Errorf("sent %q\nwant %q", got, want)
	}
}

func TestSentAgainUntilAnsweredWith200(t *testing.T) {
	p := newPBX(t, PBXOptions{Resend: time.Millisecond})
	o := newOffice(t, "HTTP/1.1 503 Service Unavailable\r\n\r\n", "", "HTTP/1.1 200", "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
	o.login(t, p)
	serve(t, p)
	push(t, p, BootUp("1"), BootUp("2"))
	flush(t, p)
	var sent []string
	for range 6 {
		_, body, _ := strings.Cut(<-o.got, "\r\n\r\n")
		sent = append(sent, body)
	}
	for n, body := range sent {
		want := string(BootUp("1"))
		if n == 5 {
			want = string(BootUp("2"))
		}
		if body != want {
			t.Errorf("number %d was %s", n, body)
		}
	}
	if s := p.Stats(); s.Attempts != 6 || s.Delivered != 2 {
		t.Errorf("%+v", s)
	}
}

func TestLostAnswerBringsTheReportAgain(t *testing.T) {
	p := newPBX(t, PBXOptions{Resend: time.Millisecond})
	o := newOffice(t)
	o.login(t, p)
	p.LoseAnswers(2)
	serve(t, p)
	push(t, p, BootUp("1"))
	flush(t, p)
	if first, second, third := <-o.got, <-o.got, <-o.got; first != second || second != third {
		t.Errorf("sent %q, %q, %q", first, second, third)
	}
}

func TestReportsWaitForTheAgentInOrder(t *testing.T) {
	p := newPBX(t, PBXOptions{Resend: time.Millisecond, Queue: 20})
	o := newOffice(t)
	serve(t, p)
	for n := range 20 {
		push(t, p, BootUp(fmt.Sprint(n)))
	}
	if err := p.Push(t.Context(), BootUp("x")); !errors.Is(err, ErrQueueFull) {
		t.Errorf("the 21st: %v", err)
	}
	if n := p.Pending(); n != 20 {
		t.Errorf("%d wait", n)
	}
	p.SetDown(true)
	o.login(t, p) // past the network: the PBX itself is away
	if n := p.Stats().Attempts; n != 0 {
		t.Errorf("%d attempts while away", n)
	}
	p.SetDown(false)
	flush(t, p)
	for n := range 20 {
		if got := <-o.got; !strings.Contains(got, fmt.Sprintf(`"sn": "%d"`, n)) {
			t.Errorf("number %d was %s", n, got)
		}
	}
}

func TestAwayCutsOffWhatIsOnItsWay(t *testing.T) {
	p := newPBX(t, PBXOptions{Resend: time.Millisecond})
	dialled := make(chan struct{})
	p.o.Dial = func(ctx context.Context, _, _ string) (net.Conn, error) {
		dialled <- struct{}{}
		<-ctx.Done()
		return nil, ctx.Err()
	}
	if a := ask(p, 150, "login", "", loginBody(digest)); a.Status != "Success" {
		t.Fatalf("login: %+v", a)
	}
	serve(t, p)
	push(t, p, BootUp("1"))
	<-dialled
	p.SetDown(true)
	p.SetDown(false)
	<-dialled // the first attempt has ended
}

func TestNothingIsSentAfterLogout(t *testing.T) {
	p := newPBX(t, PBXOptions{})
	o := newOffice(t)
	o.login(t, p)
	if a := ask(p, 150, "logout", p.regOf, ""); a.Status != "Success" {
		t.Fatalf("logout: %+v", a)
	}
	serve(t, p)
	push(t, p, BootUp("1"))
	o.login(t, p)
	flush(t, p)
	if n := p.Stats().Attempts; n != 1 {
		t.Errorf("%d attempts", n)
	}
}

func TestPushEndsWithItsContext(t *testing.T) {
	p := newPBX(t, PBXOptions{})
	ctx, cancel := context.WithCancel(t.Context())
	push(t, p, BootUp("1"))
	cancel()
	if err := p.Push(ctx, BootUp("2")); !errors.Is(err, context.Canceled) {
		t.Errorf("push: %v", err)
	}
	if err := p.Flush(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("flush: %v", err)
	}
}

func TestManySideBySide(t *testing.T) {
	p := newPBX(t, PBXOptions{Width: 8, Resend: time.Millisecond})
	o := newOffice(t)
	o.login(t, p)
	serve(t, p)
	for n := range 50 {
		push(t, p, BootUp(fmt.Sprint(n)))
	}
	flush(t, p)
	got := map[string]bool{}
	for range 50 {
		got[<-o.got] = true
	}
	if len(got) != 50 || p.Stats().Delivered != 50 {
		t.Errorf("%d reports came, %+v", len(got), p.Stats())
	}
}
