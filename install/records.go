package install

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// State is what a file held, or that it was not there.
type State struct {
	Present bool   `json:"present"`
	Size    int    `json:"size,omitempty"`
	SHA256  string `json:"sha256,omitempty"` // in hex
}

// stateOf is the state of a file that holds data.
func stateOf(data []byte) State {
	sum := sha256.Sum256(data)
	return State{Present: true, Size: len(data), SHA256: hex.EncodeToString(sum[:])}
}

func (s State) check() error {
	if !s.Present {
		if s != (State{}) {
			return errors.New("what is not there has neither size nor sum")
		}
		return nil
	}
	sum, err := hex.DecodeString(s.SHA256)
	if err != nil || len(sum) != sha256.Size || s.Size < 0 || s.Size > maxFile {
		return fmt.Errorf("size %d and SHA-256 %q are none of a file", s.Size, s.SHA256)
	}
	return nil
}

// Run is the record of one apply or rollback: what it was to change, and what
// stood there before. It is on the box's disk before the server is touched.
type Run struct {
	Version int       `json:"version"`
	ID      string    `json:"id"` // its time, such as 20261121T171409Z
	Kind    string    `json:"kind"`
	Server  string    `json:"server"`
	Began   time.Time `json:"began"`
	// Done is set once everything was put and read back.
	Done bool `json:"done"`
	// Undone is set once a rollback has taken it back.
	Undone  bool      `json:"undone,omitempty"`
	Folders []string  `json:"folders,omitempty"` // that it made
	Files   []RunFile `json:"files"`
}

// RunFile is one file of a run.
type RunFile struct {
	Path   string `json:"path"`
	Last   bool   `json:"last,omitempty"`
	Before State  `json:"before"`
	After  State  `json:"after"`
	// Open is set while the file is written in place, on servers that cannot
	// rename: then it may hold anything, and all of it is ours.
	Open bool `json:"open,omitempty"`
}

// The kinds of runs.
const (
	applied    = "apply"
	rolledBack = "rollback"
)

const (
	recordVersion = 1
	maxRecord     = 8 << 20 // bytes
	maxRuns       = 50      // beyond that the two oldest become one
)

// records is the folder on the box with what was done and what stood there
// before:
//
//	runs/ID.json     each run
//	objects/SHA256   what files held
//	installed.json   what stands there by our doing
type records struct{ dir string }

func (r records) runs() string                 { return filepath.Join(r.dir, "runs") }
func (r records) runFile(id string) string     { return filepath.Join(r.runs(), id+".json") }
func (r records) objects() string              { return filepath.Join(r.dir, "objects") }
func (r records) objectFile(sum string) string { return filepath.Join(r.objects(), sum) }

// prepare makes the folders.
func (r records) prepare() error {
	for _, folder := range []string{r.dir, r.runs(), r.objects()} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return fmt.Errorf("records of installations: %w", err)
		}
	}
	return nil
}

// keep puts what a file held to disk, once, and syncs it.
func (r records) keep(data []byte) error {
	at := r.objectFile(stateOf(data).SHA256)
	if old, err := os.ReadFile(at); err == nil && bytes.Equal(old, data) {
		return syncAt(at) // perhaps by note alone
	}
	return write(at, data, true)
}

// note puts to disk what it does no harm to lose in a power cut.
func (r records) note(data []byte) error {
	at := r.objectFile(stateOf(data).SHA256)
	if old, err := os.ReadFile(at); err == nil && bytes.Equal(old, data) {
		return nil
	}
	return write(at, data, false)
}

// settle waits until what was written in the folders outlasts a power cut: a
// file that was replaced may else be what it was, as a whole. Each sync costs
// as much as several files sent, so that it is asked for where it counts.
func (r records) settle(folders ...string) error {
	for _, folder := range folders {
		if err := syncAt(folder); err != nil {
			return fmt.Errorf("keep a record: %w", err)
		}
	}
	return nil
}

// kept gives back what keep took, or says what is wrong with it.
func (r records) kept(s State) ([]byte, error) {
	data, err := readBounded(r.objectFile(s.SHA256), maxFile)
	if err != nil {
		return nil, fmt.Errorf("what a file held before: %w", err)
	}
	if stateOf(data) != s {
		return nil, fmt.Errorf("what a file held before: %s is damaged", r.objectFile(s.SHA256))
	}
	return data, nil
}

