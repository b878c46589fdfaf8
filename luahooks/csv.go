package luahooks

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	lua "github.com/yuin/gopher-lua"
)

// maxCSV bounds a text of rows that is made or read.
const maxCSV = 64 << 10

// cellBytes is about what a cell takes in memory beside its text.
const cellBytes = 64

// separator is the character between two cells: one that neither ends a line nor
// quotes; a comma when it is absent.
func (o options) separator() rune {
	text := o.text("separator", false)
	if text == "" {
		return ','
	}
	r, width := utf8.DecodeRuneInString(text)
	if width != len(text) || r == '"' || r == '\n' || r == '\r' || r == utf8.RuneError {
		o.fail("separator", "one character that is no quotation mark and ends no line", lua.LString(text))
	}
	return r
}

// csvEncode writes rows as RFC 4180 has them.
func csvEncode(L *lua.LState) int {
	const what = "bellhop.csv.encode"
	rows := L.CheckTable(1)
	o := newOptions(L, what, L.OptTable(2, L.NewTable()))
	var out strings.Builder
	w := csv.NewWriter(&out)
	w.Comma, w.UseCRLF = o.separator(), true
	// To ask for a length looks through all that was removed behind the last one.
	for i, last := 1, rows.Len(); i <= last; i++ {
		if err := L.Context().Err(); err != nil {
			L.RaiseError("%s: %s", what, err)
		}
		row, ok := rows.RawGetInt(i).(*lua.LTable)
		if !ok {
			L.RaiseError("%s: row %d must be a list of texts and numbers", what, i)
		}
		if err := w.Write(csvRow(L, i, row)); err != nil {
			L.RaiseError("%s: row %d: %s", what, i, err)
		}
		w.Flush()
		if out.Len() > maxCSV {
			L.RaiseError("%s: becomes more than %d KiB", what, maxCSV>>10)
		}
	}
	L.Push(lua.LString(out.String()))
	return 1
}

func csvRow(L *lua.LState, i int, row *lua.LTable) []string {
	last := row.Len()
	cells := make([]string, 0, min(last, maxReportRows))
	size := 0
	for n := 1; n <= last; n++ {
		value := row.RawGetInt(n)
		text, ok := textOf(value)
		switch x := value.(type) {
		case lua.LBool, lua.LNumber:
			text, ok = x.String(), true
		}
		if !ok {
			L.RaiseError("bellhop.csv.encode: row %d: cell %d must be a text, a number, true or false", i, n)
		}
		if size += len(text) + 1; size > maxCSV {
			L.RaiseError("bellhop.csv.encode: becomes more than %d KiB", maxCSV>>10)
		}
		cells = append(cells, text)
	}
	return cells
}

// csvDecode gives rows, lists of texts, or with head = true tables by the names in
// the first line; nil and a reason for what is no CSV.
func csvDecode(L *lua.LState) int {
	const what = "bellhop.csv.decode"
	text := checkText(L, 1)
	o := newOptions(L, what, L.OptTable(2, L.NewTable()))
	separator, head := o.separator(), o.flag("head")
	rows, err := readCSV(L, text, separator, head)
	if err != nil {
		L.Push(lua.LNil)
		L.Push(lua.LString(err.Error()))
		return 2
	}
	L.Push(rows)
	return 1
}

func readCSV(L *lua.LState, text string, separator rune, head bool) (*lua.LTable, error) {
	if len(text) > maxCSV {
		return nil, fmt.Errorf("has more than %d KiB", maxCSV>>10)
	}
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff"))) // a spreadsheet's byte order mark
	r.Comma, r.FieldsPerRecord, r.ReuseRecord = separator, -1, true
	var names []string
	rows := L.NewTable()
	for {
		cells, err := r.Read()
		switch {
		case errors.Is(err, io.EOF):
			return rows, nil
		case err != nil:
			return nil, err
		case head && names == nil:
			names = append([]string{}, cells...)
			continue
		case head && len(cells) != len(names):
			line, _ := r.FieldPos(0)
			return nil, fmt.Errorf("line %d has %d cells, and the first line %d", line, len(cells), len(names))
		}
		if w, ok := L.Context().(*watch); ok { // with what was needed to read it
			w.charge(cellBytes * len(cells))
			if err := w.Err(); err != nil {
				return nil, err
			}
		}
		row := L.CreateTable(len(cells), 0)
		for i, cell := range cells {
			if head {
				row.RawSetString(names[i], lua.LString(cell))
			} else {
				row.Append(lua.LString(cell))
			}
		}
		rows.Append(row)
	}
}
