package install

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
)

const (
	around    = 3   // lines shown around a change
	maxDiffer = 600 // lines that may differ before it is all shown as changed
)

// isText tells what a diff is shown of: no control characters but those of
// lines. Any encoding that keeps ASCII will do, such as a PBX's GBK.
func isText(data []byte) bool {
	return !bytes.ContainsFunc(data, func(r rune) bool {
		return r < ' ' && r != '\n' && r != '\r' && r != '\t' && r != '\f'
	})
}

// Diff gives the difference in the form of diff -u; "" if there is none.
// Bytes that a terminal cannot show are shown as \x…, and the CR of a line's end
// as \r where only one side has it.
func Diff(oldName, newName string, before, after []byte) string {
	if bytes.Equal(before, after) {
		return ""
	}
	a, b := splitLines(before), splitLines(after)
	edits := compareLines(a, b)
	var text strings.Builder
	fmt.Fprintf(&text, "--- %s\n+++ %s\n", oldName, newName)
	for i := 0; i < len(edits); {
		if edits[i].op == ' ' {
			i++
			continue
		}
		last := i
		for j := i + 1; j < len(edits) && j-last <= 2*around+1; j++ {
			if edits[j].op != ' ' {
				last = j
			}
		}
		end := min(len(edits), last+1+around)
		writeHunk(&text, edits[max(0, i-around):end])
		i = end
	}
	return text.String()
}

// edit is one line of a difference. a and b count the lines before it.
type edit struct {
	op   byte // ' ', '-' or '+'
	line string
	a, b int
}

func writeHunk(text *strings.Builder, edits []edit) {
	var inA, inB int
	for _, e := range edits {
		if e.op != '+' {
			inA++
		}
		if e.op != '-' {
			inB++
		}
	}
	fmt.Fprintf(text, "@@ -%s +%s @@\n", span(edits[0].a, inA), span(edits[0].b, inB))
	for _, e := range edits {
		line, whole := strings.CutSuffix(e.line, "\n")
		text.WriteByte(e.op)
		text.WriteString(shown(line, e.op != ' '))
		text.WriteByte('\n')
		if !whole {
			text.WriteString("\\ No newline at end of file\n")
		}
	}
}

func span(before, count int) string {
	if count == 0 {
		return fmt.Sprintf("%d,0", before)
	}
	return fmt.Sprintf("%d,%d", before+1, count)
}

func shown(line string, changed bool) string {
	var text strings.Builder
	line, cr := strings.CutSuffix(line, "\r")
	for i := 0; i < len(line); {
		r, size := utf8.DecodeRuneInString(line[i:])
		if r == utf8.RuneError && size == 1 || r < ' ' && r != '\t' || r >= 0x7f && r < 0xa0 {
			fmt.Fprintf(&text, `\x%02x`, line[i])
			i++
			continue
		}
		text.WriteString(line[i : i+size])
		i += size
	}
	if cr && changed {
		text.WriteString(`\r`)
	}
	return text.String()
}

func splitLines(data []byte) []string {
	if len(data) == 0 {
		return nil
	}
	lines := strings.SplitAfter(string(data), "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// compareLines finds a shortest list of edits (Myers, 1986); beyond maxDiffer
// of them all that is between the first and the last difference is one change.
func compareLines(a, b []string) []edit {
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	var edits []edit
	for i := range head {
		edits = append(edits, edit{' ', a[i], i, i})
	}
	for _, e := range shortest(a[head:len(a)-tail], b[head:len(b)-tail]) {
		e.a, e.b = e.a+head, e.b+head
		edits = append(edits, e)
	}
	for i := tail; i > 0; i-- {
		edits = append(edits, edit{' ', a[len(a)-i], len(a) - i, len(b) - i})
	}
	return edits
}

func shortest(a, b []string) []edit {
	trail, found := walk(a, b)
	if !found {
		return replaced(a, b)
	}
	var back []edit
	x, y := len(a), len(b)
	for d := len(trail) - 1; d > 0; d-- {
		v := trail[d-1]
		k := x - y
		prevK := k - 1
		if k == -d || k != d && v[d-1+k] < v[d+1+k] {
			prevK = k + 1
		}
		prevX := v[prevK+d]
		prevY := prevX - prevK
		for x > prevX && y > prevY && x > 0 && y > 0 && a[x-1] == b[y-1] {
			x, y = x-1, y-1
			back = append(back, edit{' ', a[x], x, y})
		}
		if x == prevX {
			y--
			back = append(back, edit{'+', b[y], x, y})
		} else {
			x--
			back = append(back, edit{'-', a[x], x, y})
		}
	}
	for x > 0 && y > 0 {
		x, y = x-1, y-1
		back = append(back, edit{' ', a[x], x, y})
	}
	for i, j := 0, len(back)-1; i < j; i, j = i+1, j-1 {
		back[i], back[j] = back[j], back[i]
	}
	return back
}

// walk notes for each number of edits d how far each diagonal k = x-y comes;
// trail[d] has the diagonals -d-1 … d+1, that of k at k+d+1.
func walk(a, b []string) (trail [][]int, found bool) {
	limit := min(len(a)+len(b), maxDiffer)
	var before []int // diagonals -d … d of the step before, at k+d
	for d := 0; d <= limit; d++ {
		row := make([]int, 2*d+3)
		for k := -d; k <= d; k += 2 {
			var x int
			switch {
			case d == 0:
			case k == -d || k != d && before[k-1+d] < before[k+1+d]:
				x = before[k+1+d]
			default:
				x = before[k-1+d] + 1
			}
			y := x - k
			for x < len(a) && y < len(b) && a[x] == b[y] {
				x, y = x+1, y+1
			}
			row[k+d+1] = x
			if x >= len(a) && y >= len(b) {
				return append(trail, row), true
			}
		}
		trail = append(trail, row)
		before = row
	}
	return nil, false
}

func replaced(a, b []string) []edit {
	var edits []edit
	for i, line := range a {
		edits = append(edits, edit{'-', line, i, 0})
	}
	for i, line := range b {
		edits = append(edits, edit{'+', line, len(a), i})
	}
	return edits
}
