package agent

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"bellhop/hotel"
	"bellhop/site"
	"bellhop/store"
)

// DoctorOrder says what a doctor may do.
type DoctorOrder struct {
	Offline bool // leave the PBX alone
	// Cause: have the PBX report something, unless it has just now, by writing
	// the name of a vacant room's telephone as it stands.
	Cause bool
}

// Of the time that a doctor has, for each thing that may take long.
const (
	// askTime is for what the PBX is asked.
	askTime = 12 * time.Second
	// reportedNow: who has reported something since then need not be made to.
	reportedNow = 2 * time.Minute
)

// Doctor looks the installation over. It asks the PBX over the login that the
// agent has, as another one would take the reports from it. It blocks for as long
// as the PBX and the disk take to answer, some twenty seconds at most.
func (a *Agent) Doctor(ctx context.Context, order DoctorOrder) ([]site.Finding, error) {
	select {
	case a.doctoring <- struct{}{}:
		defer func() { <-a.doctoring }()
	case <-ctx.Done():
		return nil, fmt.Errorf("another doctor is at work: %w", ctx.Err())
	}
	f := a.facts(ctx, order)
	if err := ctx.Err(); err != nil {
		return nil, err // what was cut off looks like what is wrong
	}
	return site.Judge(&f), nil
}

// Neighbours asks the PBX what an installation must get along with there, over
// the login that the agent has. It blocks for as long as the PBX takes.
func (a *Agent) Neighbours(ctx context.Context) site.Neighbours {
	if a.driver == nil {
		return site.Unasked("en", "pbx.driver is none")
	}
	answers := site.Ask(ctx, a.driver, a.now)
	return site.LookAround(ctx, a.driver, answers, a.zone, a.now)
}

// facts gathers what the checks go by: what takes long side by side.
func (a *Agent) facts(ctx context.Context, order DoctorOrder) site.Facts {
	status := a.Status() // from before the PBX is asked anything
	f := site.Facts{
		Config: a.config, Zone: a.zone, Running: true, Synced: a.clock.synced(), State: status.PBX,
		StoreError: status.Store.Error, HookFaults: status.HookFaults, Hooks: a.hookFacts(),
		PMSMissing: a.link == nil && a.config.PMS.Link != "none", Look: a.look.Load(), API: status.API, Tokens: a.Tokens(),
	}
	StoreFacts(&f, a.store, a.started)
	var group sync.WaitGroup
	group.Go(func() { f.Box = a.boxLook.Look(ctx, a.config, true) })
	group.Go(func() { a.installFacts(&f) })
	group.Go(func() { a.pastFacts(&f) })
	if a.driver != nil {
		f.PBX = site.LeftAlone(a.driver)
	}
	if a.driver != nil && !order.Offline {
		group.Go(func() {
			k := site.KnockAt(ctx, a.config.PBX.URL)
			f.Knock = &k
		})
		a.askPBX(ctx, &f, order.Cause)
	}
	group.Wait()
	f.Box.Simulated = a.simulated
	PinFacts(&f, a.config)
	a.farFacts(&f, status)
	f.Backup = NewestBackup(a.config.Store.Path)
	f.Now, f.ClockFault = a.now(), a.clock.why()
	f.Texted = hotel.TextedOn(a.store.Snapshot(), f.Now.In(a.zone).Format(time.DateOnly))
	return f
}

// askPBX asks the PBX what only it knows.
func (a *Agent) askPBX(ctx context.Context, f *site.Facts, cause bool) {
	limited, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	f.PBX = site.Ask(limited, a.driver, a.now)
	f.PBX.AskPhones(limited, a.driver, f.Rooms)
	if f.PBX.Identity == nil {
		return
	}
	a.clock.compare(*f.PBX.Identity, a.zone)
	if cause && time.Since(a.driver.State().LastPush) > reportedNow {
		f.Caused = a.cause(ctx)
	}
}

func (a *Agent) installFacts(f *site.Facts) {
	if a.due == nil {
		return
	}
	var err error
	if f.Due, err = a.due(); err != nil {
		f.DueError = err.Error()
	}
}

func (a *Agent) pastFacts(f *site.Facts) {
	var err error
	if f.Journal, err = ReadJournal(a.store); err != nil {
		a.log.Warn("the doctor cannot read the journal", "error", err)
	}
	f.Missed, f.MissedAt = a.history.unreported()
}

// farFacts are of where calls and mails go.
func (a *Agent) farFacts(f *site.Facts, status Status) {
	if mail, can := a.MailState(); can {
		f.MailSent, f.MailFailed, f.MailError = mail.Sent, mail.Failed, mail.Error
	} else {
		f.MailMissing = a.config.Mail.Host != ""
	}
	for _, d := range status.Destinations {
		if d.Failures > 0 {
			f.Away = append(f.Away, site.FarSide{To: d.To, Since: d.Since, Error: d.Error})
		}
		if d.To == hotel.ToPMS {
			f.PMSAnswered = d.Answered
		}
		if i := slices.IndexFunc(f.Queue, func(w site.Waiting) bool { return w.To == d.To }); i >= 0 && d.Missing {
			f.Queue[i].Nobody = true
		}
	}
}

// journalLook is how many of the newest events are looked at.
const journalLook = 16 << 10

// ReadJournal reads what the newest events tell of the PBX; nil, on an error.
func ReadJournal(s *store.Store) (*site.Journal, error) {
	journal := &site.Journal{}
	last := s.LastID()
	for after := max(last, journalLook) - journalLook; after < last; {
		events, err := s.Events(after, gapPage)
		if err != nil {
			return nil, err
		}
		if len(events) == 0 {
			break
		}
		for i := range events {
			journal.Add(&events[i])
		}
		after = events[len(events)-1].ID
	}
	return journal, nil
}

// BoxClock says, without an agent, what is to be thought of the box's clock.
// newest is the time of the newest event, and theirs the PBX's clock at the
// moment; either may be zero.
func BoxClock(f *site.Facts, newest, theirs time.Time) {
	f.Synced = ntpSynced()
	f.ClockUnsure = !f.Synced && theirs.IsZero()
	if f.ClockUnsure {
		theirs = f.Now // what else may be wrong with it
	}
	f.ClockFault = believable(reading{now: f.Now.Round(0), built: buildTime(), last: newest, synced: f.Synced, pbx: theirs})
}
