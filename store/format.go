package store

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"go.etcd.io/bbolt"

	"bellhop/sabotage"
)

// migrations each bring a database to the next format, the first one from 1 to
// 2. They run in one transaction, which also writes the new number. A change
// that an older program can live with, such as one more bucket which it does
// not look at, is none.
var migrations = []func(*bbolt.Tx) error{}

func steps() []func(*bbolt.Tx) error {
	if sabotage.On(sabotage.NextFormat) {
		return append(slices.Clone(migrations), func(*bbolt.Tx) error { return nil })
	}
	return migrations
}

// Format is the number of the newest form of database that this program reads,
// and the one that it writes.
func Format() uint64 { return 1 + uint64(len(steps())) }

// NewerError says that a database was written by a newer program.
type NewerError struct{ Format uint64 }

func (e *NewerError) Error() string {
	return fmt.Sprintf("the database has format %d and this program knows up to %d: run the newer program again; "+
		"\"bellhop update status\" says what there is to go back to", e.Format, Format())
}

// refuseNewer looks at a meta record before anything else is read.
func refuseNewer(record []byte) error {
	var m meta
	if json.Unmarshal(record, &m) == nil && m.format() > Format() {
		return &NewerError{Format: m.format()}
	}
	return nil
}

func (m *meta) format() uint64 { return max(1, m.Format) }

// migrate brings a database up to this program's format. The file as it was
// stays beside it, see [formatCopy].
func migrate(db *bbolt.DB, from uint64) error {
	if from == Format() {
		return nil
	}
	if db.IsReadOnly() {
		return fmt.Errorf("the database has format %d and this program's is %d: start the agent once, it brings the database there", from, Format())
	}
	if err := keepOldFormat(db.Path(), from); err != nil {
		return fmt.Errorf("keep the database of format %d: %w", from, err)
	}
	err := db.Update(func(tx *bbolt.Tx) error {
		for _, step := range steps()[from-1:] {
			if err := step(tx); err != nil {
				return err
			}
		}
		var m meta
		if err := m.read(tx); err != nil {
			return err
		}
		m.Format = Format()
		return m.write(tx)
	})
	if err != nil {
		return fmt.Errorf("bring the database from format %d to %d: %w", from, Format(), err)
	}
	return nil
}

// formatCopy names the database as it was before a migration. It can be put in
// the database's place by hand, for a program of that format; what came since is
// not in it.
func formatCopy(path string, format uint64) string { return fmt.Sprintf("%s.format-%d", path, format) }

// keepOldFormat keeps the newest such copy alone. The file is locked and at
// rest.
func keepOldFormat(path string, format uint64) error {
	older, err := filepath.Glob(path + ".format-*")
	if err != nil {
		return err
	}
	for _, name := range older {
		if err := removeIfThere(name); err != nil {
			return err
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if free, known := DiskFree(filepath.Dir(path)); known && free < info.Size()+compactSpare {
		return fmt.Errorf("the disk has %d bytes free, and the copy needs %d", free, info.Size()+compactSpare)
	}
	return copyPair(path, formatCopy(path, format))
}
