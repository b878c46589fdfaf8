package quarter

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"time"

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
	// lost are reports of keys that nobody will get, by telephone and feature code.
	lost  map[string]int
	rings map[sim.CallKind]int
	wakes []*ring // calls to rooms that are to be woken, the oldest first
	hand  []*ring // of alarms that somebody has set by hand
	told  []*ring // of guests who asked when they are woken
	desk  int     // calls to the desk
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
	if strings.Contains(s.Settings["username"], incognitoName) {
		w.faults = append(w.faults, "telephone "+s.Extension+" shows a guest who is incognito: "+s.Settings["username"])
	}
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
	r := &ring{at: time.Now(), phone: m.Extension, kind: m.Kind, met: m.Met, handset: m.Handset, prompts: m.Prompts}
	switch {
	case m.Kind == sim.CallOfPerson:
	case m.Kind == sim.CallOfPrompt:
		w.told = append(w.told, r)
	case m.Kind == sim.CallOfAlarm && m.Prompts == handPrompt:
		w.hand = append(w.hand, r)
	case m.Extension == deskPhone:
		w.desk++
	default:
		w.wakes = append(w.wakes, r)
	}
}

// report counts keys that the PBX has lost: by its restart.
func (w *witness) report(f sim.Fate, told sim.Told) {
	w.house.model.ledger.heard.report(f, told.Body)
	if f != sim.ReportLost {
		return
	}
	var r struct {
		Infos   string
		Members []struct{ Ext *struct{ Number string } }
	}
	if json.Unmarshal(told.Body, &r) != nil || len(r.Infos) < 3 || len(r.Members) == 0 || r.Members[0].Ext == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lost[r.Members[0].Ext.Number+" "+r.Infos[:3]]++
}
