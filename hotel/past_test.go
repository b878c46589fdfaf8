package hotel

import (
	"encoding/json"
	"testing"
)

func TestHoldsNames(t *testing.T) {
	names := []string{`Öz "Li"`, "Anna"}
	kept := func(value any) string {
		inner, _ := json.Marshal(value)
		text, _ := json.Marshal(string(inner))
		return string(text)
	}
	for text, want := range map[string]bool{
		`{"number":"101"}`:                      false,
		`{"floor":"Anna"}`:                      true,
		`{"floor":"Annas"}`:                     false,
		`[1,null,true,["dear Anna!"]]`:          true,
		`{"Anna":1}`:                            true,
		kept(map[string]string{"a": `Öz "Li"`}): true,
		kept(map[string]string{"a": `Öz Li`}):   false,
		kept("Anna"):                            true,
		`{"value":` + kept(map[string]string{"a": `Öz "Li"`}) + `,"until":"2026-11-22T00:00:00Z"}`: true,
		`no JSON with Anna`: false,
	} {
		if got := HoldsNames([]byte(text), names); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

func TestWhoTakesAnEvent(t *testing.T) {
	for name, c := range map[string]struct {
		ev    Event
		rules Done
		want  bool
	}{
		"report":        {Event{Source: SourcePBX}, Done{}, true},
		"rules failed":  {Event{Source: SourcePBX}, Done{Error: "no room"}, true},
		"order":         {Event{Source: SourceCommand}, Done{}, true},
		"refused order": {Event{Source: SourceCommand}, Done{Error: "is occupied"}, false},
		"copy":          {Event{Source: SourcePBX, DuplicateOf: 7}, Done{}, false},
		"deep":          {Event{Source: SourceAgent, Depth: MaxDepth}, Done{}, true},
		"too deep":      {Event{Source: SourceAgent, Depth: MaxDepth + 1}, Done{}, false},
	} {
		if got := c.ev.Takes(c.rules); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestUnderAnother(t *testing.T) {
	rerun := &Event{ID: 9, Kind: KindRerun, Depth: 2, Lanes: []string{"101"}, Fields: map[string]string{"event": "5"}}
	if rerun.Subject() != 5 || (&Event{}).Subject() != 0 {
		t.Error(rerun.Subject())
	}
	ev := rerun.Under(Event{ID: 5, Kind: KindDTMF, Digits: "1", DuplicateOf: 4, Possible: true})
	if ev.ID != 9 || ev.Kind != KindDTMF || ev.Cause != 5 || ev.Depth != 2 || ev.DuplicateOf != 0 || ev.Possible || ev.Digits != "1" || len(ev.Lanes) != 1 {
		t.Errorf("%+v", ev)
	}
}

func TestKeptByReference(t *testing.T) {
	for key, want := range map[string]bool{GuestKey("G1"): true, PrefixPhone + "101": true, RoomKey("101"): false, KVKey("h", "guest/G1"): false} {
		if KeptByReference(key) != want {
			t.Errorf("%s: %v", key, !want)
		}
	}
	if (&Event{Fields: map[string]string{"name": "Anna"}}).HasRemovedNames() || !(&Event{Fields: map[string]string{"name": Removed}}).HasRemovedNames() {
		t.Error("removed names are not told from others")
	}
}
