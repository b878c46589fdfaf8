package api

import (
	"net/http"
	"strconv"

	"bellhop/hotel"
)

func (s *server) minibar(mux *http.ServeMux) {
	mux.HandleFunc("POST /v1/minibar", s.postMinibar)
	mux.HandleFunc("POST /v1/minibar/resolve", s.resolveEntry)
	mux.HandleFunc("POST /v1/items/delete", s.deleteItem)
	mux.HandleFunc("GET /v1/staff", func(w http.ResponseWriter, _ *http.Request) { answer(w, s.agent.Staff()) })
	mux.HandleFunc("POST /v1/staff", s.staff)
}

// flagged adds a field that is there or not.
func flagged(fields map[string]string, name string, is bool) map[string]string {
	if is {
		fields[name] = "true"
	}
	return fields
}

func (s *server) postMinibar(w http.ResponseWriter, r *http.Request) {
	var e hotel.MinibarEntry
	if err := read(r, &e); err != nil {
		fail(w, err)
		return
	}
	fields := map[string]string{"stay": e.Stay, "minibar": e.Minibar, "item": e.Item, "count": strconv.Itoa(e.Count), "staff": e.Staff}
	s.charge(w, r, hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandMinibarPost, Room: e.Room, Fields: flagged(fields, "removal", e.Removal)})
}

func (s *server) deleteItem(w http.ResponseWriter, r *http.Request) {
	var d hotel.DeleteItem
	if err := read(r, &d); err != nil {
		fail(w, err)
		return
	}
	s.do(w, r, hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandItemDelete, Fields: map[string]string{"minibar": d.Minibar, "item": d.Code}})
}

// resolveEntry takes its turn with what else happens in the room.
func (s *server) resolveEntry(w http.ResponseWriter, r *http.Request) {
	var o hotel.ResolveEntry
	if err := read(r, &o); err != nil {
		fail(w, err)
		return
	}
	fields := map[string]string{"alert": o.Alert, "item": o.Item, "stay": o.Stay}
	if o.Count != 0 {
		fields["count"] = strconv.Itoa(o.Count)
	}
	ev := hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandMinibarResolve, Fields: flagged(fields, "drop", o.Drop)}
	for _, al := range s.agent.Alerts() {
		if al.ID == o.Alert {
			ev.Room = al.Room
		}
	}
	s.charge(w, r, ev)
}

func (s *server) staff(w http.ResponseWriter, r *http.Request) {
	var o hotel.StaffOrder
	if err := read(r, &o); err != nil {
		fail(w, err)
		return
	}
	name := hotel.CommandStaffAdd
	if o.Remove {
		name = hotel.CommandStaffRemove
	}
	s.do(w, r, hotel.Event{Kind: hotel.KindCommand, Name: name, Fields: map[string]string{"code": o.Code, "name": o.Name}})
}
