package agent

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"bellhop/hotel"
	"bellhop/pms"
	"bellhop/store"
)

// The pauses after failed attempts: doubling from the first to the last,
// each shortened by up to a fifth so that many boxes do not ring together.
const (
	firstPause     = time.Second
	lastPause      = time.Minute
	attemptTimeout = 30 * time.Second
	settleAgain    = time.Second
)

func pause(failures int, roll float64) time.Duration {
	d := lastPause
	if failures < 7 { // beyond it the shift would pass the last pause, and one day overflow
		d = min(lastPause, firstPause<<max(0, failures-1))
	}
	return d - time.Duration(roll*float64(d)/5)
}

// serve works on one destination until ctx ends.
func (o *outbox) serve(ctx context.Context, d *destination) {
	for {
		next, err := o.begin(ctx, d)
		if err != nil {
			o.report(fmt.Errorf("outbox for %s: %w", d.name, err))
			next = settleAgain
		}
		var timer <-chan time.Time
		if next > 0 {
			timer = time.After(next)
		}
		select {
		case <-ctx.Done():
			return
		case <-d.wake:
		case <-timer:
		}
	}
}

// begin starts every attempt that may start now, and says after which time
// to look again even if nothing happens; 0: never.
func (o *outbox) begin(ctx context.Context, d *destination) (time.Duration, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if d.sender == nil {
		return 0, nil
	}
	var look time.Duration
	for ctx.Err() == nil {
		c, wait, err := o.take(d)
		look = sooner(look, wait)
		if c == nil || err != nil {
			return look, err
		}
		o.tries.begin(ctx, try{d, *c})
	}
	return look, nil
}

// take gives a call that may be sent now, when there is a place for another
// attempt. The caller holds mu.
func (o *outbox) take(d *destination) (c *hotel.QueuedCall, wait time.Duration, err error) {
	now := o.now()
	if wait := d.pausedUntil.Sub(now); wait > 0 {
		return nil, wait, nil
	}
	if d.inFlight >= d.places() {
		return nil, 0, nil
	}
	if c, wait, err = o.next(d, now); c != nil && err == nil {
		d.inFlight++
	}
	return c, wait, err
}

// places is how many attempts may be under way: after a failure one, which
// finds out whether the far side is back.
func (d *destination) places() int {
	if d.failures > 0 {
		return 1
	}
	return d.sender.width()
}

func sooner(a, b time.Duration) time.Duration {
	if a == 0 || b > 0 && b < a {
		return b
	}
	return a
}

// next finds a call that may be sent now, the most urgent first, and takes
// its lanes. The caller holds mu.
func (o *outbox) next(d *destination, now time.Time) (*hotel.QueuedCall, time.Duration, error) {
	var look time.Duration
	for u := range d.ready {
		listed := d.ready[u]
		d.ready[u] = nil
		for i, l := range listed {
			l.listed = false
			c, wait, err := o.headOf(l, now)
			if wait > 0 {
				look = sooner(look, wait)
				l.listed = true
				d.ready[u] = append(d.ready[u], l)
			}
			if c == nil && err == nil {
				continue
			}
			if err != nil {
				l.listed = true
				d.ready[u] = append(d.ready[u], l)
			}
			d.ready[u] = append(d.ready[u], listed[i+1:]...)
			return c, look, err
		}
	}
	return nil, look, nil
}

// headOf takes the head of a lane for sending, if it may be sent now: it is
// the head of all its lanes, no commit is about to end it, and what it must
// follow has ended.
func (o *outbox) headOf(l *lane, now time.Time) (*hotel.QueuedCall, time.Duration, error) {
	if l.sending {
		return nil, 0, nil
	}
	if err := o.load(l); err != nil {
		return nil, 0, err
	}
	c := l.head
	if c == nil {
		delete(o.dests[l.key.To].lanes, l.key)
		return nil, 0, nil
	}
	if wait := l.notBefore.Sub(now); wait > 0 {
		return nil, wait, nil
	}
	lanes, ready, err := o.lanesOf(c)
	if err != nil || !ready {
		return nil, 0, err
	}
	if c.After != 0 {
		waits, err := o.store.Waits(c.After)
		if err != nil || waits {
			return nil, lookAgain, err
		}
	}
	if !o.store.Claim(c.ID) {
		return nil, lookAgain, nil // its end is being committed, and may yet fail
	}
	for _, other := range lanes {
		other.sending = true
	}
	return c, 0, nil
}

// lookAgain is how soon a call that must follow another one is looked at
// again when nothing else happens.
const lookAgain = 200 * time.Millisecond

// lanesOf gives a call's lanes and whether it is at the head of all of them.
func (o *outbox) lanesOf(c *hotel.QueuedCall) ([]*lane, bool, error) {
	var lanes []*lane
	for _, key := range store.LanesOf(c) {
		l := o.lane(key)
		if l.sending {
			return nil, false, nil
		}
		if err := o.load(l); err != nil {
			return nil, false, err
		}
		if l.head == nil || l.head.ID != c.ID {
			return nil, false, nil
		}
		lanes = append(lanes, l)
	}
	return lanes, true, nil
}

// load reads the head of a lane from the store when it is not known.
func (o *outbox) load(l *lane) error {
	if l.head != nil || !l.more {
		return nil
	}
	l.more = false
	c, found, err := o.store.Head(l.key, 0)
	if err != nil {
		l.more = true
		return err
	}
	if found {
		l.head, l.more = &c, true // whether there is more shows when this one has ended
		l.fresh()
	}
	return nil
}

