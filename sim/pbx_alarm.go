package sim

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// alarm is a wake-up that the PBX itself holds.
type alarm struct {
	id       string
	at       string // HH:MM on the PBX's clock
	kind     string // onetime, everyday, custom
	weekdays string // of custom: 0 is Sunday; a comma list
	repeats  string // how often it rings: 1, 2, 3
	interval string // minutes between; may be empty
	prompt   string
	turn     int // counts changes: what was arranged for an earlier turn is void
}

const defaultPrompt = "macroform-cold_day"

// Alarm is a wake-up of the PBX itself, as the API prints it.
type Alarm struct {
	ID       string `json:"wakeupid"`
	Time     string `json:"time"`
	Type     string `json:"type"`
	Weekdays string `json:"weekdays,omitempty"`
	Prompt   string `json:"prompt"`
	Repeats  string `json:"repeats"`
	Interval string `json:"repeatinterval,omitempty"`
}

func (a *alarm) info() Alarm {
	return Alarm{a.id, a.at, a.kind, a.weekdays, a.prompt, a.repeats, a.interval}
}

// queryAlarms leaves extensions without alarms out, and the whole list if
// there are none at all (API 2.0.0).
func (p *PBX) queryAlarms(c call, in params) answer {
	found, number := p.listed(c, in, true)
	if number != "" {
		return failed(number)
	}
	list := [][]byte{}
	for _, e := range found {
		infos := []Alarm{}
		for _, a := range p.visible(e).alarms {
			infos = append(infos, a.info())
		}
		if len(infos) == 0 {
			continue
		}
		var o object
		o.add(c.extensionKey(), quote(e.number))
		o.add("wakeup", printed(infos, ""))
		list = append(list, o.bytes())
	}
	key := "wakeups"
	if c.old != p.trouble.strikes(FaultWakeupKey) {
		key = "wakeup"
	}
	return p.withList(success, key, list)
}

// withList adds a list to an answer, or leaves it out when it is empty.
func (p *PBX) withList(a answer, key string, list [][]byte) answer {
	if len(list) == 0 && !p.trouble.strikes(FaultEmptyList) {
		return a
	}
	return a.with(key, rawList(list))
}

// rawList joins values that are JSON already.
func rawList(list [][]byte) []json.RawMessage {
	values := make([]json.RawMessage, len(list))
	for i, v := range list {
		values[i] = v
	}
	return values
}

// createAlarm gives each of the extensions the same alarm. The answer has no
// id. That nothing is done if one of them refuses is assumed.
func (p *PBX) createAlarm(c call, in params) answer {
	found, number := p.listed(c, in, false)
	if number != "" {
		return failed(number)
	}
	wish, number := p.readAlarm(in)
	if number != "" {
		return failed(number)
	}
	var a alarm
	if number := p.amend(&a, wish, true); number != "" {
		return failed(number)
	}
	for _, e := range found {
		same := func(other *alarm) bool {
			return other.at == a.at && other.kind == a.kind && other.weekdays == a.weekdays
		}
		if slices.ContainsFunc(e.alarms, same) {
			return failed(errAlarmExists)
		}
		if len(e.alarms) >= maxAlarms {
			return failed(errAlarm)
		}
	}
	for _, e := range found {
		p.touch(e)
		p.hotel.alarms++
		mine := a
		mine.id = strconv.Itoa(p.hotel.alarms)
		e.alarms = append(e.alarms, &mine)
		p.arm(e, &mine, p.o.Now())
	}
	return success
}

// readAlarm takes an array, of which only the first counts, or an object: the
// versions and pages of the manual differ.
func (p *PBX) readAlarm(in params) (params, errno) {
	raw, sent := in["wakeup"]
	if !sent {
		return nil, errEmpty
	}
	var one params
	var many []params
	array := json.Unmarshal(raw, &many) == nil
	switch {
	case array && p.trouble.strikes(FaultWakeupObject), !array && p.trouble.strikes(FaultWakeupArray):
		return nil, errAlarm
	case array && len(many) > 0 && many[0] != nil:
		return many[0], ""
	case array:
		return nil, errEmpty
	case json.Unmarshal(raw, &one) != nil:
		return nil, errNotJSON
	}
	return one, ""
}

// amend sets in an alarm what was sent. All that must be there must be there
// for a new one; a change may leave repeats out (API 2.0.0).
func (p *PBX) amend(a *alarm, wish params, fresh bool) errno {
	a.at, a.kind = wish.text("time"), wish.text("type")
	set := func(to *string, keys ...string) {
		for _, key := range keys {
			if _, sent := wish[key]; sent {
				*to = wish.text(key)
			}
		}
	}
	set(&a.weekdays, "weekdays")
	set(&a.repeats, "repeats")
	set(&a.interval, "repeatinterval", "Repeatinterval") // the tables of API 1.1.0 have capitals
	set(&a.prompt, "prompt", "Prompt")
	if a.prompt == "" {
		a.prompt = defaultPrompt
	}
	if a.kind != "custom" {
		a.weekdays = ""
	}
	switch {
	case a.at == "" || a.kind == "" || fresh && a.repeats == "" || a.kind == "custom" && a.weekdays == "":
		return errEmpty
	case !p.hasPrompt(a.prompt):
		return errNoPrompt
	case !a.sound():
		return errAlarm
	}
	return ""
}

