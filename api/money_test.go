package api

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"bellhop/hotel"
)

// Whatever an order about money says is in the event that is kept of it: what is
// dropped on the way would charge another guest, or another amount.
func TestOrdersAboutMoneyAreKeptWhole(t *testing.T) {
	c, a, _ := house(t)
	rooms := hotel.Import{Rooms: []hotel.Room{{Number: "101"}, {Number: "102"}}}
	if err := c.Post(t.Context(), "/v1/import", rooms, nil); err != nil {
		t.Fatal(err)
	}
	for _, o := range []struct {
		path       string
		in         any
		name, room string
		fields     string
	}{
		{"/v1/minibar", hotel.MinibarEntry{Room: "101", Stay: "G1", Minibar: "suite", Item: "4", Count: 2, Removal: true, Staff: "7"}, hotel.CommandMinibarPost, "101", "count=2&item=4&minibar=suite&removal=true&staff=7&stay=G1"},
		{"/v1/minibar", hotel.MinibarEntry{Room: "101", Item: "4", Count: 2}, hotel.CommandMinibarPost, "101", "count=2&item=4"},
		{"/v1/minibar/resolve", hotel.ResolveEntry{Alert: "a", Item: "5", Count: 3, Stay: "G1"}, hotel.CommandMinibarResolve, "", "alert=a&count=3&item=5&stay=G1"},
		{"/v1/minibar/resolve", hotel.ResolveEntry{Alert: "a", Drop: true}, hotel.CommandMinibarResolve, "", "alert=a&drop=true"},
		{"/v1/postings/P1/correct", PostingDecision{Quantity: 2, Reason: "broken", Staff: "7"}, hotel.CommandCorrect, "", "posting=P1&quantity=2&reason=broken&staff=7"},
		{"/v1/postings/P1/move", PostingDecision{Stay: "G1", Reason: "theirs"}, hotel.CommandMovePosting, "", "posting=P1&reason=theirs&stay=G1"},
		{"/v1/postings/P1/move", PostingDecision{Room: "102"}, hotel.CommandMovePosting, "102", "posting=P1"},
		{"/v1/postings/P1/writeoff", PostingDecision{Reason: "goodwill"}, hotel.CommandWriteOff, "", "posting=P1&reason=goodwill"},
		{"/v1/postings/P1/resend", nil, hotel.CommandResend, "", "posting=P1"},
		{"/v1/folio/pay", Payment{Stay: "G1", Amount: 120, Back: true, How: "cash", Staff: "7"}, hotel.CommandPay, "", "amount=120&back=true&how=cash&staff=7&stay=G1"},
		{"/v1/folio/pay", Payment{Room: "101", Amount: 120}, hotel.CommandPay, "101", "amount=120"},
		{"/v1/folio/limit", Limit{Room: "101", Limit: "500"}, hotel.CommandLimit, "101", "limit=500"},
		{"/v1/folio/limit", Limit{Stay: "G1", Limit: hotel.LimitNone}, hotel.CommandLimit, "", "limit=none&stay=G1"},
		{"/v1/calls/7/assign", AssignCall{Room: "102"}, hotel.CommandAssignCall, "102", "call=7"},
		{"/v1/calls/7/assign", AssignCall{Stay: "G1"}, hotel.CommandAssignCall, "", "call=7&stay=G1"},
		{"/v1/calls/price", PriceCalls{Calls: []uint64{7, 9}}, hotel.CommandPriceCalls, "", "calls=7+9"},
		{"/v1/items/delete", hotel.DeleteItem{Minibar: "suite", Code: "4"}, hotel.CommandItemDelete, "", "item=4&minibar=suite"},
		{"/v1/staff", hotel.StaffOrder{Staff: hotel.Staff{Code: "7", Name: "Li"}}, hotel.CommandStaffAdd, "", "code=7&name=Li"},
		{"/v1/staff", hotel.StaffOrder{Staff: hotel.Staff{Code: "7"}, Remove: true}, hotel.CommandStaffRemove, "", "code=7"},
	} {
		_ = c.Post(t.Context(), o.path, o.in, nil) // most are refused, as there is no such thing; they are kept all the same
		events, err := a.Events(0, 1000)
		if err != nil {
			t.Fatal(err)
		}
		var kept hotel.Event
		for _, ev := range events {
			if ev.Source == hotel.SourceCommand {
				kept = ev
			}
		}
		fields := url.Values{}
		for key, value := range kept.Fields {
			if value != "" {
				fields.Set(key, value)
			}
		}
		if kept.Name != o.name || kept.Room != o.room || fields.Encode() != o.fields {
			t.Errorf("POST %s %+v is kept as %s, room %q, %s", o.path, o.in, kept.Name, kept.Room, fields.Encode())
		}
	}
}

