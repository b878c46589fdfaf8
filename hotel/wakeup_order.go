package hotel

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// WakeUpAdd orders wake-ups, one for each of the rooms. All of them are, or none.
type WakeUpAdd struct {
	Rooms []string `json:"rooms"`
	Stay  string   `json:"stay,omitempty"` // for one sharer; empty: whoever stays in the room
	From  string   `json:"from,omitempty"` // desk, phone, api, hook or pms; empty: desk
	Time  string   `json:"time"`           // "15:04"
	// Date is "2006-01-02", today or tomorrow; empty: when a clock shows the time next.
	Date   string         `json:"date,omitempty"`
	Repeat WakeRepeat     `json:"repeat,omitempty"` // empty: once
	Days   []time.Weekday `json:"days,omitempty"`
	Until  string         `json:"until,omitempty"`

	How      WakeHow `json:"how,omitempty"`
	Retries  *int    `json:"retries,omitempty"` // nil: as the config says
	Spacing  int     `json:"spacing,omitempty"`
	Prompt   string  `json:"prompt,omitempty"`
	Language string  `json:"language,omitempty"`
	// Digits are what a guest dialled for it.
	Digits string `json:"digits,omitempty"`
}

// WakeUpCancel takes orders back: those named, those of rooms, those of a group.
type WakeUpCancel struct {
	IDs   []string `json:"ids,omitempty"`
	Rooms []string `json:"rooms,omitempty"`
	Group string   `json:"group,omitempty"`
	// Digits are what a guest dialled for it: then only what was ordered by
	// telephone.
	Digits string `json:"digits,omitempty"`
}

// WakeFromPhone is what a room's telephone ordered.
const WakeFromPhone = "phone"

func wakeInvalid(field, rule, value string) *Invalid {
	return &Invalid{"wakeup", field, rule, clip(value)}
}

// addWakeUps takes an order. A guest who cannot be answered has the desk told.
func (a *applier) addWakeUps(o *WakeUpAdd) error {
	err := a.tryWakeUps(o)
	if err == nil || o.From != WakeFromPhone {
		return err
	}
	room := ""
	if len(o.Rooms) > 0 {
		room = o.Rooms[0]
	}
	return a.alert(&RaiseAlert{Code: AlertWakeUp, Room: room, Params: map[string]string{"room": room, "digits": o.Digits, "error": err.Error()}})
}

func (a *applier) tryWakeUps(o *WakeUpAdd) error {
	w, err := a.readOrder(o)
	if err != nil {
		return err
	}
	rooms := slices.Compact(slices.Sorted(slices.Values(o.Rooms)))
	switch {
	case len(rooms) == 0:
		return wakeInvalid("rooms", "are missing", "")
	case len(rooms) > maxWakeRooms:
		return wakeInvalid("rooms", fmt.Sprintf("are too many: at most %d in one order", maxWakeRooms), strconv.Itoa(len(rooms)))
	case len(rooms) > 1:
		w.Group = "G" + strconv.FormatUint(a.ev.ID, 10)
	}
	a.forgetWakeUps()
	var orders []WakeUp
	var same WakeUp
	for _, number := range rooms {
		w.Room = number
		twin, err := a.checkRoom(w)
		if err != nil {
			return err
		}
		if twin != nil {
			same = *twin
			continue
		}
		orders = append(orders, w)
	}
	if len(orders) == 0 && o.From == WakeFromPhone {
		return nil // the guest has what was asked for
	}
	if len(orders) == 0 {
		return wakeInvalid("time", fmt.Sprintf("is ordered for room %s already: %s", same.Room, same.ID), w.Time)
	}
	if countTo(a.tx, prefixWakeRoom, maxWakeUps)+len(orders) > maxWakeUps {
		return wakeInvalid("rooms", fmt.Sprintf("are too many: at most %d wake-ups may be open", maxWakeUps), strconv.Itoa(len(orders)))
	}
	for _, w := range orders {
		w.ID = "W" + strconv.FormatUint(a.tx.Next(), 10)
		w.Stay = a.stayFor(o, w.Room)
		a.planWakeUp(&w)
		a.saveWakeUp(w)
		a.tellWakeUp(w, string(WakeUpScheduled))
	}
	if w.Due.IsZero() || !a.setup.Wake.believed() {
		return a.alert(&RaiseAlert{Code: AlertWakeClock, Room: rooms[0], Params: map[string]string{"room": rooms[0], "at": w.Time}})
	}
	return nil
}

