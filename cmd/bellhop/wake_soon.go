package main

import (
	"fmt"
	"strings"
	"time"
)

// soonest and latest are the bounds of a wake-up that is ordered for "+2m".
const (
	soonest = time.Minute
	latest  = 24 * time.Hour
)

// wakeSoon reads a time such as "+2m": so long from now, by the hotel's clock and
// not by that of who types. Seconds go up to the next minute.
func wakeSoon(text string, now time.Time, zone *time.Location) (clock, date string, err error) {
	d, err := time.ParseDuration(strings.TrimPrefix(text, "+"))
	if err != nil || d < soonest || d > latest {
		return "", "", fmt.Errorf("must be such as 06:30, or +2m for two minutes from now, but it is %q", text)
	}
	at := now.Add(d + time.Minute - 1).In(zone).Truncate(time.Minute)
	return at.Format("15:04"), at.Format(time.DateOnly), nil
}
