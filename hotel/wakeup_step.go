package hotel

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// WakeUpStep says that something is to be done about a wake-up: what was to be
// done at Next. If the record says another time by now, nothing is: so a step may
// be told of as often as one likes.
type WakeUpStep struct {
	ID   string    `json:"id"`
	Next time.Time `json:"next"`
}

// WakeUpKeyed says that a key was pressed, by which a guest or the desk confirms.
type WakeUpKeyed struct {
	Room      string `json:"room,omitempty"` // of the telephone
	Extension string `json:"extension,omitempty"`
	CallID    string `json:"callid,omitempty"`
	// Single: a key like any other, which counts within our own call alone.
	Single bool `json:"single,omitempty"`
	// Told is the room that the desk was told of, and confirms to know about.
	Told string `json:"told,omitempty"`
}

// WakeUpEnded says that a telephone call has ended, or came to nothing.
type WakeUpEnded struct {
	Room      string `json:"room,omitempty"`
	Extension string `json:"extension,omitempty"`
	CallID    string `json:"callid,omitempty"`
	// To is whom it was made to; empty: not known. Status is of [CDR]'s.
	From   string `json:"from,omitempty"`
	To     string `json:"to,omitempty"`
	Status string `json:"status"`
}

// WakeUpPlaced says what came of a call that was to be placed.
type WakeUpPlaced struct {
	Subject string    `json:"subject"` // of [RingSubject]
	Op      string    `json:"op"`
	State   CallState `json:"state"`
	Reply   string    `json:"reply,omitempty"` // a [RingReply]
	Error   string    `json:"error,omitempty"`
}

// CommandWakeSteps is the event by which the agent has steps taken.
const (
	CommandWakeAdd    = "wakeup add"
	CommandWakeCancel = "wakeup cancel"
	CommandWakeSteps  = "wakeup steps"
	CommandWakeAlarms = "wakeup alarms"
)

// WakeCommand is what an event about wake-ups carries, beyond the kinds that
// have words of their own.
type WakeCommand struct {
	Add    *WakeUpAdd    `json:"add,omitempty"`
	Cancel *WakeUpCancel `json:"cancel,omitempty"`
	Steps  []WakeUpStep  `json:"steps,omitempty"`
	Alarms *WakeUpAlarms `json:"alarms,omitempty"`
}

// ToCalls is the destination of calls that the PBX is to place: apart from the
// changes of telephones, so that nobody's waking waits for those.
const ToCalls = "pbx-calls"

// The operations of [ToCalls].
const (
	OpRing = "ring" // a room
	OpDesk = "desk" // the desk, about a room that does not answer
	OpTell = "tell" // a room is told when it will be rung
	OpEnd  = "end"  // a call to a room is hung up
)

// RingCall is the body of [OpRing], [OpDesk], [OpTell], [OpEnd], [OpPlay] and
// [OpDial].
type RingCall struct {
	WakeUp  string `json:"wakeup,omitempty"`
	Attempt int    `json:"attempt,omitempty"`
	Phone   string `json:"phone"`
	Room    string `json:"room"`
	CallID  string `json:"callid,omitempty"` // of the call that is hung up
	// Of what a hook wants, see [HookCall]; without To they are played.
	Prompts []string `json:"prompts,omitempty"`
	Times   int      `json:"times,omitempty"`
	To      string   `json:"to,omitempty"`
}

// RingReply is what the PBX said to it.
type RingReply struct {
	CallID string `json:"callid,omitempty"`
	Busy   bool   `json:"busy,omitempty"`
	// Void: it was not wanted any more.
	Void bool `json:"void,omitempty"`
}

func ringSubject(id string, attempt int) string { return id + "/" + strconv.Itoa(attempt) }

func readSubject(text string) (id string, attempt int, ok bool) {
	id, number, found := strings.Cut(text, "/")
	attempt, err := strconv.Atoi(number)
	return id, attempt, found && err == nil
}

