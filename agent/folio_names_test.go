package agent

import (
	"testing"

	"bellhop/hotel"
)

// TestBillNamesWhatWasTaken: in its own language, also by the name that stands for
// all, but never by that of another thing that has the code now, nor in place of a
// hook's words.
func TestBillNamesWhatWasTaken(t *testing.T) {
	a, _ := testAgent(t, testConfig(t), nil)
	lists := hotel.Import{
		Rooms: []hotel.Room{{Number: "101"}},
		Items: []hotel.Item{
			{Code: "1", Name: "Water", Names: map[string]string{"zh": "矿泉水"}, Price: 1200},
			{Code: "2", Name: "啤酒", Names: map[string]string{"en": "Beer"}, Price: 2500},
			{Code: "3", Name: "Caviar", Names: map[string]string{"zh": "鱼子酱"}, Price: 90000},
		},
	}
	do := func(ev hotel.Event) {
		t.Helper()
		if _, err := a.Do(t.Context(), ev); err != nil {
			t.Fatal(err)
		}
	}
	do(hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandImport, Import: &lists})
	line := func(item, text string) hotel.BillLine {
		return hotel.BillLine{Posting: hotel.Posting{Kind: hotel.PostingMinibar, Minibar: hotel.DefaultMinibar, Item: item}, Text: text}
	}
	for language, want := range map[string][]string{
		"":   {"矿泉水", "啤酒", "Peanuts", "Water, cold", "Gone"},
		"zh": {"矿泉水", "啤酒", "Peanuts", "Water, cold", "Gone"},
		"en": {"Water", "Beer", "Peanuts", "Water, cold", "Gone"},
	} {
		lines := []hotel.BillLine{line("1", "矿泉水"), line("2", "啤酒"), line("3", "Peanuts"), line("1", "Water, cold"), line("99", "Gone")}
		translate(a.store.Snapshot(), lines, language)
		for i, l := range lines {
			if l.Text != want[i] {
				t.Errorf("%q: %s, want %s", language, l.Text, want[i])
			}
		}
	}
}
