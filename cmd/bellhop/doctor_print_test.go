package main

import (
	"strings"
	"testing"

	"bellhop/site"
)

// What is wrong stands first, whatever the order of the checks.
func TestFindingsArePrintedWorstFirst(t *testing.T) {
	found := []site.Finding{
		{Check: "pms", Result: site.Skipped, Code: "none"},
		{Check: "store", Result: site.OK, Code: "ok"},
		{Check: "parked", Result: site.Warning, Code: "some", Params: map[string]string{"units": "1", "calls": "2"}},
		{Check: "pbx.reachable", Result: site.Failed, Code: "refused", Params: map[string]string{"address": "h\x1b[2J:1", "error": "x"}},
		{Check: "new", Result: "dreadful", Code: "x"}, // of a newer agent
	}
	var out, errOut strings.Builder
	c := &call{env: &env{ctx: t.Context(), out: &out, err: &errOut}}
	c.opt.lang = "en"
	err := c.printFindings(found)
	var order []string
	for line := range strings.Lines(out.String()) {
		if words := strings.Fields(line); !strings.HasPrefix(line, " ") {
			order = append(order, words[0]+" "+words[1])
		}
	}
	want := "failed pbx.reachable|dreadful new|warning parked|ok store|skipped pms|5 checks:"
	if got := strings.Join(order, "|"); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if err == nil || err.Error() != "doctor: 1 of 5 checks failed" || !strings.HasSuffix(out.String(), "\n5 checks: 1 failed, 1 warning, 1 ok, 1 skipped\n") {
		t.Errorf("%v\n%s", err, out.String())
	}
	if strings.Contains(out.String(), "\x1b") {
		t.Errorf("it commands a terminal that is none: %q", out.String())
	}
	out.Reset()
	c.opt.lang = "zh"
	if err := c.printFindings(found[:3]); err != nil || !strings.HasPrefix(out.String(), "警告") || !strings.HasSuffix(out.String(), "共 3 项：1 警告, 1 正常, 1 跳过\n") {
		t.Errorf("%v\n%s", err, out.String())
	}
}

// What is to be done about many checks is said once.
func TestAdviceIsGivenOnce(t *testing.T) {
	var out strings.Builder
	c := &call{env: &env{ctx: t.Context(), out: &out, err: &out}}
	found := []site.Finding{{Check: "queue", Result: site.Unknown, Code: "no-agent"}, {Check: "parked", Result: site.Unknown, Code: "no-agent"}}
	if err := c.printFindings(found); err != nil || strings.Count(out.String(), "bellhop run") != 1 || strings.Count(out.String(), "does not run") != 2 {
		t.Errorf("%v\n%s", err, out.String())
	}
}

func TestColours(t *testing.T) {
	var out strings.Builder
	const text = "failed  a  x\n           → y\nok      b  z\n"
	if err := coloured(&out, text, []string{"<r>", "<r>", ""}, true); err != nil || out.String() != "<r>failed\x1b[0m  a  x\n           → y\nok      b  z\n" {
		t.Errorf("%q, %v", out.String(), err)
	}
	out.Reset()
	if err := coloured(&out, text, []string{"<r>", "<r>", ""}, false); err != nil || out.String() != text {
		t.Errorf("%q, %v", out.String(), err)
	}
}
