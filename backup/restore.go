package backup

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Staging is the folder, beside the database, in which a restore is made ready.
const Staging = "restoring"

// planName is the file that says that a restore is decided.
const planName = "plan.json"

// Move puts a file of the staging folder where it belongs.
type Move struct {
	From string `json:"from"` // below the staging folder
	To   string `json:"to"`   // absolute
}

// Plan is a restore that is decided: everything that it needs is in the staging
// folder. Whoever finds one goes on with it.
type Plan struct {
	Archive string `json:"archive"` // the SHA-256 of the file that it came from
	Stamp   string `json:"stamp"`   // ends the names under which is kept what was there
	Moves   []Move `json:"moves"`
	// Clear are files that must not be there beside what comes: they are kept
	// under another name, too.
	Clear  []string `json:"clear,omitempty"`
	folder string
}

// ErrUnfinished says that a restore has begun, and not come to its end.
var ErrUnfinished = errors.New("a restore has not come to its end")

// Unfinished reads the plan that a restore has left in a staging folder; nil: there
// is none, and what else is there is of no use.
func Unfinished(folder string) (*Plan, error) {
	text, err := os.ReadFile(filepath.Join(folder, planName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	p := &Plan{folder: folder}
	if err == nil {
		err = json.Unmarshal(text, p)
	}
	if err != nil {
		return nil, fmt.Errorf("read the plan of a restore: %w", err)
	}
	return p, nil
}

// Decide keeps a plan: from now on the restore goes on, whatever ends the process.
func (p *Plan) Decide(folder string) error {
	p.folder = folder
	text, err := json.Marshal(p)
	if err == nil {
		err = writeSynced(filepath.Join(folder, planName), text)
	}
	if err != nil {
		return fmt.Errorf("decide the restore: %w", err)
	}
	return nil
}

// Carry puts each file in its place, the last one last; what was there is kept
// beside it, with the plan's stamp at the end of its name. done is called after each
// step. When it fails, or its process ends anywhere, another Carry goes on.
func (p *Plan) Carry(done func(step string)) error {
	for _, name := range p.Clear {
		if err := p.aside(name); err != nil {
			return fmt.Errorf("restore: %w", err)
		}
		done("clear " + name)
	}
	for _, m := range p.Moves {
		if err := p.move(m, done); err != nil {
			return fmt.Errorf("restore %s: %w", m.To, err)
		}
	}
	// Without the plan the rest of the folder is nothing.
	if err := errors.Join(os.Remove(filepath.Join(p.folder, planName)), syncFolder(p.folder)); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	done("end")
	return os.RemoveAll(p.folder)
}

// move is done when the file is no longer in the staging folder.
func (p *Plan) move(m Move, done func(step string)) error {
	from := filepath.Join(p.folder, filepath.FromSlash(m.From))
	if _, err := os.Lstat(from); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err := makeFolders(filepath.Dir(m.To)); err != nil {
		return err
	}
	if placed, err := sameFiles(from, m.To); err != nil || placed {
		return errors.Join(err, os.Remove(from))
	}
	// Another disk's file cannot be renamed to here: a copy of it can.
	near := m.To + ".restored"
	if err := copyOver(from, near); err != nil {
		return err
	}
	giveTo(near, filepath.Dir(m.To))
	done("copy " + m.To)
	if err := p.aside(m.To); err != nil {
		return err
	}
	done("aside " + m.To)
	if err := os.Rename(near, m.To); err != nil {
		return err
	}
	if err := syncFolder(filepath.Dir(m.To)); err != nil {
		return err
	}
	done("place " + m.To)
	if err := os.Remove(from); err != nil {
		return err
	}
	done("forget " + m.To)
	return syncFolder(filepath.Dir(from))
}

// KeptAs is the name under which what was at a place is kept.
func (p *Plan) KeptAs(name string) string { return name + ".before-restore-" + p.Stamp }

// aside keeps what is at a place under another name. If that name is taken it was
// done before: what is there now came with the restore.
func (p *Plan) aside(name string) error {
	kept := p.KeptAs(name)
	if _, err := os.Lstat(kept); err == nil {
		return nil
	}
	err := os.Rename(name, kept)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return syncFolder(filepath.Dir(name))
}

// sameFiles tells whether both are there and hold the same.
func sameFiles(a, b string) (bool, error) {
	var sums [2]string
	for i, name := range []string{a, b} {
		f, err := os.Open(name)
		if errors.Is(err, fs.ErrNotExist) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		sums[i], err = sumFrom(f)
		if err = errors.Join(err, f.Close()); err != nil {
			return false, err
		}
	}
	return sums[0] == sums[1], nil
}

func copyOver(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}

// makeFolders makes those that are missing, for whom the folder above is.
func makeFolders(name string) error {
	if _, err := os.Stat(name); err == nil {
		return nil
	}
	above := filepath.Dir(name)
	if above != name {
		if err := makeFolders(above); err != nil {
			return err
		}
	}
	if err := os.Mkdir(name, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	giveTo(name, above)
	return nil
}

// Prepare makes an empty folder to work in.
func Prepare(folder string) error {
	err := os.RemoveAll(folder)
	if err == nil {
		err = makeFolders(folder)
	}
	if err != nil {
		return fmt.Errorf("make a folder to work in: %w", err)
	}
	return nil
}

// Below puts an absolute path below another folder; an empty one leaves it.
func Below(folder, name string) string {
	if folder == "" {
		return name
	}
	return filepath.Join(folder, strings.TrimPrefix(name, string(filepath.Separator)))
}
