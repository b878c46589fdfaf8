package agent

import (
	"errors"
	"strings"
	"testing"

	"bellhop/hotel"
)

// TestYenAreNoFen: once somebody has changed the hotel's currency, no bill and no
// sum takes the amounts of before for amounts of now.
func TestYenAreNoFen(t *testing.T) {
	cfg := testConfig(t)
	cfg.Hotel.Currency = "JPY"
	a, stop := testAgent(t, cfg, nil)
	furnish(t, a)
	charge := func(room, stay string) {
		t.Helper()
		for _, ev := range []hotel.Event{
			{Kind: hotel.KindCheckIn, Room: room, Fields: map[string]string{"stay": stay}},
			{Kind: hotel.KindCommand, Name: hotel.CommandMinibarPost, Room: room, Fields: map[string]string{"item": "1", "count": "1"}},
		} {
			if _, err := a.Do(t.Context(), ev); err != nil {
				t.Fatal(err)
			}
		}
	}
	charge("101", "G1")
	if bills, err := a.Folio(FolioQuery{Stay: "G1"}); err != nil || bills[0].Owed != 1200 {
		t.Fatalf("before: %+v, %v", bills, err)
	}
	stop()
	cfg.Hotel.Currency = "CNY"
	a, _ = testAgent(t, cfg, nil)
	charge("102", "G2")
	if bills, err := a.Folio(FolioQuery{Stay: "G1"}); !errors.Is(err, ErrCurrencies) || !strings.Contains(err.Error(), "1200 JPY") {
		t.Errorf("yen stand on a bill in CNY: %+v, %v", bills, err)
	}
	if bills, err := a.Folio(FolioQuery{Stay: "G2"}); err != nil || bills[0].Owed != 1200 {
		t.Errorf("a guest of now: %+v, %v", bills, err)
	}
	all, err := a.FindPostings(PostingQuery{}, 10)
	if err != nil || len(all) != 2 || a.OneCurrency(all) == nil || a.OneCurrency(all[:1]) != nil {
		t.Errorf("%+v, %v: %v, %v", all, err, a.OneCurrency(all), a.OneCurrency(all[:1]))
	}
}
