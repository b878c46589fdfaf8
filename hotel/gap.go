package hotel

import "time"

// Gap is a time in which reports of the PBX may have been missed for good: it
// sends some but once. Call records of that time may be had from the PBX
// later; key presses may not.
type Gap struct {
	From time.Time // when the last report before it was read; zero: not known
	To   time.Time // when the first one after it was read
	Why  string
	// Quiet says that nothing points to a loss: nothing came for so long that
	// the connection was made anew.
	Quiet bool
}

// The fields of an event of [KindGap]; times are in RFC 3339.
const (
	gapFrom  = "from"
	gapTo    = "to"
	gapWhy   = "why"
	gapQuiet = "quiet"
)

// Event is the gap as it goes into the journal.
func (g Gap) Event() Event {
	fields := map[string]string{gapTo: g.To.Format(time.RFC3339Nano), gapWhy: g.Why}
	if !g.From.IsZero() {
		fields[gapFrom] = g.From.Format(time.RFC3339Nano)
	}
	if g.Quiet {
		fields[gapQuiet] = "true"
	}
	return Event{Kind: KindGap, Source: SourcePBX, Fields: fields}
}

// Gap reads the gap out of an event of [KindGap].
func (e *Event) Gap() Gap {
	from, _ := time.Parse(time.RFC3339Nano, e.Fields[gapFrom]) // zero: not known
	to, _ := time.Parse(time.RFC3339Nano, e.Fields[gapTo])
	return Gap{From: from, To: to, Why: e.Fields[gapWhy], Quiet: e.Fields[gapQuiet] != ""}
}

// gapRules tell a person: nothing brings the key presses back.
func gapRules(ev *Event) []Effect {
	g := ev.Gap()
	if g.Quiet {
		return nil
	}
	// A line that flaps is one alert; each gap by itself is in the journal.
	return []Effect{{Alert: &RaiseAlert{Code: AlertGap, Joined: true, Params: map[string]string{
		"from": g.From.Format(time.DateTime), "to": g.To.Format(time.DateTime), "why": g.Why,
	}}}}
}
