package store

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"bellhop/hotel"
)

// reading runs a hook that reads keys and lists prefixes (those that end with a
// slash), and then does something, for an event of its own.
func (b *bench) reading(ev hotel.Event, what []string, do func(hotel.Tx) error) hotel.Event {
	b.t.Helper()
	ev = b.append(ev)
	if do == nil {
		do = func(hotel.Tx) error { return nil }
	}
	view := b.Snapshot().Recorder()
	for _, key := range what {
		var record map[string]any
		var text string
		switch {
		case strings.HasSuffix(key, "/"):
			view.List(key, func(string, func(any) bool) bool { return true })
		case strings.HasPrefix(key, hotel.PrefixKV):
			view.Get(key, &text)
		default:
			view.Get(key, &record)
		}
	}
	hook := b.unit(ev.ID, "own.lua:dtmf:1", do)
	hook.Done.Version, hook.Done.Reads = "v1", view.Reads()
	if err := b.Finish(b.t.Context(), &ev, []Unit{{Name: hotel.RulesUnit}, hook}, true)[1]; err != nil {
		b.t.Fatal(err)
	}
	return ev
}

// put writes a room whose floor is a word.
func (b *bench) floor(room, word string) {
	b.t.Helper()
	b.run(func(tx hotel.Tx) { tx.Put(hotel.RoomKey(room), hotel.Room{Number: room, Floor: word}) })
}

// readings are what the hook of an event read, as a replay finds it.
func (b *bench) readings(id uint64) (known map[string]string, lost []string) {
	b.t.Helper()
	page, err := b.Past(id-1, 1)
	if err != nil || len(page.Events) != 1 || page.Events[0].Event.ID != id {
		b.t.Fatalf("page behind %d: %+v, %v", id-1, page, err)
	}
	reads := page.Events[0].Units["own.lua:dtmf:1"].Reads
	known = map[string]string{}
	for key, version := range reads.Keys {
		if value, ok := page.Values[version]; ok && value.Key == key {
			known[key] = string(value.Value)
		} else if version != 0 {
			lost = append(lost, key)
		}
	}
	for prefix, digest := range reads.Lists {
		versions, ok := page.Lists[digest]
		if !ok {
			lost = append(lost, prefix)
		}
		for _, version := range versions {
			if value, ok := page.Values[version]; ok {
				known[value.Key] = string(value.Value)
			} else {
				lost = append(lost, prefix)
			}
		}
	}
	slices.Sort(lost)
	return known, slices.Compact(lost)
}

// What a hook read stands there as it was, whatever became of it since.
func TestPastIsAsItWasRead(t *testing.T) {
	b := newBench(t)
	b.floor("101", "old")
	b.floor("102", "old")
	first := b.reading(hotel.Event{Kind: hotel.KindDTMF}, []string{"room/101", "room/103"}, func(tx hotel.Tx) error {
		tx.Put(hotel.RoomKey("101"), hotel.Room{Number: "101", Floor: "its own"})
		return nil
	})
	listing := b.reading(hotel.Event{Kind: hotel.KindDTMF}, []string{"room/"}, nil)
	empty := b.reading(hotel.Event{Kind: hotel.KindDTMF}, []string{"item/"}, nil)
	b.floor("101", "new")
	b.run(func(tx hotel.Tx) {
		tx.Delete("room/102")
		tx.Put("room/100", hotel.Room{Number: "100"})
		tx.Put("item/m/1", hotel.Item{})
	})
	for range 2 {
		if known, lost := b.readings(first.ID); len(lost) > 0 || len(known) != 1 || !strings.Contains(known["room/101"], `"old"`) {
			t.Errorf("the first read %v, lost %v", known, lost)
		}
		if known, lost := b.readings(listing.ID); len(lost) > 0 || len(known) != 2 || !strings.Contains(known["room/101"], "its own") || !strings.Contains(known["room/102"], `"old"`) {
			t.Errorf("the listing read %v, lost %v", known, lost)
		}
		if known, lost := b.readings(empty.ID); len(lost) > 0 || len(known) != 0 {
			t.Errorf("the empty listing read %v, lost %v", known, lost)
		}
		wantCounted(t, b.Store)
		b.reopen()
	}
}

// One copy serves all who read the same in a block; a unit that wants nothing
// that was not there adds nothing.
func TestPastIsCopiedOnce(t *testing.T) {
	b := newBench(t)
	b.floor("101", "old")
	count := func() (n int) {
		_ = b.view(func(tx *bbolt.Tx) error { n = tx.Bucket(bucketPast).Stats().KeyN; return nil })
		return n
	}
	for range 5 {
		b.reading(hotel.Event{Kind: hotel.KindDTMF}, []string{"room/101", "room/"}, nil)
	}
	if n := count(); n != 2 {
		t.Errorf("%d copies, want the room and the list", n)
	}
	b.run(func(tx hotel.Tx) { tx.Put(hotel.GuestKey("G1"), hotel.GuestRecord{Name: theName}) })
	b.reading(hotel.Event{Kind: hotel.KindDTMF}, []string{"guest/G1"}, nil)
	if n := count(); n != 2 {
		t.Errorf("%d copies: a guest is kept by reference", n)
	}
}

