package update

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"bellhop/hotel"
	"bellhop/store"
)

// installed is an installation whose update has come to where a test wants it.
type installed struct {
	t      *testing.T
	folder Folder
	state  State
}

const oldProgram, newProgram = "the old program", "the new program"

// newInstalled has kept the old program and its database, which holds one event.
func newInstalled(t *testing.T) *installed {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "data"), 0o700); err != nil {
		t.Fatal(err)
	}
	i := &installed{t: t, state: State{
		ID: "u1", Program: filepath.Join(dir, "bellhop"), Store: filepath.Join(dir, "data", "bellhop.db"),
		From: Build{Version: "1.0.0", Format: 1}, To: Build{Version: "1.1.0", Format: 1},
	}}
	i.folder = FolderOf(i.state.Store)
	if err := i.folder.make(); err != nil {
		t.Fatal(err)
	}
	i.put(newProgram)
	i.state.To.Sum = i.sum()
	i.put(oldProgram)
	i.state.From.Sum = i.sum()
	i.event()
	if err := (&Updater{Folder: i.folder}).keep(i.state); err != nil {
		t.Fatal(err)
	}
	return i
}

func (i *installed) put(text string) {
	i.t.Helper()
	if err := os.WriteFile(i.state.Program, []byte(text), 0o700); err != nil {
		i.t.Fatal(err)
	}
}

func (i *installed) sum() string {
	i.t.Helper()
	sum, err := sumOf(i.state.Program)
	if err != nil {
		i.t.Fatal(err)
	}
	return sum
}

// open runs work on the database.
func (i *installed) open(path string, work func(*store.Store)) {
	i.t.Helper()
	s, err := store.Open(store.Options{Path: path})
	if err != nil {
		i.t.Fatal(err)
	}
	work(s)
	if err := s.Close(); err != nil {
		i.t.Fatal(err)
	}
}

// event lets an agent acknowledge one.
func (i *installed) event() {
	i.t.Helper()
	i.open(i.state.Store, func(s *store.Store) {
		if _, err := s.Append(i.t.Context(), hotel.Event{Kind: hotel.KindDTMF, Digits: "777*01"}, nil); err != nil {
			i.t.Fatal(err)
		}
	})
}

func (i *installed) events(path string) (count uint64) {
	i.t.Helper()
	i.open(path, func(s *store.Store) { count = s.Status().Events })
	return count
}

// at puts the update into a phase, with the program that is in place then.
func (i *installed) at(phase Phase, program string) {
	i.t.Helper()
	i.put(program)
	i.state.Phase = phase
	if err := i.folder.save(i.state); err != nil {
		i.t.Fatal(err)
	}
}

func (i *installed) mark(m Mark) {
	i.t.Helper()
	m.ID = i.state.ID
	if err := m.Write(i.state.Store); err != nil {
		i.t.Fatal(err)
	}
}

func (i *installed) guard(start string) (back bool) {
	i.t.Helper()
	_, back, err := i.folder.Guard(start)
	if err != nil {
		i.t.Fatal(err)
	}
	return back
}

// is checks what there is now.
func (i *installed) is(phase Phase, program string, events uint64) State {
	i.t.Helper()
	st, err := i.folder.Load()
	if err != nil || st.Phase != phase {
		i.t.Errorf("phase %q, want %q: %v", st.Phase, phase, err)
	}
	if text, err := os.ReadFile(i.state.Program); err != nil || string(text) != program {
		i.t.Errorf("%q is in place, want %q: %v", text, program, err)
	}
	if got := i.events(i.state.Store); got != events {
		i.t.Errorf("the database has %d events, want %d", got, events)
	}
	return st
}

func TestGuardOfAnUpdateThatChangedNothing(t *testing.T) {
	for _, phase := range []Phase{Stopping, Switching} {
		i := newInstalled(t)
		i.at(phase, oldProgram)
		if i.guard("") {
			t.Error("it went back")
		}
		i.is(Abandoned, oldProgram, 1)
	}
}

// Three starts are enough for a version that works.
func TestGuardCountsStarts(t *testing.T) {
	i := newInstalled(t)
	i.at(Switching, newProgram)
	for _, start := range []string{"a", "a", "b", "b", "c", "c"} { // asked twice about each
		if i.guard(start) {
			t.Fatalf("it went back at start %s", start)
		}
	}
	i.event() // what nobody was told is kept: it came from a version on trial
	if st := i.is(Trial, newProgram, 2); st.Starts != 3 {
		t.Errorf("%d starts", st.Starts)
	}
	if !i.guard("d") {
		t.Error("it did not go back")
	}
	if st := i.is(Returned, oldProgram, 1); st.Why == "" || st.Database != Copy {
		t.Errorf("%+v", st)
	}
	if i.guard("e") {
		t.Error("it went back again")
	}
}

// Where nobody can tell one start from another each counts.
func TestGuardCountsStartsWithoutNames(t *testing.T) {
	i := newInstalled(t)
	i.at(Switching, newProgram)
	for range maxStarts {
		if i.guard("") {
			t.Fatal("it went back too early")
		}
	}
	if !i.guard("") {
		t.Error("it did not go back")
	}
}

