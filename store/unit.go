package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"go.etcd.io/bbolt"

	"bellhop/hotel"
	"bellhop/sabotage"
)

// ErrConflict says that something that the unit read has changed since: it
// must be run again on a newer snapshot.
var ErrConflict = errors.New("the state has changed since it was read")

// ErrApply says that a unit's effects could not be applied for a reason that
// trying again does not cure.
var ErrApply = errors.New("apply effects")

// Unit is one finished run of the rules or of a hook.
type Unit struct {
	Name string
	Done hotel.Done
}

// Finish commits the effects of units of one event, each all or nothing with
// its done-record, and returns one error for each: nil, [ErrConflict], a
// *[hotel.Invalid], or what ended the whole commit. A unit that is done
// already is left alone and counts as nil. complete says that the event has
// no further units; it is then finished if all of these are.
func (s *Store) Finish(ctx context.Context, ev *hotel.Event, units []Unit, complete bool) []error {
	return s.finishUnits(ctx, true, ev, units, complete)
}

// FinishNow is [Store.Finish] for when others wait for it: its commit begins
// at once.
func (s *Store) FinishNow(ctx context.Context, ev *hotel.Event, units []Unit, complete bool) []error {
	return s.finishUnits(ctx, false, ev, units, complete)
}

func (s *Store) finishUnits(ctx context.Context, patient bool, ev *hotel.Event, units []Unit, complete bool) []error {
	if sabotage.On(sabotage.MarkApart) {
		return s.finishApart(ctx, ev, units, complete)
	}
	units = slices.Clone(units) // who gives up waiting goes on with what was given
	errs := make([]error, len(units))
	err := s.submit(ctx, patient, func(c *commit) error {
		good := true
		for i := range units {
			last := complete && good && i == len(units)-1
			errs[i] = c.finish(ev, &units[i], last, s.apply)
			good = good && errs[i] == nil
		}
		return nil
	})
	if err != nil {
		err = fmt.Errorf("finish event %d: %w", ev.ID, err)
		return fill(errs, err)
	}
	return errs
}

func fill(errs []error, err error) []error {
	all := make([]error, len(errs))
	for i := range all {
		all[i] = err
	}
	return all
}

func (c *commit) finish(ev *hotel.Event, u *Unit, last bool, apply ApplyFunc) error {
	if u.Name == "" || len(u.Name) > maxKey {
		return fmt.Errorf("%w: a unit's name has %d bytes", ErrApply, len(u.Name))
	}
	key := doneKey(ev.ID, u.Name)
	if c.tx.Bucket(bucketJournal).Get(key) != nil {
		if last {
			c.mark(key, ev.ID)
		}
		return nil
	}
	if !unchanged(c.state.Root(), u.Done.Reads) && !sabotage.On(sabotage.StaleReads) {
		return ErrConflict
	}
	if u.Done.Version != "" || last {
		u.Done.State = c.meta.Version
	}
	d := c.draft(ev, u.Name)
	if err := d.apply(apply, u.Done.Effects); err != nil {
		return err
	}
	c.keepPast(ev.ID, u.Done.Reads)
	d.flush()
	flag := byte('0')
	if last {
		flag = '1'
		c.finished = append(c.finished, ev.ID)
	}
	c.put(bucketJournal, key, append([]byte{flag}, c.doneWithoutNames(ev, u)...))
	return nil
}

// apply keeps a panic of the rules within its unit: nothing of a draft has
// reached the commit yet.
func (d *draft) apply(apply ApplyFunc, effects []hotel.Effect) (err error) {
	if len(effects) == 0 {
		return nil
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", ErrApply, p)
		}
	}()
	return apply(d, d.cause, d.unit, effects)
}

// mark sets the flag of a done-record that is kept already.
func (c *commit) mark(key []byte, id uint64) {
	old := c.tx.Bucket(bucketJournal).Get(key)
	if old[0] == '1' {
		return
	}
	value := append([]byte{'1'}, old[1:]...)
	c.put(bucketJournal, key, value)
	c.finished = append(c.finished, id)
}

// Pending is an event that is not finished, and which of its units are.
type Pending struct {
	Event hotel.Event
	Done  map[string]bool
}

// Unfinished reads up to most unfinished events with an id above after,
// oldest first, and the id up to which it has looked.
func (s *Store) Unfinished(after uint64, most int) (events []Pending, upTo uint64, err error) {
	upTo = max(after, s.published.Load().Watermark)
	err = s.view(func(tx *bbolt.Tx) error {
		w := walkJournal(tx, upTo)
		for len(events) < most && w.next() {
			upTo = w.id
			if w.finished {
				continue
			}
			var k kept
			if err := json.Unmarshal(whole(tx, number(w.id), w.event), &k); err != nil {
				return fmt.Errorf("read event %d: %w", w.id, err)
			}
			events = append(events, Pending{Event: k.Event, Done: w.done})
		}
		return nil
	})
	return events, upTo, err
}

