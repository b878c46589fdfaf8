package quarter

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"bellhop/pms"
)

// manner is how the PMS behaves.
type manner string

// What a PMS does that is away: nobody is there, it answers that it is busy, it
// takes the message in and says nothing, it takes it and its answer is lost.
const (
	pmsTakes  manner = ""
	pmsAway   manner = "away"
	pmsBusy   manner = "busy"
	pmsSilent manner = "silent"
	pmsMumble manner = "mumbles"
)

var errPMS = errors.New("the PMS is away")

// pmsBook is a PMS that writes down what it is told. It tells copies by their
// keys, as it is meant to.
type pmsBook struct {
	mu       sync.Mutex
	manner   manner
	turned   time.Time // of the first message that it has not taken since it went away
	keys     map[string]string
	copies   int
	postings map[string]charge   // by the agent's ids
	whys     map[string][]string // why calls cost nothing, by the PBX's ids
	refuses  bool                // postings that it has not refused before
	refused  map[string]int      // how often, by their ids
	calls    map[string]int      // by the PBX's ids
	statuses map[string]int      // how often it was told a room's
	status   map[string]string   // of housekeeping, by room
	newest   map[string]time.Time
	odd      []string
}

func newPMSBook() *pmsBook {
	return &pmsBook{
		keys: map[string]string{}, postings: map[string]charge{}, whys: map[string][]string{}, refused: map[string]int{}, calls: map[string]int{}, statuses: map[string]int{}, status: map[string]string{},
		newest: map[string]time.Time{},
	}
}

func (b *pmsBook) set(m manner) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.manner, b.turned = m, time.Time{}
}

// turnedBefore tells whether whoever tells it something knew at a moment that it
// is away.
func (b *pmsBook) turnedBefore(at time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.manner != pmsTakes && b.manner != pmsMumble && !b.turned.IsZero() && b.turned.Before(at)
}

// Send implements [pms.Link].
func (b *pmsBook) Send(ctx context.Context, m pms.Message) ([]byte, error) {
	how := b.meet()
	switch how {
	case pmsAway:
		return nil, &pms.Retry{Err: errPMS}
	case pmsBusy:
		return nil, &pms.Retry{Err: errPMS, After: 30 * time.Second}
	case pmsSilent:
		<-ctx.Done()
		return nil, &pms.Retry{Err: ctx.Err()}
	}
	if b.refuse(m) {
		return nil, &pms.Refused{Status: 422, Reason: "no such folio"}
	}
	b.take(m)
	if how == pmsMumble {
		return nil, &pms.Retry{Err: errPMS}
	}
	return nil, nil
}

func (b *pmsBook) meet() manner {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.manner != pmsTakes && b.turned.IsZero() {
		b.turned = time.Now()
	}
	return b.manner
}

// take writes a message down. A copy must say what the first did, and of each room
// each kind must come in the order in which it happened.
func (b *pmsBook) take(m pms.Message) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if first, known := b.keys[m.Key]; known {
		if b.copies++; first != string(m.Data) {
			b.odd = append(b.odd, "twice under the key "+m.Key+": "+first+" and "+string(m.Data))
		}
		return
	}
	b.keys[m.Key] = string(m.Data)
	if line := m.Type + " " + m.Room; m.Time.Before(b.newest[line]) && b.refused[idOf(m)] == 0 {
		b.odd = append(b.odd, "late, behind what came after: "+string(m.Data))
	} else {
		b.newest[line] = m.Time
	}
	if slices.ContainsFunc(names, func(n name) bool { return n.given != "" && strings.Contains(string(m.Data), n.given) }) ||
		strings.Contains(string(m.Data), incognitoName) {
		b.odd = append(b.odd, "a guest's name: "+string(m.Data))
	}
	switch m.Type {
	case "call":
		b.calls[m.CallID]++
		var r struct{ Why, Posting string }
		if json.Unmarshal(m.Data, &r) != nil || (r.Why == "") != (r.Posting != "") {
			b.odd = append(b.odd, string(m.Data))
		}
		b.whys[m.CallID] = append(b.whys[m.CallID], r.Why)
	case "posting":
		b.charge(m)
	case "housekeeping":
		var s struct{ Status string }
		if json.Unmarshal(m.Data, &s) != nil || s.Status == "" {
			b.odd = append(b.odd, string(m.Data))
		}
		b.status[m.Room] = s.Status
		b.statuses[m.Room]++
	default:
		b.odd = append(b.odd, m.Type)
	}
}

func (b *pmsBook) charge(m pms.Message) {
	c, err := readCharge(m.Data)
	if err != nil || c.id == "" {
		b.odd = append(b.odd, string(m.Data))
		return
	}
	if _, known := b.postings[c.id]; known {
		b.odd = append(b.odd, "under two keys: posting "+string(m.Data))
	}
	b.postings[c.id] = c
}

// refuse tells whether it will not have a posting: each is refused once at most.
func (b *pmsBook) refuse(m pms.Message) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	id := idOf(m)
	_, known := b.keys[m.Key]
	if id == "" || known || !b.refuses || b.refused[id] > 0 {
		return false
	}
	b.refused[id]++
	return true
}

// idOf is a posting's; empty: the message tells of something else.
func idOf(m pms.Message) string {
	if m.Type != "posting" {
		return ""
	}
	c, err := readCharge(m.Data)
	if err != nil {
		return ""
	}
	return c.id
}
