package luahooks

import (
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// maxString is the longest text that a function of a library takes or gives.
const maxString = 1 << 20

// checkText is argument n as a string that is not too long to work on.
func checkText(L *lua.LState, n int) string {
	text := L.CheckString(n)
	checkLength(L, len(text))
	return text
}

// charge counts the bytes of a text that was made, so that a hook that gathers
// large ones is noticed at once and not at the next look.
func charge(L *lua.LState, n int) {
	if w, ok := L.Context().(*watch); ok && n > 4096 {
		w.charge(n)
	}
}

// push pushes a text that was made.
func push(L *lua.LState, text string) {
	charge(L, len(text))
	L.Push(lua.LString(text))
}

// maxInt is beyond every place and count that a text within the bounds has.
const maxInt = 1 << 30

// checkInt is argument n cut off to a number that every processor's int holds.
func checkInt(L *lua.LState, n int) int {
	f := float64(L.CheckNumber(n))
	if math.IsNaN(f) {
		return 0
	}
	return int(min(max(f, -maxInt), maxInt))
}

func optInt(L *lua.LState, n, absent int) int {
	if L.Get(n) == lua.LNil {
		return absent
	}
	return checkInt(L, n)
}

func checkLength(L *lua.LState, n int) {
	if n > maxString {
		L.RaiseError("a string would have more than %d bytes", maxString)
	}
}

// stringFunctions replace those of the interpreter that may work long within
// one call, where no deadline reaches them.
var stringFunctions = map[string]lua.LGFunction{
	"find":    func(L *lua.LState) int { return stringFind(L, true) },
	"match":   func(L *lua.LState) int { return stringFind(L, false) },
	"gmatch":  stringGmatch,
	"gsub":    stringGsub,
	"rep":     stringRep,
	"format":  stringFormat,
	"lower":   func(L *lua.LState) int { return mapText(L, strings.ToLower) },
	"upper":   func(L *lua.LState) int { return mapText(L, strings.ToUpper) },
	"reverse": func(L *lua.LState) int { return mapText(L, reverse) },
}

func mapText(L *lua.LState, f func(string) string) int {
	push(L, f(checkText(L, 1)))
	return 1
}

func reverse(text string) string {
	out := make([]byte, len(text))
	for i := range len(text) {
		out[len(text)-1-i] = text[i]
	}
	return string(out)
}

func stringRep(L *lua.LState) int {
	text, n := L.CheckString(1), max(checkInt(L, 2), 0)
	if len(text) > 0 && n > maxString/len(text) {
		checkLength(L, maxString+1)
	}
	push(L, strings.Repeat(text, min(n, maxString)))
	return 1
}

func mustMatcher(L *lua.LState, src, pat string) *matcher {
	m, err := newMatcher(src, pat)
	if err != nil {
		L.RaiseError("%s", err)
	}
	return m
}

func (m *matcher) mustFind(L *lua.LState, from int) (start, end int, ok bool) {
	start, end, ok, err := m.find(from)
	if err != nil {
		L.RaiseError("%s", err)
	}
	return start, end, ok
}

func (m *matcher) value(i, start, end int) lua.LValue {
	text, position := m.captured(i, start, end)
	if position > 0 {
		return lua.LNumber(position)
	}
	return lua.LString(text)
}

// pushCaptures pushes the captures, or the whole match when there are none.
func (m *matcher) pushCaptures(L *lua.LState, start, end int) int {
	for i := range m.count() {
		L.Push(m.value(i, start, end))
	}
	return m.count()
}

// stringFind is find, which also gives the place, and match, which does not.
func stringFind(L *lua.LState, places bool) int {
	src, pat := checkText(L, 1), L.CheckString(2)
	from := optInt(L, 3, 1)
	if from < 0 {
		from = max(len(src)+from+1, 1)
	}
	from = max(from-1, 0)
	if from > len(src) {
		L.Push(lua.LNil)
		return 1
	}
	if places && L.ToBool(4) {
		at := strings.Index(src[from:], pat)
		if at < 0 {
			L.Push(lua.LNil)
			return 1
		}
		L.Push(lua.LNumber(from + at + 1))
		L.Push(lua.LNumber(from + at + len(pat)))
		return 2
	}
	m := mustMatcher(L, src, pat)
	start, end, ok := m.mustFind(L, from)
	switch {
	case !ok:
		L.Push(lua.LNil)
		return 1
	case !places:
		return m.pushCaptures(L, start, end)
	}
	L.Push(lua.LNumber(start + 1))
	L.Push(lua.LNumber(end))
	if m.level == 0 {
		return 2
	}
	return 2 + m.pushCaptures(L, start, end)
}

func stringGmatch(L *lua.LState) int {
	src, pat := checkText(L, 1), L.CheckString(2)
	m := mustMatcher(L, src, pat)
	from := 0
	L.Push(L.NewFunction(func(L *lua.LState) int {
		if from > len(src) {
			return 0
		}
		start, end, ok := m.mustFind(L, from)
		if !ok {
			from = len(src) + 1
			return 0
		}
		from = end
		if end == start {
			from++
		}
		return m.pushCaptures(L, start, end)
	}))
	return 1
}

func stringGsub(L *lua.LState) int {
	src, pat := checkText(L, 1), L.CheckString(2)
	L.CheckTypes(3, lua.LTString, lua.LTNumber, lua.LTTable, lua.LTFunction)
	most := optInt(L, 4, maxInt)
	m := mustMatcher(L, src, pat)
	var out strings.Builder
	done, at := 0, 0
	for done < most && at <= len(src) {
		start, end, ok := m.mustFind(L, at)
		if !ok {
			break
		}
		out.WriteString(src[at:start])
		out.WriteString(m.replacement(L, start, end))
		checkLength(L, out.Len())
		done++
		at = end
		if end == start {
			if at < len(src) {
				out.WriteByte(src[at])
			}
			at++
		}
		if strings.HasPrefix(pat, "^") {
			break
		}
	}
	if at < len(src) {
		out.WriteString(src[at:])
	}
	checkLength(L, out.Len())
	push(L, out.String())
	L.Push(lua.LNumber(done))
	return 2
}

// replacement is what gsub puts in the place of a match.
func (m *matcher) replacement(L *lua.LState, start, end int) string {
	var value lua.LValue
	switch by := L.Get(3).(type) {
	case *lua.LTable:
		value = L.GetTable(by, m.value(0, start, end))
	case *lua.LFunction:
		// The function may match as well, but not with this matcher.
		L.Push(by)
		n := m.pushCaptures(L, start, end)
		L.Call(n, 1)
		value = L.Get(-1)
		L.Pop(1)
	default:
		return m.template(L, by.String(), start, end)
	}
	switch {
	case lua.LVIsFalse(value):
		return m.src[start:end]
	case !lua.LVCanConvToString(value):
		L.RaiseError("invalid replacement value (a %s)", value.Type())
	}
	return lua.LVAsString(value)
}

// template fills %0 to %9 of a replacement text.
func (m *matcher) template(L *lua.LState, text string, start, end int) string {
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c != '%' || i+1 == len(text) {
			out.WriteByte(c)
			continue
		}
		i++
		switch d := text[i]; {
		case d == '0':
			out.WriteString(m.src[start:end])
		case !isDigit(d):
			out.WriteByte(d)
		case int(d-'1') >= m.count():
			L.RaiseError("invalid capture index %%%c in the replacement", d)
		default:
			out.WriteString(m.value(int(d-'1'), start, end).String())
		}
		checkLength(L, out.Len())
	}
	return out.String()
}

