package agent

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"bellhop/config"
	"bellhop/hotel"
)

func TestReportPage(t *testing.T) {
	r := hotel.Report{
		Name: "evening", Date: "2026-11-21", Title: "叫醒 <script>", Text: "a & b\nc",
		Head: []string{"时间", "房间"}, Rows: [][]string{{"Part <1>"}, {"07:00", `"1203"`, "%s"}, {"08:00"}, {"09:00", "<b>"}},
	}
	page := ReportPage(r, config.Hotel{Name: "Inn & Co %d", Language: "zh"})
	for _, want := range []string{
		`<html lang="zh">`, "<h1>叫醒 &lt;script&gt;</h1><p>Inn &amp; Co %d 2026-11-21</p>", "a &amp; b\nc", "size: A4",
		"<thead><tr><th>时间</th><th>房间</th><th></th></tr>\n</thead>", `<th colspan="3">Part &lt;1&gt;</th>`,
		"<td>07:00</td><td>&#34;1203&#34;</td><td>%s</td>", "<td>09:00</td><td>&lt;b&gt;</td><td></td>",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %s:\n%s", want, page)
		}
	}
	wholePage(t, page)
	if text := ReportText(r); text != "叫醒 <script>\n\na & b\nc\n\n时间 | 房间\n\nPart <1>\n07:00 | \"1203\" | %s\n\n08:00\n09:00 | <b>\n" {
		t.Errorf("%q", text)
	}
}

// wholePage checks that each element of a page ends.
func wholePage(t *testing.T, page string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(strings.Replace(page, `<meta charset="utf-8">`, "", 1)))
	for {
		if _, err := d.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatalf("%v in\n%s", err, page)
		}
	}
}

func FuzzReportPage(f *testing.F) {
	f.Add("title", "text", "cell", "inn")
	f.Fuzz(func(t *testing.T, title, text, cell, inn string) {
		r := hotel.Report{Date: "2026-11-21", Title: title, Text: text, Head: []string{cell}, Rows: [][]string{{cell}, {cell, cell}}}
		page := ReportPage(r, config.Hotel{Name: inn, Language: "en"})
		if n := strings.Count(page, "<"); n != strings.Count(ReportPage(hotel.Report{Date: "2026-11-21", Text: strings.Repeat("x", min(1, len(text))), Head: []string{""}, Rows: [][]string{{""}, {"", ""}}}, config.Hotel{Language: "en"}), "<") {
			t.Errorf("%d elements in\n%s", n, page)
		}
	})
}
