package agent

import (
	"fmt"
	"html"
	"strings"

	"bellhop/config"
	"bellhop/hotel"
)

// ReportText is a report as plain text.
func ReportText(r hotel.Report) string {
	var b strings.Builder
	b.WriteString(r.Title + "\n\n")
	if r.Text != "" {
		b.WriteString(r.Text + "\n\n")
	}
	if len(r.Head) > 0 {
		b.WriteString(strings.Join(r.Head, " | ") + "\n")
	}
	for _, row := range r.Rows {
		if len(row) == 1 {
			b.WriteString("\n" + row[0] + "\n") // a heading
			continue
		}
		b.WriteString(strings.Join(row, " | ") + "\n")
	}
	return b.String()
}

// reportStyle is for A4 on a printer of the desk: black on white, the head of the
// table on each page, no row cut in two.
const reportStyle = `@page { size: A4; margin: 18mm 15mm }
body { font: 11pt/1.4 sans-serif; color: #000; background: #fff; margin: 0 auto; max-width: 180mm }
h1 { font-size: 15pt; margin: 0 }
header p { margin: 0 0 5mm; color: #444 }
.text { white-space: pre-wrap }
table { border-collapse: collapse; width: 100% }
thead { display: table-header-group }
tr { break-inside: avoid }
th, td { border-bottom: 0.3mm solid #bbb; padding: 1mm 2mm; text-align: left; vertical-align: top }
tr.part th { padding-top: 4mm; border-bottom-color: #000 }`

// ReportPage is a report as a page to print. All that is not ours is escaped,
// and the page fetches nothing.
func ReportPage(r hotel.Report, h config.Hotel) string {
	var b strings.Builder
	say := func(format string, args ...any) {
		for i, a := range args {
			args[i] = html.EscapeString(fmt.Sprint(a))
		}
		fmt.Fprintf(&b, format, args...)
	}
	say("<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n<title>%s</title>\n", h.Language, r.Title)
	b.WriteString("<style>\n" + reportStyle + "\n</style>\n</head>\n<body>\n")
	say("<header><h1>%s</h1><p>%s %s</p></header>\n", r.Title, h.Name, r.Date)
	if r.Text != "" {
		say("<p class=\"text\">%s</p>\n", r.Text)
	}
	if len(r.Head)+len(r.Rows) > 0 {
		b.WriteString("<table>\n")
		reportTable(say, r)
		b.WriteString("</table>\n")
	}
	b.WriteString("</body>\n</html>\n")
	return b.String()
}

func reportTable(say func(string, ...any), r hotel.Report) {
	wide := len(r.Head)
	for _, row := range r.Rows {
		wide = max(wide, len(row))
	}
	cells := func(kind string, row []string) {
		say("<tr>")
		for i := range wide {
			cell := ""
			if i < len(row) {
				cell = row[i]
			}
			say("<"+kind+">%s</"+kind+">", cell)
		}
		say("</tr>\n")
	}
	if len(r.Head) > 0 {
		say("<thead>")
		cells("th", r.Head)
		say("</thead>\n")
	}
	for _, row := range r.Rows {
		if len(row) == 1 {
			say("<tr class=\"part\"><th colspan=\"%s\">%s</th></tr>\n", wide, row[0])
			continue
		}
		cells("td", row)
	}
}
