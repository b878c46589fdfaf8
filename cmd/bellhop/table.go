package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
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
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	writeRow(w, strings.Fields(head))
	for _, r := range records {
		writeRow(w, row(r))
	}
	return w.Flush()
}

func writeRow[T any](w io.Writer, cells []T) {
	texts := make([]string, len(cells))
	for i, cell := range cells {
		texts[i] = strings.NewReplacer("\t", " ", "\n", " ").Replace(fmt.Sprint(cell))
		if texts[i] == "" {
			texts[i] = "-"
		}
	}
	fmt.Fprintln(w, strings.TrimRight(strings.Join(texts, "\t"), "\t"))
}

// showOne prints one record as indented JSON.
func showOne(c *call, record any) error {
	e := json.NewEncoder(c.out)
	if !c.json {
		e.SetIndent("", "  ")
	}
	return e.Encode(record)
}

// at prints a time for a person, in the zone of whoever reads.
func at(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Local().Format("2006-01-02 15:04:05")
}

// brief shortens a text for a table.
func brief(text string, most int) string {
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return string(runes[:most-1]) + "…"
}
