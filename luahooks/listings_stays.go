package luahooks

import (
	lua "github.com/yuin/gopher-lua"

	"bellhop/hotel"
)

// stay gives one by its id; nil if there is none, or it is not kept any more.
func (v *vm) stay(L *lua.LState) int {
	r := v.running(L, "bellhop.stay")
	id, _ := textOf(L.Get(1))
	var s hotel.Stay
	if id == "" || !r.get(hotel.StayKey(id), &s) {
		L.Push(lua.LNil)
		return 1
	}
	L.Push(stayTable(L, &s))
	return 1
}

// stays gives who stays in a room, the one first whom the telephones show; without
// a room those of all rooms.
func (v *vm) stays(L *lua.LState) int {
	r := v.running(L, "bellhop.stays")
	all := L.NewTable()
	add := func(room hotel.Room) {
		for _, id := range room.Stays() {
			var s hotel.Stay
			if r.get(hotel.StayKey(id), &s) {
				all.Append(stayTable(L, &s))
			}
		}
	}
	if L.Get(1) == lua.LNil {
		r.list(hotel.PrefixRoom, func(decode func(any) bool) {
			var room hotel.Room
			if decode(&room) {
				add(room)
			}
		})
		L.Push(all)
		return 1
	}
	number, _ := textOf(L.Get(1))
	var room hotel.Room
	if number != "" && r.get(hotel.RoomKey(number), &room) {
		add(room)
	}
	L.Push(all)
	return 1
}

// stayTable is a stay as hooks see it: without the guest's name.
func stayTable(L *lua.LState, s *hotel.Stay) *lua.LTable {
	t := L.CreateTable(0, 10)
	setText(t, "id", s.ID)
	setText(t, "room", s.Room)
	setText(t, "state", string(s.State))
	t.RawSetString("checkin", lua.LNumber(s.CheckIn.Unix()))
	if !s.CheckOut.IsZero() {
		t.RawSetString("checkout", lua.LNumber(s.CheckOut.Unix()))
	}
	setText(t, "leaves", s.Leaves)
	setText(t, "language", s.Language)
	t.RawSetString("vip", lua.LNumber(s.VIP))
	t.RawSetString("incognito", lua.LBool(s.Incognito))
	return t
}

// minibarItems gives a price list, by the items' codes.
func (v *vm) minibarItems(L *lua.LState) int {
	r := v.running(L, "bellhop.minibar.items")
	list := L.OptString(1, "")
	if list == "" {
		list = v.minibarOf(r)
	}
	all := L.NewTable()
	r.list(hotel.ItemKey(list, ""), func(decode func(any) bool) {
		var item hotel.Item
		if decode(&item) {
			all.Append(v.itemTable(L, item, list))
		}
	})
	L.Push(all)
	return 1
}
