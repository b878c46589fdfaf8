package asterisk

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Call is a phone's call. Its two ends are the legs of a Local channel: keys
// go in at the first, the dialplan runs on the second.
type Call struct {
	t      testing.TB
	server *Server
	phone  string  // the leg that keys are pressed at
	id     string  // of the leg in the dialplan
	ami    *client // AMI takes one order after the other, and a key takes a while

	mu      sync.Mutex
	heard   int // keys that have come to the dialplan
	pressed int
	asks    int      // how often Read has begun
	taken   int      // how many of these a test has waited for
	steps   []string // applications run, with their data
	infos   []string
	others  []string // events that are not ours
	ended   bool
	changed chan struct{} // closed and made anew with each change
}

// callLimit bounds what a call waits for, on a busy machine.
const callLimit = 60 * time.Second

var calls atomic.Uint64

// Dial calls a number in a context, from a telephone.
func (s *Server) Dial(t testing.TB, from, context, number string) *Call {
	t.Helper()
	c := s.call(t)
	s.ami.watching(c.see)
	c.do("Originate", c.origin(from, context, number, "Async", "true")...)
	return c
}

// Reaches tells whether a number can be dialled in a context.
func (s *Server) Reaches(t testing.TB, context, number string) bool {
	t.Helper()
	c := s.call(t)
	limit, cancel := c.limit()
	defer cancel()
	_, err := c.ami.do(limit, "Originate", c.origin("1203", context, number)...)
	if err == nil {
		c.do("Hangup", "Channel", c.phone)
	}
	return err == nil
}

func (s *Server) call(t testing.TB) *Call {
	t.Helper()
	// Asterisk takes an id for used if another begins with it.
	id := fmt.Sprintf("%06d", calls.Add(1))
	c := &Call{t: t, server: s, phone: "phone-" + id, id: "call-" + id, changed: make(chan struct{})}
	limit, cancel := c.limit()
	defer cancel()
	ami, err := connect(limit, s.address, "off", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(ami.close)
	c.ami = ami
	return c
}

func (c *Call) origin(from, context, number string, more ...string) []string {
	return append([]string{"Channel", "Local/" + number + "@" + context + "/n", "Context", speaker, "Exten", "s", "Priority", "1",
		"CallerID", from, "ChannelId", c.phone, "OtherChannelId", c.id, "Codecs", "slin"}, more...)
}

func (c *Call) limit() (context.Context, context.CancelFunc) {
	return context.WithTimeout(c.t.Context(), callLimit)
}

func (c *Call) do(action string, headers ...string) {
	c.t.Helper()
	limit, cancel := c.limit()
	defer cancel()
	if _, err := c.ami.do(limit, action, headers...); err != nil {
		c.t.Fatal(err)
	}
}

// see notes what concerns this call.
func (c *Call) see(m message) {
	if m["Uniqueid"] != c.id {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case m["Event"] == "Newexten":
		c.steps = append(c.steps, m["Application"]+"("+m["AppData"]+")")
		if m["Application"] == "Read" {
			c.asks++
		}
	case m["UserEvent"] == "DtmfEndString":
		c.infos = append(c.infos, strings.TrimSpace(m["Info"]))
	case m["Event"] == "UserEvent":
		c.others = append(c.others, m["UserEvent"])
	case m["Event"] == "DTMFEnd" && m["Direction"] == "Received":
		c.heard++
	case m["Event"] == "Hangup":
		c.ended = true
	}
	close(c.changed)
	c.changed = make(chan struct{})
}

// until waits until good is true of the call.
func (c *Call) until(what string, good func() bool) {
	c.t.Helper()
	limit := time.After(callLimit)
	for {
		c.mu.Lock()
		ok, changed, ended := good(), c.changed, c.ended
		c.mu.Unlock()
		switch {
		case ok:
			return
		case ended:
			c.t.Fatalf("the call ended and did not come to %s: it ran %s", what, strings.Join(c.Steps(), " "))
		}
		select {
		case <-changed:
		case <-limit:
			c.t.Fatalf("after %s the call had not come to %s: it ran %s", callLimit, what, strings.Join(c.Steps(), " "))
		}
	}
}

// Press waits until the dialplan asks for keys once more, and presses them
// while the prompt plays.
func (c *Call) Press(keys string) *Call {
	c.t.Helper()
	c.Asked()
	return c.Key(keys)
}

// Asked waits until the dialplan asks for keys once more.
func (c *Call) Asked() *Call {
	c.t.Helper()
	c.until("a question", func() bool { return c.asks > c.taken })
	c.mu.Lock()
	c.taken++
	c.mu.Unlock()
	return c
}

// Key presses keys at once, and waits until the dialplan has heard them.
func (c *Call) Key(keys string) *Call {
	c.t.Helper()
	for _, key := range keys {
		c.do("PlayDTMF", "Channel", c.phone, "Digit", string(key), "Duration", "100")
		c.pressed++
		c.until("key "+string(key), func() bool { return c.heard >= c.pressed })
	}
	return c
}

// Reported waits until the dialplan has sent so many events.
func (c *Call) Reported(n int) *Call {
	c.t.Helper()
	c.until(fmt.Sprintf("%d events", n), func() bool { return len(c.infos) >= n })
	return c
}

// HangUp puts the receiver down, unless the PBX has hung up already.
func (c *Call) HangUp() *Call {
	c.t.Helper()
	limit, cancel := c.limit()
	defer cancel()
	if _, err := c.ami.do(limit, "Hangup", "Channel", c.phone); err != nil && !strings.Contains(err.Error(), "No such channel") {
		c.t.Fatal(err)
	}
	return c.End()
}

// End waits until the call has ended.
func (c *Call) End() *Call {
	c.t.Helper()
	c.until("its end", func() bool { return c.ended })
	return c
}

// Infos are the Info headers of the events that the dialplan has sent.
func (c *Call) Infos() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string{}, c.infos...)
}

// Others are the names of events that the call has caused outside of our
// dialplan.
func (c *Call) Others() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string{}, c.others...)
}

// Steps are the applications that the dialplan has run, with their data.
func (c *Call) Steps() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string{}, c.steps...)
}
