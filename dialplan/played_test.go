package dialplan

import (
	"slices"
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
