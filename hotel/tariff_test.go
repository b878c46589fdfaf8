package hotel

import (
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// ratesOf reads rows as they stand in a file, with blanks for what is empty at
// the end.
func ratesOf(t testing.TB, d Dialling, rows ...string) Rates {
	t.Helper()
	var rates Rates
	for _, line := range rows {
		row := map[string]string{}
		for i, cell := range strings.Split(line, ",") {
			row[RateColumns[i]] = cell
		}
		r, err := d.ReadRate(row)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		rates = append(rates, r)
	}
	if row, err := CheckRates(rates); err != nil {
		t.Fatalf("row %d: %v", row, err)
	}
	return rates
}

// The tariff of the table: prefix, destination, days, from, to, trunk, connect,
// included, first, tick, price, minimum, surcharge.
var tableTariff = []string{
	"*,Local,,,,,,,180,60,0.20",
	"0,National,ho,,,,,,,60,0.10",
	"0,National,mo-fr,08:00,20:00,,,,,60,0.60",
	"0,National,,,,,,,,60,0.30",
	"010,Beijing,,,,,0.50,,60,6,0.20",
	"0755,Shenzhen,,,,GSM,,,,1,0.90",
	"0755,Shenzhen,,,,,,,,60,0.15",
	"+,Abroad,,,,,,,,60,8",
	"+39,Italy,,22:00,06:00,,,,,30,1.20",
	"+39,Italy,,,,,,,,30,2.40",
	"+393,Italy mobile,,,,,1,60,60,60,3,5,10",
	"+886,Taiwan,,,,,,,1,1,0.0125",
	"+81,Japan,fr,22:00,06:00,,,,,60,1",
	"+81,Japan,,,,,,,,60,2",
	"+44,Britain,,,,,,,30,6,1,1.5,25",
	"+7,Russia,,,,,,,1,1,6",
	"+1900,Nothing,,,,,,,,60,0",
	"+90,Turkey,ho,08:00,20:00,,,,,60,1",
	"+90,Turkey,ho,,,GSM,,,,60,2",
	"+90,Turkey,,,,,,,,60,3",
	"+881612345678901,Satellite,,,,,,,,60,10",
	"+34,Spain,,,,,1,60,45,20,3",
}

const (
	nightTariff = "*,Night,,01:30,02:30,,,,,60,1"
	dayTariff   = "*,Day,,,,,,,,60,2"
)

// TestTariff goes through prices worked out by hand. Where the zone is not
// named it is Shanghai's, and the currency has hundredths.
func TestTariff(t *testing.T) {
	usual := TariffSetup{
		Dialling:  Dialling{Outside: []string{"9"}, Country: "86", National: "0"},
		Free:      []string{"800*", "10086", "0033800*", "+864008"},
		Grace:     map[string]int{"FXO": 20},
		Holidays:  map[string]bool{"2026-10-01": true},
		Emergency: NewEmergency("CN", nil, []string{"0", "9"}),
	}
	cases := []struct {
		number string
		begin  string // local, or with a Z
		talk   int
		trunk  string
		want   int64 // minor units
		rate   string
		why    string
	}{
		// Local calls: the first interval is 180 s at 0.20 a minute, then minutes.
		{"5551234", "2026-03-02 10:00:00", 1, "", 60, "Local", ""},      // 180 s = 3 × 0.20
		{"5551234", "2026-03-02 10:00:00", 180, "", 60, "Local", ""},    // the first interval just filled
		{"5551234", "2026-03-02 10:00:00", 181, "", 80, "Local", ""},    // 180 + 60 = 240 s = 4 × 0.20
		{"5551234", "2026-03-02 10:00:00", 240, "", 80, "Local", ""},    // the second just filled
		{"5551234", "2026-03-02 10:00:00", 241, "", 100, "Local", ""},   // 300 s = 5 × 0.20
		{"5551234", "2026-03-02 10:00:00", 3600, "", 1200, "Local", ""}, // 60 × 0.20
		{"555-12 34", "2026-03-02 10:00:00", 1, "", 60, "Local", ""},    // what is written between digits does not count
		{"95551234", "2026-03-02 10:00:00", 1, "", 60, "Local", ""},     // 9 for an outside line is taken off
		{"9", "2026-03-02 10:00:00", 1, "", 60, "Local", ""},            // but never all of a number

		// National: 0.60 on weekdays from 8 to 20, else 0.30, on holidays 0.10.
		{"021555", "2026-03-02 10:00:00", 60, "", 60, "National", ""},   // Monday morning
		{"021555", "2026-03-02 10:00:00", 61, "", 120, "National", ""},  // two minutes
		{"021555", "2026-03-02 07:59:59", 60, "", 30, "National", ""},   // a second before the window
		{"021555", "2026-03-02 08:00:00", 60, "", 60, "National", ""},   // its first second
		{"021555", "2026-03-02 19:59:59", 60, "", 60, "National", ""},   // its last
		{"021555", "2026-03-02 20:00:00", 60, "", 30, "National", ""},   // behind it
		{"021555", "2026-03-02 19:59:00", 120, "", 120, "National", ""}, // the begin counts, also for what comes behind the window: 2 × 0.60
		{"021555", "2026-02-28 10:00:00", 60, "", 30, "National", ""},   // Saturday
		{"021555", "2026-03-01 10:00:00", 60, "", 30, "National", ""},   // Sunday
		{"021555", "2026-03-06 10:00:00", 60, "", 60, "National", ""},   // Friday
		{"021555", "2026-10-01 10:00:00", 60, "", 10, "National", ""},   // a Thursday that is a holiday
		{"021555", "2026-10-01 23:59:59", 60, "", 10, "National", ""},   // its last second
		{"021555", "2026-10-02 00:00:00", 60, "", 30, "National", ""},   // Friday, not yet 8
		{"021555", "2026-09-30T16:00:00Z", 60, "", 10, "National", ""},  // the holiday begins by the hotel's clock: 00:00 in Shanghai
		{"021555", "2026-09-30T15:59:59Z", 60, "", 30, "National", ""},  // Wednesday, 23:59:59

		// A row for holidays fits by its window and its trunk, too; where none does, the
		// day is what it is else.
		{"+90212", "2026-10-01 07:59:59", 60, "", 300, "Turkey", ""},    // a second before the window
		{"+90212", "2026-10-01 08:00:00", 60, "", 100, "Turkey", ""},    // its first second
		{"+90212", "2026-10-01 20:00:00", 60, "", 300, "Turkey", ""},    // behind it
		{"+90212", "2026-10-01 20:00:00", 60, "GSM", 200, "Turkey", ""}, // by the trunk at any time
		{"+90212", "2026-10-01 08:00:00", 60, "GSM", 100, "Turkey", ""}, // but the first row comes first
		{"+90212", "2026-10-02 08:00:00", 60, "GSM", 300, "Turkey", ""}, // no holiday

		// The longest prefix that can be, of 16 signs, before +.
		{"00881612345678901", "2026-03-02 10:00:00", 60, "", 1000, "Satellite", ""},
		{"008816123456789012", "2026-03-02 10:00:00", 60, "", 1000, "Satellite", ""},
		{"00881612345678902", "2026-03-02 10:00:00", 60, "", 800, "Abroad", ""},

		// The longest prefix wins: 010 before 0, on a holiday too, as 010 names none.
		{"010555", "2026-03-02 10:00:00", 1, "", 70, "Beijing", ""},    // 0.50 + 60 s × 0.20/60 = 0.50 + 0.20
		{"010555", "2026-03-02 10:00:00", 60, "", 70, "Beijing", ""},   // the same
		{"010555", "2026-03-02 10:00:00", 61, "", 72, "Beijing", ""},   // 66 s: 0.50 + 0.22
		{"010555", "2026-03-02 10:00:00", 66, "", 72, "Beijing", ""},   // just filled
		{"010555", "2026-03-02 10:00:00", 67, "", 74, "Beijing", ""},   // 72 s: 0.50 + 0.24
		{"010555", "2026-10-01 10:00:00", 60, "", 70, "Beijing", ""},   // the holiday row is another prefix's
		{"+8610555", "2026-03-02 10:00:00", 60, "", 70, "Beijing", ""}, // the own country's code is the national 0
		{"008610555", "2026-03-02 10:00:00", 60, "", 70, "Beijing", ""},
		{"9008610555", "2026-03-02 10:00:00", 60, "", 70, "Beijing", ""},
		{"9010555", "2026-03-02 10:00:00", 60, "", 70, "Beijing", ""},

		// By trunk: the row that names it stands first.
		{"0755111", "2026-03-02 10:00:00", 61, "GSM", 92, "Shenzhen", ""}, // 61 × 0.90/60 = 0.915, half up
		{"0755111", "2026-03-02 10:00:00", 1, "GSM", 2, "Shenzhen", ""},   // 0.015, half up
		{"0755111", "2026-03-02 10:00:00", 61, "SIP", 30, "Shenzhen", ""}, // 2 × 0.15
		{"0755111", "2026-03-02 10:00:00", 61, "gsm", 30, "Shenzhen", ""}, // names are as the PBX writes them
		{"0755111", "2026-03-02 10:00:00", 61, "", 30, "Shenzhen", ""},    // not known

		// Abroad, by + or 00, with and without the code for an outside line.
		{"+33123", "2026-03-02 10:00:00", 60, "", 800, "Abroad", ""},
		{"0033123", "2026-03-02 10:00:00", 60, "", 800, "Abroad", ""},
		{"90033123", "2026-03-02 10:00:00", 61, "", 1600, "Abroad", ""},

		// A window over midnight: 22:00 to 06:00 at 1.20, else 2.40, by half minutes.
		{"0039061", "2026-03-02 21:59:59", 30, "", 120, "Italy", ""}, // 0.5 × 2.40
		{"0039061", "2026-03-02 22:00:00", 30, "", 60, "Italy", ""},  // 0.5 × 1.20
		{"0039061", "2026-03-02 00:00:00", 30, "", 60, "Italy", ""},
		{"0039061", "2026-03-02 05:59:59", 31, "", 120, "Italy", ""}, // 60 s: 1 × 1.20
		{"0039061", "2026-03-02 06:00:00", 31, "", 240, "Italy", ""}, // 1 × 2.40

		// Days of a window over midnight are those on which the call begins.
		{"0081311", "2026-03-06 22:00:00", 60, "", 100, "Japan", ""}, // Friday night
		{"0081311", "2026-03-07 01:00:00", 60, "", 200, "Japan", ""}, // is Saturday's morning
		{"0081311", "2026-03-06 01:00:00", 60, "", 100, "Japan", ""}, // Friday's morning

		// Connect 1 covers 60 s, then minutes at 3, 10% on top, at least 5.
		{"00393331", "2026-03-02 10:00:00", 1, "", 500, "Italy mobile", ""},   // 1 × 1.10 = 1.10, at least 5
		{"00393331", "2026-03-02 10:00:00", 60, "", 500, "Italy mobile", ""},  // covered to the last second
		{"00393331", "2026-03-02 10:00:00", 61, "", 500, "Italy mobile", ""},  // (1 + 3) × 1.10 = 4.40
		{"00393331", "2026-03-02 10:00:00", 120, "", 500, "Italy mobile", ""}, // the same
		{"00393331", "2026-03-02 10:00:00", 121, "", 770, "Italy mobile", ""}, // (1 + 6) × 1.10

		// Connect 1 covers 60 s, then 45 s, then 20 s at a time, at 3 a minute, and no minimum.
		{"003491", "2026-03-02 10:00:00", 60, "", 100, "Spain", ""},  // covered to the last second
		{"003491", "2026-03-02 10:00:00", 61, "", 325, "Spain", ""},  // 1 + 45 s × 3/60 = 1 + 2.25
		{"003491", "2026-03-02 10:00:00", 105, "", 325, "Spain", ""}, // just filled
		{"003491", "2026-03-02 10:00:00", 106, "", 425, "Spain", ""}, // 65 s: 1 + 3.25
		{"003491", "2026-03-02 10:00:00", 125, "", 425, "Spain", ""}, // just filled
		{"003491", "2026-03-02 10:00:00", 126, "", 525, "Spain", ""}, // 85 s: 1 + 4.25

		// Finer than the minor unit: 0.0125 a minute by the second, never rounded on the way.
		{"00886211", "2026-03-02 10:00:00", 23, "", 0, "Taiwan", WhyNothing}, // 0.00479: nothing
		{"00886211", "2026-03-02 10:00:00", 24, "", 1, "Taiwan", ""},         // 0.005, half up
		{"00886211", "2026-03-02 10:00:00", 71, "", 1, "Taiwan", ""},         // 0.01479
		{"00886211", "2026-03-02 10:00:00", 72, "", 2, "Taiwan", ""},         // 0.015
		{"00886211", "2026-03-02 10:00:00", 3600, "", 75, "Taiwan", ""},      // 60 × 0.0125

		{"007495", "2026-03-02 10:00:00", 1, "", 10, "Russia", ""}, // a sixtieth of 6
		{"007495", "2026-03-02 10:00:00", 7, "", 70, "Russia", ""},

		// 30 s, then 6 s at 1 a minute, 25% on top, at least 1.50 with it.
		{"0044201", "2026-03-02 10:00:00", 30, "", 150, "Britain", ""}, // 0.50 × 1.25 = 0.625
		{"0044201", "2026-03-02 10:00:00", 72, "", 150, "Britain", ""}, // 1.20 × 1.25 = 1.50, just so
		{"0044201", "2026-03-02 10:00:00", 73, "", 163, "Britain", ""}, // 78 s: 1.30 × 1.25 = 1.625, half up

		// What costs nothing.
		{"80012345", "2026-03-02 10:00:00", 600, "", 0, "", WhyFree},
		{"980012345", "2026-03-02 10:00:00", 600, "", 0, "", WhyFree},
		{"10086", "2026-03-02 10:00:00", 600, "", 0, "", WhyFree},
		{"100861", "2026-03-02 10:00:00", 1, "", 60, "Local", ""},      // only that number, no longer one
		{"0033800123", "2026-03-02 10:00:00", 600, "", 0, "", WhyFree}, // a free number has one form, too
		{"+33800123", "2026-03-02 10:00:00", 600, "", 0, "", WhyFree},
		{"04008", "2026-03-02 10:00:00", 600, "", 0, "", WhyFree},
		{"110", "2026-03-02 10:00:00", 600, "", 0, "", WhyEmergency},
		{"9119", "2026-03-02 10:00:00", 600, "", 0, "", WhyEmergency},
		{"0120", "2026-03-02 10:00:00", 600, "", 0, "", WhyEmergency},
		{"5551234", "2026-03-02 10:00:00", 0, "", 0, "", WhyNoTalk},
		{"+19001", "2026-03-02 10:00:00", 600, "", 0, "Nothing", WhyNothing},

		// Grace of the analogue line: up to 20 s free, and nothing taken off longer ones.
		{"5551234", "2026-03-02 10:00:00", 20, "FXO", 0, "Local", WhyGrace},
		{"5551234", "2026-03-02 10:00:00", 21, "FXO", 60, "Local", ""},
		{"5551234", "2026-03-02 10:00:00", 181, "FXO", 80, "Local", ""},
		{"5551234", "2026-03-02 10:00:00", 20, "SIP", 60, "Local", ""},
	}
	zone := zoneOf(t, "Asia/Shanghai")
	rates := ratesOf(t, usual.Dialling, tableTariff...)
	for _, c := range cases {
		t.Run(fmt.Sprintf("%s %s %d %s", c.number, c.begin, c.talk, c.trunk), func(t *testing.T) {
			sum := usual.Price(rates, Dialled{c.number, begins(t, c.begin, zone), c.talk, c.trunk}, zone, "CNY")
			amount := int64(0)
			if sum.Exact != nil && sum.Why == "" {
				amount, _ = Taxes{}.Charge(Taxes{}.Charged(sum.Exact, 0, usual.Round), 0)
			}
			if amount == 0 && sum.Why == "" {
				sum.Why = WhyNothing
			}
			if amount != c.want || sum.Rate.Destination != c.rate || sum.Why != c.why {
				t.Errorf("%d by %q (%s), want %d by %q (%s)", amount, sum.Rate.Destination, sum.Why, c.want, c.rate, c.why)
			}
		})
	}
}

// TestTariffAtClockChanges: the hour that a call begins in is that on the wall,
// also where it comes twice or never. From 01:30 to 02:30 a minute costs 1, else 2.
func TestTariffAtClockChanges(t *testing.T) {
	cases := []struct {
		zone, begin string
		want        int64
	}{
		{"Europe/Rome", "2026-03-29T00:29:59Z", 200}, // 01:29:59
		{"Europe/Rome", "2026-03-29T00:30:00Z", 100}, // 01:30
		{"Europe/Rome", "2026-03-29T00:59:59Z", 100}, // 01:59:59, and then it is 3
		{"Europe/Rome", "2026-03-29T01:00:00Z", 200}, // 03:00
		{"Europe/Rome", "2026-10-24T23:30:00Z", 100}, // 01:30
		{"Europe/Rome", "2026-10-25T00:29:59Z", 100}, // 02:29:59, the first
		{"Europe/Rome", "2026-10-25T00:30:00Z", 200}, // 02:30, the first
		{"Europe/Rome", "2026-10-25T00:59:59Z", 200}, // 02:59:59, and then it is 2 again
		{"Europe/Rome", "2026-10-25T01:00:00Z", 100}, // 02:00, the second
		{"Europe/Rome", "2026-10-25T01:30:00Z", 200}, // 02:30, the second

		{"America/New_York", "2026-03-08T06:59:59Z", 100}, // 01:59:59, and then it is 3
		{"America/New_York", "2026-03-08T07:00:00Z", 200}, // 03:00
		{"America/New_York", "2026-11-01T05:29:59Z", 200}, // 01:29:59, the first
		{"America/New_York", "2026-11-01T05:30:00Z", 100}, // 01:30, the first
		{"America/New_York", "2026-11-01T06:00:00Z", 200}, // 01:00, the second
		{"America/New_York", "2026-11-01T06:30:00Z", 100}, // 01:30, the second
		{"America/New_York", "2026-11-01T07:30:00Z", 200}, // 02:30, which comes once

		{"Australia/Lord_Howe", "2026-04-04T14:29:59Z", 200}, // 01:29:59 at +11
		{"Australia/Lord_Howe", "2026-04-04T14:30:00Z", 100}, // 01:30
		{"Australia/Lord_Howe", "2026-04-04T15:00:00Z", 100}, // 01:30 again, at +10:30
		{"Australia/Lord_Howe", "2026-04-04T15:59:59Z", 100}, // 02:29:59
		{"Australia/Lord_Howe", "2026-04-04T16:00:00Z", 200}, // 02:30
		{"Australia/Lord_Howe", "2026-10-03T15:29:59Z", 100}, // 01:59:59, and then it is 02:30
		{"Australia/Lord_Howe", "2026-10-03T15:30:00Z", 200}, // 02:30

		{"Asia/Shanghai", "2026-03-28T17:30:00Z", 100}, // 01:30, where nothing changes
		{"Asia/Shanghai", "2026-03-28T18:30:00Z", 200}, // 02:30
	}
	s := TariffSetup{}
	rates := ratesOf(t, s.Dialling, nightTariff, dayTariff)
	for _, c := range cases {
		zone := zoneOf(t, c.zone)
		sum := s.Price(rates, Dialled{"5551234", begins(t, c.begin, zone), 60, ""}, zone, "EUR")
		if amount := RoundHalfUp(sum.Exact); amount != c.want {
			t.Errorf("%s in %s, which is %s there: %d, want %d", c.begin, c.zone, sum.Local.Format(time.TimeOnly), amount, c.want)
		}
	}
}

// TestTariffRounding: once, half up, to the step, and the tax out of what came of
// it. The price is 1.24 for each minute.
func TestTariffRounding(t *testing.T) {
	cases := []struct {
		currency  string
		taxes     Taxes
		rate      TaxRate
		step      int64
		price     string
		want, tax int64
	}{
		{"CNY", Taxes{}, 0, 0, "1.24", 124, 0},
		{"CNY", Taxes{}, 0, 10, "1.24", 120, 0},                // 12.4 steps
		{"CNY", Taxes{}, 0, 10, "1.25", 130, 0},                // 12.5 steps, half up
		{"CNY", Taxes{}, 0, 10, "1.249999", 120, 0},            // a hair less
		{"CNY", Taxes{}, 0, 100, "0.49", 0, 0},                 // not half a step
		{"CNY", Taxes{}, 600, 10, "1.25", 130, 7},              // 130 × 6/106 = 7.36
		{"CNY", Taxes{OnTop: true}, 600, 0, "1.25", 133, 8},    // 132.5, half up; 133 × 6/106 = 7.53
		{"CNY", Taxes{OnTop: true}, 600, 10, "1.25", 130, 7},   // 132.5 is 13.25 steps
		{"CNY", Taxes{OnTop: true}, 600, 10, "1.274", 140, 8},  // 135.044 is 13.5044 steps; rounded first, it were 127 × 1.06 = 134.62, 13 steps
		{"JPY", Taxes{}, 1000, 0, "10.5", 11, 1},               // whole yen; 11 × 10/110
		{"JPY", Taxes{}, 1000, 10, "14.9", 10, 1},              // 1.49 steps; 0.909
		{"KWD", Taxes{}, 0, 0, "0.0125", 13, 0},                // thousandths: 12.5, half up
		{"EUR", Taxes{OnTop: true}, 2200, 5, "0.0041", 0, 0},   // 0.5002 is 0.1 steps
		{"EUR", Taxes{OnTop: true}, 2200, 5, "0.020492", 5, 1}, // 2.500024 is just over half a step; 5 × 22/122 = 0.90
		{"EUR", Taxes{OnTop: true}, 2200, 5, "0.020491", 0, 0}, // 2.499902 is just under it
	}
	for _, c := range cases {
		s := TariffSetup{Round: c.step}
		rates := ratesOf(t, s.Dialling, "*,,,,,,,,,60,"+c.price)
		sum := s.Price(rates, Dialled{"5", eventTime, 60, ""}, time.UTC, c.currency)
		amount, tax := c.taxes.Charge(c.taxes.Charged(sum.Exact, c.rate, s.Round), c.rate)
		if amount != c.want || tax != c.tax {
			t.Errorf("%s %s, tax %s, on top %v, by %d: %d with %d tax, want %d with %d", c.price, c.currency, c.rate, c.taxes.OnTop, c.step, amount, tax, c.want, c.tax)
		}
	}
}

// TestTariffFallsBackToAShorterPrefix where none of the longest fits.
func TestTariffFallsBackToAShorterPrefix(t *testing.T) {
	s := TariffSetup{}
	rates := ratesOf(t, s.Dialling, "0,National,,,,,,,,60,1", "010,Beijing,,08:00,20:00,,,,,60,2")
	for begin, want := range map[string]string{"2026-03-02 10:00:00": "Beijing", "2026-03-02 21:00:00": "National"} {
		if got := s.Price(rates, Dialled{"0101", begins(t, begin, time.UTC), 60, ""}, time.UTC, "CNY"); got.Rate.Destination != want {
			t.Errorf("at %s by %q, want %q", begin, got.Rate.Destination, want)
		}
	}
	if got := s.Price(rates, Dialled{"5", eventTime, 60, ""}, time.UTC, "CNY"); got.Why != WhyNoRate {
		t.Errorf("a number that no prefix fits: %+v", got)
	}
}

func TestTariffRowsThatAreWrong(t *testing.T) {
	cases := []struct{ row, column string }{
		{"", "prefix"}, {"0+", "prefix"}, {"01a", "prefix"}, {"0 1", "prefix"}, {"01234567890123456", "prefix"}, {"**", ""},
		{"0,,xx", "days"}, {"0,,fr-mo", "days"}, {"0,,mo-ho", "days"},
		{"0,,,8", "from"}, {"0,,,24:00,8:00", "from"}, {"0,,,08:60,9:00", "from"}, {"0,,,8:00", "to"}, {"0,,,,8:00", "from"},
		{"0,,,8:00,24:01", "to"}, {"0,,,8:00,08:00", "to"},
		{"0,,,,,,-1", "connect"}, {"0,,,,,,1e3", "connect"}, {"0,,,,,,0.1234567", "connect"}, {"0,,,,,,1234567890", "connect"}, {"0,,,,,,1.", "connect"},
		{"0,,,,,,,60", "included"}, {"0,,,,,,1,x", "included"}, {"0,,,,,,,,0", "first"}, {"0,,,,,,,,,0", "tick"}, {"0,,,,,,,,,86401", "tick"},
		{"0,,,,,,,,,,abc", "price"}, {"0,,,,,,,,,,1,.5", "minimum"}, {"0,,,,,,,,,,1,1,1001", "surcharge"},
		{"0," + strings.Repeat("x", 41), "destination"}, {"0,,,,," + strings.Repeat("x", 41), "trunk"},
	}
	for _, c := range cases {
		row := map[string]string{}
		for i, cell := range strings.Split(c.row, ",") {
			row[RateColumns[i]] = cell
		}
		_, err := Dialling{}.ReadRate(row)
		var wrong *RateError
		if c.column == "" && err == nil {
			continue // a number of stars can be dialled
		}
		if !errors.As(err, &wrong) || wrong.Column != c.column {
			t.Errorf("%q: %v, want column %s", c.row, err, c.column)
		}
	}
}

func TestTariffRowsThatNeverCount(t *testing.T) {
	cases := []struct {
		name   string
		rows   []string
		hidden int // the row that never counts; 0: each does
	}{
		{"twice", []string{"0", "0"}, 1},
		{"of another prefix", []string{"0", "01"}, 0},
		{"the general one first", []string{"0", "0,,,08:00,20:00"}, 1},
		{"the special one first", []string{"0,,,08:00,20:00", "0"}, 0},
		{"a window within a window", []string{"0,,,08:00,20:00", "0,,,09:00,20:00"}, 1},
		{"that sticks out", []string{"0,,,08:00,20:00", "0,,,09:00,20:01"}, 0},
		{"within one over midnight", []string{"0,,,22:00,06:00", "0,,,23:00,05:00"}, 1},
		{"over midnight in the whole day", []string{"0,,mo", "0,,mo,22:00,06:00"}, 1},
		{"that is the gap of one over midnight", []string{"0,,,22:00,06:00", "0,,,06:00,22:00"}, 0},
		{"until midnight", []string{"0,,,00:00,24:00", "0,,,08:00,09:00"}, 1},
		{"days within days", []string{"0,,mo-fr", "0,,we"}, 1},
		{"holidays are no weekdays", []string{"0", "0,,ho"}, 0},
		{"a trunk behind all trunks", []string{"0", "0,,,,,GSM"}, 1},
		{"a trunk before all trunks", []string{"0,,,,,GSM", "0"}, 0},
		{"two trunks", []string{"0,,,,,GSM", "0,,,,,SIP"}, 0},
	}
	for _, c := range cases {
		var rates []Rate
		for _, line := range c.rows {
			row := map[string]string{}
			for i, cell := range strings.Split(line, ",") {
				row[RateColumns[i]] = cell
			}
			r, err := Dialling{}.ReadRate(row)
			must(err)
			rates = append(rates, r)
		}
		row, err := CheckRates(rates)
		var hidden *HiddenRate
		if errors.As(err, &hidden) != (c.hidden > 0) || row != c.hidden {
			t.Errorf("%s: row %d, %v", c.name, row, err)
		}
	}
	for n, wrong := range map[int]int{maxRatesOfOne: 0, maxRatesOfOne + 1: maxRatesOfOne} {
		rates := make([]Rate, n)
		for i := range rates {
			rates[i].Trunk = fmt.Sprint("T", i)
		}
		if row, err := CheckRates(rates); (err != nil) != (wrong > 0) || row != wrong {
			t.Errorf("%d rows of one prefix: row %d, %v", n, row, err)
		}
	}
	if row, err := CheckRates(make([]Rate, MaxRates+1)); err == nil || row != MaxRates {
		t.Errorf("too many rows: row %d, %v", row, err)
	}
}

func TestRateRowsComeBack(t *testing.T) {
	ratesOf(t, Dialling{}, "0,,,,,,999999999.999999,86400,86400,86400,999999999.999999,999999999.999999,1000") // the most of each
	r := ratesOf(t, Dialling{}, "0039,Italy,ho su-su mo,8:00,24:00,GSM,01.50,30,60,6,0.0125,2,10")[0]
	equal(t, "as it is kept", r, Rate{
		Prefix: "+39", Destination: "Italy", Days: "mo su ho", From: "08:00", To: "24:00", Trunk: "GSM",
		Connect: "1.5", Included: 30, First: 60, Tick: 6, Price: "0.0125", Minimum: "2", Surcharge: "10",
	})
	again := map[string]string{}
	for i, cell := range r.Row() {
		again[RateColumns[i]] = cell
	}
	back, err := Dialling{}.ReadRate(again)
	if err != nil || back != r {
		t.Errorf("written and read again: %+v, %v", back, err)
	}
}

// FuzzReadRate: what is taken can be written and read again, and its price can
// be worked out.
func FuzzReadRate(f *testing.F) {
	for _, row := range tableTariff {
		f.Add(row)
	}
	f.Add("*,a,ho,23:59,00:00,t,0.000001,1,1,1,999999999.999999,1,1000")
	f.Fuzz(func(t *testing.T, line string) {
		cells := strings.Split(line, ",")
		row := map[string]string{}
		for i, column := range RateColumns {
			if i < len(cells) {
				row[column] = cells[i]
			}
		}
		r, err := Dialling{}.ReadRate(row)
		if err != nil {
			var wrong *RateError
			if !errors.As(err, &wrong) || wrong.Column == "" {
				t.Fatalf("%q: an error without a column: %v", line, err)
			}
			return
		}
		again := map[string]string{}
		for i, cell := range r.Row() {
			again[RateColumns[i]] = cell
		}
		if back, err := (Dialling{}).ReadRate(again); err != nil || back != r {
			t.Fatalf("%q: %+v came back as %+v: %v", line, r, back, err)
		}
		sum := (&TariffSetup{}).Price(Rates{r}, Dialled{r.Prefix + "1", eventTime, 61, r.Trunk}, time.UTC, "CNY")
		if sum.Exact != nil && sum.Exact.Cmp(new(big.Rat)) < 0 {
			t.Fatalf("%q: costs %s", line, sum.Exact)
		}
	})
}

// TestCallsForHelpAreFree however the codes for an outside line stand to them: one
// may be how the number itself begins, or be known to the tariff alone.
func TestCallsForHelpAreFree(t *testing.T) {
	for outside, number := range map[string]string{"1": "110", "9": "9110", "0": "0120"} {
		s := TariffSetup{Dialling: Dialling{Outside: []string{outside}}, Emergency: NewEmergency("CN", nil, nil)}
		rates := ratesOf(t, s.Dialling, "*,Any,,,,,,,,60,1")
		if got := s.Price(rates, Dialled{number, eventTime, 60, ""}, time.UTC, "CNY"); got.Why != WhyEmergency {
			t.Errorf("%s, with %s for an outside line: %q, %v", number, outside, got.Why, got.Exact)
		}
	}
}

// TestWindowsWithinWindows holds what is found out at the edges against each
// minute of a day.
func TestWindowsWithinWindows(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	edge := func() int { return r.IntN(9) * 180 } // so that edges meet; 1440 is midnight, too
	within := 0
	for range 2000 {
		w, other := window{edge() % 1440, edge()}, window{edge() % 1440, edge()}
		if w.from == w.to || other.from == other.to {
			continue // no row has one
		}
		want := true
		for minute := range 24 * 60 {
			want = want && (w.takes(minute) || !other.takes(minute))
		}
		if want {
			within++
		}
		if got := w.covers(other); got != want {
			t.Errorf("%+v covers %+v: %v", w, other, got)
		}
	}
	if within < 100 {
		t.Errorf("only %d lie within the other", within)
	}
}

func TestNumbersHaveOneForm(t *testing.T) {
	china := Dialling{Outside: []string{"9", "0"}, Country: "86", National: "0"}
	italy := Dialling{Country: "39"}
	america := Dialling{International: "011", Country: "1", National: "1"}
	cases := []struct {
		d             Dialling
		dialled, want string
	}{
		{china, "9010555", "010555"}, {china, "0010555", "010555"}, {china, "90039061", "+39061"}, {china, "+86 10 555", "010555"},
		{china, "9", "9"}, {china, "5551234", "5551234"}, {china, "+39-06", "+3906"}, {china, "", ""}, {china, "9+39", "39"},
		{italy, "+39061", "061"}, {italy, "0039333", "333"}, {italy, "061", "061"}, {italy, "00", "+"},
		{america, "0114420", "+4420"}, {america, "+12125551", "12125551"}, {america, "0044", "0044"},
		{Dialling{Outside: []string{"9", "99"}}, "99123", "123"}, {Dialling{Outside: []string{"99", "9"}}, "99123", "123"},
		// Who hides the own number calls as far, and as dear.
		{china, "#31#90039061", "+39061"}, {china, "9#31#0039061", "+39061"}, {china, "*31#0010555", "010555"}, {italy, "#31#0044207", "+44207"},
		{china, "#31#", "#31#"}, {china, "#31#9", "9"}, {china, "9#31#", "#31#"}, {china, "*72139", "*72139"},
		{Dialling{Outside: []string{"9", "*67"}, International: "011"}, "*679011442071", "+442071"},
	}
	for _, c := range cases {
		if got := c.d.Number(c.dialled); got != c.want {
			t.Errorf("%q is %q, want %q", c.dialled, got, c.want)
		}
	}
}

func zoneOf(t testing.TB, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// begins reads a time with a Z, or one of a wall in the zone.
func begins(t testing.TB, text string, zone *time.Location) time.Time {
	t.Helper()
	at, err := time.ParseInLocation(time.DateTime, text, zone)
	if strings.HasSuffix(text, "Z") {
		at, err = time.Parse(time.RFC3339, text)
	}
	if err != nil {
		t.Fatal(err)
	}
	return at
}