// What was taken stays, with whichever program can read it.
func TestGuardKeepsWhatWasTaken(t *testing.T) {
	for name, c := range map[string]struct {
		format  uint64
		phase   Phase
		program string
	}{
		"same format":  {1, Returned, oldProgram},
		"newer format": {2, Done, newProgram},
	} {
		t.Run(name, func(t *testing.T) {
			i := newInstalled(t)
			i.state.To.Format = c.format
			i.at(Trial, newProgram)
			i.guard("1")
			i.guard("2") // on trial
			i.mark(Mark{})
			i.event()
			for _, start := range []string{"3", "4", "5"} { // counted anew
				if i.guard(start) {
					t.Fatalf("it went back at start %s", start)
				}
			}
			i.guard("6")
			if st := i.is(c.phase, c.program, 2); st.Why == "" {
				t.Errorf("nobody is told why: %+v", st)
			}
		})
	}
}

// A return that was cut off reads the mark when nobody can write it any more.
func TestGuardGoesOnWithAReturn(t *testing.T) {
	for _, taken := range []bool{false, true} {
		i := newInstalled(t)
		i.at(Returning, newProgram)
		i.event()
		events := uint64(1)
		if taken {
			i.mark(Mark{})
			events = 2
		}
		if !i.guard("") {
			t.Error("it did not go back")
		}
		i.is(Returned, oldProgram, events)
	}
}

// What a person gives up is kept aside, however often it is begun.
func TestGuardKeepsAside(t *testing.T) {
	for _, begun := range []bool{false, true} {
		i := newInstalled(t)
		i.mark(Mark{})
		i.event()
		i.state.Database = CopyAside
		i.at(Returning, newProgram)
		if begun {
			if err := i.folder.putBackStore(i.state); err != nil { // and the power goes
				t.Fatal(err)
			}
		}
		i.guard("")
		i.is(Returned, oldProgram, 1)
		if got := i.events(i.state.Aside()); got != 2 {
			t.Errorf("begun before: %t: %d events are kept aside", begun, got)
		}
	}
}

func TestGuardLetsBe(t *testing.T) {
	i := newInstalled(t)
	i.at(Trial, newProgram)
	free, err := i.folder.lock()
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if i.guard("") {
			t.Error("it went back although somebody is at the update")
		}
	}
	free()
	i.is(Trial, newProgram, 1)
	i.mark(Mark{Settled: true})
	i.guard("")
	for range 5 {
		i.guard("")
	}
	i.is(Done, newProgram, 1)
}

// A previous program that is not the one that was kept is not run.
func TestGuardDoesNotPutAnythingBack(t *testing.T) {
	i := newInstalled(t)
	i.at(Returning, newProgram)
	if err := os.WriteFile(i.folder.Previous(), []byte("something else"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, _, err := i.folder.Guard(""); err == nil {
		t.Error("something else was put in place")
	}
	i.is(Returning, newProgram, 1)
}

// Once it is being taken back a version is not trusted: its database may be the
// one that goes.
func TestTrust(t *testing.T) {
	for phase, trusted := range map[Phase]bool{Switching: true, Trial: true, Returning: false} {
		i := newInstalled(t)
		i.at(phase, newProgram)
		err := i.folder.Trust(i.state)
		if marked := MarkOf(i.state).ID != ""; (err == nil) != trusted || marked != trusted {
			t.Errorf("%s: marked: %v, %v", phase, marked, err)
		}
	}
	i := newInstalled(t)
	i.at(Trial, newProgram)
	before := i.state
	before.ID = "u0"
	if err := i.folder.Trust(before); err == nil || MarkOf(before).ID != "" {
		t.Errorf("an earlier update is trusted: %v", err)
	}
}

func TestNoUpdate(t *testing.T) {
	f := FolderOf(filepath.Join(t.TempDir(), "data", "bellhop.db"))
	if said, back, err := f.Guard(""); said != "" || back || err != nil {
		t.Errorf("%q, %v, %v", said, back, err)
	}
	if _, err := os.Stat(string(f)); !errors.Is(err, os.ErrNotExist) {
		t.Error("a start makes a folder")
	}
}

func TestOnTrial(t *testing.T) {
	for _, c := range []struct {
		phase   Phase
		program string
		taken   bool
		on      bool
	}{
		{Stopping, oldProgram, false, false},
		{Switching, oldProgram, false, false},
		{Switching, newProgram, false, true},
		{Trial, newProgram, false, true},
		{Returning, newProgram, false, true},
		{Returning, oldProgram, false, false},
		{Returning, newProgram, true, true}, // which database stays may be decided already
		{Trial, newProgram, true, false},
		{Done, newProgram, false, false},
		{Returned, oldProgram, false, false},
	} {
		i := newInstalled(t)
		i.at(c.phase, c.program)
		if err := (Mark{ID: "another update's"}).Write(i.state.Store); err != nil {
			t.Fatal(err)
		}
		if c.taken {
			i.mark(Mark{})
		}
		if _, on, err := i.folder.OnTrial(i.state.Program); on != c.on || err != nil {
			t.Errorf("%+v: %v, %v", c, on, err)
		}
	}
}