// sound tells whether the values are in their ranges.
func (a *alarm) sound() bool {
	if _, err := time.Parse("15:04", a.at); err != nil || len(a.at) != len("15:04") {
		return false
	}
	if !slices.Contains([]string{"onetime", "everyday", "custom"}, a.kind) || !slices.Contains([]string{"1", "2", "3"}, a.repeats) {
		return false
	}
	if a.interval != "" && (len(a.interval) > 3 || !digits(a.interval) || strings.Trim(a.interval, "0") == "") {
		return false
	}
	for _, day := range strings.Split(a.weekdays, ",") {
		if day = strings.TrimSpace(day); a.weekdays != "" && (len(day) != 1 || day < "0" || day > "6") {
			return false
		}
	}
	return true
}

func (p *PBX) updateAlarm(c call, in params) answer {
	e, number := p.one(c, in)
	if number != "" {
		return failed(number)
	}
	id := in.text("wakeupid")
	if id == "" {
		return failed(errEmpty)
	}
	i := slices.IndexFunc(e.alarms, func(a *alarm) bool { return a.id == id })
	if i < 0 {
		return failed(errNoAlarm)
	}
	wish, number := p.readAlarm(in)
	if number != "" {
		return failed(number)
	}
	changed := *e.alarms[i]
	if number := p.amend(&changed, wish, false); number != "" {
		return failed(number)
	}
	p.touch(e)
	*e.alarms[i] = changed
	p.arm(e, e.alarms[i], p.o.Now())
	return success
}

// deleteAlarms takes all alarms of the extensions away if no id is given. One
// that is not there fails; that the others are gone then is assumed.
func (p *PBX) deleteAlarms(c call, in params) answer {
	found, number := p.listed(c, in, true)
	if number != "" {
		return failed(number)
	}
	ids := in.list("wakeupid")
	if len(ids) == 1 && ids[0] == "all" {
		ids = nil
	}
	gone := 0
	for _, e := range found {
		p.touch(e)
		before := len(e.alarms)
		e.dropAlarms(func(a *alarm) bool { return ids == nil || slices.Contains(ids, a.id) })
		gone += before - len(e.alarms)
	}
	if ids != nil && gone < len(ids) || ids == nil && gone == 0 && in.text(c.extensionKey()) != "all" {
		return failed(errNoAlarm)
	}
	return success
}

// dropAlarms takes alarms away, and makes void what was arranged for them.
func (e *extension) dropAlarms(drop func(*alarm) bool) {
	e.alarms = slices.DeleteFunc(e.alarms, func(a *alarm) bool {
		if drop(a) {
			a.turn++
			return true
		}
		return false
	})
}

// arm arranges the next ringing of an alarm after a time, and makes void what
// was arranged before.
func (p *PBX) arm(e *extension, a *alarm, after time.Time) {
	a.turn++
	turn := a.turn
	next, found := a.next(after.In(p.o.Zone))
	if !found {
		return
	}
	p.arrange(next, func(at time.Time) { p.ringAlarm(e, a, turn, 1, at) })
}

// next is when an alarm rings, in the zone of after: when the clock next shows
// its time, so twice where that comes twice, if it stands for so long. A time
// that the clock skips is taken as far behind the jump as it would have been.
func (a *alarm) next(after time.Time) (time.Time, bool) {
	clock, err := time.Parse("15:04", a.at)
	if err != nil {
		return time.Time{}, false
	}
	for day := range 9 {
		date := after.AddDate(0, 0, day)
		at := time.Date(date.Year(), date.Month(), date.Day(), clock.Hour(), clock.Minute(), 0, 0, after.Location())
		if a.kind == "custom" && !strings.Contains(a.weekdays, strconv.Itoa(int(at.Weekday()))) {
			continue
		}
		for _, shown := range moments(at) {
			if shown.After(after) {
				return shown, true
			}
		}
	}
	return time.Time{}, false
}

// moments are all at which a clock shows the same as at one of them, the earliest
// first: zones set theirs back by half an hour, one or two.
func moments(at time.Time) (list []time.Time) {
	shows := at.Format(time.DateTime)
	for _, off := range []time.Duration{-2 * time.Hour, -time.Hour, -30 * time.Minute, 0, 30 * time.Minute, time.Hour, 2 * time.Hour} {
		if other := at.Add(off); other.Format(time.DateTime) == shows {
			list = append(list, other)
		}
	}
	return list
}

// defaultInterval is the pause of an alarm that names none; assumed.
const defaultInterval = 5 * time.Minute

// ringAlarm rings for the count-th time. An alarm rings as often as it was
// told, answered or not (assumed; see [Limits.AlarmUntilAnswered]).
func (p *PBX) ringAlarm(e *extension, a *alarm, turn, count int, at time.Time) {
	if a.turn != turn {
		return
	}
	repeats, _ := strconv.Atoi(a.repeats) // judged when it was set
	p.wakeCall(e, a.prompt, at, func(answered bool, ended time.Time) {
		if a.turn != turn {
			return
		}
		if count >= repeats || answered && p.hotel.limits.AlarmUntilAnswered {
			p.finishAlarm(e, a, ended)
		}
	})
	if count < repeats {
		pause := defaultInterval
		if minutes, err := strconv.Atoi(a.interval); err == nil {
			pause = time.Duration(minutes) * time.Minute
		}
		p.arrange(at.Add(pause), func(at time.Time) { p.ringAlarm(e, a, turn, count+1, at) })
	}
}

// finishAlarm ends an alarm that has rung for the last time: one that rings
// once only is deleted, others wait for their next day.
func (p *PBX) finishAlarm(e *extension, a *alarm, at time.Time) {
	if a.kind == "onetime" {
		e.dropAlarms(func(other *alarm) bool { return other == a })
		return
	}
	p.arm(e, a, at)
}