// stepWakeUp does what is due.
func (a *applier) stepWakeUp(s *WakeUpStep) {
	var w WakeUp
	if !a.tx.Get(WakeUpKey(s.ID), &w) || !w.Next.Equal(s.Next) {
		return
	}
	now := a.ev.Time
	if now.Before(s.Next) {
		now = s.Next
	}
	due := func(at time.Time) bool { return !at.IsZero() && !at.After(now) }
	if due(w.AlarmAt) {
		a.stepAlarms(&w, now)
	}
	if w.Desk != nil && due(w.Desk.At) {
		a.stepDesk(&w, now)
	}
	if due(w.At) {
		a.stepRinging(&w, now)
		return // it has kept the record
	}
	a.saveWakeUp(w)
}

func (a *applier) stepRinging(w *WakeUp, now time.Time) {
	switch {
	case w.State.Over():
		w.At = time.Time{}
		a.saveWakeUp(*w)
	case w.Due.IsZero():
		a.dateLate(w)
	case w.Attempt != nil:
		a.endAttempt(w, WakeUpUnanswered) // nobody told of its end
	case w.State == WakeUpScheduled && a.setup.Wake.HowOf(*w) == WakeByPBX:
		a.beginAlarm(w, now)
	case w.State == WakeUpRinging && w.isAlarm():
		a.overWakeUp(w, w.alarmOutcome())
	case w.Tries > w.Retries:
		a.overWakeUp(w, w.Outcome)
	default:
		a.beginAttempt(w, now)
	}
}

// dateLate gives an order a day that was taken while the clock was not believed.
func (a *applier) dateLate(w *WakeUp) {
	if !a.setup.Wake.believed() {
		w.At = a.ev.Time.Add(wakeAgain)
		a.saveWakeUp(*w)
		return
	}
	zone := a.setup.zone()
	date, at, ok := w.upcoming(a.ev.Time.In(zone).Format(time.DateOnly), a.ev.Time, zone)
	if !ok {
		a.endWakeUp(w, WakeUpFailed)
		return
	}
	w.Date, w.Due = date, at
	a.planWakeUp(w)
	a.saveWakeUp(*w)
	a.tellWakeUp(*w, string(WakeUpScheduled))
}

// deadline is when an attempt comes too late.
func (a *applier) deadline(w *WakeUp) time.Time { return w.Planned.Add(a.setup.Wake.late()) }

// beginAttempt lets a room be rung.
func (a *applier) beginAttempt(w *WakeUp, now time.Time) {
	if now.After(a.deadline(w)) {
		a.tooLate(w, now)
		return
	}
	var room Room
	if !a.tx.Get(RoomKey(w.Room), &room) {
		a.cannotRing(w, Because(ReasonNoRoom))
		return
	}
	w.State = WakeUpRinging
	if other, busy := a.rungNow(w); busy {
		// One telephone, two orders: the other's key counts for this one too.
		w.At = other.At.Add(time.Second)
		a.saveWakeUp(*w)
		return
	}
	phones := room.Phones()
	w.Ring++
	w.Tries++
	w.Attempt = &WakeAttempt{Number: w.Ring, Phone: phones[(w.Tries-1)%len(phones)], Began: now, Callee: a.calleeOf(w)}
	w.At = now.Add(wakePatience)
	if !a.setup.Wake.Rings() {
		a.cannotRing(w, Because(ReasonCannotCall))
		return
	}
	a.saveWakeUp(*w)
	a.queueRing(OpRing, *w, w.Attempt.Number, w.Attempt.Phone, a.deadline(w))
	a.tellWakeUp(*w, string(WakeUpRinging))
}

// rungNow finds another order of the room whose call is under way.
func (a *applier) rungNow(w *WakeUp) (WakeUp, bool) {
	for _, other := range wakeUpsBelow(a.tx, prefixWakeRinging+w.Room+"/") {
		if other.ID != w.ID && other.Attempt != nil {
			return other, true
		}
	}
	return WakeUp{}, false
}

// queueRing queues a call. What comes of it is for the rules here: it is not
// parked.
func (a *applier) queueRing(op string, w WakeUp, attempt int, phone string, until time.Time) {
	body, err := json.Marshal(RingCall{WakeUp: w.ID, Attempt: attempt, Phone: phone, Room: w.Room})
	if err != nil {
		panic(fmt.Sprintf("hotel: encode a ring: %v", err)) // our own types always encode
	}
	a.tx.Queue(QueuedCall{
		To: ToCalls, Op: op, Body: body, Room: w.Room, Lanes: []string{w.Room}, Urgency: Urgent, Kind: Once, Expires: until,
		Answer: true, Handled: true, Subject: ringSubject(w.ID, attempt),
	})
}

