package bellhop_test

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestVulnTellsFindingsFromNoDatabase runs .ci/vuln over what govulncheck may
// come to.
func TestVulnTellsFindingsFromNoDatabase(t *testing.T) {
	script, err := os.ReadFile(".ci/vuln") // so that go knows when the result is out of date
	if err != nil {
		t.Fatal(err)
	}
	const away = `Get "https://db.example/index/modules.json.gz": dial tcp: lookup db.example: no such host`
	for name, c := range map[string]struct {
		checker string
		want    int
		says    bool // that the database is out of reach
	}{
		"nothing found":     {"echo No vulnerabilities found.", 0, false},
		"found":             {"echo Vulnerability 1; exit 3", 3, false},
		"no database":       {"echo '=== Symbol Results ==='; echo 'govulncheck: fetching vulnerabilities: " + away + "' >&2; exit 1", 0, true},
		"found, named so":   {"echo 'govulncheck: fetching vulnerabilities: x' >&2; exit 3", 3, false},
		"no module":         {"echo 'go: example.org/m@v1.0.0: " + away + "' >&2; exit 1", 1, false},
		"does not build":    {"echo 'govulncheck: loading packages: There are errors' >&2; exit 1", 1, false},
		"on stdout":         {"echo 'govulncheck: fetching vulnerabilities: x'; exit 1", 1, false},
		"wrong usage":       {"exit 2", 2, false},
		"no such programme": {"exec /nonexistent/govulncheck", 127, false},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := exec.Command("bash", "-c", string(script), "vuln", "bash", "-c", c.checker).CombinedOutput()
			got := 0
			if failed, ok := errors.AsType[*exec.ExitError](err); ok {
				got = failed.ExitCode()
			} else if err != nil {
				t.Fatal(err)
			}
			if says := strings.Contains(string(out), "out of reach"); got != c.want || says != c.says {
				t.Errorf("ended with %d, want %d, and said:\n%s", got, c.want, out)
			}
		})
	}
}
