package size

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"bellhop/e2e/need"
)

// fewFiles are the limits under which the agent must live: what a careless
// service file sets, and hardly more than it holds open by itself.
var fewFiles = []int{64, 32, 24}

// TestFewFiles lets more connections come than the agent may have files open.
func TestFewFiles(t *testing.T) {
	prlimit := need.Tool(t, "prlimit")
	for _, files := range fewFiles[size(len(fewFiles)-1, 0):] {
		t.Run(fmt.Sprint(files), func(t *testing.T) { crowd(t, prlimit, files) })
	}
}

func crowd(t *testing.T, prlimit string, files int) {
	rooms, before := 8, size(10, 50)
	o := newOrderly(t)
	b := newBox(t, o.url)
	b.start(prlimit, fmt.Sprintf("--nofile=%d", files), "--")
	b.furnish(rooms)
	acked := 0
	for acked < before {
		b.pushed(acked, rooms)
		acked++
	}
	var idle []net.Conn // that say nothing
	for range size(1, 3) * files {
		conn, err := net.Dial("tcp", b.push)
		if err != nil {
			break // the queue of the port is full
		}
		defer conn.Close()
		idle = append(idle, conn)
	}
	tried := time.Now()
	for range before {
		b.pushed(acked, rooms)
		acked++
	}
	table.add(t, "idle connections", "%d", len(idle))
	table.add(t, fmt.Sprintf("%d reports taken all the same, one by one, in", before), "%.1f s", time.Since(tried).Seconds())
	for _, conn := range idle {
		_ = conn.Close()
	}
	healed := time.Now()
	b.pushed(acked, rooms)
	acked++
	b.drained()
	table.add(t, "right again once they are gone, all delivered, in", "%.1f s", time.Since(healed).Seconds())
	o.want(t, acked)
}

// pushed pushes a report, as often as it takes until it is acknowledged.
func (b *box) pushed(n, rooms int) {
	b.t.Helper()
	for end := time.Now().Add(patience); ; {
		err := attempt(b.push, report(n, rooms))
		if err == nil {
			return
		}
		b.t.Logf("report %d: %v", n, err)
		if time.Now().After(end) {
			b.t.Fatalf("report %d is not taken: %v", n, err)
		}
		select {
		case <-b.ended:
			b.t.Fatal("the agent has ended")
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// attempt pushes once, over a connection of its own.
func attempt(to, body string) error {
	conn, err := net.Dial("tcp", to)
	if err != nil {
		return err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
	if _, err := fmt.Fprintf(conn, "POST /bellhop HTTP/1.1\r\nHost: b\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s", len(body), body); err != nil {
		return err
	}
	status, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return err
	}
	if !strings.HasPrefix(status, "HTTP/1.1 200 ") {
		return errors.New(status)
	}
	return nil
}
