package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bellhop/hotel"
)

// crashForget names the database for the child that TestKilledWhileForgetting
// starts from this same test binary.
const crashForget = "BELLHOP_TEST_CRASH_FORGET"

// forgetUntilKilled lets guests come and go, and forgets them at once; it prints
// a line for each guest that has come, and each look.
func forgetUntilKilled(path string) {
	s, err := Open(Options{Path: path, Apply: func(tx hotel.Tx, ev *hotel.Event, unit string, _ []hotel.Effect) error {
		stay := fmt.Sprint("S", ev.ID)
		if unit != hotel.RulesUnit {
			tx.Put(hotel.RoomKey("101"), hotel.Room{Number: "101", Floor: stay})
		}
		tx.Put(hotel.StayKey(stay), hotel.Stay{ID: stay, State: hotel.StayDeparted, CheckOut: tx.Now()})
		tx.Put(hotel.GuestKey(stay), hotel.GuestRecord{Name: theName})
		tx.Put(hotel.KVKey("hook", stay), `"`+`Canary`+`"`)
		return nil
	}})
	for n := 0; err == nil; n++ {
		err = comeAndGo(s)
		if err == nil && n%5 == 4 {
			_, _, err = s.Forget(context.Background(), 0)
		}
		fmt.Println("on")
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func comeAndGo(s *Store) error {
	ev := hotel.Event{Kind: hotel.KindCheckIn, Fields: map[string]string{"name": "Canary"}}
	r, err := s.Append(context.Background(), ev, nil)
	ev.ID = r.ID
	done := hotel.Done{Effects: []hotel.Effect{{CheckIn: &hotel.CheckIn{Name: "Canary"}}}}
	hook, view := done, s.Snapshot().Recorder()
	var value string
	view.Get(hotel.KVKey("hook", fmt.Sprint("S", ev.ID-1)), &value)
	view.Get(hotel.RoomKey("101"), &hotel.Room{})
	hook.Version, hook.Reads = "v1", view.Reads()
	return errors.Join(append(s.Finish(context.Background(), &ev, []Unit{{hotel.RulesUnit, done}, {"hook.lua:checkin:1", hook}}, true), err)...)
}

// TestKilledWhileForgetting kills a process that forgets guests, at random places
// over one database: each event has its name with all that belongs to it, or
// nothing of it, and the next run goes on.
func TestKilledWhileForgetting(t *testing.T) {
	path := filepath.Join(t.TempDir(), "b.db")
	for round := range 8 {
		killForgetting(t, path, 1+rand.IntN(60))
		b := &bench{t: t, clock: &clock{at: time.Now().Add(time.Hour)}, todo: map[string]func(hotel.Tx) error{}}
		b.opts = Options{Path: path, Now: b.clock.now, Apply: b.apply}
		b.open()
		if b.Damaged != "" {
			t.Fatalf("round %d: the database was damaged", round)
		}
		wantCounted(t, b.Store)
		b.wantWholeOrNothing(round)
		b.wantRead(round)
		b.finishAll()
		b.forget(0)
		if left := b.holders(); len(left) > 0 {
			t.Fatalf("round %d: the name is left in %q", round, left)
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// wantWholeOrNothing compares what each event says with what its hook left.
func (b *bench) wantWholeOrNothing(round int) {
	b.t.Helper()
	events, err := b.Events(0, 100_000)
	if err != nil || len(events) == 0 {
		b.t.Fatalf("round %d: %d events, %v", round, len(events), err)
	}
	for _, ev := range events {
		done, err := b.Done(ev.ID)
		if err != nil {
			b.t.Fatal(err)
		}
		known := ev.Fields["name"] == "Canary"
		if rules := done[hotel.RulesUnit]; len(rules.Effects) > 0 && (rules.Effects[0].CheckIn.Name == "Canary") != known {
			b.t.Errorf("round %d: event %d is %+v, its rules %+v", round, ev.ID, ev, rules)
		}
		if hook, ran := done["hook.lua:checkin:1"]; ran && hook.Removed == known {
			b.t.Errorf("round %d: event %d is %+v, its hook %+v", round, ev.ID, ev, hook)
		}
		var value string
		if b.Snapshot().Get(hotel.KVKey("hook", fmt.Sprint("S", ev.ID)), &value) && strings.Contains(value, "Canary") != known {
			b.t.Errorf("round %d: event %d is %+v, its hook wrote %s", round, ev.ID, ev, value)
		}
	}
}

// wantRead looks for what each hook read that has not been forgotten: it was
// copied in the commit of the hook, so it is there.
func (b *bench) wantRead(round int) {
	b.t.Helper()
	for after, more := uint64(0), true; more; {
		page, err := b.Past(after, 100)
		if err != nil {
			b.t.Fatal(err)
		}
		for _, e := range page.Events {
			d := e.Units["hook.lua:checkin:1"]
			if d.Reads == nil {
				continue
			}
			version := d.Reads.Keys[hotel.RoomKey("101")]
			if _, known := page.Values[version]; !known && version != 0 {
				b.t.Errorf("round %d: of event %d it is not known which room its hook read", round, e.Event.ID)
			}
		}
		after, more = page.UpTo, page.More
	}
}

// killForgetting runs the child until it has said something so many times, and
// kills it.
func killForgetting(t *testing.T, path string, lines int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), crashForget+"="+path)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	reader := bufio.NewReader(out)
	for range lines {
		if _, err := reader.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
}
