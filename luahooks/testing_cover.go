package luahooks

import (
	"slices"
	"strings"
	"sync"
)

// isTestFile tells a file with tests, which registers no hooks.
func isTestFile(name string) bool { return strings.HasSuffix(name, "_test.lua") }

// coverage counts which lines of hook files have run.
type coverage struct {
	mu    sync.Mutex
	lines map[string]map[int]int // by file, the runs of each line with a statement
}

func newCoverage() *coverage { return &coverage{lines: map[string]map[int]int{}} }

// know takes a line with a statement; ran counts that it has run.
func (c *coverage) know(file string, line int) { c.add(file, line, 0) }
func (c *coverage) ran(file string, line int)  { c.add(file, line, 1) }

func (c *coverage) add(file string, line, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lines[file] == nil {
		c.lines[file] = map[int]int{}
	}
	c.lines[file][line] += n
}

// FileCoverage says how many of a file's lines with statements have run.
type FileCoverage struct {
	File   string `json:"file"`
	Lines  int    `json:"lines"`
	Ran    int    `json:"ran"`
	Missed []int  `json:"missed,omitempty"`
}

func (c *coverage) of(file string) FileCoverage {
	c.mu.Lock()
	defer c.mu.Unlock()
	f := FileCoverage{File: file, Lines: len(c.lines[file])}
	for line, runs := range c.lines[file] {
		if runs > 0 {
			f.Ran++
		} else {
			f.Missed = append(f.Missed, line)
		}
	}
	slices.Sort(f.Missed)
	return f
}
