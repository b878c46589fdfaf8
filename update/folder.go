package update

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Folder is where updates are kept.
type Folder string

// FolderOf is the folder for the installation with that database:
// /var/lib/bellhop-update for /var/lib/bellhop/bellhop.db.
func FolderOf(database string) Folder { return Folder(filepath.Dir(database) + "-update") }

func (f Folder) in(name ...string) string {
	return filepath.Join(append([]string{string(f)}, name...)...)
}

// Previous is the program that the last update replaced.
func (f Folder) Previous() string { return f.in("previous", "bellhop") }

func (f Folder) state() string    { return f.in("state.json") }
func (f Folder) lockFile() string { return f.in("lock") }
func (f Folder) staged() string   { return f.in("staged", "bellhop") }
func (f Folder) database() string { return f.in("database", "bellhop.db") }

// make makes it. The agent's user reads the state and runs what is staged; the
// database is root's alone.
func (f Folder) make() error {
	for name, mode := range map[string]fs.FileMode{"": 0o755, "previous": 0o755, "staged": 0o755, "database": 0o700, "download": 0o700} {
		if err := os.MkdirAll(f.in(name), mode); err != nil {
			return fmt.Errorf("make the folder for updates: %w", err)
		}
		if err := os.Chmod(f.in(name), mode); err != nil { // whatever the umask is
			return fmt.Errorf("make the folder for updates: %w", err)
		}
	}
	return nil
}

// Phase is how far an update has come.
type Phase string

// The phases. What is between Switching and Done must be brought to an end.
const (
	Stopping  Phase = "stopping"  // nothing is changed yet
	Switching Phase = "switching" // the one program or the other is in place
	Trial     Phase = "trial"     // the new one is, and must prove itself
	Returning Phase = "returning" // the previous one is being put back
	Done      Phase = "done"
	Returned  Phase = "returned"
	Abandoned Phase = "abandoned" // before anything was changed
)

// Unfinished tells whether somebody must go on from there.
func (p Phase) Unfinished() bool {
	return p == Stopping || p == Switching || p == Trial || p == Returning
}

// Build is one program.
type Build struct {
	Version string `json:"version"`
	Format  uint64 `json:"format"` // of the database that it writes
	Sum     string `json:"sum"`    // SHA-256 of its file, hex
}

// State is what is known of the newest update.
type State struct {
	ID      string    `json:"id"`
	Phase   Phase     `json:"phase"`
	From    Build     `json:"from"`
	To      Build     `json:"to"`
	Program string    `json:"program"` // its path
	Store   string    `json:"store"`   // the database's path
	Began   time.Time `json:"began"`
	// Before is what the agent said of what works, for the new one to compare.
	Before json.RawMessage `json:"before,omitempty"`
	Limit  time.Duration   `json:"limit"` // how long its trial may take
	// Starts counts those of the new version since the switch, and again since
	// its trial; Started is the newest one's name, if it has one.
	Starts  int    `json:"starts"`
	Started string `json:"started,omitempty"`
	Trusted bool   `json:"trusted"` // its trial was seen to be over
	// Why says what went wrong; empty when nothing did.
	Why string `json:"why,omitempty"`
	// Database says what a return does with the database.
	Database Database `json:"database,omitempty"`
}

// Database says which database the previous program gets.
type Database string

// The databases.
const (
	Undecided Database = ""
	Newer     Database = "newer" // that of now
	Copy      Database = "copy"  // that of before the update
	// CopyAside is Copy, and that of now is kept beside it: events are in it.
	CopyAside Database = "copy-aside"
)

// maxState bounds what is read of a state or mark.
const maxState = 64 << 10

// Load reads the state; a zero one when there has been no update.
func (f Folder) Load() (State, error) {
	var st State
	err := readJSON(f.state(), &st)
	if errors.Is(err, fs.ErrNotExist) {
		return State{}, nil
	}
	if err != nil {
		return State{}, fmt.Errorf("read the state of the update: %w", err)
	}
	return st, nil
}

func (f Folder) save(st State) error {
	if err := writeJSON(f.state(), st, 0o644); err != nil {
		return fmt.Errorf("write the state of the update: %w", err)
	}
	return nil
}

func readJSON(path string, into any) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxState))
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}

// writeJSON returns when the file is on the disk under its name.
func writeJSON(path string, value any, mode fs.FileMode) error {
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	part := path + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	file, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = file.Write(append(text, '\n'))
	return inPlace(file, err, path, mode)
}

// inPlace syncs a new file, closes it and gives it its name; err is that of
// writing it.
func inPlace(file *os.File, err error, path string, mode fs.FileMode) error {
	if err == nil {
		err = file.Chmod(mode) // whatever the umask is
	}
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder makes a rename outlive a power cut.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// copyProgram copies a program, and returns when it is on the disk under its
// name.
func copyProgram(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	part := to + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	target, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o700)
	if err != nil {
		return err
	}
	_, err = io.Copy(target, source)
	return inPlace(target, err, to, 0o755)
}