// stayFor is the guest whom an order is for: a room that is let again is not
// rung for who was there before. What is ordered for an empty room is the room's
// own.
func (a *applier) stayFor(o *WakeUpAdd, room string) string {
	if o.Stay != "" {
		return o.Stay
	}
	var r Room
	a.tx.Get(RoomKey(room), &r)
	return r.Stay
}

// checkRoom says why a room cannot have the wake-up, or which one it has already.
func (a *applier) checkRoom(w WakeUp) (twin *WakeUp, err error) {
	if _, err := a.room("wakeup", w.Room); err != nil {
		return nil, err
	}
	open := wakeUpsOf(a.tx, w.Room)
	for _, other := range open {
		if other.Due.Equal(w.Due) && other.Time == w.Time && other.Stay == a.stayFor(&WakeUpAdd{Stay: w.Stay}, w.Room) {
			return &other, nil
		}
	}
	if len(open) >= maxWakeUpsOfRoom {
		return nil, wakeInvalid("room", fmt.Sprintf("has %d open wake-ups, which is the most", len(open)), w.Room)
	}
	return nil, nil
}

// readOrder makes a record of an order, for no room yet.
func (a *applier) readOrder(o *WakeUpAdd) (w WakeUp, err error) {
	w = WakeUp{
		From: o.From, Stay: o.Stay, Time: o.Time, Repeat: o.Repeat, Days: o.Days, Until: o.Until, How: o.How,
		Retries: a.setup.Wake.Retries, Spacing: o.Spacing, Prompt: o.Prompt, Language: o.Language,
		State: WakeUpScheduled, Event: a.ev.ID,
	}
	if w.From == "" {
		w.From = "desk"
	}
	if w.Repeat == "" {
		w.Repeat = WakeOnce
	}
	if o.Retries != nil {
		w.Retries = *o.Retries
	}
	if w.Spacing == 0 {
		w.Spacing = a.setup.Wake.Spacing
	}
	if w.Spacing == 0 {
		w.Spacing = defaultSpacing
	}
	if err := checkOrder(&w); err != nil {
		return w, err
	}
	if err := a.checkPrompt(&w); err != nil {
		return w, err
	}
	return w, a.dateOrder(&w, o.Date)
}

func checkOrder(w *WakeUp) error {
	if _, err := time.Parse("15:04", w.Time); err != nil || len(w.Time) != len("15:04") {
		return wakeInvalid("time", `must be a time of day such as "06:30"`, w.Time)
	}
	if _, err := time.Parse(time.DateOnly, w.Until); w.Until != "" && err != nil {
		return wakeInvalid("until", `must be a date such as "2026-11-24"`, w.Until)
	}
	switch {
	case !slices.Contains([]WakeRepeat{WakeOnce, WakeDaily, WakeWeekdays}, w.Repeat):
		return wakeInvalid("repeat", "must be once, daily or weekdays", string(w.Repeat))
	case (w.Repeat == WakeWeekdays) != (len(w.Days) > 0) || len(w.Days) > 7:
		return wakeInvalid("days", "must be named for weekdays, and for those alone", "")
	case slices.ContainsFunc(w.Days, func(d time.Weekday) bool { return d < time.Sunday || d > time.Saturday }):
		return wakeInvalid("days", "must be 0 for Sunday to 6 for Saturday", fmt.Sprint(w.Days))
	case w.Repeat == WakeOnce && w.Until != "":
		return wakeInvalid("until", "is for a wake-up that repeats", w.Until)
	case !slices.Contains([]string{"desk", WakeFromPhone, "api", "hook", "pms"}, w.From):
		return wakeInvalid("from", "must be desk, phone, api, hook or pms", w.From)
	case !slices.Contains([]WakeHow{"", WakeByCall, WakeByPBX, WakeByBoth}, w.How):
		return wakeInvalid("how", "must be call, pbx or both", string(w.How))
	case w.Retries < 0 || w.Retries > maxWakeRetries:
		return wakeInvalid("retries", fmt.Sprintf("must be 0 to %d", maxWakeRetries), strconv.Itoa(w.Retries))
	case w.Spacing < 1 || w.Spacing > maxWakeSpacing:
		return wakeInvalid("spacing", fmt.Sprintf("must be 1 to %d minutes", maxWakeSpacing), strconv.Itoa(w.Spacing))
	case !slices.Contains([]string{"", "zh", "en"}, w.Language):
		return wakeInvalid("language", "must be zh or en", w.Language)
	case len(w.Prompt) > maxWakePrompt || len(w.Stay) > maxStayID:
		return wakeInvalid("prompt", fmt.Sprintf("must have at most %d bytes", maxWakePrompt), w.Prompt)
	}
	return nil
}

