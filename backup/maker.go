package backup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// Maker makes backups. Its methods may be called from any goroutine, one backup at
// a time.
type Maker struct {
	Hotel, Version string
	Zone           *time.Location // of the hotel
	To             Destination
	Key            Key
	Rule           Rule
	// Items gives the files that go along with the database.
	Items func() ([]Item, error)
	// Look opens a copy of the database, walks over all of it, and says what is in
	// it.
	Look func(path string) (Database, error)
	// Work is a folder for what is under way, on a disk with room for a copy of the
	// database and a backup; it is emptied.
	Work string
	// Record is the file that remembers the newest backup.
	Record string
	Now    func() time.Time
}

// Made is a backup that was made.
type Made struct {
	Stored
	SHA256    string   `json:"sha256"`
	To        string   `json:"to"`
	Encrypted bool     `json:"encrypted"`
	Database  Database `json:"database"`
	// Restored: it was read as a restore reads it. To a recipient alone the box
	// cannot. In both cases its database was opened before, and what lies at the
	// place was read back.
	Restored bool `json:"restored"`
	// Removed are the older ones that the rule let go.
	Removed []string `json:"removed,omitempty"`
}

// Record is what is remembered of backups.
type Record struct {
	Last   *Made     `json:"last,omitempty"` // the newest one that was made
	Failed time.Time `json:"failed,omitzero"`
	Error  string    `json:"error,omitempty"` // of the newest try; empty: it was made
}

// ErrNowhere says that no place for backups is configured.
var ErrNowhere = errors.New("no place for backups is configured: name one as backup.to, or with --to")

// Make makes a backup and takes it to its place; an empty to is the configured one.
// copyTo writes a copy of the database under a name. It blocks for as long as the
// place takes, minutes on a slow line.
func (m *Maker) Make(ctx context.Context, to string, copyTo func(ctx context.Context, path string) error) (Made, error) {
	made, err := m.make(ctx, to, copyTo)
	if kept := m.remember(made, err); err == nil {
		err = kept
	}
	if err != nil {
		return Made{}, fmt.Errorf("backup: %w", err)
	}
	return made, nil
}

func (m *Maker) make(ctx context.Context, to string, copyTo func(ctx context.Context, path string) error) (made Made, err error) {
	d := m.To
	if to != "" && to != d.To {
		d = Destination{To: to, Dial: d.Dial}
		if d.Server() != "" && d.Server() == m.To.Server() { // another folder there
			d.Password, d.Pin = m.To.Password, m.To.Pin
		}
	}
	if d.To == "" {
		return made, ErrNowhere
	}
	// Before the work, which may be in vain.
	if err := m.reach(ctx, d); err != nil {
		return made, err
	}
	if err := Prepare(m.Work); err != nil {
		return made, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(m.Work)) }()
	made.Made, made.To, made.Encrypted = m.Now().UTC().Truncate(time.Second), d.To, !m.Key.None()
	made.Name = nameOf(made.Made, m.Key.None())
	file, err := m.archive(ctx, &made, copyTo)
	if err != nil {
		return made, err
	}
	defer file.Close()
	place, err := d.Open(ctx)
	if err != nil {
		return made, err
	}
	defer func() { err = errors.Join(err, place.Close()) }()
	if err := place.Put(ctx, made.Name, file, made.Bytes); err != nil {
		return made, err
	}
	made.Removed, err = m.prune(ctx, place)
	return made, err
}

// reach finds out whether a place is there.
func (m *Maker) reach(ctx context.Context, d Destination) error {
	place, err := d.Open(ctx)
	if err != nil {
		return err
	}
	return place.Close()
}

