package yeastar

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"bellhop/pbx"
)

var alarmTypes = map[pbx.AlarmRepeat]string{
	pbx.AlarmOnce:     "onetime",
	pbx.AlarmDaily:    "everyday",
	pbx.AlarmWeekdays: "custom",
}

// alarmParams writes an alarm; all values are strings, as in the examples.
func alarmParams(spec pbx.AlarmSpec) (params, error) {
	kind, known := alarmTypes[spec.Repeat]
	switch {
	case !known:
		return nil, fmt.Errorf("alarm: %q is no way to repeat: %w", spec.Repeat, pbx.ErrInvalid)
	case spec.Hour < 0 || spec.Hour > 23 || spec.Minute < 0 || spec.Minute > 59:
		return nil, fmt.Errorf("alarm: %d:%02d is no time of day: %w", spec.Hour, spec.Minute, pbx.ErrInvalid)
	case spec.Rings < 0 || spec.Rings > 3:
		return nil, fmt.Errorf("alarm: rings %d times, not 1 to 3: %w", spec.Rings, pbx.ErrInvalid)
	case spec.Interval < 0 || spec.Interval%time.Minute != 0:
		return nil, fmt.Errorf("alarm: an interval of %s is not in whole minutes: %w", spec.Interval, pbx.ErrInvalid)
	case (spec.Repeat == pbx.AlarmWeekdays) != (len(spec.Weekdays) > 0):
		return nil, fmt.Errorf("alarm: weekdays go with an alarm on weekdays, and with no other: %w", pbx.ErrInvalid)
	}
	out := params{"time": fmt.Sprintf("%02d:%02d", spec.Hour, spec.Minute), "type": kind}
	if len(spec.Weekdays) > 0 {
		out["weekdays"] = weekdayList(spec.Weekdays)
	}
	if spec.Rings > 0 {
		out["repeats"] = strconv.Itoa(spec.Rings)
	}
	if spec.Interval > 0 {
		out["repeatinterval"] = strconv.Itoa(int(spec.Interval / time.Minute))
	}
	if spec.Prompt != "" {
		out["prompt"] = spec.Prompt
	}
	return out, nil
}

// weekdayList counts from Sunday, 0, as the PBX does.
func weekdayList(days []time.Weekday) string {
	var list []string
	for _, day := range weekdaySet(days) {
		list = append(list, strconv.Itoa(int(day)))
	}
	return strings.Join(list, ",")
}

func weekdaySet(days []time.Weekday) []time.Weekday {
	return slices.Compact(slices.Sorted(slices.Values(days)))
}

// readAlarm reads one alarm. The tables of API 1.1.0 write two names with a
// capital letter, its examples do not.
func readAlarm(extension string, n node) (pbx.Alarm, error) {
	a := pbx.Alarm{ID: n.scalar("wakeupid"), Extension: extension}
	a.Prompt = n.scalar("prompt", "Prompt")
	at, err := time.Parse("15:04", n.scalar("time"))
	if err != nil || a.ID == "" || extension == "" {
		return a, fmt.Errorf("read alarm: %w", errForm)
	}
	a.Hour, a.Minute = at.Hour(), at.Minute()
	for repeat, word := range alarmTypes {
		if n.scalar("type") == word {
			a.Repeat = repeat
		}
	}
	for _, day := range split(n.scalar("weekdays")) {
		number, err := strconv.Atoi(day)
		if err != nil || number < 0 || number > 6 {
			return a, fmt.Errorf("read alarm %s: weekdays: %w", a.ID, errForm)
		}
		a.Weekdays = append(a.Weekdays, time.Weekday(number))
	}
	rings, ringsRead := count(n.scalar("repeats"))
	minutes, minutesRead := count(n.scalar("repeatinterval", "Repeatinterval"))
	if a.Repeat == "" || !ringsRead || !minutesRead || minutes > 24*60 {
		return a, fmt.Errorf("read alarm %s: %w", a.ID, errForm)
	}
	a.Rings, a.Interval = rings, time.Duration(minutes)*time.Minute
	return a, nil
}

// sameAlarm tells whether the alarm is what was ordered. What the order left
// to the PBX may be anything.
func sameAlarm(spec pbx.AlarmSpec, a pbx.Alarm) bool {
	return spec.Hour == a.Hour && spec.Minute == a.Minute && spec.Repeat == a.Repeat &&
		slices.Equal(weekdaySet(spec.Weekdays), weekdaySet(a.Weekdays)) &&
		(spec.Rings == 0 || spec.Rings == a.Rings) &&
		(spec.Interval == 0 || spec.Interval == a.Interval) &&
		(spec.Prompt == "" || spec.Prompt == a.Prompt)
}
