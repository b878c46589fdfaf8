package luahooks

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"
	"unicode/utf8"

	lua "github.com/yuin/gopher-lua"
)

// Regular expressions are those of RE2, as Go has them: what one takes grows with
// the text and never with the square of it. One search is one step for the
// interpreter, so that its work is bounded beforehand, by the size of both.
const (
	maxExpression = 1 << 10
	maxRESize     = 2000    // of one expression, repetitions written out
	maxREWork     = 2 << 20 // size times bytes of text: some tenths of a second on a small box
	maxRECache    = 20_000  // of all that an interpreter keeps compiled
)

// expression is a compiled one. next finds what follows a place in the text: it
// begins with the character before, as \b asks for it.
type expression struct {
	first, next *regexp.Regexp
	size        int
}

// reCache keeps an interpreter's compiled expressions.
type reCache struct {
	kept map[string]*expression
	size int
}

func (c *reCache) get(text string) (*expression, error) {
	if e := c.kept[text]; e != nil {
		return e, nil
	}
	e, err := compileExpression(text)
	if err != nil {
		return nil, err
	}
	if c.size += e.size; c.kept == nil || c.size > maxRECache {
		c.kept, c.size = map[string]*expression{}, e.size
	}
	c.kept[text] = e
	return e, nil
}

func compileExpression(text string) (*expression, error) {
	if len(text) > maxExpression {
		return nil, fmt.Errorf("the expression has more than %d bytes", maxExpression)
	}
	tree, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil, err
	}
	size := reSize(tree)
	if size > maxRESize {
		return nil, fmt.Errorf("the expression is too large: with its repetitions written out it has more than %d parts", maxRESize)
	}
	first, err := regexp.Compile(text)
	if err != nil {
		return nil, err
	}
	next, err := regexp.Compile(`\A(?s:.)(?s:.*?)(` + tree.String() + `)`)
	return &expression{first, next, size}, err
}

// reSize counts the parts of an expression. The parser bounds how deep it nests.
func reSize(e *syntax.Regexp) int {
	size := 1 + len(e.Rune)/2
	for _, s := range e.Sub {
		size += reSize(s)
	}
	if e.Op == syntax.OpRepeat {
		size *= max(e.Max, e.Min+1)
	}
	return size
}

// find gives the places of a match that begins at or after from, and of its
// captures; nil when there is none.
func (e *expression) find(text string, from int) []int {
	if from == 0 {
		return e.first.FindStringSubmatchIndex(text)
	}
	_, width := utf8.DecodeLastRuneInString(text[:from])
	return e.after(text, from-width)
}

// after finds what begins behind the character at start.
func (e *expression) after(text string, start int) []int {
	m := e.next.FindStringSubmatchIndex(text[start:])
	if m == nil {
		return nil
	}
	m = m[2:] // the first capture is the match
	for i := range m {
		if m[i] >= 0 {
			m[i] += start
		}
	}
	return m
}

// expressionOf reads text and expression, the first two arguments.
func (v *vm) expressionOf(L *lua.LState, what string) (text string, e *expression) {
	text = checkText(L, 1)
	e, err := v.expressions.get(L.CheckString(2))
	if err != nil {
		L.RaiseError("%s: %s", what, err)
	}
	if (e.size+4)*len(text) > maxREWork {
		L.RaiseError("%s: the text is too long for so large an expression", what)
	}
	return text, e
}

// pushCaptures gives the captures of a match, nil for one that took no part; the
// whole match if there are none.
func pushCaptures(L *lua.LState, text string, m []int) int {
	begin := 2
	if len(m) == 2 {
		begin = 0
	}
	n := 0
	for ; begin < len(m); begin, n = begin+2, n+1 {
		value := lua.LValue(lua.LNil)
		if m[begin] >= 0 {
			value = lua.LString(text[m[begin]:m[begin+1]])
		}
		L.Push(value)
	}
	return n
}

func (v *vm) reMatch(L *lua.LState) int {
	text, e := v.expressionOf(L, "bellhop.re.match")
	m := e.find(text, 0)
	if m == nil {
		L.Push(lua.LNil)
		return 1
	}
	return pushCaptures(L, text, m)
}

// reFind gives the places of the first and the last byte, counted from 1, and the
// captures.
func (v *vm) reFind(L *lua.LState) int {
	text, e := v.expressionOf(L, "bellhop.re.find")
	from := optInt(L, 3, 1) - 1
	if from < 0 || from > len(text) {
		L.RaiseError("bellhop.re.find: the place must be 1 to %d", len(text)+1)
	}
	m := e.find(text, from)
	if m == nil {
		L.Push(lua.LNil)
		return 1
	}
	L.Push(lua.LNumber(m[0] + 1))
	L.Push(lua.LNumber(m[1]))
	if len(m) == 2 {
		return 2
	}
	return 2 + pushCaptures(L, text, m)
}

// reReplace gives the text with each match replaced, and how many there were.
func (v *vm) reReplace(L *lua.LState) int {
	const what = "bellhop.re.replace"
	text, e := v.expressionOf(L, what)
	with := checkText(L, 3)
	most := optInt(L, 4, maxInt)
	var out strings.Builder
	at, last, count := 0, -1, 0
	for count < most {
		if v.watch.Err() != nil {
			break // the interpreter stops at its next instruction
		}
		m := e.find(text, at)
		if m == nil {
			break
		}
		if m[0] != m[1] || m[0] != last { // nothing is found again right behind a match
			out.WriteString(text[at:m[0]])
			expand(L, &out, with, text, m)
			checkLength(L, out.Len())
			at, last = m[1], m[1]
			count++
		} else {
			out.WriteString(text[at:m[0]])
			at = m[0]
		}
		if m[0] == m[1] {
			if at >= len(text) {
				break
			}
			_, width := utf8.DecodeRuneInString(text[at:])
			out.WriteString(text[at : at+width])
			at += width
		}
	}
	out.WriteString(text[min(at, len(text)):])
	checkLength(L, out.Len())
	L.Push(lua.LString(out.String()))
	L.Push(lua.LNumber(count))
	return 2
}

// expand writes what stands for a match: %0 is all of it, %1 the first capture,
// %% a percent sign, as string.gsub has it.
func expand(L *lua.LState, out *strings.Builder, with, text string, m []int) {
	for {
		plain, rest, found := strings.Cut(with, "%")
		out.WriteString(plain)
		if !found {
			return
		}
		if strings.HasPrefix(rest, "%") {
			out.WriteByte('%')
			with = rest[1:]
			continue
		}
		n, err := strconv.Atoi(rest[:min(1, len(rest))])
		if err != nil || 2*n >= len(m) {
			L.RaiseError("bellhop.re.replace: behind %s must stand %s, 0 or the number of a capture of the expression", "%", "%")
		}
		if m[2*n] >= 0 {
			out.WriteString(text[m[2*n]:m[2*n+1]])
		}
		with = rest[1:]
	}
}
