package luahooks

import (
	"strings"
	"testing"
)

// bundled gives a file as a Set uses it.
func bundled(t *testing.T, s *Set, file string) Bundle {
	t.Helper()
	b, own := s.Bundle(file)
	if !own {
		t.Fatalf("%s is none of the hotel's", file)
	}
	return b
}

// What was in use is used after a restart, library and all, while what the folder
// has since is held back.
func TestKeptFilesAreUsed(t *testing.T) {
	files := map[string]string{"t.lua": saysOf("lib.prices"), "lib/prices.lua": prices, "minibar.lua": tells("own bar"), "old.lua": tells("old")}
	one := mustLoad(t, Options{}, files)
	kept := []Bundle{bundled(t, one, "t.lua"), bundled(t, one, "minibar.lua"), bundled(t, one, "old.lua")}
	if b := kept[0]; b.File != "t.lua" || len(b.Version) != 12 || b.Text != files["t.lua"] || len(b.Libraries) != 1 || b.Libraries["lib/prices.lua"] != prices {
		t.Errorf("%+v", b)
	}
	for _, none := range []string{"sweep.lua", "none.lua", "lib/prices.lua"} {
		if b, own := one.Bundle(none); own {
			t.Errorf("%s: %+v", none, b)
		}
	}
	files["lib/prices.lua"] = strings.Replace(prices, "n * 2", "n * 5", 1)
	files["minibar.lua"] = tells("another bar")
	files["new.lua"] = tells("new")
	files["housekeeping.lua"] = tells("own house")
	delete(files, "old.lua")
	asked := map[string]string{}
	two := mustLoad(t, Options{Kept: kept, Hold: func(file, version string) bool {
		asked[file] = version
		return true
	}}, files)
	for file, want := range map[string]string{"t.lua": "6", "minibar.lua": "own bar", "new.lua": "gone", "old.lua": "gone", "housekeeping.lua": "gone"} {
		if got := saidBy(t, two, file); !strings.Contains(got, want) {
			t.Errorf("%s says %q, want %q", file, got, want)
		}
	}
	// Where there was nothing, the shipped file goes on.
	shown := map[string]File{}
	for _, f := range two.Files() {
		shown[f.Name] = f
	}
	if f := shown["housekeeping.lua"]; !f.Shipped || shown["t.lua"].Version != kept[0].Version {
		t.Errorf("%+v", shown)
	}
	held := two.Held()
	for _, file := range []string{"t.lua", "minibar.lua", "new.lua", "housekeeping.lua"} {
		if held[file] == "" || held[file] != asked[file] || held[file] == shown[file].Version {
			t.Errorf("held back %v, asked about %v", held, asked)
		}
	}
	if len(held) != 4 {
		t.Errorf("held back %v", held)
	}

	// Let go, all of it is used, and nothing is kept that the folder has no more.
	three := mustLoad(t, Options{Before: two, Kept: kept}, files)
	for file, want := range map[string]string{"t.lua": "15", "minibar.lua": "another bar", "new.lua": "new", "housekeeping.lua": "own house", "old.lua": "gone"} {
		if got := saidBy(t, three, file); !strings.Contains(got, want) {
			t.Errorf("let go, %s says %q, want %q", file, got, want)
		}
	}
	if len(three.Held()) > 0 {
		t.Errorf("held back %v", three.Held())
	}
}

// A file that is as it was kept is not held back, and its examples are not run: a
// restart is no change.
func TestKeptFileThatIsAsItWas(t *testing.T) {
	files := map[string]string{"t.lua": tells("one")}
	kept := []Bundle{bundled(t, mustLoad(t, Options{}, files), "t.lua")}
	s := mustLoad(t, Options{
		Kept: kept, Hold: func(string, string) bool { return true },
		Examples: func(_ *Set, file string) error { t.Errorf("the examples of %s are run", file); return nil },
	}, files)
	if got := saidBy(t, s, "t.lua"); got != "one" || len(s.Held()) > 0 {
		t.Errorf("%s says %q, held back %v", "t.lua", got, s.Held())
	}
}

// What this program does not take any more was in use, and is not: the others are.
func TestKeptFileThatCannotBeUsed(t *testing.T) {
	files := map[string]string{"a.lua": tells("a two"), "b.lua": tells("b two"), "c.lua": tells("c two")}
	s := mustLoad(t, Options{
		Kept: []Bundle{{File: "a.lua", Text: "("}, {File: "b.lua", Text: saysOf("lib.prices")}, {File: "c.lua", Text: tells("c one")}},
		Hold: func(string, string) bool { return true },
	}, files)
	for file, want := range map[string]string{"a.lua": "gone", "b.lua": "gone", "c.lua": "c one"} {
		if got := saidBy(t, s, file); !strings.Contains(got, want) {
			t.Errorf("%s says %q, want %q", file, got, want)
		}
	}
}
