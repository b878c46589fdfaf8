package rig

import (
	"encoding/json"
	"strconv"
	"strings"

	"bellhop/hotel"
)

// checkPostings: each posting is at the PMS under one key, which is its own,
// and the PMS has none that is not in the store.
func (v *verdict) checkPostings(postings map[uint64][]hotel.Posting) {
	v.sink.mu.Lock()
	defer v.sink.mu.Unlock()
	for _, text := range v.sink.wrong {
		v.wrong("the far side got %s", text)
	}
	for key, told := range v.sink.told {
		if len(told) != 1 {
			v.wrong("key %s carried %d different messages", key, len(told))
		}
	}
	calls := v.callRecords()
	status := map[string]lastWord{}
	for _, m := range v.sink.Received() {
		switch m.Type {
		case "posting":
			var p hotel.Posting
			v.decode(m.Data, &p)
			n, _ := strconv.ParseUint(strings.TrimPrefix(p.ID, "P"), 10, 64) // an odd id is in no store
			if len(postings[n]) != 1 {
				v.twice("the PMS has posting %s of event %d %s", p.ID, p.Event, map[bool]string{true: "twice", false: "and the store has not"}[postings[n] != nil])
				continue
			}
			if mine := postings[n][0]; mine.State != hotel.PostingPosted || mine.Amount != p.Amount || mine.Room != p.Room {
				v.wrong("the PMS has %+v, the store %+v", p, mine)
			}
			postings[n] = append(postings[n], p)
		case "call":
			if !calls[m.Event] {
				v.twice("the PMS has the call of event %d twice, or it is in no store", m.Event)
			}
			delete(calls, m.Event)
		case "housekeeping":
			v.heard(status, m.Event, m.Data)
		default:
			v.wrong("the PMS has a message of type %q", m.Type)
		}
	}
	for _, p := range postings {
		if len(p) != 2 {
			v.lost("the PMS has not got posting %s of event %d (%s)", p[0].ID, p[0].Event, p[0].State)
		}
	}
	for id := range calls {
		v.lost("the PMS has not got the call of event %d", id)
	}
	v.checkStatus(status)
}

func (v *verdict) decode(text []byte, into any) {
	if err := json.Unmarshal(text, into); err != nil {
		v.wrong("the PMS got %.200q: %v", text, err)
	}
}

// callRecords are the records in the store, by event: one for each call.
func (v *verdict) callRecords() map[uint64]bool {
	records, err := v.store.CallRecords("", 1<<30)
	if err != nil {
		v.t.Fatal(err)
	}
	byID := map[uint64]bool{}
	callids := map[string]bool{}
	for _, r := range records {
		if callids[r.CallID] {
			v.twice("call %s has two records", r.CallID)
		}
		callids[r.CallID], byID[r.Event] = true, true
	}
	for _, r := range v.pbx.reports {
		if r.about == AboutCall && !callids[r.callid] {
			v.lost("call %s has no record", r.callid)
		}
	}
	for callid := range v.hotel.PBX.records() {
		if !callids[callid] {
			v.lost("call %s of the PBX has no record", callid)
		}
	}
	return byID
}

// lastWord is the newest that the PMS was told of a room's status.
type lastWord struct {
	event  uint64
	status hotel.Status
}

func (v *verdict) heard(words map[string]lastWord, event uint64, data []byte) {
	var report hotel.StatusReport
	v.decode(data, &report)
	if event > words[report.Room].event {
		words[report.Room] = lastWord{event, report.Status}
	}
}

// checkStatus: what the PMS was told last of each room is how the room is;
// what was left out on the way is no loss.
func (v *verdict) checkStatus(words map[string]lastWord) {
	for n := range pushRooms {
		var r hotel.Room
		if !v.store.Snapshot().Get(hotel.RoomKey(Room(n)), &r) {
			v.lost("room %s is gone", Room(n))
		}
		if words[r.Number].status != r.Status {
			v.wrong("room %s is %q, the PMS was told %q", r.Number, r.Status, words[r.Number].status)
		}
	}
}

// checkPosts: what hooks have posted to another server came under one key
// each.
func (v *verdict) checkPosts() {
	v.sink.mu.Lock()
	defer v.sink.mu.Unlock()
	times := map[uint64]int{}
	for key, body := range v.sink.posts {
		var post struct {
			Event uint64 `json:"event,string"`
		}
		v.decode([]byte(body), &post)
		if times[post.Event]++; !v.posts[post.Event] {
			v.twice("a hook's post of event %d came under %s, and there should be none", post.Event, key)
		}
	}
	for id := range v.posts {
		switch n := times[id]; {
		case n == 0:
			v.lost("the hook's post of event %d has not come", id)
		case n > 1:
			v.twice("the hook's post of event %d came under %d keys", id, n)
		}
	}
}

// checkOrder: within a room, the messages of a kind came in the order in which
// they were queued.
func (v *verdict) checkOrder() {
	v.sink.mu.Lock()
	defer v.sink.mu.Unlock()
	newest := map[string]uint64{}
	for _, m := range v.sink.order {
		lane := m.kind + " " + m.room
		if m.place < newest[lane] {
			v.wrong("%s: %d (%s) came after number %d", lane, m.place, m.key, newest[lane])
		}
		newest[lane] = max(newest[lane], m.place)
	}
}
