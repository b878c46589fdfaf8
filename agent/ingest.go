package agent

import (
	"bytes"
	"context"
	"fmt"

	"bellhop/hotel"
	"bellhop/pbx"
	"bellhop/sabotage"
	"bellhop/store"
)

// keep is where everything that a PBX tells enters: it says what the event is
// about, fixes its lanes, and returns when it is on disk.
func (a *Agent) keep(ctx context.Context, r pbx.Report) (func(bool), error) {
	ev := r.Event
	if ev.Kind == hotel.KindGap {
		known, err := a.completeGap(&ev)
		if err != nil || !known {
			return nil, err
		}
	}
	a.locate(&ev)
	if sabotage.On(sabotage.AnswerEarly) {
		r.Body = bytes.Clone(r.Body)
		go func() {
			_, _ = a.store.Append(context.WithoutCancel(ctx), ev, pushOf(r), a.handedOn(&ev, r)...)
		}()
		return func(bool) {}, nil
	}
	receipt, err := a.store.Append(ctx, ev, pushOf(r), a.handedOn(&ev, r)...)
	if err != nil {
		a.refused.Add(1)
		a.history.soon()
		return nil, err
	}
	if ev.Kind == hotel.KindBoot || ev.Kind == hotel.KindGap {
		a.history.soon()
	}
	a.kept.Add(1)
	return func(seen bool) {
		if seen {
			a.store.Taken(receipt.ID)
		}
	}, nil
}

// pushOf gives what tells a report that is sent again from an equal one; nil for
// what cannot be sent twice.
func pushOf(r pbx.Report) *store.Push {
	if r.Body == nil {
		return nil
	}
	return &store.Push{Body: r.Body, Begun: r.Begun, BrokenOff: r.BrokenOff}
}

// locate finds the room and reads the digits of an event of a PBX.
func (a *Agent) locate(ev *hotel.Event) {
	ev.Source = hotel.SourcePBX
	view := a.store.Snapshot()
	ev.Emergency = a.emergency.In(ev, func(number string) bool {
		_, ours := hotel.RoomOf(view, number)
		return ours
	})
	if ev.Emergency != "" && ev.Extension == "" && ev.CDR != nil {
		ev.Extension = ev.CDR.From // told of also when no room has it
	}
	for _, phone := range phones(ev) {
		if room, ok := hotel.RoomOf(view, phone); ok {
			ev.Room, ev.Extension = room.Number, phone
			break
		}
	}
	if entry, ok := a.services.ParseDigits(ev.Digits); ok && ev.Kind == hotel.KindDTMF {
		ev.Entry = &entry
	}
	switch {
	case ev.Kind == hotel.KindCDR, ev.Kind == hotel.KindCallFailed, ev.Kind == hotel.KindDTMF && ev.Key != "":
		ev.Ringing = hotel.IsRinging(view, ev.Room, ev.CallID)
	}
	ev.Lanes = lanesFor(ev)
	a.reckon(ev)
}

// reckon says by our clock when a recorded call began, if the PBX's is known.
func (a *Agent) reckon(ev *hotel.Event) {
	theirs := a.clock.pbxNow()
	if ev.CDR == nil || theirs.IsZero() || !a.clock.ok() {
		return
	}
	now, cdr := a.now(), *ev.CDR
	cdr.Began = cdr.WhenBegan(a.zone, theirs.Sub(now), now)
	ev.CDR = &cdr
}

// phones are the telephones that an event may be about, the likeliest first:
// a call belongs to the room that made it, otherwise to the one it reached.
func phones(ev *hotel.Event) []string {
	list := []string{ev.Extension}
	if ev.CDR != nil && ev.Emergency == "" { // who calls for help calls no room, though one may be called 110
		list = append(list, ev.CDR.From, ev.CDR.To)
	}
	return list
}

func lanesFor(ev *hotel.Event) []string {
	var keys []string
	if ev.Room != "" {
		keys = append(keys, ev.Room)
	}
	if ev.Entry != nil && ev.Entry.Room != "" && ev.Entry.Room != ev.Room {
		keys = append(keys, ev.Entry.Room)
	}
	if ev.Kind == hotel.KindMove && ev.Fields["to"] != "" {
		keys = append(keys, ev.Fields["to"])
	}
	if ev.FirstGuests != nil {
		keys = append(keys, ev.FirstGuests.Rooms()...)
	}
	if len(keys) == 0 && ev.Extension != "" {
		keys = []string{"ext:" + ev.Extension}
	}
	return keys
}

// Do enters a person's order and waits until it has been carried out, or has
// been refused: then the error says why. It returns the event's id.
func (a *Agent) Do(ctx context.Context, ev hotel.Event) (uint64, error) {
	ev.Source, ev.By = hotel.SourceCommand, giver(ctx)
	return a.enter(ctx, ev)
}

// enter keeps an event and waits until its rules have run.
func (a *Agent) enter(ctx context.Context, ev hotel.Event) (uint64, error) {
	if len(ev.Lanes) == 0 {
		ev.Lanes = lanesFor(&ev)
	}
	receipt, err := a.store.Append(ctx, ev, nil)
	if err != nil {
		return 0, err
	}
	if receipt.DuplicateOf != 0 {
		return receipt.DuplicateOf, nil // ordered before; a copy has nothing to run
	}
	select {
	case <-a.dispatcher.wait(receipt.ID):
	case <-ctx.Done():
		return receipt.ID, fmt.Errorf("event %d is kept, but not carried out yet: %w", receipt.ID, ctx.Err())
	case <-a.stopping:
		return receipt.ID, fmt.Errorf("event %d is kept; the agent stops, and carries it out after the next start", receipt.ID)
	}
	done, err := a.store.Done(receipt.ID)
	if err != nil {
		return receipt.ID, err
	}
	if why := done[hotel.RulesUnit].Error; why != "" {
		return receipt.ID, &OrderError{Reason: why}
	}
	return receipt.ID, nil
}

// OrderError says why a person's order was not carried out.
type OrderError struct{ Reason string }

func (e *OrderError) Error() string { return e.Reason }

// Rerun runs an event's parked units, or an event left out as a copy, again. A
// copy of a call record is charged only with charge, even if it has been run again.
func (a *Agent) Rerun(ctx context.Context, id uint64, charge bool) (uint64, error) {
	subject, err := a.store.Event(id)
	if err != nil {
		return 0, err
	}
	lanes := append([]string{fmt.Sprintf("rerun:%d", id)}, subject.Lanes...)
	fields := map[string]string{"event": fmt.Sprint(id)}
	if charge {
		fields["charge"] = "true"
	}
	return a.Do(ctx, hotel.Event{Kind: hotel.KindRerun, Room: subject.Room, Lanes: lanes, Fields: fields})
}
