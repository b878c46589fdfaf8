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
		env     string
		want    int
		says    string // of the database; empty: nothing
	}{
		"nothing found":     {"echo No vulnerabilities found.", "", 0, ""},
		"found":             {"echo Vulnerability 1; exit 3", "", 3, ""},
		"no database":       {"echo '=== Symbol Results ==='; echo 'govulncheck: fetching vulnerabilities: " + away + "' >&2; exit 1", "", 0, "out of reach"},
		"no database, must": {"echo 'govulncheck: fetching vulnerabilities: " + away + "' >&2; exit 1", "VULN_MUST=true", 1, "out of reach"},
		"found, must":       {"exit 3", "VULN_MUST=true", 3, ""},
		"nothing, must":     {"exit 0", "VULN_MUST=true", 0, ""},
		"found, named so":   {"echo 'govulncheck: fetching vulnerabilities: x' >&2; exit 3", "", 3, ""},
		"no module":         {"echo 'go: example.org/m@v1.0.0: " + away + "' >&2; exit 1", "", 1, ""},
		"does not build":    {"echo 'govulncheck: loading packages: There are errors' >&2; exit 1", "", 1, ""},
		"on stdout":         {"echo 'govulncheck: fetching vulnerabilities: x'; exit 1", "", 1, ""},
		"wrong usage":       {"exit 2", "", 2, ""},
		"no such programme": {"exec /nonexistent/govulncheck", "", 127, ""},
		"hangs":             {"exec sleep 60", "VULN_TIME=0.2", 124, "NOT checked"},
		"an old database":   {"echo 'DB updated: 2020-01-01 00:00:00 +0000 UTC'", "", 0, "of 2020-01-01"},
		"old, and found":    {"echo 'DB updated: 2020-01-01 00:00:00 +0000 UTC'; exit 3", "", 3, "of 2020-01-01"},
		"of tomorrow":       {"echo 'DB updated: 2999-01-01 00:00:00 +0000 UTC'", "", 0, ""},
		"another database":  {`[ "$0 $*" = "-db file:///mirror ./..." ]`, "VULN_DB=file:///mirror", 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := exec.Command("bash", "-c", string(script), "vuln", "bash", "-c", c.checker, "./...")
			cmd.Env = append(os.Environ(), "VULN_MUST=", "VULN_DB=", "VULN_TIME=", c.env)
			out, err := cmd.CombinedOutput()
			got := 0
			if failed, ok := errors.AsType[*exec.ExitError](err); ok {
				got = failed.ExitCode()
			} else if err != nil {
				t.Fatal(err)
			}
			says := strings.Contains(string(out), "the database of known faults")
			if got != c.want || says != (c.says != "") || !strings.Contains(string(out), c.says) {
				t.Errorf("ended with %d, want %d, and said:\n%s", got, c.want, out)
			}
		})
	}
}
