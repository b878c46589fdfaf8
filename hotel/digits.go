package hotel

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Services are the feature codes of a hotel; an empty one is switched off.
type Services struct {
	Housekeeping string
	// Minibars maps a feature code to the minibar's name; the first of a
	// hotel is usually 778.
	Minibars map[string]string
	WakeUp   string
	DND      string
	Confirm  string
	// RoomStatus is the code in ZYCOO's manner: RoomStatus*SS sets a status,
	// and the code with its star moved behind a zero clears it (*56, *056).
	RoomStatus string
}

// Codes are the feature codes that are digits alone, as an extension's number
// is.
func (s Services) Codes() []string {
	codes := slices.Collect(maps.Keys(s.Minibars))
	codes = append(codes, s.Housekeeping, s.WakeUp, s.DND, s.Confirm)
	return slices.DeleteFunc(codes, func(code string) bool { return code == "" })
}

// EntryKind says what a string of digits asks for.
type EntryKind string

// What digits can ask for.
const (
	EntryHousekeeping EntryKind = "housekeeping"
	EntryClearStatus  EntryKind = "clear_status"
	EntryMinibar      EntryKind = "minibar"
	EntryWakeUpSet    EntryKind = "wakeup_set"
	EntryWakeUpCancel EntryKind = "wakeup_cancel"
	EntryWakeUpHear   EntryKind = "wakeup_hear"
	EntryDND          EntryKind = "dnd"
	EntryConfirm      EntryKind = "confirm"
	EntrySpeaks       EntryKind = "speaks"
	EntryWrongPIN     EntryKind = "wrong_pin"
)

// Entry is the meaning of one string of dialled digits.
type Entry struct {
	Kind    EntryKind `json:"kind"`
	Service string    `json:"service"`           // the feature code it came by
	Room    string    `json:"room,omitempty"`    // only when the string names one
	Status  string    `json:"status,omitempty"`  // housekeeping: two digits
	Minibar string    `json:"minibar,omitempty"` // price list of the service
	Item    string    `json:"item,omitempty"`
	Count   int       `json:"count,omitempty"`
	Seq     int       `json:"seq,omitempty"` // place within the call, from 1; 0 for a first entry
	Staff   string    `json:"staff,omitempty"`
	Removal bool      `json:"removal,omitempty"`
	Nothing bool      `json:"nothing,omitempty"` // minibar looked through, nothing taken
	Time    string    `json:"time,omitempty"`    // HH:MM, the hotel's zone
	On      bool      `json:"on,omitempty"`
	Key     string    `json:"key,omitempty"`
	// Languages are the digits of those that the confirming call can speak alone.
	Languages string `json:"languages,omitempty"`
}

// The longest fields that the dialplan can produce.
const (
	maxItemDigits  = 9
	maxCountDigits = 2
	maxRoomDigits  = 8
	maxStaffDigits = 8
	maxSeqDigits   = 3
)

// EventKind is the event kind under which hooks see the entry; [KindDTMF] for what
// no kind of its own exists for.
func (e *Entry) EventKind() Kind {
	switch e.Kind {
	case EntryHousekeeping, EntryClearStatus:
		return KindHousekeeping
	case EntryMinibar:
		return KindMinibar
	case EntryWakeUpSet, EntryWakeUpCancel, EntryWakeUpHear:
		return KindWakeUpRequest
	case EntryConfirm:
		return KindConfirm
	}
	return KindDTMF
}

// ParseDigits reads the string that a feature code yields. Blanks around it
// are trimmed, because the vendor's sample prints one after "Info:". It
// reports false for what fits no rule of the grammar: the caller raises an
// alert and keeps the event.
func (s Services) ParseDigits(digits string) (Entry, bool) {
	digits = strings.TrimSpace(digits)
	if e, ok := s.parseRoomStatus(digits); ok {
		return e, true
	}
	code, rest, found := strings.Cut(digits, "*")
	if !found || code == "" || rest == "" {
		return Entry{}, false
	}
	e, ok := s.parseService(code, strings.Split(rest, "*"))
	if !ok {
		return Entry{}, false
	}
	e.Service = code
	e.Minibar = s.Minibars[code]
	return e, true
}

func (s Services) parseService(code string, args []string) (Entry, bool) {
	_, minibar := s.Minibars[code]
	switch {
	case minibar || code == s.Housekeeping || code == s.WakeUp || code == s.DND || code == s.Confirm:
		if e, ok := parseWrongPIN(args); ok {
			return e, true
		}
	default:
		return Entry{}, false
	}
	switch {
	case minibar:
		return parseMinibar(args)
	case code == s.Housekeeping:
		return parseHousekeeping(args)
	case code == s.WakeUp:
		return parseWakeUp(args)
	case code == s.DND:
		return parseDND(args)
	}
	return parseConfirm(args)
}

