package luahooks

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"bellhop/hotel"
)

// asksHistory is a hook that says what it finds.
const asksHistory = `bellhop.on("dtmf", function()
  local list, more = bellhop.postings { room = "1203", since = bellhop.time() - 3600, limit = 2 }
  local sum = 0
  for _, p in ipairs(list) do sum = sum + p.amount end
  local calls = bellhop.calls { stay = "S7" }
  bellhop.kv.set("found", #list .. " " .. sum .. " " .. tostring(more) .. " " .. #calls)
end)`

func someHistory() *fakeHotel {
	h := &fakeHotel{}
	for i := range 4 {
		h.PutPosting(hotel.Posting{ID: fmt.Sprintf("P%d", i+1), Room: "1203", Stay: "S7", Amount: int64(10 * (i + 1)), Time: noon})
	}
	h.PutCall(hotel.CallRecord{Event: 5, Room: "1203", Payer: "S7", Time: noon})
	return h
}

// found runs asksHistory and gives what it says.
func foundBy(t *testing.T, s *Set, in Input) (string, Result) {
	t.Helper()
	got := s.Run(context.Background(), "t.lua:dtmf:1", in)
	if got.Err != nil {
		return got.Err.Error(), got
	}
	return *got.Effects[0].KV.Value, got
}

// What a run was given is recorded, and a replay gets it whatever there is now.
func TestHistoryIsRecorded(t *testing.T) {
	s := mustLoad(t, Options{}, map[string]string{"t.lua": asksHistory})
	in := input(dialled("1203", "1"))
	in.History = someHistory()
	want := `"2 70 true 1"`
	said, got := foundBy(t, s, in)
	if said != want || len(got.Answers) != 2 || got.Answers[0].URL != "bellhop.postings?limit=2&room=1203&since=1795231805" {
		t.Fatalf("%s, %+v", said, got.Answers)
	}
	in.Replay, in.Answers = true, got.Answers
	for name, h := range map[string]hotel.History{"nothing": nil, "another": &fakeHotel{}, "a broken one": brokenHistory{}} {
		in.History = h
		if said, again := foundBy(t, s, in); said != want || !reflect.DeepEqual(again.Answers, got.Answers) {
			t.Errorf("%s now: %s", name, said)
		}
	}
	in.Answers, in.History = got.Answers[1:], &fakeHotel{} // what was not asked then is as it is now
	if said, _ := foundBy(t, s, in); said != `"0 0 false 1"` {
		t.Errorf("without the record: %s", said)
	}
	in.Replay, in.History = false, brokenHistory{}
	if said, _ := foundBy(t, s, in); !strings.Contains(said, "bellhop.postings: the disk is gone") {
		t.Errorf("a broken one: %s", said)
	}
	in.History = nil
	if said, _ := foundBy(t, s, in); !strings.Contains(said, "there is no history to read here") {
		t.Errorf("none: %s", said)
	}
}

type brokenHistory struct{}

func (brokenHistory) RecentPostings(hotel.HistoryQuery) ([]hotel.Posting, bool, error) {
	return nil, false, errors.New("the disk is gone")
}

func (brokenHistory) RecentCalls(hotel.HistoryQuery) ([]hotel.CallRecord, bool, error) {
	return nil, false, errors.New("the disk is gone")
}

func TestHistoryIsBounded(t *testing.T) {
	h := &fakeHotel{}
	for i := range 200 {
		h.PutPosting(hotel.Posting{ID: fmt.Sprint("P", i), Room: "1203", Description: strings.Repeat("x", 2000), Time: noon})
	}
	in := input(dialled("1203", "1"))
	in.History = h
	s := mustLoad(t, Options{}, map[string]string{"t.lua": `bellhop.on("dtmf", function() local l, more = bellhop.postings { limit = 100 } bellhop.kv.set("n", { #l, more }) end)`})
	said, got := foundBy(t, s, in)
	if said != "[15,true]" || len(got.Answers[0].Body) > maxHistoryBytes+100 {
		t.Errorf("%s, %d bytes", said, len(got.Answers[0].Body))
	}
	s = mustLoad(t, Options{}, map[string]string{"t.lua": `bellhop.on("dtmf", function() while true do pcall(bellhop.calls) end end)`})
	if said, got := foundBy(t, s, in); said != "limit: asks for postings and calls more than 8 times in one run" || len(got.Answers) != MaxLooks {
		t.Errorf("%s, %d answers", said, len(got.Answers))
	}
	for _, limit := range []string{"0", "101", "1.5"} {
		s = mustLoad(t, Options{}, map[string]string{"t.lua": `bellhop.on("dtmf", function() bellhop.calls { limit = ` + limit + ` } end)`})
		if said, _ := foundBy(t, s, in); !strings.Contains(said, "bellhop.calls: limit must be") {
			t.Errorf("limit %s: %s", limit, said)
		}
	}
}

