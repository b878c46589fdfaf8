package luahooks

import (
	lua "github.com/yuin/gopher-lua"

	"bellhop/hotel"
)

// backup asks for a copy of the database.
func (v *vm) backup(L *lua.LState) int {
	r := v.running(L, "bellhop.backup")
	newOptions(L, "bellhop.backup", L.OptTable(1, L.NewTable()))
	v.want(r, hotel.Effect{Backup: &hotel.Backup{}})
	return 0
}

// sweep only asks for one: what keeps guests in their rooms lies beneath it.
func (v *vm) sweep(L *lua.LState) int {
	r := v.running(L, "bellhop.sweep")
	t := L.OptTable(1, L.NewTable())
	o := newOptions(L, "bellhop.sweep", t)
	s := &hotel.Sweep{Overdue: o.text("overdue", false)}
	if s.Overdue != "" && s.Overdue != hotel.OverdueList && s.Overdue != hotel.OverdueCheckOut {
		o.fail("overdue", "list or checkout", t.RawGetString("overdue"))
	}
	v.want(r, hotel.Effect{Sweep: s})
	return 0
}
