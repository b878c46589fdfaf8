package main

import (
	"fmt"
	"html"
	"io"
	"strings"

	"bellhop/hotel"
)

// sheet is the list of a day's wake-ups, as it is printed for the night that the
// box dies.
type sheet struct {
	Language, Title, Hotel, Date string
	Heads                        []string
	Rows                         [][]string
	Empty, Sign                  string
}

// wakeSheet prints a day's wake-ups in the hotel's language.
func wakeSheet(c *call) error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	all, err := c.wakeUps()
	if err != nil {
		return err
	}
	date, err := c.date(c.opt.wake.date)
	if err != nil {
		return err
	}
	s := newSheet(cfg.Hotel.Language, cfg.Hotel.Name, date, all)
	if c.opt.wake.html {
		return s.page(c.out)
	}
	return s.print(c.out)
}

func newSheet(language, house, date string, all []hotel.WakeUp) sheet {
	s := sheet{
		Language: "en", Title: "Wake-up calls", Hotel: house, Date: date, Empty: "None.",
		Heads: []string{"Time", "Room", "Order", "Ordered by", "Done"}, Sign: "If the telephone system fails: wake these rooms by hand, and sign.",
	}
	from := map[string]string{"desk": "desk", "phone": "telephone", "api": "program", "hook": "rule", "pms": "PMS"}
	if language == "zh" {
		s = sheet{
			Language: "zh", Title: "叫醒服务单", Hotel: house, Date: date, Empty: "无。",
			Heads: []string{"时间", "房间", "编号", "来源", "完成"}, Sign: "如电话系统故障：请人工叫醒以下房间并签字。",
		}
		from = map[string]string{"desk": "前台", "phone": "客房电话", "api": "程序", "hook": "规则", "pms": "酒店系统"}
	}
	for _, w := range all {
		s.Rows = append(s.Rows, []string{w.Time, w.Room, w.ID, from[w.From], "____"})
	}
	return s
}

func (s sheet) print(out io.Writer) error {
	if _, err := fmt.Fprintf(out, "%s  %s  %s\n%s\n\n", s.Hotel, s.Title, s.Date, s.Sign); err != nil {
		return err
	}
	if len(s.Rows) == 0 {
		_, err := fmt.Fprintln(out, s.Empty)
		return err
	}
	for _, row := range append([][]string{s.Heads}, s.Rows...) {
		if _, err := fmt.Fprintf(out, "%-6s  %-8s  %-8s  %-10s  %s\n", row[0], row[1], row[2], row[3], row[4]); err != nil {
			return err
		}
	}
	return nil
}

// page is the same for a browser.
func (s sheet) page(out io.Writer) error {
	var text strings.Builder
	e := html.EscapeString
	fmt.Fprintf(&text, `<!DOCTYPE html>
<html lang="%s"><head><meta charset="utf-8"><title>%s %s</title>
<style>body{font-family:sans-serif}table{border-collapse:collapse}td,th{border:1px solid;padding:.3em .8em;text-align:left}</style></head>
<body><h1>%s %s</h1><p>%s</p><p>%s</p>
`, e(s.Language), e(s.Title), e(s.Date), e(s.Title), e(s.Date), e(s.Hotel), e(s.Sign))
	row := func(cell string, values []string) {
		text.WriteString("<tr>")
		for _, value := range values {
			fmt.Fprintf(&text, "<%s>%s</%s>", cell, e(value), cell)
		}
		text.WriteString("</tr>\n")
	}
	if len(s.Rows) == 0 {
		fmt.Fprintf(&text, "<p>%s</p>\n", e(s.Empty))
	} else {
		text.WriteString("<table>\n")
		row("th", s.Heads)
		for _, values := range s.Rows {
			row("td", values)
		}
		text.WriteString("</table>\n")
	}
	text.WriteString("</body></html>\n")
	_, err := io.WriteString(out, text.String())
	return err
}
