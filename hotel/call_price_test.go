package hotel

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// callSetup prices calls to numbers that begin with 0: 1.00 a minute, and at 39
// 2.00, rounded to 0.10; 6% tax is in it.
var callSetup = Setup{
	Currency: "CNY", Taxes: Taxes{Default: map[string]TaxRate{PostingCall: 600}},
	Tariff: TariffSetup{Round: 10, Grace: map[string]int{"FXO": 20}},
}

// callHotel is the small one, where G1 stays in 101 and G3 in 103; in 102, G0 did
// until an hour ago.
func callHotel() *memTx {
	tx := smallHotel()
	in := func(room, stay string, ago time.Duration) {
		ev := testEvent()
		ev.Time = eventTime.Add(-ago)
		a := applier{tx: tx, ev: ev}
		a.occupied(room, stay)
	}
	tx.Put(StayKey("G3"), Stay{ID: "G3", Room: "103", State: StayInHouse})
	tx.Put(StayKey("G0"), Stay{ID: "G0", Room: "102", State: StayDeparted})
	r := tx.room("103")
	r.Stay = "G3"
	tx.Put(RoomKey("103"), r)
	in("101", "G1", 24*time.Hour)
	in("103", "G3", 24*time.Hour)
	in("102", "G0", 48*time.Hour)
	in("102", "", time.Hour)
	tx.Put(RateKey("0"), RateList{[]Rate{{Prefix: "0", Destination: "National", Price: "1"}}})
	tx.Put(RateKey("+39"), RateList{[]Rate{{Prefix: "+39", Destination: "Italy", Price: "2"}}})
	return tx
}

// outCall is a call from a room, two minutes before the event.
func outCall(from, to string, talk int) CDR {
	return CDR{Start: "2026-03-01 08:28:00", From: from, To: to, Duration: talk + 5, Talk: talk, DestLine: "SIP", Status: "ANSWERED", Type: "Outbound"}
}

// reported lets a record come in as that event.
func reported(t *testing.T, tx *memTx, setup Setup, id uint64, room, callID string, c CDR) CallRecord {
	t.Helper()
	ev := &Event{ID: id, Kind: KindCDR, Time: eventTime, Room: room, CallID: callID, CDR: &c, Serial: "s"}
	if room != "" {
		ev.Extension = c.From
	}
	if err := Apply(tx, ev, "rules", []Effect{{Call: &RecordCall{}}}, setup); err != nil {
		t.Fatal(err)
	}
	r, _ := tx.Call(id)
	return r
}

func owes(tx *memTx, stay string) int64 { return record[Folio](tx, FolioKey(stay)).Owed() }

func TestCallBecomesAPosting(t *testing.T) {
	tx := callHotel()
	r := reported(t, tx, callSetup, 7, "101", "c-1", outCall("101", "0039061234", 61))
	// Two minutes at 2.00; 400 × 6/106 = 22.6.
	equal(t, "postings", tx.postings, []Posting{{
		ID: "P1", Room: "101", Stay: "G1", Kind: PostingCall, Item: "Italy", Description: "Italy +39061xxx, 2026-03-01 08:28, 1:01", Quantity: 1,
		Amount: 400, Currency: "CNY", TaxRate: 600, Tax: 23, Time: eventTime, Event: 7, CallID: "c-1", State: PostingPosted,
	}})
	equal(t, "folio", record[Folio](tx, FolioKey("G1")), Folio{Charges: 400, Calls: 400})
	equal(t, "record", r, CallRecord{
		Event: 7, Room: "101", Stay: "G1", Serial: "s", CallID: "c-1", CDR: outCall("101", "0039061234", 61), Time: eventTime,
		Number: "+39061234", Rate: "+39", Destination: "Italy", Price: 400, Posting: "P1", Payer: "G1",
	})
}

