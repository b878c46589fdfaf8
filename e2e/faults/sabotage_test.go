package faults

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"bellhop/e2e/rig"
	"bellhop/sabotage"
)

// found says which test finds each deliberate fault, and by what.
var found = map[string]struct{ test, by string }{
	sabotage.NoSync:      {"TestPowerOfTheDisk", `lost [1-9]`},
	sabotage.AnswerEarly: {"TestKilledAnywhere/pushes", `lost [1-9]`},
	sabotage.MarkApart:   {"TestKilledAnywhere/pushes", `doubled [1-9]`},
	sabotage.NewKey:      {"TestKilledAnywhere/pushes", `doubled [1-9]`},
	sabotage.NoLanes:     {"TestKilledAnywhere/pushes", `out of order`},
	sabotage.StaleReads:  {"TestKilledAnywhere/pushes", `lost [1-9]`},
}

// TestNoSabotageShips: the program as it ships cannot be broken so.
func TestNoSabotageShips(t *testing.T) {
	text, err := os.ReadFile(rig.Program(t))
	if err != nil {
		t.Fatal(err)
	}
	if os.Getenv("BELLHOP_TEST_TAGS") == "" && bytes.Contains(text, []byte("BELLHOP_SABOTAGE")) {
		t.Error("the program can be sabotaged")
	}
}

// TestSabotageIsFound breaks the program on purpose, in one way after the other,
// and lets the tests run on it: each must fail, and by what the fault does.
func TestSabotageIsFound(t *testing.T) {
	if os.Getenv("BELLHOP_SABOTAGE") != "" {
		t.Skip("this is the broken program")
	}
	for _, way := range sabotage.All() {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			f := found[way]
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.v", "-test.run", "^"+strings.ReplaceAll(f.test, "/", "$/^")+"$")
			cmd.Env = append(os.Environ(), "BELLHOP_TEST_TAGS=sabotage", "BELLHOP_SABOTAGE="+way, "BELLHOP_FAULTS_KILLS=25", "BELLHOP_FAULTS_CUTS=10", "BELLHOP_FAULTS_ROWS=")
			said, err := cmd.CombinedOutput()
			if err == nil {
				t.Fatalf("nobody has noticed: %s", said)
			}
			if !regexp.MustCompile(f.by).Match(said) {
				t.Fatalf("it was not noticed by %q: %v: %s", f.by, err, said)
			}
		})
	}
}
