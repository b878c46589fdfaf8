package store

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"go.etcd.io/bbolt"
)

// resendWindow is how long an equal body may be a re-sent copy.
const resendWindow = 10 * time.Minute

// maxRecent bounds the remembered pushes; beyond it the oldest is forgotten,
// which can only make a copy count as a new event, never lose one.
const maxRecent = 8192

// recent tells a re-sent push from an equal one. A pushed body has no id: an
// equal body is a copy only while an earlier one's answer was not seen taken.
// Each such record absorbs one copy, which takes its place until its own
// answer is seen taken.
//
//	keep A ─▶ [A] ─ answer taken ─▶ []         next equal body: a new event
//	keep A ─▶ [A] ─ equal body ──▶ [copy of A]  kept and marked, not run
//
// A sender may break a connection off and send again by another one before the
// first body is read. Then the late body is a copy of what came by the later
// connection, though the answer to that was taken, and none is awaited for it:
//
//	keep B ─▶ [B] ─ answer taken ─▶ []   A, broken off, began before B: copy of B
//
// If A and B were two reports, A's sender has no answer and sends it again:
// that is the second event then.
type recent struct {
	mu     sync.Mutex
	open   map[sum][]*entry // answers not seen taken, oldest first
	done   answered         // answers seen taken
	byID   map[uint64]sum
	oldest []uint64      // ids in order of arrival, for forgetting
	loaded chan struct{} // closed when the last run's pushes are in
	known  time.Time     // the newest time that was believed when the last run ended; zero: none
}

type sum [16]byte

// entry is a kept push whose answer was not seen taken.
type entry struct {
	id uint64
	sent
	restart  bool // known only from the journal: its answer's fate is unknown
	replaced bool // by a copy that is just being committed
}

// sent is what is known of a kept push.
type sent struct {
	original uint64
	at       time.Duration // by the steady clock
	begun    time.Time     // [Push.Begun]; zero: not known
}

// recent tells whether a copy may still come.
func (s sent) recent(now time.Duration) bool { return now-s.at < resendWindow }

// found is what an arriving body repeats.
type found struct {
	of       uint64 // 0: nothing
	possible bool
	over     bool // its sender has sent it again already: no copy of it is awaited
}

func digest(body []byte) sum {
	full := sha256.Sum256(body)
	return sum(full[:16])
}

func newRecent() *recent {
	return &recent{open: map[sum][]*entry{}, byID: map[uint64]sum{}, done: newAnswered(), loaded: make(chan struct{})}
}

// find tells what an arriving body repeats.
func (r *recent) find(c *commit, d sum, p *Push) found {
	<-r.loaded
	r.mu.Lock()
	defer r.mu.Unlock()
	if p.BrokenOff && !p.Begun.IsZero() {
		if of := r.after(p.Begun, c.steady, d); of != 0 {
			return found{of: of, possible: true, over: true}
		}
	}
	return r.absorb(c, d)
}

// after finds the event of an equal body that came by a connection which began
// later.
func (r *recent) after(begun time.Time, now time.Duration, d sum) uint64 {
	for _, e := range r.open[d] {
		if e.begun.After(begun) && e.recent(now) {
			return e.original
		}
	}
	if s := r.done.find(d); s.begun.After(begun) && s.recent(now) {
		return s.original
	}
	return 0
}

// absorb finds the record whose place a copy takes; it goes when that is
// committed.
func (r *recent) absorb(c *commit, d sum) found {
	for _, e := range r.open[d] {
		if e.replaced || !e.recent(c.steady) {
			continue
		}
		e.replaced = true
		c.undo = append(c.undo, func() { r.restore(e) })
		c.kept = append(c.kept, func() { r.forget(e.id) })
		return found{of: e.original, possible: e.restart}
	}
	return found{}
}

// restore takes back what a commit that failed did; an answer that was seen
// taken meanwhile stays so.
func (r *recent) restore(e *entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e.replaced = false
}

// add remembers a push until its answer is seen taken.
func (r *recent) add(c *commit, d sum, e entry) {
	r.insert(d, e)
	c.undo = append(c.undo, func() { r.forget(e.id) })
}

func (r *recent) insert(d sum, e entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.put(d, e)
	for len(r.byID) > maxRecent {
		r.drop(r.oldest[0])
		r.oldest = r.oldest[1:]
	}
	if len(r.oldest) > 2*maxRecent { // most of them are forgotten already
		r.oldest = slices.DeleteFunc(r.oldest, func(id uint64) bool {
			_, there := r.byID[id]
			return !there
		})
	}
}

func (r *recent) put(d sum, e entry) {
	r.open[d] = append(r.open[d], &e)
	r.byID[e.id] = d
	r.oldest = append(r.oldest, e.id)
}

