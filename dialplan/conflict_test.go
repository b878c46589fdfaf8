package dialplan

import (
	"fmt"
	"strings"
	"testing"

	"bellhop/hotel"
)

func TestConflicts(t *testing.T) {
	s := Default()
	s.Codes = hotel.Services{Housekeeping: "777", Minibars: map[string]string{"1100": "minibar"}, DND: "76", RoomStatus: "*56", Confirm: "11"}
	for _, c := range []struct {
		name string
		pbx  PBX
		want string
	}{
		{"nothing known", PBX{}, ""},
		{"other numbers", PBX{Extensions: []string{"7770", "77", "1203"}, Emergency: []string{"112", "119"}, OutsidePrefix: "9"}, "is-emergency 11,is-emergency 112"},
		{"an extension", PBX{Extensions: []string{"777"}}, "is-extension 777"},
		{"an emergency number", PBX{Emergency: []string{"76"}}, "is-emergency 76"},
		{"an outside line", PBX{OutsidePrefix: "7"}, "is-outside 777,is-outside 76"},
		{"as a Yeastar is delivered", PBX{Features: YeastarFeatures()}, "is-feature *56"},
		{"a route for three digits", PBX{Routes: []Route{{"Local", []string{"_NXX"}}}}, "is-dialled-out 777"},
		{"a route by its digits", PBX{Routes: []Route{{"Local", []string{"0.", "77."}}}}, "is-dialled-out 777"},
		{"a route for everything", PBX{Routes: []Route{{"Local", []string{"Z."}}}}, "catch-all 777,catch-all 1100,catch-all 76,catch-all 11,catch-all 111,catch-all 112"},
		{"for everything, and narrower", PBX{Routes: []Route{{"Local", []string{"X.", "7[0-8]"}}}}, "catch-all 777,catch-all 1100,is-dialled-out 76,catch-all 11,catch-all 111,catch-all 112"},
		{"the guide's other routes", PBX{Routes: []Route{{"International", []string{"00."}}, {"National", []string{"0Z."}}}}, ""},
	} {
		var got []string
		for _, f := range s.Conflicts(c.pbx) {
			got = append(got, f.Fault+" "+f.Subject)
			if f.Refused() != (f.Fault != "catch-all") {
				t.Errorf("%s: %+v is refused: %v", c.name, f, f.Refused())
			}
			if text := fmt.Sprint(f.Text("en"), f.Text("zh"), f.Do("en"), f.Do("zh")); strings.Contains(text, "?") || strings.Contains(text, "{") {
				t.Errorf("%s: %+v says %q", c.name, f, text)
			}
		}
		if all := strings.Join(got, ","); all != c.want {
			t.Errorf("%s: found %q, want %q", c.name, all, c.want)
		}
	}
}

func TestPatterns(t *testing.T) {
	for _, c := range []struct {
		pattern, number string
		fits            bool
	}{
		{"777", "777", true}, {"777", "7777", false}, {"_777", "777", true}, {"_XXX", "777", true}, {"_XXX", "77", false},
		{"_Z.", "777", true}, {"_Z.", "7", false}, {"_Z!", "7", true}, {"_Z!", "07", false}, {"_N", "1", false}, {"_z", "1", true}, {"_n", "2", true},
		{"_[13-5]x", "40", true}, {"_[13-5]X", "20", false}, {"_[1-", "1", false}, {"_*5.", "*56", true}, {"_7-7-7", "777", true},
		{"777/1203", "777", true}, {"_", "", true}, {"_.", "", false}, {"_[]", "1", false},
	} {
		if got := matches(c.pattern, c.number); got != c.fits {
			t.Errorf("%s and %s: %v", c.pattern, c.number, got)
		}
	}
}
