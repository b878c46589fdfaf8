package dialplan

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

func TestPlayed(t *testing.T) {
	const file = "[a]\nexten => 1,1,Playback(a&b,noanswer)\nsame => n,BackGround( c )\nsame => n,Read(X,d&/tmp/e,9)\nsame => n,Read(X)\nsame => n,Read(X,,9)\nsame => n,Playback(f&${G})\nsame => n,SayDigits(1)\n"
	want := []Sound{{2, "a", false}, {2, "b", false}, {3, "c", false}, {4, "d", true}, {4, "/tmp/e", true}, {7, "f", false}}
	if got := Played([]byte(file)); !slices.Equal(got, want) {
		t.Errorf("plays %v, want %v", got, want)
	}
	var names []string
	for _, s := range Played(sample(t, "developer-guide.conf")) {
		names = append(names, s.Name)
	}
	slices.Sort(names)
	if names = slices.Compact(names); !slices.Equal(names, []string{"cleaned", "confirm", "product_id", "product_idc", "product_num", "product_numc", "room", "roomstatus", "success", "uncleaned", "vm-goodbye"}) {
		t.Errorf("the sample plays %q", names)
	}
}

// TestCheckPrompts: each prompt is asked about once, and told of where it is
// played. To a Read it is worse.
func TestCheckPrompts(t *testing.T) {
	const file = "[a]\nexten => 1,1,Playback(a&b)\nsame => n,Read(X,b&a,9)\nsame => n,Background(a&a)\nsame => n,Playback(/tmp/c)\n"
	asked := map[string]int{}
	got := CheckPrompts([]byte(file), func(name string) string {
		asked[name]++
		if name == "a" {
			return "is not there"
		}
		return ""
	})
	want := []Finding{{2, FaultPrompt, "a", "is not there"}, {3, FaultPromptAsks, "a", "is not there"}, {4, FaultPrompt, "a", "is not there"}}
	if !slices.Equal(got, want) {
		t.Errorf("found %+v, want %+v", got, want)
	}
	if want := map[string]int{"a": 1, "b": 1, "/tmp/c": 1}; !maps.Equal(asked, want) {
		t.Errorf("asked about %v, want %v", asked, want)
	}
	for _, f := range got {
		if !strings.Contains(f.Text("en"), "is not there") || !strings.Contains(f.Text("zh"), "is not there") {
			t.Errorf("%+v says %q, %q", f, f.Text("en"), f.Text("zh"))
		}
	}
}
