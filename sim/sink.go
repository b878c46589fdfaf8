package sim

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// SinkOptions describe a simulated PMS. Secret is required.
type SinkOptions struct {
	// Secret is the one that messages are signed with: "whsec_" and base64,
	// or any other text, whose bytes are used as they are.
	Secret string
	// Now is the clock that timestamps are checked against; nil: the system's.
	Now func() time.Time
	// KeepLast is how many messages are remembered whole, the newest; 0:
	// 10,000. Counts and keys are kept for all.
	KeepLast int
}

const (
	defaultKeep = 10_000
	maxMessage  = 1 << 20
	sinkTimeout = 30 * time.Second
)

// Received is a message that the PMS has taken.
type Received struct {
	Key    string
	Type   string
	Event  uint64
	CallID string
	Room   string
	Time   time.Time // as the message says, not when it came
	Data   json.RawMessage
	Copies int // how often it came, counted from 1
}

// SinkStats counts what has come to a [Sink].
type SinkStats struct {
	Requests int // of any kind
	Rejected int // without a good signature, or unreadable
	Failed   int // answered with a failure on command, or cut off
	Taken    int // different messages
	Copies   int // messages that had been taken before
}

// Sink is a simulated PMS: it takes Standard Webhooks, checks their
// signatures and drops copies. It is an [http.Handler]; [Sink.Serve] gives it
// a server. Its methods may be called side by side.
type Sink struct {
	keys     signKeys
	now      func() time.Time
	keepLast int

	mu      sync.Mutex
	manner  manner
	memory  memory
	stats   SinkStats
	waiters []waiter
}

// manner is how the sink behaves by command.
type manner struct {
	fail  int
	down  bool
	drop  int
	delay time.Duration
}

// NewSink makes a PMS. An error says what is wrong with the secret, without
// quoting it.
func NewSink(o SinkOptions) (*Sink, error) {
	key, err := signKey(o.Secret)
	if err != nil {
		return nil, fmt.Errorf("simulated pms: %w", err)
	}
	s := &Sink{keys: newSignKeys(key), now: o.Now, keepLast: orElse(o.KeepLast, defaultKeep)}
	if s.now == nil {
		s.now = time.Now
	}
	s.memory = newMemory(s.keepLast)
	return s, nil
}

// Serve answers on ln until ctx ends; then it closes ln and all connections
// and returns nil.
func (s *Sink) Serve(ctx context.Context, ln net.Listener) error {
	server := &http.Server{
		Handler: s, ErrorLog: log.New(io.Discard, "", 0),
		ReadTimeout: sinkTimeout, WriteTimeout: sinkTimeout, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10,
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	err := server.Serve(&fickle{Listener: ln, away: s.isDown})
	if ctx.Err() != nil {
		return nil
	}
	return fmt.Errorf("simulated pms: serve: %w", err)
}

// Fail answers every message with status and takes none; 0: no longer.
func (s *Sink) Fail(status int) { s.change(func(m *manner) { m.fail = status }) }

// Down cuts every connection off without an answer, and takes nothing.
func (s *Sink) Down(down bool) { s.change(func(m *manner) { m.down = down }) }

// DropAnswer takes the next n messages, and hangs up before it answers. A
// sender on a kept connection may repeat at once by itself: that is a message,
// too.
func (s *Sink) DropAnswer(n int) { s.change(func(m *manner) { m.drop = n }) }

// Slow waits before each answer; 0: no longer.
func (s *Sink) Slow(delay time.Duration) { s.change(func(m *manner) { m.delay = delay }) }

func (s *Sink) change(change func(*manner)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.manner)
}

func (s *Sink) isDown() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.manner.down
}

// Stats gives the counts so far.
func (s *Sink) Stats() SinkStats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stats
}

// Received lists what was taken and is still remembered whole, in the order
// of first arrival.
func (s *Sink) Received() []Received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.memory.list()
}

// Copies is how often a message came; 0: never.
func (s *Sink) Copies(key string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.memory.copies(key)
}

// waiter waits for a number of different messages.
type waiter struct {
	n    int
	done chan struct{}
}

// Wait waits until n different messages have been taken since the start.
func (s *Sink) Wait(ctx context.Context, n int) error {
	s.mu.Lock()
	if s.stats.Taken >= n {
		s.mu.Unlock()
		return nil
	}
	w := waiter{n, make(chan struct{})}
	s.waiters = append(s.waiters, w)
	s.mu.Unlock()
	select {
	case <-w.done:
		return nil
	case <-ctx.Done():
		s.leave(w)
		return fmt.Errorf("wait for %d messages, %d came: %w", n, s.Stats().Taken, ctx.Err())
	}
}

func (s *Sink) leave(w waiter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.waiters {
		if s.waiters[i].done == w.done {
			s.waiters = append(s.waiters[:i], s.waiters[i+1:]...)
			return
		}
	}
}

// release lets those go whose number has come. The caller holds mu.
func (s *Sink) release() {
	if len(s.waiters) == 0 {
		return
	}
	left := s.waiters[:0]
	for _, w := range s.waiters {
		if s.stats.Taken < w.n {
			left = append(left, w)
			continue
		}
		close(w.done)
	}
	s.waiters = left
}
