package hotel

import "time"

// PrefixOccupancy begins the keys under which it is kept who stayed in a room
// and when.
const PrefixOccupancy = "occupancy/"

// OccupancyKey is the key of a room's list of [Occupancy], the oldest first.
func OccupancyKey(room string) string { return PrefixOccupancy + room }

// Occupancy says since when whose name a room's telephones show; until the next
// one of the list.
type Occupancy struct {
	Stay  string    `json:"stay,omitempty"` // empty: the room is vacant
	Since time.Time `json:"since"`
	// Event is the one with which it began; 0 in lists of older versions. Unsure:
	// Since is by a clock that was not believed.
	Event  uint64 `json:"event,omitempty"`
	Unsure bool   `json:"unsure,omitempty"`
	// Rest: nobody came. This stay was there before and is what is left of several.
	Rest bool `json:"rest,omitempty"`
	// Entered is when the minibar was last entered while the room was vacant, or
	// who stayed there was leaving. Looked is when it was first found as it should
	// be, or the vacant room inspected. What is entered later was taken later.
	Entered time.Time `json:"entered,omitzero"`
	Looked  time.Time `json:"looked,omitzero"`
}

// maxOccupancy is how many changes of a room are remembered: call records may
// come a month late.
const maxOccupancy = 40

// occupied notes who stays in a room from now on.
func (a *applier) occupied(room, stay string) {
	a.remember(room, Occupancy{Stay: stay, Since: a.ev.Time})
}

func (a *applier) remember(room string, o Occupancy) {
	o.Event, o.Unsure = a.ev.ID, a.ev.Unsure
	var list []Occupancy
	a.tx.Get(OccupancyKey(room), &list)
	list = append(list, o)
	if len(list) > maxOccupancy {
		list = list[len(list)-maxOccupancy:]
	}
	a.tx.Put(OccupancyKey(room), list)
}

// stayAt is who stayed in a room at a moment; empty: nobody, or it is not known.
func (a *applier) stayAt(r Room, at time.Time) string {
	var list []Occupancy
	a.tx.Get(OccupancyKey(r.Number), &list)
	for i := len(list) - 1; i >= 0; i-- {
		since := list[i].Since
		if list[i].Stay != "" {
			since = since.Truncate(time.Second) // calls are recorded by the second
		}
		if !since.After(at) {
			return list[i].Stay
		}
	}
	for _, id := range []string{r.Stay, r.LastStay} { // from before lists were kept
		var s Stay
		known := id != "" && a.tx.Get(StayKey(id), &s)
		if known && s.Room == r.Number && !s.CheckIn.After(at) && (s.CheckOut.IsZero() || s.CheckOut.After(at)) {
			return id
		}
	}
	return ""
}

// callBegan is when a recorded call began.
func (a *applier) callBegan(r *CallRecord) time.Time {
	if began := r.CDR.Began; !began.IsZero() {
		return began
	}
	return r.CDR.WhenBegan(a.setup.zone(), 0, r.Time)
}

// WhenBegan reckons when a call began: its record has the PBX's local time, which
// is in the hotel's zone, by a clock that is ahead of ours by so much. Of a time
// that occurs twice it is the later one, unless such a call could not have ended
// when it was reported.
func (c CDR) WhenBegan(zone *time.Location, ahead time.Duration, reported time.Time) time.Time {
	long := time.Duration(c.Duration) * time.Second
	wall, err := time.Parse(time.DateTime, c.Start)
	if err != nil {
		return reported.Add(-long)
	}
	began := FirstMoment(wall, zone)
	for _, shift := range []time.Duration{30 * time.Minute, time.Hour, 2 * time.Hour} {
		later := began.Add(shift)
		if WallClock(later).Equal(wall) && !later.Add(long-ahead).After(reported.Add(clockSlack)) {
			began = later
			break
		}
	}
	return began.Add(-ahead).UTC()
}

// clockSlack is by how much the PBX's clock may be ahead of what is known of it.
const clockSlack = 2 * time.Minute