// What a unit reads beyond its bound is not copied; it is found only as long as it
// is the same.
func TestPastIsBounded(t *testing.T) {
	b := newBench(t)
	const rooms = 300
	big := strings.Repeat("x", 2000)
	b.run(func(tx hotel.Tx) {
		for i := range rooms {
			number := fmt.Sprint(1000 + i)
			tx.Put(hotel.RoomKey(number), hotel.Room{Number: number, Floor: big})
		}
	})
	before := b.Status().Bytes
	ev := b.reading(hotel.Event{Kind: hotel.KindDTMF}, []string{"room/"}, nil)
	if grown := b.Status().Bytes - before; grown < maxPast/2 || grown > maxPast+4096 {
		t.Errorf("one unit added %d bytes", grown)
	}
	if known, lost := b.readings(ev.ID); len(lost) > 0 || len(known) != rooms {
		t.Errorf("unchanged, %d are known, lost %v", len(known), lost)
	}
	b.floor("1000", "new")           // the oldest: not copied
	b.floor(fmt.Sprint(1299), "new") // the newest: copied
	known, lost := b.readings(ev.ID)
	if len(known) != rooms-1 || known["room/1000"] != "" || !strings.Contains(known["room/1299"], big) || len(lost) != 1 {
		t.Errorf("%d are known, lost %v", len(known), lost)
	}
}

// Copies go when all events of their block have, and no earlier.
func TestPastGoesWithItsBlock(t *testing.T) {
	b := newBench(t)
	b.floor("101", "old")
	old := b.reading(hotel.Event{Kind: hotel.KindDTMF}, []string{"room/101", "room/"}, nil)
	b.run(func(tx hotel.Tx) { tx.Put(hotel.KVKey("own", "k"), `"v"`) })
	b.reading(hotel.Event{Kind: hotel.KindDTMF}, []string{"kv/own/k"}, nil)
	if err := b.do(t.Context(), func(c *commit) error { c.meta.LastID = pastBlock; c.meta.Watermark = pastBlock; return nil }); err != nil {
		t.Fatal(err)
	}
	b.clock.add(40 * 24 * time.Hour)
	young := b.reading(hotel.Event{Kind: hotel.KindDTMF}, []string{"room/101"}, nil)
	b.floor("101", "new")
	if known, _ := b.readings(old.ID); !strings.Contains(known["room/101"], "old") {
		t.Error("gone too early")
	}
	for range 5 {
		if _, _, err := b.Retain(t.Context(), 30*24*time.Hour, 1<<40); err != nil {
			t.Fatal(err)
		}
	}
	copies := func() (n int) {
		for key := range content(t, b.Store) {
			if strings.HasPrefix(key, "past ") {
				n++
			}
		}
		return n
	}
	if left := copies(); left != 1 {
		t.Errorf("%d copies are left, want the young event's", left)
	}
	if known, lost := b.readings(young.ID); len(lost) > 0 || !strings.Contains(known["room/101"], "old") {
		t.Errorf("the young event read %v, lost %v", known, lost)
	}
	wantCounted(t, b.Store)
	b.clock.add(40 * 24 * time.Hour)
	for _, step := range []struct {
		newest uint64
		want   int
	}{{pastBlock + 1, 1}, {2 * pastBlock, 0}} { // no event is left
		if err := b.do(t.Context(), func(c *commit) error { c.meta.LastID = step.newest; return nil }); err != nil {
			t.Fatal(err)
		}
		for range 5 {
			if _, _, err := b.Retain(t.Context(), 30*24*time.Hour, 1<<40); err != nil {
				t.Fatal(err)
			}
		}
		if left := copies(); left != step.want {
			t.Errorf("with an empty journal behind event %d %d copies are left, want %d", step.newest, left, step.want)
		}
	}
}

// A guest's name that a hook kept, and another read, goes from the copies with the
// guest; what else was read under the same key stays.
func TestPastForgets(t *testing.T) {
	b := newBench(t)
	b.guest("G1")
	b.guest("G2")
	key := hotel.KVKey("welcome", "G1")
	named := b.reading(hotel.Event{Kind: hotel.KindDTMF}, []string{key, hotel.KVKey("welcome", "G2")}, nil)
	b.run(func(tx hotel.Tx) { tx.Put(key, `{"dear":"nobody"}`) })
	bare := b.reading(hotel.Event{Kind: hotel.KindDTMF}, []string{key}, nil)
	b.run(func(tx hotel.Tx) { tx.Put(key, `{"dear":"somebody"}`) })
	if known, lost := b.readings(named.ID); len(lost) > 0 || !strings.Contains(known[key], "Canary") {
		t.Fatalf("before: %v, lost %v", known, lost)
	}
	b.finishAll()
	b.leave("G1")
	b.leave("G2")
	b.clock.add(4 * 24 * time.Hour)
	b.forget(3 * 24 * time.Hour)
	for _, holder := range b.holders() {
		if strings.HasPrefix(holder, "past") {
			t.Errorf("a name is left: %s", holder)
		}
	}
	if known, lost := b.readings(named.ID); len(lost) != 2 {
		t.Errorf("forgotten, it read %v, lost %v", known, lost)
	}
	if known, lost := b.readings(bare.ID); len(lost) > 0 || !strings.Contains(known[key], "nobody") {
		t.Errorf("what has no name: %v, lost %v", known, lost)
	}
	wantCounted(t, b.Store)
}

