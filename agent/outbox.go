package agent

import (
	"context"
	"sync"
	"time"

	"bellhop/hotel"
	"bellhop/store"
)

// outbox carries queued calls out: for each destination in lanes by room and
// urgency. Of each lane it holds the head alone; the rest stays in the store,
// so that a queue of a million calls costs no memory.
type outbox struct {
	store   *store.Store
	now     func() time.Time
	sender  func(to string) (sender, bool)
	clockOK func() bool
	report  func(error)

	mu    sync.Mutex
	dests map[string]*destination
	group sync.WaitGroup
	tries *crew[try]
	ctx   context.Context
}

// try is a call that is to be attempted.
type try struct {
	to   *destination
	call hotel.QueuedCall
}

// sender makes one attempt at a call. Its error is a *pms.Refused when
// repeating does not help, a *pms.Retry otherwise; any other error counts as
// the latter.
type sender interface {
	send(ctx context.Context, c hotel.QueuedCall) (reply []byte, err error)
	// width is how many calls may be under way at once.
	width() int
}

// destination is what is known of one far side.
type destination struct {
	name   string
	sender sender
	lanes  map[store.Lane]*lane
	// ready holds lanes that may have something to send, by urgency.
	ready    [hotel.Bulk + 1][]*lane
	inFlight int

	failures    int       // in a row, over all calls
	since       time.Time // of the first of them
	pausedUntil time.Time // no attempt before
	back        time.Time // when the newest long outage ended
	answered    time.Time // when the far side took or refused something last
	lastError   string
	wake        chan struct{}
}

// lane is one line of calls to a destination.
type lane struct {
	key       store.Lane
	head      *hotel.QueuedCall // nil: not loaded, or empty
	more      bool              // the store may hold more behind the head
	listed    bool              // it is in ready
	sending   bool
	attempts  int       // at the head
	notBefore time.Time // after a failed attempt
	since     time.Time // of the first failed one
	lastError string
	told      bool // an alert was raised for the head
}

func newOutbox(now func() time.Time, sender func(string) (sender, bool), report func(error)) *outbox {
	o := &outbox{now: now, sender: sender, report: report, dests: map[string]*destination{}}
	o.tries = newCrew(func(ctx context.Context, t try) { o.attempt(ctx, t.to, t.call) })
	return o
}

// start finds the lanes that the last run left and begins to work on them.
func (o *outbox) start(ctx context.Context) error {
	lanes, err := o.store.Lanes()
	if err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ctx = ctx
	for _, key := range lanes {
		l := o.lane(key)
		l.more = true
		o.list(l)
	}
	for _, d := range o.dests {
		o.launch(d)
	}
	return nil
}

// launch begins the work of a destination; the caller holds mu. Before start
// there is nothing to begin with.
func (o *outbox) launch(d *destination) {
	if o.ctx != nil && o.ctx.Err() == nil {
		o.group.Go(func() { o.serve(o.ctx, d) })
	}
}

func (o *outbox) lane(key store.Lane) *lane {
	d, ok := o.dests[key.To]
	if !ok {
		d = &destination{name: key.To, lanes: map[store.Lane]*lane{}, wake: make(chan struct{}, 1)}
		d.sender, _ = o.sender(key.To)
		o.dests[key.To] = d
		o.launch(d)
	}
	l, ok := d.lanes[key]
	if !ok {
		l = &lane{key: key}
		d.lanes[key] = l
	}
	return l
}

// fresh forgets what was tried with the head before.
func (l *lane) fresh() {
	l.attempts, l.notBefore, l.since, l.lastError, l.told = 0, time.Time{}, time.Time{}, "", false
}

// list notes that a lane may have something to send.
func (o *outbox) list(l *lane) {
	d := o.dests[l.key.To]
	if !l.listed && !l.sending {
		l.listed = true
		d.ready[l.key.Urgency] = append(d.ready[l.key.Urgency], l)
	}
	d.poke()
}

func (d *destination) poke() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// queued takes calls that have just entered their lanes. It does not block.
func (o *outbox) queued(calls []hotel.QueuedCall) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, c := range calls {
		for _, key := range store.LanesOf(&c) {
			l := o.lane(key)
			switch {
			case l.head == nil && !l.more && !l.sending:
				l.head = &c
				l.fresh()
			case l.head != nil && !l.sending && c.ID < l.head.ID:
				l.head, l.more = nil, true // put back by a person: it keeps its place
			default:
				l.more = true
			}
			o.list(l)
		}
	}
}

// ended takes calls that ended before an attempt: superseded or dropped.
func (o *outbox) ended(calls []hotel.QueuedCall) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, c := range calls {
		for _, key := range store.LanesOf(&c) {
			l := o.lane(key)
			if l.head != nil && l.head.ID == c.ID {
				l.head, l.more = nil, true
				l.fresh()
			}
			o.list(l)
		}
	}
}

// stuckCall is the head of a lane that fails while the far side takes others.
type stuckCall struct{ To, Op, Room, Error string }

// stuck gives the calls that have failed for so long while their far side was
// not away, each once.
func (o *outbox) stuck(long time.Duration) (calls []stuckCall) {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := o.now()
	for _, d := range o.dests {
		if d.failures > 0 && now.Sub(d.since) >= long {
			continue // it is away: that is told of
		}
		for _, l := range d.lanes {
			if l.head == nil || l.attempts == 0 || l.told || now.Sub(l.since) < long || now.Sub(d.back) < long {
				continue
			}
			l.told = true
			calls = append(calls, stuckCall{To: d.name, Op: l.head.Op, Room: l.key.Room, Error: l.lastError})
		}
	}
	return calls
}

// wait returns when everything that start began has ended.
func (o *outbox) wait() {
	o.group.Wait()
	o.tries.wait()
}

// DestinationState is how things stand with one far side.
type DestinationState struct {
	To          string    `json:"to"`
	InFlight    int       `json:"inFlight"`
	Failures    int       `json:"failures,omitempty"` // in a row
	Since       time.Time `json:"since,omitzero"`     // of the first of them
	Error       string    `json:"error,omitempty"`
	PausedUntil time.Time `json:"pausedUntil,omitzero"`
	Missing     bool      `json:"missing,omitempty"` // nothing is configured that could send there
	Answered    time.Time `json:"answered,omitzero"` // when it took or refused something last, since the start
	// Unheard: something waits for it, and it has answered nothing since the start.
	// That it was away before is forgotten until the first attempt has failed.
	Unheard bool `json:"unheard,omitempty"`
}

func (o *outbox) state() []DestinationState {
	o.mu.Lock()
	defer o.mu.Unlock()
	var states []DestinationState
	for _, d := range o.dests {
		states = append(states, DestinationState{
			To: d.name, InFlight: d.inFlight, Failures: d.failures, Since: d.since, Error: d.lastError,
			PausedUntil: d.pausedUntil, Missing: d.sender == nil, Answered: d.answered, Unheard: d.answered.IsZero() && d.waited(),
		})
	}
	return states
}

// waited tells whether anything waits to be sent there; the caller holds mu.
func (d *destination) waited() bool {
	for _, l := range d.lanes {
		if l.sending || l.more || l.head != nil {
			return true
		}
	}
	return false
}
