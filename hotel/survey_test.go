package hotel

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// surveyed is the event with which the PBX's answer comes back.
func surveyed(s Survey) *Event {
	reply, err := json.Marshal(s)
	must(err)
	return &Event{ID: 9, Kind: KindDelivered, Time: eventTime, Fields: map[string]string{"op": OpSurvey, "to": "pbx", "reply": string(reply)}}
}

func TestSurveyPutsRightWhatIsOursAndTellsOfTheRest(t *testing.T) {
	tx := sweepHotel("203")
	tx.Put(PhoneKey("202"), Phone{Extension: "202", Room: "202", Clean: eventTime})
	tx.Put(PhoneKey("204"), Phone{Extension: "204", Room: "204"}) // could not be cleared
	tx.Put(PhoneKey("206"), Phone{Extension: "206", Room: "206"}) // the same, of who has moved
	tx.Put(PhoneKey("207"), Phone{Extension: "207", Room: "207", Vacating: "G7"})
	tx.Put(StayKey("G4"), Stay{ID: "G4", State: StayDeparted})
	tx.Put(StayKey("G6"), Stay{ID: "G6", State: StayInHouse})
	tx.Put(RoomKey("204"), Room{Number: "204", LastStay: "G4"})
	tx.Put(RoomKey("206"), Room{Number: "206", LastStay: "G6"})
	name, dnd := Because(LeftName), Because(LeftDND)
	see := func(phones ...PhoneSight) {
		t.Helper()
		tx.queued = nil
		ev := surveyed(Survey{Rooms: []string{"201", "202", "203", "204", "206", "207"}, Phones: phones})
		if err := Apply(tx, ev, RulesUnit, Rules(ev, false), sweepSetup()); err != nil {
			t.Fatal(err)
		}
	}
	told := func(want string) {
		t.Helper()
		text := ""
		for _, al := range openAlerts(tx) {
			text += fmt.Sprint(al.Count, " ", Said(al.Params["phones"], "en"))
		}
		equal(t, "told", text, want)
	}
	see(
		PhoneSight{Extension: "201", Left: []string{name, dnd}},
		PhoneSight{Extension: "202", Ours: true},
		PhoneSight{Extension: "203", Ours: true, Left: []string{name}}, // let
		PhoneSight{Extension: "204", Left: []string{Because(LeftAlarms)}},
		PhoneSight{Extension: "206", Left: []string{Because(LeftVoicemail)}},
		PhoneSight{Extension: "207", Ours: true},
		PhoneSight{Extension: "999", Ours: true}, // of no room
	)
	equal(t, "calls", queuedOps(tx), []string{"tidy 202", "vacate 204"})
	if !strings.Contains(string(tx.queued[1].Body), `"stay":"G4"`) {
		t.Errorf("of whom: %s", tx.queued[1].Body)
	}
	told("1 201: name, do not disturb; 206: voicemail messages")
	see(PhoneSight{Extension: "201", Left: []string{name, dnd}}, PhoneSight{Extension: "206", Left: []string{Because(LeftVoicemail)}})
	told("1 201: name, do not disturb; 206: voicemail messages") // the same
	see(PhoneSight{Extension: "201", Left: []string{name, dnd}})
	told("2 201: name, do not disturb")
	apply(t, tx, noPMS, Effect{ResolveAlert: &ResolveAlert{ID: openAlerts(tx)[0].ID}})
	see(PhoneSight{Extension: "201", Left: []string{name}}) // less is new, too
	told("1 201: name")
	apply(t, tx, noPMS, Effect{ResolveAlert: &ResolveAlert{ID: openAlerts(tx)[0].ID}})
	see(PhoneSight{Extension: "201", Left: []string{name}})
	told("") // a person knows
	see()
	see(PhoneSight{Extension: "201", Left: []string{name}})
	told("1 201: name") // it came again
}

// An answer about some rooms says nothing of the others.
func TestSurveysOfManyRoomsAreToldTogether(t *testing.T) {
	tx := newTx(map[string]any{})
	for n := 100; n < 190; n++ {
		number := fmt.Sprint(n)
		tx.Put(RoomKey(number), Room{Number: number})
		tx.Put(ExtensionKey(number), Extension{Room: number})
	}
	apply(t, tx, sweepSetup(), Effect{Sweep: &Sweep{}})
	calls := tx.queued
	if len(calls) != 3 || calls[0].Supersedes == calls[1].Supersedes {
		t.Fatalf("calls %+v", calls)
	}
	for _, q := range calls {
		var s Survey
		must(json.Unmarshal(q.Body, &s))
		for _, number := range s.Rooms {
			s.Phones = append(s.Phones, PhoneSight{Extension: number, Left: []string{Because(LeftName)}})
		}
		ev := surveyed(s)
		must(Apply(tx, ev, RulesUnit, Rules(ev, false), sweepSetup()))
	}
	all := openAlerts(tx)
	if len(all) != 1 || all[0].Params["count"] != "90" || !strings.HasSuffix(all[0].Params["phones"], "@left-name; …") {
		t.Errorf("alerts: %+v", all)
	}
}

func TestSurveyThatSaysNothing(t *testing.T) {
	for _, reply := range []string{"", "null", `{"phones":1}`} {
		ev := surveyed(Survey{})
		ev.Fields["reply"] = reply
		if got := Rules(ev, false); got != nil {
			t.Errorf("reply %q: %+v", reply, got)
		}
	}
}
