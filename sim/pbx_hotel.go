package sim

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"
)

// hotel is what a PBX knows: its extensions, routes and past calls, and the
// calls that go on.
type hotel struct {
	extensions map[string]*extension
	routes     []*OutRoute // by id
	prompts    map[string]bool
	trunks     map[string]bool // names of those that may send text messages
	records    []CDR
	sent       []SMS
	talks      map[string]*talk // by call id
	tickets    map[string]ticket
	outside    map[string]Handset // how telephones outside behave
	alarms     int                // ids given so far
	calls      int                // call ids given so far
	channels   int                // channel ids given so far
	limits     Limits
	wrote      time.Time // when the last write was taken
	dice       *rand.Rand
}

// The bounds of what is kept; the oldest goes first.
const (
	maxRecords  = 100_000
	maxSent     = 1000
	maxAlarms   = 100 // of one extension
	maxMessages = 100 // voicemails of one extension
)

// OutRoute is a way out of the house. Prefix is a pattern of the manual's
// kind: X is a digit, Z one of 1-9, N one of 2-9, [15-7] one of those, and a
// final dot one digit or more.
type OutRoute struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Prefix string `json:"prefix"`
	Trunk  string `json:"trunk"`
}

// SMS is a text message that was handed over.
type SMS struct {
	ID     string `json:"smsid"`
	Number string `json:"phonenumber"`
	Text   string `json:"message"`
	Trunk  string `json:"trunk"`
}

// defaultTrunk is the one of the manual's examples.
const defaultTrunk = "siptrunk"

// newHotel makes what a fresh PBX holds: the outbound routes of the hotel
// guide (API 1.1.0), and as many extensions as asked for.
func newHotel(o PBXOptions) hotel {
	h := hotel{
		extensions: map[string]*extension{}, talks: map[string]*talk{}, tickets: map[string]ticket{},
		outside: map[string]Handset{},
		prompts: map[string]bool{defaultPrompt: true, "music1": true, "music2": true},
		trunks:  map[string]bool{"GSM": true},
		limits:  defaultLimits,
		dice:    rand.New(rand.NewPCG(o.Seed, 1)),
		routes: []*OutRoute{
			{"1", "International", "00.", defaultTrunk}, {"2", "National", "0Z.", defaultTrunk}, {"3", "Local", "Z.", defaultTrunk},
		},
	}
	for n := range o.Extensions {
		number := strconv.Itoa(1001 + n)
		e := newExtension(number)
		e.handset = []Handset{h.chance()}
		h.extensions[number] = e
	}
	return h
}

// chance draws how a telephone behaves whose manner nobody has set: two of
// three are answered.
func (h *hotel) chance() Handset {
	after := time.Duration(2+h.dice.IntN(12)) * time.Second
	talk := time.Duration(10+h.dice.IntN(120)) * time.Second
	switch n := h.dice.IntN(12); {
	case n < 8:
		return Handset{Does: Answers, After: Span(after), Talk: Span(talk)}
	case n < 10:
		return Handset{Does: Ignores}
	case n == 10:
		return Handset{Does: Refuses, After: Span(after)}
	}
	return Handset{Does: Unreachable}
}

// numbers lists the extensions, the shortest and lowest first.
func (h *hotel) numbers() []string {
	list := make([]string, 0, len(h.extensions))
	for number := range h.extensions {
		list = append(list, number)
	}
	slices.SortFunc(list, func(a, b string) int {
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
	return list
}

// registered is how deviceinfo counts extensions: those with a telephone, and
// how many there may be.
func (h *hotel) registered() string {
	n := 0
	for _, e := range h.extensions {
		if e.status != "Unavailable" {
			n++
		}
	}
	return fmt.Sprintf("%d/500", n)
}

// route finds the way out for a number; allowed names those that may be taken.
// exists tells whether any route of the house fits.
func (h *hotel) route(number string, allowed []string) (way *OutRoute, exists bool) {
	for _, r := range h.routes {
		if !matches(r.Prefix, number) {
			continue
		}
		exists = true
		if slices.Contains(allowed, r.Name) {
			return r, true
		}
	}
	return nil, exists
}

// matches compares a number with a pattern of an outbound route.
func matches(pattern, number string) bool {
	for pattern != "" {
		if pattern == "." || pattern == "!" {
			return number != "" || pattern == "!"
		}
		if number == "" {
			return false
		}
		set, rest := pattern[:1], pattern[1:]
		if end := strings.IndexByte(pattern, ']'); set == "[" && end > 0 {
			set, rest = pattern[1:end], pattern[end+1:]
		}
		if !fits(set, number[0]) {
			return false
		}
		pattern, number = rest, number[1:]
	}
	return number == ""
}

// fits tells whether a digit is in a set such as X, Z, 5 or 15-7.
func fits(set string, digit byte) bool {
	switch set {
	case "X":
		return '0' <= digit && digit <= '9'
	case "Z":
		return '1' <= digit && digit <= '9'
	case "N":
		return '2' <= digit && digit <= '9'
	}
	for i := 0; i < len(set); i++ {
		if i+2 < len(set) && set[i+1] == '-' {
			if set[i] <= digit && digit <= set[i+2] {
				return true
			}
			i += 2
		} else if set[i] == digit {
			return true
		}
	}
	return false
}

// record keeps the record of a call.
func (h *hotel) record(c CDR) {
	h.records = append(h.records, c)
	if over := len(h.records) - maxRecords; over > 0 {
		h.records = slices.Delete(h.records, 0, over)
	}
}
