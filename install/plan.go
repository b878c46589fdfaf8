package install

import (
	"context"
	"errors"
	"io/fs"
	"slices"
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

	holds bool // logins, for the next command
	idle  idle
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
	l := &line{server: i.Server, pause: i.Pause, take: i.take}
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
func (i *Installer) Plan(ctx context.Context, set Set) (plan *Plan, err error) {
	if err := set.Check(); err != nil {
		return nil, err
	}
	k, err := i.records().known()
	if err != nil {
		return nil, err
	}
	l := i.line()
	defer func() { i.leave(l, err) }()
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
		c.Diff = Diff(c.Path+" (there)", c.Path+" (wanted)", c.before, c.after)
	}
}

// mode is what a file of ours may be read by: as the one before it, or by all.
func (c *Change) mode() fs.FileMode {
	if c.seen.mode != 0 {
		return c.seen.mode
	}
	return 0o644
}
