package agent

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"bellhop/config"
	"bellhop/hotel"
	"bellhop/pbx"
)

// newPhoneWriter gives what writes to the PBX; nil when it cannot be told
// anything about telephones.
func (a *Agent) newPhoneWriter() *phoneWriter {
	setter, ok := a.driver.(pbx.ExtensionSetter)
	if !ok {
		return nil
	}
	keeper, _ := a.driver.(pbx.AlarmKeeper)
	view := func() hotel.View { return a.store.Snapshot() }
	return &phoneWriter{
		now: a.now, view: view,
		alarms: &alarms{
			keeper: keeper, view: view, pbxNow: func() time.Time { return a.clock.pbxNow().In(a.zone) },
			report: func(err error) { a.log.Warn("pbx", "error", err) },
		},
		pbx: setter, driver: a.driver, classes: a.config.Classes, emergency: a.config.Emergency.Routes,
		own: a.config.Checkout.Phones == config.CheckoutPBX, vacates: a.config.Checkout.Phones != config.CheckoutLeave,
		note: a.notePhone, noteWake: a.noteWakeAlarms, tell: a.tell,
		turn:     make(chan struct{}, 1),
		unsynced: a.unsyncedPMS,
		began:    time.Now(), sent: map[string]*sent{}, dirty: map[hotel.PhoneCall]time.Time{}, pin: a.config.Checkout.VoicemailPIN,
		settled: func(ctx context.Context) error { return a.history.settle(ctx) },
	}
}

// classes are the classes of service that a telephone can be given.
func (a *Agent) classes() []string {
	known := slices.Collect(maps.Keys(a.config.Classes))
	if len(known) > 0 {
		known = append(known, hotel.ClassNone, hotel.ClassInternal)
	}
	return known
}

// errNotKept says that the disk refuses.
var errNotKept = errors.New("it could not be kept")

// notePhone keeps what the PBX held. It enters like every event, and returns
// when it is in the state.
func (a *Agent) notePhone(ctx context.Context, note hotel.PhoneNote) error {
	_, err := a.enter(ctx, hotel.Event{
		Kind: hotel.KindCommand, Name: hotel.CommandPhone, Source: hotel.SourceAgent, Extension: note.Extension,
		Phone: &note, Lanes: []string{hotel.PhoneKey(note.Extension)}, // its room's lane may be waiting for us
	})
	if err != nil {
		return fmt.Errorf("%w: %w", errNotKept, err)
	}
	return nil
}

// Phones are the telephones that the hotel has changed on the PBX, by their
// numbers.
func (a *Agent) Phones() []hotel.Phone {
	return list[hotel.Phone](a.store.Snapshot(), hotel.PrefixPhone)
}
