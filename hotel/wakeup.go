package hotel

import (
	"maps"
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
	Due   time.Time   `json:"due,omitzero"`  // UTC; zero: not known before the clock is believed
	Next  time.Time   `json:"next,omitzero"` // when something is to be done about it, UTC; zero: nothing
	Tries int         `json:"tries,omitempty"`

	Event uint64 `json:"event,omitempty"` // that ordered it
	// At is when its ringing needs something, Planned when the attempt to come
	// was to begin.
	At      time.Time `json:"at,omitzero"`
	Planned time.Time `json:"planned,omitzero"`
	// Ring counts the attempts of all its days.
	Ring    int          `json:"ring,omitempty"`
	Attempt *WakeAttempt `json:"attempt,omitempty"` // under way; nil: none
	// Outcome is what came of the newest attempt, LastCall its call; LastPhone is
	// the telephone of one that was cancelled.
	Outcome   WakeUpState `json:"outcome,omitempty"`
	LastCall  string      `json:"lastCall,omitempty"`
	LastPhone string      `json:"lastPhone,omitempty"`
	Unsure    int         `json:"unsure,omitempty"`  // attempts that nobody knows of
	Trouble   string      `json:"trouble,omitempty"` // why it could not be rung, as was told; reasons as [Because] writes them
	// LastDue and LastState say of one that repeats how the day before went.
	LastDue   time.Time   `json:"lastDue,omitzero"`
	LastState WakeUpState `json:"lastState,omitempty"`
	Over      time.Time   `json:"over,omitzero"` // since when nothing more comes of it

	Desk *WakeDesk `json:"desk,omitempty"` // what the desk was told of the newest that nobody answered
	// Alarms are those of the PBX that stand for it, or are about to; AlarmAt is
	// when they are looked at next.
	Alarms  []WakeAlarm `json:"alarms,omitempty"`
	AlarmAt time.Time   `json:"alarmAt,omitzero"`
	// AlarmRing is the number of [WakeUp.Ring] that the PBX's own alarm had, and
	// Seen are the ends of its calls as they were reported.
	AlarmRing int      `json:"alarmRing,omitempty"`
	Seen      []string `json:"seen,omitempty"`
}

// WakeAttempt is one call to the room.
type WakeAttempt struct {
	Number int       `json:"number"` // of [WakeUp.Ring]
	Phone  string    `json:"phone"`
	Began  time.Time `json:"began"`
	CallID string    `json:"callid,omitempty"` // empty until the PBX has told it
	// Callee is what the room is connected to; Reached: it was.
	Callee  string `json:"callee,omitempty"`
	Reached bool   `json:"reached,omitempty"`
}

// The further keys of wake-ups: those of a room that are not over, the order
// behind a call of the PBX, those that are rung in a room now, those that are
// over, by when, and those about which the desk is called now.
const (
	prefixWakeRoom    = "wakeroom/"
	prefixWakeCall    = "wakecall/"
	prefixWakeRinging = "wakeringing/"
	prefixWakeOver    = "wakeover/"
	prefixWakeDesk    = "wakedesk/"
)

func wakeRoomKey(room, id string) string    { return prefixWakeRoom + room + "/" + id }
func wakeCallKey(callID string) string      { return prefixWakeCall + callID }
func wakeRingingKey(room, id string) string { return prefixWakeRinging + room + "/" + id }

func wakeOverKey(at time.Time, id string) string {
	return prefixWakeOver + at.UTC().Format(wakeDueLayout) + "/" + id
}

// IsRinging tells whether an event may be about a wake-up that is rung: it is of
// its call, or of a room in which one is rung.
func IsRinging(v View, room, callID string) bool {
	var id string
	return callID != "" && v.Get(wakeCallKey(callID), &id) || room != "" && countTo(v, prefixWakeRinging+room+"/", 1) > 0
}

// IsCalled tells whether a call to the room is under way.
func IsCalled(v View, room string) bool {
	for _, w := range wakeUpsBelow(v, prefixWakeRinging+room+"/") {
		if w.Attempt != nil {
			return true
		}
	}
	return false
}

