package agent

import (
	"context"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"bellhop/box"
	"bellhop/config"
	"bellhop/hotel"
	"bellhop/pbx"
	"bellhop/site"
	"bellhop/store"
)

// A disk that never answers keeps no doctor waiting, and is asked once.
func TestSilentDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewBoxLook()
		back := make(chan struct{})
		var asked atomic.Int64
		l.disk = func(context.Context, string) diskLook {
			asked.Add(1)
			<-back
			return diskLook{disk: box.Disk{Size: 7}}
		}
		c := config.Default()
		for range 3 {
			began := time.Now()
			b := l.Look(t.Context(), c, true)
			if took := time.Since(began); took != diskTime || b.Disk != nil || !b.Stuck["box.sync"] || b.Errors["box.disk"] == "" || b.Errors["box.wear"] == "" {
				t.Errorf("after %s: %+v", took, b)
			}
			if b.Memory == nil || b.Ports == nil {
				t.Errorf("what needs no disk is not known: %+v", b)
			}
		}
		if n := asked.Load(); n != 1 {
			t.Errorf("asked %d times", n)
		}
		close(back)
		synctest.Wait()
		if b := l.Look(t.Context(), c, true); b.Disk == nil || b.Disk.Size != 7 || asked.Load() != 2 || b.Stuck["box.sync"] {
			t.Errorf("asked %d times: %+v", asked.Load(), b)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		l.disk = func(ctx context.Context, _ string) diskLook { <-t.Context().Done(); return diskLook{} }
		if b := l.Look(ctx, c, true); b.Stuck["box.sync"] {
			t.Error("who breaks off has no stuck disk")
		}
	})
}

func TestLookAtThisBox(t *testing.T) {
	c := config.Default()
	c.Store.Path = filepath.Join(t.TempDir(), "b.db")
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	c.PBX.EventListen, c.API.Listen = ln.Addr().String(), "127.0.0.1:0"
	b := NewBoxLook().Look(t.Context(), c, false)
	if b.Disk == nil || b.Syncs == nil || b.Syncs.Times != syncTimes || b.Ports != nil || !slices.Equal(b.Taken, []string{ln.Addr().String()}) {
		t.Errorf("%+v", b)
	}
	c.Store.Path = filepath.Join(t.TempDir(), "none", "b.db")
	if b = NewBoxLook().Look(t.Context(), c, true); b.Disk != nil || b.Errors["box.disk"] == "" || b.Errors["box.sync"] == "" || b.Stuck["box.sync"] {
		t.Errorf("in no folder: %+v", b)
	}
}

// speaker is a PBX that reports what it is made to.
type speaker struct {
	clinic
	phoneless
	mute   bool
	caused []string
}

// phoneless has telephones of which nothing is known.
type phoneless struct{}

func (phoneless) ReadExtensions(context.Context, ...string) ([]pbx.Settings, error) {
	return nil, pbx.ErrMissing
}
func (phoneless) ChangeExtension(context.Context, string, pbx.Change) error { return nil }

func (p *speaker) CauseEvent(_ context.Context, extension string) error {
	p.caused = append(p.caused, extension)
	if !p.mute {
		p.state.LastPush = time.Now()
	}
	return nil
}

func TestCausing(t *testing.T) {
	for name, c := range map[string]struct {
		rooms  []hotel.Room
		mute   bool
		order  DoctorOrder
		last   time.Duration // since the newest report; 0: there is none
		want   string
		caused []string
	}{
		"a vacant room":                {rooms: []hotel.Room{{Number: "101", Stay: "S"}, {Number: "102", Extensions: []string{"8102"}}}, order: DoctorOrder{Cause: true}, want: "ok caused", caused: []string{"8102"}},
		"one that reported long ago":   {rooms: []hotel.Room{{Number: "102"}}, order: DoctorOrder{Cause: true}, last: time.Hour, want: "ok caused", caused: []string{"102"}},
		"one that reports":             {rooms: []hotel.Room{{Number: "102"}}, order: DoctorOrder{Cause: true}, last: time.Minute, want: "ok ok"},
		"guests everywhere":            {rooms: []hotel.Room{{Number: "101", Stay: "S"}}, order: DoctorOrder{Cause: true}, want: "unknown not-caused"},
		"nobody asked for it":          {rooms: []hotel.Room{{Number: "102"}}, want: "warning none"},
		"the PBX is to be left alone":  {rooms: []hotel.Room{{Number: "102"}}, order: DoctorOrder{Cause: true, Offline: true}, want: "warning none"},
		"a PBX that says nothing then": {rooms: []hotel.Room{{Number: "102"}}, mute: true, order: DoctorOrder{Cause: true}, want: "warning silent", caused: []string{"102"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := &speaker{clinic: clinic{state: pbx.State{Listening: ":8260"}, asked: make(chan struct{}, 9)}, mute: c.mute}
			if c.last > 0 {
				p.state.LastPush = time.Now().Add(-c.last)
			}
			a := agentBeside(t, p)
			keepRooms(t, a, c.rooms)
			list, err := a.Doctor(t.Context(), c.order)
			if err != nil {
				t.Fatal(err)
			}
			if got := found(t, list, "pbx.events"); got != c.want || !slices.Equal(p.caused, c.caused) {
				t.Errorf("%s, caused of %q; want %s, %q", got, p.caused, c.want, c.caused)
			}
		})
	}
}

