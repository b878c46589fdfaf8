package need

import (
	"fmt"
	"testing"
)

// probe stands in for a test that ends at once, as a real one would.
type probe struct{ testing.TB }

func (probe) Helper()           {}
func (probe) Skip(args ...any)  { panic("skipped: " + fmt.Sprint(args...)) }
func (probe) Fatal(args ...any) { panic("failed: " + fmt.Sprint(args...)) }

// outcome says how a test ends that calls f.
func outcome(f func(testing.TB)) (how string) {
	defer func() {
		if ended := recover(); ended != nil {
			how = ended.(string)
		}
	}()
	f(probe{})
	return "went on"
}

func TestMissingToolSkipsAndFailsInCI(t *testing.T) {
	const why = "no-such-tool is not installed"
	for _, c := range []struct{ ci, tool, want string }{
		{"", "no-such-tool", "skipped: " + why},
		{"false", "no-such-tool", "skipped: " + why},
		{"true", "no-such-tool", "failed: " + why},
		{"", "go", "went on"},
		{"true", "go", "went on"},
	} {
		t.Setenv("CI", c.ci)
		got := outcome(func(tb testing.TB) { Tool(tb, c.tool) })
		if got != c.want {
			t.Errorf("with CI=%q, a test that needs %s %s, want: %s", c.ci, c.tool, got, c.want)
		}
	}
}
