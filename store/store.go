// Package store keeps what must not be lost, on bbolt: the journal of events,
// the hotel's state, the history of postings and calls, and the outbox of
// what is still to be done outside.
//
// One goroutine, the writer, owns every commit. What comes from outside goes
// through [Store.Append] and returns when it is synced to disk; only then may
// its sender be told "got it". For a push that disk is the intake log (see
// [intake]): its commit follows a moment later, together with others. What a rule or hook wants done goes through
// [Store.Finish]: the state changes, the queued calls and the mark that the
// unit is done are one commit. What came of a queued call goes through
// [Store.Settle]. Requests that arrive while a commit is under way share the
// next one.
//
// The state is a tree in memory; [Store.Snapshot] is free, never changes, and
// holds no transaction. This is the only package that knows buckets. Its own
// readers use short read transactions: a long one would keep old pages alive
// and let the file grow.
package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"

	"bellhop/hotel"
)

// ErrClosed is returned by every call after Close.
var ErrClosed = errors.New("store is closed")

// ErrLocked says that another process holds the database.
var ErrLocked = errors.New("another process holds the database")

// ErrHeld refuses what is to be kept while the store is held; see [Options].
var ErrHeld = errors.New("a new version is on trial, and takes nothing yet")

// lockTimeout is how long another process may hold the file meanwhile.
const lockTimeout = time.Second

// ApplyFunc carries out a unit's effects; see [hotel.Apply].
type ApplyFunc func(tx hotel.Tx, ev *hotel.Event, unit string, effects []hotel.Effect) error

// Watch is told what a commit has made known, in the order of commits, by
// the writer itself: its functions must not block or call the store's
// writing methods.
type Watch struct {
	Appended func([]hotel.Event)      // copies are left out
	Queued   func([]hotel.QueuedCall) // in their lanes now
	Ended    func([]hotel.QueuedCall) // superseded or dropped before an attempt
}

// Options tell Open what to open.
type Options struct {
	Path string           // the database file; its folder must exist
	Now  func() time.Time // time.Now when nil
	// Steady is the time since any moment of this run, however Now's clock is
	// set; nil: by Now's monotonic reading.
	Steady func() time.Duration
	// LockTimeout bounds the wait for another process; a second when 0.
	LockTimeout time.Duration
	// Believed tells whether Now can be believed; nil: always. A time that
	// cannot must not become the newest: no later one would pass beside it.
	Believed func() bool
	Apply    ApplyFunc
	Watch    Watch
	ReadOnly bool // for looking at the store of an agent that does not run
	// Held refuses with [ErrHeld] whatever is to be kept, until [Store.Admit]:
	// the database stays what opening has made of it.
	Held bool

	// For tests.
	linger   time.Duration                                 // [linger] when 0
	diskFree func(folder string) (bytes int64, known bool) // the system's when nil
	copied   func()                                        // called by a compaction after each part
}

