package agent

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"bellhop/hotel"
	"bellhop/pbx"
)

const (
	// historyJob is the name under which it is remembered up to when the PBX's
	// call records are known.
	historyJob = "bellhop:past-calls"
	// historyEvery: also while nothing seems to be missing.
	historyEvery = 6 * time.Hour
	// historyOverlap: a record is found by when its call began, and a call that
	// was going on when records were last fetched has none yet.
	historyOverlap = 4 * time.Hour
	// historyMost is how far back is asked for at most.
	historyMost = 31 * 24 * time.Hour
	// historyAhead: the PBX's clock may have gone on since it was asked.
	historyAhead = 10 * time.Minute
	// The pauses after failures.
	historyAgain, historyLast = time.Minute, 30 * time.Minute
)

// history fetches the records of calls that the PBX did not come to report:
// at a start, after the PBX has started, after a gap in its stream, after
// reports that could not be kept, and now and then in any case. What is known
// already is passed over.
type history struct {
	agent *Agent
	calls pbx.CallHistory
	wake  chan struct{}
	one   chan struct{} // holds one while records are being fetched
	there chan struct{} // closed once the PBX has said who it is
	first sync.Once

	mu     sync.Mutex
	quiet  bool // nothing has pointed to a missing record since the last fetch
	missed int  // records that the newest fetch for which that held has found all the same
	at     time.Time
}

func newHistory(a *Agent) *history {
	calls, _ := a.driver.(pbx.CallHistory)
	return &history{agent: a, calls: calls, wake: make(chan struct{}, 1), one: make(chan struct{}, 1), there: make(chan struct{})}
}

// answers says that the PBX has said who it is, and what its clock shows.
func (h *history) answers() { h.first.Do(func() { close(h.there) }) }

// soon says that records may be missing. It does not block.
func (h *history) soon() {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// run fetches until ctx ends.
func (h *history) run(ctx context.Context) {
	if h.calls == nil {
		return
	}
	select {
	case <-ctx.Done():
		return
	case <-h.there:
	}
	pause := historyAgain
	for {
		wait := historyEvery
		err := h.fetch(ctx)
		switch {
		case err == nil:
			pause = historyAgain
			h.expect(true)
		case errors.Is(err, pbx.ErrUnsupported):
			h.agent.log.Warn("call records of a time without reports cannot be fetched", "error", err)
		case errors.Is(err, errTooEarly):
			wait = identifySoon
		default:
			h.agent.log.Warn("call records that may be missing could not be fetched yet", "error", err, "again in", pause)
			wait, pause = pause, min(2*pause, historyLast)
		}
		if !h.rest(ctx, wait) {
			return
		}
	}
}

// rest waits, or until records may be missing; then still for so long that
// those who say so again and again are one. It is false when ctx ended.
func (h *history) rest(ctx context.Context, wait time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(wait):
		return true
	case <-h.wake:
		h.expect(false)
	}
	select {
	case <-ctx.Done():
		return false
	case <-time.After(historyAgain):
		return true
	}
}

// expect notes whether the next fetch is expected to find nothing.
func (h *history) expect(nothing bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.quiet = nothing
}

// found notes records that nobody knew to be missing: the PBX has reported
// them to somebody else, or to nobody.
func (h *history) found(records int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.quiet && records > 0 {
		h.missed, h.at = records, h.agent.now()
	}
}

// unreported are those records, and when they were found.
func (h *history) unreported() (records int, at time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.missed, h.at
}

// errTooEarly says that the PBX, or the time, is not known yet.
var errTooEarly = errors.New("the PBX has not answered yet, or the time is not known")

// fetch asks for everything since the newest moment up to which all is known.
// A hotel that is new begins with now: older calls are no concern of it.
func (h *history) fetch(ctx context.Context) error {
	select {
	case h.one <- struct{}{}:
		defer func() { <-h.one }()
	case <-ctx.Done(): // who waits for a check-out does not wait for a month of records
		return ctx.Err()
	}
	a := h.agent
	theirs := a.clock.pbxNow()
	if theirs.IsZero() || !a.clock.ok() {
		return errTooEarly
	}
	now := a.now()
	var known hotel.CronState
	if !a.store.Snapshot().Get(hotel.CronKey(historyJob), &known) {
		return a.fireJob(ctx, tick{job: historyJob, due: now})
	}
	from := known.LastRun.Add(-historyOverlap)
	if oldest := now.Add(-historyMost); from.Before(oldest) {
		from = oldest
	}
	fetched := 0
	err := h.calls.PastCalls(ctx, a.spanOfPBX(from, now.Add(historyAhead), theirs.Sub(now)), nil, func(ev hotel.Event) error {
		fresh, err := h.keep(ctx, ev)
		if fresh {
			fetched++
		}
		return err
	})
	h.found(fetched)
	if fetched > 0 {
		a.log.Info("call records that were not reported have been fetched", "records", fetched)
	}
	if err != nil {
		return fmt.Errorf("fetch call records since %s: %w", from.In(a.zone).Format(time.DateTime), err)
	}
	return a.fireJob(ctx, tick{job: historyJob, due: now})
}

// settle fetches what the PBX may be about to delete. A PBX that cannot give
// call records has none to lose.
func (h *history) settle(ctx context.Context) error {
	if h.calls == nil {
		return nil
	}
	return unlessUnsupported(h.fetch(ctx))
}

// spanOfPBX puts a span into the PBX's terms, whose clock is ahead of ours by
// so much.
func (a *Agent) spanOfPBX(from, to time.Time, ahead time.Duration) pbx.Span {
	show := func(t time.Time) string { return t.Add(ahead).In(a.zone).Format(time.DateTime) }
	return pbx.Span{From: show(from), To: show(to)}
}

// keep enters a record like one that was pushed, unless it is known.
func (h *history) keep(ctx context.Context, ev hotel.Event) (fresh bool, err error) {
	h.agent.locate(&ev)
	if known, err := h.agent.store.Known(&ev); known || err != nil {
		return false, err
	}
	receipt, err := h.agent.store.Append(ctx, ev, nil)
	return receipt.DuplicateOf == 0, err
}