const maxWakePrompt = 40

// checkPrompt: a recording is played by the PBX's own alarms alone, as nothing but
// digits reaches the dialplan of a call. Whoever gets an answer is told; a hook or
// a management system does not have its guest sleep on for it.
func (a *applier) checkPrompt(w *WakeUp) error {
	if w.Prompt == "" || a.setup.Wake.HowOf(*w) != WakeByCall {
		return nil
	}
	if w.From == "hook" || w.From == "pms" {
		w.Prompt = ""
		return nil
	}
	return wakeInvalid("prompt", "is played by alarms of the PBX alone (pbx or both), and this wake-up is a call", w.Prompt)
}

// dateOrder finds the first day. Without a date and while the clock is not
// believed it is not known: the order is kept, and dated when it is.
func (a *applier) dateOrder(w *WakeUp, date string) error {
	now, zone, sure := a.ev.Time, a.setup.zone(), a.setup.Wake.believed()
	today := now.In(zone).Format(time.DateOnly)
	named := date != ""
	switch date {
	case "", "today":
		date = today
	case "tomorrow":
		date = now.In(zone).AddDate(0, 0, 1).Format(time.DateOnly)
	}
	if _, err := time.Parse(time.DateOnly, date); err != nil {
		return wakeInvalid("date", `must be a date such as "2026-11-24", today or tomorrow`, date)
	}
	if !sure && (!named || date == today) {
		return nil
	}
	if w.Repeat != WakeOnce && date < today && sure {
		date = today // one that repeats has begun already
	}
	first, at, ok := w.after(date, true, zone)
	if ok && sure && !at.After(now) {
		switch {
		case !named || w.Repeat != WakeOnce:
			first, at, ok = w.upcoming(date, now, zone)
		case shownAgain(at, zone).After(now):
			at = shownAgain(at, zone).UTC()
		default:
			return wakeInvalid("time", "is in the past", date+" "+w.Time)
		}
	}
	switch {
	case !ok:
		return wakeInvalid("until", "leaves no day on which it would ring", w.Until)
	case sure && at.Sub(now) > maxWakeAhead:
		return wakeInvalid("date", "is too far ahead", date)
	}
	w.Date, w.Due = first, at
	return nil
}

// planWakeUp says when something is first to be done for the day that is next.
func (a *applier) planWakeUp(w *WakeUp) {
	w.State, w.Attempt, w.Tries, w.Unsure, w.Outcome, w.Trouble = WakeUpScheduled, nil, 0, 0, "", ""
	w.At, w.Planned, w.AlarmAt = w.Due, w.Due, time.Time{}
	if w.Due.IsZero() {
		w.At = a.ev.Time // at once, that is when the clock is believed
		return
	}
	if a.setup.Wake.HowOf(*w) == WakeByPBX {
		w.At = w.Due.Add(-alarmEarly)
	}
	a.planAlarms(w)
}

