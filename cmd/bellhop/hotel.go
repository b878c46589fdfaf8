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
	"strconv"
	"strings"
	"unicode/utf8"

	"bellhop/hotel"
)

func hotelCommands() []*command {
	return []*command{
		{words: "minibar items list", about: "list the minibar items", run: itemsList, flags: jsonFlag},
		{words: "minibar items import", args: "FILE", about: "take items from a CSV file: minibar, code, name, price, max", run: itemsImport},
	}
}

func listFlags(f *flag.FlagSet, c *call) {
	jsonFlag(f, c)
	f.StringVar(&c.opt.room, "room", "", "of one `ROOM`")
	f.Uint64Var(&c.opt.limit, "limit", 100, "at most so many")
}

func itemsList(c *call) error {
	client, err := c.client()
	if err != nil {
		return err
	}
	var items []hotel.Item
	if err := client.Get(c.ctx, "/v1/items", &items); err != nil {
		return err
	}
	return show(c, items, "MINIBAR CODE NAME PRICE MAX", func(i hotel.Item) []any {
		return []any{i.Minibar, i.Code, i.Name, money(i.Price), i.Max}
	})
}

// money prints an amount of minor units with its two places.
func money(minor int64) string {
	sign := ""
	if minor < 0 {
		sign, minor = "-", -minor
	}
	return fmt.Sprintf("%s%d.%02d", sign, minor/100, minor%100)
}

func itemsImport(c *call) error {
	lists := hotel.Import{}
	err := c.readCSV([]string{"code", "name", "price"}, []string{"minibar", "max"}, func(line int, row map[string]string) error {
		price, err := minorUnits(row["price"])
		if err != nil {
			return fmt.Errorf("line %d: price: %w", line, err)
		}
		most := 0
		if row["max"] != "" {
			if most, err = strconv.Atoi(row["max"]); err != nil {
				return fmt.Errorf("line %d: max must be a whole number, but it is %q", line, row["max"])
			}
		}
		lists.Items = append(lists.Items, hotel.Item{
			Minibar: row["minibar"], Code: row["code"], Name: row["name"], Price: price, Max: most,
		})
		return nil
	})
	if err != nil {
		return err
	}
	return c.order("/v1/import", lists, fmt.Sprintf("items imported: %d", len(lists.Items)))
}

// minorUnits reads a price such as 12, 12.5 or 12.50 without rounding.
func minorUnits(text string) (int64, error) {
	whole, part, _ := strings.Cut(strings.TrimSpace(text), ".")
	if len(part) > 2 || strings.ContainsAny(whole+part, "+-eE_") || whole == "" {
		return 0, fmt.Errorf("must be such as 12 or 12.50, but it is %q", text)
	}
	n, err := strconv.ParseInt(whole+(part + "00")[:2], 10, 63)
	if err != nil {
		return 0, fmt.Errorf("must be such as 12 or 12.50, but it is %q", text)
	}
	return n, nil
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
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
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
		if err != nil {
			return err
		}
		line, _ := r.FieldPos(0)
		row, blank := map[string]string{}, true
		for i, name := range head {
			row[name] = strings.TrimSpace(cells[i])
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
