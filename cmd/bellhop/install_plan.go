package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
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
}

// look looks at the PBX and its files, and changes nothing.
func (w *worksite) look() (*planned, error) {
	p := &planned{worksite: w}
	var err error
	if p.neighbours, err = w.neighbours(); err != nil {
		return nil, fmt.Errorf("%s: %w", w.command.words, err)
	}
	if p.plan, err = w.inst.Plan(w.ctx, w.files.Set()); err != nil {
		return nil, fmt.Errorf("%s: %w", w.command.words, w.hinted(err))
	}
	p.conflicts = w.files.Conflicts(w.cfg, p.neighbours)
	p.foreign = w.files.Foreign()
	p.plan.Unknown = append(p.plan.Unknown, p.neighbours.Unknown...)
	return p, nil
}

func (p *planned) byHand(language string) []string {
	return p.files.ByHand(language, p.cfg, p.neighbours)
}

func (p *planned) unknown(language string) []string {
	return append(slices.Clone(p.plan.Unknown), site.NeverLearned(language, p.cfg)...)
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
		return p.fails("refused.codes", strings.Join(codes, ", "), p.config)
	}
	if err := p.plan.Blocked(); err != nil {
		return p.fails("refused.blocked", p.hinted(err))
	}
	return nil
}

// wakes refuses while a guest is about to be woken by the PBX: what follows
// makes it load its configuration anew.
func (p *planned) wakes() error {
	if p.neighbours.Waking == "" {
		return nil
	}
	return p.fails("refused.waking", p.neighbours.Waking, p.at(p.neighbours.Free))
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
	p.plan.Unknown = p.unknown("en")
	a := planAnswer{Plan: p.plan, Waking: p.neighbours.Waking, ByHand: p.byHand("en")}
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
	out.WriteString(p.text("plan", p.plan.Server) + "\n\n")
	changes := map[string]install.Change{}
	count := map[string]int{}
	for _, c := range p.plan.Files {
		changes[c.Path] = c
		count[c.What]++
	}
	rows := [][]string{strings.Fields(p.text("plan.head"))}
	for _, s := range p.files.Sounds {
		from := p.text("from.shipped")
		if s.Own != "" {
			from = p.text("from.own")
		}
		rows = append(rows, []string{s.Prompt.Name, s.Lang, from, fmt.Sprintf("%.1f", s.Duration().Seconds()), p.word(changes[s.Path].What), s.Path})
	}
	if err := writeTable(&out, rows); err != nil {
		return err
	}
	plan := changes[p.files.Dialplan]
	out.WriteString("\n" + p.text("plan.dialplan", plan.Path, p.word(plan.What)) + "\n")
	out.WriteString(lined(plan.Diff))
	out.WriteString("\n" + p.text("plan.count", count[install.New], count[install.Changed], count[install.Same], count[install.Blocked]) + "\n")
	var blocked []string
	for _, c := range p.plan.Files {
		if c.What == install.Blocked {
			blocked = append(blocked, c.Path+": "+c.Why)
		}
	}
	indent(&out, p.text("plan.blocked"), blocked)
	indent(&out, p.text("plan.conflict"), p.findings(p.conflicts, true))
	indent(&out, p.text("plan.known"), p.findings(p.conflicts, false))
	indent(&out, p.text("plan.foreign"), p.findings(p.foreign, true))
	indent(&out, p.text("plan.unused"), p.plan.Unused)
	indent(&out, p.text("plan.unknown"), p.unknown(p.opt.lang))
	if p.neighbours.Waking != "" {
		indent(&out, p.text("plan.not-now"), []string{p.text("plan.waking", p.neighbours.Waking)})
	}
	indent(&out, p.text("plan.by-hand"), numbered(p.byHand(p.opt.lang)))
	_, err := io.WriteString(p.out, out.String())
	return err
}

// findings are those that forbid something, or the others.
func (c *call) findings(all []dialplan.Finding, refused bool) []string {
	var lines []string
	for _, f := range all {
		if f.Refused() != refused {
			continue
		}
		line := f.Text(c.opt.lang)
		if f.Line > 0 {
			line = c.text("plan.line", f.Line, line)
		}
		lines = append(lines, strings.TrimSuffix(line+": "+f.Do(c.opt.lang), ": "))
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