// parseWrongPIN reads FC*P*STAFF: three wrong PINs.
func parseWrongPIN(args []string) (Entry, bool) {
	if len(args) != 2 || args[0] != "P" || !isNumber(args[1], maxStaffDigits) {
		return Entry{}, false
	}
	return Entry{Kind: EntryWrongPIN, Staff: args[1]}, true
}

// parseHousekeeping reads SS and SS*ROOM.
func parseHousekeeping(args []string) (Entry, bool) {
	if len(args) > 2 || len(args[0]) != 2 || !isNumber(args[0], 2) {
		return Entry{}, false
	}
	e := Entry{Kind: EntryHousekeeping, Status: args[0]}
	if len(args) == 2 {
		if !isNumber(args[1], maxRoomDigits) {
			return Entry{}, false
		}
		e.Room = args[1]
	}
	return e, true
}

// parseMinibar reads ITEM*COUNT, ITEM*COUNT*SEQ[*STAFF],
// R*ITEM*COUNT*SEQ[*STAFF] and N*SEQ[*STAFF].
func parseMinibar(args []string) (Entry, bool) {
	e := Entry{Kind: EntryMinibar}
	switch args[0] {
	case "N":
		e.Nothing = true
		ok := parseSeqStaff(&e, args[1:], true)
		return e, ok
	case "R":
		e.Removal = true
		args = args[1:]
	}
	if len(args) < 2 || !isNumber(args[0], maxItemDigits) || !isNumber(args[1], maxCountDigits) {
		return Entry{}, false
	}
	e.Item = args[0]
	e.Count, _ = strconv.Atoi(args[1])
	ok := parseSeqStaff(&e, args[2:], e.Removal)
	return e, ok
}

func parseSeqStaff(e *Entry, args []string, needSeq bool) bool {
	if len(args) == 0 {
		return !needSeq
	}
	if len(args) > 2 || !isNumber(args[0], maxSeqDigits) {
		return false
	}
	e.Seq, _ = strconv.Atoi(args[0])
	if e.Seq == 0 {
		return false
	}
	if len(args) == 2 {
		if !isNumber(args[1], maxStaffDigits) {
			return false
		}
		e.Staff = args[1]
	}
	return true
}

// parseWakeUp reads HHMM, C and H.
func parseWakeUp(args []string) (Entry, bool) {
	if len(args) != 1 {
		return Entry{}, false
	}
	switch args[0] {
	case "C":
		return Entry{Kind: EntryWakeUpCancel}, true
	case "H":
		return Entry{Kind: EntryWakeUpHear}, true
	}
	at, err := time.Parse("1504", args[0])
	if err != nil {
		return Entry{}, false
	}
	return Entry{Kind: EntryWakeUpSet, Time: at.Format("15:04")}, true
}

func parseDND(args []string) (Entry, bool) {
	if len(args) != 1 || (args[0] != "0" && args[0] != "1") {
		return Entry{}, false
	}
	return Entry{Kind: EntryDND, On: args[0] == "1"}, true
}

// parseConfirm reads K, and K*ROOM: the desk knows of a room that does not answer.
// L*DIGITS are the languages that can be asked for.
func parseConfirm(args []string) (Entry, bool) {
	if len(args) == 2 && args[0] == "L" && isNumber(args[1], len(confirmLanguages)) {
		return Entry{Kind: EntrySpeaks, Languages: args[1]}, true
	}
	if len(args) > 2 || !isNumber(args[0], 1) {
		return Entry{}, false
	}
	e := Entry{Kind: EntryConfirm, Key: args[0]}
	if len(args) == 2 {
		if !isNumber(args[1], maxRoomDigits) {
			return Entry{}, false
		}
		e.Room = args[1]
	}
	return e, true
}

// parseRoomStatus reads ZYCOO's manner: *56*SS and *056.
func (s Services) parseRoomStatus(digits string) (Entry, bool) {
	if !strings.HasPrefix(s.RoomStatus, "*") {
		return Entry{}, false
	}
	if digits == "*0"+s.RoomStatus[1:] {
		return Entry{Kind: EntryClearStatus, Service: s.RoomStatus}, true
	}
	status, ok := strings.CutPrefix(digits, s.RoomStatus+"*")
	if !ok || len(status) != 2 || !isNumber(status, 2) {
		return Entry{}, false
	}
	return Entry{Kind: EntryHousekeeping, Service: s.RoomStatus, Status: status}, true
}

// isNumber reports whether text is 1 to most ASCII digits.
func isNumber(text string, most int) bool {
	if text == "" || len(text) > most {
		return false
	}
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return true
}
