package agent

import (
	"time"

	"bellhop/hotel"
)

// How far back the newest report is looked for, and how many events at once.
const (
	gapLook = 16 << 10
	gapPage = 256
)

// completeGap says since when reports are missing where the driver does not
// know it, because it has seen none since the start, and puts the times into
// the hotel's zone. It is false when the hotel never had a report: then
// nothing is missing.
func (a *Agent) completeGap(ev *hotel.Event) (known bool, err error) {
	g := ev.Gap()
	if g.From.IsZero() {
		if g.From, err = a.lastReport(); err != nil || g.From.IsZero() {
			return false, err
		}
	}
	g.From, g.To = g.From.In(a.zone), g.To.In(a.zone)
	*ev = g.Event()
	return true, nil
}

// lastReport is when the newest report of the PBX was kept; zero: there is
// none. Of a journal in which none is near the end, it is a time before which
// there may be one.
func (a *Agent) lastReport() (at time.Time, err error) {
	before, oldest := a.store.LastID()+1, uint64(1)
	for looked := 0; before > 1 && looked < gapLook; looked += gapPage {
		after := max(before, gapPage+1) - gapPage - 1
		events, err := a.store.Events(after, int(before-1-after))
		if err != nil {
			return at, err
		}
		for i := len(events) - 1; i >= 0; i-- {
			at, oldest = events[i].Time, events[i].ID
			if events[i].Source == hotel.SourcePBX && events[i].Kind != hotel.KindGap {
				return at, nil
			}
		}
		before = after + 1
	}
	if oldest == 1 {
		return time.Time{}, nil
	}
	return at, nil
}
