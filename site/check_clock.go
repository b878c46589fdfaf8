package site

import (
	"regexp"
	"strconv"
	"time"

	"bellhop/hotel"
)

const (
	checkBoxClock = "box.clock"
	checkClock    = "pbx.clock"
	// clockSlack is how far the PBX's clock may be from the box's: so far that
	// no wake-up is noticed as late.
	clockSlack = 2 * time.Minute
)

// ReadClock reads a PBX's clock, such as "2019-10-17 23:07:43 UTC-8" (Yeastar
// API 2.0.0, deviceinfo/query). Whether the sign of its offset follows the
// common or the POSIX manner the manual does not say, so the hotel's zone is
// used, in which the PBX's wall clock is to stand. Of the two moments at which
// it shows the same in the night when clocks are set back, it is the one nearer
// to our own time.
func ReadClock(text string, zone *time.Location, ours time.Time) (time.Time, bool) {
	if len(text) < len(time.DateTime) {
		return time.Time{}, false
	}
	wall, err := time.Parse(time.DateTime, text[:len(time.DateTime)])
	if err != nil {
		return time.Time{}, false
	}
	t := hotel.FirstMoment(wall, zone)
	if _, end := t.ZoneBounds(); !end.IsZero() {
		_, offset := end.In(zone).Zone()
		again := wall.Add(-time.Duration(offset) * time.Second).In(zone)
		if !again.Before(end) && ours.Sub(again).Abs() < ours.Sub(t).Abs() {
			return again, true
		}
	}
	return t, true
}

func (f *Facts) boxClock() Finding {
	switch {
	case f.ClockFault != "":
		return find(checkBoxClock, Failed, "not-believed", "why", f.ClockFault, "now", f.at(f.Now))
	case f.ClockUnsure:
		return find(checkBoxClock, Unknown, "unsure", "now", f.at(f.Now))
	case f.Synced:
		return find(checkBoxClock, OK, "synced", "now", f.at(f.Now))
	}
	return find(checkBoxClock, OK, "believed", "now", f.at(f.Now))
}

func (f *Facts) at(t time.Time) string { return t.In(f.Zone).Format(time.DateTime) }

// clock compares times, not signs: the PBX's wall clock is to show what the
// hotel's does.
func (f *Facts) clock() Finding {
	if finding, is := f.noPBX(checkClock); is {
		return finding
	}
	text := f.PBX.Identity.Clock
	theirs, readable := ReadClock(text, f.Zone, f.PBX.Read)
	if !readable {
		return find(checkClock, Unknown, "unreadable", "clock", text)
	}
	ahead := theirs.Sub(f.PBX.Read)
	params := []string{
		"clock", text, "seconds", strconv.FormatInt(int64(ahead.Round(time.Second)/time.Second), 10),
		"box", f.at(f.PBX.Read), "zone", f.Config.Hotel.Timezone,
	}
	switch {
	case ahead.Abs() <= clockSlack && f.oddOffset(text):
		return find(checkClock, Warning, "offset", params...)
	case ahead.Abs() <= clockSlack:
		return find(checkClock, OK, "ok", params...)
	case f.anotherZone(text, ahead):
		return find(checkClock, Failed, "zone", params...)
	case f.ClockFault != "" && !f.Synced:
		return find(checkClock, Failed, "box-off", append(params, "why", f.ClockFault)...)
	case f.Synced:
		return find(checkClock, Failed, "pbx-off", params...)
	}
	return find(checkClock, Failed, "one-off", params...)
}

// printedOffset is that of "UTC-8" or "UTC+5:30"; a bare UTC says nothing, as
// it occurs whatever the zone is.
var printedOffset = regexp.MustCompile(`UTC[+-](\d{1,2})(?::?(\d\d))?`)

// offsetOf gives the size of an offset as it is printed.
func offsetOf(text string) (size time.Duration, printed bool) {
	m := printedOffset.FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	hours, _ := strconv.Atoi(m[1]) // digits, all of them
	minutes, _ := strconv.Atoi(m[2])
	return time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute, true
}

func (f *Facts) hotelOffset() time.Duration {
	_, seconds := f.PBX.Read.In(f.Zone).Zone()
	return time.Duration(seconds) * time.Second
}

// oddOffset: the wall clock is right, and the PBX takes it for one of another
// zone. It will be wrong when the PBX is set by NTP.
func (f *Facts) oddOffset(text string) bool {
	size, printed := offsetOf(text)
	return printed && size != f.hotelOffset().Abs()
}

// anotherZone: the clock is right, and stands in a zone that is not the
// hotel's. By the offset that the PBX prints, in either sign; or, where it
// prints none, by a difference of whole quarters of an hour, in which zones
// differ.
func (f *Facts) anotherZone(text string, ahead time.Duration) bool {
	size, printed := offsetOf(text)
	for _, theirs := range []time.Duration{size, -size} {
		if printed && (ahead-(theirs-f.hotelOffset())).Abs() <= clockSlack {
			return true
		}
	}
	const quarter = 15 * time.Minute
	return !printed && ahead.Abs() < 27*time.Hour && (ahead-ahead.Round(quarter)).Abs() <= clockSlack
}
