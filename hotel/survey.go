package hotel

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// SurveyCall is the body of the call that compares vacant rooms with the PBX.
type SurveyCall struct {
	Rooms []string `json:"rooms"`
}

// Survey is what the PBX shows of vacant rooms.
type Survey struct {
	Rooms  []string     `json:"rooms"` // that were looked at
	Phones []PhoneSight `json:"phones,omitempty"`
}

// PhoneSight is in what a vacant room's telephone differs from what it should be.
type PhoneSight struct {
	Extension string `json:"extension"`
	// Ours: the hotel has written there before, and puts right what differs.
	Ours bool `json:"ours,omitempty"`
	// Left is what somebody else has put there, or a guest whom the hotel does not
	// know: each a [Reason] as [Because] writes it, without names and numbers.
	Left []string `json:"left,omitempty"`
}

// surveyRooms is how many rooms one call looks at: within the time of an
// attempt, also where the PBX shows the alarms of one telephone at a time.
const surveyRooms = 40

// surveyVacant has each vacant room compared with the PBX.
func (a *applier) surveyVacant() {
	if !a.setup.Phones || !a.setup.Vacate {
		return
	}
	var vacant []string
	a.tx.List(PrefixRoom, func(_ string, decode func(any) bool) bool {
		var r Room
		if decode(&r) && r.Stay == "" {
			vacant = append(vacant, r.Number)
		}
		return true
	})
	for some := range slices.Chunk(vacant, surveyRooms) {
		body, err := json.Marshal(SurveyCall{Rooms: some})
		if err != nil {
			panic("hotel: encode a survey: " + err.Error()) // our own types always encode
		}
		a.tx.Queue(QueuedCall{
			To: "pbx", Op: OpSurvey, Body: body, Urgency: Bulk, Kind: Idempotent, Lasts: sightLasts, Answer: true,
			Supersedes: OpSurvey + "/" + some[0],
		})
	}
}

// surveyRules read what was seen of vacant rooms.
func surveyRules(ev *Event) []Effect {
	var seen *Survey
	if err := json.Unmarshal([]byte(ev.Fields["reply"]), &seen); err != nil || seen == nil {
		return nil
	}
	return []Effect{{Survey: seen}}
}

// keyFound is the key of what surveys have found and told of: what was put on
// vacant rooms' telephones by somebody else, by the telephone.
const keyFound = "sweep/found"

// surveyed has put right what is the hotel's, and tells of the rest: once, as
// long as it stays the same. A room that was let since is no concern of it.
func (a *applier) surveyed(s *Survey) error {
	found := map[string]string{}
	a.tx.Get(keyFound, &found)
	before := maps.Clone(found)
	for _, number := range s.Rooms {
		var r Room
		a.tx.Get(RoomKey(number), &r)
		for _, extension := range r.Phones() {
			delete(found, extension)
		}
	}
	for _, p := range s.Phones {
		r, known := RoomOf(a.tx, p.Extension)
		if !known || r.Stay != "" {
			continue
		}
		if a.putRight(r, p) {
			continue
		}
		if len(p.Left) > 0 {
			found[p.Extension] = strings.Join(p.Left, ", ")
		}
	}
	if maps.Equal(found, before) {
		return nil
	}
	a.tx.Put(keyFound, found)
	return a.tellFound(found, before)
}

// putRight orders it; true when with that nothing is left to be told of. What a
// check-out could not take off is taken off again, unless its guest stays in
// another room, and may yet want the voicemail.
func (a *applier) putRight(r Room, p PhoneSight) (all bool) {
	var known Phone
	a.tx.Get(PhoneKey(p.Extension), &known)
	if known.Vacating != "" {
		return true // it is about to be
	}
	if known.Room != "" && known.Clean.IsZero() && a.stateOf(r.LastStay) == StayDeparted {
		a.tellPhone(OpVacate, r.Number, PhoneCall{Extension: p.Extension, Stay: r.LastStay})
		return true
	}
	if p.Ours {
		a.tellPhone(OpTidy, r.Number, PhoneCall{Extension: p.Extension})
	}
	return false
}

// maxFoundText bounds the list in an alert, in bytes; it is cut between two
// telephones.
const maxFoundText = 440

// tellFound keeps one alert of all that was found, if something is new; one that
// is open is brought up to date.
func (a *applier) tellFound(found, before map[string]string) error {
	raise := &RaiseAlert{Code: AlertVacant, Joined: true}
	_, _, open := a.findAlert(raise)
	var list []string
	fresh, length := false, 0
	for _, extension := range slices.Sorted(maps.Keys(found)) {
		fresh = fresh || found[extension] != before[extension]
		one := extension + ": " + found[extension]
		if length += len(one) + 2; length <= maxFoundText {
			list = append(list, one)
		}
	}
	if !fresh && (!open || len(found) == 0) {
		return nil
	}
	if len(list) < len(found) {
		list = append(list, "…")
	}
	raise.Params = map[string]string{"count": strconv.Itoa(len(found)), "phones": strings.Join(list, "; ")}
	return a.alert(raise)
}
