package luahooks

import (
	"fmt"
	"io/fs"
	"testing"
	"testing/fstest"
)

func TestCheck(t *testing.T) {
	for _, row := range []struct{ name, text, want string }{
		{"nothing", "local bh = require 'bellhop'\nbh.on('dtmf', function(event, x) for i, v in pairs({}) do print(i, v, event.digits, x) end end)\nfunction f() return f end\ny = f() local t = {} function t:m() return self, y end", "[]"},
		{"slip in a function", "local b = require 'bellhop'\nb.on('dtmf', function(event)\n b.psot { room = event.room } bellhop.minibar.itm('1')\nend)",
			"[t.lua:3: bellhop.psot does not exist; did you mean bellhop.post? t.lua:3: bellhop.minibar.itm does not exist; did you mean bellhop.minibar.item?]"},
		{"slip in a name", "local price = 1\nbellhop.on('dtmf', function() return pirce end)", `[t.lua:2: nothing is named "pirce": it is nil; did you mean price?]`},
		{"what hooks have not", "bellhop.on('dtmf', function() return os.time() end)", "[t.lua:1: os does not exist in hooks: use bellhop.now() for the time]"},
		{"slip in a field", "bellhop.on('minibar', function(e)\n return e.itme, e.count, e.cdr\nend)", `[t.lua:2: minibar events have no "itme": it is nil; did you mean item? t.lua:2: minibar events have no "cdr": it is nil]`},
		{"fields of others", "bellhop.on('cdr', function(e) return e.cdr.talk, e.fields.x, e.room, bellhop.language, bellhop.room(e.room).vip end)", "[]"},
	} {
		c := Check(fstest.MapFS{"t.lua": {Data: []byte(row.text)}}, Options{})
		var got []error
		for i := range c.Warnings {
			got = append(got, &c.Warnings[i])
		}
		if fmt.Sprint(got) != row.want || len(c.Faults) > 0 || c.Files != 1 || c.Hooks > 1 {
			t.Errorf("%s: %+v\n got %v\nwant %s", row.name, c, got, row.want)
		}
	}
	c := Check(fstest.MapFS{"a.lua": {Data: []byte("local x =")}, "b.lua": {Data: []byte("xx = yy")}, "b_test.lua": {Data: []byte("(")}}, Options{})
	if fmt.Sprint(c.Faults) != "[a.lua:1: syntax error at the end of the file]" || len(c.Warnings) != 1 || c.Files != 2 {
		t.Errorf("%+v", c)
	}
}

// The shipped hooks have nothing that is hardly meant.
func TestShippedHooksAreWithoutWarnings(t *testing.T) {
	dir, err := fs.Sub(shipped, "shipped")
	if err != nil {
		t.Fatal(err)
	}
	if c := Check(dir, Options{}); len(c.Faults)+len(c.Warnings) > 0 || c.Files < 6 {
		t.Errorf("%+v", c)
	}
}
