package config

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
)

// Dialplan says what the services are like on the phones.
type Dialplan struct {
	Context        string   `toml:"context"`         // of the PBX, in which phones' calls run
	StaffLanguage  string   `toml:"staff_language"`  // empty: the hotel's
	GuestLanguages []string `toml:"guest_languages"` // none: the hotel's, then the other
	Pantries       []string `toml:"pantries"`        // telephones that belong to no room
	KeyWait        int      `toml:"key_wait"`        // seconds for each key
	StaffFile      string   `toml:"staff_file"`      // codes and PINs
	// Staff says for a minibar's code how far it asks who is calling.
	Staff map[string]string `toml:"staff"`
	// Keys maps what is pressed at housekeeping to what is reported; none: the
	// documented ones.
	Keys map[string]string `toml:"keys"`
}

// How far a minibar asks who is calling.
const (
	StaffCode = "code"
	StaffPIN  = "pin"
)

func (d Dialplan) faults(s Services) []error {
	var faults []error
	check := func(ok bool, key, rule, value string) {
		if !ok {
			faults = append(faults, &Fault{"dialplan." + key, rule, value})
		}
	}
	isLanguage := func(text string) bool { return text == "zh" || text == "en" }
	check(d.Context != "", "context", "must name the PBX's context that phones' calls run in", "")
	check(d.StaffLanguage == "" || isLanguage(d.StaffLanguage), "staff_language", `must be "zh" or "en"`, d.StaffLanguage)
	for _, language := range d.GuestLanguages {
		check(isLanguage(language), "guest_languages", `must hold "zh", "en" or both`, language)
	}
	check(len(slices.Compact(slices.Sorted(slices.Values(d.GuestLanguages)))) == len(d.GuestLanguages), "guest_languages", "names a language twice", "")
	for _, number := range d.Pantries {
		check(isCode(number), "pantries", "must hold telephones' numbers of 1 to 8 digits", number)
	}
	check(d.KeyWait >= 1 && d.KeyWait <= 30, "key_wait", "must be 1 to 30 seconds", strconv.Itoa(d.KeyWait))
	for _, code := range slices.Sorted(maps.Keys(d.Staff)) {
		_, further := s.Minibars[code]
		check(further || code != "" && code == s.Minibar, "staff", "must have minibars' codes as keys", code)
		how := d.Staff[code]
		check(how == StaffCode || how == StaffPIN, "staff."+code, `must be "code" or "pin"`, how)
		check(how != StaffPIN || d.StaffFile != "", "staff_file", "must name the file of codes and PINs, since a minibar asks for a PIN", "")
	}
	for _, press := range slices.Sorted(maps.Keys(d.Keys)) {
		check(isCode(press) && len(press) <= 2, "keys", "must have one or two digits as keys", press)
		status := d.Keys[press]
		check(isCode(status) && len(status) == 2, "keys."+press, `must be two digits such as "01"`, status)
	}
	return faults
}

// StaffPINs are the PINs by staff code: from BELLHOP_STAFF_PINS, systemd's
// credential "staff" or dialplan.staff_file, in this order. Each line has a code
// and a PIN; what begins with # is left out. No PIN is part of an error.
func (c *Config) StaffPINs() (map[string]string, error) {
	const what = "the staff's codes and PINs"
	text, err := secret{what, "BELLHOP_STAFF_PINS", "staff", c.Dialplan.StaffFile, "dialplan.staff_file"}.find(os.Getenv)
	if err != nil {
		return nil, err
	}
	pins, number := map[string]string{}, 0
	for line := range strings.Lines(text) {
		number++
		fields := strings.Fields(line)
		switch {
		case len(fields) == 0 || strings.HasPrefix(fields[0], "#"):
			continue
		case len(fields) != 2 || !isCode(fields[0]) || !isCode(fields[1]):
			return nil, fmt.Errorf("%s: line %d must be a code and a PIN, each of 1 to 8 digits, with a blank between", what, number)
		case pins[fields[0]] != "":
			return nil, fmt.Errorf("%s: line %d has the code %s a second time", what, number, fields[0])
		}
		pins[fields[0]] = fields[1]
	}
	return pins, nil
}
