package hotel

import (
	"fmt"
	"strings"
)

// PrefixStaff begins the keys of the [Staff] records.
const PrefixStaff = "staff/"

// StaffKey is the key of one of the staff.
func StaffKey(code string) string { return PrefixStaff + code }

// Staff is somebody who enters things by telephone. Their PINs are the
// dialplan's, and not kept here.
type Staff struct {
	Code string `json:"code"` // digits, as dialled
	Name string `json:"name"`
}

// StaffOrder puts somebody on the list, under another name if the code is on it,
// or takes them off.
type StaffOrder struct {
	Staff
	Remove bool `json:"remove,omitempty"`
}

// maxStaff bounds the list.
const maxStaff = 1000

func (a *applier) staff(o *StaffOrder) error {
	var old Staff
	known := a.tx.Get(StaffKey(o.Code), &old)
	switch {
	case !isNumber(o.Code, maxStaffDigits):
		return &Invalid{"staff", "code", fmt.Sprintf("must be 1 to %d digits", maxStaffDigits), clip(o.Code)}
	case o.Remove && !known:
		return &Invalid{"staff", "code", "is not on the list", o.Code}
	case o.Remove:
		a.tx.Delete(StaffKey(o.Code))
		return nil
	case strings.TrimSpace(o.Name) == "" || len(o.Name) > maxText:
		return &Invalid{"staff", "name", "is missing or too long", clip(o.Name)}
	case !known && countTo(a.tx, PrefixStaff, maxStaff) >= maxStaff:
		return &Invalid{"staff", "code", fmt.Sprintf("is one too many: the list has at most %d", maxStaff), o.Code}
	}
	a.tx.Put(StaffKey(o.Code), o.Staff)
	return nil
}

// StaffSeen says that somebody gave a staff code with an entry.
type StaffSeen struct {
	Room string `json:"room,omitempty"`
	Code string `json:"code"`
}

// staffSeen tells of a code that nobody has. A hotel without a list has not said
// who has which.
func (a *applier) staffSeen(s *StaffSeen) error {
	var known Staff
	if a.tx.Get(StaffKey(s.Code), &known) || countTo(a.tx, PrefixStaff, 1) == 0 {
		return nil
	}
	return a.alert(&RaiseAlert{Code: AlertStaff, Room: s.Room, Params: map[string]string{"room": s.Room, "staff": s.Code}})
}

// seenStaff is the effect of a code that was given; none was: no effect.
func seenStaff(room, code string) []Effect {
	if code == "" {
		return nil
	}
	return []Effect{{StaffSeen: &StaffSeen{Room: room, Code: code}}}
}

// The commands about staff.
const (
	CommandStaffAdd    = "staff add"
	CommandStaffRemove = "staff remove"
)

func staffRules(ev *Event) []Effect {
	return []Effect{{Staff: &StaffOrder{
		Staff: Staff{Code: ev.Fields["code"], Name: ev.Fields["name"]}, Remove: ev.Name == CommandStaffRemove,
	}}}
}