// stringFormat is format with at most two digits of width and precision, as
// in Lua itself.
func stringFormat(L *lua.LState) int {
	format := checkText(L, 1)
	var out strings.Builder
	arg := 1
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			out.WriteByte(format[i])
			continue
		}
		if i++; i < len(format) && format[i] == '%' {
			out.WriteByte('%')
			continue
		}
		spec, next := formatSpec(L, format, i)
		i = next
		arg++
		out.WriteString(formatValue(L, spec, format[i], arg))
		checkLength(L, out.Len())
	}
	push(L, out.String())
	return 1
}

// formatSpec reads flags, width and precision; next is the place of the
// letter.
func formatSpec(L *lua.LState, format string, i int) (spec string, next int) {
	start := i
	digits := func() {
		from := i
		for i < len(format) && isDigit(format[i]) {
			i++
		}
		if i-from > 2 {
			L.RaiseError("width or precision of string.format has more than two digits")
		}
	}
	for i < len(format) && strings.IndexByte("-+ #0", format[i]) >= 0 {
		i++
	}
	if i-start > 5 {
		L.RaiseError("string.format has repeated flags")
	}
	digits()
	if i < len(format) && format[i] == '.' {
		i++
		digits()
	}
	if i >= len(format) {
		L.RaiseError("string.format ends within a '%%'")
	}
	return "%" + format[start:i], i
}

func formatValue(L *lua.LState, spec string, letter byte, arg int) string {
	switch letter {
	case 'd', 'i':
		return fmt.Sprintf(spec+"d", whole(L, arg))
	case 'c':
		return string([]byte{byte(whole(L, arg))})
	case 'u':
		return fmt.Sprintf(spec+"d", uint64(whole(L, arg)))
	case 'o', 'x', 'X':
		return fmt.Sprintf(spec+string(letter), uint64(whole(L, arg)))
	case 'e', 'E', 'f', 'g', 'G':
		return fmt.Sprintf(spec+string(letter), float64(L.CheckNumber(arg)))
	case 's':
		text := plainText(L, L.CheckAny(arg))
		checkLength(L, len(text))
		return fmt.Sprintf(spec+"s", text)
	case 'q':
		return quote(checkText(L, arg))
	}
	L.RaiseError("string.format does not know '%%%c'", letter)
	return ""
}

