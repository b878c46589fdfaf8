package hotel

import "strconv"

// The commands about minibars; [CommandCorrect] is one, too.
const (
	CommandMinibarPost    = "minibar post"
	CommandMinibarResolve = "minibar resolve"
	CommandItemDelete     = "minibar items delete"
)

func minibarRules(ev *Event) []Effect {
	f := ev.Fields
	count, err := strconv.Atoi(f["count"])
	if err != nil && f["count"] != "" {
		count = -1 // is refused
	}
	if ev.Name == CommandMinibarResolve {
		return []Effect{{ResolveEntry: &ResolveEntry{Alert: f["alert"], Item: f["item"], Count: count, Stay: f["stay"], Drop: said(ev, "drop")}}}
	}
	entry := Effect{Minibar: &MinibarEntry{
		Room: ev.Room, Stay: f["stay"], Minibar: f["minibar"], Item: f["item"], Count: count, Removal: said(ev, "removal"), Staff: f["staff"],
	}}
	return append([]Effect{entry}, seenStaff(ev.Room, f["staff"])...)
}
