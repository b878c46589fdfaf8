package luahooks

import (
	"errors"
	"fmt"
	"strings"
)

// Bounds of one match. The interpreter's own matcher backtracks without
// limit: 28 optional letters keep it busy for half a minute, and no deadline
// reaches into it. This one counts its steps.
const (
	maxPattern    = 1 << 10
	maxMatchSteps = 1_000_000
	maxMatchDepth = 200
	maxCaptures   = 32
)

// The lengths of captures that have none.
const (
	captureOpen     = -1
	capturePosition = -2
)

var (
	errPatternSteps = errors.New("pattern takes too long on this text")
	errPatternDeep  = errors.New("pattern is too complex")
)

type capture struct{ start, length int }

// matcher matches Lua 5.1 patterns, as the manual of Lua describes them.
type matcher struct {
	src, pat string
	captures [maxCaptures]capture
	level    int
	depth    int
	steps    int
}

// patternError leaves the recursion.
type patternError struct{ err error }

func fail(err error) { panic(patternError{err}) }

func newMatcher(src, pat string) (*matcher, error) {
	if len(pat) > maxPattern {
		return nil, fmt.Errorf("pattern has more than %d bytes", maxPattern)
	}
	return &matcher{src: src, pat: pat}, nil
}

// catch takes a patternError out of the recursion.
func catch(err *error) {
	switch r := recover().(type) {
	case nil:
	case patternError:
		*err = r.err
	default:
		panic(r)
	}
}

// check reads the whole pattern without matching anything.
func (m *matcher) check() (err error) {
	defer catch(&err)
	open := 0
	for p := 0; p < len(m.pat); {
		switch m.pat[p] {
		case '(':
			open++
			p++
		case ')':
			if open--; open < 0 {
				fail(errors.New("malformed pattern: ')' without '('"))
			}
			p++
		default:
			end := m.classEnd(p)
			switch m.pat[p:end] {
			case "%b":
				if end += 2; end > len(m.pat) {
					fail(errors.New("malformed pattern: %b needs two characters"))
				}
			case "%f":
				if end >= len(m.pat) || m.pat[end] != '[' {
					fail(errors.New("malformed pattern: %f needs a set"))
				}
			}
			p = end
		}
	}
	if open > 0 {
		fail(errors.New("malformed pattern: unfinished capture"))
	}
	return nil
}

// find looks for the pattern at or behind from. The steps of all calls on one
// matcher are counted together.
func (m *matcher) find(from int) (start, end int, ok bool, err error) {
	defer catch(&err)
	pat, anchored := strings.CutPrefix(m.pat, "^")
	p := len(m.pat) - len(pat)
	for start = from; start <= len(m.src); start++ {
		m.level, m.depth = 0, 0
		if end = m.match(start, p); end >= 0 {
			for _, c := range m.captures[:m.level] {
				if c.length == captureOpen {
					fail(errors.New("malformed pattern: unfinished capture"))
				}
			}
			return start, end, true, nil
		}
		if anchored {
			break
		}
	}
	return 0, 0, false, nil
}

func (m *matcher) step() {
	m.steps++
	if m.steps > maxMatchSteps {
		fail(errPatternSteps)
	}
}

// match returns where the match of the pattern from p on ends that begins at
// s, or -1.
func (m *matcher) match(s, p int) int {
	m.depth++
	if m.depth > maxMatchDepth {
		fail(errPatternDeep)
	}
	defer func() { m.depth-- }()
	for p < len(m.pat) {
		m.step()
		switch c := m.pat[p]; {
		case c == '(':
			if p+1 < len(m.pat) && m.pat[p+1] == ')' {
				return m.open(s, p+2, capturePosition)
			}
			return m.open(s, p+1, captureOpen)
		case c == ')':
			return m.close(s, p+1)
		case c == '$' && p+1 == len(m.pat):
			if s == len(m.src) {
				return s
			}
			return -1
		case c == '%' && p+1 < len(m.pat) && m.pat[p+1] == 'b':
			if s = m.balance(s, p+2); s < 0 {
				return -1
			}
			p += 4
			continue
		case c == '%' && p+1 < len(m.pat) && m.pat[p+1] == 'f':
			next, ok := m.frontier(s, p+2)
			if !ok {
				return -1
			}
			p = next
			continue
		case c == '%' && p+1 < len(m.pat) && isDigit(m.pat[p+1]):
			if s = m.backReference(s, m.pat[p+1]); s < 0 {
				return -1
			}
			p += 2
			continue
		}
		end := m.classEnd(p)
		var suffix byte
		if end < len(m.pat) {
			suffix = m.pat[end]
		}
		switch suffix {
		case '?':
			if m.single(s, p, end) {
				if r := m.match(s+1, end+1); r >= 0 {
					return r
				}
			}
			p = end + 1
		case '*':
			return m.greedy(s, p, end)
		case '+':
			if !m.single(s, p, end) {
				return -1
			}
			return m.greedy(s+1, p, end)
		case '-':
			return m.lazy(s, p, end)
		default:
			if !m.single(s, p, end) {
				return -1
			}
			s, p = s+1, end
		}
	}
	return s
}

func (m *matcher) greedy(s, p, end int) int {
	i := 0
	for m.single(s+i, p, end) {
		m.step()
		i++
	}
	for ; i >= 0; i-- {
		if r := m.match(s+i, end+1); r >= 0 {
			return r
		}
	}
	return -1
}

func (m *matcher) lazy(s, p, end int) int {
	for {
		if r := m.match(s, end+1); r >= 0 {
			return r
		}
		if !m.single(s, p, end) {
			return -1
		}
		s++
	}
}

