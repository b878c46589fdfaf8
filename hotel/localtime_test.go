package hotel

import (
	"testing"
	"time"
)

// TestLocalMoment holds what a clock on the wall shows against moments worked
// out by hand from the offsets of each zone.
func TestLocalMoment(t *testing.T) {
	for _, c := range []struct{ zone, date, clock, utc string }{
		{"Europe/Rome", "2026-07-01", "06:30", "2026-07-01T04:30:00Z"},
		{"Europe/Rome", "2027-03-28", "02:30", "2027-03-28T01:00:00Z"}, // skipped: at the jump from 02:00 to 03:00
		{"Europe/Rome", "2027-03-28", "03:00", "2027-03-28T01:00:00Z"},
		{"Europe/Rome", "2026-10-25", "02:30", "2026-10-25T00:30:00Z"}, // occurs twice: the first
		{"America/New_York", "2027-03-14", "02:15", "2027-03-14T07:00:00Z"},
		{"America/New_York", "2026-11-01", "01:45", "2026-11-01T05:45:00Z"},
		{"Asia/Shanghai", "2026-11-22", "00:00", "2026-11-21T16:00:00Z"},
		{"Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:30:00Z"}, // half an hour is skipped at 02:00
		{"Australia/Lord_Howe", "2026-10-04", "02:30", "2026-10-03T15:30:00Z"},
		{"Australia/Lord_Howe", "2027-04-04", "01:45", "2027-04-03T14:45:00Z"}, // occurs twice: the first, at +11
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		got, err := LocalMoment(c.date, c.clock, zone)
		if err != nil || got.UTC().Format(time.RFC3339) != c.utc {
			t.Errorf("%s %s %s: %s, %v, want %s", c.zone, c.date, c.clock, got.UTC().Format(time.RFC3339), err, c.utc)
		}
	}
	for _, bad := range [][2]string{{"2026-02-30", "06:00"}, {"2026-02-03", "24:00"}, {"", ""}, {"2026-02-03", "6"}} {
		if got, err := LocalMoment(bad[0], bad[1], time.UTC); err == nil {
			t.Errorf("%q %q is taken for %s", bad[0], bad[1], got)
		}
	}
}
