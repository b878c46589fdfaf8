package yeastar

import (
	"context"
	"errors"
	"fmt"
	"time"

	"bellhop/hotel"
	"bellhop/pbx"
)

// keepAgain is the pause before a report that could not be kept is tried again.
const keepAgain = 2 * time.Second

var errStarted = errors.New("the agent was started")

// intake is where a stream's reports go, over all of its connections.
type intake struct {
	keep pbx.Keep
	told func(error)
	last time.Time // what the PBX sent before is here; zero: nothing came since the start
	gap  *gap      // the hole that the next whole report ends; nil: none
}

// gap is a hole in the stream.
type gap struct {
	from  time.Time // what was sent before has come; zero: before the start
	why   error
	quiet bool // only that nothing came led to it: most likely nothing is missing
}

// lost notes that there is a hole after the newest report.
func (in *intake) lost(why error) {
	quiet := errors.Is(why, errStreamQuiet)
	if in.gap == nil {
		in.gap = &gap{from: in.last, why: why, quiet: quiet}
		return
	}
	if in.gap.quiet && !quiet {
		in.gap.why, in.gap.quiet = why, false
	}
}

// take keeps what was read at a time and cannot have been sent before another,
// and before it, if it is whole, the hole that it ends. It returns only when
// that is on disk, or with ctx's error.
func (in *intake) take(ctx context.Context, p piece, sent, at time.Time) error {
	if p.why == nil && in.gap != nil {
		g := hotel.Gap{From: in.gap.from, To: at, Why: in.gap.why.Error(), Quiet: in.gap.quiet}
		if err := in.hold(ctx, pbx.Report{Event: g.Event()}); err != nil {
			return err
		}
		in.gap = nil
	}
	if err := in.hold(ctx, p.report()); err != nil {
		return err
	}
	if p.why == nil {
		in.last = sent
	}
	return nil
}

// hold tries on until a report is kept. An attempt is not broken off when ctx
// ends: nobody would know whether the event is on disk, and a second one of it
// could not be told from an equal one.
func (in *intake) hold(ctx context.Context, r pbx.Report) error {
	for failed := false; ; {
		taken, err := in.keep(context.WithoutCancel(ctx), r)
		if err == nil {
			if taken != nil {
				taken(true)
			}
			if failed {
				in.told(nil)
			}
			return nil
		}
		if !failed {
			in.told(fmt.Errorf("event stream: held back, as a report could not be kept: %w", err))
		}
		failed = true
		if !wait(ctx, keepAgain) {
			return ctx.Err()
		}
	}
}