func whole(L *lua.LState, arg int) int64 {
	n := float64(L.CheckNumber(arg))
	if n != math.Trunc(n) || math.Abs(n) > 1<<53 {
		L.RaiseError("string.format needs a whole number as argument %d, but it is %s", arg, lua.LNumber(n))
	}
	return int64(n)
}

func quote(text string) string {
	return `"` + strings.NewReplacer(`"`, `\"`, `\`, `\\`, "\n", "\\\n", "\r", `\r`, "\x00", `\000`).Replace(text) + `"`
}

// plainText is a value as people read it. Tables and functions show no
// address: it would be another one in each run.
func plainText(L *lua.LState, v lua.LValue) string {
	switch v := v.(type) {
	case lua.LString:
		return string(v)
	case lua.LNumber:
		return numberText(v)
	case *lua.LNilType, lua.LBool:
		return v.String()
	}
	if L.GetMetaField(v, "__tostring") != lua.LNil {
		if text := L.ToStringMeta(v); lua.LVCanConvToString(text) {
			return text.String()
		}
	}
	return v.Type().String()
}

func numberText(n lua.LNumber) string {
	if f := float64(n); f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		return strconv.FormatInt(int64(f), 10)
	}
	return n.String()
}

// maxSort bounds what one call sorts.
const maxSort = 1 << 16

// tableSort sorts a list. To compare two long texts takes the interpreter a
// millisecond, and without a comparing function of the hook's a whole sort is one
// instruction: so each comparison asks whether the run is to end.
func tableSort(L *lua.LState) int {
	t := L.CheckTable(1)
	n := t.Len()
	if n > maxSort {
		L.RaiseError("table.sort: the list has more than %d elements", maxSort)
	}
	s := sorter{L: L, values: make([]lua.LValue, n)}
	if L.GetTop() > 1 {
		s.less = L.CheckFunction(2)
	}
	for i := range n {
		s.values[i] = t.RawGetInt(i + 1)
	}
	sort.Sort(s)
	for i, v := range s.values {
		t.RawSetInt(i+1, v)
	}
	return 0
}

type sorter struct {
	L      *lua.LState
	less   *lua.LFunction
	values []lua.LValue
}

func (s sorter) Len() int      { return len(s.values) }
func (s sorter) Swap(i, j int) { s.values[i], s.values[j] = s.values[j], s.values[i] }

func (s sorter) Less(i, j int) bool {
	goOn(s.L)
	if s.less == nil {
		return s.L.LessThan(s.values[i], s.values[j])
	}
	s.L.Push(s.less)
	s.L.Push(s.values[i])
	s.L.Push(s.values[j])
	s.L.Call(2, 1)
	less := lua.LVAsBool(s.L.Get(-1))
	s.L.Pop(1)
	return less
}

// goOn ends the run if it is to end: for work that is long within one instruction.
func goOn(L *lua.LState) {
	if err := L.Context().Err(); err != nil {
		L.RaiseError("%s", err)
	}
}

func tableConcat(L *lua.LState) int {
	t, sep := L.CheckTable(1), L.OptString(2, "")
	from, to := optInt(L, 3, 1), optInt(L, 4, t.Len())
	var out strings.Builder
	for i := from; i <= to; i++ {
		v := t.RawGetInt(i)
		if !lua.LVCanConvToString(v) {
			L.RaiseError("table.concat: element %d is a %s", i, v.Type())
		}
		out.WriteString(lua.LVAsString(v))
		if i < to {
			out.WriteString(sep)
		}
		checkLength(L, out.Len())
	}
	push(L, out.String())
	return 1
}

// concat is what a .. b .. c calls.
func concat(L *lua.LState) int {
	n := L.GetTop()
	length, plain := 0, true
	for i := 1; i <= n; i++ {
		switch v := L.Get(i).(type) {
		case lua.LString:
			length += len(v)
		case lua.LNumber:
		default:
			plain = false
		}
	}
	checkLength(L, length)
	if !plain {
		return concatOthers(L, n)
	}
	var out strings.Builder
	out.Grow(length)
	for i := 1; i <= n; i++ {
		out.WriteString(L.Get(i).String())
	}
	push(L, out.String())
	return 1
}

// concatOthers joins n values from the right and lets tables say by __concat
// what that means.
func concatOthers(L *lua.LState, n int) int {
	right := L.Get(n)
	for i := n - 1; i >= 1; i-- {
		left := L.Get(i)
		if lua.LVCanConvToString(left) && lua.LVCanConvToString(right) {
			text := left.String() + right.String()
			checkLength(L, len(text))
			charge(L, len(text))
			right = lua.LString(text)
			continue
		}
		join := L.GetMetaField(left, "__concat")
		if join == lua.LNil {
			join = L.GetMetaField(right, "__concat")
		}
		if join == lua.LNil {
			bad := left
			if lua.LVCanConvToString(left) {
				bad = right
			}
			L.RaiseError("attempt to concatenate a %s value", bad.Type())
		}
		L.Push(join)
		L.Push(left)
		L.Push(right)
		L.Call(2, 1)
		right = L.Get(-1)
		L.Pop(1)
	}
	L.Push(right)
	return 1
}
