package main

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"bellhop/api"
	"bellhop/site"
)

// printFindings is the exit code, too: what failed is an error.
func (c *call) printFindings(found []site.Finding) error {
	if err := c.writeFindings(found); err != nil {
		return err
	}
	if failed := tally(found)[site.Failed]; failed > 0 {
		return fmt.Errorf("doctor: %d of %d checks failed", failed, len(found))
	}
	return nil
}

// severity is the order in which a person reads results, and the colour of each
// on a terminal.
var severity = []struct {
	result site.Result
	colour string
}{
	{site.Failed, "\x1b[31m"}, {site.Warning, "\x1b[33m"}, {site.Unknown, "\x1b[36m"}, {site.OK, ""}, {site.Skipped, "\x1b[2m"},
}

func severityOf(r site.Result) int {
	for i, s := range severity {
		if s.result == r {
			return i
		}
	}
	return 0 // of a newer agent: it may be bad
}

func tally(found []site.Finding) map[site.Result]int {
	n := map[site.Result]int{}
	for _, f := range found {
		n[f.Result]++
	}
	return n
}

// writeFindings prints what is wrong first, and each result's number at the end.
// JSON keeps the order of the checks.
func (c *call) writeFindings(found []site.Finding) error {
	if c.json {
		return show(c, api.Findings(found, c.opt.lang), "", nil)
	}
	found = slices.Clone(found)
	slices.SortStableFunc(found, func(x, y site.Finding) int { return cmp.Compare(severityOf(x.Result), severityOf(y.Result)) })
	var rows [][]string
	var colours []string         // of each row
	advised := map[string]bool{} // what was said once is not said again
	for _, a := range api.Findings(found, c.opt.lang) {
		rows = append(rows, cellsOf([]any{a.Result.Word(c.opt.lang), a.Check, a.Text}))
		if a.Do != "" && a.Result != site.OK && !advised[a.Do] {
			advised[a.Do] = true
			rows = append(rows, []string{"", "", "→ " + plain(a.Do)})
		}
		for len(colours) < len(rows) {
			colours = append(colours, severity[severityOf(a.Result)].colour)
		}
	}
	var table bytes.Buffer
	if err := writeTable(&table, rows); err != nil {
		return err
	}
	if err := coloured(c.out, table.String(), colours, inColour(c.out)); err != nil {
		return err
	}
	_, err := fmt.Fprintln(c.out, summary(found, c.opt.lang))
	return err
}

// inColour tells whether a person reads in colours there (no-color.org).
func inColour(w io.Writer) bool {
	return onTerminal(w) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// coloured writes lines, the first word of each in its colour; of a line that
// goes on from the one before there is none.
func coloured(out io.Writer, text string, colours []string, on bool) error {
	w := bufio.NewWriter(out)
	i := 0
	for line := range strings.Lines(text) {
		word, rest, _ := strings.Cut(line, " ")
		if on && word != "" && colours[i] != "" {
			line = colours[i] + word + "\x1b[0m " + rest
		}
		w.WriteString(line)
		i++
	}
	return w.Flush()
}

// summary counts the results, the worst first.
func summary(found []site.Finding, language string) string {
	n := tally(found)
	var parts []string
	for _, s := range severity {
		if n[s.result] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[s.result], s.result.Word(language)))
		}
	}
	head := fmt.Sprintf("%d checks: ", len(found))
	if language == "zh" {
		head = fmt.Sprintf("共 %d 项：", len(found))
	}
	return head + strings.Join(parts, ", ")
}
