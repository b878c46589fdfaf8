package store

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"bellhop/hotel"
)

// putFolios puts ten postings each on two stays, in turn, and one on nobody.
func putFolios(b *bench) {
	b.run(func(tx hotel.Tx) {
		for n := range 21 {
			p := hotel.Posting{ID: fmt.Sprintf("P%d", n+1), Room: "101", Stay: []string{"G1", "G2"}[n%2], Amount: int64(n), State: hotel.PostingPosted, Time: b.clock.now()}
			if n == 20 {
				p.Stay = ""
			}
			tx.PutPosting(p)
		}
	})
}

func folioOf(t *testing.T, s *Store, stay, after string, most int) (ids []string) {
	t.Helper()
	all, err := s.Folio(stay, after, most)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		ids = append(ids, p.ID)
	}
	return ids
}

func TestFolioOfAStay(t *testing.T) {
	b := newBench(t)
	putFolios(b)
	want := func(got []string, want ...string) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	}
	want(folioOf(t, b.Store, "G2", "", 100), "P2", "P4", "P6", "P8", "P10", "P12", "P14", "P16", "P18", "P20")
	want(folioOf(t, b.Store, "G2", "", 2), "P2", "P4")
	want(folioOf(t, b.Store, "G2", "P4", 3), "P6", "P8", "P10")
	want(folioOf(t, b.Store, "G2", "P20", 3))
	want(folioOf(t, b.Store, "G", "", 3))
	want(folioOf(t, b.Store, "", "", 3))
	// One that is put again, as settled, is there once.
	b.run(func(tx hotel.Tx) {
		p, ok := tx.Posting("P2")
		if !ok || p.Amount != 1 {
			t.Errorf("in a unit the posting is %+v, %v", p, ok)
		}
		p.State = hotel.PostingRefused
		tx.PutPosting(p)
		if p, _ := tx.Posting("P2"); p.State != hotel.PostingRefused {
			t.Errorf("what the unit has put it reads as %+v", p)
		}
		if p, ok := tx.Posting("P99"); ok {
			t.Errorf("there is a posting %+v", p)
		}
		if p, ok := tx.Posting(""); ok {
			t.Errorf("there is a posting %+v", p)
		}
	})
	want(folioOf(t, b.Store, "G2", "", 2), "P2", "P4")
	if p, found, err := b.Posting("P2"); err != nil || !found || p.State != hotel.PostingRefused {
		t.Errorf("the posting is %+v, %v, %v", p, found, err)
	}
	wantCounted(t, b.Store)
}

