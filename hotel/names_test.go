package hotel

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestWhatHasNames(t *testing.T) {
	name, number := "Li", "101"
	for what, want := range map[*Event]bool{
		{Kind: KindCheckIn, Fields: map[string]string{"name": "Li"}}:                                             true,
		{Kind: KindCheckIn, Fields: map[string]string{"stay": "G1"}}:                                             false,
		{Kind: KindCheckIn, Fields: map[string]string{"name": Removed}}:                                          false,
		{Kind: KindCommand, FirstGuests: &FirstGuests{}}:                                                         true,
		{Kind: KindCommand, Phone: &PhoneNote{Extension: number}}:                                                false,
		{Kind: KindCommand, Phone: &PhoneNote{Extension: number, Ours: PhoneSettings{Name: &number}}}:            false,
		{Kind: KindCommand, Phone: &PhoneNote{Extension: number, Found: PhoneSettings{Name: &name}}}:             true,
		{Kind: KindCommand, Phone: &PhoneNote{Extension: number, Leaving: &PhoneSettings{Name: &name}}}:          true,
		{Kind: KindUnknown, Fields: map[string]string{"error": "x"}}:                                             false,
		{Kind: KindUnknown, Fields: map[string]string{"username": "x"}}:                                          true,
		{Kind: KindDelivered, Fields: map[string]string{"reply": "x"}}:                                           false,
		{Kind: KindDelivered, Named: true}:                                                                       true,
		{Kind: KindExtension, Extension: "101", Fields: map[string]string{"name": "this is no check-in's name"}}: false,
	} {
		if got := what.HasNames(); got != want {
			t.Errorf("%+v has names: %v", what, got)
		}
	}
}

// Nothing but the names is lost, and what was given is as it was.
func TestWithoutNames(t *testing.T) {
	name, number := "Li", "101"
	whole := Event{
		ID: 7, Kind: KindCheckIn, Room: "101", Fields: map[string]string{"name": "Li", "stay": "G1"},
		FirstGuests: &FirstGuests{From: "pbx", Stays: []OccupiedRoom{{Room: "101", Name: "Li", Shows: map[string]string{"101": "Li"}}, {Room: "102", Stay: "G2"}}},
		Phone:       &PhoneNote{Extension: number, Before: PhoneSettings{Name: &number}, Ours: PhoneSettings{Name: &name}, Leaving: &PhoneSettings{Name: &name}},
	}
	before, _ := json.Marshal(whole)
	removed := Removed
	equal(t, "bare", whole.WithoutNames(), Event{
		ID: 7, Kind: KindCheckIn, Room: "101", Fields: map[string]string{"name": Removed, "stay": "G1"},
		FirstGuests: &FirstGuests{From: "pbx", Stays: []OccupiedRoom{{Room: "101", Name: Removed, Shows: map[string]string{"101": Removed}}, {Room: "102", Stay: "G2"}}},
		Phone:       &PhoneNote{Extension: number, Before: PhoneSettings{Name: &number}, Ours: PhoneSettings{Name: &removed}, Leaving: &PhoneSettings{Name: &removed}},
	})
	rules := Done{Error: "why", Effects: []Effect{{CheckIn: &CheckIn{Room: "101", Name: "Li"}}, {FirstGuests: whole.FirstGuests}, {Phone: whole.Phone}, {Looked: &LookThrough{Room: "101"}}}}
	bare, differs := rules.WithoutNames(RulesUnit)
	if text, _ := json.Marshal(bare); !differs || strings.Contains(string(text), "Li\"") || bare.Error != "why" || bare.Effects[3].Looked == nil {
		t.Errorf("%v %s", differs, text)
	}
	if rules.Effects[0].CheckIn.Name != "Li" {
		t.Error("the record itself was changed")
	}
	if after, _ := json.Marshal(whole); string(after) != string(before) {
		t.Errorf("the event itself was changed: %s", after)
	}
	if _, differs := (Done{Effects: []Effect{{Looked: &LookThrough{}}}}).WithoutNames(RulesUnit); differs {
		t.Error("rules without a name differ")
	}
	hook := Done{Version: "v", Seed: 3, Log: []string{"Li"}, Effects: rules.Effects, Reads: &Reads{}, Answers: []Answer{{}}, Error: "Li"}
	if bare, differs := hook.WithoutNames("a.lua:checkin:1"); !differs || !reflect.DeepEqual(bare, Done{Version: "v", Seed: 3, Removed: true}) {
		t.Errorf("%+v", bare)
	}
}