// tooLate ends what can be rung no more.
func (a *applier) tooLate(w *WakeUp, now time.Time) {
	if w.Tries > 0 && w.Outcome != "" {
		a.overWakeUp(w, w.Outcome)
		return
	}
	if w.Trouble == "" {
		w.Trouble = Because(ReasonLate, now.Sub(w.Due).Round(time.Second).String())
	}
	a.overWakeUp(w, WakeUpFailed)
}

// cannotRing takes an attempt back that did not reach the PBX, or that the PBX
// refused: it is tried again soon, and a person is told at once.
func (a *applier) cannotRing(w *WakeUp, why string) {
	if w.Attempt != nil {
		w.Attempt = nil
		w.Tries--
	}
	w.State = WakeUpRinging
	w.At = a.ev.Time.Add(wakeAgain)
	if a.ev.Time.Sub(w.Planned) > wakeSoon {
		w.At = a.ev.Time.Add(wakeLater)
	}
	first := w.Trouble == ""
	w.Trouble = clip(strings.TrimPrefix(why, "refused: "))
	if w.At.After(a.deadline(w)) {
		a.tooLate(w, w.At)
		return
	}
	a.saveWakeUp(*w)
	a.putBackDND(w.Room)
	if !first {
		return
	}
	a.tellWakeUp(*w, "trouble")
	a.mustAlert(AlertWakeTrouble, w, map[string]string{
		"error": w.Trouble, "until": a.deadline(w).In(a.setup.zone()).Format("15:04"),
	})
}

// mustAlert tells a person of a wake-up.
func (a *applier) mustAlert(code string, w *WakeUp, params map[string]string) {
	at := w.Due.In(a.setup.zone()).Format("2006-01-02 15:04")
	raise := &RaiseAlert{Code: code, Room: w.Room, Params: map[string]string{"room": w.Room, "at": at}}
	for k, v := range params {
		raise.Params[k] = v
	}
	if err := a.alert(raise); err != nil {
		panic(err) // it has a code
	}
}

// endAttempt is the end of a call to the room without a key.
func (a *applier) endAttempt(w *WakeUp, outcome WakeUpState) {
	began := w.Attempt.Began
	w.LastCall, w.Outcome, w.Attempt, w.Trouble = w.Attempt.CallID, outcome, nil, ""
	w.At = a.ev.Time.Add(wakeGrace)
	spacing := time.Duration(w.Spacing) * time.Minute
	last := w.Tries > w.Retries
	w.Planned = began.Add(spacing) // whenever we hear of the end: the next may be too late, too
	if !last && w.Planned.After(w.At) {
		w.At = w.Planned
	}
	a.saveWakeUp(*w)
	if spacing > dndBetween { // after the last one it is when nothing more comes
		a.putBackDND(w.Room)
	}
	a.tellWakeUp(*w, "attempt")
}

// unsureRing is an attempt of which nobody knows whether the telephone rang: it
// rings again soon. Two of those do not count. A person hears of it, unless the
// agent itself had ended meanwhile.
func (a *applier) unsureRing(w *WakeUp, why string) {
	if why != "" && why != ErrorCut && why != ErrorRestored && w.Trouble == "" {
		w.Trouble = clip(why)
		a.mustAlert(AlertWakeTrouble, w, map[string]string{"error": w.Trouble, "until": a.deadline(w).In(a.setup.zone()).Format("15:04")})
	}
	if w.Unsure >= wakeUnsure {
		a.endAttempt(w, WakeUpUnknown)
		return
	}
	w.Unsure++
	w.Tries--
	w.LastCall, w.Attempt = w.Attempt.CallID, nil
	w.At = a.ev.Time.Add(wakeAgain)
	a.saveWakeUp(*w)
	a.tellWakeUp(*w, "attempt")
}

