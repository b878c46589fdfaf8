package agent

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"bellhop/hotel"
)

var (
	errNothingToRerun = errors.New("it has no parked unit and is no copy that was left out")
	errReran          = errors.New("it has been run again already")
	errNoCopyOfACall  = errors.New("it is no copy of a call record that could be charged again")
)

// planRerun makes the job of a rerun: the content of the event that it
// names, under the rerun's own id, for that event's parked hooks; or, when
// that event was taken for a copy, for everything.
func (u *units) planRerun(ev *hotel.Event, set *hookSet) (job, error) {
	id, err := strconv.ParseUint(ev.Fields["event"], 10, 64)
	if err != nil {
		return job{}, fmt.Errorf("rerun: %q is no event", ev.Fields["event"])
	}
	subject, err := u.store.Event(id)
	if err != nil {
		return job{}, fmt.Errorf("rerun: %w", err)
	}
	known := set.Match(&subject)
	j := job{ev: ev.Under(subject), set: set, origin: id, rerun: true}
	charge := j.ev.Again.Charge
	var reran hotel.Reran
	switch {
	case charge && (subject.DuplicateOf == 0 || subject.CDR == nil):
		err = errNoCopyOfACall
	case subject.DuplicateOf == 0:
		j.hooks, err = u.parkedHooks(id, known)
	case u.store.Snapshot().Get(hotel.ReranKey(id), &reran):
		if !charge || reran.Charged {
			err = errReran
		}
		j.rules = true // all but the charge is done
	default:
		j.rules, j.hooks = true, known
	}
	if err != nil {
		return job{}, fmt.Errorf("rerun event %d: %w", id, err)
	}
	return j, nil
}

// parkedHooks are the hooks for which an event is parked. All of them must
// still be there: a rerun that leaves one out would look like done.
func (u *units) parkedHooks(id uint64, known []string) ([]string, error) {
	var names []string
	var gone error
	u.store.Snapshot().List(hotel.ParkedUnitKey(id, ""), func(_ string, decode func(any) bool) bool {
		var p hotel.ParkedUnit
		decode(&p)
		if !slices.Contains(known, p.Unit) {
			gone = fmt.Errorf("%s is not there any more", p.Unit)
		}
		names = append(names, p.Unit)
		return true
	})
	if len(names) == 0 {
		return nil, errNothingToRerun
	}
	return names, gone
}
