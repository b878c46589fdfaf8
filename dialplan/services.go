package dialplan

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"bellhop/hotel"
)

// Services is what a hotel offers on its phones. [Default] fills in what most
// hotels share; a code that is empty is switched off.
type Services struct {
	// Codes are what is dialled, and what the events begin with.
	Codes hotel.Services
	// Context is the one that the phones' calls run in and that includes ours.
	// On a Yeastar it is [YeastarContext].
	Context string
	// StaffLanguage is spoken by housekeeping and minibars: a folder of
	// sounds, such as "zh".
	StaffLanguage string
	// GuestLanguages are spoken by the services for guests: the first until a
	// caller asks for the second, if there is one.
	GuestLanguages []string
	// Keys are what may be entered at housekeeping.
	Keys []Key
	// Pantries are telephones that belong to no room: housekeeping asks there
	// which room is meant.
	Pantries []string
	// Staff says for each minibar's code how far it asks who is calling;
	// without an entry it does not ask.
	Staff map[string]Staff
	// People may use minibars that ask for a PIN.
	People []Person
	// KeyWait is how many seconds a caller may take for each key.
	KeyWait int
}

// YeastarContext is the context that all phones of a Yeastar S-series include.
const YeastarContext = "Local_Default_CallingRules"

// Staff says how far a minibar asks who is calling.
type Staff string

// How far a minibar asks.
const (
	StaffNone Staff = ""     // not at all
	StaffCode Staff = "code" // any number of up to eight digits, taken as it is
	StaffPIN  Staff = "pin"  // the code and PIN of one of the People
)

// Key is one entry of the housekeeping table.
type Key struct {
	Press  string // one or two digits; a star before them may be pressed or not
	Status string // the two digits that are reported
	Prompt string // says that it is done, and goodbye
}

// DefaultKeys are the documented two, the six codes of management systems and
// "could not enter".
func DefaultKeys() []Key {
	return []Key{
		{"00", "00", "uncleaned"}, {"01", "01", "cleaned"},
		{"11", "11", "bh-dirty-vacant"}, {"12", "12", "bh-dirty-occupied"},
		{"13", "13", "bh-clean-vacant"}, {"14", "14", "bh-clean-occupied"},
		{"15", "15", "bh-inspected-vacant"}, {"16", "16", "bh-inspected-occupied"},
		{"20", "20", "bh-could-not-enter"},
	}
}

// Default is a Yeastar's with no service switched on.
func Default() Services {
	return Services{Context: YeastarContext, StaffLanguage: "zh", GuestLanguages: []string{"zh", "en"}, Keys: DefaultKeys(), KeyWait: 5}
}

// Bounds of a table that a PBX is to read; more is a mistake.
const (
	maxKeys     = 100
	maxPantries = 200
	maxPeople   = 1000
	maxKeyWait  = 30
)

// Validate reports everything that is wrong, joined; [Services.Render] writes
// only what passes.
func (s Services) Validate() error {
	var faults []error
	bad := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if len(s.codes()) == 0 {
		bad("no service has a code: there is nothing to write")
	}
	seen := map[string]bool{}
	for _, c := range s.codes() {
		if !isDigits(strings.TrimPrefix(c.number, "*"), 1, 8) || strings.HasPrefix(c.number, "*") != c.starred {
			bad("the code of %s must be 1 to 8 digits (the room status's begins with a star), but it is %q", c.service, c.number)
		}
		if seen[c.number] {
			bad("the code %q of %s is another service's too", c.number, c.service)
		}
		seen[c.number] = true
	}
	if !isName(s.Context) || strings.HasPrefix(s.Context, own) {
		bad("the phones' context must be letters, digits, - and _, and not begin with %q, but it is %q", own, s.Context)
	}
	if !isLanguage(s.StaffLanguage) {
		bad("the staff's language must be such as %q, but it is %q", "zh", s.StaffLanguage)
	}
	if n := len(s.GuestLanguages); n < 1 || n > 2 || n == 2 && s.GuestLanguages[0] == s.GuestLanguages[1] {
		bad("the guests' languages must be one or two different ones, but they are %q", s.GuestLanguages)
	}
	for _, language := range s.GuestLanguages {
		if !isLanguage(language) {
			bad("a guests' language must be such as %q, but it is %q", "zh", language)
		}
	}
	if s.KeyWait < 1 || s.KeyWait > maxKeyWait {
		bad("the wait for a key must be 1 to %d seconds, but it is %d", maxKeyWait, s.KeyWait)
	}
	return errors.Join(append(faults, s.tableFaults()...)...)
}