// What is asked for is what is answered: of a stay, a state, some days.
func TestPostingsThatAreAskedFor(t *testing.T) {
	c, a, _ := house(t)
	do := func(path string, in any) {
		t.Helper()
		if err := c.Post(t.Context(), path, in, nil); err != nil {
			t.Fatal(path, err)
		}
	}
	do("/v1/import", hotel.Import{Rooms: []hotel.Room{{Number: "101"}, {Number: "102"}}, Items: []hotel.Item{{Code: "1", Name: "Cola", Price: 100}}})
	do("/v1/checkin", Stay{Room: "101", Stay: "G1"})
	do("/v1/checkin", Stay{Room: "101", Stay: "G2", Share: true})
	do("/v1/minibar", hotel.MinibarEntry{Room: "101", Item: "1", Count: 1})
	do("/v1/minibar", hotel.MinibarEntry{Room: "101", Stay: "G2", Item: "1", Count: 2})
	do("/v1/minibar", hotel.MinibarEntry{Room: "102", Stay: "G2", Item: "1", Count: 3})
	for range 60 { // more than one page
		do("/v1/folio/pay", Payment{Stay: "G1", Amount: 1})
	}
	now := time.Now().In(a.Zone())
	day := func(days int) string { return now.AddDate(0, 0, days).Format(time.DateOnly) }
	for query, want := range map[string]string{
		"": "P1 P2 P3", "stay=G2": "P2 P3", "room=101": "P1 P2", "room=101&stay=G2": "P2",
		"state=posted": "P1 P2 P3", "state=refused": "", "state=refused&state=posted": "P1 P2 P3",
		"from=" + day(-1) + "&to=" + day(1): "P1 P2 P3", "from=" + day(1): "", "to=" + day(-1): "", "from=" + day(-9) + "&to=" + day(-1): "",
	} {
		var all []hotel.Posting
		if err := c.Get(t.Context(), "/v1/postings?limit=1000&"+query, &all); err != nil {
			t.Fatal(query, err)
		}
		var ids []string
		for _, p := range all {
			if p.Kind == hotel.PostingMinibar {
				ids = append(ids, p.ID)
			}
		}
		slices.Sort(ids)
		if got := strings.Join(ids, " "); got != want {
			t.Errorf("%q: %q, want %q", query, got, want)
		}
	}
	var sums Sums
	if err := c.Get(t.Context(), "/v1/sums?by=day&from="+day(-1)+"&to="+day(1), &sums); err != nil {
		t.Fatal(err)
	}
	total := map[string]int64{}
	for _, s := range sums.Sums {
		total[s.Kind] += s.Amount
	}
	if !maps.Equal(total, map[string]int64{hotel.PostingMinibar: 600, hotel.PostingPayment: -60}) || sums.Currency != "CNY" {
		t.Errorf("sums: %+v", sums)
	}
	var r hotel.Reconciliation
	if err := c.Get(t.Context(), "/v1/reconciliation?from="+day(-1)+"&to="+day(1), &r); err != nil || r.From != day(-1) || r.To != day(1) || len(r.States) != 2 {
		t.Errorf("reconciliation: %v, %+v", err, r)
	}
	for query, want := range map[string][]int64{"room=101": {40, 500}, "room=101&joined=1": {540}, "stay=G2": {500}} {
		var bills []hotel.Bill
		if err := c.Get(t.Context(), "/v1/folio?"+query, &bills); err != nil {
			t.Fatal(query, err)
		}
		var owed []int64
		for _, b := range bills {
			owed = append(owed, b.Owed)
		}
		if !slices.Equal(owed, want) {
			t.Errorf("bills of %s: %v, want %v", query, owed, want)
		}
	}
}
