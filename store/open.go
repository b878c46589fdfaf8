package store

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"bellhop/sabotage"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// open takes the file's lock before all else: a file that another process
// writes is not looked at, moved aside or tidied up after.
func (s *Store) open(opts Options) error {
	f, err := lockFile(opts)
	if opts.ReadOnly && errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("open %q: there is no database yet", opts.Path)
	}
	if err != nil {
		return fmt.Errorf("open %q: %w", opts.Path, err)
	}
	if !opts.ReadOnly {
		// What was left half-done when the power went.
		if err := errors.Join(removeIfThere(opts.Path+compactSuffix), removeIfThere(opts.Path+salvageSuffix)); err != nil {
			return errors.Join(err, f.Close())
		}
	}
	s.db, err = openFile(f, opts)
	if damaged(err) && !opts.ReadOnly {
		return s.replace(opts, err)
	}
	if err != nil {
		return fmt.Errorf("open %q: %w", opts.Path, err)
	}
	return nil
}

// openAndLoad opens the file and reads what is kept in memory. What shows only
// then to be damaged is replaced as well.
func (s *Store) openAndLoad(opts Options) error {
	if err := s.open(opts); err != nil {
		return err
	}
	err := guarded(s.load)
	if damaged(err) && !opts.ReadOnly && s.Damaged == "" {
		_ = s.db.Close() // nothing was written
		if err := s.replace(opts, err); err != nil {
			return err
		}
		err = guarded(s.load)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("load %q: %w", opts.Path, err), s.db.Close())
	}
	if s.Damaged == "" {
		s.logOf = s.meta
	}
	return nil
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove %q: %w", path, err)
	}
	return nil
}

// lockFile opens the database file, or makes it, and takes its lock. While it
// waited the file may have been exchanged for another: the lock of one that
// has no name any more is worth nothing.
func lockFile(opts Options) (*os.File, error) {
	flags := os.O_RDWR | os.O_CREATE
	if opts.ReadOnly {
		flags = os.O_RDONLY
	}
	for {
		f, err := os.OpenFile(opts.Path, flags, 0o600)
		if err != nil {
			return nil, err
		}
		err = lock(f, opts.ReadOnly, opts.LockTimeout)
		if err == nil && isAt(f, opts.Path) {
			return f, nil
		}
		if err := errors.Join(err, f.Close()); err != nil {
			return nil, err
		}
	}
}

// isAt tells whether an open file is the one of that name.
func isAt(f *os.File, path string) bool {
	ours, err := f.Stat()
	if err != nil {
		return false
	}
	named, err := os.Stat(path)
	return err == nil && os.SameFile(ours, named)
}

// errDamaged wraps what shows that the file's content is not to be trusted,
// as against a folder or a disk that refuses.
var errDamaged = errors.New("database is damaged")

func damaged(err error) bool {
	return errors.Is(err, errDamaged) || errors.Is(err, bolterrors.ErrInvalid) ||
		errors.Is(err, bolterrors.ErrChecksum) || errors.Is(err, bolterrors.ErrVersionMismatch)
}

// openFile opens a locked file, which may be empty yet, and looks at it. bbolt
// answers some damage with a panic, which becomes an error here. On an error
// the file is closed.
func openFile(f *os.File, opts Options) (db *bbolt.DB, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", errDamaged, p)
		}
		if err == nil {
			return
		}
		if db != nil {
			_ = db.Close()
		}
		_ = f.Close() // bbolt may have closed it already
		db = nil
	}()
	if err = check(f, opts.ReadOnly); err != nil {
		return nil, err
	}
	if db, err = openBolt(f, opts); err != nil {
		return nil, err
	}
	return db, prepare(db)
}

// openBolt gives a locked file to bbolt, which closes it when it fails.
func openBolt(f *os.File, opts Options) (*bbolt.DB, error) {
	db, err := bbolt.Open(f.Name(), 0o600, &bbolt.Options{
		Timeout:  max(opts.LockTimeout, time.Millisecond), // 0: for ever
		OpenFile: func(string, int, os.FileMode) (*os.File, error) { return f, nil },
		ReadOnly: opts.ReadOnly,
		// Writing the list of free pages with each commit costs megabytes
		// after an outage; check makes one before the file is opened.
		NoFreelistSync: true,
		FreelistType:   bbolt.FreelistMapType,
	})
	if errors.Is(err, bolterrors.ErrTimeout) {
		return nil, ErrLocked
	}
	return db, err
}

// newFile makes a database that is to take another one's place: locked, so
// that nobody comes between, and not synced before [inPlace].
func newFile(path string) (*bbolt.DB, error) {
	if err := removeIfThere(path); err != nil {
		return nil, err
	}
	f, err := lockFile(Options{Path: path})
	if err != nil {
		return nil, err
	}
	db, err := openBolt(f, Options{})
	if err != nil {
		return nil, err
	}
	db.NoSync = true
	return db, nil
}