// overWakeUp is what came of a day's wake-up. A person hears of every one that
// nobody is known to have answered, but of the PBX's own alarms.
func (a *applier) overWakeUp(w *WakeUp, state WakeUpState) {
	if state == "" {
		state = WakeUpUnanswered
	}
	day := *w
	day.State, day.Attempt = state, nil
	switch {
	case state == WakeUpFailed:
		a.mustAlert(AlertWakeFailed, w, map[string]string{"error": w.Trouble})
	case state == WakeUpUnanswered || state == WakeUpBusy || state == WakeUpUnknown && !w.isAlarm():
		a.mustAlert(AlertWakeUnanswered, w, map[string]string{"tries": strconv.Itoa(w.Tries), "outcome": string(state)})
	}
	if state != WakeUpAnswered && !(state == WakeUpUnknown && w.isAlarm()) {
		a.escalate(&day)
	}
	if state == WakeUpAnswered {
		a.dropAlarms(&day)
	}
	a.tellWakeUp(day, string(state))
	date, at, more := "", time.Time{}, false
	if w.Repeat != WakeOnce {
		date, at, more = w.after(w.Date, false, a.setup.zone())
	}
	if !more {
		day.At, day.Over = time.Time{}, a.ev.Time
		a.saveWakeUp(day)
		a.putBackDND(w.Room)
		return
	}
	next := day
	next.LastDue, next.LastState, next.Date, next.Due = w.Due, state, date, at
	a.planWakeUp(&next)
	a.saveWakeUp(next)
	a.putBackDND(w.Room)
}

// keyWakeUps takes a key as the proof that somebody is awake.
func (a *applier) keyWakeUps(k *WakeUpKeyed) {
	if k.Told != "" && k.Room != k.Told {
		a.keyDesk(k)
		return
	}
	room := k.Room
	var id string
	var byCall WakeUp
	if k.CallID != "" && a.tx.Get(wakeCallKey(k.CallID), &id) && a.tx.Get(WakeUpKey(id), &byCall) {
		if byCall.Desk != nil && byCall.Desk.CallID == k.CallID {
			a.acknowledge(&byCall)
			return
		}
		if a.pressedElsewhere(k, byCall.Room) {
			return // whoever took the forwarded call; the guest sleeps on
		}
		room = byCall.Room
		if byCall.State != WakeUpRinging {
			a.keyLate(&byCall)
		}
	}
	for _, w := range wakeUpsBelow(a.tx, prefixWakeRinging+room+"/") {
		ours := byCall.ID != ""
		if k.Single && !ours && !(w.Attempt != nil && w.Attempt.CallID == "" && w.Attempt.Phone == k.Extension) {
			continue // a key of some other call
		}
		if w.Attempt != nil {
			w.LastCall = w.Attempt.CallID
		}
		if w.LastCall == "" {
			w.LastCall = k.CallID
		}
		a.overWakeUp(&w, WakeUpAnswered)
	}
}

// pressedElsewhere tells whether a key is known to be of a telephone that is not
// in the room.
func (a *applier) pressedElsewhere(k *WakeUpKeyed, room string) bool {
	var r Room
	return k.Extension != "" && a.tx.Get(RoomKey(room), &r) && !slices.Contains(r.Phones(), k.Extension)
}

// keyLate is a key that is told of after its day was over.
func (a *applier) keyLate(w *WakeUp) {
	switch {
	case w.Repeat == WakeOnce && w.State.Over() && w.State != WakeUpAnswered && w.State != WakeUpCancelled:
		w.State = WakeUpAnswered
	case w.Repeat != WakeOnce && w.LastState != "" && w.LastState != WakeUpAnswered:
		w.LastState = WakeUpAnswered
	default:
		return
	}
	w.Desk = nil
	if w.State.Over() {
		a.dropAlarms(w)
	}
	a.saveWakeUp(*w)
	day := *w
	day.State = WakeUpAnswered
	a.tellWakeUp(day, string(WakeUpAnswered))
}

