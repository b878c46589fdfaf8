package store

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

func (s *Store) open(opts Options) error {
	if !opts.ReadOnly {
		// What a compaction left half-done when the power went.
		if err := removeIfThere(opts.Path + compactSuffix); err != nil {
			return err
		}
	}
	var db *bbolt.DB
	err := check(opts.Path)
	if err == nil {
		db, err = openFile(opts)
	}
	if err == nil {
		s.db = db
		return nil
	}
	if opts.ReadOnly && errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("open %q: there is no database yet", opts.Path)
	}
	if errors.Is(err, bolterrors.ErrTimeout) {
		return fmt.Errorf("open %q: %w", opts.Path, ErrLocked)
	}
	if !damaged(err) || opts.ReadOnly {
		return fmt.Errorf("open %q: %w", opts.Path, err)
	}
	return s.replace(opts, err)
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
	return nil
}

// errDamaged wraps what shows that the file's content is not to be trusted,
// as against a folder or a disk that refuses.
var errDamaged = errors.New("database is damaged")

func damaged(err error) bool {
	return errors.Is(err, errDamaged) || errors.Is(err, bolterrors.ErrInvalid) ||
		errors.Is(err, bolterrors.ErrChecksum) || errors.Is(err, bolterrors.ErrVersionMismatch)
}

// openFile opens or makes the file and looks at its roots. bbolt answers some
// damage with a panic, which becomes an error here.
func openFile(opts Options) (db *bbolt.DB, err error) {
	defer func() {
		if p := recover(); p != nil {
			if db != nil {
				_ = db.Close()
			}
			db, err = nil, fmt.Errorf("%w: %v", errDamaged, p)
		}
	}()
	db, err = bbolt.Open(opts.Path, 0o600, &bbolt.Options{
		Timeout:  opts.LockTimeout,
		ReadOnly: opts.ReadOnly,
		// Writing the list of free pages with each commit costs megabytes
		// after an outage; reading it back from the pages takes milliseconds.
		NoFreelistSync: true,
		FreelistType:   bbolt.FreelistMapType,
	})
	if err != nil {
		return nil, err
	}
	if err := prepare(db); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// prepare makes the buckets of a new database and reads those of an old one.
func prepare(db *bbolt.DB) error {
	fresh := false
	err := db.View(func(tx *bbolt.Tx) error {
		first, _ := tx.Cursor().First()
		fresh = first == nil
		if fresh {
			return nil
		}
		var m meta
		if err := m.read(tx); err != nil {
			return fmt.Errorf("%w: %w", errDamaged, err)
		}
		return nil
	})
	if err != nil || !fresh {
		return err
	}
	return db.Update(func(tx *bbolt.Tx) error {
		for _, name := range append(slices.Clone(buckets), bucketMeta) {
			if _, err := tx.CreateBucket(name); err != nil {
				return fmt.Errorf("create bucket %q: %w", name, err)
			}
		}
		id := make([]byte, 4)
		_, _ = rand.Read(id) // never fails (crypto/rand)
		m := meta{ID: hex.EncodeToString(id)}
		return m.write(tx)
	})
}

// replace moves the damaged file aside, makes a new one and takes over what
// can still be read.
func (s *Store) replace(opts Options, why error) error {
	aside := opts.Path + ".bad-" + s.now().UTC().Format("20060102T150405.000000000")
	if err := os.Rename(opts.Path, aside); err != nil {
		return fmt.Errorf("move damaged database aside: %w", errors.Join(err, why))
	}
	if err := syncFolder(filepath.Dir(opts.Path)); err != nil {
		return err
	}
	db, err := openFile(opts)
	if err != nil {
		return fmt.Errorf("open a new %q: %w", opts.Path, err)
	}
	s.db, s.Damaged = db, aside
	s.Salvaged, err = salvage(db, aside)
	if err != nil {
		return errors.Join(fmt.Errorf("salvage %q: %w", aside, err), db.Close())
	}
	return nil
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
