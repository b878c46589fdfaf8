package store

import (
	"errors"
	"fmt"
	"os"

	iradix "github.com/hashicorp/go-immutable-radix/v2"
	"go.etcd.io/bbolt"

	"bellhop/hotel"
)

const (
	// fillPercent is how full a page is left when it is split: most keys are
	// added at the end and leave their pages alone from then on. The journal's
	// pages keep room for the done-records that come in behind each event, so
	// that few are split a second time.
	journalPercent = 0.7
	fillPercent    = 0.9
)

// commit is what a request sees of the transaction under way.
type commit struct {
	tx    *bbolt.Tx
	store *Store
	meta  meta
	reading
	state  *iradix.Txn[record]
	undo   []func() // run, last first, when the transaction fails
	kept   []func() // run when it is done
	broken error    // a write failed half-way: nothing of this commit may stay
	taken  []taken  // pushes, as the intake log keeps them
	// changed is what a compaction that is under way must copy again.
	changed changes

	appended []hotel.Event      // in the order of their ids
	queued   []hotel.QueuedCall // now in the outbox
	ended    []hotel.QueuedCall // superseded or dropped before an attempt
	finished []uint64           // events whose last unit this commit holds
	claims   []uint64           // calls that must not be begun meanwhile
	over     []uint64           // calls that wait no more; what came of them is known
}

// tick reads the clocks: a transaction may be open for a while.
func (c *commit) tick() { c.reading = c.store.read() }

// put writes one pair, keeps the count of bytes and remembers a failure,
// which ends the whole commit.
func (c *commit) put(bucket, key, value []byte) {
	c.note(bucket, key)
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
	c.note(bucket, key)
	c.meta.Bytes -= int64(len(key) + len(old))
	if err := b.Delete(key); err != nil && c.broken == nil {
		c.broken = fmt.Errorf("delete from %s: %w", bucket, err)
	}
	return true
}

// note remembers a changed key for the compaction, if there is one.
func (c *commit) note(bucket, key []byte) {
	if c.store.copying.Load() == nil {
		return
	}
	if c.changed == nil {
		c.changed = changes{}
	}
	c.changed.add(bucket, key)
}

// commit does work in one transaction. The error concerns all of it; what
// concerns one request alone is in its err.
func (s *Store) commit(w *work) error {
	c := &commit{store: s, meta: s.meta, state: s.snapshot.Load().root.Txn()}
	c.tick()
	c.meta.Commit++
	err := s.confirm()
	if err == nil {
		err = s.transact(c, w)
	}
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
		s.unsure = true
		s.failed(err)
		return err
	}
	s.commits.Add(1)
	s.lastError.Store(nil)
	return nil
}

func (s *Store) transact(c *commit, w *work) error {
	err := s.in(s.db.Update, func(tx *bbolt.Tx) error {
		c.tx = tx
		c.restore(s.logged) // of a commit that failed, or from before a restart
		if err := w.gather(c); err != nil {
			return err
		}
		c.tick()
		for _, r := range w.batch {
			r.err = r.apply(c)
			if c.broken != nil {
				return c.broken
			}
		}
		s.advance(c)
		c.meta.Round = s.intake.last
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

// confirm brings the newest meta page to the disk when its last sync failed, or
// may not have been made. Until then the disk may start from the one before it, whose pages the next commit
// takes for free: a power cut in its midst would leave a damaged file. The page is
// written once more, as Linux takes for written what a sync could not write.
func (s *Store) confirm() error {
	if !s.unsure {
		return nil
	}
	var number, size int64
	err := s.in(s.db.View, func(tx *bbolt.Tx) error {
		size = int64(tx.DB().Info().PageSize)
		number = int64(tx.ID()) % 2
		return nil
	})
	if err == nil {
		err = writeAgain(s.path, number*size, size)
	}
	if err != nil {
		return fmt.Errorf("confirm the newest commit: %w", err)
	}
	s.unsure = false
	return nil
}

// writeAgain writes what a part of a file holds, and syncs it.
func writeAgain(path string, at, size int64) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	part := make([]byte, size)
	if _, err = f.ReadAt(part, at); err == nil {
		_, err = f.WriteAt(part, at)
	}
	if err == nil {
		err = syncData(f)
	}
	return errors.Join(err, f.Close())
}

// publish makes a commit known: first the state, then what follows from it,
// in the order of commits.
func (s *Store) publish(c *commit) {
	s.meta = c.meta
	if p := s.copying.Load(); p != nil && c.changed != nil {
		p.note(c.changed)
	}
	s.logged = nil
	s.intake.committed()
	s.published.Store(&c.meta)
	s.snapshot.Store(&Snapshot{root: c.state.Commit()})
	for _, f := range c.kept {
		f()
	}
	if len(c.ended) > 0 && s.watch.Ended != nil {
		s.watch.Ended(c.ended)
	}
	s.claims.unblock(c.claims)
	s.claims.forget(c.over)
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