// An order that is run again when the name is gone checks nobody in by what
// stands in its place.
func TestRemovedNameIsNoName(t *testing.T) {
	ev := &Event{Kind: KindCheckIn, Room: "102", Fields: map[string]string{"name": "Li"}}
	bare := ev.WithoutNames()
	equal(t, "name", Rules(&bare, false)[0].CheckIn.Name, "")
	tx := smallHotel()
	list := (&Event{FirstGuests: &FirstGuests{Stays: []OccupiedRoom{{Room: "102", Stay: "G8", Name: "Li"}}}}).WithoutNames().FirstGuests
	must(Apply(tx, testEvent(), RulesUnit, []Effect{{FirstGuests: list}}, Setup{Phones: true}))
	var g GuestRecord
	if tx.room("102").Stay != "G8" || tx.Get(GuestKey("G8"), &g) {
		t.Errorf("the room has %q, the guest is %+v", tx.room("102").Stay, g)
	}
}

func TestWhenNamesAreDue(t *testing.T) {
	now := eventTime.AddDate(0, 1, 0)
	long, short := now.AddDate(0, 0, -4), now.AddDate(0, 0, -2)
	tx := smallHotel()
	tx.Put(StayKey("left"), Stay{ID: "left", State: StayDeparted, CheckOut: long})
	tx.Put(StayKey("S7"), Stay{ID: "S7", State: StayDeparted, CheckOut: long})
	tx.Put(StayKey("S8-2"), Stay{ID: "S8-2", State: StayDeparted, CheckOut: long})
	tx.Put(StayKey("just"), Stay{ID: "just", State: StayDeparted, CheckOut: short})
	tx.Put(StayKey("here"), Stay{ID: "here", State: StayInHouse})
	tx.Put(StayKey("future"), Stay{ID: "future", State: StayDeparted, CheckOut: now.AddDate(1, 0, 0)})
	guests := func(ids ...string) (all []OccupiedRoom) {
		for _, id := range ids {
			all = append(all, OccupiedRoom{Stay: id})
		}
		return all
	}
	checkIn := func(stay string) Event {
		return Event{ID: 9, Kind: KindCheckIn, Time: long, Fields: map[string]string{"stay": stay}}
	}
	for _, c := range []struct {
		ev  Event
		due bool
	}{
		{checkIn("left"), true}, {checkIn("just"), false}, {checkIn("here"), false}, {checkIn("future"), true},
		{checkIn("refused"), true},
		{Event{ID: 7, Kind: KindCheckIn, Time: long}, true},                 // the stay that it made
		{Event{ID: 7, Kind: KindCheckIn, Time: short}, false},               // it is young itself
		{Event{ID: 7, Kind: KindCheckIn, Time: now.AddDate(1, 0, 0)}, true}, // by a clock that was wrong
		{Event{Kind: KindCommand, Time: long, Phone: &PhoneNote{}}, true},   // by its age
		{Event{Kind: KindCommand, Time: short, Phone: &PhoneNote{}}, false}, //
		{Event{Time: long, FirstGuests: &FirstGuests{Stays: guests("here", "just")}}, false},
		{Event{Time: long, FirstGuests: &FirstGuests{Stays: guests("here", "left")}}, true},
		{Event{ID: 8, Time: long, FirstGuests: &FirstGuests{Stays: guests("here", "")}}, true},
		{Event{ID: 10, Time: long, FirstGuests: &FirstGuests{Stays: guests("here", "")}}, false},
	} {
		if due := c.ev.NamesDue(tx, now, 72*time.Hour); due != c.due {
			t.Errorf("%+v: %v", c.ev, due)
		}
	}
	for stay, want := range map[string]bool{"left": true, "just": false, "here": false, "nobody": true, "future": true} {
		if due := GuestDue(tx, stay, now, 72*time.Hour); due != want {
			t.Errorf("%s: %v", stay, due)
		}
	}
}

func TestReplaceNames(t *testing.T) {
	for _, c := range []struct{ text, names, want string }{
		{"Welcome Li!", "Li", "Welcome (removed)!"},
		{"Library, Li, Li", "Li", "Library, (removed), (removed)"},
		{"Ms Li Na and Li", "Li Na|Li", "Ms (removed) and (removed)"},
		{"欢迎李娜入住", "李娜", "欢迎(removed)入住"},
		{"AliLi Li", "Li", "AliLi (removed)"},
		{"ÖLi ΩLi Li", "Li", "ÖLi ΩLi (removed)"},
		{"room 101", "1", "room 101"},
		{"", "Li", ""},
	} {
		if got := ReplaceNames(c.text, strings.Split(c.names, "|")); got != c.want {
			t.Errorf("%q without %q: %q, want %q", c.text, c.names, got, c.want)
		}
	}
	ev := Event{Kind: KindCheckIn, Fields: map[string]string{"name": " "}, FirstGuests: &FirstGuests{Stays: []OccupiedRoom{{Name: "Li"}, {}, {Name: "Li Na"}, {Name: "Li"}}}}
	equal(t, "names", ev.Names(), []string{"Li Na", "Li"})
}

