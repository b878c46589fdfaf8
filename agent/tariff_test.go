package agent

import (
	"slices"
	"testing"
	"time"

	"bellhop/hotel"
	"bellhop/pbx"
)

// TestCallsAreKeptWithoutATariffAndPricedLater through the whole agent: a call
// that the tariff does not know is kept, priced by order, and charged once.
func TestCallsAreKeptWithoutATariffAndPricedLater(t *testing.T) {
	a, _ := testAgent(t, testConfig(t), nil)
	furnish(t, a)
	do := func(ev hotel.Event) {
		t.Helper()
		if _, err := a.Do(t.Context(), ev); err != nil {
			t.Fatal(err)
		}
	}
	do(hotel.Event{Kind: hotel.KindCheckIn, Room: "101", Fields: map[string]string{"stay": "G1"}})
	report := func(n, from string) {
		t.Helper()
		start := a.now().In(a.zone).Add(time.Minute).Format(time.DateTime)
		ev := hotel.Event{Kind: hotel.KindCDR, Serial: "A1", CallID: n, CDR: &hotel.CDR{
			Start: start, Began: a.now(), From: from, To: "0211234", Talk: 61, Status: "ANSWERED", Type: "Outbound", DestLine: "SIP",
		}}
		if _, err := a.keep(t.Context(), pbx.Report{Event: ev, Body: []byte(n)}); err != nil {
			t.Fatal(err)
		}
		inJournal(t, a)
		<-a.dispatcher.wait(a.LastID())
	}
	report("1", "101")
	report("2", "8000")
	waiting := a.UnpricedCalls()
	if len(waiting) != 1 {
		t.Fatalf("waiting: %v", waiting)
	}
	do(hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandTariff, Tariff: &hotel.NewTariff{Rates: []hotel.Rate{{Prefix: "0", Price: "1.5"}}}})
	price := hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandPriceCalls, Fields: map[string]string{"calls": hotel.CallNumbers(waiting)}}
	do(price)
	do(price)
	records, err := a.CallRecords("", 10)
	if err != nil || len(records) != 2 || records[1].Payer != "G1" || records[1].Price != 300 {
		t.Fatalf("%+v, %v", records, err)
	}
	// The desk's call was made for the guest. It is priced by the tariff of now.
	assign := hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandAssignCall, Room: "101", Fields: map[string]string{"call": hotel.CallNumbers([]uint64{records[0].Event})}}
	do(assign)
	if _, err := a.Do(t.Context(), assign); err == nil {
		t.Error("it was assigned twice")
	}
	postings, err := a.Postings("101", 10)
	if err != nil || len(postings) != 2 || postings[0].Amount+postings[1].Amount != 600 || len(a.UnpricedCalls()) != 0 {
		t.Errorf("postings %+v, %v", postings, err)
	}
}

// TestLoweredTelephoneKeepsHelp: what a telephone is given on the PBX while its
// guest owes too much are the routes of the lower class, and those for help.
func TestLoweredTelephoneKeepsHelp(t *testing.T) {
	p := &phoneWriter{classes: map[string][]string{"national": {"National"}}, emergency: []string{"Emergency"}}
	now := pbx.Settings{Routes: []string{"National", "Emergency"}}
	for barred, want := range map[string][]string{"": {"National", "Emergency"}, hotel.ClassInternal: {"Emergency"}} {
		routes, err := p.routesFor(hotel.Phone{Extension: "101", Class: "national", Barred: barred}, now)
		slices.Sort(routes)
		slices.Sort(want)
		if err != nil || !slices.Equal(routes, want) {
			t.Errorf("barred %q: %q, %v, want %q", barred, routes, err, want)
		}
	}
}

// TestCopyOfACallIsChargedOnAPersonsWordAlone: a call record without a callid that
// comes again cannot be told from another call by what is kept, so a person says so.
func TestCopyOfACallIsChargedOnAPersonsWordAlone(t *testing.T) {
	a, _ := testAgent(t, testConfig(t), nil)
	furnish(t, a)
	do := func(ev hotel.Event) {
		t.Helper()
		if _, err := a.Do(t.Context(), ev); err != nil {
			t.Fatal(err)
		}
	}
	do(hotel.Event{Kind: hotel.KindCheckIn, Room: "101", Fields: map[string]string{"stay": "G1"}})
	do(hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandTariff, Tariff: &hotel.NewTariff{Rates: []hotel.Rate{{Prefix: "0", Price: "1.5"}}}})
	start := a.now().In(a.zone).Add(time.Minute).Format(time.DateTime)
	ev := hotel.Event{Kind: hotel.KindCDR, Serial: "A1", CDR: &hotel.CDR{
		Start: start, Began: a.now(), From: "101", To: "0211234", Talk: 61, Status: "ANSWERED", Type: "Outbound", DestLine: "SIP",
	}}
	for range 2 {
		if _, err := a.keep(t.Context(), pbx.Report{Event: ev, Body: []byte("the same")}); err != nil {
			t.Fatal(err)
		}
	}
	inJournal(t, a)
	copied := a.LastID()
	<-a.dispatcher.wait(copied - 1)
	charged := func() (n int) {
		t.Helper()
		all, err := a.Postings("101", 10)
		if err != nil {
			t.Fatal(err)
		}
		return len(all)
	}
	rerun := func(id uint64, charge bool, what string, works bool, want int) {
		t.Helper()
		if _, err := a.Rerun(t.Context(), id, charge); (err == nil) != works {
			t.Errorf("%s: %v", what, err)
		}
		if n := charged(); n != want {
			t.Errorf("%s: %d charges, not %d", what, n, want)
		}
	}
	rerun(copied, false, "run again", true, 1)
	records, err := a.CallRecords("101", 10)
	if err != nil || len(records) != 2 || records[0].Why != hotel.WhyCopy {
		t.Errorf("the copy: %+v, %v", records, err)
	}
	rerun(copied, false, "twice", false, 1)
	rerun(copied, true, "as another call", true, 2)
	rerun(copied, true, "as another call, twice", false, 2)
	rerun(copied-1, true, "what is no copy", false, 2)
}
