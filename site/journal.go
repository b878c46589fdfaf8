package site

import (
	"maps"
	"slices"
	"time"

	"bellhop/hotel"
)

// Journal is what the newest events of a hotel tell of its PBX.
type Journal struct {
	Since  time.Time // of the oldest event looked at
	Newest time.Time // of the newest report of the PBX; zero: there is none

	Calls   int            // records of past calls
	Phones  int            // reports of what a telephone does
	Control int            // reports of calls that the PBX holds for an answer of ours
	Trunks  map[string]int // call records by the trunk that they went over
	// Watched are the trunks over which calls were reported while they went on.
	Watched map[string]bool
	Boots   []time.Time // of the PBX
}

// Add takes an event in; oldest first.
func (j *Journal) Add(ev *hotel.Event) {
	if j.Since.IsZero() {
		j.Since = ev.Time
	}
	if ev.Source != hotel.SourcePBX || ev.Kind == hotel.KindGap {
		return
	}
	j.Newest = ev.Time
	switch ev.Kind {
	case hotel.KindCDR:
		j.addCall(ev.CDR)
	case hotel.KindExtension:
		j.Phones++
	case hotel.KindInvite, hotel.KindIncoming:
		j.Control++
	case hotel.KindBoot:
		j.Boots = append(j.Boots, ev.Time)
	case hotel.KindCall:
		j.addProgress(ev.Members)
	}
}

func (j *Journal) addCall(c *hotel.CDR) {
	j.Calls++
	if c == nil {
		return
	}
	for _, trunk := range []string{c.SourceLine, c.DestLine} {
		if trunk != "" {
			if j.Trunks == nil {
				j.Trunks = map[string]int{}
			}
			j.Trunks[trunk]++
		}
	}
}

func (j *Journal) addProgress(members []hotel.Member) {
	for _, m := range members {
		if m.Role != hotel.RoleExtension && m.Trunk != "" {
			if j.Watched == nil {
				j.Watched = map[string]bool{}
			}
			j.Watched[m.Trunk] = true
		}
	}
}

// unwatched are the trunks with so many calls that one of them would have
// been reported while it went on.
func (j *Journal) unwatched() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(j.Trunks)), func(trunk string) bool {
		return j.Trunks[trunk] < enoughCalls || j.Watched[trunk]
	})
}

// enoughCalls is after how many calls the lack of a kind of report says
// something.
const enoughCalls = 5
