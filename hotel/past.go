package hotel

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// PastPage is a part of the journal with what its hooks had read, so that
// hooks can be run over it once more. Values are there once, however many
// events read them.
type PastPage struct {
	Events []PastEvent `json:"events"`
	// Values are the records that were read, by their versions: a version is
	// given to one record once. One that is not there is not known any more.
	Values map[uint64]PastValue `json:"values,omitempty"`
	// Lists are the versions of what was listed, in the order of the keys, by
	// the digest that a unit's record names.
	Lists map[string][]uint64 `json:"lists,omitempty"`
	UpTo  uint64              `json:"upTo"` // the event up to which was looked
	More  bool                `json:"more"` // there are newer events
}

// PastEvent is an event that has been run, with the records of its units.
type PastEvent struct {
	// Event is as its units saw it: of a rerun, what it ran again.
	Event Event           `json:"event"`
	Units map[string]Done `json:"units,omitempty"`
	// Rerun: only the hooks that were parked have run.
	Rerun bool `json:"rerun,omitempty"`
}

// PastValue is a record of the state as it was once.
type PastValue struct {
	Key   string          `json:"key"`
	Value json.RawMessage `json:"value"`
}

// Record is a record of the state as it is now.
type Record struct {
	Key     string          `json:"key"`
	Version uint64          `json:"version"`
	Value   json.RawMessage `json:"value"`
}

// KeptByReference tells whether the record at key is never copied for a
// replay, as a guest's name stands in it: the copy of one that was removed
// would still have it. As long as it is unchanged, the record itself is what
// was read.
func KeptByReference(key string) bool {
	return strings.HasPrefix(key, PrefixGuest) || strings.HasPrefix(key, PrefixPhone)
}

// HoldsNames tells whether one of the names stands in a text of a record, or in
// the JSON that such a text is, as one that a hook keeps: where [ForgetNames]
// would replace it.
func HoldsNames(value []byte, names []string) bool {
	var all any
	return json.Unmarshal(value, &all) == nil && holdNames(all, names)
}

func holdNames(value any, names []string) bool {
	switch v := value.(type) {
	case string:
		return ReplaceNames(v, names) != v || json.Valid([]byte(v)) && HoldsNames([]byte(v), names)
	case []any:
		return slices.ContainsFunc(v, func(x any) bool { return holdNames(x, names) })
	case map[string]any:
		for key, x := range v {
			if ReplaceNames(key, names) != key || holdNames(x, names) {
				return true
			}
		}
	}
	return false
}

// Under is a subject's content as the event that runs it again: under its own
// id, and with its own lanes.
func (e *Event) Under(subject Event) *Event {
	subject.ID, subject.Cause, subject.Depth = e.ID, subject.ID, e.Depth
	subject.Again = &Again{Event: subject.Cause, CopyOf: subject.DuplicateOf, Charge: e.Fields["charge"] == "true"}
	subject.DuplicateOf, subject.Possible = 0, false
	subject.Lanes = e.Lanes
	return &subject
}

// Subject is the id of the event that a rerun runs again; 0: there is none.
func (e *Event) Subject() uint64 {
	id, _ := strconv.ParseUint(e.Fields["event"], 10, 64)
	return id
}

// Takes tells whether an event has hooks to be run: not what is a copy, nor
// an order that was not carried out, for nothing has happened then, nor what is too
// deep in a chain. rules is the record of its rules' unit.
func (e *Event) Takes(rules Done) bool {
	return e.DuplicateOf == 0 && e.Depth <= MaxDepth && (e.Source != SourceCommand || rules.Error == "")
}

// HasRemovedNames tells whether names that the event had have been removed.
func (e *Event) HasRemovedNames() bool {
	for _, value := range e.Fields {
		if value == Removed {
			return true
		}
	}
	return false
}
