package agent

import (
	"context"
	"fmt"
	"time"

	"bellhop/hotel"
	"bellhop/site"
	"bellhop/store"
)

// Doctor looks the installation over. It asks the PBX over the login that the
// agent has, as another one would take the reports from it; offline leaves the
// PBX alone. It blocks for as long as the PBX takes to answer three calls.
func (a *Agent) Doctor(ctx context.Context, offline bool) ([]site.Finding, error) {
	select {
	case a.doctoring <- struct{}{}:
		defer func() { <-a.doctoring }()
	case <-ctx.Done():
		return nil, fmt.Errorf("another doctor is at work: %w", ctx.Err())
	}
	f := a.facts(ctx, offline)
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

// facts gathers what the checks go by.
func (a *Agent) facts(ctx context.Context, offline bool) site.Facts {
	status := a.Status()
	f := site.Facts{
		Config: a.config, Zone: a.zone, Running: true, Synced: a.clock.synced(), State: status.PBX,
		Rooms: a.Rooms(), StoreError: status.Store.Error, HookFaults: status.HookFaults, Hooks: a.hookFacts(),
		PMSMissing: a.link == nil && a.config.PMS.Link != "none", Look: a.look.Load(),
	}
	f.Confirmed, _ = hotel.OccupancyConfirmed(a.store.Snapshot())
	if mail, can := a.MailState(); can {
		f.MailSent, f.MailFailed, f.MailError = mail.Sent, mail.Failed, mail.Error
	} else {
		f.MailMissing = a.config.Mail.Host != ""
	}
	f.Backup = NewestBackup(a.config.Store.Path)
	var err error
	if f.Journal, err = ReadJournal(a.store); err != nil {
		a.log.Warn("the doctor cannot read the journal", "error", err)
	}
	f.Missed, f.MissedAt = a.history.unreported()
	for _, d := range status.Destinations {
		if d.Failures > 0 {
			f.Away = append(f.Away, site.FarSide{To: d.To, Since: d.Since, Error: d.Error})
		}
	}
	if a.driver != nil {
		f.PBX = site.LeftAlone(a.driver)
		if !offline {
			f.PBX = site.Ask(ctx, a.driver, a.now)
			f.PBX.AskPhones(ctx, a.driver, f.Rooms)
			if f.PBX.Identity != nil {
				a.clock.compare(*f.PBX.Identity, a.zone)
			}
		}
	}
	f.Now, f.ClockFault = a.now(), a.clock.why()
	return f
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

// RoomsOf are the rooms in a store.
func RoomsOf(s *store.Store) []hotel.Room { return list[hotel.Room](s.Snapshot(), hotel.PrefixRoom) }

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
