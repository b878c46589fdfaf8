package luahooks

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"bellhop/hotel"
)

func TestShippedHooksStandAlone(t *testing.T) {
	s, err := Load(nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var names []string
	for _, h := range s.Hooks() {
		names = append(names, h.Name)
		if len(h.Version) != 12 || h.File == "" {
			t.Errorf("%+v", h)
		}
	}
	if want := []string{"backup.lua:cron:1", "evening.lua:cron:1", "housekeeping.lua:housekeeping:1", "minibar.lua:minibar:1", "morning.lua:cron:1", "sweep.lua:cron:1"}; !slices.Equal(names, want) {
		t.Errorf("hooks %q", names)
	}
}

func TestHooksAreListedAsRegistered(t *testing.T) {
	s := mustLoad(t, Options{}, map[string]string{
		"minibar.lua":      "-- nothing: the shipped one is replaced",
		"housekeeping.lua": "",
		"sweep.lua":        "",
		"morning.lua":      "",
		"evening.lua":      "",
		"backup.lua":       "",
		"z.lua":            `local function sweep() end bellhop.cron("0 3 * * *", "sweep", { missed = "report", within = 3600 }, sweep) bellhop.on("dtmf", "^9", sweep)`,
		"readme.md":        "not a hook",
	})
	got := s.Hooks()
	if len(got) != 2 {
		t.Fatalf("hooks %+v", got)
	}
	version := got[0].Version
	want := []Hook{
		{Name: "z.lua:cron:1", File: "z.lua", Version: version, Kind: hotel.KindCron, Schedule: "0 3 * * *", Job: "sweep", Missed: hotel.MissedPolicy{Missed: hotel.MissedReport, Within: time.Hour}},
		{Name: "z.lua:dtmf:2", File: "z.lua", Version: version, Kind: hotel.KindDTMF, Pattern: "^9"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("hooks\n got %+v\nwant %+v", got, want)
	}
}

// Each row is a source and what the fault says; an empty one means none.
var sources = []struct{ name, text, fault string }{
	{"syntax", "local x =\nlocal y", `t.lua:2: syntax error near "local"`},
	{"unfinished", "bellhop.on('dtmf', function()\n", "t.lua:2: syntax error at the end of the file"},
	{"unfinished text", "local s = 'abc\n", "unterminated string"},
	{"no such kind", "\nbellhop.on('minbar', print)", `t.lua:2: bellhop.on: there is no event kind "minbar"; the kinds are dtmf, minibar`},
	{"cron by on", "bellhop.on('cron', print)", "bellhop.cron(expression, job, function)"},
	{"no function", "bellhop.on('dtmf')", "function expected"},
	{"pattern without digits", "bellhop.on('cdr', '^1', print)", "a cdr event has none"},
	{"broken pattern", "bellhop.on('dtmf', '^(1', print)", "t.lua:1: malformed pattern"},
	{"cron with four fields", "bellhop.cron('0 3 * *', 'x', print)", "five fields"},
	{"cron with strange fields", "bellhop.cron('0 3 * * ;', 'x', print)", "five fields"},
	{"cron that misses oddly", "bellhop.cron('0 3 * * *', 'x', { missed = 'never' }, print)", "missed must be run, report or skip"},
	{"cron in the past", "bellhop.cron('0 3 * * *', 'x', { within = -1 }, print)", "within must be 0 to"},
	{"cron with a slip", "bellhop.cron('0 3 * * *', 'x', { mised = 'run' }, print)", "unknown field"},
	{"cron without a name", "bellhop.cron('0 3 * * *', '', print)", "the job's name"},
	{"error at load", "\n\nerror('no')", "t.lua:3: no"},
	{"effects at load", "bellhop.alert('x')", "t.lua:1: bellhop.alert works only inside a hook"},
	{"kv at load", "bellhop.kv.get('x')", "works only inside a hook"},
	{"clock at load", "bellhop.now()", "works only inside a hook"},
	{"endless at load", "while true do end", "took too long"},
	{"too many hooks", "for i = 1, 101 do bellhop.on('dtmf', print) end", "at most 100 hooks"},
	{"no os", "\nlocal t = os.time()", "t.lua:2: os does not exist in hooks: use bellhop.now() for the time"},
	{"too deep", strings.Repeat("(", 5000) + "1" + strings.Repeat(")", 5000), "t.lua:1: "},
	{"too many blocks", strings.Repeat("do ", 5000) + strings.Repeat(" end", 5000), "nests deeper"},
	{"too many signs", "return " + strings.Repeat("- ", 5000) + "1", "nests deeper"},
	{"too long", "-- " + strings.Repeat("x", maxSource), "256 KiB"},

	{"a local of the file", "local n = 0\nbellhop.on('dtmf', function()\n n = n + 1\nend)", `t.lua:3: "n" belongs to the file`},
	{"a local of a block", "for i = 1, 2 do local n\n bellhop.on('dtmf', function() n = i end) end", `t.lua:2: "n" belongs to the file`},
	{"a loop variable of the file", "for i = 1, 2 do bellhop.on('dtmf', function() i = 3 end) end", `"i" belongs to the file`},
	{"a function of the file", "local f\nlocal function g() function f() end end", `t.lua:2: "f" belongs to the file`},
	{"a global", "bellhop.on('dtmf', function() count = 1 end)", `t.lua:1: global "count" is written inside a function`},
	{"a global function", "local function f()\n function g() end end", `global "g" is written`},
	{"a table of the file", "local seen = {}\nbellhop.on('dtmf', function(e) seen[e.room] = true end)", `t.lua:2: table "seen" belongs to the file`},
	{"a field deeper down", "local seen = {a = {}}\nbellhop.on('dtmf', function(e) seen.a.b = true end)", `table "seen" belongs`},
	{"a method of the file's table", "local m = {}\nlocal function f() function m:x() end end", `table "m" belongs`},
	{"table.insert", "local seen = {}\nbellhop.on('dtmf', function(e) table.insert(seen, e.room) end)", `t.lua:2: table "seen" belongs`},
	{"inside an if", "local n\nbellhop.on('dtmf', function() if true then else while true do n = 1 end end end)", `"n" belongs`},
	{"inside a call's function", "local n\nbellhop.on('dtmf', function() pcall(function() n = 1 end) end)", `"n" belongs`},

	{"own locals", "local k = 1\nbellhop.on('dtmf', function(e) local n, t = k, {} n = n + 1 t.x = n e.y = 1 table.insert(t, 1) pcall(function() n = 2 end) end)", ""},
	{"shadowed", "local n = 1\nbellhop.on('dtmf', function(n) n = 2 for n = 1, 2 do n = 3 end end)", ""},
	{"shadowed in a repeat", "local n = 1\nbellhop.on('dtmf', function() repeat local n = 1 n = 2 until n end)", ""},
	{"globals of the file", "n = 1 function f() return n end\nlocal m = {} function m.x() end function m:y() self.z = 1 end m.w = 2\nbellhop.on('dtmf', function() return f() end)", ""},
	{"an editor's mark", "\ufeffbellhop.on('dtmf', print)", ""},
	{"GBK", "bellhop.on('dtmf', function() bellhop.alert('\xc6\xa1\xbe\xc6') end)", "is not UTF-8"},
	{"recursive local", "local function f(n) return n > 0 and f(n - 1) end f(3)", ""},
	{"a registering loop", "for _, k in ipairs{'dtmf', 'cdr'} do bellhop.on(k, function(e) bellhop.log(k) end) end", ""},
}

func TestSources(t *testing.T) {
	for _, row := range sources {
		t.Run(row.name, func(t *testing.T) {
			s, err := load(t, Options{Limits: Limits{Deadline: time.Second}}, map[string]string{"t.lua": row.text, "good.lua": "bellhop.on('dtmf', print)"})
			switch {
			case row.fault == "" && err != nil:
				t.Fatal(err)
			case row.fault != "" && err == nil:
				t.Fatalf("no fault, want %q", row.fault)
			case row.fault != "":
				var f *LoadFault
				if !strings.Contains(err.Error(), row.fault) || !errors.As(err, &f) || f.File != "t.lua" {
					t.Errorf("fault %v, want %q", err, row.fault)
				}
			}
			for _, h := range s.Hooks() {
				if row.fault != "" && h.File == "t.lua" {
					t.Errorf("a file with a fault registers %s", h.Name)
				}
			}
			got := s.Run(context.Background(), "good.lua:dtmf:1", input(dialled("1203", "1")))
			if got.Err != nil {
				t.Errorf("the good file: %v", got.Err)
			}
		})
	}
}

func TestEachFaultIsTold(t *testing.T) {
	_, err := load(t, Options{}, map[string]string{
		"a.lua": "local n\nlocal function f() n = 1 end\nlocal function g() n = 2 end", "b.lua": "(", "c.lua": "error('x')", "bad name.lua": "", "ok.lua": "",
	})
	for _, want := range []string{"a.lua:2: ", "a.lua:3: ", "b.lua:1: ", "c.lua:1: x", "bad name.lua: the name must be"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in %v", want, err)
		}
	}
}

func TestShippedHookTakesThePlaceOfABrokenOne(t *testing.T) {
	s, err := load(t, Options{}, map[string]string{"minibar.lua": "("})
	var f *LoadFault
	if !errors.As(err, &f) || f.Instead != InsteadShipped {
		t.Errorf("fault %+v", err)
	}
	if got := s.Match(dialled("1203", "778*12*2")); !slices.Equal(got, []string{"minibar.lua:minibar:1"}) {
		t.Errorf("matched %q", got)
	}
}

func TestOneJobOneFile(t *testing.T) {
	s, err := load(t, Options{}, map[string]string{
		"a.lua": `bellhop.cron("0 3 * * *", "sweep", print)`, "b.lua": `bellhop.cron("0 4 * * *", "sweep", print)`,
	})
	if err == nil || !strings.Contains(err.Error(), `b.lua: cron job "sweep" is already registered in a.lua`) {
		t.Errorf("fault %v", err)
	}
	if got := s.Match(&hotel.Event{Kind: hotel.KindCron, Name: "sweep"}); !slices.Equal(got, []string{"a.lua:cron:1"}) {
		t.Errorf("matched %q", got)
	}
}

func TestFilesDoNotSeeEachOther(t *testing.T) {
	s := mustLoad(t, Options{}, map[string]string{
		"a.lua": `helper = "a" string = nil`,
		"b.lua": `assert(helper == nil and string.rep) helper = "b" bellhop.on("dtmf", function() bellhop.log(helper, ("x"):rep(2)) end)`,
		"c.lua": `helper = "c"`,
	})
	got := s.Run(context.Background(), "b.lua:dtmf:1", input(dialled("1203", "1")))
	if got.Err != nil || got.Log[0] != "b xx" {
		t.Errorf("%+v", got)
	}
}

// brokenDir lists a file that cannot be read, as after a failing SD card.
type brokenDir struct{ fs.FS }

func (d brokenDir) Open(name string) (fs.File, error) {
	if name == "bad.lua" {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("input/output error")}
	}
	return d.FS.Open(name)
}

func TestUnreadableFiles(t *testing.T) {
	dir := brokenDir{fstest.MapFS{"bad.lua": {}, "good.lua": {Data: []byte("bellhop.on('dtmf', print)")}}}
	s, err := Load(dir, Options{})
	if err == nil || !strings.Contains(err.Error(), "bad.lua: ") {
		t.Errorf("fault %v", err)
	}
	defer s.Close()
	if got := s.Match(dialled("1203", "1")); !slices.Equal(got, []string{"good.lua:dtmf:1"}) {
		t.Errorf("matched %q", got)
	}
}
