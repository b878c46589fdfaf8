package store

import (
	"fmt"
	"time"

	iradix "github.com/hashicorp/go-immutable-radix/v2"
	"go.etcd.io/bbolt"

	"bellhop/hotel"
)

const (
	// maxBatch bounds the requests that share one commit, and with it the
	// memory and the time that one commit takes.
	maxBatch = 256
	// linger is how long what nobody waits for waits for company.
	linger = 5 * time.Millisecond
	// rideAfter is how long it waits before it rides along with a commit that
	// begins for somebody else: a little less, so that under steady traffic it
	// rarely needs a commit of its own.
	rideAfter = 3 * time.Millisecond
	// companyFrom is how many requests make a commit so large that those who
	// can wait may as well come along.
	companyFrom = 8
	// fillPercent is how full a page is left when it is split: most keys are
	// added at the end and leave their pages alone from then on. The journal's
	// pages keep room for the done-records that come in behind each event, so
	// that few are split a second time.
	journalPercent = 0.7
	fillPercent    = 0.9
)

// request is work for the writer. apply decides first and writes last: when
// it refuses, it has written nothing, and the others of its commit go on.
type request struct {
	apply func(*commit) error
	done  chan error
	err   error        // what apply said
	after func() error // run when the commit is done and the others are answered
}

// commit is what a request sees of the transaction under way.
type commit struct {
	tx     *bbolt.Tx
	store  *Store
	meta   meta
	clock  time.Time // as read
	now    time.Time // UTC
	state  *iradix.Txn[record]
	undo   []func() // run, last first, when the transaction fails
	kept   []func() // run when it is done
	broken error    // a write failed half-way: nothing of this commit may stay

	appended []hotel.Event      // in the order of their ids
	queued   []hotel.QueuedCall // now in the outbox
	ended    []hotel.QueuedCall // superseded or dropped before an attempt
	finished []uint64           // events whose last unit this commit holds
	claims   []uint64           // calls that must not be begun meanwhile
}

// put writes one pair, keeps the count of bytes and remembers a failure,
// which ends the whole commit.
func (c *commit) put(bucket, key, value []byte) {
	b := c.tx.Bucket(bucket)
	b.FillPercent = fillPercent
	if &bucket[0] == &bucketJournal[0] {
		b.FillPercent = journalPercent
	}
	if old := b.Get(key); old != nil {
		c.meta.Bytes -= int64(len(key) + len(old))
	}
	if err := b.Put(key, value); err != nil && c.broken == nil {
		c.broken = fmt.Errorf("put in %s: %w", bucket, err)
	}
	c.meta.Bytes += int64(len(key) + len(value))
}

// remove deletes one pair; it reports whether it was there.
func (c *commit) remove(bucket, key []byte) bool {
	b := c.tx.Bucket(bucket)
	old := b.Get(key)
	if old == nil {
		return false
	}
	c.meta.Bytes -= int64(len(key) + len(old))
	if err := b.Delete(key); err != nil && c.broken == nil {
		c.broken = fmt.Errorf("delete from %s: %w", bucket, err)
	}
	return true
}

// write is the writer: it runs until Close. What somebody waits for begins a
// commit at once, and takes along what has waited its time, or everything
// when the commit is a large one anyway: a lone event's commit stays small,
// and events that come together share theirs.
func (s *Store) write() {
	defer close(s.stopped)
	var patient []*request // in order of arrival
	var since time.Time    // when the first of them came
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		var urgent []*request
		select {
		case <-s.stop:
			return
		case r := <-s.requests:
			if urgent = s.gather(r); len(urgent) < companyFrom && time.Since(since) < rideAfter {
				s.serve(urgent)
				continue
			}
		case r := <-s.patient:
			if len(patient) == 0 {
				since = time.Now()
				timer.Reset(linger)
			}
			if patient = append(patient, r); len(patient) < maxBatch {
				continue
			}
		case <-timer.C:
		}
		patient = s.drain(patient)
		if batch := append(urgent, patient...); len(batch) > 0 {
			s.serve(batch)
		}
		patient = patient[:0]
	}
}

// gather takes along what waits already among the urgent; it never waits.
func (s *Store) gather(first *request) []*request {
	batch := append(make([]*request, 0, companyFrom), first)
	for len(batch) < maxBatch {
		select {
		case r := <-s.requests:
			batch = append(batch, r)
		default:
			return batch
		}
	}
	return batch
}

// drain adds the patient ones that wait already.
func (s *Store) drain(patient []*request) []*request {
	for len(patient) < maxBatch {
		select {
		case r := <-s.patient:
			patient = append(patient, r)
		default:
			return patient
		}
	}
	return patient
}

// serve commits a batch and tells each request how it went.
func (s *Store) serve(batch []*request) {
	err := s.commit(batch)
	var last []*request
	for _, r := range batch {
		switch {
		case r.err != nil:
			r.done <- r.err
		case err == nil && r.after != nil:
			last = append(last, r)
		default:
			r.done <- err
		}
	}
	for _, r := range last {
		r.done <- r.after()
	}
}

// commit runs a batch in one transaction. The error concerns all of it; what
// concerns one request alone is in its err.
func (s *Store) commit(batch []*request) error {
	c := &commit{store: s, meta: s.meta, clock: s.now(), state: s.snapshot.Load().root.Txn()}
	c.now = c.clock.UTC()
	c.meta.Commit++
	err := s.transact(c, batch)
	if err != nil && !s.visible(c.meta.Commit) {
		for i := len(c.undo) - 1; i >= 0; i-- {
			c.undo[i]()
		}
		s.claims.unblock(c.claims)
		s.failed(err)
		return err
	}
	s.publish(c)
	if err != nil {
		s.failed(err)
		return err
	}
	s.commits.Add(1)
	s.lastError.Store(nil)
	return nil
}

func (s *Store) transact(c *commit, batch []*request) error {
	err := s.in(s.db.Update, func(tx *bbolt.Tx) error {
		c.tx = tx
		for _, r := range batch {
			r.err = r.apply(c)
			if c.broken != nil {
				return c.broken
			}
		}
		s.advance(c)
		return c.meta.write(tx)
	})
	if err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// visible tells whether a commit that reported an error can be read all the
// same: when only its very last sync failed, bbolt goes on from it. Then the
// memory follows what the file says, while the callers are told of the error.
func (s *Store) visible(number uint64) (yes bool) {
	err := s.in(s.db.View, func(tx *bbolt.Tx) error {
		var m meta
		yes = m.read(tx) == nil && m.Commit == number
		return nil
	})
	return yes && err == nil
}

// publish makes a commit known: first the state, then what follows from it,
// in the order of commits.
func (s *Store) publish(c *commit) {
	s.meta = c.meta
	s.published.Store(&c.meta)
	s.snapshot.Store(&Snapshot{root: c.state.Commit()})
	for _, f := range c.kept {
		f()
	}
	if len(c.ended) > 0 && s.watch.Ended != nil {
		s.watch.Ended(c.ended)
	}
	s.claims.unblock(c.claims)
	if len(c.queued) > 0 && s.watch.Queued != nil {
		s.watch.Queued(c.queued)
	}
	if len(c.appended) > 0 && s.watch.Appended != nil {
		s.watch.Appended(c.appended)
	}
}

func (s *Store) failed(err error) {
	text := err.Error()
	s.lastError.Store(&text)
}