// archive makes the file that is to be taken away, and looks at what is in it.
func (m *Maker) archive(ctx context.Context, made *Made, copyTo func(ctx context.Context, path string) error) (*os.File, error) {
	db := filepath.Join(m.Work, "bellhop.db")
	if err := copyTo(ctx, db); err != nil {
		return nil, err
	}
	var err error
	if made.Database, err = m.Look(db); err != nil {
		return nil, err
	}
	items, err := m.Items()
	if err != nil {
		return nil, err
	}
	items = append(items, databaseItems(db)...)
	file, err := os.OpenFile(filepath.Join(m.Work, made.Name), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	about := Manifest{Made: made.Made, Hotel: m.Hotel, Version: m.Version, Clear: m.Key.None(), Database: made.Database}
	err = m.write(ctx, file, about, items)
	if err == nil {
		err = m.testRestore(made, file)
	}
	if err == nil {
		made.Bytes, err = file.Seek(0, io.SeekEnd)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	sum, err := sumFrom(file)
	made.SHA256 = sum
	return file, err
}

// databaseItems are a copy of the database and the log beside it, if there is one.
func databaseItems(db string) []Item {
	items := []Item{{Name: FolderStore + "/bellhop.db", Path: db}}
	if _, err := os.Stat(db + logSuffix); err == nil {
		items = append(items, Item{Name: FolderStore + "/bellhop.db" + logSuffix, Path: db + logSuffix})
	}
	return items
}

// logSuffix names the log beside a database that was not in use; the store has it
// so.
const logSuffix = "-intake"

func (m *Maker) write(ctx context.Context, file *os.File, about Manifest, items []Item) error {
	sealed, err := m.Key.seal(stopped{ctx, file})
	if err != nil {
		return err
	}
	_, err = Write(sealed, about, items)
	return errors.Join(err, sealed.Close(), file.Sync())
}

// stopped is a writer that ends with a context.
type stopped struct {
	ctx context.Context
	to  io.Writer
}

func (s stopped) Write(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.to.Write(p)
}

func sumFrom(file io.ReadSeeker) (string, error) {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	sum, err := sumOf(file)
	return fmt.Sprintf("%x", sum), err
}

// testRestore reads a backup as a restore does, where the box has what opens it: each
// file must be what was put in, and the database was looked at before it was. Nothing
// is written, for a card does not last for ever.
func (m *Maker) testRestore(made *Made, file io.ReadSeeker) error {
	if m.Key.Recipient != "" {
		return nil
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	plain, err := Open(file, Unlock{Passphrase: m.Key.Passphrase})
	var about Manifest
	if err == nil {
		about, err = Read(plain, func(string, io.Reader) error { return nil })
	}
	if err == nil && about.Database != made.Database {
		err = errors.New("its database is another one")
	}
	if err != nil {
		return fmt.Errorf("the backup cannot be restored: %w", err)
	}
	made.Restored = true
	return nil
}

// prune removes what the rule does not keep.
func (m *Maker) prune(ctx context.Context, place Place) (removed []string, err error) {
	all, err := place.List(ctx)
	if err != nil {
		return nil, err
	}
	made := make([]time.Time, len(all))
	for i, s := range all {
		made[i] = s.Made
	}
	stays := map[time.Time]bool{}
	for _, t := range m.Rule.Keep(made, m.Zone) {
		stays[t] = true
	}
	for _, s := range all {
		if stays[s.Made] {
			continue
		}
		if err := place.Remove(ctx, s.Name); err != nil {
			return removed, err
		}
		removed = append(removed, s.Name)
	}
	return removed, nil
}

// remember keeps how the newest try went.
func (m *Maker) remember(made Made, failed error) error {
	r := ReadRecord(m.Record)
	r.Failed, r.Error = time.Time{}, ""
	if failed != nil {
		r.Failed, r.Error = m.Now().UTC(), failed.Error()
	} else {
		r.Last = &made
	}
	text, err := json.Marshal(r)
	if err == nil {
		err = writeSynced(m.Record, text)
	}
	if err != nil {
		return fmt.Errorf("remember the newest backup: %w", err)
	}
	return nil
}

// writeSynced puts a whole file in the place of another.
func writeSynced(name string, text []byte) error {
	part := name + partSuffix
	f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	giveTo(part, filepath.Dir(name))
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, removeIfThere(part))
	}
	if err := os.Rename(part, name); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(name))
}

// ReadRecord reads what is remembered; nothing, where that cannot be read.
func ReadRecord(name string) (r Record) {
	text, err := os.ReadFile(name)
	if err != nil || json.Unmarshal(text, &r) != nil {
		return Record{}
	}
	return r
}
