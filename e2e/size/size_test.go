package size

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// The environment says how large the tests are and where they put what.
const (
	full      = "BELLHOP_SIZE"       // "full": as the issue of a large hotel has it
	tablePath = "BELLHOP_SIZE_TABLE" // where the table goes, besides the output
	diskPath  = "BELLHOP_SIZE_DIR"   // the disk that is measured; a temporary folder
)

// isFull tells whether the tests have their full size. Only then are figures
// held against bounds: small ones are noise.
func isFull() bool { return os.Getenv(full) == "full" }

// size is a number of the tests, small or full.
func size(small, large int) int {
	if isFull() {
		return large
	}
	return small
}

var (
	// common is a folder for all tests, on the disk that is measured.
	common string
	// program is the path of the binary under test.
	program string
)

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	var err error
	if common, err = os.MkdirTemp(os.Getenv(diskPath), "bellhop-size-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(common)
	program = filepath.Join(common, "bellhop")
	build := exec.Command("go", "build", "-o", program, "bellhop/cmd/bellhop")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	build.Stdout, build.Stderr = os.Stderr, os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "build the program:", err)
		return 1
	}
	code := m.Run()
	if err := table.print(); err != nil {
		fmt.Fprintln(os.Stderr, "the table:", err)
		return 1
	}
	return code
}

// row is a line of the table.
type row struct {
	Case   string `json:"case"`
	Figure string `json:"figure"`
	Value  string `json:"value"`
}

type rows struct {
	mu  sync.Mutex
	all []row
}

var table rows

// add puts a figure into the table.
func (r *rows) add(t *testing.T, figure, format string, args ...any) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	one := row{strings.TrimPrefix(t.Name(), "Test"), figure, fmt.Sprintf(format, args...)}
	t.Logf("%s: %s", one.Figure, one.Value)
	r.all = append(r.all, one)
}

// print shows the table, and writes it where the environment says.
func (r *rows) print() error {
	path := os.Getenv(tablePath)
	if len(r.all) == 0 || path == "" && !isFull() {
		return nil
	}
	var text strings.Builder
	text.WriteString("| case | figure | value |\n| --- | --- | --- |\n")
	for _, one := range r.all {
		fmt.Fprintf(&text, "| %s | %s | %s |\n", one.Case, one.Figure, one.Value)
	}
	_, err := os.Stdout.WriteString(text.String())
	if path == "" {
		return err
	}
	data := []byte(text.String())
	if filepath.Ext(path) == ".json" {
		encoded, failed := json.MarshalIndent(r.all, "", "  ")
		data, err = append(encoded, '\n'), errors.Join(err, failed)
	}
	return errors.Join(err, os.WriteFile(path, data, 0o644))
}

// folder is one on the disk that is measured, removed in the end.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp(common, "test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}
