package main

import (
	"os"
	"strings"
	"testing"
)

// TestGuideNamesCommands holds that each command in the installers' page is
// one, with flags that it has, and that five lead to a tested telephone.
func TestGuideNamesCommands(t *testing.T) {
	text, err := os.ReadFile("../../docs/installing.md")
	if err != nil {
		t.Fatal(err)
	}
	all, lines, fenced, short := commands(), 0, false, 0
	section := ""
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") && !fenced {
			section = strings.TrimSpace(line)
		}
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
		}
		line, _, _ = strings.Cut(strings.TrimPrefix(line, "runuser -u bellhop -- "), "#")
		if !fenced || !strings.HasPrefix(line, "bellhop ") {
			continue
		}
		lines++
		if section == "## In five commands" {
			short++
		}
		for part := range strings.SplitSeq(line, "&&") {
			line, _, _ := strings.Cut(part, ">")
			args := strings.Fields(strings.ReplaceAll(line, "|", " "))[1:]
			cmd, rest := find(all, args)
			if cmd == nil {
				t.Errorf("%s: no such command", line)
				continue
			}
			c := &call{env: &env{}, command: cmd}
			flags := c.flagSet()
			for _, a := range rest {
				if name := strings.TrimLeft(a, "-"); name != a && flags.Lookup(name) == nil {
					t.Errorf("%s: no flag %s", line, a)
				}
			}
		}
	}
	if lines < 20 || short != 5 {
		t.Errorf("%d commands in the guide, %d of them lead to a tested telephone", lines, short)
	}
}
