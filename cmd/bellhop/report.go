package main

import (
	"flag"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"bellhop/agent"
	"bellhop/api"
	"bellhop/hotel"
)

func reportCommands() []*command {
	return []*command{
		{words: "report list", about: "list what hooks have reported", run: reportList, flags: jsonFlag},
		{words: "report show", args: "NAME", about: "show the newest report of a name, such as morning", run: reportShow, flags: func(f *flag.FlagSet, c *call) {
			jsonFlag(f, c)
			f.StringVar(&c.opt.date, "date", "", "that of a `DATE` such as 2026-11-22")
			f.BoolVar(&c.opt.html, "html", false, "as a page to print")
		}},
		{words: "mail test", about: "send a mail to all of [mail] to, and say what came of it", run: mailTest, flags: jsonFlag},
	}
}

func reportList(c *call) error {
	client, err := c.client()
	if err != nil {
		return err
	}
	var all []api.ReportLine
	if err := client.Get(c.ctx, "/v1/reports", &all); err != nil {
		return err
	}
	return show(c, all, "NAME DATE WRITTEN TITLE", func(r api.ReportLine) []any {
		return []any{r.Name, r.Date, c.at(r.At), brief(r.Title, 60)}
	})
}

func reportShow(c *call) error {
	if err := c.need(1); err != nil {
		return err
	}
	if c.json && c.opt.html {
		return c.wrong("give --json or --html, not both")
	}
	if _, err := time.Parse(time.DateOnly, c.opt.date); c.opt.date != "" && err != nil {
		return c.wrong("--date must be a date such as 2026-11-22, but it is %q", c.opt.date)
	}
	client, err := c.client()
	if err != nil {
		return err
	}
	var r hotel.Report
	if err := client.Get(c.ctx, "/v1/reports/"+url.PathEscape(c.args[0])+"?date="+url.QueryEscape(c.opt.date), &r); err != nil {
		return err
	}
	switch {
	case c.json:
		return showOne(c, r)
	case c.opt.html:
		cfg, err := c.load()
		if err != nil {
			return err
		}
		_, err = io.WriteString(c.out, agent.ReportPage(r, cfg.Hotel))
		return err
	}
	return c.printReport(r)
}

// printReport writes a report for a terminal.
func (c *call) printReport(r hotel.Report) error {
	fmt.Fprintf(c.out, "%s  (%s)\n", plain(r.Title), r.Date)
	for line := range strings.Lines(r.Text) {
		fmt.Fprintln(c.out, plain(strings.TrimRight(line, "\n")))
	}
	columns := len(r.Head)
	for _, row := range r.Rows {
		columns = max(columns, len(row))
	}
	var rows [][]string
	for _, row := range append([][]string{r.Head}, r.Rows...) {
		switch len(row) {
		case 0:
			continue
		case 1: // a heading is as wide as it is, and no column is for that
			if err := c.printRows(rows, "\n"+plain(row[0])+"\n"); err != nil {
				return err
			}
			rows = nil
			continue
		}
		cells := make([]string, columns)
		for i, cell := range row {
			cells[i] = plain(cell)
		}
		rows = append(rows, cells)
	}
	return c.printRows(rows, "")
}

// printRows writes a part of a table, and what follows it.
func (c *call) printRows(rows [][]string, after string) error {
	if len(rows) > 0 {
		if err := writeTable(c.out, rows); err != nil {
			return err
		}
	}
	_, err := io.WriteString(c.out, after)
	return err
}
