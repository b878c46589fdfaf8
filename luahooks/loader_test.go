package luahooks

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"bellhop/hotel"
)

// tells is a hook file that tells which version it is.
func tells(version string) string {
	return fmt.Sprintf("bellhop.on('dtmf', function() bellhop.log(%q) end)", version)
}

// said runs the hook of a file and gives what it tells.
func saidBy(t *testing.T, s *Set, file string) string {
	t.Helper()
	got := s.Run(context.Background(), file+":dtmf:1", input(dialled("1203", "1")))
	if got.Err != nil {
		return got.Err.Error()
	}
	return strings.Join(got.Log, " ")
}

// Each row is what stands in t.lua after its first version was in use, and
// what is used then.
func TestFaultKeepsWhatWasInUse(t *testing.T) {
	for _, row := range []struct{ name, text, want, fault string }{
		{"changed", tells("two"), "two", ""},
		{"the same", tells("one"), "one", ""},
		{"syntax", "(", "one", "t.lua:1: "},
		{"error at load", "error('no')", "one", "t.lua:1: no"},
		{"state", "local n\nbellhop.on('dtmf', function() n = 1 end)", "one", "belongs to the file"},
		{"too long", "--" + strings.Repeat("x", maxSource), "one", "256 KiB"},
		{"an example that fails", tells("wrong"), "one", "t.lua: wrong is wrong"},
	} {
		t.Run(row.name, func(t *testing.T) {
			examples := func(s *Set, file string) error {
				if got := saidBy(t, s, file); got == "wrong" {
					return fmt.Errorf("%s is wrong", got)
				}
				return nil
			}
			one := mustLoad(t, Options{Examples: examples}, map[string]string{"t.lua": tells("one"), "a.lua": tells("a")})
			two, err := load(t, Options{Examples: examples, Before: one}, map[string]string{"t.lua": row.text, "a.lua": tells("b")})
			one.Close()
			if got := saidBy(t, two, "t.lua"); got != row.want {
				t.Errorf("%q is in use, want %q", got, row.want)
			}
			if got := saidBy(t, two, "a.lua"); got != "b" {
				t.Errorf("the other file is at %q", got)
			}
			checkFault(t, err, row.fault, InsteadBefore)
			// What was kept once is kept again.
			three, err := load(t, Options{Examples: examples, Before: two}, map[string]string{"t.lua": row.text})
			if got := saidBy(t, three, "t.lua"); got != row.want {
				t.Errorf("after another reload %q is in use, want %q", got, row.want)
			}
			checkFault(t, err, row.fault, InsteadBefore)
			if got := saidBy(t, three, "a.lua"); !strings.Contains(got, "gone") {
				t.Errorf("a removed file says %q", got)
			}
		})
	}
}

func checkFault(t *testing.T, err error, want, instead string) {
	t.Helper()
	if want == "" {
		if err != nil {
			t.Errorf("fault %v", err)
		}
		return
	}
	var f *LoadFault
	if !errors.As(err, &f) || !strings.Contains(f.Error(), want) || f.Instead != instead {
		t.Errorf("fault %+v, want %q and %q instead", err, want, instead)
	} else if strings.HasPrefix(f.Message, f.File) {
		t.Errorf("the file is named twice: %v", f)
	}
}

// A job that two files have is the fault of the one that is new, also where its
// name comes first.
func TestNewFileIsToBlameForAJobTaken(t *testing.T) {
	job := `bellhop.cron("0 4 * * *", "stock", print)`
	one := mustLoad(t, Options{}, map[string]string{"z.lua": job, "a.lua": tells("one")})
	two, err := load(t, Options{Before: one}, map[string]string{"z.lua": job, "a.lua": tells("two") + job})
	checkFault(t, err, `a.lua: cron job "stock" is already registered in z.lua`, InsteadBefore)
	if got := saidBy(t, two, "a.lua"); got != "one" {
		t.Errorf("a.lua is at %q", got)
	}
	if got := two.Match(&hotel.Event{Kind: hotel.KindCron, Name: "stock"}); !slices.Equal(got, []string{"z.lua:cron:1"}) {
		t.Errorf("matched %q", got)
	}
}

// goneDir is a folder that cannot be listed.
type goneDir struct{ err error }

func (d goneDir) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: d.err}
}

