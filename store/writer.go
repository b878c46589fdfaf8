package store

import (
	"fmt"

	"go.etcd.io/bbolt"
)

// maxBatch bounds the requests that share one commit, and with it the memory
// and the time that one commit takes.
const maxBatch = 256

// request is work for the writer. apply decides first and writes last: when
// it refuses, it has written nothing, and the others of its commit go on.
type request struct {
	apply func(*commit) error
	done  chan error
	err   error // what apply said
}

// commit is what a request sees of the transaction under way.
type commit struct {
	tx      *bbolt.Tx
	journal *bbolt.Bucket
	store   *Store
	meta    meta
	undo    []func() // run, last first, when the transaction fails
	broken  error    // a write failed half-way: nothing of this commit may stay
}

// put writes one pair and remembers a failure, which ends the whole commit.
func (c *commit) put(b *bbolt.Bucket, key, value []byte) error {
	if err := b.Put(key, value); err != nil {
		c.broken = err
		return err
	}
	return nil
}

// write is the writer: it runs until Close.
func (s *Store) write() {
	defer close(s.stopped)
	batch := make([]*request, 0, maxBatch)
	for {
		select {
		case <-s.stop:
			return
		case r := <-s.requests:
			batch = s.gather(append(batch[:0], r))
		}
		err := s.commit(batch)
		for _, r := range batch {
			if r.err != nil {
				r.done <- r.err
				continue
			}
			r.done <- err
		}
	}
}

// gather takes along what waits already; it never waits itself.
func (s *Store) gather(batch []*request) []*request {
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

// commit runs a batch in one transaction. The error concerns all of it; what
// concerns one request alone is in its err.
func (s *Store) commit(batch []*request) (err error) {
	c := &commit{store: s, meta: s.meta}
	defer func() {
		// bbolt panics on a page that it cannot make sense of.
		if p := recover(); p != nil {
			err = fmt.Errorf("commit: database is damaged: %v", p)
		}
		if err == nil {
			s.meta = c.meta
			return
		}
		for i := len(c.undo) - 1; i >= 0; i-- {
			c.undo[i]()
		}
	}()
	err = s.db.Update(func(tx *bbolt.Tx) error {
		c.tx, c.journal = tx, tx.Bucket(bucketJournal)
		for _, r := range batch {
			r.err = r.apply(c)
			if c.broken != nil {
				return c.broken
			}
		}
		return c.meta.write(tx)
	})
	if err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}
