package yeastar

import (
	"container/list"
	"context"
	"errors"
	"net"
	"sync"
	"time"
)

var (
	errCrowded = errors.New("too many connections")
	errGaveWay = errors.New("gave way to another connection: it took too long over its request while all places were taken")
)

// places bounds how many connections are served at a time. When all places are
// taken, the connection that has been at its request for the longest gives its
// own up: whoever opens connections and says nothing keeps nobody out. One whose
// report is being kept or answered stays.
type places struct {
	taken chan struct{}

	mu      sync.Mutex
	reading list.List // of *place, the longest at its request first
}

// place is what one connection has.
type place struct {
	conn    net.Conn
	begun   time.Time     // when its newest request could begin
	reading *list.Element // nil while no request is read
	gone    bool
}

func newPlaces(most int) *places { return &places{taken: make(chan struct{}, most)} }

// take gives a place, which is given back by leave, for a connection whose first
// request begins now.
func (p *places) take(ctx context.Context, conn net.Conn) (*place, error) {
	own := &place{conn: conn}
	select {
	case p.taken <- struct{}{}:
		p.begins(own)
		return own, nil
	default:
	}
	if !p.clear() {
		return nil, errCrowded
	}
	select {
	case p.taken <- struct{}{}: // who gave way notices at once
		p.begins(own)
		return own, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *places) leave(own *place) {
	p.whole(own)
	<-p.taken
}

// clear hangs up on who has been reading for the longest; false if nobody is.
func (p *places) clear() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	first := p.reading.Front()
	if first == nil {
		return false
	}
	own := p.reading.Remove(first).(*place)
	own.reading, own.gone = nil, true
	_ = own.conn.Close()
	return true
}

// begins notes that a connection waits for a request.
func (p *places) begins(own *place) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if own.reading == nil && !own.gone {
		own.reading, own.begun = p.reading.PushBack(own), time.Now()
	}
}

// whole notes that a request has been read; false if its connection had to
// give way.
func (p *places) whole(own *place) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if own.reading != nil {
		p.reading.Remove(own.reading)
		own.reading = nil
	}
	return !own.gone
}
