package site

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"bellhop/config"
)

func TestPBXAddress(t *testing.T) {
	for text, want := range map[string]string{
		"192.168.5.150": "https://192.168.5.150:8088", " 192.168.5.150 ": "https://192.168.5.150:8088", "192.168.5.150:443": "https://192.168.5.150:443",
		"https://pbx.lan/": "https://pbx.lan", "http://10.0.0.1:80": "http://10.0.0.1:80", "fe80::1": "https://[fe80::1]:8088", "[fe80::1]:1": "https://[fe80::1]:1",
	} {
		if got, err := PBXAddress(text); err != nil || got != want {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	for _, bad := range []string{"", "ftp://10.0.0.1", "https://", "https://u:p@10.0.0.1", "https://10.0.0.1/api", "a b"} {
		if got, err := PBXAddress(bad); err == nil {
			t.Errorf("%q: %q", bad, got)
		}
	}
	if FilesAddress("https://10.0.0.1:8088") != "sftp://support@10.0.0.1:8022" || StreamAddress("https://10.0.0.1:8088") != "10.0.0.1:8333" || StreamAddress("x") != "" {
		t.Error("what stands beside the API")
	}
}

func TestNumberRanges(t *testing.T) {
	for numbers, want := range map[string]string{
		"":                              "",
		"1001 1002 1003 1101 8 9":       "1001-1003,1101",
		"099 100 101 100":               "099-101",
		"1 2 1001 1002":                 "1001-1002",
		"1999 2000 2002":                "1999-2000,2002",
		"desk 10 12 999999999999999999": "10,12",
	} {
		if got := NumberRanges(strings.Fields(numbers)); got != want {
			t.Errorf("%q: %q, want %q", numbers, got, want)
		}
	}
}

func FuzzPBXAddress(f *testing.F) {
	f.Add("192.168.5.150")
	f.Add("https://a:1/x?y")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := PBXAddress(text)
		if err != nil {
			return
		}
		if again, err := PBXAddress(got); err != nil || again != got {
			t.Errorf("%q: %q, then %q, %v", text, got, again, err)
		}
	})
}

func inChina() config.Config {
	c := config.Default()
	c.Hotel.Country = "CN"
	return c
}

// TestPlanRoutes: nobody may dial more than his class says, and everybody for
// help, over the route that takes the least besides.
func TestPlanRoutes(t *testing.T) {
	for name, c := range map[string]struct {
		routes, classes, emergency, missing, wide, unplaced string
	}{
		"as in the makers' guide": {
			routes:  "Emergency=1[12]X Local=Z. National=0Z. International=00.",
			classes: "international=Local,National,International local=Local national=Local,National", emergency: "Emergency",
		},
		"help by the town's route": {
			routes:  "Local=Z. International=00.",
			classes: "international=Local,International local=Local", emergency: "Local", wide: "Local",
		},
		"one for all": {routes: "Out=X.", classes: "international=Out", emergency: "Out", wide: "Out"},
		"a digit for the line hides what follows": {
			routes:  "Help=11X Help2=12X Line=9. Town=9[2-8]XXXXXX",
			classes: "international=Town,Line local=Town", emergency: "Help Help2",
		},
		"no help, no classes": {routes: "Local=2XXXXXX", missing: "110 119 120 122"},
		"help for some":       {routes: "P=110 Local=[2-8]XXXXXX", classes: "local=Local", emergency: "P", missing: "119 120 122"},
		"unreadable":          {routes: "E=1XX Odd=[ A=Z.;[", classes: "", emergency: "E", unplaced: "Odd A"},
		"none":                {missing: "110 119 120 122"},
	} {
		var routes []NamedRoute
		for _, r := range strings.Fields(c.routes) {
			of, patterns, _ := strings.Cut(r, "=")
			routes = append(routes, NamedRoute{of, strings.Split(patterns, ";")})
		}
		p := PlanRoutes(inChina(), routes)
		var classes []string
		for class, list := range p.Classes {
			classes = append(classes, class+"="+strings.Join(list, ","))
		}
		slices.Sort(classes)
		got := fmt.Sprint(classes, p.Emergency, p.Missing, p.Wide, p.Unplaced)
		want := fmt.Sprint(strings.Fields(c.classes), strings.Fields(c.emergency), strings.Fields(c.missing), strings.Fields(c.wide), strings.Fields(c.unplaced))
		if got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

func FuzzPlanRoutes(f *testing.F) {
	f.Add("1[12]X", "Z.")
	f.Add("9.", "0[1-9]X!")
	f.Fuzz(func(t *testing.T, a, b string) {
		p := PlanRoutes(inChina(), []NamedRoute{{"A", []string{a}}, {"B", []string{b}}})
		if len(p.Emergency) == 0 && len(p.Classes) > 0 {
			t.Error("classes without a way to call for help")
		}
		for _, list := range p.Classes {
			if slices.ContainsFunc(list, func(r string) bool { return slices.Contains(p.Unplaced, r) }) {
				t.Errorf("%v has what was not placed: %v", list, p.Unplaced)
			}
		}
	})
}

func TestFreeCodes(t *testing.T) {
	for taken, want := range map[string]string{
		"":                  "",
		"777":               "services.housekeeping 777 677",
		"777 677":           "services.housekeeping 777 6777",
		"7751":              "services.confirm 775 675",
		"778 779":           "services.minibar 778 678,services.wakeup 779 679",
		"777 778 678 6778 ": "services.housekeeping 777 677,services.minibar 778 578",
	} {
		c := inChina()
		changes, err := FreeCodes(&c, Neighbours{Answered: true, Extensions: strings.Fields(taken)})
		var got []string
		for _, ch := range changes {
			got = append(got, ch.Key+" "+ch.From+" "+ch.To)
		}
		if err != nil || strings.Join(got, ",") != want {
			t.Errorf("%q: %v, %v, want %s", taken, got, err, want)
		}
		files, err := ForPBX(c)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files.Conflicts(c, Neighbours{Extensions: strings.Fields(taken)}) {
			t.Errorf("%q: %s is still taken", taken, f.Subject)
		}
	}
	c := inChina()
	c.Services.Minibar = "777"
	if _, err := FreeCodes(&c, Neighbours{}); err == nil {
		t.Error("two services with one code")
	}
}

func FuzzNumberRanges(f *testing.F) {
	f.Add("1001 1002 9")
	f.Fuzz(func(t *testing.T, text string) {
		numbers := strings.Fields(text)
		for part := range strings.SplitSeq(NumberRanges(numbers), ",") {
			first, last, isRange := strings.Cut(part, "-")
			if isRange && (len(first) != len(last) || first >= last) {
				t.Errorf("%q of %q", part, text)
			}
		}
	})
}
