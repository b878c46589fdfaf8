package hotel

import "testing"

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

func FuzzNumberMatch(f *testing.F) {
	f.Add("1xx, 12*, 1201-1248", "1203")
	f.Fuzz(func(_ *testing.T, patterns, number string) {
		if m, err := ParseNumberMatch(patterns); err == nil {
			m.Takes(number)
		}
	})
}