// Calling are the wake-ups for which a call to the room is under way, and how many
// calls to the desk are.
func Calling(v View) (rooms []string, desk int) {
	for _, w := range wakeUpsBelow(v, prefixWakeRinging) {
		if w.Attempt != nil {
			rooms = append(rooms, w.ID)
		}
	}
	v.List(prefixWakeDesk, func(string, func(any) bool) bool {
		desk++
		return true
	})
	return rooms, desk
}

// Confirmed tells whether a key was pressed in its newest call.
func (w *WakeUp) Confirmed() bool {
	return w.State == WakeUpAnswered || !w.State.Over() && w.Attempt == nil && w.LastState == WakeUpAnswered
}

// Needs says whether what is due of it would place a call to the room, or to the
// desk.
func (w *WakeUp) Needs(now time.Time, s *WakeSetup) (room, desk bool) {
	due := func(at time.Time) bool { return !at.IsZero() && !at.After(now) }
	switch {
	case !due(w.At) || w.State.Over() || w.Due.IsZero() || w.Attempt != nil || w.isAlarm() || w.Tries > w.Retries:
	case w.State == WakeUpScheduled && s.HowOf(*w) == WakeByPBX:
	default:
		room = true
	}
	return room, w.Desk != nil && due(w.Desk.At) && w.Desk.Tries < deskTries
}

// next is when the first thing is to be done.
func (w *WakeUp) next() (next time.Time) {
	times := []time.Time{w.At, w.AlarmAt}
	if w.Desk != nil {
		times = append(times, w.Desk.At)
	}
	for _, t := range times {
		if !t.IsZero() && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	return next
}

// putWakeUp keeps a wake-up, and the keys by which it is found.
func (a *applier) putWakeUp(w WakeUp) {
	var old WakeUp
	before, after := map[string]any{}, map[string]any{}
	if a.tx.Get(WakeUpKey(w.ID), &old) {
		old.keys(before)
	}
	w.keys(after)
	for _, key := range slices.Sorted(maps.Keys(before)) {
		if _, stays := after[key]; !stays {
			a.tx.Delete(key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(after)) {
		if _, there := before[key]; !there {
			a.tx.Put(key, after[key])
		}
	}
	a.tx.Put(WakeUpKey(w.ID), w)
}

// keys are those beside its own.
func (w *WakeUp) keys(into map[string]any) {
	if !w.Next.IsZero() {
		into[wakeDueKey(w.Next, w.ID)] = true
	}
	if !w.State.Over() {
		into[wakeRoomKey(w.Room, w.ID)] = true
	}
	if w.State == WakeUpRinging {
		into[wakeRingingKey(w.Room, w.ID)] = true
	}
	if !w.Over.IsZero() {
		into[wakeOverKey(w.Over, w.ID)] = true
	}
	if w.Desk != nil && w.Desk.Calling {
		into[prefixWakeDesk+w.ID] = true
	}
	calls := []string{w.LastCall}
	if w.Attempt != nil {
		calls = append(calls, w.Attempt.CallID)
	}
	if w.Desk != nil {
		calls = append(calls, w.Desk.CallID)
	}
	for _, id := range calls {
		if id != "" && len(id) <= maxStayID {
			into[wakeCallKey(id)] = w.ID
		}
	}
}

// saveWakeUp keeps a wake-up that has taken a step.
func (a *applier) saveWakeUp(w WakeUp) {
	w.Next = w.next()
	a.putWakeUp(w)
}

// OpenWakeUps are the wake-ups that are not over, of a room or, if it is empty, of
// all rooms. They are found without reading those that are.
func OpenWakeUps(v View, room string) []WakeUp {
	if room == "" {
		return wakeUpsBelow(v, prefixWakeRoom)
	}
	return wakeUpsOf(v, room)
}

// wakeUpsOf are the wake-ups of a room that are not over, in the order of their
// ids.
func wakeUpsOf(v View, room string) []WakeUp { return wakeUpsBelow(v, prefixWakeRoom+room+"/") }

// wakeUpsBelow are those whose ids end the keys below a prefix.
func wakeUpsBelow(v View, prefix string) (list []WakeUp) {
	v.List(prefix, func(key string, _ func(any) bool) bool {
		var w WakeUp
		if v.Get(WakeUpKey(key[strings.LastIndexByte(key, '/')+1:]), &w) {
			list = append(list, w)
		}
		return true
	})
	return list
}