func TestCallsThatNobodyPays(t *testing.T) {
	call := func(change func(*CDR)) CDR {
		c := outCall("101", "0211234", 61)
		change(&c)
		return c
	}
	cases := []struct {
		name, room string
		cdr        CDR
		why        string
		price      int64
	}{
		{"nobody answered", "101", call(func(c *CDR) { c.Status, c.Talk = "NO ANSWER", 0 }), WhyUnanswered, 0},
		{"busy", "101", call(func(c *CDR) { c.Status = "BUSY" }), WhyUnanswered, 0},
		{"nobody talked", "101", call(func(c *CDR) { c.Talk = 0 }), WhyNoTalk, 0},
		{"internal", "101", call(func(c *CDR) { c.Type, c.DestLine, c.To = "Internal", "", "103" }), WhyInternal, 0},
		{"from outside", "101", call(func(c *CDR) { c.Type, c.From, c.To = "Inbound", "0211234", "101" }), WhyInbound, 0},
		{"grace", "101", call(func(c *CDR) { c.DestLine, c.Talk = "FXO", 20 }), WhyGrace, 0},
		{"no rate", "101", call(func(c *CDR) { c.To = "5551234" }), WhyNoRate, 0},
		{"from the desk", "", call(func(c *CDR) { c.From = "8000" }), WhyHouse, 200},
		{"from the desk, to a number outside that is a room's, too", "101", call(func(c *CDR) { c.From, c.To = "8000", "01" }), WhyHouse, 200},
		{"from a vacant room", "102", call(func(c *CDR) { c.From = "102" }), WhyVacant, 200},
	}
	for _, c := range cases {
		tx := callHotel()
		ev := &Event{ID: 7, Kind: KindCDR, Time: eventTime, Room: c.room, CDR: &c.cdr}
		if err := Apply(tx, ev, "rules", []Effect{{Call: &RecordCall{}}}, callSetup); err != nil {
			t.Fatal(err)
		}
		r, _ := tx.Call(7)
		if r.Why != c.why || r.Price != c.price || r.Posting != "" || len(tx.postings) != 0 {
			t.Errorf("%s: %+v, postings %v", c.name, r, tx.postings)
		}
	}
	// One that would cost more than an amount can be, from a clock gone wild.
	tx := callHotel()
	tx.Put(RateKey("0"), RateList{[]Rate{{Prefix: "0", Price: "999999999"}}})
	if r := reported(t, tx, callSetup, 7, "101", "", outCall("101", "021", 1<<30)); r.Why != WhyTooMuch || len(tx.postings) != 0 {
		t.Errorf("a monstrous one: %+v, %v", r, tx.postings)
	}
}

func TestCallFallsOnWhoStayedWhenItBegan(t *testing.T) {
	tx := callHotel()
	c := outCall("102", "0211", 60)
	c.Start = "2026-03-01 07:29:00" // a minute before the check-out
	r := reported(t, tx, callSetup, 7, "102", "c-1", c)
	if len(tx.postings) != 1 || tx.postings[0].Stay != "G0" || !tx.postings[0].Late || r.Payer != "G0" {
		t.Fatalf("postings %+v", tx.postings)
	}
	al := alerts(tx, AlertLate)
	equal(t, "alerts", len(al), 1)
	for _, language := range []string{"en", "zh"} {
		text := al[0].Text(language)
		if !strings.Contains(text, "1.00 CNY") || !strings.Contains(text, "G0") || !strings.Contains(text, "National 0xxx") || strings.Contains(text, "0211") {
			t.Errorf("text: %s", text)
		}
	}
}

func TestVacantCallIsTold(t *testing.T) {
	tx := callHotel()
	reported(t, tx, callSetup, 7, "102", "c-1", outCall("102", "0211", 60))
	al := alerts(tx, AlertVacantCall)
	if len(al) != 1 || al[0].Room != "102" || !strings.Contains(al[0].Text("en"), "1.00 CNY") || !strings.Contains(al[0].Text("zh"), "1.00 CNY") {
		t.Errorf("alerts %+v", al)
	}
}

func alerts(tx *memTx, code string) (found []Alert) {
	tx.List(PrefixAlert, func(_ string, decode func(any) bool) bool {
		var al Alert
		if decode(&al); al.Code == code {
			found = append(found, al)
		}
		return true
	})
	return found
}