// Store is an open database. Close it once; its methods may be called from
// any goroutine.
type Store struct {
	path     string
	now      func() time.Time
	steady   func() time.Duration
	opened   time.Duration // by steady
	run      string        // see [meta]; empty when read only
	believed func() bool
	apply    ApplyFunc
	watch    Watch
	requests chan *request // somebody waits for the commit
	pushes   chan *request // somebody waits for the intake log
	patient  chan *request // may wait for company
	held     atomic.Bool
	stop     chan struct{}
	stopOnce sync.Once
	stopped  chan struct{}
	linger   time.Duration

	file sync.RWMutex // held for writing while the file is exchanged
	db   *bbolt.DB

	beginning sync.Mutex // held while a transaction is begun
	lost      bool       // the file's first pages cannot be read any more

	// Only the writer touches these after Open.
	meta     meta
	unsure   bool // whether the newest commit is on the disk; see confirm
	progress progress
	intake   intake
	logOf    meta // of the database that wrote the intake log
	mark     mark
	logged   []taken // in the intake log, and in no commit yet

	compacting sync.Mutex
	copying    atomic.Pointer[copying] // nil: no compaction is under way
	diskFree   func(folder string) (bytes int64, known bool)
	copied     func()

	retaining sync.Mutex
	looked    map[string][]byte // see [retention]; while retaining is held
	noneOld   time.Time         // when nothing of history could go; while retaining is held

	recent    *recent
	claims    *claims
	snapshot  atomic.Pointer[Snapshot]
	published atomic.Pointer[meta]
	lastError atomic.Pointer[string]
	commits   atomic.Uint64
	rounds    atomic.Uint64
	newest    atomic.Uint64 // event in the intake log
	began     atomic.Int64  // when the commit under way began, by steady; 0: there is none

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
	if opts.Steady == nil {
		began := opts.Now()
		opts.Steady = func() time.Duration { return opts.Now().Sub(began) }
	}
	if opts.Believed == nil {
		opts.Believed = func() bool { return true }
	}
	if opts.diskFree == nil {
		opts.diskFree = DiskFree
	}
	if opts.LockTimeout == 0 {
		opts.LockTimeout = lockTimeout
	}
	s := &Store{
		path:     opts.Path,
		now:      opts.Now,
		steady:   opts.Steady,
		believed: opts.Believed,
		apply:    opts.Apply,
		watch:    opts.Watch,
		requests: make(chan *request, maxBatch),
		pushes:   make(chan *request, maxBatch),
		patient:  make(chan *request, maxBatch),
		stop:     make(chan struct{}),
		stopped:  make(chan struct{}),
		linger:   cmp.Or(opts.linger, linger),
		recent:   newRecent(),
		claims:   newClaims(),
		looked:   map[string][]byte{},
		diskFree: opts.diskFree,
		copied:   opts.copied,
	}
	s.held.Store(opts.Held)
	s.mark.reading = s.read()
	s.opened = s.mark.steady
	if err := s.openAndLoad(opts); err != nil {
		return nil, err
	}
	if !opts.ReadOnly {
		s.unsure = true // who had it before may have been killed before the last sync
		s.recover()
	}
	go s.loadRecent(slices.Clone(s.logged))
	if opts.ReadOnly {
		close(s.stop)
		close(s.stopped)
		s.stopOnce.Do(func() {})
		return s, nil
	}
	go s.write()
	return s, nil
}

// recover begins a run: it opens the intake log, and commits what the last run
// did not come to. When that fails, as on a full disk, the next commit does it,
// and until then no push is answered by the log.
func (s *Store) recover() {
	s.intake, s.logged = openIntake(s.path+intakeSuffix, s.logOf)
	s.run = draw()
	s.meta.Run, s.intake.run = s.run, s.run
	_ = s.commit(&work{store: s, now: true})
}

// Close waits for the commit under way, refuses what waits behind it, and
// closes the file. It may be called twice.
func (s *Store) Close() error {
	s.stopOnce.Do(func() { close(s.stop) })
	<-s.stopped
	<-s.recent.loaded
	s.file.Lock()
	defer s.file.Unlock()
	s.beginning.Lock()
	defer s.beginning.Unlock()
	err := s.intake.close()
	if s.lost {
		return errors.Join(errLost, err)
	}
	return errors.Join(s.db.Close(), err)
}

// Admit ends what [Options].Held began. It does not block.
func (s *Store) Admit() { s.held.Store(false) }

// load reads what is kept in memory between commits.
func (s *Store) load() error {
	s.meta, s.recent = meta{}, newRecent()
	return s.view(func(tx *bbolt.Tx) error {
		if err := s.meta.read(tx); err != nil {
			return err
		}
		root, err := loadState(tx)
		if err != nil {
			return err
		}
		s.snapshot.Store(&Snapshot{root: root})
		if s.meta.LastTime != 0 {
			s.recent.known = time.Unix(s.meta.LastTime, 0)
		}
		published := s.meta
		s.published.Store(&published)
		s.progress, err = loadProgress(tx, s.meta.Watermark, s.meta.LastID)
		return err
	})
}

