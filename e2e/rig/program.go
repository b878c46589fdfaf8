package rig

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// programs are the binaries that have been built, by their build tags
// and the linker's flags.
var programs struct {
	mu     sync.Mutex
	folder string
	paths  map[string]string
}

// Main runs the tests of a package that uses a rig, and clears up. Its TestMain
// calls it.
func Main(m *testing.M) int {
	defer func() { _ = os.RemoveAll(programs.folder) }()
	return m.Run()
}

// Program builds the program under test, once for each set of build tags, and
// gives its path. BELLHOP_TEST_TAGS, separated by commas, are tags for all.
func Program(t testing.TB) string {
	t.Helper()
	tags := os.Getenv("BELLHOP_TEST_TAGS")
	programs.mu.Lock()
	defer programs.mu.Unlock()
	if path, ok := programs.paths[tags]; ok {
		return path
	}
	path, err := build(tags, "")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// Version builds the program as a release of a version, which is broken in ways
// of package sabotage, with commas between.
func Version(t testing.TB, version, ways string) string {
	t.Helper()
	programs.mu.Lock()
	defer programs.mu.Unlock()
	flags := "-X main.buildVersion=" + version + " -X bellhop/sabotage.built=" + ways
	if path, ok := programs.paths["sabotage"+flags]; ok {
		return path
	}
	path, err := build("sabotage", flags)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// build needs programs.mu.
func build(tags, flags string) (string, error) {
	if programs.folder == "" {
		folder, err := os.MkdirTemp("", "bellhop-rig")
		if err != nil {
			return "", err
		}
		programs.folder, programs.paths = folder, map[string]string{}
	}
	path := filepath.Join(programs.folder, fmt.Sprintf("bellhop-%d", len(programs.paths)))
	cmd := exec.Command("go", "build", "-tags", tags, "-ldflags", flags, "-o", path, "bellhop/cmd/bellhop")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if text, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the program: %w: %s", err, text)
	}
	programs.paths[tags+flags] = path
	return path, nil
}
