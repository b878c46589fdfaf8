package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"unicode/utf8"
)

func listFlags(f *flag.FlagSet, c *call) {
	jsonFlag(f, c)
	f.StringVar(&c.opt.room, "room", "", "of one `ROOM`")
	f.Uint64Var(&c.opt.limit, "limit", 100, "at most so many")
}

// tellCut says that a list may go on: who adds it up would not notice.
func (c *call) tellCut(listed int) {
	if uint64(listed) == c.opt.limit {
		fmt.Fprintf(c.err, "these are the newest %d; --limit shows more, if there are any\n", listed)
	}
}

// maxCSV bounds an import file.
const maxCSV = 1 << 20

// readCSV reads the file named by the first argument; "-" is standard input.
// Its first line names the columns, in any order.
func (c *call) readCSV(must, may []string, take func(line int, row map[string]string) error) error {
	if err := c.need(1); err != nil {
		return err
	}
	var in io.Reader = os.Stdin
	if c.args[0] != "-" {
		f, err := os.Open(c.args[0])
		if err != nil {
			return fmt.Errorf("read %s: %w", c.args[0], err)
		}
		defer f.Close()
		in = f
	}
	text, err := reading(c.ctx, func() ([]byte, error) { return io.ReadAll(io.LimitReader(in, maxCSV+1)) })
	if err != nil {
		return fmt.Errorf("read %s: %w", c.args[0], err)
	}
	if err := parseCSV(text, must, may, take); err != nil {
		return fmt.Errorf("%s: %w", c.args[0], err)
	}
	return nil
}

func parseCSV(text []byte, must, may []string, take func(line int, row map[string]string) error) error {
	if len(text) > maxCSV {
		return fmt.Errorf("is longer than %d bytes: import it in parts", maxCSV)
	}
	if !utf8.Valid(text) {
		return errors.New("is not UTF-8, and names would be spoilt: let the spreadsheet save it as \"CSV UTF-8\"")
	}
	// A spreadsheet may have put a byte order mark in front.
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte(byteOrderMark))))
	r.TrimLeadingSpace = true
	r.Comment = '#'
	head, err := r.Read()
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("is empty: the first line must name the columns %s", strings.Join(append(must, may...), ","))
	}
	if err != nil {
		return fmt.Errorf("the first line must name the columns %s: %w", strings.Join(append(must, may...), ","), err)
	}
	for i := range head {
		head[i] = strings.ToLower(strings.TrimSpace(head[i]))
	}
	if err := checkColumns(head, must, may); err != nil {
		return err
	}
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if errors.Is(err, csv.ErrFieldCount) {
			line, _ := r.FieldPos(0)
			return fmt.Errorf("line %d: wrong number of fields: %d, but line 1 names %d columns; amounts have a point and no comma, and a text with a comma stands in quotes", line, len(cells), len(head))
		}
		if err != nil {
			return err
		}
		line, _ := r.FieldPos(0)
		row, blank := map[string]string{}, true
		for i, name := range head {
			row[name] = unquoted(strings.TrimSpace(cells[i]))
			blank = blank && row[name] == ""
		}
		if blank {
			continue // spreadsheets leave such lines at the end
		}
		if err := take(line, row); err != nil {
			return err
		}
	}
}

func checkColumns(head, must, may []string) error {
	if len(head) == 1 && strings.ContainsAny(head[0], ";\t") {
		return fmt.Errorf("line 1: columns must be parted by commas, but it is %q", head[0])
	}
	seen := map[string]bool{}
	for _, name := range head {
		if seen[name] {
			return fmt.Errorf("line 1: column %q is there twice", name)
		}
		seen[name] = true
	}
	for _, name := range must {
		if !seen[name] {
			return fmt.Errorf("line 1: column %q is missing; needed: %s; possible: %s", name, strings.Join(must, ", "), strings.Join(may, ", "))
		}
		delete(seen, name)
	}
	for _, name := range may {
		delete(seen, name)
	}
	for name := range seen {
		return fmt.Errorf("line 1: column %q is unknown; needed: %s; possible: %s", name, strings.Join(must, ", "), strings.Join(may, ", "))
	}
	return nil
}

func (c *call) history(path string) string {
	return fmt.Sprintf("%s?limit=%d&room=%s", path, c.opt.limit, url.QueryEscape(c.opt.room))
}
