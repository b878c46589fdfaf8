package agent

import (
	"fmt"
	"testing"

	"bellhop/hotel"
	"bellhop/pbx"
)

// order gives an order that must be carried out.
func order(t *testing.T, a *Agent, kind hotel.Kind, room string, fields ...string) {
	t.Helper()
	ev := hotel.Event{Kind: kind, Room: room, Fields: map[string]string{}}
	for i := 0; i < len(fields); i += 2 {
		ev.Fields[fields[i]] = fields[i+1]
	}
	if _, err := a.Do(t.Context(), ev); err != nil {
		t.Fatal(err)
	}
}

// charged is what a stay has been charged, and how many postings are late.
func charged(t *testing.T, a *Agent, stay string) (sum int64, postings, late int) {
	t.Helper()
	all, err := a.Postings("", 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		if p.Stay != stay {
			continue
		}
		sum += p.Amount
		postings++
		if p.Late {
			late++
		}
	}
	return sum, postings, late
}

// The chambermaid comes when the guest has left: first and later entries of a
// call, equal ones, a report that the PBX sends again, and the next guest.
func TestMinibarOfADay(t *testing.T) {
	a := hookedAgent(t, "")
	order(t, a, hotel.KindCheckIn, "101", "stay", "G1")
	dial(t, a, "101", "778*1*1")
	dial(t, a, "101", "778*1*1*2") // an equal one of the same call, told apart by its place
	again := pbx.Report{Event: hotel.Event{Kind: hotel.KindDTMF, Extension: "101", Digits: "778*2*1"}, Body: []byte(`{"infos":"778*2*1"}`)}
	for range 2 { // the answer to the first was not seen taken
		if _, err := a.keep(t.Context(), again); err != nil {
			t.Fatal(err)
		}
	}
	inJournal(t, a)
	<-a.dispatcher.wait(a.LastID() - 1) // the last is a copy, which is not run
	if sum, n, late := charged(t, a, "G1"); sum != 2*1200+2500 || n != 3 || late != 0 {
		t.Errorf("in house: %d for %d, %d late", n, sum, late)
	}
	dial(t, a, "101", "778*R*1*1*3")
	order(t, a, hotel.KindCheckOut, "101")
	dial(t, a, "101", "778*2*2")
	dial(t, a, "101", "778*2*2*2*12")
	if sum, n, late := charged(t, a, "G1"); sum != 1200+2500+4*2500 || n != 6 || late != 2 {
		t.Errorf("after the check-out: %d for %d, %d late", n, sum, late)
	}
	if all := a.Alerts(); len(all) != 1 || all[0].Code != hotel.AlertLate || all[0].Count != 2 {
		t.Errorf("alerts %+v", all)
	}
	order(t, a, hotel.KindCheckIn, "101", "stay", "G2")
	dial(t, a, "101", "778*1*1") // the minibar was entered in between: it is the new guest's
	if sum, _, _ := charged(t, a, "G2"); sum != 1200 {
		t.Errorf("the next guest was charged %d", sum)
	}
}

// Nobody has looked since the guest left: a person says whose it is, once.
func TestDoubtfulEntryIsResolvedOnce(t *testing.T) {
	far := newFarPMS()
	a, _ := testAgent(t, testConfig(t), far)
	furnish(t, a)
	order(t, a, hotel.KindCheckIn, "101", "stay", "G1")
	order(t, a, hotel.KindCheckOut, "101")
	order(t, a, hotel.KindCheckIn, "101", "stay", "G2")
	entered := dial(t, a, "101", "778*2*3")
	all := a.Alerts()
	if len(all) != 1 || all[0].Code != hotel.AlertMinibarDoubt || all[0].Params["stays"] != "G1, G2" {
		t.Fatalf("alerts %+v", all)
	}
	resolve := hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandMinibarResolve, Room: "101", Fields: map[string]string{"alert": all[0].ID, "stay": "G1"}}
	if _, err := a.Do(t.Context(), resolve); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Do(t.Context(), resolve); err == nil {
		t.Error("it was resolved twice")
	}
	postings, err := a.Postings("101", 10)
	if err != nil || len(postings) != 1 {
		t.Fatalf("%+v, %v", postings, err)
	}
	if p := postings[0]; p.Stay != "G1" || !p.Late || p.Event != entered || p.CallID != "c1" || p.Amount != 7500 {
		t.Errorf("posting %+v", p)
	}
	if m := far.next(t); m.Type != "posting" {
		t.Errorf("the PMS was told of %+v", m)
	}
}

// Removals in several commits find what earlier ones have left.
func TestRemovalsReachTheStore(t *testing.T) {
	a := hookedAgent(t, "")
	order(t, a, hotel.KindCheckIn, "101", "stay", "G1")
	for n := range 3 {
		dial(t, a, "101", fmt.Sprintf("778*1*1*%d", n+1))
	}
	dial(t, a, "101", "778*R*1*2*4")
	dial(t, a, "101", "778*R*1*1*5")
	if sum, n, _ := charged(t, a, "G1"); sum != 0 || n != 6 {
		t.Errorf("%d postings for %d", n, sum)
	}
	dial(t, a, "101", "778*R*1*1*6")
	if all := a.Alerts(); len(all) != 1 || all[0].Code != hotel.AlertMinibarRemoval {
		t.Errorf("alerts %+v", all)
	}
	all, err := a.Postings("101", 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		if p.Corrects == "" && p.Back.Quantity != 1 || p.Corrects != "" && p.Quantity != -1 {
			t.Errorf("posting %+v", p)
		}
	}
}

func TestStaffAreListed(t *testing.T) {
	a := hookedAgent(t, "")
	add := hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandStaffAdd, Fields: map[string]string{"code": "12", "name": "Wang"}}
	if _, err := a.Do(t.Context(), add); err != nil {
		t.Fatal(err)
	}
	if all := a.Staff(); len(all) != 1 || all[0] != (hotel.Staff{Code: "12", Name: "Wang"}) {
		t.Errorf("staff %+v", all)
	}
	dial(t, a, "101", "778*1*1*2*13")
	if all := a.Alerts(); len(all) != 1 || all[0].Code != hotel.AlertStaff {
		t.Errorf("alerts %+v", all)
	}
	if all, _ := a.Postings("101", 10); len(all) != 1 || all[0].Staff != "13" {
		t.Errorf("postings %+v", all)
	}
}