// keepRooms puts rooms into the state as they are.
func keepRooms(t *testing.T, a *Agent, rooms []hotel.Room) {
	t.Helper()
	if len(rooms) == 0 {
		return
	}
	_, err := a.store.Append(t.Context(), hotel.Event{
		Kind: hotel.KindCommand, Source: hotel.SourceCommand, Name: hotel.CommandImport, Import: &hotel.Import{Rooms: roomsToImport(rooms)},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	finishAll(t, a)
	for _, r := range rooms {
		if r.Stay == "" {
			continue
		}
		ev := hotel.Event{Kind: hotel.KindCheckIn, Source: hotel.SourceCommand, Room: r.Number, Fields: map[string]string{"stay": r.Stay}}
		if _, err := a.store.Append(t.Context(), ev, nil); err != nil {
			t.Fatal(err)
		}
		finishAll(t, a)
	}
}

func roomsToImport(rooms []hotel.Room) (all []hotel.Room) {
	for _, r := range rooms {
		r.Stay = ""
		all = append(all, r)
	}
	return all
}

// What waits in the store is found whether an agent runs or not.
func TestStoreFacts(t *testing.T) {
	long := time.Now().Add(-3 * time.Hour).UTC()
	var at atomic.Pointer[time.Time]
	at.Store(&long)
	s, err := store.Open(store.Options{
		Path: filepath.Join(t.TempDir(), "b.db"), Now: func() time.Time { return *at.Load() },
		Apply: func(tx hotel.Tx, ev *hotel.Event, _ string, _ []hotel.Effect) error {
			tx.Queue(hotel.QueuedCall{To: hotel.ToPMS, Op: ev.Name, Room: ev.Room, Lanes: []string{ev.Room}, Body: json.RawMessage("{}")})
			tx.Queue(hotel.QueuedCall{To: "relay:http://old/", Op: ev.Name, Body: json.RawMessage("{}")})
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for i, room := range []string{"101", "102", "101"} {
		now := long.Add(time.Duration(i) * time.Hour)
		at.Store(&now)
		r, err := s.Append(t.Context(), hotel.Event{Kind: hotel.KindCommand, Name: "op" + room, Room: room}, nil)
		if err != nil {
			t.Fatal(err)
		}
		ev, err := s.Event(r.ID)
		if err != nil {
			t.Fatal(err)
		}
		unit := store.Unit{Name: hotel.RulesUnit, Done: hotel.Done{Effects: []hotel.Effect{{}}}}
		if err := s.Finish(t.Context(), &ev, []store.Unit{unit}, true)[0]; err != nil {
			t.Fatal(err)
		}
	}
	var f site.Facts
	StoreFacts(&f, s, long)
	if len(f.Queue) != 2 || f.Queue[0].To != "pms" || !f.Queue[0].Since.Equal(long) || f.Queue[0].Op != "op101" || f.Queue[0].Room != "101" || f.Queue[1].To != "relay:http://old/" {
		t.Errorf("the queue: %+v, %s", f.Queue, f.QueueError)
	}
	if d := f.Database; d == nil || d.Events != 3 || d.Size <= 0 || d.Free < 0 || !d.Checked.Equal(long) || d.Damaged != "" {
		t.Errorf("the database: %+v", f.Database)
	}
}

func TestPinFacts(t *testing.T) {
	c := config.Default()
	c.Store.Path = filepath.Join(t.TempDir(), "b.db")
	var f site.Facts
	PinFacts(&f, c)
	if len(f.Pins) > 0 {
		t.Errorf("of none: %v", f.Pins)
	}
	agreed := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, name := range []string{"pbx", "notes"} {
		at := filepath.Join(filepath.Dir(c.Store.Path), "pins", name)
		err := os.MkdirAll(filepath.Dir(at), 0o700)
		if err == nil {
			err = os.WriteFile(at, nil, 0o600)
		}
		if err == nil {
			err = os.Chtimes(at, agreed, agreed)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	PinFacts(&f, c)
	if len(f.Pins) != 1 || f.Pins[0].Name != "pbx" || !f.Pins[0].At.Equal(agreed) {
		t.Errorf("%v", f.Pins)
	}
}
