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
	_ = s.in(s.db.View, func(tx *bbolt.Tx) error {
		// Info looks at the map of the file, which stays only while it is read.
		size, free = tx.Size(), int64(st.FreePageN+st.PendingPageN)*int64(tx.DB().Info().PageSize)
		return nil
	})
	return size, free
}

// Compact writes the database anew without its free pages and puts it in the
// old one's place. Nothing is kept or committed meanwhile, about a second for
// 100 MB on a PC: call it when the house sleeps. When it fails the old file
// goes on being used.
func (s *Store) Compact(ctx context.Context) error {
	return s.send(ctx, s.requests, &request{
		apply: func(*commit) error { return nil },
		after: s.compact,
		done:  make(chan error, 1),
	})
}

// compact runs in the writer, between two commits. The new file is locked
// from its making on, and the old one until the new one has its name, so that
// no other process finds either free.
func (s *Store) compact() error {
	db, err := newFile(s.path + compactSuffix)
	if err != nil {
		return fmt.Errorf("compact: %w", err)
	}
	err = guarded(func() error { return bbolt.Compact(db, s.db, 1<<20) })
	if err == nil {
		err = inPlace(db, s.path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("compact: %w", err), db.Close(), removeIfThere(s.path+compactSuffix))
	}
	s.file.Lock()
	old := s.db
	s.db = db
	s.file.Unlock()
	return errors.Join(syncFolder(filepath.Dir(s.path)), old.Close())
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove %q: %w", path, err)
	}
	return nil
}