// cancelWakeUps takes orders back.
func (a *applier) cancelWakeUps(c *WakeUpCancel) error {
	var found []WakeUp
	for _, id := range c.IDs {
		var w WakeUp
		if !a.tx.Get(WakeUpKey(id), &w) {
			return wakeInvalid("id", "must be the id of a wake-up", id)
		}
		if w.State.Over() {
			return wakeInvalid("id", "is over: "+string(w.State), id)
		}
		found = append(found, w)
	}
	for _, room := range c.Rooms {
		if _, err := a.room("wakeup", room); err != nil {
			return err
		}
		found = append(found, wakeUpsOf(a.tx, room)...)
	}
	if c.Group != "" {
		for _, w := range wakeUpsBelow(a.tx, prefixWakeRoom) {
			if w.Group == c.Group {
				found = append(found, w)
			}
		}
	}
	if c.Digits != "" {
		return a.cancelByPhone(c, found)
	}
	if len(found) == 0 {
		return wakeInvalid("rooms", "have no open wake-up", fmt.Sprint(c.Rooms, c.Group))
	}
	done := map[string]bool{}
	for _, w := range found {
		if !done[w.ID] {
			a.cancelWakeUp(w)
		}
		done[w.ID] = true
	}
	return nil
}

// cancelByPhone takes back what the telephone ordered. What others did, such as
// the desk for a coach group, stands, and the desk is told.
func (a *applier) cancelByPhone(c *WakeUpCancel, found []WakeUp) error {
	var stands []string
	for _, w := range found {
		if w.From == WakeFromPhone {
			a.cancelWakeUp(w)
			continue
		}
		stands = append(stands, w.ID+" "+w.Date+" "+w.Time)
	}
	if len(stands) == 0 {
		return nil
	}
	return a.alert(&RaiseAlert{Code: AlertWakeStands, Room: c.Rooms[0], Params: map[string]string{
		"room": c.Rooms[0], "orders": fmt.Sprint(stands),
	}})
}

// cancelWakeUp ends an order, whatever is under way.
func (a *applier) cancelWakeUp(w WakeUp) {
	if w.Attempt != nil {
		w.LastCall, w.LastPhone = w.Attempt.CallID, w.Attempt.Phone
		a.hangUp(w)
	}
	w.Attempt, w.Desk = nil, nil
	a.endWakeUp(&w, WakeUpCancelled)
}

// hangFor is how long a call is tried to be hung up; it has ended by itself then.
const hangFor = 30 * time.Second

// hangUp ends the newest call to the room. One of which the PBX has not told the
// id yet is ended when it has.
func (a *applier) hangUp(w WakeUp) {
	if w.LastCall == "" || !a.setup.Wake.HangsUp {
		return
	}
	body, err := json.Marshal(RingCall{WakeUp: w.ID, Phone: w.LastPhone, Room: w.Room, CallID: w.LastCall})
	if err != nil {
		panic(fmt.Sprintf("hotel: encode a ring: %v", err)) // our own types always encode
	}
	a.tx.Queue(QueuedCall{
		To: ToCalls, Op: OpEnd, Body: body, Room: w.Room, Lanes: []string{w.Room}, Urgency: Urgent, Kind: Idempotent, Lasts: hangFor, Handled: true,
	})
}

// endWakeUp is the end of an order for good.
func (a *applier) endWakeUp(w *WakeUp, state WakeUpState) {
	w.State, w.At, w.Over = state, time.Time{}, a.ev.Time
	a.dropAlarms(w)
	a.saveWakeUp(*w)
	a.putBackDND(w.Room)
	a.tellWakeUp(*w, string(state))
}

// forgetBatch bounds what one order removes of older ones.
const forgetBatch = 50

// forgetWakeUps removes orders that were over long ago.
func (a *applier) forgetWakeUps() {
	if !a.setup.Wake.believed() {
		return
	}
	before := wakeOverKey(a.ev.Time.Add(-a.setup.Wake.keep()), "")
	var old []string
	a.tx.List(prefixWakeOver, func(key string, _ func(any) bool) bool {
		if key < before {
			old = append(old, key)
		}
		return key < before && len(old) < forgetBatch
	})
	for _, key := range old {
		var w WakeUp
		id := key[len(before):]
		if a.tx.Get(WakeUpKey(id), &w) {
			keys := map[string]any{}
			w.keys(keys)
			for k := range keys {
				a.tx.Delete(k)
			}
		}
		a.tx.Delete(key)
		a.tx.Delete(WakeUpKey(id))
	}
}
