package dialplan

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// MaxFile is how many bytes a dialplan may have: a PBX's own is some kilobytes.
const MaxFile = 1 << 20

// Merge puts a block that [Services.Render] made into the file that is there:
// in place of the block that an earlier Merge put there, or at the end. Every
// byte around it stays as it is. What is there already and makes that unsafe is
// an error that names each line and what to do; nothing is written then.
func Merge(existing, rendered []byte) ([]byte, error) {
	ours := readPlan(rendered)
	whole, err := findBlock(rendered, ours.lines)
	if err != nil || whole == nil || whole.start != 0 || whole.end != len(rendered) || whole.joined || len(ours.steps) == 0 {
		return nil, errors.New("dialplan: merge: the block is not what Render writes")
	}
	before, after, old, err := around(existing)
	if err != nil {
		return nil, fmt.Errorf("dialplan: cannot merge: %w", err)
	}
	foreign := readPlan(slices.Concat(before, blank(existing[len(before):len(existing)-len(after)]), after))
	if err := foreign.room(ours); err != nil {
		return nil, fmt.Errorf("dialplan: cannot merge: %w", err)
	}
	joined := old != nil && old.joined
	if old == nil && len(before) > 0 && before[len(before)-1] != '\n' {
		joined = true
		before = append(before[:len(before):len(before)], '\n')
	}
	if joined {
		rendered = slices.Concat([]byte(markJoined), rendered[len(markBegin):])
	}
	return slices.Concat(before, rendered, after), nil
}

// Remove takes our block out again: what [Merge] was given comes back byte for
// byte. A file without a block is given back as it is.
func Remove(existing []byte) ([]byte, error) {
	before, after, old, err := around(existing)
	if err != nil {
		return nil, fmt.Errorf("dialplan: cannot take our block out: %w", err)
	}
	if old != nil && old.joined && len(after) == 0 {
		before = bytes.TrimSuffix(before, []byte("\n"))
	}
	return slices.Concat(before, after), nil
}

// blank stands for removed lines, so that the numbers of those behind them
// stay right.
func blank(removed []byte) []byte {
	return bytes.Repeat([]byte("\n"), bytes.Count(removed, []byte("\n")))
}

// around gives what stands before and after our block, if there is one.
func around(file []byte) (before, after []byte, old *block, err error) {
	switch {
	case len(file) > MaxFile:
		return nil, nil, nil, fmt.Errorf("the file has %d bytes, and a dialplan is not that long (%d at most): is it the right one?", len(file), MaxFile)
	case bytes.IndexByte(file, 0) >= 0:
		return nil, nil, nil, errors.New("the file has NUL bytes: it is no text, or is written in UTF-16; save it as UTF-8")
	}
	lines, open := readLines(file)
	old, err = findBlock(file, lines)
	switch {
	case err != nil:
		return nil, nil, nil, err
	case open > 0:
		return nil, nil, nil, fmt.Errorf("line %d: a comment begins with ;-- and never ends: what follows would be part of it; end it with --;", open)
	case old == nil:
		return file, nil, nil, nil
	}
	for _, l := range lines[old.last:] {
		if _, opens := l.section(); opens {
			break
		}
		if l.text != "" {
			return nil, nil, nil, fmt.Errorf("line %d: %q stands behind our block and belongs to no context of its own; move it up to where it belongs", l.number, shorten(l.text))
		}
	}
	return file[:old.start], file[old.end:], old, nil
}

// room looks for what is in the way of our block among what others wrote.
func (p plan) room(ours plan) error {
	faults := map[int]error{} // by line; one is enough for each
	bad := func(number int, format string, args ...any) {
		if faults[number] == nil {
			faults[number] = fmt.Errorf("line %d: "+format, append([]any{number}, args...)...)
		}
	}
	for name, number := range p.contexts {
		if strings.HasPrefix(name, own) {
			bad(number, "the context [%s] has a name of ours and stands outside of our block; rename it, or take it out", shorten(name))
		}
	}
	for _, i := range p.includes {
		if strings.HasPrefix(i.target, own) {
			bad(i.line, "it includes %q, which is ours: nothing but a dialled number may lead there; take the line out", shorten(i.target))
		}
	}
	phones := ours.steps[0].context
	reached, leading := p.reachedFrom(phones), p.leadingTo(phones)
	for _, s := range ours.steps {
		if s.context != phones {
			continue
		}
		for _, context := range leading {
			if first, ok := p.first(context, s.exten, phones, leading); ok {
				bad(first.line, "%q of [%s] takes %s before it gets to us; narrow it, or give our service another code", shorten(first.exten), shorten(first.context), s.exten)
			}
		}
		for _, theirs := range p.steps {
			if number, _, _ := strings.Cut(theirs.exten, "/"); number == s.exten && slices.Contains(reached, theirs.context) {
				bad(theirs.line, "%s is dialled in [%s] already; take it out there, or give our service another code", s.exten, shorten(theirs.context))
				break
			}
		}
	}
	var all []error
	for _, number := range slices.Sorted(maps.Keys(faults)) {
		all = append(all, faults[number])
	}
	return errors.Join(all...)
}

// first finds what a call of a context comes to with a number before it gets
// to the phones' own: Asterisk takes a context's own extensions first, then its
// includes in turn. leading are the contexts that lead there.
func (p plan) first(context, number, phones string, leading []string) (step, bool) {
	for _, s := range p.steps {
		if s.context == context && matches(s.exten, number) {
			return s, true
		}
	}
	for _, i := range p.includes {
		if i.context != context {
			continue
		}
		if i.target == phones || slices.Contains(leading, i.target) {
			return step{}, false // and that one is looked at by itself
		}
		reached := p.reachedFrom(i.target)
		for _, s := range p.steps {
			if slices.Contains(reached, s.context) && matches(s.exten, number) {
				return s, true
			}
		}
	}
	return step{}, false
}

// leadingTo lists the contexts that include another, straight or by way of
// others.
func (p plan) leadingTo(context string) []string {
	all := []string{context}
	for i := 0; i < len(all); i++ {
		for _, in := range p.includes {
			if in.target == all[i] && !slices.Contains(all, in.context) {
				all = append(all, in.context)
			}
		}
	}
	return all[1:]
}

// reachedFrom lists a context and those that it includes, and they in turn.
func (p plan) reachedFrom(context string) []string {
	all := []string{context}
	for i := 0; i < len(all); i++ {
		for _, in := range p.includes {
			if in.context == all[i] && !slices.Contains(all, in.target) {
				all = append(all, in.target)
			}
		}
	}
	return all
}

// shorten keeps a foreign line from filling a message.
func shorten(text string) string {
	const most = 60
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