// inPlace syncs a new file and gives it the name of the old one; from then on
// it is used like any other.
func inPlace(db *bbolt.DB, path string) error {
	if err := db.Sync(); err != nil {
		return err
	}
	db.NoSync = sabotage.On(sabotage.NoSync)
	return os.Rename(db.Path(), path)
}

// prepare makes the buckets of a new database and reads those of an old one.
func prepare(db *bbolt.DB) error {
	fresh := false
	var m meta
	err := db.View(func(tx *bbolt.Tx) error {
		first, _ := tx.Cursor().First()
		fresh = first == nil
		if fresh {
			return nil
		}
		return unlessNewer(m.read(tx))
	})
	if err != nil {
		return err
	}
	if !fresh {
		if err := addBuckets(db); err != nil {
			return err
		}
		return migrate(db, m.format())
	}
	return db.Update(func(tx *bbolt.Tx) error {
		if err := makeBuckets(tx); err != nil {
			return err
		}
		m := meta{ID: draw(), Format: Format()}
		return m.write(tx)
	})
}

// unlessNewer takes what cannot be read for damaged, but for a newer program's.
func unlessNewer(err error) error {
	if _, newer := errors.AsType[*NewerError](err); err == nil || newer {
		return err
	}
	return fmt.Errorf("%w: %w", errDamaged, err)
}

// addBuckets makes those that an older version did not have, and fills them.
func addBuckets(db *bbolt.DB) error {
	missing := false
	err := db.View(func(tx *bbolt.Tx) error {
		missing = slices.ContainsFunc(newer, func(name []byte) bool { return tx.Bucket(name) == nil })
		return nil
	})
	if err != nil || !missing || db.IsReadOnly() {
		return err
	}
	return db.Update(func(tx *bbolt.Tx) error {
		for _, name := range [][]byte{bucketNames, bucketLegs, bucketPast} {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return fmt.Errorf("create bucket %q: %w", name, err)
			}
		}
		if tx.Bucket(bucketFolios) != nil {
			return nil
		}
		return addFolios(tx)
	})
}

// makeBuckets makes those of a new file.
func makeBuckets(tx *bbolt.Tx) error {
	for _, name := range append(slices.Clone(buckets), bucketMeta) {
		if _, err := tx.CreateBucket(name); err != nil {
			return fmt.Errorf("create bucket %q: %w", name, err)
		}
	}
	return nil
}

// draw gives eight digits that nobody has drawn before.
func draw() string {
	id := make([]byte, 4)
	_, _ = rand.Read(id) // never fails (crypto/rand)
	return hex.EncodeToString(id)
}

// salvageSuffix names the new file until it takes the damaged one's place.
const salvageSuffix = ".salvaging"

// replace makes a new file with what can still be read, and puts it where the
// damaged one was, which is kept under another name. Until that is done the
// damaged one stays where it is: a next start does it again.
func (s *Store) replace(opts Options, why error) error {
	bad, err := lockFile(opts)
	if err != nil {
		return fmt.Errorf("open damaged database: %w", errors.Join(err, why))
	}
	defer bad.Close()
	db, err := newFile(opts.Path + salvageSuffix)
	if err != nil {
		return fmt.Errorf("open a new %q: %w", opts.Path, err)
	}
	aside := opts.Path + ".bad-" + s.now().UTC().Format("20060102T150405.000000000")
	events, old, err := salvage(db, bad)
	if err == nil && old.Format > Format() {
		err = &NewerError{Format: old.Format} // whose form nobody here knows
	}
	if err == nil {
		err = keepAside(opts.Path, aside)
	}
	if err == nil {
		err = inPlace(db, opts.Path)
	}
	if err == nil {
		err = syncFolder(filepath.Dir(opts.Path))
	}
	if err != nil {
		return errors.Join(fmt.Errorf("salvage %q: %w", opts.Path, err), why, db.Close())
	}
	s.db, s.Damaged, s.Salvaged, s.logOf = db, aside, events, old
	return nil
}

// keepAside gives a file a second name, so that there is one at the first at
// every moment; where a file cannot have two, the second alone.
func keepAside(path, aside string) error {
	if os.Link(path, aside) == nil {
		return nil
	}
	return os.Rename(path, aside)
}

// syncFolder makes a rename survive a power cut.
func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open folder: %w", err)
	}
	if err := f.Sync(); err != nil {
		return errors.Join(fmt.Errorf("sync folder %q: %w", path, err), f.Close())
	}
	return f.Close()
}