// A file from before stays had lists of their postings gets them when it is
// opened for writing.
func TestFileWithoutFolios(t *testing.T) {
	b := newBench(t)
	putFolios(b)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := bbolt.Open(b.opts.Path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		var m meta
		if err := m.read(tx); err != nil {
			return err
		}
		_ = tx.Bucket(bucketFolios).ForEach(func(k, v []byte) error {
			m.Bytes -= int64(len(k) + len(v))
			return nil
		})
		if err := tx.DeleteBucket(bucketFolios); err != nil {
			return err
		}
		return tx.Bucket(bucketMeta).Put(keyMeta, encode(m))
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	b.open()
	if b.Damaged != "" {
		t.Fatalf("the file counts as damaged: %s", b.Damaged)
	}
	if got := folioOf(t, b.Store, "G1", "P3", 2); !slices.Equal(got, []string{"P5", "P7"}) {
		t.Errorf("behind P3 there are %v", got)
	}
	wantCounted(t, b.Store)
}

// A bill is whole: what was charged long ago stays as long as the stay's end is
// not long ago, and then all goes together.
func TestFolioGoesWithItsStay(t *testing.T) {
	b := newBench(t)
	b.run(func(tx hotel.Tx) { tx.Put(hotel.StayKey("G1"), hotel.Stay{ID: "G1", State: hotel.StayInHouse}) })
	putFolios(b)
	b.run(func(tx hotel.Tx) { tx.Put(hotel.FolioKey("G1"), hotel.Folio{Charges: 90}) })
	b.clock.add(40 * day)
	left := b.clock.now()
	b.run(func(tx hotel.Tx) {
		tx.Put(hotel.StayKey("G1"), hotel.Stay{ID: "G1", State: hotel.StayDeparted, CheckOut: left})
	})
	retain := func() {
		t.Helper()
		for more, err := true, error(nil); more; {
			if _, more, err = b.Retain(t.Context(), 30*day, 1<<30); err != nil {
				t.Fatal(err)
			}
		}
	}
	retain()
	if n := len(folioOf(t, b.Store, "G1", "", 100)); n != 10 {
		t.Errorf("on the day of departure there are %d postings", n)
	}
	if n := len(folioOf(t, b.Store, "G2", "", 100)); n != 0 {
		t.Errorf("of a stay that is gone there are %d postings", n)
	}
	b.clock.add(30*day + time.Hour)
	retain()
	retain() // the stay goes, then what hung on it
	var f hotel.Folio
	if n := len(folioOf(t, b.Store, "G1", "", 100)); n != 0 || b.Snapshot().Get(hotel.FolioKey("G1"), &f) {
		t.Errorf("a month later there are %d postings, and the sums %+v", n, f)
	}
	wantCounted(t, b.Store)
	if err := b.view(func(tx *bbolt.Tx) error {
		if k, _ := tx.Bucket(bucketFolios).Cursor().First(); k != nil {
			t.Errorf("%q is left", k)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// The room's number as the subject of a call that is about none names no
// posting.
func TestCallsThatAreNoPostingsSettleNone(t *testing.T) {
	b := newBench(t)
	b.run(func(tx hotel.Tx) {
		tx.PutPosting(hotel.Posting{ID: "P101", Room: "101", State: hotel.PostingPending, Time: b.clock.now()})
		tx.Queue(hotel.QueuedCall{To: "pbx-calls", Op: "hear", Subject: "101", Urgency: hotel.Guest})
		tx.Queue(hotel.QueuedCall{To: "pms", Op: hotel.OpPosting, Subject: "P101", Urgency: hotel.Guest})
	})
	calls, err := b.Calls(ListWaiting, 10)
	if err != nil || len(calls) != 2 {
		t.Fatal(calls, err)
	}
	for i, want := range []hotel.PostingState{hotel.PostingPending, hotel.PostingRefused} {
		if err := b.Settle(t.Context(), calls[i], hotel.Outcome{State: hotel.CallRefused, Error: "no"}); err != nil {
			t.Fatal(err)
		}
		p, _, err := b.Posting("P101")
		if err != nil || p.State != want || want == hotel.PostingRefused && (p.Refusal != "no" || p.Call != calls[i].ID) {
			t.Errorf("after %s the posting is %+v, %v", calls[i].Op, p, err)
		}
	}
}

// Whatever page of the file is damaged: of the postings that could be saved,
// each stay's list names them all.
func TestFolioAfterDamage(t *testing.T) {
	b := newBench(t)
	for range 20 {
		putFolios(b)
	}
	b.run(func(tx hotel.Tx) {
		for n := range 400 {
			tx.PutPosting(hotel.Posting{ID: fmt.Sprintf("P%d", 100+n), Room: "101", Stay: "G3", State: hotel.PostingPosted})
		}
	})
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	sound, err := os.ReadFile(b.opts.Path)
	if err != nil {
		t.Fatal(err)
	}
	replaced := 0
	for at := 0; at < len(sound); at += os.Getpagesize() {
		hurt := slices.Clone(sound)
		clear(hurt[at : at+os.Getpagesize()])
		if err := os.WriteFile(b.opts.Path, hurt, 0o600); err != nil {
			t.Fatal(err)
		}
		b.open()
		if b.Damaged != "" {
			replaced++
		}
		kept, err := b.Postings("", 1000)
		if err != nil {
			t.Fatal(err)
		}
		want := 0
		for _, p := range kept {
			if p.Stay != "" {
				want++
			}
		}
		listed := len(folioOf(t, b.Store, "G1", "", 1000)) + len(folioOf(t, b.Store, "G2", "", 1000)) + len(folioOf(t, b.Store, "G3", "", 1000))
		if listed != want {
			t.Errorf("page %d: %d postings are kept, %d are on folios", at/os.Getpagesize(), want, listed)
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if replaced < 5 {
		t.Errorf("the file was replaced %d times", replaced)
	}
}

// A call that waits for a price stays, however long nobody imports a tariff.
func TestCallsThatWaitForAPriceStay(t *testing.T) {
	b := newBench(t)
	then := b.clock.now()
	b.run(func(tx hotel.Tx) {
		tx.Put(hotel.StayKey("A"), hotel.Stay{ID: "A", State: hotel.StayDeparted, CheckIn: then, CheckOut: then})
		tx.Put(hotel.UnpricedKey(1), true)
		for event := range uint64(2) {
			tx.PutCall(hotel.CallRecord{Event: event + 1, Stay: "A", CallID: "c", Time: then})
		}
	})
	b.clock.add(31 * day)
	for range 3 {
		if _, _, err := b.Retain(t.Context(), 30*day, 1<<30); err != nil {
			t.Fatal(err)
		}
	}
	if calls, err := b.CallRecords("", 10); err != nil || len(calls) != 1 || calls[0].Event != 1 {
		t.Errorf("left are %+v, %v", calls, err)
	}
}

// What takes a posting back, and waits behind it, does not go out alone when that
// is refused.
func TestCorrectionOfARefusedPostingIsParked(t *testing.T) {
	b := newBench(t)
	call := func(id string) hotel.QueuedCall {
		return hotel.QueuedCall{To: hotel.ToPMS, Op: hotel.OpPosting, Subject: id, Urgency: hotel.Guest, Room: "101", Lanes: []string{"101"}}
	}
	b.run(func(tx hotel.Tx) {
		tx.PutPosting(hotel.Posting{ID: "P101", Room: "101", State: hotel.PostingPending, TakenBy: []string{"P102", "P103"}})
		tx.PutPosting(hotel.Posting{ID: "P102", Room: "101", State: hotel.PostingPending, Corrects: "P101"})
		tx.PutPosting(hotel.Posting{ID: "P103", Room: "101", State: hotel.PostingWrittenOff, Corrects: "P101"})
		tx.PutPosting(hotel.Posting{ID: "P104", Room: "101", State: hotel.PostingPending})
		for _, id := range []string{"P101", "P104", "P102"} {
			tx.Queue(call(id))
		}
	})
	calls, err := b.Calls(ListWaiting, 10)
	if err != nil || len(calls) != 3 {
		t.Fatal(calls, err)
	}
	if err := b.Settle(t.Context(), calls[0], hotel.Outcome{State: hotel.CallRefused, Error: "no"}); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]hotel.Posting{
		"P101": {State: hotel.PostingRefused, Refusal: "no", Call: calls[0].ID},
		"P102": {State: hotel.PostingRefused, Refusal: "@first-refused(P101)", Call: calls[2].ID},
		"P103": {State: hotel.PostingWrittenOff},
		"P104": {State: hotel.PostingPending},
	} {
		p, _, err := b.Posting(id)
		if err != nil || p.State != want.State || p.Refusal != want.Refusal || p.Call != want.Call {
			t.Errorf("%s is %+v, %v", id, p, err)
		}
	}
	lane := Lane{hotel.ToPMS, hotel.Guest, "101"}
	if q, found, err := b.Head(lane, 0); err != nil || !found || q.Subject != "P104" {
		t.Errorf("next is %+v, %v, %v", q, found, err)
	}
	if q, found, err := b.Head(lane, calls[1].ID); err != nil || found {
		t.Errorf("behind it is %+v, %v", q, err)
	}
	if parked, err := b.Calls(ListParked, 10); err != nil || len(parked) != 2 || b.meta.Parked != 2 || b.meta.Waiting != 1 {
		t.Errorf("parked: %+v, %v; %+v", parked, err, b.meta)
	}
	told := 0
	events, err := b.Events(0, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, ev := range events {
		if ev.Kind == hotel.KindRefused {
			told++
		}
	}
	if told != 2 {
		t.Errorf("%d refusals are told", told)
	}
	// A person's decision takes a waiting one along, or away.
	b.run(func(tx hotel.Tx) {
		if id, ok := tx.Withdraw(hotel.Posting{ID: "P104", Room: "101"}, "why"); !ok || id != calls[1].ID {
			t.Errorf("parked by hand: %d, %v", id, ok)
		}
		if id, ok := tx.Withdraw(hotel.Posting{ID: "P102", Room: "101"}, ""); ok {
			t.Errorf("withdrawn though it does not wait: %d", id)
		}
		tx.Queue(call("P104"))
	})
	b.run(func(tx hotel.Tx) {
		if _, ok := tx.Withdraw(hotel.Posting{ID: "P104", Room: "101"}, ""); !ok {
			t.Error("cannot be dropped")
		}
	})
	if b.meta.Parked != 3 || b.meta.Waiting != 0 {
		t.Errorf("in the end: %+v", b.meta)
	}
	wantCounted(t, b.Store)
}

// A posting's call that may have arrived is parked where another is dropped.
func TestDroppedCallThatMayHaveArrived(t *testing.T) {
	b := newBench(t)
	posting := hotel.QueuedCall{To: hotel.ToPMS, Op: hotel.OpPosting, Subject: "P1", Urgency: hotel.Guest, Room: "101"}
	status := posting
	status.Op = "housekeeping"
	calls := b.queue(posting, posting, status, posting)
	drop := func(q hotel.QueuedCall, want hotel.CallState) {
		t.Helper()
		b.run(func(tx hotel.Tx) {
			if got, ok := tx.Requeue(q.ID, true); !ok || got.State != want {
				t.Errorf("dropped: %+v, %v", got, ok)
			}
		})
		if kept, found, err := b.Call(q.ID); err != nil || !found || kept.State != want {
			t.Errorf("kept as %+v, %v, %v", kept, found, err)
		}
	}
	begin := func(q hotel.QueuedCall) {
		t.Helper()
		if !b.Claim(q.ID) {
			t.Fatal("the call cannot be begun")
		}
		b.Unclaim(q.ID)
	}
	drop(calls[0], hotel.CallDropped) // never begun
	begin(calls[1])
	drop(calls[1], hotel.CallUnknown)
	begin(calls[2])
	drop(calls[2], hotel.CallDropped)
	if len(b.claims.tried) != 1 {
		t.Errorf("remembered are %v", b.claims.tried)
	}
	drop(calls[1], hotel.CallDropped) // a person says so again
	if len(b.claims.tried) != 0 {
		t.Errorf("remembered are %v", b.claims.tried)
	}
	begin(calls[3])
	b.settle(calls[3], hotel.CallRefused)
	b.run(func(tx hotel.Tx) { tx.Requeue(calls[3].ID, false) })
	drop(calls[3], hotel.CallDropped) // it was refused, and not begun since
	more := b.queue(posting)
	b.reopen()
	drop(more[0], hotel.CallUnknown) // what the last run did nobody knows
	wantCounted(t, b.Store)
}
