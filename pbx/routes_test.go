package pbx

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

var classes = map[string][]string{
	"local":         {"Local"},
	"national":      {"Local", "National"},
	"international": {"Local", "National", "International"},
}

func TestRoutesFor(t *testing.T) {
	existing := []string{"Local", "National", "International", "Emergency", "Hotline"}
	for _, c := range []struct {
		class   string
		current []string
		want    string // "": an error
	}{
		{"national", nil, "Emergency,Local,National"},
		{"none", []string{"Hotline", "International", "Emergency"}, "Hotline,Emergency"},
		{"internal", []string{"Local"}, "Emergency"},
		{"local", []string{"National", "Local", "Hotline"}, "Local,Hotline,Emergency"},
		{"local", []string{"Gone", "Local", "Local"}, "Gone,Local,Emergency"}, // not ours, so it stays
		{"suite", nil, ""},
	} {
		got, err := RoutesFor(c.class, ClassRoutes{Classes: classes, Existing: existing, Current: c.current, Emergency: []string{"Emergency"}})
		if (err != nil) != (c.want == "") || strings.Join(got, ",") != c.want {
			t.Errorf("%s with %v: %v, %v, want %s", c.class, c.current, got, err, c.want)
		}
	}
}

func TestRoutesForNamesWhatIsMissing(t *testing.T) {
	for missing, r := range map[string]ClassRoutes{
		"National": {Classes: classes, Existing: []string{"Local", "Out"}, Emergency: []string{"Out"}},
		"Out":      {Classes: classes, Existing: []string{"Local", "National"}, Emergency: []string{"Out"}},
	} {
		_, err := RoutesFor("national", r)
		if !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), `"`+missing+`"`) {
			t.Errorf("%s is missing: %v", missing, err)
		}
	}
}

// TestRoutesForAlways holds, over many hotels, what no class may break.
func TestRoutesForAlways(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	all := []string{"a", "b", "c", "d", "e", "f"}
	some := func() []string {
		list := slices.Clone(all)
		random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		return list[:random.IntN(len(list)+1)]
	}
	for range 5000 {
		r := ClassRoutes{
			Classes:  map[string][]string{"local": some(), "national": some()},
			Existing: some(), Current: some(), Emergency: some(),
		}
		class := []string{"none", "internal", "local", "national"}[random.IntN(4)]
		there := slices.Concat(r.Existing, r.Current)
		got, err := RoutesFor(class, r)
		wanted := slices.Concat(r.Emergency, r.Classes[class])
		complete := !slices.ContainsFunc(wanted, func(name string) bool { return !slices.Contains(there, name) })
		if (err == nil) != complete {
			t.Fatalf("%s of %+v: %v", class, r, err)
		}
		if err != nil {
			continue
		}
		ours := slices.Concat(r.Classes["local"], r.Classes["national"])
		for _, name := range all {
			foreign := slices.Contains(r.Current, name) && !slices.Contains(ours, name)
			want := foreign || slices.Contains(wanted, name)
			if slices.Contains(got, name) != want {
				t.Fatalf("%s of %+v: %v; %s is to be there: %v", class, r, got, name, want)
			}
		}
		if twice := slices.Sorted(slices.Values(got)); len(slices.Compact(twice)) != len(got) {
			t.Fatalf("%v has one twice", got)
		}
		r.Current = got
		if again, err := RoutesFor(class, r); err != nil || !slices.Equal(again, got) {
			t.Fatalf("%v, then %v, %v", got, again, err)
		}
	}
}