// TestEmptyTariffLosesNothing: the records are kept, one alert counts them, and
// once there is a tariff each is charged once.
func TestEmptyTariffLosesNothing(t *testing.T) {
	tx := callHotel()
	apply(t, tx, callSetup, Effect{Tariff: &NewTariff{}})
	for id := uint64(11); id <= 13; id++ {
		if r := reported(t, tx, callSetup, id, "101", "", outCall("101", "0211234", 60)); r.Why != WhyNoRate {
			t.Fatalf("record %+v", r)
		}
	}
	reported(t, tx, callSetup, 14, "", "", outCall("8000", "0211234", 60)) // the desk's own is nobody's loss
	al := alerts(tx, AlertUnpriced)
	if len(al) != 1 || al[0].Count != 3 || al[0].Params["count"] != "3" || al[0].Params["from"] != "2026-03-01 08:30" {
		t.Fatalf("alerts %+v", al)
	}
	for _, language := range []string{"en", "zh"} {
		if text := al[0].Text(language); strings.Contains(text, "0211") || strings.Contains(text, "?") || !strings.Contains(text, "2026-03-01 08:30") {
			t.Errorf("text: %s", text)
		}
	}
	equal(t, "waiting", UnpricedCalls(tx), []uint64{11, 12, 13})

	apply(t, tx, callSetup, Effect{Tariff: &NewTariff{[]Rate{{Prefix: "0", Price: "1"}}}})
	price := func(calls ...uint64) {
		t.Helper()
		apply(t, tx, callSetup, Effect{PriceCalls: &PriceCalls{calls}})
	}
	price(11, 11, 12, 14, 99)
	equal(t, "charged", owes(tx, "G1"), int64(200))
	equal(t, "left", alerts(tx, AlertUnpriced)[0].Params["count"], "1")
	price(11, 12, 13)
	price(11, 12, 13)
	equal(t, "charged", owes(tx, "G1"), int64(300))
	equal(t, "waiting", UnpricedCalls(tx), []uint64(nil))
	equal(t, "alerts", len(alerts(tx, AlertUnpriced)), 0)
	// A later tariff changes nothing about them.
	apply(t, tx, callSetup, Effect{Tariff: &NewTariff{[]Rate{{Prefix: "0", Price: "9"}}}}, Effect{PriceCalls: &PriceCalls{[]uint64{11}}})
	equal(t, "charged", owes(tx, "G1"), int64(300))
	refused(t, tx, Invalid{"calls", "calls", "must be at most 200", "201"}, Effect{PriceCalls: &PriceCalls{make([]uint64, 201)}})
	price(make([]uint64, 200)...)
}

func TestUnpricedCallsAreBounded(t *testing.T) {
	tx := callHotel()
	for id := range uint64(3) {
		reported(t, tx, callSetup, 100+id, "101", "", outCall("101", "5", 60))
	}
	tx.Put(keyUnpriced, unpricedCalls{Count: maxUnpriced, Since: eventTime})
	reported(t, tx, callSetup, 200, "101", "", outCall("101", "5", 60))
	equal(t, "waiting", UnpricedCalls(tx), []uint64{101, 102, 200})
	equal(t, "count", record[unpricedCalls](tx, keyUnpriced).Count, maxUnpriced)
}

func TestSameRecordIsChargedOnce(t *testing.T) {
	tx := callHotel()
	first := reported(t, tx, callSetup, 7, "101", "c-1", outCall("101", "0211", 60))
	again := reported(t, tx, callSetup, 8, "101", "c-1", outCall("101", "0211", 60))
	if first.Posting == "" || again.Why != WhyCopy || again.Posting != "" || owes(tx, "G1") != 100 {
		t.Errorf("%+v, again %+v, owed %d", first, again, owes(tx, "G1"))
	}
	// A PBX that was restored gives a callid anew: it is another call.
	later := outCall("101", "0211", 60)
	later.Start = "2026-03-01 08:29:00"
	reported(t, tx, callSetup, 9, "101", "c-1", later)
	equal(t, "owed", owes(tx, "G1"), int64(200))
}

// TestTransferredLegsFallOnTheRoomThatBegan, whatever order they come in, and
// each is charged once.
func TestTransferredLegsFallOnTheRoomThatBegan(t *testing.T) {
	type leg struct {
		room string
		cdr  CDR
	}
	out, next, last := outCall("101", "0211", 60), outCall("8031", "0211", 120), outCall("8000", "0211", 60)
	next.Type, next.Start = transferred, "2026-03-01 08:29:10"
	last.Type, last.Start = transferred, "2026-03-01 08:29:50"
	asked := CDR{Start: "2026-03-01 08:27:00", From: "8031", To: "8000", Duration: 50, Talk: 40, Status: "ANSWERED", Type: "Internal"}
	desk := outCall("8000", "0211", 60)
	cases := []struct {
		name   string
		legs   []leg
		g1, g3 int64
	}{
		{"101 calls, and hands over to 103 and the desk", []leg{{"101", out}, {"103", next}, {"", last}}, 400, 0},
		{"103 asks the desk, which connects it", []leg{{"103", asked}, {"", last}}, 0, 100},
		{"the desk calls, and hands over to 103", []leg{{"", desk}, {"103", next}}, 0, 0},
		{"what it began with is not known", []leg{{"103", next}}, 0, 200},
	}
	for _, c := range cases {
		for seed := range uint64(12) {
			tx := callHotel()
			for i, n := range rand.New(rand.NewPCG(seed, 2)).Perm(len(c.legs)) {
				reported(t, tx, callSetup, uint64(20+i), c.legs[n].room, "c-9", c.legs[n].cdr)
			}
			if g1, g3 := owes(tx, "G1"), owes(tx, "G3"); g1 != c.g1 || g3 != c.g3 {
				t.Errorf("%s, seed %d: 101 owes %d and 103 %d, want %d and %d", c.name, seed, g1, g3, c.g1, c.g3)
			}
		}
	}
}

