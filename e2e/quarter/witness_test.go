package quarter

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"time"

	"bellhop/pms"
	"bellhop/sim"
)

// witness has seen what happened on the PBX.
type witness struct {
	house *house
	mu    sync.Mutex
	// bare are extensions without the route for emergency calls, since when.
	bare map[string]bareness
	// longest is the longest time for which one was, by the PBX's check-out.
	longest time.Duration
	faults  []string
	lost    map[string]int // reports of the minibar that nobody will get, by telephone
	rings   map[sim.CallKind]int
	wakes   []*ring // calls of the agent to rooms, the oldest first
	desk    int     // and to the desk
}

type bareness struct {
	since time.Time
	by    sim.ChangedBy
}

func newWitness(h *house) *witness {
	return &witness{house: h, bare: map[string]bareness{}, lost: map[string]int{}, rings: map[sim.CallKind]int{}}
}

// changes holds every change of a telephone, at every moment, against the rule
// that help can be called.
func (w *witness) changes(s sim.Setting) {
	w.mu.Lock()
	defer w.mu.Unlock()
	has := slices.Contains(strings.Split(s.Settings["selectoutroute"], ","), emergencyRoute)
	b, is := w.bare[s.Extension]
	switch {
	case has && is:
		delete(w.bare, s.Extension)
		if gap := time.Since(b.since); gap > w.longest {
			w.longest = gap
		}
	case !has && !is:
		w.bare[s.Extension] = bareness{time.Now(), s.By}
		if s.By != sim.ByCheckout {
			w.faults = append(w.faults, "telephone "+s.Extension+" has lost the route for emergency calls")
		}
	}
}

func (w *witness) meets(m sim.Meeting) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if m.Met == sim.MetRinging {
		w.rings[m.Kind]++
	}
	switch {
	case m.Kind != sim.CallOfDial:
	case m.Extension == deskPhone:
		w.desk++
	default:
		w.wakes = append(w.wakes, &ring{at: time.Now(), phone: m.Extension, met: m.Met, handset: m.Handset})
	}
}

// report counts entries of the minibar that the PBX has lost: by its restart.
func (w *witness) report(f sim.Fate, told sim.Told) {
	if f != sim.ReportLost {
		return
	}
	var r struct {
		Infos   string
		Members []struct{ Ext *struct{ Number string } }
	}
	if json.Unmarshal(told.Body, &r) != nil || !strings.HasPrefix(r.Infos, "778*") || len(r.Members) == 0 || r.Members[0].Ext == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lost[r.Members[0].Ext.Number]++
}

// pmsBook is a PMS that writes down what it is told. It tells copies by their
// keys, as it is meant to.
type pmsBook struct {
	mu     sync.Mutex
	keys   map[string]bool
	copies int
	bar    map[string]int // charges for the minibar, by room
	calls  int
	odd    []string
}

func newPMSBook() *pmsBook { return &pmsBook{keys: map[string]bool{}, bar: map[string]int{}} }

// Send implements [pms.Link].
func (b *pmsBook) Send(_ context.Context, m pms.Message) ([]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.keys[m.Key] {
		b.copies++
		return nil, nil
	}
	b.keys[m.Key] = true
	switch m.Type {
	case "call":
		b.calls++
	case "posting":
		var p struct {
			Kind, Item, Room string
			Quantity         int
			Amount           int64
		}
		if json.Unmarshal(m.Data, &p) != nil || p.Kind != "minibar" || p.Item != minibarItem || p.Quantity != 1 || p.Amount != 250 {
			b.odd = append(b.odd, string(m.Data))
			return nil, nil
		}
		b.bar[p.Room]++
	}
	return nil, nil
}