// What a hook says of who comes holds the stay, and is shown with the name to those
// who may see it, as long as that is known: not in a mail, nor to another hook.
func TestAlertsHoldNoNames(t *testing.T) {
	tx := smallHotel()
	ev := testEvent()
	ev.Kind, ev.Fields = KindCheckIn, map[string]string{"stay": "G7", "name": "Li"}
	say := func(code string, params map[string]string) {
		must(Apply(tx, ev, "a.lua:checkin:1", []Effect{{Alert: &RaiseAlert{Code: code, Room: "101", Params: params}}}, Setup{}))
	}
	say(AlertHook, map[string]string{"text": "Flowers for Li, Lily", "hook": "a"})
	say(AlertHookFailed, map[string]string{"unit": "a.lua:checkin:1", "error": "no Li"})
	say(AlertHook, map[string]string{"text": "for {guest}", "hook": "a"})
	texts := func(v View) (all []string) {
		tx.List(PrefixAlert, func(_ string, decode func(any) bool) bool {
			var al Alert
			if decode(&al); strings.Contains(strings.Join(slices.Collect(maps.Values(al.Params)), " "), "Li,") {
				t.Errorf("it holds the name: %+v", al)
			}
			all = append(all, al.TextFor(v, "en"))
			return true
		})
		slices.Sort(all)
		return all
	}
	failed := "a.lua:checkin:1 failed and waits for a person: no "
	equal(t, "to others", texts(nil), []string{"Flowers for G7, Lily", failed + "G7", "for {guest}"})
	equal(t, "later", texts(tx), []string{"Flowers for G7, Lily", failed + "G7", "for {guest}"})
	tx.Put(GuestKey("G7"), GuestRecord{Name: "Li"})
	equal(t, "to the desk", texts(tx), []string{"Flowers for Li, Lily", failed + "Li", "for {guest}"})
}

// A telephone's name that has not come off is not known any more; that one of ours
// is to come off is.
func TestTelephoneForgetsWhoItShowed(t *testing.T) {
	tx := smallHotel()
	name, house, number := "Li", "House", "102"
	put := func(p Phone) {
		p.Extension, p.Before = number, PhoneSettings{Name: &house}
		p.Ours, p.Found = PhoneSettings{Name: &house}, PhoneSettings{Name: &name, Routes: &[]string{"a"}}
		tx.Put(PhoneKey(number), p)
	}
	forget := func() Phone {
		must(Apply(tx, testEvent(), RulesUnit, []Effect{{Phone: &PhoneNote{Extension: number, Forget: true}}}, Setup{Phones: true}))
		return record[Phone](tx, PhoneKey(number))
	}
	put(Phone{})
	got := forget()
	equal(t, "ours", *got.Ours.Name, "")
	equal(t, "found", got.Found, PhoneSettings{Routes: &[]string{"a"}})
	equal(t, "before", *got.Before.Name, house)
	put(Phone{Name: "Wu"}) // let again meanwhile
	equal(t, "let again", *forget().Ours.Name, house)
}

// FuzzReplaceNames: whatever a hook has written, the name is gone from it, and
// the rest can be read.
func FuzzReplaceNames(f *testing.F) {
	f.Add(`{"a":["Li",1,"Dear Li!"],"Li":null}`, "Li")
	f.Add(`"李娜"`, "李")
	f.Add(`{`, "x")
	f.Fuzz(func(t *testing.T, text, name string) {
		if len(text) > 1<<12 || len(name) > 100 || name == "" || strings.Contains(name, "\x00") {
			return
		}
		got := ReplaceNames(text+"\x00"+name+"\x00", []string{name})
		if !strings.HasSuffix(got, "\x00"+Removed+"\x00") {
			t.Errorf("%q without %q: %q", text, name, got)
		}
		if utf8.ValidString(text) && utf8.ValidString(name) && !utf8.ValidString(got) {
			t.Errorf("%q without %q: %q", text, name, got)
		}
		if json.Valid([]byte(text)) && !json.Valid(ReplaceNamesInJSON([]byte(text), []string{name})) {
			t.Errorf("%q is no JSON without %q", text, name)
		}
	})
}
