package luahooks

import (
	"context"
	"os"
	"testing"
	"testing/fstest"
	"time"
)

// FuzzLoad loads arbitrary sources and runs what they register: nothing
// panics, and all of it ends.
func FuzzLoad(f *testing.F) {
	for _, name := range []string{"shipped/minibar.lua", "shipped/housekeeping.lua"} {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	for _, row := range sources {
		if len(row.text) < 1000 {
			f.Add(row.text)
		}
	}
	for _, b := range bombs {
		if b.kind != "deadline" && b.kind != "memory" {
			f.Add("bellhop.on('dtmf', function(event)\n" + b.body + "\nend)")
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		dir := fstest.MapFS{"t.lua": {Data: []byte(text)}}
		s, _ := Load(dir, Options{Limits: Limits{Deadline: 200 * time.Millisecond}})
		defer s.Close()
		s.limits.Deadline = 5 * time.Millisecond // once it is loaded: on a busy machine that may take longer
		ev := dialled("1203", "778*12*2")
		for _, unit := range s.Match(ev) {
			got := s.Run(context.Background(), unit, input(ev))
			if got.Err != nil && got.Effects != nil {
				t.Errorf("%s: effects beside the error %v", unit, got.Err)
			}
		}
	})
}

// FuzzPattern matches arbitrary patterns: nothing panics and all of it ends.
// A pattern that check takes never fails but for its cost.
func FuzzPattern(f *testing.F) {
	for _, p := range []string{"^778%*(%d+)", ".-.-.-b", "%b()", "%f[%a]", "([^%]]*)%1", "()", "[a-%z]", "[", "%", "(", ")", "[]", "%b", "%f", "a?a?a?aaa"} {
		f.Add(p, "778*12*2")
	}
	f.Fuzz(func(t *testing.T, pat, text string) {
		m, err := newMatcher(text, pat)
		if err != nil {
			return
		}
		broken := m.check()
		start, end, ok, err := m.find(0)
		if ok && (start > end || end > len(text)) {
			t.Errorf("%q in %q: match from %d to %d", pat, text, start, end)
		}
		if ok {
			for i := range m.count() {
				m.captured(i, start, end)
			}
		}
		if broken == nil && err != nil && err != errPatternSteps && err != errPatternDeep && err.Error() != "too many captures in the pattern" && err.Error() != "invalid capture index in the pattern" {
			t.Errorf("%q in %q: check was content, find says %v", pat, text, err)
		}
	})
}
