package agent

import (
	"time"

	"bellhop/hotel"
)

// RoomNow is a room with who stays there, and what its telephones wait for.
type RoomNow struct {
	hotel.Room
	// Stays are who stays there, the one whose name the telephones show first.
	Stays []hotel.Stay `json:"stays,omitempty"`
	// CallPending: a call of the guest who left goes on, or its record has not
	// come.
	CallPending bool `json:"callPending,omitempty"`
	// Clean is since when all telephones of a vacant room are known to hold
	// nothing of a guest; zero: they are not.
	Clean time.Time `json:"clean,omitzero"`
}

// RoomsNow are all rooms, by number.
func (a *Agent) RoomsNow() []RoomNow {
	view := a.store.Snapshot()
	all := []RoomNow{}
	for _, r := range list[hotel.Room](view, hotel.PrefixRoom) {
		all = append(all, roomNow(view, r))
	}
	return all
}

func roomNow(view hotel.View, r hotel.Room) RoomNow {
	now := RoomNow{Room: r}
	for _, id := range r.Stays() {
		s := hotel.Stay{ID: id, Room: r.Number}
		view.Get(hotel.StayKey(id), &s)
		now.Stays = append(now.Stays, s)
	}
	var last hotel.Stay
	now.CallPending = r.LastStay != "" && view.Get(hotel.StayKey(r.LastStay), &last) && last.CallPending
	for _, extension := range r.Phones() {
		var p hotel.Phone
		if !view.Get(hotel.PhoneKey(extension), &p) || p.Clean.IsZero() || r.Stay != "" {
			now.Clean = time.Time{}
			break
		}
		if p.Clean.After(now.Clean) {
			now.Clean = p.Clean
		}
	}
	return now
}

// CheckedOut tells whether a stay has been checked out of a room, or with
// looking through ahead is about to be; now: it is to be over.
func (a *Agent) CheckedOut(room, stay string, now bool) bool {
	var s hotel.Stay
	if stay == "" || !a.store.Snapshot().Get(hotel.StayKey(stay), &s) || s.Room != room {
		return false
	}
	return s.State == hotel.StayDeparted || s.State == hotel.StayChecking && !now
}
