package luahooks

import (
	"maps"
	"slices"
	"strconv"

	lua "github.com/yuin/gopher-lua"

	"bellhop/hotel"
)

// eventTable is the event of a run, lent where that is to be.
func (v *vm) eventTable(ev *hotel.Event, kind hotel.Kind, minibar string) *lua.LTable {
	if !v.lenders.on {
		return eventTable(v.lua, ev, kind, minibar)
	}
	t := v.lenders.events.lend(v.lua)
	fillEvent(v.lua, t, ev, kind, minibar)
	return t
}

// eventTable is the table that a hook of the given kind gets. Empty fields are
// absent; ids are strings, because Lua's numbers do not hold all of them.
func eventTable(L *lua.LState, ev *hotel.Event, kind hotel.Kind, minibar string) *lua.LTable {
	t := L.CreateTable(0, 24)
	fillEvent(L, t, ev, kind, minibar)
	return t
}

func fillEvent(L *lua.LState, t *lua.LTable, ev *hotel.Event, kind hotel.Kind, minibar string) {
	id := func(name string, n uint64) {
		if n != 0 {
			t.RawSetString(name, lua.LString(strconv.FormatUint(n, 10)))
		}
	}
	id("id", ev.ID)
	setText(t, "kind", string(kind))
	t.RawSetString("time", lua.LNumber(ev.Time.Unix()))
	setText(t, "source", ev.Source)
	setText(t, "name", ev.Name)
	setText(t, "serial", ev.Serial)
	setText(t, "callid", ev.CallID)
	setText(t, "room", ev.Room)
	setText(t, "extension", ev.Extension)
	setText(t, "digits", ev.Digits)
	setText(t, "emergency", ev.Emergency)
	if ev.Key != "" {
		setText(t, "key", ev.Key)
		t.RawSetString("key_index", lua.LNumber(ev.KeyIndex))
	}
	id("cause", ev.Cause)
	if e := ev.Entry; e != nil {
		setEntry(t, e, ev.Room)
		if e.Kind == hotel.EntryMinibar {
			setText(t, "minibar", minibar)
		}
	}
	if len(ev.Members) > 0 {
		t.RawSetString("members", memberList(L, ev.Members))
	}
	if ev.CDR != nil {
		t.RawSetString("cdr", cdrTable(L, ev.CDR))
	}
	setWakeUp(t, ev)
	if len(ev.Fields) > 0 {
		fields := L.CreateTable(0, len(ev.Fields))
		for _, k := range slices.Sorted(maps.Keys(ev.Fields)) {
			if k == "name" && ev.Fields["incognito"] == "true" {
				continue // that name never leaves the desk
			}
			fields.RawSetString(k, lua.LString(ev.Fields[k]))
		}
		t.RawSetString("fields", fields)
	}
}

func setText(t *lua.LTable, name, text string) {
	if text != "" {
		t.RawSetString(name, lua.LString(text))
	}
}

func setNumber(t *lua.LTable, name string, n int) {
	if n != 0 {
		t.RawSetString(name, lua.LNumber(n))
	}
}

// setEntry lays what the digits mean flat into the event.
func setEntry(t *lua.LTable, e *hotel.Entry, caller string) {
	setText(t, "entry", string(e.Kind))
	setText(t, "service", e.Service)
	if e.Room != "" {
		setText(t, "caller_room", caller)
		setText(t, "room", e.Room)
	}
	setText(t, "status", e.Status)
	setText(t, "staff", e.Staff)
	setText(t, "at", e.Time)
	setText(t, "key", e.Key)
	setNumber(t, "seq", e.Seq)
	switch e.Kind {
	case hotel.EntryMinibar:
		setText(t, "item", e.Item)
		t.RawSetString("removal", lua.LBool(e.Removal))
		t.RawSetString("nothing", lua.LBool(e.Nothing))
		if !e.Nothing {
			t.RawSetString("count", lua.LNumber(e.Count))
		}
	case hotel.EntryDND:
		t.RawSetString("on", lua.LBool(e.On))
	}
}

func memberList(L *lua.LState, members []hotel.Member) *lua.LTable {
	list := L.CreateTable(len(members), 0)
	for _, m := range members {
		t := L.CreateTable(0, 8)
		setText(t, "role", string(m.Role))
		setText(t, "number", m.Number)
		setText(t, "from", m.From)
		setText(t, "to", m.To)
		setText(t, "trunk", m.Trunk)
		setText(t, "channel", m.Channel)
		setText(t, "status", m.Status)
		setText(t, "path", m.Path)
		list.Append(t)
	}
	return list
}

func cdrTable(L *lua.LState, c *hotel.CDR) *lua.LTable {
	t := L.CreateTable(0, 11)
	setText(t, "start", c.Start)
	setText(t, "from", c.From)
	setText(t, "to", c.To)
	t.RawSetString("duration", lua.LNumber(c.Duration))
	t.RawSetString("talk", lua.LNumber(c.Talk))
	setText(t, "source_trunk", c.SourceLine)
	setText(t, "dest_trunk", c.DestLine)
	setText(t, "status", c.Status)
	setText(t, "type", c.Type)
	setText(t, "recording", c.Recording)
	setText(t, "did", c.DID)
	return t
}
