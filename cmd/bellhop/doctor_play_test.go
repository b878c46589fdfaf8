package main

import (
	"strings"
	"testing"

	"bellhop/hotel"
)

// What came of an order to play something is read from the events of its call
// alone, in whatever order they came.
func TestEndOfPlay(t *testing.T) {
	const room, order = "101", 7
	placed := hotel.Event{ID: 9, Kind: hotel.KindDelivered, Cause: order, Fields: map[string]string{"reply": `{"callid":"c1"}`}}
	ended := hotel.Event{ID: 10, Kind: hotel.KindPromptEnd, CallID: "c1"}
	others := hotel.Event{ID: 8, Kind: hotel.KindPromptEnd, CallID: "c2", Room: room}
	for name, c := range map[string]struct {
		events []hotel.Event
		over   bool
		fault  string
	}{
		"nothing":                     {},
		"placed":                      {events: []hotel.Event{placed}},
		"played":                      {events: []hotel.Event{placed, ended}, over: true},
		"played before it was known":  {events: []hotel.Event{ended, placed}, over: true},
		"played, and not ours":        {events: []hotel.Event{placed, others}},
		"played, by whom is not said": {events: []hotel.Event{placed, {Kind: hotel.KindPromptEnd, Room: room}}, over: true},
		"played elsewhere":            {events: []hotel.Event{placed, {Kind: hotel.KindPromptEnd, Room: "102"}}},
		"played, and not placed":      {events: []hotel.Event{ended}},
		"played, of another order":    {events: []hotel.Event{{Kind: hotel.KindDelivered, Cause: 6, Fields: placed.Fields}, ended}},
		"refused":                     {events: []hotel.Event{{Kind: hotel.KindRefused, Cause: order, Fields: map[string]string{"error": "no"}}}, over: true, fault: "not played: no"},
		"refused, of another order":   {events: []hotel.Event{{Kind: hotel.KindRefused, Cause: 6}}},
		"too late":                    {events: []hotel.Event{{Kind: hotel.KindExpired, Cause: order}}, over: true, fault: "expired"},
		"in use":                      {events: []hotel.Event{{Kind: hotel.KindDelivered, Cause: order, Fields: map[string]string{"reply": `{"busy":true}`}}}, over: true, fault: "in use"},
		"failed":                      {events: []hotel.Event{placed, {Kind: hotel.KindCallFailed, CallID: "c1", Fields: map[string]string{"reason": "480"}}}, over: true, fault: "480"},
		"hung up":                     {events: []hotel.Event{placed, {Kind: hotel.KindCDR, CallID: "c1", CDR: &hotel.CDR{Status: "ANSWERED", Talk: 2}}}, over: true, fault: "after 2 s"},
		"an odd reply":                {events: []hotel.Event{{Kind: hotel.KindDelivered, Cause: order, Fields: map[string]string{"reply": "{"}}, {Kind: hotel.KindPromptEnd}}},
	} {
		_, over, err := endOfPlay(c.events, room, order, "en")
		if over != c.over || (err == nil) != (c.fault == "") || err != nil && !strings.Contains(err.Error(), c.fault) {
			t.Errorf("%s: %v, %v", name, over, err)
		}
	}
}
