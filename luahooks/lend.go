package luahooks

import (
	"slices"
	"sync"

	lua "github.com/yuin/gopher-lua"
)

// A table costs the interpreter two maps and a list: those of the event and of the
// item were half of a run of the shipped minibar hook. A file whose functions
// change no table and keep none beyond a run cannot tell a table that was used
// before from a new one: it is lent the same ones again and again.

// lender has tables with fields of the same names.
type lender struct {
	// keys are all fields that they may have, in an order that is the same in each
	// interpreter: pairs goes by it.
	keys   []string
	tables []*lua.LTable
	out    int // how many of them are lent
}

// maxLent bounds the tables of a lender: a loop may ask for thousands.
const maxLent = 4

// lend gives an empty table; one that is to be taken back, if there is any.
func (l *lender) lend(L *lua.LState) *lua.LTable {
	if l.out == maxLent {
		return L.CreateTable(0, len(l.keys))
	}
	if l.out == len(l.tables) {
		t := L.CreateTable(0, len(l.keys))
		for _, key := range l.keys {
			t.RawSetString(key, lua.LTrue) // so that the keys have their order
		}
		l.empty(t)
		l.tables = append(l.tables, t)
	}
	l.out++
	return l.tables[l.out-1]
}

// takeBack empties what was lent: what a guest did is not for the next run.
func (l *lender) takeBack() {
	for _, t := range l.tables[:l.out] {
		l.empty(t)
	}
	l.out = 0
}

func (l *lender) empty(t *lua.LTable) {
	for _, key := range l.keys {
		t.RawSetString(key, lua.LNil)
	}
}

// lenders are an interpreter's. Files that may change a table, or keep it, are
// given new ones.
type lenders struct {
	on            bool // while a hook runs that leaves tables as they were
	events, items lender
}

func newLenders() lenders {
	return lenders{events: lender{keys: eventKeys()}, items: lender{keys: itemKeys()}}
}

func (l *lenders) item(L *lua.LState) *lua.LTable {
	if !l.on {
		return L.CreateTable(0, len(l.items.keys))
	}
	return l.items.lend(L)
}

func (l *lenders) takeBack() {
	l.on = false
	l.events.takeBack()
	l.items.takeBack()
}

// eventKeys are the fields that any event may have.
var eventKeys = sync.OnceValue(func() []string { return keysOf(eventRecords()...) })

// itemKeys are those of an item.
var itemKeys = sync.OnceValue(func() []string {
	return keysOf(slices.DeleteFunc(records(), func(r record) bool { return r.Name != "bellhop.Item" })...)
})

func keysOf(list ...record) (keys []string) {
	seen := map[string]bool{}
	for _, r := range list {
		for _, f := range r.Fields {
			if !seen[f.Name] {
				seen[f.Name] = true
				keys = append(keys, f.Name)
			}
		}
	}
	return keys
}

// changers are what changes tables, or may be a way to what does.
var changers = []string{"table", "setmetatable", "_G"}

// mention notes that a name is used that may change a table.
func (c *checker) mention(name string) {
	c.keeps = c.keeps || slices.Contains(changers, name)
}

// changeLocal notes that a local is written which is not of the function at this
// place: that may be one that stays, with what it was given.
func (c *checker) changeLocal(l local) {
	c.keeps = c.keeps || l.depth < c.inside
}
