package hotel

import (
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

var (
	eventTime  = time.Date(2026, 3, 1, 8, 30, 0, 0, time.UTC)
	commitTime = eventTime.Add(time.Minute)
)

// memTx holds the state in memory, encoded as a store would hold it.
type memTx struct {
	state    map[string]string
	next     uint64
	postings []Posting
	calls    []CallRecord
	queued   []QueuedCall
	emitted  []Event
	requeued []Requeue
	parked   []uint64 // the calls that Requeue knows
	// parkedCalls are what is in those of them that matter.
	parkedCalls map[uint64]QueuedCall
}

func newTx(records map[string]any) *memTx {
	tx := &memTx{state: map[string]string{}}
	for key, record := range records {
		tx.Put(key, record)
	}
	return tx
}

func (tx *memTx) Get(key string, into any) bool {
	text, ok := tx.state[key]
	if ok {
		must(json.Unmarshal([]byte(text), into))
	}
	return ok
}

func (tx *memTx) List(prefix string, visit func(string, func(any) bool) bool) {
	for _, key := range slices.Sorted(maps.Keys(tx.state)) {
		if strings.HasPrefix(key, prefix) && !visit(key, func(into any) bool { return tx.Get(key, into) }) {
			return
		}
	}
}

func (tx *memTx) Put(key string, record any) {
	text, err := json.Marshal(record)
	must(err)
	tx.state[key] = string(text)
}

func (tx *memTx) Delete(key string)       { delete(tx.state, key) }
func (tx *memTx) Next() uint64            { tx.next++; return tx.next }
func (tx *memTx) Now() time.Time          { return commitTime }
func (tx *memTx) PutPosting(p Posting)    { tx.postings = append(tx.postings, p) }
func (tx *memTx) PutCall(r CallRecord)    { tx.calls = append(tx.calls, r) }
func (tx *memTx) Queue(q QueuedCall)      { tx.queued = append(tx.queued, q) }
func (tx *memTx) Emit(e Event)            { tx.emitted = append(tx.emitted, e) }
func (tx *memTx) keys() []string          { return slices.Sorted(maps.Keys(tx.state)) }
func (tx *memTx) outside() (n int)        { return len(tx.queued) + len(tx.emitted) }
func (tx *memTx) room(number string) Room { return record[Room](tx, RoomKey(number)) }

func (tx *memTx) Call(event uint64) (CallRecord, bool) {
	for i := len(tx.calls) - 1; i >= 0; i-- {
		if tx.calls[i].Event == event {
			return tx.calls[i], true
		}
	}
	return CallRecord{}, false
}

func (tx *memTx) Legs(callID string) (legs []CallRecord) {
	seen := map[uint64]bool{}
	for _, r := range tx.calls {
		if newest, _ := tx.Call(r.Event); callID != "" && r.CallID == callID && !seen[r.Event] {
			legs, seen[r.Event] = append(legs, newest), true
		}
	}
	return legs
}

func (tx *memTx) Requeue(call uint64, drop bool) (QueuedCall, bool) {
	tx.requeued = append(tx.requeued, Requeue{call, drop})
	q := tx.parkedCalls[call]
	q.ID = call
	if !drop || q.State != CallUnknown { // which says here that it may have arrived
		q.State = map[bool]CallState{false: CallQueued, true: CallDropped}[drop]
	}
	return q, slices.Contains(tx.parked, call)
}

func (tx *memTx) Withdraw(p Posting, why string) (uint64, bool) {
	i := slices.IndexFunc(tx.queued, func(q QueuedCall) bool { return q.Op == OpPosting && q.Subject == p.ID })
	if i < 0 {
		return 0, false
	}
	tx.next++ // the store numbers calls
	q := tx.queued[i]
	tx.queued = slices.Delete(slices.Clone(tx.queued), i, i+1)
	if why != "" {
		tx.parked, tx.parkedCalls = append(tx.parked, tx.next), maps.Clone(tx.parkedCalls)
		tx.parkedCalls[tx.next] = q
	}
	return tx.next, true
}

func (tx *memTx) Posting(id string) (Posting, bool) {
	for i := range slices.Backward(tx.postings) {
		if tx.postings[i].ID == id {
			return tx.postings[i], true
		}
	}
	return Posting{}, false
}

func (tx *memTx) PostingsOf(stay string, visit func(Posting) bool) {
	newest := map[string]Posting{}
	var ids []string
	for _, p := range tx.postings {
		if _, known := newest[p.ID]; !known {
			ids = append(ids, p.ID)
		}
		newest[p.ID] = p
	}
	for _, id := range slices.Backward(ids) {
		if p := newest[id]; p.Stay == stay && !visit(p) {
			return
		}
	}
}

// record reads a record; its zero value when there is none.
func record[T any](tx *memTx, key string) (r T) {
	tx.Get(key, &r)
	return r
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

var (
	noPMS   = Setup{Currency: "CNY"}
	withPMS = Setup{PMS: true, Currency: "EUR"}
)

// smallHotel has an occupied room, a vacant one, and one with two phones.
func smallHotel() *memTx {
	return newTx(map[string]any{
		RoomKey("101"):       Room{Number: "101", Status: StatusClean, Stay: "G1", DND: true},
		ExtensionKey("101"):  Extension{Room: "101"},
		StayKey("G1"):        Stay{ID: "G1", Room: "101", State: StayInHouse, CheckIn: eventTime.Add(-24 * time.Hour)},
		RoomKey("102"):       Room{Number: "102", LastStay: "G0"},
		ExtensionKey("102"):  Extension{Room: "102"},
		RoomKey("103"):       Room{Number: "103", Extensions: []string{"8031", "8032"}, Minibar: "suite"},
		ExtensionKey("8031"): Extension{Room: "103"},
		ExtensionKey("8032"): Extension{Room: "103"},
	})
}

func testEvent() *Event {
	return &Event{ID: 7, Kind: KindDTMF, Time: eventTime, CallID: "c-1"}
}

func apply(t *testing.T, tx Tx, setup Setup, effects ...Effect) {
	t.Helper()
	if err := Apply(tx, testEvent(), "rules", effects, setup); err != nil {
		t.Fatalf("Apply: %v", err)
	}
}

func refused(t *testing.T, tx Tx, want Invalid, effects ...Effect) {
	t.Helper()
	err := Apply(tx, testEvent(), "rules", effects, withPMS)
	var got *Invalid
	if !errors.As(err, &got) {
		t.Fatalf("Apply = %v, want %v", err, &want)
	}
	if *got != want {
		t.Errorf("refused with %+v\nwant %+v", *got, want)
	}
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %+v\nwant %+v", what, got, want)
	}
}
