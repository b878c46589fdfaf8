package faults

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"bellhop/e2e/faults/guest"
)

// powerBook is what was promised.
type powerBook struct {
	session int                   // of the newest boot
	acked   map[guest.Report]bool // answered 200
	unsure  map[string]bool       // by call id: cut off, and perhaps after an answer
	told    map[string]string     // key -> the message that the PMS got under it
	times   int                   // messages, with their repetitions
	ready   []time.Duration       // of each boot that came so far: from the agent's start until it took reports
	again   []time.Duration       // from each thing done to a box until a report was acknowledged
	done    time.Duration         // of the newest boot: from the agent's start, or what was done to it last, until nothing was left to do
}

func newPowerBook() *powerBook {
	return &powerBook{acked: map[guest.Report]bool{}, unsure: map[string]bool{}, told: map[string]string{}}
}

// open are the reports of the last boot that were being pushed when the power
// went, as nobody saw their answer: one of each line, perhaps just about to be.
// What was sent again then is given up, as a PBX does not try for ever.
func (b *powerBook) open() (open []guest.Report) {
	for line := range guest.Lines {
		r := guest.Report{Session: b.session, Line: line}
		for b.acked[r] {
			r.Number++
		}
		open = append(open, r)
	}
	return open
}

// begin says that a machine has been switched on.
func (b *powerBook) begin(session int) { b.session = session }

// enter takes what a machine has said.
func (b *powerBook) enter(words []string) (err error) {
	if len(words) == 0 {
		return errors.New("an empty line")
	}
	what, rest := words[0], words[1:]
	switch {
	case what == guest.Acked && len(rest) == 3:
		return b.enterAcked(rest)
	case what == guest.Unsure && len(rest) == 3:
		r, err := reportOf(rest)
		if err == nil {
			b.unsure[r.CallID()] = true
		}
		return err
	case what == guest.Told && len(rest) == 6:
		key, message := rest[0], strings.Join(rest[1:], " ")
		if before, known := b.told[key]; known && before != message {
			return fmt.Errorf("key %s carried %q and %q", key, before, message)
		}
		b.told[key] = message
		b.times++
		return nil
	case what == guest.Ready && len(rest) == 1:
		after, err := took(rest[0])
		if err == nil {
			b.ready = append(b.ready, after)
		}
		return err
	case what == guest.Again && len(rest) == 1:
		after, err := took(rest[0])
		if err == nil {
			b.again = append(b.again, after)
		}
		return err
	case what == guest.Drained && len(rest) == 1:
		b.done, err = took(rest[0])
		return err
	case what == guest.Ticked || what == guest.Off:
		return nil
	}
	return fmt.Errorf("the machine says: %q", words)
}

// took reads how many milliseconds something took by the machine's own watch.
func took(text string) (time.Duration, error) {
	ms, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return 0, fmt.Errorf("the machine says that it took %q: %w", text, err)
	}
	return time.Duration(ms) * time.Millisecond, nil
}

func (b *powerBook) enterAcked(words []string) error {
	r, err := reportOf(words)
	switch {
	case err != nil:
		return err
	case b.acked[r]:
		return fmt.Errorf("%+v was acknowledged twice", r)
	}
	b.acked[r] = true
	return nil
}

// reportOf reads which report a line is about.
func reportOf(words []string) (r guest.Report, err error) {
	for i, into := range []*int{&r.Session, &r.Line, &r.Number} {
		n, err := strconv.Atoi(words[i])
		if err != nil {
			return r, fmt.Errorf("the machine names the report %q: %w", words, err)
		}
		*into = n
	}
	return r, nil
}
