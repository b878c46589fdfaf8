package hotel

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// PrefixReport begins the keys of the [Report] records.
const PrefixReport = "report/"

// ReportKey is the key of the report of a date, "2006-01-02"; without one it
// begins those of all dates.
func ReportKey(name, date string) string { return PrefixReport + name + "/" + date }

// Report is what a hook has written for people to read: a text, a table, or
// both.
type Report struct {
	Name  string    `json:"name"`
	Date  string    `json:"date"` // the hotel's, on which it was written
	At    time.Time `json:"at"`
	Title string    `json:"title"`
	Text  string    `json:"text,omitempty"` // stands above the table
	// Head names the columns; none: the rows say enough.
	Head []string `json:"head,omitempty"`
	// Rows are the table; a row of one text is a heading within it.
	Rows [][]string `json:"rows,omitempty"`
}

// KeepReport writes a report, in place of an earlier one of its name and day.
type KeepReport struct {
	Name  string     `json:"name"`
	Title string     `json:"title"`
	Text  string     `json:"text,omitempty"`
	Head  []string   `json:"head,omitempty"`
	Rows  [][]string `json:"rows,omitempty"`
	Mail  bool       `json:"mail,omitempty"` // where mails are sent
}

// Bounds of reports. All of them are in memory, like the rest of the state.
const (
	maxReportName  = 32
	maxReportBytes = 32 << 10
	maxReportRows  = 1000
	maxReportCells = 12
	maxReportNames = 8
	// reportsKept is how many of each name are.
	reportsKept = 60
)

// IsReportName tells whether a report can have the name: it is part of keys,
// addresses and commands.
func IsReportName(name string) bool {
	return name != "" && len(name) <= maxReportName && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == "" && name[0] != '-'
}

func (a *applier) report(k *KeepReport) error {
	if err := k.fault(); err != nil {
		return err
	}
	report := Report{
		Name: k.Name, Date: a.ev.Time.In(a.setup.zone()).Format(time.DateOnly), At: a.ev.Time,
		Title: clip(oneLine(k.Title)), Text: validText(k.Text), Head: cells(k.Head),
	}
	for _, row := range k.Rows {
		report.Rows = append(report.Rows, cells(row))
	}
	if err := a.makeRoom(report); err != nil {
		return err
	}
	key := ReportKey(report.Name, report.Date)
	a.tx.Put(key, report)
	if k.Mail && a.setup.Mail {
		a.queueMail(Mail{Report: key}, QueuedCall{Urgency: Bulk, Supersedes: OpMail + "/" + key})
	}
	return nil
}

// fault says what is wrong with what a hook wants kept; nil when nothing is.
func (k *KeepReport) fault() error {
	size := len(k.Title) + len(k.Text)
	for _, row := range append([][]string{k.Head}, k.Rows...) {
		if len(row) > maxReportCells {
			return &Invalid{"report", "rows", fmt.Sprintf("must have at most %d columns", maxReportCells), strconv.Itoa(len(row))}
		}
		for _, cell := range row {
			size += len(cell)
		}
	}
	switch {
	case !IsReportName(k.Name):
		return &Invalid{"report", "name", fmt.Sprintf("must be 1 to %d of a-z, 0-9 and -", maxReportName), clip(k.Name)}
	case strings.TrimSpace(k.Title) == "":
		return &Invalid{Effect: "report", Field: "title", Rule: "is missing"}
	case len(k.Rows) > maxReportRows:
		return &Invalid{"report", "rows", fmt.Sprintf("must be at most %d", maxReportRows), strconv.Itoa(len(k.Rows))}
	case size > maxReportBytes:
		return &Invalid{"report", "", fmt.Sprintf("must have at most %d KiB of text", maxReportBytes>>10), strconv.Itoa(size)}
	}
	return nil
}

// makeRoom lets the oldest reports of a name go, and refuses a name too many.
func (a *applier) makeRoom(report Report) error {
	names := map[string]bool{report.Name: true}
	var dates []string
	a.tx.List(PrefixReport, func(key string, _ func(any) bool) bool {
		name, date, _ := strings.Cut(strings.TrimPrefix(key, PrefixReport), "/")
		names[name] = true
		if name == report.Name && date != report.Date {
			dates = append(dates, date)
		}
		return true
	})
	if len(names) > maxReportNames {
		return &Invalid{"report", "name", fmt.Sprintf("is one too many: there are reports of at most %d names", maxReportNames), report.Name}
	}
	for ; len(dates) >= reportsKept; dates = dates[1:] {
		a.tx.Delete(ReportKey(report.Name, dates[0]))
	}
	return nil
}

// cells are texts as a table can show them: a line each.
func cells(row []string) []string {
	out := make([]string, len(row))
	for i, cell := range row {
		out[i] = clip(oneLine(cell))
	}
	return out
}

// oneLine makes blanks of what would begin another line, or command a terminal.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, text)
}

// validText is a text of several lines without other control characters.
func validText(text string) string {
	lines := strings.Split(strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\r\n", "\n"), "\n")
	for i, line := range lines {
		lines[i] = oneLine(line)
	}
	return strings.Join(lines, "\n")
}