func (m *matcher) open(s, p, length int) int {
	if m.level >= maxCaptures {
		fail(errors.New("too many captures in the pattern"))
	}
	m.captures[m.level] = capture{s, length}
	m.level++
	r := m.match(s, p)
	if r < 0 {
		m.level--
	}
	return r
}

func (m *matcher) close(s, p int) int {
	for i := m.level - 1; i >= 0; i-- {
		if m.captures[i].length != captureOpen {
			continue
		}
		m.captures[i].length = s - m.captures[i].start
		r := m.match(s, p)
		if r < 0 {
			m.captures[i].length = captureOpen
		}
		return r
	}
	fail(errors.New("malformed pattern: ')' without '('"))
	return -1
}

func (m *matcher) balance(s, p int) int {
	if p+1 >= len(m.pat) {
		fail(errors.New("malformed pattern: %b needs two characters"))
	}
	if s >= len(m.src) || m.src[s] != m.pat[p] {
		return -1
	}
	open, shut, nested := m.pat[p], m.pat[p+1], 1
	for i := s + 1; i < len(m.src); i++ {
		m.step()
		switch m.src[i] {
		case shut:
			nested--
			if nested == 0 {
				return i + 1
			}
		case open:
			nested++
		}
	}
	return -1
}

func (m *matcher) frontier(s, p int) (next int, ok bool) {
	if p >= len(m.pat) || m.pat[p] != '[' {
		fail(errors.New("malformed pattern: %f needs a set"))
	}
	end := m.classEnd(p)
	var before, here byte
	if s > 0 {
		before = m.src[s-1]
	}
	if s < len(m.src) {
		here = m.src[s]
	}
	return end, !m.inSet(before, p, end-1) && m.inSet(here, p, end-1)
}

func (m *matcher) backReference(s int, digit byte) int {
	i := int(digit) - '1'
	if i < 0 || i >= m.level || m.captures[i].length < 0 {
		fail(errors.New("invalid capture index in the pattern"))
	}
	c := m.captures[i]
	m.steps += c.length
	text := m.src[c.start : c.start+c.length]
	if !strings.HasPrefix(m.src[s:], text) {
		return -1
	}
	return s + len(text)
}

// classEnd is the place behind the single character class at p.
func (m *matcher) classEnd(p int) int {
	switch m.pat[p] {
	case '%':
		if p+1 >= len(m.pat) {
			fail(errors.New("malformed pattern: ends with '%'"))
		}
		return p + 2
	case '[':
		return m.setEnd(p)
	}
	return p + 1
}

func (m *matcher) setEnd(p int) int {
	p++
	if p < len(m.pat) && m.pat[p] == '^' {
		p++
	}
	for first := true; ; first = false {
		m.step()
		switch {
		case p >= len(m.pat):
			fail(errors.New("malformed pattern: missing ']'"))
		case m.pat[p] == ']' && !first:
			return p + 1
		case m.pat[p] == '%':
			p++
			if p >= len(m.pat) {
				fail(errors.New("malformed pattern: missing ']'"))
			}
		}
		p++
	}
}

func (m *matcher) single(s, p, end int) bool {
	if s >= len(m.src) {
		return false
	}
	c := m.src[s]
	switch m.pat[p] {
	case '.':
		return true
	case '%':
		return inClass(c, m.pat[p+1])
	case '[':
		return m.inSet(c, p, end-1)
	}
	return m.pat[p] == c
}

// inSet tells whether c is in the set that begins at p and whose closing
// bracket is at last.
func (m *matcher) inSet(c byte, p, last int) bool {
	p++
	in := true
	if m.pat[p] == '^' {
		in = false
		p++
	}
	for ; p < last; p++ {
		m.step()
		switch {
		case m.pat[p] == '%':
			p++
			if inClass(c, m.pat[p]) {
				return in
			}
		case p+2 < last && m.pat[p+1] == '-':
			if m.pat[p] <= c && c <= m.pat[p+2] {
				return in
			}
			p += 2
		case m.pat[p] == c:
			return in
		}
	}
	return !in
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
func isLower(c byte) bool { return 'a' <= c && c <= 'z' }
func isUpper(c byte) bool { return 'A' <= c && c <= 'Z' }

// inClass tells whether c is in the class named by a letter; a capital is
// the complement, and what is no class is itself.
func inClass(c, class byte) bool {
	var in bool
	switch class | 0x20 {
	case 'a':
		in = isLower(c) || isUpper(c)
	case 'c':
		in = c < ' ' || c == 0x7f
	case 'd':
		in = isDigit(c)
	case 'l':
		in = isLower(c)
	case 'p':
		in = c > ' ' && c < 0x7f && !isDigit(c) && !isLower(c) && !isUpper(c)
	case 's':
		in = c == ' ' || '\t' <= c && c <= '\r'
	case 'u':
		in = isUpper(c)
	case 'w':
		in = isDigit(c) || isLower(c) || isUpper(c)
	case 'x':
		in = isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f'
	case 'z':
		in = c == 0
	default:
		return class == c
	}
	return in != isUpper(class)
}

// captured is the i-th capture of the last match as text, or as a position
// counted from 1. Without captures the whole match counts as the first.
func (m *matcher) captured(i, start, end int) (text string, position int) {
	if m.level == 0 && i == 0 {
		return m.src[start:end], 0
	}
	c := m.captures[i]
	if c.length == capturePosition {
		return "", c.start + 1
	}
	return m.src[c.start : c.start+c.length], 0
}

// count is how many values the last match yields.
func (m *matcher) count() int { return max(m.level, 1) }