// taken awaits no copy any more of a push whose answer reached its sender.
func (r *recent) taken(id uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	d := r.byID[id]
	if e := r.drop(id); e != nil && !e.begun.IsZero() {
		r.done.note(d, e.sent)
	}
}

// forget takes out a push that is no more, or whose place a copy took.
func (r *recent) forget(id uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.drop(id)
}

// drop takes an entry out; nil if there is none.
func (r *recent) drop(id uint64) *entry {
	d, ok := r.byID[id]
	if !ok {
		return nil
	}
	for i, e := range r.open[d] {
		if e.id == id {
			r.remove(d, i)
			return e
		}
	}
	return nil
}

func (r *recent) remove(d sum, i int) {
	delete(r.byID, r.open[d][i].id)
	r.open[d] = slices.Delete(r.open[d], i, i+1)
	if len(r.open[d]) == 0 {
		delete(r.open, d)
	}
}

// keptPush is what load needs of an event: reading less is quicker.
type keptPush struct {
	ID          uint64        `json:"id"`
	Time        time.Time     `json:"time"`
	DuplicateOf uint64        `json:"duplicateOf"`
	Digest      []byte        `json:"digest"`
	First       bool          `json:"first"`
	Step        time.Duration `json:"step"`
}

// load fills the table after a restart from the last ten minutes of the run
// before: nothing is known of those answers, so each record absorbs one copy. It
// runs beside the rest of a start; the first push waits for it. What cannot be
// read can only make a copy count as an event of its own. logged is what the
// intake log alone holds, as on a full disk.
func (r *recent) load(tx *bbolt.Tx, now reading, logged []taken) error {
	cursor := tx.Bucket(bucketJournal).Cursor()
	var found []keptPush // the newest first
	oldest := uint64(math.MaxUint64)
	back := lookBack{now: now, known: r.known}
	for _, t := range slices.Backward(logged) {
		var e keptPush
		if json.Unmarshal(t.event, &e) == nil && back.recent(&e) && len(e.Digest) == len(sum{}) {
			found = append(found, e)
		}
		oldest = t.id
	}
	looked := 0 // by a clock that was set back everything may be recent
	for k, v := cursor.Last(); k != nil && len(found) < maxRecent && looked < 4*maxRecent; k, v = cursor.Prev() {
		if len(k) != 8 || readNumber(k) >= oldest {
			continue
		}
		looked++
		var e keptPush
		if err := json.Unmarshal(v, &e); err != nil {
			return fmt.Errorf("%w: event %x: %w", errDamaged, k, err)
		}
		if !back.recent(&e) {
			break
		}
		if len(e.Digest) == len(sum{}) {
			found = append(found, e)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range slices.Backward(found) {
		d := sum(e.Digest)
		if e.DuplicateOf != 0 {
			r.replaced(d, e.DuplicateOf)
		}
		original := e.ID
		if e.DuplicateOf != 0 {
			original = e.DuplicateOf
		}
		r.put(d, entry{id: e.ID, sent: sent{original: original, at: back.since(e.Time)}, restart: true})
	}
	return nil
}

// lookBack judges the ages of records on the way back through the journal.
// A small computer without a battery may have begun either run in 1970, and how
// long it was off cannot be told then: ages count back from the newest record,
// and what was recent when the last run ended is so when this one begins. By how
// much a clock was set in the middle of a run is in the journal.
type lookBack struct {
	now   reading
	known time.Time
	set   time.Duration // by how much the clock of the run was set after the next record
	from  time.Time     // ages count back from here; zero: nothing was met yet
	blind bool          // the clocks of then and now cannot be compared
}

// recent tells whether a record is of the last ten minutes, and makes its time
// what the clock showed at the end of its run, had it never been set in
// between. The newest comes first.
func (b *lookBack) recent(e *keptPush) bool {
	e.Time = e.Time.Add(b.set)
	if b.set += e.Step; e.First {
		b.set = 0 // by how much the clock was set between two runs is not known
	}
	at := e.Time
	if b.from.IsZero() {
		b.from = b.now.now
		if at.After(b.now.now) || at.Before(b.known.Add(-clockSlack)) {
			b.from, b.blind = at, true
		}
	}
	if b.blind && at.Sub(b.from) >= resendWindow {
		b.from = at // the last run of another clock
	}
	return b.from.Sub(at) < resendWindow
}

// since is when a recent record begins to wait for its copy.
func (b *lookBack) since(at time.Time) time.Duration {
	if b.blind {
		return b.now.steady
	}
	return b.now.steady - b.now.now.Sub(at)
}

// replaced takes out the record whose place a kept copy took.
func (r *recent) replaced(d sum, of uint64) {
	for i, e := range r.open[d] {
		if e.original == of {
			r.remove(d, i)
			return
		}
	}
}

// Taken reports that the answer to an append was seen taken by its sender: an
// equal body that comes from now on is an event of its own.
func (s *Store) Taken(id uint64) { s.recent.taken(id) }
