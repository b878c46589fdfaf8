package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// hooked runs a command line about hooks.
func hooked(args string) (code int, out, errOut string) {
	var o, e strings.Builder
	code = run(context.Background(), strings.Fields(args), &o, &e)
	return code, o.String(), e.String()
}

func writeHook(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestHooksOnALaptop: no config, no agent.
func TestHooksOnALaptop(t *testing.T) {
	if _, err := os.Stat(defaultConfig); err == nil {
		t.Skip("this computer has a config")
	}
	dir := filepath.Join(t.TempDir(), "hooks")
	for _, c := range []struct {
		args, out, err string
		code           int
	}{
		{"hooks new --list", "\nminibar ", "", 0},
		{"hooks new --list --json", `"name":"call-surcharge"`, "", 0},
		{"hooks new fruit", "", "name the folder for the hook, such as --hooks here", 1},
		{"hooks new", "", "hooks new needs [NAME]", 2},
		{"hooks new fr*it --hooks DIR", "", "NAME must be 1 to 64 letters", 2},
		{"hooks new fruit.lua --hooks DIR", "DIR/fruit.lua\nDIR/fruit_test.lua\n", "", 0},
		{"hooks new fruit --hooks DIR", "", "DIR/fruit.lua is there already, and stays as it is", 1},
		{"hooks new night --from call-surcharge --hooks DIR", "  bellhop hooks test DIR --watch\n\nNothing in DIR is in use yet. To put it to use:\n\n  cp DIR/night.lua DIR/night_test.lua /etc/bellhop/hooks\n", "", 0},
		{"hooks new bar --from minibar --hooks DIR", "", "would be done twice", 1},
		{"hooks new bar --from none --hooks DIR", "", `no hook "none" to start from`, 2},
		{"hooks new minibar --hooks DIR", "/etc/bellhop/hooks\n\nFrom then on the hook \"minibar\" that Bellhop brings is replaced by the copy", "", 0},
		{"hooks new lib/prices --from minibar --hooks DIR", "", "a library starts empty", 2},
		{"hooks new lib/../prices --hooks DIR", "", "NAME must be 1 to 64 letters", 2},
		{"hooks new lib/prices --hooks DIR", "DIR/lib/prices.lua\nDIR/lib/prices_test.lua\n", "", 0},
		{"hooks new lib/prices --hooks DIR", "", "prices.lua is there already", 1},
		{"hooks check DIR", "DIR: good: 3 hooks in 3 files, and 1 library\n", "", 0},
		{"hooks test DIR/lib/prices.lua -v --cover", "ok    lib/prices_test.lua:4: ten percent on top\nlib/prices.lua: 5 of 5 lines have run\n1 test, all good", "", 0},
		{"hooks check", "", "name the folder of the hooks", 1},
		{"hooks check DIR/none", "", "no such file or directory", 1},
		{"hooks check DIR/fruit.lua", "", "is a file, and a folder is needed", 1},
		{"hooks test DIR", "14 tests, all good", "", 0},
		{"hooks test DIR/fruit.lua -v --cover", "ok    fruit_test.lua:3: what is not on the list is told\nfruit.lua: 7 of 7 lines have run\n2 tests", "", 0},
		{"hooks test DIR/fruit_test.lua --json", `{"test":{"file":"fruit_test.lua","line":3,"name":"what is not on the list is told"}}`, "", 0},
		{"hooks test DIR/none.lua", "", "there is no none.lua in DIR", 1},
		{"hooks test DIR/fruit.lua /", "", "name one folder", 2},
		{"hooks test", "", "name the folder of the hooks", 1},
	} {
		code, out, errOut := hooked(strings.ReplaceAll(c.args, "DIR", dir))
		c.out, c.err = strings.ReplaceAll(c.out, "DIR", dir), strings.ReplaceAll(c.err, "DIR", dir)
		if code != c.code || !strings.Contains(out, c.out) || !strings.Contains(errOut, c.err) {
			t.Errorf("bellhop %s: %d, out %q, err %q", c.args, code, out, errOut)
		}
	}
}

func TestHooksWithFaults(t *testing.T) {
	dir := t.TempDir()
	writeHook(t, dir, "a.lua", "local x =\n")
	writeHook(t, dir, "b.lua", "bellhop.on('dtmf', function(event)\n  bellhop.psot { room = event.room }\nend)\n--- @example a slip\n--- event: dtmf room=1 digits=1\n--- wants: nothing\n")
	for _, c := range []struct{ args, out, err string }{
		{"hooks check " + dir, "a.lua:2: syntax error at the end of the file\nb.lua:2: bellhop.psot does not exist; did you mean bellhop.post? (warning)\n", "hooks check: 1 fault in " + dir},
		{"hooks check --json " + dir, `{"file":"a.lua","line":2,"message":"syntax error at the end of the file"}`, "1 fault"},
		{"hooks test " + dir, "FAIL  a.lua:2: syntax error at the end of the file\nFAIL  b.lua:6: a slip\n        error: b.lua:2: attempt to call a non-function object\n", "hooks test: 2 of 2 failed"},
		{"hooks test --json " + dir, `{"fault":{"file":"a.lua","line":2,"message":"syntax error at the end of the file"}}`, "2 of 2"},
	} {
		if code, out, errOut := hooked(c.args); code != 1 || !strings.Contains(out, c.out) || !strings.Contains(errOut, c.err) {
			t.Errorf("bellhop %s: %d, out %q, err %q", c.args, code, out, errOut)
		}
	}
	warned := t.TempDir()
	writeHook(t, warned, "b.lua", "bellhop.on('dtmf', function(event)\n  bellhop.psot { room = event.room }\nend)\n")
	if code, out, errOut := hooked("hooks check " + warned); code != 0 || !strings.HasSuffix(out, "(warning)\n"+warned+": good, with 1 warning: 1 hook in 1 file\n") {
		t.Errorf("a warning alone: %d, out %q, err %q", code, out, errOut)
	}
	empty := t.TempDir()
	if code, out, errOut := hooked("hooks test " + empty); code != 0 || out != "" || !strings.Contains(errOut, "no examples and no tests") {
		t.Errorf("an empty folder: %d, out %q, err %q", code, out, errOut)
	}
}

// TestHooksNewInTheHotel: a copy in the folder that is in use replaces the hook at
// once, one on a desk does when it is put there.
func TestHooksNewInTheHotel(t *testing.T) {
	file := runningAgent(t, "")
	used, desk := filepath.Join(filepath.Dir(file), "hooks"), t.TempDir()
	for _, c := range []struct{ args, out, err string }{
		{"--hooks " + desk, "in use yet. To put it to use:\n\n  cp " + desk + "/minibar.lua " + desk + "/minibar_test.lua " + used + "\n\nFrom then on the hook", ""},
		{"", "bellhop hooks test " + used + " --watch\n", `the hook "minibar" that Bellhop brings is replaced by the copy`},
	} {
		_, out, errOut := hooked("hooks new minibar -c " + file + " " + c.args)
		if !strings.Contains(out, c.out) || strings.Contains(out, "in use yet") != (c.args != "") || !strings.Contains(errOut, c.err) || (errOut == "") != (c.err == "") {
			t.Errorf("%s: out %q, err %q", c.args, out, errOut)
		}
	}
}

// TestTestsAreRunAgain: a change runs them once it is over, and only then.
func TestTestsAreRunAgain(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	tick, asked := make(chan time.Time), make(chan string)
	ran := make(chan bool, 10)
	ended := make(chan bool)
	go func() {
		watchFolder(ctx, tick, func() string { return <-asked }, func() { ran <- true })
		close(ended)
	}()
	asked <- "a"
	<-ran
	for i, step := range []struct {
		digest string
		runs   int
	}{
		{"a", 0}, {"a", 0},
		{"b", 0}, {"b", 1}, // saved
		{"b", 0},
		{"", 0}, {"c", 0}, {"c", 1}, // the file is away while the editor writes it
		{"d", 0}, {"c", 0}, {"c", 0}, // back before anybody saw it
	} {
		tick <- time.Time{}
		asked <- step.digest
		if i == 10 {
			break
		}
	}
	tick <- time.Time{}
	asked <- "c" // by now the last step is over
	cancel()
	<-ended
	if len(ran) != 2 {
		t.Errorf("ran %d times more, want 2", len(ran))
	}
}

func TestAFolderIsKnownByItsContent(t *testing.T) {
	dir := t.TempDir()
	digests := map[string]bool{digestOf(dir): true}
	for i, step := range []func(){
		func() { writeHook(t, dir, "a.lua", "1") },
		func() { writeHook(t, dir, "a.lua", "2") },
		func() {
			writeHook(t, dir, "new", "3")
			check(t, os.Rename(filepath.Join(dir, "new"), filepath.Join(dir, "a.lua")))
		},
		func() { writeHook(t, dir, "b.lua", "") },
		func() { check(t, os.Mkdir(filepath.Join(dir, "lib"), 0o700)); writeHook(t, dir, "lib/c.lua", "1") },
		func() { writeHook(t, dir, "lib/c.lua", "2") },
		func() { check(t, os.Remove(filepath.Join(dir, "a.lua"))) },
	} {
		if step(); digests[digestOf(dir)] {
			t.Errorf("step %d is not seen", i)
		}
		digests[digestOf(dir)] = true
	}
	was := digestOf(dir)
	writeHook(t, dir, "a.lua~", "an editor's copy")
	if digestOf(dir) != was {
		t.Error("another file is taken for a hook")
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

const tracedHook = `local bellhop = require "bellhop"
bellhop.cron("0 3 * * *", "good", function()
  local n = bellhop.kv.get("none")
  bellhop.kv.set("n", n or 1)
  bellhop.log("hello")
end)
local function bad()
  error("no ice")
end
bellhop.cron("0 3 * * *", "bad", function() bad() return 1 end)
`

// TestHooksRun: an agent answers, and without one its store does.
func TestHooksRun(t *testing.T) {
	var file string
	ask := func(t *testing.T) {
		for _, c := range []struct {
			args, out, err string
			code           int
		}{
			{"hooks run 1", "own.lua:cron:1\n  log    hello\n  wants  kv.set key=n value=1\n", "", 0},
			{"hooks run 1 --trace", "      3  bellhop.kv.get(\"none\") = nil\n", "", 0},
			{"hooks run 1 own.lua --trace", "      4  bellhop.kv.set(\"n\", 1)\n", "", 0},
			{"hooks run 1 own --trace --json", `"call":"bellhop.kv.set","args":["\"n\"","1"]`, "", 0},
			{"hooks run 1 --trace --as-it-was", "      3  bellhop.kv.get(\"none\") = nil\n", "", 0},
			{"hooks run 99 --as-it-was", "", "no such event", 1},
			{"hooks run 2 --trace", "  fails  error: own.lua:8: no ice (called from own.lua:10)\n", "", 0},
			{"hooks run 1 other.lua", "", "no hook to run: event 1 is cron good; the hooks that take it are own.lua:cron:1", 1},
			{"hooks run 99", "", "no such event", 1},
			{"hooks run x", "", `ID must be a number, but it is "x"`, 2},
			{"hooks run", "", "hooks run needs EVENT [HOOK]", 2},
		} {
			code, out, errOut := hooked(c.args + " -c " + file)
			if code != c.code || !strings.Contains(out, c.out) || !strings.Contains(errOut, c.err) {
				t.Errorf("bellhop %s: %d, out %q, err %q", c.args, code, out, errOut)
			}
		}
	}
	t.TempDir() // removed behind what follows, which runs when the agent has ended
	t.Cleanup(func() { ask(t) })
	file = runningAgent(t, tracedHook)
	hooked("cron run good -c " + file)
	hooked("cron run bad -c " + file)
	ask(t)
	if _, out, _ := hooked("events list -c " + file + " --json"); strings.Contains(out, `"id":4`) {
		t.Errorf("a look has made an event: %s", out)
	}
}