// attempt tries one call and keeps what came of it. Its place is free for
// another call as soon as the far side has answered, its lanes when the
// outcome is on disk.
func (o *outbox) attempt(ctx context.Context, d *destination, c hotel.QueuedCall) {
	out, again := o.try(ctx, d, c)
	o.mu.Lock()
	d.inFlight--
	o.mu.Unlock()
	d.poke()
	if again == nil {
		again = o.settle(ctx, c, out)
	}
	o.store.Unclaim(c.ID)
	o.free(c, again)
}

// try makes the attempt. again is set when the call stays queued.
func (o *outbox) try(ctx context.Context, d *destination, c hotel.QueuedCall) (out hotel.Outcome, again *pms.Retry) {
	out = hotel.Outcome{ID: c.ID, Attempts: c.Attempts + 1}
	if o.store.Expired(&c) {
		out.State, out.Attempts = hotel.CallExpired, c.Attempts
		return out, nil
	}
	if c.State == hotel.CallSending {
		out.State, out.Error = hotel.CallUnknown, cmp.Or(c.LastError, hotel.ErrorCut)
		return out, nil
	}
	if c.Kind == hotel.Once {
		if err := o.store.Sending(ctx, c); err != nil {
			return out, &pms.Retry{Err: err}
		}
	}
	sendCtx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	sure, began := o.clockOK(), o.now()
	reply, err := d.sender.send(sendCtx, c)
	o.noted(d, err)
	if ofTheClock(err) && !(sure && o.clockOK() && !setBetween(began, o.now())) {
		return out, &pms.Retry{Only: true, Err: err}
	}
	return o.judge(ctx, c, out, reply, err)
}

func (o *outbox) judge(ctx context.Context, c hotel.QueuedCall, out hotel.Outcome, reply []byte, err error) (hotel.Outcome, *pms.Retry) {
	var refused *pms.Refused
	var retry *pms.Retry
	switch {
	case err == nil:
		out.State, out.Reply = hotel.CallDelivered, reply
	case errors.As(err, &refused):
		out.State, out.Error = hotel.CallRefused, refused.Error()
	case c.Kind == hotel.Once && errors.As(err, &retry) && retry.Unsent:
		o.unsent(ctx, c)
		return out, retry
	case ctx.Err() != nil:
		return out, &pms.Retry{Err: ctx.Err()}
	case c.Kind == hotel.Once:
		out.State, out.Error = hotel.CallUnknown, err.Error()
	case errors.As(err, &retry):
		return out, retry
	default:
		return out, &pms.Retry{Err: err}
	}
	return out, nil
}

// unsent takes back the mark of a call of which nothing has gone out, also while the
// agent ends. Where that fails, nobody knows after a restart whether it was made.
func (o *outbox) unsent(ctx context.Context, c hotel.QueuedCall) {
	if err := o.store.Unsent(context.WithoutCancel(ctx), c); err != nil {
		o.report(err)
	}
}

// noted counts failures in a row; any answer that is no failure of the far
// side ends them.
func (o *outbox) noted(d *destination, err error) {
	var refused *pms.Refused
	var retry *pms.Retry
	o.mu.Lock()
	defer o.mu.Unlock()
	if err == nil || errors.As(err, &refused) || errors.As(err, &retry) && retry.Only {
		if d.failures > 0 && o.now().Sub(d.since) >= unreachableAfter {
			d.back = o.now()
		}
		d.answered = o.now()
		d.failures, d.since, d.lastError, d.pausedUntil = 0, time.Time{}, "", time.Time{}
		return
	}
	d.lastError = err.Error()
	now, wait := o.now(), time.Duration(0)
	if d.failures == 0 {
		d.since = now
	}
	if !now.Before(d.pausedUntil) {
		d.failures++ // those that were under way side by side are one failure
		wait = pause(d.failures, rand.Float64())
	}
	if retry != nil {
		wait = max(wait, retry.After)
	}
	if until := now.Add(wait); until.After(d.pausedUntil) {
		d.pausedUntil = until
	}
}

// ofTheClock tells whether a refusal may come of a clock that is wrong: what is
// signed has its time in it, and who checks the one looks at the other. In 1970
// nothing that is signed is taken; that is no fault of the call.
func ofTheClock(err error) bool {
	var refused *pms.Refused
	if !errors.As(err, &refused) {
		return false
	}
	switch refused.Status {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden:
		return true
	}
	return false
}

// setBetween tells whether the clock was set between two readings of it, by more
// than NTP takes back without a word.
func setBetween(a, b time.Time) bool {
	return (b.Round(0).Sub(a.Round(0)) - b.Sub(a)).Abs() >= time.Second
}

// settle keeps an outcome; while the disk refuses, it tries on. A call whose
// outcome cannot be kept before the end is sent again, under the same key.
func (o *outbox) settle(ctx context.Context, c hotel.QueuedCall, out hotel.Outcome) *pms.Retry {
	for {
		err := o.store.Settle(ctx, c, out)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil || errors.Is(err, store.ErrClosed) {
			return &pms.Retry{Err: err}
		}
		o.report(err)
		select {
		case <-ctx.Done():
		case <-time.After(settleAgain):
		}
	}
}

// free gives a call's lanes back after an attempt.
func (o *outbox) free(c hotel.QueuedCall, again *pms.Retry) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, key := range store.LanesOf(&c) {
		l := o.lane(key)
		l.sending = false
		if again == nil {
			l.head = nil
			l.fresh()
		} else {
			if l.attempts++; l.attempts == 1 {
				l.since = o.now()
			}
			l.lastError = again.Err.Error()
			l.notBefore = o.now().Add(max(again.After, pause(l.attempts, rand.Float64())))
			if l.head != nil && l.head.ID == c.ID {
				l.head.Attempts++
			}
		}
		o.list(l)
	}
}
