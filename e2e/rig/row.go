package rig

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// Row is what came of trying a fault: a row of docs/faults.md.
type Row struct {
	Fault        string
	Tried        int             // times that it was brought about
	Acknowledged int             // pushes, orders and records of calls that were promised to be kept
	Lost         int             // of these, or of what must have come of them
	Doubled      int             // likewise
	Possible     int             // equal pushes that a restart, or the end of their connection, let look like copies: kept whole, and listed
	Unknown      int             // calls of kind "once" whose outcome nobody knows: parked
	Again        []time.Duration // from each fault's end until something was acknowledged again
	Done         time.Duration   // from the last fault's end until nothing was left to do
}

// RowsFile names the file to which rows are appended, as JSON, one a line; from
// it the table is made.
const RowsFile = "BELLHOP_FAULTS_ROWS"

// AddRow gives a row to the table.
func AddRow(t *testing.T, r Row) {
	t.Helper()
	slices.Sort(r.Again)
	t.Logf("%s: tried %d, acknowledged %d, lost %d, doubled %d, possible duplicates %d, unknown %d, again after %v, done after %v",
		r.Fault, r.Tried, r.Acknowledged, r.Lost, r.Doubled, r.Possible, r.Unknown, r.Slowest().Round(time.Millisecond), r.Done.Round(time.Millisecond))
	if table, err := os.ReadFile(tablePath()); os.Getenv(RowsFile) == "" && (err != nil || !strings.Contains(string(table), "\n| "+r.Fault+" |")) {
		t.Errorf("docs/faults.md has no row of %q: write it anew by make faults", r.Fault)
	}
	if r.Tried == 0 || r.Acknowledged == 0 {
		t.Errorf("%s: nothing was tried, or nothing acknowledged: that shows nothing", r.Fault)
	}
	path := os.Getenv(RowsFile)
	if path == "" {
		return
	}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.Write(append(text, '\n')); err != nil {
		t.Fatal(err)
	}
}

// Slowest is the longest that it took until something was acknowledged again.
func (r Row) Slowest() time.Duration {
	if len(r.Again) == 0 {
		return 0
	}
	return slices.Max(r.Again)
}

// Median is how long it took until something was acknowledged again.
func (r Row) Median() time.Duration {
	if len(r.Again) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(r.Again))
	return sorted[len(sorted)/2]
}

// tablePath is that of the table, from a folder of the tests of the whole
// program.
func tablePath() string {
	path := filepath.Join("..", "docs", "faults.md")
	if _, err := os.Stat(filepath.Join("..", "go.mod")); err != nil {
		path = filepath.Join("..", path)
	}
	return path
}
