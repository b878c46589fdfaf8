package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// load pushes events as a PBX would, and measures how long each waits for
// its answer.
type load struct {
	addr  string
	conns int
	fresh bool // a new connection for each event, as the PBX makes them
	body  func(n uint64) []byte
	next  *atomic.Uint64 // numbers the events over all loads
}

// figures is what a load has shown.
type figures struct {
	Events    int     `json:"events"`
	PerSecond float64 `json:"eventsPerSecond"`
	MedianMS  float64 `json:"medianMs"`
	P99MS     float64 `json:"p99Ms"`
}

// run pushes so many events and returns when each is answered.
func (l *load) run(ctx context.Context, events int) (figures, error) {
	var left atomic.Int64
	left.Store(int64(events))
	times := make([][]time.Duration, l.conns)
	errs := make([]error, l.conns)
	begin := time.Now()
	var group sync.WaitGroup
	for i := range l.conns {
		group.Go(func() { times[i], errs[i] = l.worker(ctx, &left) })
	}
	group.Wait()
	took := time.Since(begin)
	all := slices.Concat(times...)
	for _, err := range errs {
		if err != nil {
			return figures{}, err
		}
	}
	if len(all) == 0 {
		return figures{}, fmt.Errorf("no event was pushed")
	}
	slices.Sort(all)
	return figures{
		Events: len(all), PerSecond: round(float64(len(all))/took.Seconds(), 1),
		MedianMS: ms(all[len(all)/2]), P99MS: ms(all[len(all)*99/100]),
	}, nil
}

func (l *load) worker(ctx context.Context, left *atomic.Int64) (times []time.Duration, err error) {
	var conn net.Conn
	var r *bufio.Reader
	defer func() {
		if conn != nil {
			conn.Close()
		}
	}()
	for left.Add(-1) >= 0 && ctx.Err() == nil {
		begin := time.Now()
		if conn == nil || l.fresh {
			if conn != nil {
				conn.Close()
			}
			if conn, err = net.Dial("tcp", l.addr); err != nil {
				return times, fmt.Errorf("push: %w", err)
			}
			r = bufio.NewReader(conn)
		}
		if err := l.push(conn, r); err != nil {
			return times, fmt.Errorf("push: %w", err)
		}
		times = append(times, time.Since(begin))
	}
	return times, ctx.Err()
}

func (l *load) push(conn net.Conn, r *bufio.Reader) error {
	body := l.body(l.next.Add(1))
	last := ""
	if l.fresh {
		last = "Connection: close\r\n"
	}
	request := fmt.Appendf(nil, "POST /bellhop HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n%s", last, len(body), body)
	if _, err := conn.Write(request); err != nil {
		return err
	}
	status, err := r.ReadString('\n')
	if err != nil {
		return err
	}
	if len(status) < 12 || status[9:12] != "200" {
		return fmt.Errorf("answered %q", status)
	}
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return err
		}
		if line == "\r\n" {
			return nil
		}
	}
}

// minibarPush is a minibar entry from one of so many rooms, as the PBX
// reports it.
func minibarPush(rooms int) func(uint64) []byte {
	return func(n uint64) []byte {
		room := firstRoom + int(n)%rooms
		return fmt.Appendf(nil, `{"event":"DTMF","sn":"A12345678901","callid":"%d","infos":"778*%d*1","members":[{"ext":{"number":"%d","channelid":"PJSIP/%d-%08d","memberstatus":"ANSWERED"}}]}`,
			1700000000+n, 1+n%5, room, room, n)
	}
}

// firstRoom is the number of the first room of a bench or demo hotel.
const firstRoom = 1001

func ms(d time.Duration) float64 { return round(float64(d)/float64(time.Millisecond), 3) }

func round(v float64, places int) float64 {
	scale := 1.0
	for range places {
		scale *= 10
	}
	return float64(int64(v*scale+0.5)) / scale
}