// write replaces a file as a whole. A file that is not synced may be damaged
// by a power cut.
func write(at string, data []byte, synced bool) error {
	file, err := os.OpenFile(at+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("keep a record: %w", err)
	}
	_, err = file.Write(data)
	if err == nil && synced {
		err = file.Sync()
	}
	err = errors.Join(err, file.Close())
	if err == nil {
		err = os.Rename(at+".new", at)
	}
	if err != nil {
		return fmt.Errorf("keep a record: %w", err)
	}
	return nil
}

// syncAt syncs a file or folder.
func syncAt(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func readBounded(at string, most int64) ([]byte, error) {
	file, err := os.Open(at)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, most+1))
	if err == nil && int64(len(data)) > most {
		err = fmt.Errorf("%s has more than %d bytes", at, most)
	}
	return data, err
}

// save puts a run to disk; settle(runs()) makes it last.
func (r records) save(run *Run) error {
	text, err := json.MarshalIndent(run, "", " ")
	if err != nil {
		return fmt.Errorf("keep a record: %w", err)
	}
	return write(r.runFile(run.ID), append(text, '\n'), true)
}

// readRun reads what save wrote, and trusts none of it.
func readRun(text []byte) (*Run, error) {
	run := new(Run)
	if err := strict(text, run); err != nil {
		return nil, err
	}
	switch {
	case run.Version != recordVersion:
		return nil, fmt.Errorf("version %d; this program knows %d", run.Version, recordVersion)
	case !isRunID(run.ID):
		return nil, fmt.Errorf("the id %q is none", run.ID)
	case run.Kind != applied && run.Kind != rolledBack:
		return nil, fmt.Errorf("the kind %q is none", run.Kind)
	}
	for _, f := range run.Files {
		if err := errors.Join(checkPath(f.Path), f.Before.check(), f.After.check()); err != nil {
			return nil, fmt.Errorf("file %q: %w", f.Path, err)
		}
	}
	for _, folder := range run.Folders {
		if err := checkPath(folder); err != nil {
			return nil, fmt.Errorf("folder: %w", err)
		}
	}
	return run, nil
}

// strict reads one JSON value with known keys alone.
func strict(text []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return err
	}
	if dec.More() {
		return errors.New("there is more behind its end")
	}
	return nil
}

const idForm = "20060102T150405Z"

// isRunID knows a time with perhaps a number behind it.
func isRunID(id string) bool {
	at, number, _ := strings.Cut(id, "-")
	_, err := time.Parse(idForm, at)
	return err == nil && len(number) <= 6 && strings.Trim(number, "0123456789") == ""
}

// newID gives one behind all that are there, whatever the clock says.
func newID(now time.Time, runs []*Run) string {
	id := now.UTC().Format(idForm)
	if len(runs) == 0 || id > runs[len(runs)-1].ID {
		return id
	}
	last, number, _ := strings.Cut(runs[len(runs)-1].ID, "-")
	n := 1
	_, _ = fmt.Sscanf(number, "%d", &n) // it has been checked
	return fmt.Sprintf("%s-%06d", last, n+1)
}

// all gives the runs, oldest first.
func (r records) all() ([]*Run, error) {
	found, err := os.ReadDir(r.runs())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("records of installations: %w", err)
	}
	var runs []*Run
	for _, f := range found {
		id, is := strings.CutSuffix(f.Name(), ".json")
		if !is || !isRunID(id) {
			continue
		}
		text, err := readBounded(r.runFile(id), maxRecord)
		var run *Run
		if err == nil {
			run, err = readRun(text)
		}
		if err == nil && run.ID != id {
			err = fmt.Errorf("it says that it is %s", run.ID)
		}
		if err != nil {
			return nil, fmt.Errorf("record %s: %w", r.runFile(id), err)
		}
		runs = append(runs, run)
	}
	slices.SortFunc(runs, func(a, b *Run) int { return strings.Compare(a.ID, b.ID) })
	return runs, nil
}
