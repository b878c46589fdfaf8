package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"bellhop/hotel"
)

// Renewal says what makes a copy the database of a box that takes over from the
// one that made it. That one may have gone on for a while: it gave numbers to
// events, calls and postings, and delivered what waits in the copy.
type Renewal struct {
	// Made is when the copy was made, by that box's clock.
	Made time.Time
	// Forget are keys of the state that are not to be relied upon any more.
	Forget []string
	// Event tells the agent of it; it is the first of the new time.
	Event hotel.Event
}

const (
	// renewGap and renewRate keep new numbers clear of those that the other box
	// has given since the copy was made, and so of another copy that was renewed
	// earlier: a hotel gives fewer a second, on the whole.
	renewGap  = 1 << 20
	renewRate = 16 // a second
)

// ErrClock says that the box's clock is before the time of the copy.
var ErrClock = errors.New("the clock of this box is wrong")

// Renew makes a copy ready to be opened by an agent, in one commit: what went
// out before is not said twice, and no number that a far side may know is given
// to something else.
//
//   - New numbers begin beyond any that the other box can have given.
//   - A call that it may have made, and that must not be made twice, counts as
//     begun: what became of it is not known. Others go out again, under keys that
//     far sides know; see [callKeys].
//
// opts.Path must be of a copy that nobody uses.
func Renew(ctx context.Context, opts Options, r Renewal) error {
	// What this clock shows must not become the newest time that is believed.
	opts.Believed = func() bool { return false }
	opts.Apply = func(hotel.Tx, *hotel.Event, string, []hotel.Effect) error {
		return errors.New("nothing is applied to a copy")
	}
	s, err := Open(opts)
	if err != nil {
		return fmt.Errorf("renew: %w", err)
	}
	if s.Damaged != "" {
		return errors.Join(fmt.Errorf("renew: %w", errDamaged), s.Close())
	}
	err = s.do(ctx, func(c *commit) error { return c.renew(&r) })
	if err = errors.Join(err, s.Close()); err != nil {
		return fmt.Errorf("renew: %w", err)
	}
	return nil
}

func (c *commit) renew(r *Renewal) error {
	since := c.now.Sub(r.Made)
	if since < 0 {
		return fmt.Errorf("%w: it shows %s, and the copy was made at %s", ErrClock, c.now.Format(time.RFC3339), r.Made.UTC().Format(time.RFC3339))
	}
	gap := uint64(renewGap + renewRate*(since/time.Second))
	c.meta.LastID += gap
	c.meta.LastNext += gap
	d := c.draft(&hotel.Event{}, "renew")
	for _, key := range r.Forget {
		d.Delete(key)
	}
	d.flush()
	if err := c.doubt(); err != nil {
		return err
	}
	c.append(&kept{Event: r.Event})
	return nil
}

// doubt marks what the other box may have done since. What is to wait beyond
// now it cannot have done yet.
func (c *commit) doubt() error {
	var begun []hotel.QueuedCall
	err := c.tx.Bucket(bucketOutbox).ForEach(func(k, _ []byte) error {
		q, ok := c.read(bucketOutbox, k)
		if ok && !q.Repeatable() && !q.NotBefore.After(c.now) {
			q.State, q.LastError = hotel.CallSending, hotel.ErrorRestored
			begun = append(begun, q)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("look through the queue: %w", err)
	}
	for _, q := range begun {
		c.put(bucketOutbox, number(q.ID), encode(q))
	}
	return nil
}

// CopyClosed copies the database of an agent that does not run, with the log of
// what it did not come to commit, readable by their owner alone. Both are on the
// disk when it returns. It is [ErrLocked] while an agent has the database.
func CopyClosed(path, to string) error {
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("copy the database: there is no database yet at %s", path)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return fmt.Errorf("copy the database: %w", err)
	}
	return Copy(path, to)
}

// Parts are the files that make up a database.
func Parts(path string) []string { return []string{path, path + intakeSuffix} }

// Look opens a copy for reading, walks over every page of it, and says what is
// in it.
func Look(path string) (Status, error) {
	s, err := Open(Options{Path: path, ReadOnly: true})
	if err != nil {
		return Status{}, fmt.Errorf("open the copy: %w", err)
	}
	st := s.Status()
	return st, s.Close()
}
