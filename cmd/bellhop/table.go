package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
)

// show prints records: one JSON value a line, or an aligned table.
func show[T any](c *call, records []T, head string, row func(T) []any) error {
	if c.json {
		e := json.NewEncoder(c.out)
		for _, r := range records {
			if err := e.Encode(r); err != nil {
				return err
			}
		}
		return nil
	}
	if len(records) == 0 {
		_, err := fmt.Fprintln(c.err, "nothing to list")
		return err
	}
	rows := [][]string{strings.Fields(head)}
	for _, r := range records {
		rows = append(rows, cellsOf(row(r)))
	}
	return writeTable(c.out, rows)
}

func cellsOf(values []any) []string {
	cells := make([]string, len(values))
	for i, v := range values {
		cells[i] = cmp.Or(plain(fmt.Sprint(v)), "-")
	}
	return cells
}

// writeTable aligns columns by what a terminal shows: a Chinese character is
// as wide as two letters.
func writeTable(out io.Writer, rows [][]string) error {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], width(cell))
		}
	}
	w := bufio.NewWriter(out)
	for _, row := range rows {
		last := len(row) - 1
		for i, cell := range row[:last] {
			w.WriteString(cell + strings.Repeat(" ", widths[i]-width(cell)+2))
		}
		w.WriteString(row[last] + "\n")
	}
	return w.Flush()
}

// wide are the blocks whose characters take two places (Unicode Standard
// Annex 11).
var wide = &unicode.RangeTable{
	R16: []unicode.Range16{{0x1100, 0x115f, 1}, {0x2e80, 0x303e, 1}, {0x3041, 0xa4cf, 1}, {0xac00, 0xd7a3, 1}, {0xf900, 0xfaff, 1}, {0xfe30, 0xfe6f, 1}, {0xff00, 0xff60, 1}, {0xffe0, 0xffe6, 1}},
	R32: []unicode.Range32{{0x1f300, 0x1faff, 1}, {0x20000, 0x3fffd, 1}},
}

func width(text string) (places int) {
	for _, r := range text {
		switch {
		case unicode.Is(wide, r):
			places += 2
		case !unicode.Is(unicode.Mn, r):
			places++
		}
	}
	return places
}

// plain takes out what would command a terminal: what a PBX or a PMS sent is
// shown too.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r):
			return ' '
		case unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, text)
}

// showOne prints one record as indented JSON.
func showOne(c *call, record any) error {
	e := json.NewEncoder(c.out)
	if !c.json {
		e.SetIndent("", "  ")
	}
	return e.Encode(record)
}

// at prints a time for a person, in the hotel's zone.
func (c *call) at(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.In(c.zone).Format("2006-01-02 15:04:05")
}

// brief shortens a text for a table.
func brief(text string, most int) string {
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return string(runes[:most-1]) + "…"
}