// loadRecent fills in what the last run knew of pushes. The writer waits for
// it with the first push; Close waits for it too.
func (s *Store) loadRecent(logged []taken) {
	defer close(s.recent.loaded)
	_ = s.view(func(tx *bbolt.Tx) error { return s.recent.load(tx, s.read(), logged) })
}

// Alive says why only a restart can help, if so: a commit does not come to its
// end within that time, or the file is lost. A disk that refuses is no such
// reason: the store tries on.
func (s *Store) Alive(within time.Duration) error {
	if began := s.began.Load(); began != 0 {
		if took := s.steady() - time.Duration(began); took > within {
			return fmt.Errorf("a commit has taken %s", took.Round(time.Second))
		}
	}
	s.beginning.Lock()
	defer s.beginning.Unlock()
	if s.lost {
		return errLost
	}
	return nil
}

// errLost says that not even the file's first pages can be read: somebody cut
// it off, or the disk is gone. bbolt holds its locks from then on, so nothing
// may ask it again, not even to close; a restart looks at the file anew.
var errLost = fmt.Errorf("%w: its first pages cannot be read any more", errDamaged)

// in runs work in a transaction, run being the database's View or Update.
// What it meets on a damaged page, or on one that the disk does not give, is
// an error and no end of the process.
func (s *Store) in(run func(func(*bbolt.Tx) error) error, work func(*bbolt.Tx) error) error {
	s.beginning.Lock()
	if s.lost {
		s.beginning.Unlock()
		return errLost
	}
	begun := false
	err := guarded(func() error {
		return run(func(tx *bbolt.Tx) error {
			begun = true
			s.beginning.Unlock()
			return work(tx)
		})
	})
	if !begun {
		s.lost = damaged(err)
		s.beginning.Unlock()
	}
	return err
}

// view runs a short read transaction.
func (s *Store) view(read func(*bbolt.Tx) error) error {
	s.file.RLock()
	defer s.file.RUnlock()
	return s.in(s.db.View, read)
}

// do hands work to the writer and waits for its commit, which begins at once.
func (s *Store) do(ctx context.Context, apply func(*commit) error) error {
	return s.submit(ctx, false, apply)
}

// submit hands work to the writer and waits for its commit; patient work may
// wait a moment for company. When the context ends first the work may still
// be committed.
func (s *Store) submit(ctx context.Context, patient bool, apply func(*commit) error) error {
	queue := s.requests
	if patient {
		queue = s.patient
	}
	return s.send(ctx, queue, &request{apply: apply, done: make(chan error, 1)})
}

func (s *Store) send(ctx context.Context, queue chan *request, r *request) error {
	if s.held.Load() {
		return ErrHeld
	}
	select {
	case queue <- r:
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

// Status is what the store says of itself.
type Status struct {
	ID        string    `json:"id"`        // of this database
	Events    uint64    `json:"events"`    // kept
	LastID    uint64    `json:"lastID"`    // newest event; it may be in the journal only a moment later
	Watermark uint64    `json:"watermark"` // all events up to here are finished
	LastTime  time.Time `json:"lastTime"`
	Waiting   uint64    `json:"waiting"` // queued calls
	Parked    uint64    `json:"parked"`  // calls that wait for a person
	Bytes     int64     `json:"bytes"`   // by the store's own accounting
	Commits   uint64    `json:"commits"` // since it was opened
	Syncs     uint64    `json:"syncs"`   // since it was opened: two for each commit, one for each round of pushes
	Error     string    `json:"error"`   // why the newest commit failed; empty when it did not
}

// Status reads it without blocking.
func (s *Store) Status() Status {
	m := s.published.Load()
	st := Status{
		ID: m.ID, Events: m.Events, LastID: max(m.LastID, s.newest.Load()), Watermark: m.Watermark, LastTime: time.Unix(m.LastTime, 0).UTC(),
		Waiting: m.Waiting, Parked: m.Parked, Bytes: m.Bytes, Commits: s.commits.Load(),
	}
	st.Syncs = 2*st.Commits + s.rounds.Load()
	if text := s.lastError.Load(); text != nil {
		st.Error = *text
	}
	return st
}
