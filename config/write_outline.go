package config

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// entry is a key of a file and where its value stands in the text.
type entry struct {
	section, name string
	value, end    int // the first byte of the value, and the one behind it
}

// outline finds the keys of a text that can be decoded, and where more could be
// added to each section: behind its last key.
func outline(text []byte) (entries []entry, sections map[string]int) {
	sections = map[string]int{}
	section := ""
	for at := 0; at < len(text); {
		line := lineEnd(text, at)
		word := bytes.TrimSpace(bytes.TrimPrefix(text[at:line], []byte(byteOrderMark)))
		switch {
		case len(word) == 0 || word[0] == '#':
		case word[0] == '[':
			section = strings.TrimSpace(string(bytes.Trim(untilComment(word), "[] \t\r")))
			sections[section] = line
		default:
			e := entry{section: section}
			e.name, e.value = keyAt(text, at)
			e.end = valueEnd(text, e.value)
			line = lineEnd(text, e.end)
			entries = append(entries, e)
			sections[section] = line
		}
		at = line
	}
	return entries, sections
}

// lineEnd is behind the end of the line.
func lineEnd(text []byte, at int) int {
	if n := bytes.IndexByte(text[at:], '\n'); n >= 0 {
		return at + n + 1
	}
	return len(text)
}

func untilComment(line []byte) []byte {
	before, _, _ := bytes.Cut(line, []byte("#"))
	return before
}

// keyAt reads the key of a line and finds its value.
func keyAt(text []byte, at int) (name string, value int) {
	begin := at
	for quote := byte(0); at < len(text) && (quote != 0 || text[at] != '='); at++ {
		switch c := text[at]; {
		case c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		}
	}
	name = strings.TrimSpace(strings.TrimPrefix(string(text[begin:at]), byteOrderMark))
	for at = min(at+1, len(text)); at < len(text) && (text[at] == ' ' || text[at] == '\t'); at++ {
	}
	return name, at
}

// valueEnd finds the end of the value that begins there: strings may hold
// anything, lists may have lines and comments.
func valueEnd(text []byte, at int) int {
	depth, end := 0, at
	for at < len(text) {
		switch c := text[at]; {
		case c == '"' || c == '\'':
			at = stringEnd(text, at)
			end = at
			continue
		case c == '#' && depth == 0:
			return end
		case c == '#':
			at = lineEnd(text, at)
			continue
		case c == '\n' && depth == 0:
			return end
		case c == '[' || c == '{':
			depth++
		case c == ']' || c == '}':
			depth--
		}
		if !isBlank(text[at]) {
			end = at + 1
		}
		at++
	}
	return end
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// stringEnd is behind the string that begins there.
func stringEnd(text []byte, at int) int {
	mark := text[at : at+1]
	if three := slices.Concat(mark, mark, mark); bytes.HasPrefix(text[at:], three) {
		mark = three
	}
	for at += len(mark); at < len(text); at++ {
		switch {
		case mark[0] == '"' && text[at] == '\\':
			at++
		case bytes.HasPrefix(text[at:], mark):
			at += len(mark)
			for len(mark) == 3 && at < len(text) && text[at] == mark[0] { // """" ends with a quotation mark in it
				at++
			}
			return at
		}
	}
	return len(text)
}

// head begins a file that was empty.
const head = `# Bellhop: the facts of this installation, as "bellhop setup" wrote them. What
# does not stand here is as "bellhop config example" shows it, which has every key.
# Secrets are never in this file.
`

// commented is a line with a comment where those of [Example] stand.
func commented(line, comment string) string {
	if comment == "" {
		return line
	}
	return fmt.Sprintf("%-33s %s", line, comment)
}

// exampleComments are what [Example] says of each key behind it.
var exampleComments = sync.OnceValue(func() map[string]string {
	all := map[string]string{}
	text := []byte(Example)
	entries, _ := outline(text)
	for _, e := range entries {
		all[e.section+"."+e.name] = strings.TrimSpace(string(text[e.end:lineEnd(text, e.end)]))
	}
	return all
})

// placeOf is where a key stands in [Example]; what does not comes last.
func placeOf(key string) int {
	if at, known := examplePlaces()[key]; known {
		return at
	}
	return len(Example)
}

var examplePlaces = sync.OnceValue(func() map[string]int {
	all := map[string]int{}
	entries, _ := outline([]byte(Example))
	for _, e := range entries {
		all[e.section+"."+e.name] = e.value
	}
	return all
})

// exampleLeads are the comments that stand before sections in [Example].
var exampleLeads = sync.OnceValue(func() map[string]string {
	all := map[string]string{}
	lead := ""
	for line := range strings.Lines(Example) {
		switch {
		case strings.HasPrefix(line, "#"):
			lead += line
		case strings.HasPrefix(line, "["):
			name, _, _ := strings.Cut(line[1:], "]")
			all[name] = lead
			lead = ""
		default:
			lead = ""
		}
	}
	return all
})