func (s Services) tableFaults() []error {
	var faults []error
	bad := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if (s.Codes.Housekeeping != "" || s.Codes.RoomStatus != "") && len(s.Keys) == 0 {
		bad("housekeeping has no keys")
	}
	if len(s.Keys) > maxKeys || len(s.Pantries) > maxPantries || len(s.People) > maxPeople {
		bad("at most %d keys, %d pantries and %d people are possible", maxKeys, maxPantries, maxPeople)
	}
	for i, k := range s.Keys {
		if !isDigits(k.Press, 1, 2) || !isDigits(k.Status, 2, 2) || !isName(k.Prompt) {
			bad("a housekeeping key needs one or two digits to press, two digits to report and a prompt's name, but it is %q, %q, %q", k.Press, k.Status, k.Prompt)
		}
		for _, other := range s.Keys[:i] {
			if strings.HasPrefix(k.Press, other.Press) || strings.HasPrefix(other.Press, k.Press) {
				bad("the housekeeping keys %q and %q begin alike: which is meant could not be told", other.Press, k.Press)
			}
		}
	}
	for _, pantry := range s.Pantries {
		if !isDigits(pantry, 1, 8) {
			bad("a pantry must be a telephone's number of 1 to 8 digits, but it is %q", pantry)
		}
	}
	for _, code := range slices.Sorted(maps.Keys(s.Staff)) {
		if _, known := s.Codes.Minibars[code]; !known {
			bad("%q is to ask for staff and is no minibar's code", code)
		}
		if how := s.Staff[code]; how != StaffNone && how != StaffCode && how != StaffPIN {
			bad(`the minibar %q must ask for "", "code" or "pin", but it is %q`, code, how)
		}
	}
	if s.asks(StaffPIN) && len(s.People) == 0 {
		bad("a minibar asks for a PIN, and nobody has one")
	}
	people := map[string]bool{}
	for _, p := range s.People {
		if !isDigits(p.Code, 1, 8) || !isHex(p.Salt, 1, 40) || !isHex(p.Hash, 40, 40) {
			bad("the staff code %q: needs 1 to 8 digits, a salt and a hash", p.Code)
		}
		if people[p.Code] {
			bad("the staff code %q stands twice", p.Code)
		}
		people[p.Code] = true
	}
	return faults
}

// code is one number that can be dialled.
type code struct {
	service, number string
	starred         bool   // whether the number begins with a star
	target          string // context,extension,priority
}

// codes lists the numbers that can be dialled, in the order of the block.
func (s Services) codes() []code {
	var list []code
	add := func(service, number, context, extension string) {
		if number != "" {
			starred := service == roomStatus || service == clearStatus
			list = append(list, code{service, number, starred, context + "," + extension + ",1"})
		}
	}
	add("housekeeping", s.Codes.Housekeeping, contextHousekeeping, entry(s.Codes.Housekeeping))
	for _, number := range slices.Sorted(maps.Keys(s.Codes.Minibars)) {
		add("the minibar "+s.Codes.Minibars[number], number, contextMinibar, entry(number))
	}
	add("the wake-up", s.Codes.WakeUp, contextWakeUp, "s")
	add("do not disturb", s.Codes.DND, contextDND, "s")
	add("the confirming key", s.Codes.Confirm, contextConfirm, "s")
	for _, language := range s.spokenAlone() {
		number := s.Codes.ConfirmIn(language)
		add("the confirming key in "+language, number, contextConfirm, entry(number))
	}
	add(roomStatus, s.Codes.RoomStatus, contextHousekeeping, entry(s.Codes.RoomStatus))
	if number, starred := strings.CutPrefix(s.Codes.RoomStatus, "*"); starred {
		add(clearStatus, "*0"+number, contextHousekeeping, entryClear)
	}
	return list
}

const (
	roomStatus  = "the room status"
	clearStatus = "clearing the room status"
)

// DialledNumbers are the numbers that phones can dial with these services.
func (s Services) DialledNumbers() []string {
	var numbers []string
	for _, c := range s.codes() {
		numbers = append(numbers, c.number)
	}
	return numbers
}

func isDigits(text string, least, most int) bool {
	return len(text) >= least && len(text) <= most && strings.Trim(text, "0123456789") == ""
}

func isHex(text string, least, most int) bool {
	return len(text) >= least && len(text) <= most && strings.Trim(text, "0123456789abcdef") == ""
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// isName tells whether text can name a context or a sound: nothing that the
// dialplan would read as its own.
func isName(text string) bool {
	return text != "" && len(text) <= 60 && strings.Trim(text, letters+"0123456789-_") == ""
}

func isLanguage(text string) bool {
	return len(text) >= 2 && len(text) <= 10 && strings.Trim(text, letters+"_") == ""
}
