package luahooks

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"bellhop/hotel"
)

// fakeHotel is the state of a hotel in memory, to try hooks on. Records are
// held as JSON, as a store holds them. It is a [hotel.Tx], so that effects pass
// the checks of the real one; what they queue and emit goes nowhere.
type fakeHotel struct {
	records  map[string]string
	postings []hotel.Posting
	calls    []hotel.CallRecord
	next     uint64
	now      time.Time
}

var _ hotel.Tx = (*fakeHotel)(nil)

func newFakeHotel(now time.Time) *fakeHotel {
	return &fakeHotel{records: map[string]string{}, now: now}
}

// copy is another hotel that is equal to begin with.
func (h *fakeHotel) copy() *fakeHotel {
	c := *h
	c.records, c.postings, c.calls = maps.Clone(h.records), slices.Clone(h.postings), slices.Clone(h.calls)
	return &c
}

func (h *fakeHotel) Get(key string, into any) bool {
	text, ok := h.records[key]
	if ok {
		if err := json.Unmarshal([]byte(text), into); err != nil {
			panic(fmt.Sprintf("the record at %s is another: %v", key, err)) // our own types always decode
		}
	}
	return ok
}

func (h *fakeHotel) List(prefix string, visit func(string, func(any) bool) bool) {
	for _, key := range slices.Sorted(maps.Keys(h.records)) {
		if strings.HasPrefix(key, prefix) && !visit(key, func(into any) bool { return h.Get(key, into) }) {
			return
		}
	}
}

func (h *fakeHotel) Put(key string, record any) {
	text, err := json.Marshal(record)
	if err != nil {
		panic(fmt.Sprintf("encode the record at %s: %v", key, err)) // our own types always encode
	}
	h.records[key] = string(text)
}

func (h *fakeHotel) Delete(key string)          { delete(h.records, key) }
func (h *fakeHotel) Next() uint64               { h.next++; return h.next }
func (h *fakeHotel) Now() time.Time             { return h.now.UTC() }
func (h *fakeHotel) PutPosting(p hotel.Posting) { h.postings = append(h.postings, p) }
func (h *fakeHotel) PutCall(r hotel.CallRecord) { h.calls = append(h.calls, r) }
func (h *fakeHotel) Queue(hotel.QueuedCall)     {}
func (h *fakeHotel) Emit(hotel.Event)           {}
func (h *fakeHotel) has(key string) bool        { _, ok := h.records[key]; return ok }
func (h *fakeHotel) Requeue(call uint64, _ bool) (hotel.QueuedCall, bool) {
	return hotel.QueuedCall{}, false
}

// Withdraw finds no call: none is queued here.
func (h *fakeHotel) Withdraw(hotel.Posting, string) (uint64, bool) { return 0, false }

// Posting gives the newest form of one.
func (h *fakeHotel) Posting(id string) (hotel.Posting, bool) {
	for i := range slices.Backward(h.postings) {
		if h.postings[i].ID == id {
			return h.postings[i], true
		}
	}
	return hotel.Posting{}, false
}

func (h *fakeHotel) PostingsOf(stay string, visit func(hotel.Posting) bool) {
	seen := map[string]bool{}
	for _, p := range slices.Backward(h.postings) {
		if seen[p.ID] || p.Stay != stay {
			continue
		}
		seen[p.ID] = true
		if !visit(p) {
			return
		}
	}
}

func (h *fakeHotel) Call(event uint64) (hotel.CallRecord, bool) {
	for _, r := range slices.Backward(h.calls) {
		if r.Event == event {
			return r, true
		}
	}
	return hotel.CallRecord{}, false
}

func (h *fakeHotel) Legs(callID string) (legs []hotel.CallRecord) {
	seen := map[uint64]bool{}
	for _, r := range h.calls {
		if newest, _ := h.Call(r.Event); callID != "" && r.CallID == callID && !seen[r.Event] {
			legs, seen[r.Event] = append(legs, newest), true
		}
	}
	return legs
}

// RecentPostings implements [hotel.History].
func (h *fakeHotel) RecentPostings(q hotel.HistoryQuery) (list []hotel.Posting, more bool, err error) {
	seen := map[string]bool{}
	for _, p := range slices.Backward(h.postings) {
		if seen[p.ID] || !q.TakesPosting(&p) {
			continue
		}
		if len(list) == q.Most {
			return list, true, nil
		}
		seen[p.ID], list = true, append(list, p)
	}
	return list, false, nil
}

// RecentCalls implements [hotel.History].
func (h *fakeHotel) RecentCalls(q hotel.HistoryQuery) (list []hotel.CallRecord, more bool, err error) {
	seen := map[uint64]bool{}
	for _, r := range slices.Backward(h.calls) {
		if seen[r.Event] || !q.TakesCall(&r) {
			continue
		}
		if len(list) == q.Most {
			return list, true, nil
		}
		seen[r.Event], list = true, append(list, r)
	}
	return list, false, nil
}
