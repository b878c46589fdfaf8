package install

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// Installer puts files on one server and keeps records of it on the box.
type Installer struct {
	Server Server
	// Records is the folder for what was done and what stood there before,
	// such as /var/lib/bellhop/install.
	Records string
	// Progress is told of each file, if it is set.
	Progress func(Progress)
	// Now and Pause are the system's unless they are set.
	Now   func() time.Time
	Pause func(ctx context.Context, d time.Duration) error
}

// Progress is one step that begins.
type Progress struct {
	Step  string // "look", "put", "remove"
	Path  string
	Done  int // of Total files, before this one
	Total int
	Bytes int // of the file
}

func (i *Installer) tell(p Progress) {
	if i.Progress != nil {
		i.Progress(p)
	}
}

func (i *Installer) now() time.Time {
	if i.Now != nil {
		return i.Now()
	}
	return time.Now()
}

func (i *Installer) line() *line {
	l := &line{server: i.Server, pause: i.Pause}
	if l.pause == nil {
		l.pause = wait
	}
	return l
}

func (i *Installer) records() records { return records{i.Records} }

// What is to become of a file.
const (
	Same    = "same"
	New     = "new"
	Changed = "changed"
	Remove  = "remove"
	// Blocked: the file cannot be read or merged; Why says what to do. Nothing
	// is applied while one is blocked.
	Blocked = "blocked"
	// Others: somebody else changed what a rollback would take back. Diff
	// shows how; a person decides by [Plan.Overwrite] or [Plan.Leave].
	Others = "others"
	// Left: a person decided to leave it.
	Left = "left"
)

// Change is one file of a plan.
type Change struct {
	Path   string `json:"path"`
	What   string `json:"what"`
	Last   bool   `json:"last,omitempty"`
	Before State  `json:"before"`
	After  State  `json:"after"`
	// Diff is in the form of diff -u; "" for what is no text.
	Diff string `json:"diff,omitempty"`
	Why  string `json:"why,omitempty"`

	before, after []byte
	seen          entry // as it was listed; valid if Before is present
	stamp         string
	aside         bool // what stood there is beside it now
	fault         error
	run           string // that had put what stands there
}

// Plan is what an apply or a rollback would do, and what it saw. Making one
// writes nothing on the server.
type Plan struct {
	Kind   string   `json:"kind"` // apply or rollback
	Server string   `json:"server"`
	Files  []Change `json:"files"`
	// Unused are files that an earlier apply put there and that are in the set
	// no more. They stay; a rollback takes them away.
	Unused []string `json:"unused,omitempty"`
	// Unknown is what could not be learned, a sentence each.
	Unknown []string `json:"unknown,omitempty"`
	// Undoes are the runs that a rollback takes back, oldest first.
	Undoes []string `json:"undoes,omitempty"`

	folders []string // that those runs made
	ours    bool     // made by this package
	left    bool     // temporary files of a run that was cut off are there
}

// noteLeft looks for temporary files of ours in a folder.
func (p *Plan) noteLeft(all listing) {
	for name := range all.entries {
		p.left = p.left || isOurs(name)
	}
}

// Changes lists what is to be done.
func (p *Plan) Changes() []Change {
	return slices.DeleteFunc(slices.Clone(p.Files), func(c Change) bool { return !c.moves() })
}

func (c *Change) moves() bool { return c.What == New || c.What == Changed || c.What == Remove }

// Blocked says why the plan cannot be carried out; nil if it can.
func (p *Plan) Blocked() error {
	var all []error
	for _, c := range p.Files {
		switch c.What {
		case Blocked:
			all = append(all, c.fault)
		case Others:
			all = append(all, &Error{Kind: ErrOthers, Step: "roll back", Path: c.Path})
		}
	}
	return errors.Join(all...)
}