// journalWalk goes from event to event together with their done-records.
type journalWalk struct {
	cursor   *bbolt.Cursor
	k, v     []byte
	id       uint64
	event    []byte
	done     map[string]bool
	finished bool
}

func walkJournal(tx *bbolt.Tx, after uint64) *journalWalk {
	w := &journalWalk{cursor: tx.Bucket(bucketJournal).Cursor()}
	w.k, w.v = w.cursor.Seek(number(after + 1))
	return w
}

func (w *journalWalk) next() bool {
	for w.k != nil && len(w.k) != 8 { // records of an event that retention cut off
		w.k, w.v = w.cursor.Next()
	}
	if w.k == nil {
		return false
	}
	w.id, w.event, w.done, w.finished = readNumber(w.k), w.v, nil, false
	for w.k, w.v = w.cursor.Next(); len(w.k) > 8 && readNumber(w.k[:8]) == w.id; w.k, w.v = w.cursor.Next() {
		if w.done == nil {
			w.done = map[string]bool{}
		}
		w.done[string(w.k[8:])] = true
		w.finished = w.finished || w.v[0] == '1'
	}
	return true
}

// Done reads the done-records of an event by the names of their units.
func (s *Store) Done(id uint64) (map[string]hotel.Done, error) {
	all := map[string]hotel.Done{}
	err := s.view(func(tx *bbolt.Tx) error {
		cursor := tx.Bucket(bucketJournal).Cursor()
		for k, v := cursor.Seek(number(id)); len(k) >= 8 && readNumber(k[:8]) == id; k, v = cursor.Next() {
			if len(k) == 8 || string(k[8:]) == copyUnit {
				continue
			}
			var d hotel.Done
			if err := json.Unmarshal(whole(tx, k, v[1:]), &d); err != nil {
				return fmt.Errorf("read unit %q of event %d: %w", k[8:], id, err)
			}
			all[string(k[8:])] = d
		}
		return nil
	})
	return all, err
}

// progress is what lies above the watermark and waits for nothing: finished
// events, and ids that no event has, from the first of a row to its last. Only
// the writer touches it.
type progress struct {
	done map[uint64]struct{}
	gaps map[uint64]uint64
}

// advance moves the watermark over what this commit finishes.
func (s *Store) advance(c *commit) {
	var added []uint64
	for _, id := range c.finished {
		if _, known := s.progress.done[id]; !known && id > c.meta.Watermark {
			s.progress.done[id] = struct{}{}
			added = append(added, id)
		}
	}
	var passed []uint64
	jumped := map[uint64]uint64{}
	for {
		next := c.meta.Watermark + 1
		if last, ok := s.progress.gaps[next]; ok {
			delete(s.progress.gaps, next)
			jumped[next] = last
			c.meta.Watermark = last
			continue
		}
		if _, ok := s.progress.done[next]; !ok {
			break
		}
		delete(s.progress.done, next)
		passed = append(passed, next)
		c.meta.Watermark = next
	}
	c.undo = append(c.undo, func() {
		maps.Copy(s.progress.gaps, jumped)
		for _, id := range passed {
			s.progress.done[id] = struct{}{}
		}
		for _, id := range added {
			delete(s.progress.done, id)
		}
	})
}

// loadProgress finds what was finished above the watermark. Ids that are
// missing there went with a damaged file, or were passed over when a copy was
// renewed: nothing will finish them.
func loadProgress(tx *bbolt.Tx, watermark, lastID uint64) (progress, error) {
	p := progress{done: map[uint64]struct{}{}, gaps: map[uint64]uint64{}}
	next := watermark + 1
	for w := walkJournal(tx, watermark); w.next(); next = w.id + 1 {
		if w.id > lastID {
			return p, fmt.Errorf("%w: event %d, the newest is %d", errDamaged, w.id, lastID)
		}
		if next < w.id {
			p.gaps[next] = w.id - 1
		}
		if w.finished {
			p.done[w.id] = struct{}{}
		} else if !json.Valid(w.event) {
			return p, fmt.Errorf("%w: event %d", errDamaged, w.id)
		}
	}
	if next <= lastID {
		p.gaps[next] = lastID
	}
	return p, nil
}
