package hotel

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func morning(title string) *KeepReport {
	return &KeepReport{Name: "morning", Title: title, Head: []string{"Room", "What"}, Rows: [][]string{{"Overdue"}, {"101", "x"}}}
}

func TestReportIsKeptByTheHotelsDate(t *testing.T) {
	tx := smallHotel()
	setup := noPMS
	setup.Zone = time.FixedZone("", -9*3600) // the day before, there
	apply(t, tx, setup, Effect{Report: morning("first")}, Effect{Report: morning("second")})
	equal(t, "report", record[Report](tx, "report/morning/2026-02-28"), Report{
		Name: "morning", Date: "2026-02-28", At: eventTime, Title: "second", Head: []string{"Room", "What"}, Rows: [][]string{{"Overdue"}, {"101", "x"}},
	})
	if tx.outside() != 0 {
		t.Errorf("%+v", tx.queued)
	}
}

func TestReportIsMailedWhereMailIs(t *testing.T) {
	wanted := morning("x")
	wanted.Mail = true
	for setup, mails := range map[*Setup]int{{}: 0, {Mail: true}: 1, {Mail: true, MailAlerts: MailAllAlerts}: 1} {
		tx := smallHotel()
		apply(t, tx, *setup, Effect{Report: wanted})
		if len(tx.queued) != mails {
			t.Errorf("%+v: %+v", setup, tx.queued)
		}
		for _, c := range tx.queued {
			equal(t, "call", c, QueuedCall{
				To: "mail", Op: "mail", Body: []byte(`{"report":"report/morning/2026-03-01"}`), Urgency: Bulk, Kind: Keyed,
				Lasts: 24 * time.Hour, Supersedes: "mail/report/morning/2026-03-01", Lanes: []string{"mail/1"},
			})
		}
	}
}

func TestReportsAreBounded(t *testing.T) {
	tx := smallHotel()
	for day := range 100 {
		ev := &Event{Kind: KindCron, Time: eventTime.AddDate(0, 0, day)}
		for range 2 { // twice on a day is one
			must(Apply(tx, ev, "u", []Effect{{Report: morning(fmt.Sprint(day))}}, noPMS))
		}
	}
	other := morning("other")
	other.Name = "morning-2"
	apply(t, tx, noPMS, Effect{Report: other})
	if n := countTo(tx, ReportKey("morning", ""), 1000); n != reportsKept {
		t.Errorf("%d are kept", n)
	}
	if first := record[Report](tx, ReportKey("morning", eventTime.AddDate(0, 0, 40).Format(time.DateOnly))); first.Title != "40" {
		t.Errorf("%+v", first)
	}
	if n := countTo(tx, PrefixReport, 1000); n != reportsKept+1 {
		t.Errorf("%d in all", n)
	}
}

func TestReportsThatCannotBe(t *testing.T) {
	many := make([][]string, 1001)
	for name, c := range map[string]struct {
		report KeepReport
		want   string
	}{
		"no name":      {KeepReport{Title: "x"}, `report.name: must be 1 to 32 of a-z, 0-9 and -, but it is ""`},
		"a path":       {KeepReport{Name: "a/b", Title: "x"}, `report.name: must be 1 to 32 of a-z, 0-9 and -, but it is "a/b"`},
		"a flag":       {KeepReport{Name: "-a", Title: "x"}, `report.name: must be 1 to 32 of a-z, 0-9 and -, but it is "-a"`},
		"long name":    {KeepReport{Name: strings.Repeat("a", 33), Title: "x"}, `report.name: must be 1 to 32`},
		"no title":     {KeepReport{Name: "a", Title: " "}, "report.title: is missing"},
		"many rows":    {KeepReport{Name: "a", Title: "x", Rows: many}, `report.rows: must be at most 1000, but it is "1001"`},
		"many columns": {KeepReport{Name: "a", Title: "x", Rows: [][]string{make([]string, 13)}}, `report.rows: must have at most 12 columns, but it is "13"`},
		"wide head":    {KeepReport{Name: "a", Title: "x", Head: make([]string, 13)}, `report.rows: must have at most 12 columns, but it is "13"`},
		"long":         {KeepReport{Name: "a", Title: "x", Text: strings.Repeat("x", 32<<10)}, `report: must have at most 32 KiB of text, but it is "32769"`},
		"long in rows": {KeepReport{Name: "a", Title: "x", Rows: [][]string{{strings.Repeat("x", 32<<10)}}}, `report: must have at most 32 KiB of text`},
	} {
		t.Run(name, func(t *testing.T) {
			err := Apply(smallHotel(), testEvent(), "u", []Effect{{Report: &c.report}}, noPMS)
			if err == nil || !strings.HasPrefix(strings.TrimSuffix(err.Error(), `, but it is ""`), strings.TrimSuffix(c.want, `, but it is ""`)) {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
}

func TestReportsOfTooManyNames(t *testing.T) {
	tx := smallHotel()
	for n := range maxReportNames + 1 {
		err := Apply(tx, testEvent(), "u", []Effect{{Report: &KeepReport{Name: fmt.Sprint("r", n), Title: "x"}}}, noPMS)
		if (err == nil) != (n < maxReportNames) {
			t.Errorf("report %d: %v", n, err)
		}
	}
}

func TestReportHoldsNoControlCharacters(t *testing.T) {
	tx := smallHotel()
	apply(t, tx, noPMS, Effect{Report: &KeepReport{
		Name: "a", Title: "x\r\nBcc: y", Text: "one\r\ntwo\x1b[31m\xff", Head: []string{"a\nb"}, Rows: [][]string{{"1\t2", "\u2028"}},
	}})
	r := record[Report](tx, ReportKey("a", "2026-03-01"))
	equal(t, "report", r, Report{
		Name: "a", Date: "2026-03-01", At: eventTime, Title: "x  Bcc: y", Text: "one\ntwo [31m\uFFFD", Head: []string{"a b"}, Rows: [][]string{{"1 2", " "}},
	})
}

func FuzzReport(f *testing.F) {
	f.Add("morning", "title", "text\nmore", "cell")
	f.Fuzz(func(t *testing.T, name, title, text, cell string) {
		tx := smallHotel()
		err := Apply(tx, testEvent(), "u", []Effect{{Report: &KeepReport{Name: name, Title: title, Text: text, Rows: [][]string{{cell}}}}}, noPMS)
		if err != nil {
			return
		}
		r := record[Report](tx, ReportKey(name, "2026-03-01"))
		if strings.ContainsAny(r.Title+r.Rows[0][0]+strings.ReplaceAll(r.Text, "\n", ""), "\r\n\x1b\x00") {
			t.Errorf("%+v", r)
		}
	})
}