// Plan looks at the server and says what would be done to have the set there.
// A file that it cannot read or merge is a part of the plan; an error means
// that there is none.
//
// A file whose size and time are listed as they were when it was last read in
// full is not read again. Where the server tells times to the minute only, the
// plan says so. [Installer.Verify] reads everything.
func (i *Installer) Plan(ctx context.Context, set Set) (*Plan, error) {
	if err := set.Check(); err != nil {
		return nil, err
	}
	k, err := i.records().known()
	if err != nil {
		return nil, err
	}
	l := i.line()
	defer l.close()
	if err := l.open(ctx); err != nil {
		return nil, err
	}
	v := &viewer{i: i, l: l, known: k, plan: &Plan{Kind: applied, Server: i.Server.URL, ours: true}}
	if v.runs, err = i.records().all(); err != nil {
		return nil, err
	}
	if k.Server != i.Server.URL {
		v.known.Files = nil // of another server: nothing that is listed proves anything
	}
	files := slices.Clone(set.Files)
	slices.SortStableFunc(files, func(a, b File) int { return order(a.Last) - order(b.Last) })
	for n, f := range files {
		i.tell(Progress{Step: "look", Path: f.Path, Done: n, Total: len(files)})
		c, err := v.look(ctx, f)
		if err != nil {
			return nil, err
		}
		v.plan.Files = append(v.plan.Files, c)
	}
	v.plan.Unused = unused(v.known, set)
	return v.plan, nil
}

func order(last bool) int {
	if last {
		return 1
	}
	return 0
}

