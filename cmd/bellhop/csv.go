package main

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// byteOrderMark tells a spreadsheet that a file is UTF-8: without it, Excel
// spoils every name that is not English.
const byteOrderMark = "\ufeff"

// writeCSV writes rows for a spreadsheet; what it would take for a formula is told
// to be text.
func (c *call) writeCSV(rows [][]string) error { return spreadsheet(c.out, rows, noFormula) }

// exportCSV writes rows for a spreadsheet and for an import, which takes what was
// put in front of a cell off again.
func (c *call) exportCSV(rows [][]string) error { return spreadsheet(c.out, rows, quoted) }

func spreadsheet(out io.Writer, rows [][]string, cell func(string) string) error {
	if _, err := io.WriteString(out, byteOrderMark); err != nil {
		return err
	}
	w := csv.NewWriter(out)
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, text := range row {
			cells[i] = cell(text)
		}
		if err := w.Write(cells); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// formulas are what a spreadsheet's formulas begin with; the wide ones count in
// some languages.
const formulas = "=+-@\t\r＝＋－＠"

// noFormula keeps a cell from being run by a spreadsheet: names of items and
// staff come from anybody. A number may well be negative.
func noFormula(cell string) string {
	if _, err := strconv.ParseFloat(cell, 64); err == nil || !begins(cell, formulas) {
		return cell
	}
	return "'" + cell
}

// noCell are what no cell of an exported file begins with: a formula would be
// run, +39 becomes 39 in a spreadsheet, and a row behind a # is a note.
const noCell = formulas + "#'"

func quoted(cell string) string {
	if begins(cell, noCell) {
		return "'" + cell
	}
	return cell
}

// unquoted undoes quoted. Another cell stays as it is, 't Huis too.
func unquoted(cell string) string {
	if rest, is := strings.CutPrefix(cell, "'"); is && begins(rest, noCell) {
		return rest
	}
	return cell
}

func begins(text, with string) bool {
	first, _ := utf8.DecodeRuneInString(text)
	return text != "" && strings.ContainsRune(with, first)
}
