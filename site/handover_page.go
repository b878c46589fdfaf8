package site

import (
	"html"
	"strings"
)

// pageStyle prints well: black on white, no section broken where it can be
// helped.
const pageStyle = `body{font-family:sans-serif;max-width:50em;margin:2em auto;padding:0 1em}
table{border-collapse:collapse;width:100%}td,th{border:1px solid;padding:.25em .6em;text-align:left;vertical-align:top}
td:first-child{white-space:nowrap}h2{margin:1.4em 0 .4em;break-after:avoid}tr,li{break-inside:avoid}
@media print{body{margin:0;max-width:none;font-size:10pt}td:first-child{white-space:normal}}`

// html writes the page; whatever stands in it is text.
func (p page) html() string {
	var out strings.Builder
	tag := func(name, text string) {
		out.WriteString("<" + name + ">" + html.EscapeString(text) + "</" + name + ">\n")
	}
	out.WriteString("<!DOCTYPE html>\n<html lang=\"" + html.EscapeString(p.language) + "\"><head><meta charset=\"utf-8\">\n")
	tag("title", p.title+" "+p.sub)
	out.WriteString("<style>" + pageStyle + "</style></head>\n<body>\n")
	tag("h1", p.title)
	if p.sub != "" {
		tag("p", p.sub)
	}
	for _, s := range p.sections {
		tag("h2", s.title)
		for _, text := range s.text {
			tag("p", text)
		}
		s.list(&out)
		s.table(&out)
	}
	out.WriteString("</body></html>\n")
	return out.String()
}

func (s section) list(out *strings.Builder) {
	if len(s.steps) == 0 {
		return
	}
	out.WriteString("<ol>\n")
	for _, step := range s.steps {
		out.WriteString("<li>" + html.EscapeString(step) + "</li>\n")
	}
	out.WriteString("</ol>\n")
}

func (s section) table(out *strings.Builder) {
	if len(s.rows) == 0 {
		return
	}
	row := func(cell string, values []string) {
		out.WriteString("<tr>")
		for _, value := range values {
			out.WriteString("<" + cell + ">" + html.EscapeString(value) + "</" + cell + ">")
		}
		out.WriteString("</tr>\n")
	}
	out.WriteString("<table>\n")
	if len(s.heads) > 0 {
		row("th", s.heads)
	}
	for _, values := range s.rows {
		row("td", values)
	}
	out.WriteString("</table>\n")
}
