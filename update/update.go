package update

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"aead.dev/minisign"

	"bellhop/store"
)

// ErrBusy says that another process is at an update.
var ErrBusy = errors.New("another update is under way")

// ErrAlready says that the version of a package runs already.
var ErrAlready = errors.New("this version runs already")

// Answer is what the agent answers on its socket.
type Answer struct {
	Version string
	Started time.Time
	Held    string          // why it takes nothing yet; empty: it works
	Fault   string          // why it cannot keep events; empty: it can
	Works   json.RawMessage // what works, for the next one to compare
}

// Updater carries an update out, or takes one back. Its methods block until
// that is done, and have it for themselves: see [ErrBusy].
type Updater struct {
	Folder  Folder
	Program string // the path of the installed program
	Store   string // the path of the database
	Config  string // the path of the config
	Keys    []minisign.PublicKey
	Service Service
	Ask     func(context.Context) (Answer, error) // the agent that runs
	Confirm func(Plan) error                      // nothing is changed before it returns nil
	Say     func(format string, args ...any)      // what is being done
	// Limit bounds a trial; [DefaultLimit] when 0.
	Limit     time.Duration
	Downgrade bool // an older version is wanted

	now      func() time.Time // time.Now when nil
	diskFree func(string) (int64, bool)
}

// DefaultLimit is how long a new version may take until all works that worked.
const DefaultLimit = 90 * time.Second

// Plan is what a person agrees to.
type Plan struct {
	Package  string
	From, To Build
	By       string // who puts the program in place
	Migrates bool   // the database gets another form
}

// Update changes to the version in a package, which has a signature beside it:
// the same name with .minisig behind. An update that was cut off is brought to
// its end first. What fails before the change leaves all as it was; a
// [ReturnedError] says that the previous version runs again.
func (u *Updater) Update(ctx context.Context, file string) error {
	free, err := u.begin()
	if err != nil {
		return err
	}
	defer free()
	if err := u.goOn(ctx); err != nil {
		return err
	}
	p, err := u.stage(ctx, file)
	if err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(file), err)
	}
	st, err := u.compare(ctx, p)
	if err != nil {
		return err
	}
	if err := u.room(p); err != nil {
		return err
	}
	if err := u.Confirm(Plan{Package: p.signed.File, From: st.From, To: st.To, By: u.installer(ctx, p), Migrates: st.To.Format > st.From.Format}); err != nil {
		return err
	}
	return u.change(ctx, st, p)
}

// begin takes the folder.
func (u *Updater) begin() (free func(), err error) {
	u.Limit = cmp.Or(u.Limit, DefaultLimit)
	if u.now == nil {
		u.now = time.Now
	}
	if u.diskFree == nil {
		u.diskFree = store.DiskFree
	}
	if err := u.Folder.make(); err != nil {
		return nil, err
	}
	return u.Folder.lock()
}

// staged is a verified package, and the program in it.
type staged struct {
	file   string // our own copy
	kind   Kind
	signed Signed
	build  Build
}

// stage copies a package to where nobody else can change it, and looks at the
// copy: the signature first.
func (u *Updater) stage(ctx context.Context, file string) (p staged, err error) {
	signature, err := readSignature(file + ".minisig")
	if err != nil {
		return p, err
	}
	name := filepath.Base(file)
	p.file, p.kind = u.Folder.in("download", name), kindOf(name)
	if err := u.takeIn(file, p.file); err != nil {
		return p, err
	}
	content, err := os.Open(p.file)
	if err != nil {
		return p, err
	}
	p.signed, err = Verify(content, signature, u.Keys)
	if err = errors.Join(err, content.Close()); err != nil {
		return p, err
	}
	if p.signed.File != name {
		return p, fmt.Errorf("it is signed as %q: give it that name again", p.signed.File)
	}
	if err := unpack(ctx, p.file, p.kind, u.Folder.staged()); err != nil {
		return p, err
	}
	if p.build, err = u.inspect(ctx, u.Folder.staged()); err != nil {
		return p, err
	}
	if p.build.Version != p.signed.Version {
		return p, fmt.Errorf("it is signed as version %s, and says that it is %s", p.signed.Version, p.build.Version)
	}
	return p, nil
}

func readSignature(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("its signature %s is not beside it", filepath.Base(path))
	}
	if err == nil && info.Size() > maxSignature {
		err = fmt.Errorf("%s is no signature: it has %d bytes", filepath.Base(path), info.Size())
	}
	if err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

