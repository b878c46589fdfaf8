package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"
)

// backupSuffix names a copy until it is whole.
const backupSuffix = ".part"

// Backup writes a copy of the database as it is between two commits, readable by
// its owner alone, and returns when it is on disk. What comes meanwhile is kept and
// committed as ever: it is made in the manner of [Store.Compact], never beside it,
// and blocks as long. The folder is made if need be. When it fails nothing is left
// but what was there before.
func (s *Store) Backup(ctx context.Context, path string) error {
	s.compacting.Lock()
	defer s.compacting.Unlock()
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if err := s.roomToCopy(folder); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	part := path + backupSuffix
	db, err := newFile(part)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	p := &copying{store: s, ctx: ctx, db: db}
	_, err = p.run(p.whole)
	s.copying.Store(nil)
	if err == nil {
		err = db.Sync()
	}
	if err = errors.Join(err, db.Close()); err == nil {
		err = os.Rename(part, path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("backup: %w", err), removeIfThere(part))
	}
	return syncFolder(folder)
}

// whole runs in the writer, between two commits: nothing changes meanwhile.
func (p *copying) whole() (*bbolt.DB, error) {
	if _, err := p.again(); err != nil {
		return nil, err
	}
	p.store.copying.Store(nil)
	return nil, p.copyMeta()
}