// An unchanged hook finds in a replay what it found then. One that asks something
// else finds the present, and is marked.
func TestReplayOfHistory(t *testing.T) {
	a := newAnnals(t, map[string]string{"t.lua": asksHistory})
	a.history = someHistory()
	a.happens(dialled("1203", "1"))
	a.history = &fakeHotel{}
	if all, _ := a.replay(nil); all[0].State != ReplaySame || all[0].Approximate {
		t.Errorf("%s", asJSON(t, all))
	}
	other := strings.Replace(asksHistory, "limit = 2", "limit = 3", 1)
	if all, _ := a.replay(map[string]string{"t.lua": other}); all[0].State != ReplayChanged || !all[0].Approximate || all[0].Differs() || !strings.HasPrefix(all[0].Missed[0], "bellhop.postings?limit=3") {
		t.Errorf("%s", asJSON(t, all))
	}
}

func TestTariffPrice(t *testing.T) {
	view := harbourInn()
	view[hotel.RateKey("555")] = hotel.RateList{Rates: []hotel.Rate{{Prefix: "555", Destination: "Town", From: "08:00", To: "18:00", Price: "0.60"}, {Prefix: "555", Trunk: "GSM", Price: "1.20"}, {Prefix: "555", Price: "0.30"}}}
	view[hotel.RateKey("7")] = hotel.RateList{Rates: []hotel.Rate{{Prefix: "7", Price: "999999999"}}}
	prices := hotel.Setup{Currency: "CNY", Taxes: hotel.Taxes{}, Tariff: hotel.TariffSetup{Free: []string{"800*"}}}
	for call, want := range map[string]string{
		`number = "5551234", seconds = 61`:                                 "120 nil Town", // 12:30 in the hotel: two minutes
		`number = "5551234", seconds = 61, at = bellhop.time() + 8 * 3600`: "60 nil 555",
		`number = 5551234, seconds = 1, trunk = "GSM"`:                     "60 nil Town",
		`number = "5551234", seconds = 0`:                                  "0 no-talk nil",
		`number = "8001", seconds = 60`:                                    "0 free-number nil",
		`number = "9", seconds = 60`:                                       "nil no-rate nil",
		`number = "7", seconds = 2678400`:                                  "nil too-much 7",
		`number = "5551234", seconds = -1`:                                 "seconds must be 0 to",
		`number = "", seconds = 1`:                                         "number must be a text that is not empty",
	} {
		s := mustLoad(t, Options{Prices: prices}, map[string]string{"t.lua": `bellhop.on("dtmf", function()
local price, why, name = bellhop.tariff.price { ` + call + ` }
bellhop.kv.set("x", tostring(price) .. " " .. tostring(why) .. " " .. tostring(name)) end)`})
		in := input(dialled("1203", "1"))
		in.View = view
		if said, _ := foundBy(t, s, in); !strings.Contains(said, want) {
			t.Errorf("%s: %s, want %s", call, said, want)
		}
	}
}

// Tests can say what was.
func TestGivenHistory(t *testing.T) {
	r := runTests(t, TestOptions{}, map[string]string{
		"t.lua": `--- @example of today
--- given: posting 1203 kind=minibar amount=1500 at="2026-03-02 11:00"
--- given: posting 1203 kind=minibar amount=700 at="2026-02-02 11:00"
--- given: call 1203 to=0555 talk=61 price=200
--- given: rate 555 price=0.5
--- event: dtmf room=1203 digits=1
--- wants: kv.set key=x value="1500 1 50"

bellhop.on("dtmf", function(event)
  local p = bellhop.postings { stay = bellhop.room(event.room).stay, since = bellhop.time() - 86400 }
  bellhop.kv.set("x", p[1].amount .. " " .. #bellhop.calls { room = event.room } .. " " .. bellhop.tariff.price { number = "555", seconds = 60 })
end)`,
		"t_test.lua": `test.case("given", function()
  test.posting { "1203", amount = 3 } test.call { "1203", to = "1" } test.rate { "555", price = "0.5" }
  test.effects(test.event { "dtmf", room = "1203", digits = "1" }, { { "kv.set", value = "3 1 50" } })
end)
test.case("a slip", function() test.posting { "1203", amuont = 3 } end)
test.case("a rate that is none", function() test.rate { "555", price = "x" } end)`,
	})
	var faults []string
	for _, one := range r.Results {
		faults = append(faults, one.Error)
	}
	if len(r.Faults) > 0 || len(faults) != 4 || faults[0]+faults[1] != "" || !strings.Contains(faults[2], "posting knows no amuont") || !strings.Contains(faults[3], "rate 555: ") {
		t.Errorf("%q, %v", faults, r.Faults)
	}
}
