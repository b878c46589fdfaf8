package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"
)

// compactSuffix names the new file until it takes the old one's place.
const compactSuffix = ".compacting"

// Waste is the size of the database file and the part of it that holds
// nothing, in bytes.
func (s *Store) Waste() (size, free int64) {
	s.file.RLock()
	defer s.file.RUnlock()
	st := s.db.Stats()
	_ = s.db.View(func(tx *bbolt.Tx) error {
		size = tx.Size()
		return nil
	})
	return size, int64(st.FreePageN+st.PendingPageN) * int64(s.db.Info().PageSize)
}

// Compact writes the database anew without its free pages and puts it in the
// old one's place. Nothing is kept or committed meanwhile, about a second for
// 100 MB on a PC: call it when the house sleeps. When it fails the old file
// goes on being used.
func (s *Store) Compact(ctx context.Context) error {
	return s.submit(ctx, false, func(c *commit) error {
		c.after = s.compact
		return nil
	})
}

// compact runs in the writer, after the commit that asked for it.
func (s *Store) compact() error {
	tmp := s.path + compactSuffix
	if err := s.copyTo(tmp); err != nil {
		return errors.Join(fmt.Errorf("compact: %w", err), removeIfThere(tmp))
	}
	s.file.Lock()
	defer s.file.Unlock()
	if err := s.db.Close(); err != nil {
		return fmt.Errorf("compact: close the old file: %w", err)
	}
	renamed := os.Rename(tmp, s.path)
	db, err := openFile(Options{Path: s.path, LockTimeout: lockTimeout})
	if err != nil {
		return errors.Join(fmt.Errorf("compact: open again: %w", err), renamed)
	}
	s.db = db
	if renamed != nil {
		return fmt.Errorf("compact: %w", renamed)
	}
	return syncFolder(filepath.Dir(s.path))
}

// copyTo writes a whole, synced copy.
func (s *Store) copyTo(path string) error {
	if err := removeIfThere(path); err != nil {
		return err
	}
	to, err := bbolt.Open(path, 0o600, &bbolt.Options{NoFreelistSync: true, FreelistType: bbolt.FreelistMapType, NoSync: true})
	if err != nil {
		return err
	}
	if err := bbolt.Compact(to, s.db, 1<<20); err != nil {
		return errors.Join(err, to.Close())
	}
	if err := to.Sync(); err != nil {
		return errors.Join(err, to.Close())
	}
	return to.Close()
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove %q: %w", path, err)
	}
	return nil
}
