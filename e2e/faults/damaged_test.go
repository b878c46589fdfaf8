package faults

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"bellhop/e2e/rig"
	"bellhop/hotel"
)

// damage is a way to hurt a file.
type damage struct {
	name string
	// sure: with so much lost it is noticed at the start.
	sure bool
	do   func(file *os.File, size int64) error
}

const pageSize = 4096

// noise writes random bytes over one page.
func noise(file *os.File, page int64) error {
	text := make([]byte, pageSize)
	for i := range text {
		text[i] = byte(rand.Uint32())
	}
	_, err := file.WriteAt(text, page*pageSize)
	return err
}

func someNoise(pages int) func(*os.File, int64) error {
	return func(file *os.File, size int64) error {
		for range pages {
			if err := noise(file, 2+rand.Int64N(size/pageSize-2)); err != nil {
				return err
			}
		}
		return nil
	}
}

var damages = []damage{
	{"one page", false, someNoise(1)},
	{"three pages", false, someNoise(3)},
	{"a third", true, func(file *os.File, size int64) error { return someNoise(int(size/pageSize/3))(file, size) }},
	{"all but the first two", true, func(file *os.File, size int64) error {
		for page := range size/pageSize - 2 {
			if err := noise(file, 2+page); err != nil {
				return err
			}
		}
		return nil
	}},
	{"the first two", true, func(file *os.File, _ int64) error {
		if err := noise(file, 0); err != nil {
			return err
		}
		return noise(file, 1)
	}},
	{"the end is gone", true, func(file *os.File, size int64) error { return file.Truncate(size / 8) }},
	{"all but five pages are gone", true, func(file *os.File, _ int64) error { return file.Truncate(5 * pageSize) }},
	{"zeros", true, func(file *os.File, size int64) error {
		_, err := file.WriteAt(make([]byte, size-2*pageSize), 2*pageSize)
		return err
	}},
}

// TestDamagedFile overwrites parts of the database while no agent runs. The
// next one puts the file aside, says so, and serves.
func TestDamagedFile(t *testing.T) {
	t.Parallel()
	for _, d := range damages {
		t.Run(d.name, func(t *testing.T) { hurt(t, d) })
	}
}

func hurt(t *testing.T, d damage) {
	b := rig.NewHotel(t, rig.Setting{})
	l := b.Open()
	p := b.Push
	for n := range 300 {
		if !p.Tell(t.Context(), p.Invent(rig.AboutMinibar, n), rig.Smooth) {
			t.Fatal("a push is not acknowledged")
		}
	}
	b.Drained(rig.DrainTime)
	b.Stop(l)

	for round := range 4 {
		hit(t, b.DB, d)
		l := b.Start()
		s := b.Ready(l)
		aside, err := filepath.Glob(b.DB + ".bad-*")
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("round %d: %d events kept, put aside are %d files", round, s.Store.Events, len(aside))
		if d.sure && len(aside) == 0 {
			t.Error("nothing was noticed")
		}
		if len(aside) > 0 {
			rig.Eventually(t, rig.NoticeTime, func() (bool, string) { return b.Alarmed(hotel.AlertDatabase), "nobody is told" })
		}
		b.Furnish() // what was lost of the rooms and items
		r, id := p.Invent(rig.AboutMinibar, round), b.Status().Store.LastID
		if !p.Tell(t.Context(), r, rig.Smooth) {
			t.Fatal("a push is not acknowledged")
		}
		id++
		for b.Event(id).Event.CallID != r.CallID() { // what the agent does by itself may come before it
			id++
		}
		rig.Eventually(t, rig.NoticeTime, func() (bool, string) {
			units := b.Event(id).Units
			return len(units) == 3, fmt.Sprintf("done are %+v", units)
		})
		for name, done := range b.Event(id).Units {
			if done.Error != "" {
				t.Errorf("%s failed: %s", name, done.Error)
			}
		}
		b.Drained(rig.DrainTime)
		b.Stop(l)
	}
}

func hit(t *testing.T, path string, d damage) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if err := d.do(file, info.Size()); err != nil {
		t.Fatal(err)
	}
}
