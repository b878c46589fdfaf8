package dialplan

import (
	"bytes"
	"strings"
)

// line is one line of a file as Asterisk's config reader sees it (main/config.c).
type line struct {
	number     int    // from 1
	start, end int    // of its bytes, the line's end included
	text       string // without comments and the blanks around
	// hidden tells that it began inside a block comment.
	hidden bool
}

// readLines splits a file. open is the line on which a block comment begins
// that never ends; 0: none.
func readLines(file []byte) (lines []line, open int) {
	var nest []int // the lines on which block comments began
	for at := 0; at < len(file); {
		end := len(file)
		if i := bytes.IndexByte(file[at:], '\n'); i >= 0 {
			end = at + i + 1
		}
		l := line{number: len(lines) + 1, start: at, end: end, hidden: len(nest) > 0}
		text := string(file[at:end])
		if at == 0 {
			text = strings.TrimPrefix(text, "\ufeff")
		}
		l.text, nest = uncomment(text, l.number, nest)
		lines = append(lines, l)
		at = end
	}
	if len(nest) > 0 {
		open = nest[0]
	}
	return lines, open
}

// mostNested is how deep Asterisk lets block comments nest.
const mostNested = 128

// uncomment takes the comments out of a line: from ; on, and ;-- to --; over
// lines. A semicolon behind a backslash is none.
func uncomment(text string, number int, nest []int) (string, []int) {
	if len(nest) == 0 && strings.IndexByte(text, ';') < 0 {
		return strings.TrimSpace(text), nest
	}
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		rest := text[i:]
		switch {
		case len(nest) > 0 && strings.HasPrefix(rest, "--;"):
			nest = nest[:len(nest)-1]
			i += 2
		case strings.HasPrefix(rest, ";--") && !strings.HasPrefix(rest, ";---") && len(nest) < mostNested:
			nest = append(nest[:len(nest):len(nest)], number)
			i += 2
		case len(nest) > 0:
		case strings.HasPrefix(rest, `\;`):
			out.WriteByte(';')
			i++
		case text[i] == ';':
			return strings.TrimSpace(out.String()), nest
		default:
			out.WriteByte(text[i])
		}
	}
	return strings.TrimSpace(out.String()), nest
}

// section is the context that a line opens.
func (l line) section() (name string, ok bool) {
	if !strings.HasPrefix(l.text, "[") {
		return "", false
	}
	name, _, ok = strings.Cut(l.text[1:], "]")
	return strings.TrimSpace(name), ok
}

// isDirective tells whether a line is one such as #include.
func (l line) isDirective() bool { return strings.HasPrefix(l.text, "#") }

// setting is a line's key and value; "=" and "=>" are the same.
func (l line) setting() (key, value string, ok bool) {
	key, value, ok = strings.Cut(l.text, "=")
	if !ok {
		return "", "", false
	}
	return strings.ToLower(strings.TrimSpace(strings.TrimSuffix(key, "+"))), strings.TrimSpace(strings.TrimPrefix(value, ">")), true
}

// step is one priority of an extension.
type step struct {
	line     int
	context  string
	exten    string
	priority string // a number, n, or what a slip has made of it
	label    string
	app      string // as it is written
	args     string // between its brackets; without them: all of it
	rest     string // behind its closing bracket
	open     bool   // the bracket is not closed
}

// is tells whether a step runs one of the applications; Asterisk does not look
// at the case.
func (s step) is(apps ...string) bool {
	for _, app := range apps {
		if strings.EqualFold(s.app, app) {
			return true
		}
	}
	return false
}

// plan is a file's contexts.
type plan struct {
	lines    []line
	open     int
	contexts map[string]int // where each begins first
	steps    []step
	includes []include
	odd      []line // no comment, section, directive or setting
}

type include struct {
	line            int
	context, target string
}

// readPlan reads as much of a file as can be made out.
func readPlan(file []byte) plan {
	p := plan{contexts: map[string]int{}}
	p.lines, p.open = readLines(file)
	context, exten := "", ""
	for _, l := range p.lines {
		if name, ok := l.section(); ok {
			context, exten = name, ""
			if _, known := p.contexts[name]; !known {
				p.contexts[name] = l.number
			}
			continue
		}
		key, value, ok := l.setting()
		switch {
		case l.text == "" || l.isDirective():
		case !ok:
			p.odd = append(p.odd, l)
		case key == "include":
			target, _, _ := strings.Cut(value, ",") // what follows are times
			p.includes = append(p.includes, include{l.number, context, strings.TrimSpace(target)})
		case key == "exten":
			name, rest, _ := strings.Cut(value, ",")
			exten = strings.TrimSpace(name)
			p.steps = append(p.steps, readStep(l.number, context, exten, rest))
		case key == "same":
			p.steps = append(p.steps, readStep(l.number, context, exten, value))
		}
	}
	return p
}

// readStep reads "priority(label),app(args)".
func readStep(number int, context, exten, text string) step {
	s := step{line: number, context: context, exten: exten}
	priority, call, _ := strings.Cut(text, ",")
	s.priority = strings.TrimSpace(priority)
	if before, label, labelled := strings.Cut(s.priority, "("); labelled {
		s.priority, s.label = strings.TrimSpace(before), strings.TrimSuffix(label, ")")
	}
	call = strings.TrimSpace(call)
	app, args, bracket := strings.Cut(call, "(")
	s.app = strings.TrimSpace(app)
	if !bracket {
		return s
	}
	end := closing(args)
	if end < 0 {
		s.args, s.open = args, true
		return s
	}
	s.args, s.rest = args[:end], strings.TrimSpace(args[end+1:])
	return s
}

// closing finds the bracket that closes what has been opened before text; -1:
// none.
func closing(text string) int {
	depth := 1
	for i := range len(text) {
		switch text[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// arguments splits an application's data at its commas, those inside of
// brackets and quotes left alone.
func arguments(data string) []string {
	var all []string
	depth, quoted, from := 0, false, 0
	for i := range len(data) {
		switch data[i] {
		case '"':
			quoted = !quoted
		case '(', '{', '[':
			depth++
		case ')', '}', ']':
			depth--
		case ',':
			if depth <= 0 && !quoted {
				all = append(all, data[from:i])
				from = i + 1
			}
		}
	}
	return append(all, data[from:])
}
