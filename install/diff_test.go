package install

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func TestUnified(t *testing.T) {
	lines := func(from, to int) string {
		var text strings.Builder
		for n := from; n <= to; n++ {
			fmt.Fprintln(&text, n)
		}
		return text.String()
	}
	for _, c := range []struct{ name, before, after, want string }{
		{"equal", "a\n", "a\n", ""},
		{"new", "", "a\nb\n", "--- old\n+++ new\n@@ -0,0 +1,2 @@\n+a\n+b\n"},
		{"gone", "a\n", "", "--- old\n+++ new\n@@ -1,1 +0,0 @@\n-a\n"},
		{"no end of line", "a\nb", "a\nb\n", "--- old\n+++ new\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n"},
		{"ends of lines", "a\r\n", "a\n", "--- old\n+++ new\n@@ -1,1 +1,1 @@\n-a\\r\n+a\n"},
		{"other bytes", "\xb7\xbf\n", "\x1b[2J房\n", "--- old\n+++ new\n@@ -1,1 +1,1 @@\n-\\xb7\\xbf\n+\\x1b[2J房\n"},
		{
			"one hunk", lines(1, 20), strings.Replace(strings.Replace(lines(1, 20), "5\n", "five\n", 1), "12\n", "", 1),
			"--- old\n+++ new\n@@ -2,14 +2,13 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n 9\n 10\n 11\n-12\n 13\n 14\n 15\n",
		},
		{
			"two hunks", lines(1, 20), strings.Replace(strings.Replace(lines(1, 20), "5\n", "five\n", 1), "13\n", "", 1),
			"--- old\n+++ new\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n@@ -10,7 +10,6 @@\n 10\n 11\n 12\n-13\n 14\n 15\n 16\n",
		},
	} {
		if got := Diff("old", "new", []byte(c.before), []byte(c.after)); got != c.want {
			t.Errorf("%s:\n%s\nwant:\n%s", c.name, got, c.want)
		}
	}
}

func TestUnifiedOfWhatHasNothingInCommon(t *testing.T) {
	var a, b strings.Builder
	for n := range 3 * maxDiffer {
		fmt.Fprintln(&a, "a", n)
		fmt.Fprintln(&b, "b", n)
	}
	text := Diff("old", "new", []byte("same\n"+a.String()), []byte("same\n"+b.String()))
	if want := fmt.Sprintf("@@ -1,%d +1,%d @@\n same\n-a 0\n", 3*maxDiffer+1, 3*maxDiffer+1); !strings.Contains(text, want) {
		t.Errorf("it begins %.100q", text)
	}
}

var hunkHead = regexp.MustCompile(`^@@ -(\d+),(\d+) \+(\d+),(\d+) @@$`)

// patched applies a difference to the lines of a.
func patched(a []string, text string) ([]string, error) {
	var out []string
	at := 0
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for i, line := range lines {
		if i < 2 || line == "" {
			continue
		}
		if head := hunkHead.FindStringSubmatch(line); head != nil {
			from, _ := strconv.Atoi(head[1])
			if head[2] != "0" {
				from--
			}
			if from < at || from > len(a) {
				return nil, fmt.Errorf("a hunk at %d after %d", from, at)
			}
			out = append(out, a[at:from]...)
			at = from
			continue
		}
		end := "\n"
		if i+1 < len(lines) && strings.HasPrefix(lines[i+1], `\ No`) {
			end = ""
		}
		switch line[0] {
		case ' ', '-':
			if at >= len(a) || a[at] != line[1:]+end {
				return nil, fmt.Errorf("line %d is not %q", at, line)
			}
			if at++; line[0] == ' ' {
				out = append(out, line[1:]+end)
			}
		case '+':
			out = append(out, line[1:]+end)
		}
	}
	return append(out, a[at:]...), nil
}

// FuzzUnified: a difference that is applied to the one side gives the other.
func FuzzUnified(f *testing.F) {
	f.Add("abcabba", "cbabac")
	f.Add("", "x")
	f.Add("aaaaaaaaaaaaaaaaaaaabc", "aaaaaaabaaaaaaaaaaaaac.")
	f.Fuzz(func(t *testing.T, before, after string) {
		if len(before) > 200 || len(after) > 200 {
			return
		}
		a, b := linesOf(before), linesOf(after)
		text := Diff("old", "new", a, b)
		if (text == "") != bytes.Equal(a, b) {
			t.Fatalf("%q", text)
		}
		if text == "" {
			return
		}
		got, err := patched(splitLines(a), text)
		if err != nil || strings.Join(got, "") != string(b) {
			t.Errorf("%q and %q: %v\n%s", a, b, err, text)
		}
	})
}

// linesOf makes a line of each byte, of few kinds; a dot at the end leaves the
// last one open.
func linesOf(text string) []byte {
	var lines []byte
	for i := range len(text) {
		lines = append(lines, 'a'+text[i]%5, '\n')
	}
	if strings.HasSuffix(text, ".") {
		return lines[:len(lines)-1]
	}
	return lines
}