// endWakeCall takes the end of a telephone call for what it was. Keys of the
// same call may be told of later.
func (a *applier) endWakeCall(e *WakeUpEnded) {
	outcome := WakeUpUnanswered
	if strings.EqualFold(e.Status, "BUSY") {
		outcome = WakeUpBusy
	}
	var id string
	if e.CallID != "" && a.tx.Get(wakeCallKey(e.CallID), &id) {
		var w WakeUp
		switch found := a.tx.Get(WakeUpKey(id), &w); {
		case !found:
		case w.Desk != nil && w.Desk.CallID == e.CallID:
			a.endDeskCall(&w)
		case w.Attempt != nil && w.Attempt.CallID == e.CallID:
			a.judgeSpoken(&w, e.Status)
			a.endAttempt(&w, outcome)
		}
		return
	}
	for _, w := range wakeUpsBelow(a.tx, prefixWakeRinging+e.Room+"/") {
		switch {
		case w.Attempt == nil && w.isAlarm():
			a.seenAlarm(&w, e)
		case w.Attempt == nil || w.Attempt.CallID != "" || w.Attempt.Phone != e.Extension && w.Attempt.Phone != e.From:
		case e.To != "" && e.To != w.Attempt.callee(&a.setup.Wake): // a call of the guest's own
		default:
			w.Attempt.CallID = e.CallID // it was not told yet
			a.judgeSpoken(&w, e.Status)
			a.endAttempt(&w, outcome)
		}
	}
}

// placedCall takes what came of a call that was to be placed.
func (a *applier) placedCall(p *WakeUpPlaced) {
	id, number, ok := readSubject(p.Subject)
	var w WakeUp
	if !ok || p.Op == OpTell {
		a.placedTell(p)
		return
	}
	if !a.tx.Get(WakeUpKey(id), &w) {
		return
	}
	var reply RingReply
	if p.Reply != "" && json.Unmarshal([]byte(p.Reply), &reply) != nil {
		p.State = CallUnknown
	}
	if p.Op == OpDesk {
		a.placedDesk(&w, number, p, reply)
		return
	}
	if w.Attempt == nil || w.Attempt.Number != number {
		if number == w.Ring && w.LastCall == "" && reply.CallID != "" {
			w.LastCall = reply.CallID // its key may still come
			a.saveWakeUp(w)
			if w.State == WakeUpCancelled {
				a.hangUp(w)
			}
		}
		a.putBackDND(w.Room)
		return
	}
	switch {
	case p.State == CallDelivered && reply.Busy:
		a.endAttempt(&w, WakeUpBusy)
	case p.State == CallDelivered && reply.Void:
		a.cannotRing(&w, Because(ReasonNotWanted))
	case p.State == CallDelivered:
		w.Attempt.CallID = reply.CallID
		w.Trouble = ""
		w.At = a.ev.Time.Add(wakePatience)
		a.saveWakeUp(w)
	case p.State == CallUnknown:
		a.unsureRing(&w, p.Error)
	case p.State == CallExpired:
		w.Attempt = nil
		w.Tries--
		a.tooLate(&w, a.ev.Time)
	default:
		a.cannotRing(&w, p.Error)
	}
}

// bootWakeUps is for a PBX that has begun anew: no call is left of those that
// were, and it may have lost alarms.
func (a *applier) bootWakeUps() {
	for _, w := range wakeUpsBelow(a.tx, prefixWakeRinging) {
		if w.Attempt != nil && w.Attempt.CallID != "" {
			a.unsureRing(&w, "")
		}
	}
	a.checkAlarms()
}

// tellWakeUp emits the event of a change.
func (a *applier) tellWakeUp(w WakeUp, change string) {
	fields := map[string]string{
		"wakeup": w.ID, "change": change, "state": string(w.State), "date": w.Date, "time": w.Time,
		"tries": strconv.Itoa(w.Tries), "from": w.From,
	}
	if !w.Due.IsZero() {
		fields["due"] = w.Due.UTC().Format(time.RFC3339)
	}
	for name, value := range map[string]string{"group": w.Group, "stay": w.Stay, "outcome": string(w.Outcome), "error": Said(w.Trouble, "en")} {
		if value != "" {
			fields[name] = value
		}
	}
	ev := Event{Kind: KindWakeUp, Name: change, Room: w.Room, Fields: fields, CallID: w.LastCall}
	if w.Attempt != nil {
		ev.CallID, ev.Extension = w.Attempt.CallID, w.Attempt.Phone
	}
	a.tx.Emit(ev)
}
