package hotel

import "time"

// RulesUnit is the name of the unit that runs the hotel's own rules; it is
// committed before the event's hooks.
const RulesUnit = "rules"

// Done is the record of a finished unit. With the event it holds everything
// that the unit's result followed from, so that it can be run again later
// and compared.
type Done struct {
	Version string    `json:"version,omitempty"` // of the hook's source
	Time    time.Time `json:"time,omitzero"`     // the clock that the unit saw
	Seed    uint64    `json:"seed,omitempty"`    // of its random numbers
	Reads   *Reads    `json:"reads,omitempty"`
	// State is the newest version that a record had when the unit was committed:
	// one that is no newer today was the same then. 0 in a file of an older program.
	State   uint64   `json:"state,omitempty"`
	Answers []Answer `json:"answers,omitempty"` // of immediate calls
	Effects []Effect `json:"effects,omitempty"`
	Error   string   `json:"error,omitempty"` // why it did nothing
	Log     []string `json:"log,omitempty"`
	// Removed: what the run read and gave went with the names of guests.
	Removed bool `json:"removed,omitempty"`
}

// Reads is what a unit's result depends on in the state.
type Reads struct {
	// Keys maps each key to the version that was read; 0: there was none.
	Keys map[string]uint64 `json:"keys,omitempty"`
	// Lists maps each listed prefix to a digest of the keys and versions seen.
	Lists map[string]string `json:"lists,omitempty"`
}

// Answer is what an immediate outside call gave.
type Answer struct {
	URL    string `json:"url"`
	Status int    `json:"status,omitempty"`
	Body   string `json:"body,omitempty"`
	Error  string `json:"error,omitempty"`
}

// MaxDepth is the longest chain of events that lead to each other; what
// would be longer is parked.
const MaxDepth = 8
