// Package store keeps what must not be lost: the journal of events, on bbolt.
//
// One goroutine, the writer, owns every commit. [Store.Append] returns when
// the event is synced to disk, and only then may its sender be told "got it".
// Appends that arrive while a commit is under way share the next one.
//
// This is the only package that knows buckets. Readers use short read
// transactions: a long one would keep old pages alive and let the file grow.
package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.etcd.io/bbolt"
)

// ErrClosed is returned by every call after Close.
var ErrClosed = errors.New("store is closed")

// ErrLocked says that another process holds the database.
var ErrLocked = errors.New("another process holds the database")

// Options tell Open what to open.
type Options struct {
	Path string           // the database file; its folder must exist
	Now  func() time.Time // time.Now when nil
	// LockTimeout bounds the wait for another process; 1 s when 0.
	LockTimeout time.Duration
}

// Store is an open database. Close it once; its methods may be called from
// any goroutine.
type Store struct {
	db       *bbolt.DB
	now      func() time.Time
	requests chan *request
	stop     chan struct{}
	stopOnce sync.Once
	stopped  chan struct{}

	// Only the writer touches these after Open.
	meta   meta
	recent *recent

	// Damaged is where Open moved a file that it could not read; empty when
	// nothing was wrong. Salvaged counts the events taken over from it.
	Damaged  string
	Salvaged int
}

// Open opens the database, or makes it. A damaged file is moved aside under
// the name in [Store.Damaged], what can be read is taken over, and the caller
// raises an alert; only a held lock or a folder that cannot be written is an
// error.
func Open(opts Options) (*Store, error) {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.LockTimeout == 0 {
		opts.LockTimeout = time.Second
	}
	s := &Store{
		now:      opts.Now,
		requests: make(chan *request, maxBatch),
		stop:     make(chan struct{}),
		stopped:  make(chan struct{}),
		recent:   newRecent(),
	}
	if err := s.open(opts); err != nil {
		return nil, err
	}
	if err := s.load(); err != nil {
		return nil, errors.Join(fmt.Errorf("load %q: %w", opts.Path, err), s.db.Close())
	}
	go s.write()
	return s, nil
}

// Close waits for the commit under way, refuses what waits behind it, and
// closes the file. It may be called twice.
func (s *Store) Close() error {
	s.stopOnce.Do(func() { close(s.stop) })
	<-s.stopped
	return s.db.Close()
}

// load reads what the writer keeps in memory between commits.
func (s *Store) load() error {
	return s.db.View(func(tx *bbolt.Tx) error {
		if err := s.meta.read(tx); err != nil {
			return err
		}
		return s.recent.load(tx, s.now())
	})
}

// do hands work to the writer and waits for its commit. When the context ends
// first the work may still be committed.
func (s *Store) do(ctx context.Context, apply func(*commit) error) error {
	r := &request{apply: apply, done: make(chan error, 1)}
	select {
	case s.requests <- r:
	case <-s.stop:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-r.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-s.stopped:
		// The writer may have answered on its way out.
		select {
		case err := <-r.done:
			return err
		default:
			return ErrClosed
		}
	}
}
