package agent

import (
	"strings"
	"testing"
	"time"

	"bellhop/config"
	"bellhop/hotel"
	"bellhop/pbx"
)

// The folio of a room is that of who stays there, and not of who left it last; of a
// vacant one it is that of who did.
func TestFolioOfARoom(t *testing.T) {
	a, _ := testAgent(t, testConfig(t), nil)
	furnish(t, a)
	do := func(kind hotel.Kind, stay string) {
		t.Helper()
		if _, err := a.Do(t.Context(), hotel.Event{Kind: kind, Room: "101", Fields: map[string]string{"stay": stay}}); err != nil {
			t.Fatal(err)
		}
	}
	of := func(what, want string) {
		t.Helper()
		bills, err := a.Folio(FolioQuery{Room: "101"})
		if err != nil || len(bills) != 1 || bills[0].Stays[0].ID != want {
			t.Errorf("%s: %+v, %v, want that of %s", what, bills, err, want)
		}
	}
	do(hotel.KindCheckIn, "G1")
	of("while the first stays", "G1")
	do(hotel.KindCheckOut, "G1")
	of("when the room is vacant", "G1")
	do(hotel.KindCheckIn, "G2")
	of("when the next has come", "G2")
}

// Postings are those of the hotel's days, of one stay. Of the zones one has another
// date than UTC, whenever it is.
func TestPostingsOfADay(t *testing.T) {
	for _, zone := range []string{"Pacific/Kiritimati", "Etc/GMT+12"} {
		c := testConfig(t)
		c.Hotel.Timezone = zone
		a, _ := testAgent(t, c, nil)
		furnish(t, a)
		for stay, room := range map[string]string{"G1": "101", "G2": "102"} {
			if _, err := a.Do(t.Context(), hotel.Event{Kind: hotel.KindCheckIn, Room: room, Fields: map[string]string{"stay": stay}}); err != nil {
				t.Fatal(err)
			}
			dial(t, a, room, "778*1*1")
		}
		all, err := a.Postings("101", 10)
		if err != nil || len(all) != 1 {
			t.Fatal(all, err)
		}
		day := all[0].Time.In(a.zone)
		for days, want := range map[int]int{-1: 0, 0: 1, 1: 0} {
			date := day.AddDate(0, 0, days).Format(time.DateOnly)
			found, err := a.FindPostings(PostingQuery{Stay: "G1", From: date, To: date}, 10)
			if err != nil || len(found) != want {
				t.Errorf("in %s, made at %s: %d postings on %s, %v", zone, day, len(found), date, err)
			}
		}
	}
}

// The sums of a printed bill: what is to be paid, and what the guest gets back.
func TestSumsOfABillPage(t *testing.T) {
	charge := hotel.Posting{Kind: hotel.PostingOther, Quantity: 1, Amount: 1060, Tax: 60, TaxRate: 600}
	pay := func(amount int64) hotel.Posting {
		return hotel.Posting{Kind: hotel.PostingPayment, Quantity: 1, Amount: -amount}
	}
	for _, c := range []struct {
		paid int64
		want []string
	}{
		{1000, []string{"Charges", ">10.60<", "Tax 6% in 10.60", ">0.60<", "Paid", ">-10.00<", "To pay", ">0.60<"}},
		{1060, []string{"Paid", ">-10.60<", "To pay", ">0.00<"}},
		{1500, []string{"Paid", ">-15.00<", "In the guest&#39;s favour", ">4.40<"}},
	} {
		bill := hotel.NewBill(nil, []hotel.Posting{charge, pay(c.paid)}, "CNY")
		page := BillPage([]hotel.Bill{bill}, config.Hotel{Name: "H"}, "en", time.UTC, time.Time{})
		_, foot, _ := strings.Cut(page, "<tfoot>")
		for _, want := range c.want {
			_, rest, found := strings.Cut(foot, want)
			if !found {
				t.Errorf("paid %d: no %q, in this order, in\n%s", c.paid, want, page)
				break
			}
			foot = rest
		}
	}
}

// A call is that of the telephone that made it, at the time by our clock: what the
// PBX's clock is ahead is taken off.
func TestCallOfTheRoomThatMadeItByOurClock(t *testing.T) {
	a := pastAgent(t, &pastPBX{})
	furnishStopped(t, a)
	for _, ahead := range []time.Duration{10 * time.Minute, -10 * time.Minute} {
		now := a.now()
		a.clock.compare(pbx.Identity{Clock: now.Add(ahead).In(a.zone).Format(time.DateTime) + " UTC+8"}, a.zone)
		began := now.Add(-5 * time.Minute).Truncate(time.Second)
		ev := hotel.Event{Kind: hotel.KindCDR, Serial: "A1", CallID: ahead.String(), CDR: &hotel.CDR{
			Start: began.Add(ahead).In(a.zone).Format(time.DateTime), From: "101", To: "102", Duration: 60, Talk: 60, Status: "ANSWERED", Type: "Internal",
		}}
		a.locate(&ev)
		if ev.Room != "101" || ev.Extension != "101" || ev.CDR.Began.Sub(began).Abs() > 2*time.Second {
			t.Errorf("a clock that is %s ahead: room %q, telephone %q, begun %s, want %s", ahead, ev.Room, ev.Extension, ev.CDR.Began, began)
		}
	}
}

// furnishStopped gives an agent that does not run the rooms of [furnish].
func furnishStopped(t *testing.T, a *Agent) {
	t.Helper()
	lists := hotel.Import{Rooms: []hotel.Room{{Number: "101"}, {Number: "102"}}}
	ev := hotel.Event{Kind: hotel.KindCommand, Source: hotel.SourceCommand, Name: hotel.CommandImport, Import: &lists}
	if _, err := a.store.Append(t.Context(), ev, nil); err != nil {
		t.Fatal(err)
	}
	finishAll(t, a)
}