func TestWhatAPersonDecidedAboutALegStands(t *testing.T) {
	tx := callHotel()
	next := outCall("8031", "0211", 60)
	next.Type = transferred
	leg := reported(t, tx, callSetup, 20, "103", "c-9", next)
	apply(t, tx, callSetup, Effect{Correct: &Correct{Posting: leg.Posting}})
	reported(t, tx, callSetup, 21, "101", "c-9", outCall("101", "0211", 60))
	equal(t, "101 owes its own", owes(tx, "G1"), int64(100))
	equal(t, "103 owes nothing", owes(tx, "G3"), int64(0))
}

func TestCallIsAssigned(t *testing.T) {
	assign := func(tx *memTx, x AssignCall) error {
		return Apply(tx, testEvent(), "rules", []Effect{{AssignCall: &x}}, callSetup)
	}
	tx := callHotel()
	reported(t, tx, callSetup, 30, "", "c-1", outCall("8000", "0211", 60))
	if err := assign(tx, AssignCall{Call: 30, Room: "103"}); err != nil {
		t.Fatal(err)
	}
	equal(t, "103 owes", owes(tx, "G3"), int64(100))
	r, _ := tx.Call(30)
	if r.Payer != "G3" || r.Why != "" || !r.Assigned || r.Posting == "" {
		t.Errorf("record %+v", r)
	}
	var wrong *Invalid
	if err := assign(tx, AssignCall{Call: 30, Room: "101"}); !errors.As(err, &wrong) || wrong.Field != "call" {
		t.Errorf("twice: %v", err)
	}
	// Taken back, it may be somebody else's.
	apply(t, tx, callSetup, Effect{Correct: &Correct{Posting: r.Posting}})
	if err := assign(tx, AssignCall{Call: 30, Stay: "G0"}); err != nil || owes(tx, "G3") != 0 || owes(tx, "G0") != 100 {
		t.Errorf("anew: %v, %d and %d", err, owes(tx, "G3"), owes(tx, "G0"))
	}
	for _, x := range []AssignCall{{Call: 99, Room: "101"}, {Call: 30, Room: "999"}} {
		if err := assign(tx, x); !errors.As(err, &wrong) {
			t.Errorf("%+v: %v", x, err)
		}
	}
	// One without a price is priced by the tariff of now, or refused.
	reported(t, tx, callSetup, 31, "101", "c-2", outCall("101", "5", 60))
	if err := assign(tx, AssignCall{Call: 31, Room: "101"}); !errors.As(err, &wrong) || wrong.Rule != "has nothing to charge: "+WhyNoRate {
		t.Errorf("without a rate: %v", err)
	}
	apply(t, tx, callSetup, Effect{Tariff: &NewTariff{[]Rate{{Price: "3"}}}})
	if err := assign(tx, AssignCall{Call: 31, Room: "103"}); err != nil || owes(tx, "G3") != 300 || len(UnpricedCalls(tx)) != 0 || len(alerts(tx, AlertUnpriced)) != 0 {
		t.Errorf("with one: %v, %d, %v", err, owes(tx, "G3"), UnpricedCalls(tx))
	}
}

func TestCallCommands(t *testing.T) {
	rules := func(name, room string, fields map[string]string) []Effect {
		return Rules(&Event{Kind: KindCommand, Name: name, Room: room, Fields: fields}, false)
	}
	equal(t, "assign", rules(CommandAssignCall, "101", map[string]string{"call": "7", "stay": "G1"}), []Effect{{AssignCall: &AssignCall{Call: 7, Stay: "G1", Room: "101"}}})
	equal(t, "assign nothing", rules(CommandAssignCall, "101", map[string]string{"call": "x"}), []Effect{{AssignCall: &AssignCall{Room: "101"}}})
	equal(t, "price", rules(CommandPriceCalls, "", map[string]string{"calls": "7 9"}), []Effect{{PriceCalls: &PriceCalls{[]uint64{7, 9}}}})
	equal(t, "price what is no number", rules(CommandPriceCalls, "", map[string]string{"calls": "7 x"}), []Effect{{}})
}
