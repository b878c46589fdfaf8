package config

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// WakeUp says how guests are woken.
type WakeUp struct {
	How     string `toml:"how"`     // call, pbx or both
	Retries int    `toml:"retries"` // after the first call
	Spacing int    `toml:"spacing"` // minutes between calls
	Late    string `toml:"late"`    // a ring may be late by so much
	Net     int    `toml:"net"`     // with both: minutes after which the PBX's alarm rings
	Calls   int    `toml:"calls"`   // of the PBX at once; 0: by its model
	Reserve int    `toml:"reserve"` // of these, kept free for others; -1: a third
	Desk    string `toml:"desk"`    // the telephone that is rung about rooms that do not answer
	IVR     string `toml:"ivr"`     // rooms are connected to this instead of services.confirm
}

// What a check-out does to the room's wake-ups.
const (
	WakeUpsUntilDeparture = "until-departure" // those before noon of the planned departure stay
	WakeUpsCancel         = "cancel"
)

// LateTime is how late a ring may be; of a checked config.
func (w WakeUp) LateTime() time.Duration {
	d, err := time.ParseDuration(w.Late)
	if err != nil {
		return 30 * time.Minute
	}
	return d
}

func (w WakeUp) faults() []error {
	var faults []error
	check := func(ok bool, key, rule, value string) {
		if !ok {
			faults = append(faults, &Fault{"wakeup." + key, rule, value})
		}
	}
	within := func(key string, n, least, most int) {
		check(n >= least && n <= most, key, fmt.Sprintf("must be %d to %d", least, most), strconv.Itoa(n))
	}
	check(slices.Contains([]string{"call", "pbx", "both"}, w.How), "how", `must be "call", "pbx" or "both"`, w.How)
	within("retries", w.Retries, 0, 10)
	within("spacing", w.Spacing, 1, 60)
	late, err := time.ParseDuration(w.Late)
	check(err == nil && late >= time.Minute && late <= 6*time.Hour, "late", `must be such as "30m", 1m to 6h`, w.Late)
	within("net", w.Net, 1, 60)
	within("calls", w.Calls, 0, 1000)
	within("reserve", w.Reserve, -1, 1000)
	check(w.Calls == 0 || w.Reserve < w.Calls, "reserve", "must leave a call for wake-ups", strconv.Itoa(w.Reserve))
	check(w.Desk == "" || isCode(w.Desk), "desk", "must be a telephone's number of 1 to 8 digits, or empty for none", w.Desk)
	check(w.IVR == "" || isCode(w.IVR), "ivr", "must be a number of 1 to 8 digits, or empty for services.confirm", w.IVR)
	return faults
}