func unused(k known, set Set) []string {
	wanted := map[string]bool{}
	for _, f := range set.Files {
		wanted[f.Path] = true
	}
	var all []string
	for name, f := range k.Files {
		if !wanted[name] && f.Run != "" {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return all
}

// viewer looks at a server's files for a plan.
type viewer struct {
	i        *Installer
	l        *line
	known    known
	runs     []*Run
	plan     *Plan
	listings map[string]listing
}

func (v *viewer) unknown(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if !slices.Contains(v.plan.Unknown, text) {
		v.plan.Unknown = append(v.plan.Unknown, text)
	}
}

// listing gives what is in a file's folder, asked for once.
func (v *viewer) listing(ctx context.Context, name string) (listing, error) {
	folder := folderOf(name)
	if all, done := v.listings[folder]; done {
		return all, nil
	}
	var all listing
	err := v.l.again(ctx, func() (err error) {
		all, _, err = v.l.listed(ctx, folder)
		return err
	})
	if err != nil {
		return listing{}, err
	}
	if !all.whole {
		v.unknown("the listing of %s has lines that could not be read; each file was asked for by its name", folder)
	}
	v.plan.noteLeft(all)
	if v.listings == nil {
		v.listings = map[string]listing{}
	}
	v.listings[folder] = all
	return all, nil
}

// look compares one file with what is wanted.
func (v *viewer) look(ctx context.Context, f File) (Change, error) {
	c := Change{Path: f.Path, Last: f.Last, after: f.Data}
	done, err := v.see(ctx, &c, f)
	if fault := blocks(err); fault != nil {
		c.What, c.fault, c.Why = Blocked, fault, fault.Error()
		return c, nil
	}
	if err != nil || done {
		return c, err
	}
	if f.Merge != nil {
		base, present, err := v.base(&c)
		if err != nil {
			return c, err
		}
		if c.after, err = f.Merge(slices.Clone(base), present); err != nil {
			c.What, c.Why = Blocked, err.Error()
			c.fault = fmt.Errorf("%s: %w: %w", f.Path, ErrMerge, err)
			return c, nil
		}
	}
	c.After = stateOf(c.after)
	c.compare()
	return c, nil
}

// base is what a file of ours and others' is merged from: what stands there,
// unless an apply was cut off while it wrote that in place. Then it is what stood
// there before, of which half may be gone.
func (v *viewer) base(c *Change) (data []byte, present bool, err error) {
	f, open := openIn(v.runs, c.Path)
	if !open || !f.After.Present {
		return c.before, c.Before.Present, nil
	}
	whole, err := v.i.records().kept(f.After)
	if err != nil || !bytes.HasPrefix(whole, c.before) { // others have mended it
		return c.before, c.Before.Present, nil
	}
	v.unknown("an apply was cut off while it wrote %s; what stood there before is taken from the records", c.Path)
	if !f.Before.Present {
		return nil, false, nil
	}
	data, err = v.i.records().kept(f.Before)
	return data, true, err
}

// openIn finds a file that the newest run which had to do with it was writing
// in place when it was cut off. Before is what stood there before all of that.
func openIn(runs []*Run, name string) (found RunFile, open bool) {
	for _, r := range slices.Backward(runs) {
		n := slices.IndexFunc(r.Files, func(f RunFile) bool { return f.Path == name })
		switch {
		case n < 0:
			continue
		case r.Done || r.Undone || !r.Files[n].Open:
			return found, open
		case !open:
			found, open = r.Files[n], true
		default:
			found.Before = r.Files[n].Before
		}
	}
	return found, open
}

// compare says what is to be done, once both sides are known.
func (c *Change) compare() {
	switch {
	case c.Before == c.After:
		c.What = Same
		return
	case !c.After.Present:
		c.What = Remove
	case c.Before.Present:
		c.What = Changed
	default:
		c.What = New
	}
	if isText(c.before) && isText(c.after) {
		c.Diff = unified(c.Path+" (there)", c.Path+" (wanted)", c.before, c.after)
	}
}

// blocks gives an error that concerns one file alone.
func blocks(err error) error {
	for _, kind := range []error{ErrDenied, ErrNoFile, ErrTooBig, ErrRefused} {
		if errors.Is(err, kind) {
			return err
		}
	}
	return nil
}

// see finds out what stands there; done if that is what is wanted and was
// known without reading it.
func (v *viewer) see(ctx context.Context, c *Change, f File) (done bool, err error) {
	all, err := v.listing(ctx, c.Path)
	if err != nil {
		return false, err
	}
	name := path.Base(c.Path)
	e, there := all.entries[name]
	if there && e.kind != plainFile {
		return false, notPlain(c.Path, e)
	}
	if _, beside := all.entries[name+asideEnding]; beside && !there {
		return false, v.read(ctx, c, c.Path+asideEnding)
	}
	other := otherCase(all, name)
	if !there && all.proves() && other == "" && f.Merge == nil {
		return false, nil
	}
	k, was := v.known.Files[c.Path]
	c.run = k.Run
	if there {
		c.seen = e
		if err := v.l.again(ctx, func() (err error) { c.stamp, err = v.l.session.stamp(ctx, c.Path, e); return err }); err != nil {
			return false, err
		}
		if strings.HasPrefix(c.stamp, coarse) {
			v.unknown("the server tells times to the minute only: another's change within the minute after an apply, which keeps the size, shows by \"install verify\" alone")
		}
	}
	if there && was && f.Merge == nil && c.stamp != "" && k.Stamp == c.stamp && k.State == stateOf(f.Data) {
		c.What, c.Before, c.After = Same, k.State, k.State
		return true, nil
	}
	err = v.read(ctx, c, c.Path)
	switch {
	case err != nil || there || !c.Before.Present:
	case other != "":
		v.unknown("%s is listed as %s: this server does not tell capitals from small letters", c.Path, other)
	default:
		v.unknown("%s is there and not listed: this server does not show all that it has", c.Path)
	}
	return false, err
}

func notPlain(name string, e entry) error {
	what := e.kind.String()
	if e.to != "" {
		what += " to " + e.to
	}
	return &Error{Kind: ErrNoFile, Step: "look at", Path: name, Err: errors.New("it is " + what)}
}

// otherCase finds a name that differs by capitals alone.
func otherCase(all listing, name string) string {
	for other := range all.entries {
		if other != name && strings.EqualFold(other, name) {
			return other
		}
	}
	return ""
}

func (v *viewer) read(ctx context.Context, c *Change, from string) error {
	err := v.l.again(ctx, func() (err error) {
		c.Before, c.before, err = v.l.held(ctx, from)
		return err
	})
	c.aside = from != c.Path && c.Before.Present
	return err
}

// mode is what a file of ours may be read by: as the one before it, or by all.
func (c *Change) mode() fs.FileMode {
	if c.seen.mode != 0 {
		return c.seen.mode
	}
	return 0o644
}
