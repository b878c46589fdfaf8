package hotel

import (
	"slices"
	"strings"
	"time"
)

// PrefixWakeUp begins the keys of the [WakeUp] records.
const PrefixWakeUp = "wakeup/"

// WakeUpKey is the key of a [WakeUp].
func WakeUpKey(id string) string { return PrefixWakeUp + id }

// PrefixWakeDue begins the keys by which it is found when something is to be
// done about a wake-up; the earliest comes first.
const PrefixWakeDue = "wakedue/"

// wakeDueKey ends in the wake-up's id; see [WakeDue].
func wakeDueKey(at time.Time, id string) string {
	return PrefixWakeDue + at.UTC().Format(wakeDueLayout) + "/" + id
}

// wakeDueLayout sorts as the times do.
const wakeDueLayout = "2006-01-02T15:04:05.000Z"

// WakeDue reads a key below [PrefixWakeDue]: when, and of which wake-up.
func WakeDue(key string) (at time.Time, id string, ok bool) {
	text, id, found := strings.Cut(strings.TrimPrefix(key, PrefixWakeDue), "/")
	at, err := time.Parse(wakeDueLayout, text)
	return at, id, found && err == nil
}

// WakeUpState says how a wake-up stands.
type WakeUpState string

// The states of a wake-up. Those after WakeUpRinging are what came of it.
const (
	WakeUpScheduled  WakeUpState = "scheduled"
	WakeUpRinging    WakeUpState = "ringing"
	WakeUpAnswered   WakeUpState = "answered" // a key was pressed
	WakeUpUnanswered WakeUpState = "unanswered"
	WakeUpBusy       WakeUpState = "busy"
	WakeUpFailed     WakeUpState = "failed" // it could not be rung, or too late
	WakeUpCancelled  WakeUpState = "cancelled"
	WakeUpUnknown    WakeUpState = "unknown" // an alarm of the PBX gives no proof
)

// Over tells whether nothing more comes of it.
func (s WakeUpState) Over() bool { return s != WakeUpScheduled && s != WakeUpRinging }

// WakeRepeat says on which days a wake-up rings.
type WakeRepeat string

// The days of a wake-up.
const (
	WakeOnce     WakeRepeat = "once"
	WakeDaily    WakeRepeat = "daily"
	WakeWeekdays WakeRepeat = "weekdays" // those named
)

// WakeHow says who rings.
type WakeHow string

// The ways to carry a wake-up out.
const (
	WakeByCall WakeHow = "call" // the agent places calls; a key is the proof
	WakeByPBX  WakeHow = "pbx"  // an alarm of the PBX, without proof
	WakeByBoth WakeHow = "both" // calls, and an alarm some minutes later should the box die
)

// WakeUp is an order to ring a room at a time of the hotel's day. One that
// repeats rings at one time after the other; what is said of the ringing is said
// of the one that is next or under way.
type WakeUp struct {
	ID    string `json:"id"` // "W" and a number
	Room  string `json:"room"`
	Stay  string `json:"stay,omitempty"`  // for whom; empty: whoever stays in the room
	Group string `json:"group,omitempty"` // of those that were ordered together
	From  string `json:"from"`            // desk, phone, api, hook or pms

	Date   string         `json:"date"` // in the hotel's zone, "2006-01-02"; the first when it repeats
	Time   string         `json:"time"` // "15:04"
	Repeat WakeRepeat     `json:"repeat"`
	Days   []time.Weekday `json:"days,omitempty"`
	Until  string         `json:"until,omitempty"` // the last date; empty: as long as the guest stays

	How      WakeHow `json:"how,omitempty"`     // empty: as the config says
	Retries  int     `json:"retries"`           // after the first attempt
	Spacing  int     `json:"spacing,omitempty"` // minutes between attempts
	Prompt   string  `json:"prompt,omitempty"`
	Language string  `json:"language,omitempty"`

	State WakeUpState `json:"state"`
	Due   time.Time   `json:"due"`           // UTC
	Next  time.Time   `json:"next,omitzero"` // when something is to be done about it, UTC; zero: nothing
	Tries int         `json:"tries,omitempty"`
}

// putWakeUp keeps a wake-up, and under when it is next looked at.
func (a *applier) putWakeUp(w WakeUp) {
	var old WakeUp
	if a.tx.Get(WakeUpKey(w.ID), &old) && !old.Next.IsZero() {
		a.tx.Delete(wakeDueKey(old.Next, w.ID))
	}
	a.tx.Put(WakeUpKey(w.ID), w)
	if !w.Next.IsZero() {
		a.tx.Put(wakeDueKey(w.Next, w.ID), true)
	}
}

// wakeUpsOf are the wake-ups of a room that are not over.
func wakeUpsOf(v View, room string) (list []WakeUp) {
	v.List(PrefixWakeUp, func(_ string, decode func(any) bool) bool {
		var w WakeUp
		if decode(&w) && w.Room == room && !w.State.Over() {
			list = append(list, w)
		}
		return true
	})
	return list
}

// swapWakeUps lets those who stayed in two rooms until now exchange them with
// their wake-ups, and with the rooms' own.
func (a *applier) swapWakeUps(x, y Room) {
	ofX, ofY := wakeUpsOf(a.tx, x.Number), wakeUpsOf(a.tx, y.Number)
	take := func(list []WakeUp, from, to Room) {
		for _, w := range list {
			if w.Stay == "" || slices.Contains(from.Stays(), w.Stay) {
				w.Room = to.Number
				a.putWakeUp(w)
			}
		}
	}
	take(ofX, x, y)
	take(ofY, y, x)
}

// moveWakeUps takes a stay's wake-ups along into another room, and with all
// those that are the room's own.
func (a *applier) moveWakeUps(from, to, stay string, all bool) {
	for _, w := range wakeUpsOf(a.tx, from) {
		if w.Stay == stay || w.Stay == "" && all {
			w.Room = to
			a.putWakeUp(w)
		}
	}
}