// A file of an older version has no copies: what is unchanged is known, and new
// ones are made from then on.
func TestPastOfAnOlderVersion(t *testing.T) {
	b := newBench(t)
	b.floor("101", "old")
	b.floor("102", "old")
	ev := b.reading(hotel.Event{Kind: hotel.KindDTMF}, []string{"room/101", "room/102", "room/"}, nil)
	b.floor("101", "new")
	if err := b.do(t.Context(), func(c *commit) error {
		c.meta.Bytes = 0
		return c.tx.DeleteBucket(bucketPast)
	}); err != nil {
		t.Fatal(err)
	}
	look := func() {
		t.Helper()
		if known, lost := b.readings(ev.ID); len(known) != 1 || len(lost) != 2 {
			t.Errorf("known %v, lost %v", known, lost)
		}
	}
	readOnly := b.opts
	readOnly.ReadOnly = true
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	var err error
	if b.Store, err = Open(readOnly); err != nil {
		t.Fatal(err)
	}
	look()
	b.reopen()
	look()
	later := b.reading(hotel.Event{Kind: hotel.KindDTMF}, []string{"room/101"}, nil)
	b.floor("101", "newer")
	if known, lost := b.readings(later.ID); len(lost) > 0 || !strings.Contains(known["room/101"], `"new"`) {
		t.Errorf("known %v, lost %v", known, lost)
	}
}

// Pages begin where the last ended, leave out what has not been run and copies,
// and begin with a time.
func TestPastPages(t *testing.T) {
	b := newBench(t)
	b.floor("101", "old")
	var ids []uint64
	for range 7 {
		b.clock.add(time.Hour)
		ids = append(ids, b.reading(hotel.Event{Kind: hotel.KindDTMF}, []string{"room/101"}, nil).ID)
	}
	b.append(hotel.Event{Kind: hotel.KindDTMF})
	var got []uint64
	for after, more := uint64(0), true; more; {
		page, err := b.Past(after, 3)
		if err != nil || len(page.Events) > 3 {
			t.Fatal(page, err)
		}
		for _, e := range page.Events {
			got = append(got, e.Event.ID)
		}
		after, more = page.UpTo, page.More
	}
	if !slices.Equal(got, ids) {
		t.Errorf("got %v, want %v", got, ids)
	}
	for i, id := range ids {
		ev, err := b.Event(id)
		if err != nil {
			t.Fatal(err)
		}
		if before, err := b.FirstSince(ev.Time); err != nil || before != id-1 {
			t.Errorf("since event %d (%d): behind %d, %v", id, i, before, err)
		}
	}
	if before, err := b.FirstSince(b.clock.now().Add(time.Hour)); err != nil || before != b.LastID() {
		t.Errorf("since what is to come: behind %d, %v", before, err)
	}
}

// Of a rerun it is what was run again, under its own id.
func TestPastOfARerun(t *testing.T) {
	b := newBench(t)
	first := b.reading(hotel.Event{Kind: hotel.KindDTMF, Digits: "778*1*2"}, nil, nil)
	again := b.reading(hotel.Event{Kind: hotel.KindRerun, Fields: map[string]string{"event": fmt.Sprint(first.ID)}}, nil, nil)
	b.reading(hotel.Event{Kind: hotel.KindRerun, Fields: map[string]string{"event": "999"}}, nil, nil)
	page, err := b.Past(first.ID, 10)
	if err != nil || len(page.Events) != 1 {
		t.Fatalf("%+v, %v", page, err)
	}
	if e := page.Events[0]; e.Event.ID != again.ID || e.Event.Digits != "778*1*2" || e.Event.Kind != hotel.KindDTMF || !e.Rerun {
		t.Errorf("%+v", e)
	}
}

// FuzzDecodePast: a copy of any bytes has no key that reaches beyond it.
func FuzzDecodePast(f *testing.F) {
	f.Add(encodePast("room/101", []byte(`{}`)))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01})
	f.Fuzz(func(t *testing.T, text []byte) {
		key, value, ok := decodePast(text)
		if ok && len(key)+len(value) > len(text) {
			t.Errorf("%x: %q, %q", text, key, value)
		}
		versionsOf(text)
		soundPast(text, text)
	})
}
