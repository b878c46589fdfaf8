package hotel

import (
	"strings"
	"testing"
)

func TestNumberMatch(t *testing.T) {
	for _, c := range []struct {
		patterns, number string
		want             bool
	}{
		{"", "1203", true}, {"1xx", "101", true}, {"1XX", "199", true}, {"1xx", "1010", false}, {"1xx", "10", false}, {"1xx", "201", false},
		{"12*", "12", true}, {"12*", "1248", true}, {"12*", "1", false}, {"*", "7", true}, {"0x", "01", true}, {"0x", "1", false},
		{"1201-1248", "1201", true}, {"1201-1248", "1248", true}, {"1201-1248", "1249", false}, {"1201-1248", "121", false},
		{"2xx, 1201-1202", "1202", true}, {"2xx 3xx", "301", true}, {"2xx,3xx", "401", false},
	} {
		m, err := ParseNumberMatch(c.patterns)
		if err != nil || m.Takes(c.number) != c.want {
			t.Errorf("%q takes %q: %v, %v", c.patterns, c.number, m.Takes(c.number), err)
		}
	}
	for _, bad := range []string{"1y", "1-22", "9-1", "-", "1*2", "**", "1-2-3", "x-9"} {
		if _, err := ParseNumberMatch(bad); err == nil {
			t.Errorf("%q is a pattern", bad)
		}
	}
}

// TestNumberMatchBackwards: who wrote a range backwards is told what to write.
func TestNumberMatchBackwards(t *testing.T) {
	_, err := ParseNumberMatch("201,1010-1001")
	if err == nil || err.Error() != `"1010-1001" runs backwards: write 1001-1010` {
		t.Error(err)
	}
}

func TestNumberMatchWithout(t *testing.T) {
	for _, c := range []struct{ patterns, numbers, want string }{
		{"", "", ""}, {"1001-1010", "", "1001-1010"}, {"1001-1010", "1001 1002 1003", "1004-1010"}, {"1001-1003", "1003 1001 1002 1001", ""},
		{"1001-1010", "1003 1005 1010 1011 999 10x4", "1001-1002 1004 1006-1009"}, {"0000-0002", "0000", "0001-0002"}, {"008-011", "009 010", "008 011"},
		{"10000000-99999999", "10000000 99999999", "10000001-99999998"}, {"7", "8 70", "7"}, {"7", "7", ""}, {"1xx,2xx,30*", "101 3", "2xx 30*"},
	} {
		m, err := ParseNumberMatch(c.patterns)
		if got := strings.Join(m.Without(strings.Fields(c.numbers)), " "); err != nil || got != c.want {
			t.Errorf("%q without %q: %q, want %q, %v", c.patterns, c.numbers, got, c.want, err)
		}
	}
}

func FuzzNumberMatch(f *testing.F) {
	f.Add("1xx, 12*, 1201-1248", "1203")
	f.Fuzz(func(_ *testing.T, patterns, number string) {
		if m, err := ParseNumberMatch(patterns); err == nil {
			m.Takes(number)
			m.Without([]string{number})
		}
	})
}