func TestFolderThatIsGoneChangesNothing(t *testing.T) {
	one := mustLoad(t, Options{}, map[string]string{"t.lua": tells("one")})
	for _, why := range []error{fs.ErrNotExist, fs.ErrPermission} {
		two, err := Load(goneDir{why}, Options{Before: one})
		if got := saidBy(t, two, "t.lua"); got != "one" || err == nil || !strings.Contains(err.Error(), "read the folder of hooks") {
			t.Errorf("%v: %q is in use, fault %v", why, got, err)
		}
		if !two.Found("t.lua") || two.Found("minibar.lua") || two.Found("none.lua") {
			t.Errorf("%v: it is forgotten what the folder had", why)
		}
		two.Close()
	}
	// Where there never was one, there is nothing to be told of.
	none := mustLoad(t, Options{}, nil)
	s, err := Load(goneDir{fs.ErrNotExist}, Options{Before: none})
	if err != nil {
		t.Errorf("no folder of hooks: %v", err)
	}
	s.Close()
}

// A copy of a shipped file, as "bellhop hooks new" makes it, is the hotel's own from
// then on, and so it is when it is loaded again.
func TestCopyOfAShippedFileIsTheHotels(t *testing.T) {
	copied, _ := TemplateOf("sweep")
	before := mustLoad(t, Options{}, nil)
	for range 2 {
		before = mustLoad(t, Options{Before: before}, map[string]string{"sweep.lua": string(copied.Text)})
		for _, f := range before.Files() {
			if own := f.Name == "sweep.lua"; f.Shipped == own || f.Replaces != own {
				t.Errorf("%+v", f)
			}
		}
	}
	if units := before.Match(&hotel.Event{Kind: hotel.KindCron, Name: "nightly-checkout-sweep"}); len(units) != 1 {
		t.Errorf("it runs %q", units)
	}
	gone := mustLoad(t, Options{Before: before}, nil)
	for _, f := range gone.Files() {
		if !f.Shipped {
			t.Errorf("removed: %+v", f)
		}
	}
}

// The examples of a file are run once, also where another file's do not come true.
func TestExamplesAreRunOnce(t *testing.T) {
	ran := map[string]int{}
	s, err := load(t, Options{Examples: func(_ *Set, file string) error {
		if ran[file]++; file == "b.lua" || file == "c.lua" {
			return errors.New("otherwise")
		}
		return nil
	}}, map[string]string{"a.lua": tells("a"), "b.lua": tells("b"), "c.lua": tells("c"), "d.lua": tells("d")})
	if len(split(err)) != 2 || len(ran) != 4 || saidBy(t, s, "d.lua") != "d" || !strings.Contains(saidBy(t, s, "b.lua"), "gone") {
		t.Errorf("fault %v, examples %v", err, ran)
	}
	for file, n := range ran {
		if n != 1 {
			t.Errorf("the examples of %s were run %d times", file, n)
		}
	}
}

// What the folder has it has, good, bad or held back: a file that goes is another
// matter than one with a fault.
func TestFound(t *testing.T) {
	s, err := load(t, Options{Hold: func(file, _ string) bool { return file == "held.lua" }}, map[string]string{
		"good.lua": tells("x"), "bad.lua": "(", "held.lua": tells("y"), "bad name.lua": "", "good_test.lua": "", "lib/l.lua": "",
	})
	if err == nil {
		t.Error("no fault")
	}
	for file, want := range map[string]bool{"good.lua": true, "bad.lua": true, "held.lua": true, "gone.lua": false, "sweep.lua": false, "good_test.lua": false} {
		if s.Found(file) != want {
			t.Errorf("%s is found: %v", file, !want)
		}
	}
}

func TestVersionSetAsideMakesPlaceForTheShipped(t *testing.T) {
	own := `bellhop.on("minibar", function() error("no") end) bellhop.on("dtmf", function() error("no") end)`
	one := mustLoad(t, Options{}, map[string]string{"minibar.lua": own, "t.lua": tells("one")})
	aside := map[string]string{}
	for _, f := range one.Files() {
		aside[f.Name] = f.Version
		if own := f.Name == "minibar.lua" || f.Name == "t.lua"; own == f.Shipped || f.Replaces != (f.Name == "minibar.lua") {
			t.Errorf("%+v", f)
		}
	}
	for _, before := range []*Set{one, nil} {
		two, err := load(t, Options{Before: before, Aside: aside}, map[string]string{"minibar.lua": own, "t.lua": tells("one")})
		if got := two.Match(dialled("1203", "778*12*2")); err != nil || !slices.Equal(got, []string{"minibar.lua:minibar:1", "t.lua:dtmf:1"}) {
			t.Errorf("matched %q, fault %v", got, err)
		}
		three := mustLoad(t, Options{Before: two, Aside: aside}, map[string]string{"minibar.lua": own + "--mended"})
		if got := three.Match(dialled("1203", "778*12*2")); len(got) != 2 {
			t.Errorf("after it was mended: %q", got)
		}
	}
}
