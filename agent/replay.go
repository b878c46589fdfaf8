package agent

import (
	"time"

	"bellhop/hotel"
)

// Past reads up to most events behind an id that have been run, with what their
// units did and had read; see [store.Store.Past]. Hooks are run over them again
// elsewhere: not by the agent, which has the hotel to look after.
func (a *Agent) Past(after uint64, most int) (hotel.PastPage, error) {
	return a.store.Past(after, most)
}

// FirstSince gives the id before the first event that is not older than a time.
func (a *Agent) FirstSince(at time.Time) (before uint64, err error) { return a.store.FirstSince(at) }

// Record reads a record of the state as it is now; false: there is none.
func (a *Agent) Record(key string) (hotel.Record, bool) { return a.store.Record(key) }

// Records reads those below a prefix as they are now.
func (a *Agent) Records(prefix string) []hotel.Record { return a.store.Records(prefix) }

// Seed is what a unit's random numbers begin with: another for each unit, and
// the same whenever it is run again.
func Seed(event uint64, unit string) uint64 { return seed(event, unit) }