// takeIn leaves nothing in the folder but this package.
func (u *Updater) takeIn(file, copied string) error {
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() || info.Size() > maxFile {
		return fmt.Errorf("it is no package: it must be a plain file of at most %d bytes", maxFile)
	}
	old, err := os.ReadDir(filepath.Dir(copied))
	if err != nil {
		return err
	}
	for _, e := range old {
		if name := filepath.Join(filepath.Dir(copied), e.Name()); name != file {
			if err := os.Remove(name); err != nil {
				return err
			}
		}
	}
	if file == copied { // it was downloaded
		return nil
	}
	return copyProgram(file, copied)
}

// compare says what would change, if it is to.
func (u *Updater) compare(ctx context.Context, p staged) (State, error) {
	sum, err := sumOf(u.Program)
	if err != nil {
		return State{}, fmt.Errorf("look at the installed program: %w", err)
	}
	if sum == p.build.Sum {
		return State{}, fmt.Errorf("%w: %s", ErrAlready, p.build.Version)
	}
	out, err := u.probe(ctx, u.Program, "version", "--json")
	if err != nil {
		return State{}, fmt.Errorf("look at the installed program: %w", err)
	}
	var about About
	if err := json.Unmarshal(out, &about); err != nil {
		return State{}, fmt.Errorf("look at the installed program: %w", err)
	}
	if older(p.build.Version, about.Version) && !u.Downgrade {
		return State{}, fmt.Errorf("%s is older than %s, which is installed: --downgrade takes it all the same", p.build.Version, about.Version)
	}
	if p.build.Format < about.Format {
		return State{}, fmt.Errorf("%s cannot read the database: its format is %d, and that of the database %d; \"bellhop update status\" says what there is to go back to",
			p.build.Version, p.build.Format, about.Format)
	}
	return State{
		ID: newID(), From: Build{Version: about.Version, Format: about.Format, Sum: sum}, To: p.build,
		Program: u.Program, Store: u.Store, Limit: u.Limit, Began: u.now().UTC(),
	}, nil
}

func newID() string {
	id := make([]byte, 8)
	_, _ = rand.Read(id) // never fails (crypto/rand)
	return hex.EncodeToString(id)
}

// spare is what the disks keep free beside what an update needs.
const spare = 32 << 20

// room refuses when the copies would fill a disk. The database is there twice
// while a copy is put back, and a migration makes one of its own.
func (u *Updater) room(p staged) error {
	database := sizeOf(u.Store) + sizeOf(u.Store+"-intake")
	need := map[string]int64{
		string(u.Folder):        sizeOf(u.Program) + database + spare,
		filepath.Dir(u.Program): 2*sizeOf(u.Folder.staged()) + spare,
		filepath.Dir(u.Store):   2*database + spare,
	}
	if p.kind == Deb || p.kind == RPM {
		need[filepath.Dir(u.Program)] += sizeOf(p.file)
	}
	for folder, bytes := range need {
		if free, known := u.diskFree(folder); known && free < bytes {
			return fmt.Errorf("the disk of %s has %d MB free, and the update needs %d MB there", folder, free>>20, bytes>>20)
		}
	}
	return nil
}

func sizeOf(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// goOn brings an update to its end that was cut off.
func (u *Updater) goOn(ctx context.Context) error {
	st, err := u.Folder.Load()
	if err != nil || !st.Phase.Unfinished() {
		return err
	}
	if st.Program != u.Program || st.Store != u.Store {
		return fmt.Errorf("the update of %s, whose database is %s, was cut off: finish that one first", st.Program, st.Store)
	}
	switch st.Phase {
	case Trial:
		// A person who goes on from a version that works is content with it.
		a, err := u.ask(ctx)
		if mark := MarkOf(st); mark.Settled || mark.ID != "" && err == nil && a.Version == st.To.Version && a.Held == "" {
			st.Phase = Done
			return u.Folder.save(st)
		}
		return u.try(ctx, st)
	case Returning:
		return u.back(ctx, st, st.Why)
	}
	if sum, err := sumOf(st.Program); err == nil && st.Phase == Switching && sum == st.To.Sum {
		u.Say("going on with the update to %s", st.To.Version)
		st.Phase = Trial
		if err := u.Folder.save(st); err != nil {
			return err
		}
		return u.try(ctx, st)
	}
	return u.abandon(ctx, st, "it was cut off before anything was changed")
}

// abandon gives an update up that has changed nothing.
func (u *Updater) abandon(ctx context.Context, st State, why string) error {
	st.Phase, st.Why = Abandoned, why
	return errors.Join(u.Folder.save(st), u.Service.Start(ctx))
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Arch is the computer that packages must be for.
func Arch() string { return runtime.GOOS + "/" + runtime.GOARCH }
