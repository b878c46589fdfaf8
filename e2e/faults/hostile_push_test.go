package faults

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"bellhop/e2e/rig"
	"bellhop/sim"
)

// stranger is an address that may not push.
const stranger = "127.0.0.2"

// pusherFrom dials where reports are pushed to, from an address of this computer.
func pusherFrom(ctx context.Context, from, to string) (*net.TCPConn, error) {
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}, Timeout: 5 * time.Second}
	conn, err := dialer.DialContext(ctx, "tcp", to)
	if err != nil {
		return nil, err
	}
	return conn.(*net.TCPConn), nil
}

// rubbish are requests that no PBX sends, each a connection's worth.
var rubbish = []func() string{
	func() string { return scrap(1 << rand.IntN(18)) },
	func() string { return "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + scrap(64) },
	func() string { return "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + scrap(508) }, // a TLS hello
	func() string { return "GET / HTTP/1.1\r\nHost: x\r\n\r\n" },
	func() string { return strings.Repeat("\r\n", 1<<14) },
	func() string { return pushOf("X-Long: "+strings.Repeat("x", 1<<20)+"\r\n", "{}") },
	func() string { return pushOf(strings.Repeat("X: y\r\n", 1<<17), "{}") },
	func() string { return pushOf("Content-Length: 99999999999999999999\r\n", "{}") },
	func() string { return pushOf("Content-Length: 2147483647\r\n", "{") },
	func() string { return pushOf("Content-Length: -1\r\n", "{}") },
	func() string { return pushOf("Content-Length: 5\r\nContent-Length: 500000\r\n", "{}") },
	func() string { return pushOf("Transfer-Encoding: chunked\r\n", "ffffffffffffffff\r\n{}") },
	func() string { return pushOf("Transfer-Encoding: chunked\r\n", "-1\r\n{}\r\n0\r\n\r\n") },
	func() string { return pushOf("Transfer-Encoding: chunked\r\n", "100000\r\n{") },
	func() string { return pushOf("Transfer-Encoding: chunked\r\n", strings.Repeat("1\r\n{\r\n", 1<<16)) },
	func() string { return pushOf("", strings.Repeat("[", 1<<rand.IntN(20))) },
	func() string { return pushOf("", `{"a":`+strings.Repeat(`{"a":`, 1<<rand.IntN(18))) },
	func() string { return pushOf("", `{"a":[`+strings.Repeat(`1,`, 1<<rand.IntN(19))+`1]}`) },
	func() string { return pushOf("", `{"a":"`+strings.Repeat(`x`, 1<<rand.IntN(22))) },
	func() string { return pushOf("", `{"event":"`+strings.Repeat(`é`, 1<<rand.IntN(19))+`"}`) },
	func() string { // as many reports as fit, without waiting for an answer
		return strings.Repeat(pushOf("Content-Length: 15\r\n", `{"event":"New"}`), 1+rand.IntN(50))
	},
	func() string {
		whole := pushOf("Content-Length: 500\r\n", `{"event":"DTMF"`)
		return whole[:rand.IntN(len(whole))]
	},
}

func pushOf(headers, body string) string {
	return "POST /bellhop HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n" + body
}

func scrap(n int) string {
	text := make([]byte, n)
	for i := range text {
		text[i] = byte(rand.IntN(256))
	}
	return string(text)
}

// throwRubbish sends one piece after the other until ctx ends, and hangs up in
// one way or another.
func throwRubbish(ctx context.Context, to string) {
	for ctx.Err() == nil {
		conn, err := pusherFrom(ctx, "127.0.0.1", to)
		if err != nil {
			continue
		}
		stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
		_ = conn.SetDeadline(time.Now().Add(2 * time.Second))
		_, _ = io.WriteString(conn, rubbish[rand.IntN(len(rubbish))]()) // it may hang up before the end
		switch rand.IntN(3) {
		case 0:
			rig.Reset(conn)
		case 1:
			_ = conn.CloseWrite()
			_, _ = io.Copy(io.Discard, conn)
		default:
			_, _ = conn.Read(make([]byte, 100))
		}
		stop()
		_ = conn.Close()
	}
}

// drip holds one connection after the other and sends a byte of a request now
// and then; large sends all of a long body but its end.
func drip(ctx context.Context, to string, large bool) {
	for ctx.Err() == nil {
		conn, err := pusherFrom(ctx, "127.0.0.1", to)
		if err != nil {
			rig.Pass(ctx, 10*time.Millisecond)
			continue
		}
		stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
		text := pushOf("Content-Length: 1000\r\n", `{"event":"`+strings.Repeat("x", 900))
		if large {
			rig.Pass(ctx, time.Duration(rand.IntN(200))*time.Millisecond)
			_, err = io.WriteString(conn, pushOf("Content-Length: 1000000\r\n", `{"event":"`+strings.Repeat("x", 900_000)))
		}
		for i := 0; err == nil && i < len(text) && rig.Pass(ctx, time.Duration(rand.IntN(400))*time.Millisecond); i++ {
			_, err = io.WriteString(conn, text[i:i+1])
		}
		stop()
		_ = conn.Close()
	}
}

// unfold pushes long reports that are JSON, and take far more memory once they
// are read, or are events with much in them.
func unfold(ctx context.Context, to string) {
	for n := 0; ctx.Err() == nil; n++ {
		conn, err := pusherFrom(ctx, "127.0.0.1", to)
		if err != nil {
			rig.Pass(ctx, 10*time.Millisecond)
			continue
		}
		stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
		size := []int{15_000, 60_000, 1_000_000}[n%3] // of which the last is too long
		part := []string{"1,", "{},", `"a",`, "[[]],"}[n%4]
		text := `{"event":"New","sn":"x","a":[` + strings.Repeat(part, size/len(part)) + `1]}`
		if n%5 == 4 {
			text = `{"event":"New","sn":"x","a":"` + strings.Repeat("x", size) + `"}`
		}
		_, _ = io.WriteString(conn, pushOf(fmt.Sprintf("Content-Length: %d\r\n", len(text)), text))
		_, _ = conn.Read(make([]byte, 100))
		stop()
		_ = conn.Close()
	}
}

// hold opens many connections and holds them until ctx ends; it closes opened
// when it has made all of them, those that the agent has closed meanwhile too.
func hold(ctx context.Context, to string, many int, opened chan<- struct{}) {
	var held []net.Conn
	defer func() {
		for _, c := range held {
			_ = c.Close()
		}
	}()
	for n := 0; len(held) < many && ctx.Err() == nil; n++ {
		from := "127.0.0.1" // every second, the others from addresses that may not push
		if n%2 == 1 {
			from = fmt.Sprintf("127.0.1.%d", 1+n%200)
		}
		conn, err := pusherFrom(ctx, from, to)
		if err != nil {
			continue
		}
		held = append(held, conn)
	}
	close(opened)
	<-ctx.Done()
}

// intrude pushes what is a good report, from where nobody may push: it
// must never come into the journal, and verdict knows the PBX's reports by the
// serial number.
func intrude(ctx context.Context, to string) (answered int) {
	for n := 0; rig.Pass(ctx, 5*time.Millisecond); n++ {
		conn, err := pusherFrom(ctx, stranger, to)
		if err != nil {
			continue
		}
		_ = conn.SetDeadline(time.Now().Add(time.Second))
		body := sim.DTMF(rig.PushSerial, fmt.Sprintf("intruder.%d", n), rig.Room(n), "778*1*1")
		_, _ = io.WriteString(conn, pushOf(fmt.Sprintf("Content-Length: %d\r\n", len(body)), string(body)))
		if got, _ := conn.Read(make([]byte, 100)); got > 0 {
			answered++
		}
		_ = conn.Close()
	}
	return answered
}

// TestHostilePushers lets programs on the network do to the port of the PBX what
// they can: from the PBX's own address, which is the worst, and from others. The
// PBX gets its reports taken all the while.
func TestHostilePushers(t *testing.T) {
	t.Parallel()
	h := rig.NewHotel(t, rig.Setting{Hostile: rig.Hostile{Reports: true}})
	l := h.Open()
	rest := h.Busy(rig.Traffic{Lines: 6, Pause: 60 * time.Millisecond, How: rig.Smooth})
	const holding = "connections that are held"
	opened := make(chan struct{})
	progress := int64(setting("BELLHOP_FAULTS_HOSTILE", 40))
	for _, attack := range []struct {
		name   string
		many   int // attackers side by side
		attack func(ctx context.Context)
	}{
		{"rubbish", 8, func(ctx context.Context) { throwRubbish(ctx, h.PushTo) }},
		{"slow requests", 400, func(ctx context.Context) { drip(ctx, h.PushTo, false) }},
		{"long bodies that do not end", 120, func(ctx context.Context) { drip(ctx, h.PushTo, true) }},
		{"long reports", 40, func(ctx context.Context) { unfold(ctx, h.PushTo) }},
		{holding, 1, func(ctx context.Context) {
			hold(ctx, h.PushTo, setting("BELLHOP_FAULTS_CONNECTIONS", 10_000), opened)
		}},
		{"strangers", 4, func(ctx context.Context) {
			if n := intrude(ctx, h.PushTo); n > 0 {
				t.Errorf("a stranger was answered %d times", n)
			}
		}},
	} {
		ctx, enough := context.WithCancel(t.Context())
		var group sync.WaitGroup
		most := watchMemory(t, l)
		for range attack.many {
			group.Go(func() { attack.attack(ctx) })
		}
		if attack.name == holding {
			<-opened
		}
		rig.Pass(ctx, time.Second) // until it is under way
		h.Pushes(l, progress)
		enough()
		group.Wait()
		h.Tried()
		h.Again(l, time.Now())
		if peak := most(); peak > memoryBound {
			t.Errorf("%s: the agent had %d kB of anonymous memory, more than %d", attack.name, peak, memoryBound)
		} else {
			t.Logf("%s: the agent had at most %d kB of anonymous memory", attack.name, peak)
		}
	}
	mended := time.Now()
	rest()
	h.Settle(l, "hostile pushers", mended)
}
