package main

import (
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"

	"bellhop/dialplan"
	"bellhop/install"
	"bellhop/site"
)

// planned is a plan with all that a person should know before it is applied.
type planned struct {
	*worksite
	plan       *install.Plan
	neighbours site.Neighbours
	conflicts  []dialplan.Finding
	foreign    []dialplan.Finding
	byHand     []string
}

// look looks at the PBX and its files, and changes nothing.
func (w *worksite) look() (*planned, error) {
	p := &planned{worksite: w}
	var err error
	if p.neighbours, err = w.neighbours(); err != nil {
		return nil, fmt.Errorf("%s: %w", w.command.words, err)
	}
	if p.plan, err = w.inst.Plan(w.ctx, w.files.Set()); err != nil {
		return nil, fmt.Errorf("%s: %w", w.command.words, err)
	}
	p.byHand = w.files.ByHand(w.cfg, p.neighbours)
	p.conflicts = w.files.Conflicts(w.cfg, p.neighbours)
	p.foreign = w.files.Foreign()
	p.plan.Unknown = append(p.plan.Unknown, p.neighbours.Unknown...)
	p.plan.Unknown = append(p.plan.Unknown, site.NeverLearned(w.cfg)...)
	return p, nil
}

// refused says why the plan may not be applied.
func (p *planned) refused() error {
	var codes []string
	for _, f := range p.conflicts {
		if f.Refused() {
			codes = append(codes, f.Subject)
		}
	}
	if len(codes) > 0 {
		return fmt.Errorf("%s: refused: %s mean something else on the PBX already, see above; give the services other codes in [services] of %s", p.command.words, strings.Join(codes, ", "), p.config)
	}
	if err := p.plan.Blocked(); err != nil {
		return fmt.Errorf("%s: refused: %w", p.command.words, err)
	}
	return nil
}

// wakes refuses while a guest is about to be woken by the PBX: what follows
// makes it load its configuration anew.
func (p *planned) wakes() error {
	if p.neighbours.Waking == "" {
		return nil
	}
	return fmt.Errorf("install apply: the PBX wakes a guest at %s, and is left alone until then: try again from %s on (by this box's clock)", p.neighbours.Waking, p.at(p.neighbours.Free))
}

// planAnswer is a plan for programs.
type planAnswer struct {
	*install.Plan
	Conflicts []dialplanFinding `json:"conflicts,omitempty"`
	Foreign   []dialplanFinding `json:"foreign,omitempty"` // what goes wrong in what others wrote
	Waking    string            `json:"waking,omitempty"`
	Uploads   []string          `json:"uploads,omitempty"`
	ByHand    []string          `json:"by_hand"`
}

func (p *planned) show() error {
	if !p.json {
		return p.print()
	}
	a := planAnswer{Plan: p.plan, Waking: p.neighbours.Waking, ByHand: p.byHand}
	for _, f := range p.conflicts {
		a.Conflicts = append(a.Conflicts, dialplanFinding{f, f.Text("en"), f.Do("en")})
	}
	for _, f := range p.foreign {
		a.Foreign = append(a.Foreign, dialplanFinding{f, f.Text("en"), f.Do("en")})
	}
	for _, f := range p.files.Uploads {
		a.Uploads = append(a.Uploads, f.Lang+"/"+f.Prompt.Name)
	}
	return show(p.call, []planAnswer{a}, "", nil)
}

func (p *planned) print() error {
	var out strings.Builder
	fmt.Fprintf(&out, "The PBX's files at %s\n\n", p.plan.Server)
	changes := map[string]install.Change{}
	count := map[string]int{}
	for _, c := range p.plan.Files {
		changes[c.Path] = c
		count[c.What]++
	}
	rows := [][]string{{"PROMPT", "LANGUAGE", "FROM", "SECONDS", "NOW", "FILE"}}
	for _, s := range p.files.Sounds {
		from := "shipped"
		if s.Own != "" {
			from = "own"
		}
		rows = append(rows, []string{s.Prompt.Name, s.Lang, from, fmt.Sprintf("%.1f", s.Duration().Seconds()), changes[s.Path].What, s.Path})
	}
	if err := writeTable(&out, rows); err != nil {
		return err
	}
	plan := changes[p.files.Dialplan]
	fmt.Fprintf(&out, "\nThe dialplan %s: %s\n", plan.Path, plan.What)
	out.WriteString(lined(plan.Diff))
	fmt.Fprintf(&out, "\nFiles: new %d, changed %d, same %d, blocked %d\n", count[install.New], count[install.Changed], count[install.Same], count[install.Blocked])
	var blocked []string
	for _, c := range p.plan.Files {
		if c.What == install.Blocked {
			blocked = append(blocked, c.Path+": "+c.Why)
		}
	}
	indent(&out, "Cannot be done:", blocked)
	indent(&out, "In the way on the PBX:", findings(p.conflicts, true))
	indent(&out, "To be known:", findings(p.conflicts, false))
	indent(&out, "What others wrote in the dialplan has faults of its own, which stay as they are:", findings(p.foreign, true))
	indent(&out, "Put there by an earlier apply and used no more; a rollback takes it away:", p.plan.Unused)
	indent(&out, "What could not be learned:", p.plan.Unknown)
	if p.neighbours.Waking != "" {
		indent(&out, "Not now:", []string{"the PBX wakes a guest at " + p.neighbours.Waking})
	}
	indent(&out, "By hand, once the files are there:", numbered(p.byHand))
	_, err := io.WriteString(p.out, out.String())
	return err
}

// findings are those that forbid something, or the others.
func findings(all []dialplan.Finding, refused bool) []string {
	var lines []string
	for _, f := range all {
		if f.Refused() != refused {
			continue
		}
		line := f.Text("en")
		if f.Line > 0 {
			line = fmt.Sprintf("line %d: %s", f.Line, line)
		}
		lines = append(lines, strings.TrimSuffix(line+": "+f.Do("en"), ": "))
	}
	return lines
}

func numbered(lines []string) []string {
	var all []string
	for n, l := range lines {
		all = append(all, strconv.Itoa(n+1)+". "+l)
	}
	return all
}

// lined is a text of a server's for a terminal, line by line.
func lined(text string) string {
	var out strings.Builder
	for l := range strings.Lines(text) {
		out.WriteString(plain(strings.TrimRight(cmp.Or(l, "\n"), "\r\n")) + "\n")
	}
	return out.String()
}
