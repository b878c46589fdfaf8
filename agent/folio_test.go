package agent

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"bellhop/hotel"
	"bellhop/pms"
)

// A posting that the PMS refuses says why; a person has it sent again under
// its key, writes it off, or puts it on another stay.
func TestRefusedPostings(t *testing.T) {
	far := newFarPMS()
	far.fail = func(m pms.Message, times int) error {
		if m.Type == hotel.OpPosting && times == 1 && strings.Contains(string(m.Data), `"stay":"G1"`) && strings.Contains(string(m.Data), `"amount":1200`) {
			return &pms.Refused{Status: 422, Reason: "no such folio"}
		}
		return nil
	}
	a, _ := testAgent(t, testConfig(t), far)
	furnish(t, a)
	do := func(ev hotel.Event) {
		t.Helper()
		if _, err := a.Do(t.Context(), ev); err != nil {
			t.Fatal(err)
		}
	}
	do(hotel.Event{Kind: hotel.KindCheckIn, Room: "101", Fields: map[string]string{"stay": "G1"}})
	do(hotel.Event{Kind: hotel.KindCheckIn, Room: "102", Fields: map[string]string{"stay": "G2"}})
	wait := func(state hotel.PostingState, n int) []hotel.Posting {
		t.Helper()
		for end := time.Now().Add(20 * time.Second); time.Now().Before(end); <-time.After(time.Millisecond) {
			all, err := a.FindPostings(PostingQuery{States: []hotel.PostingState{state}}, 100)
			if err != nil {
				t.Fatal(err)
			}
			if len(all) == n {
				return all
			}
		}
		t.Fatalf("there are never %d %s postings", n, state)
		return nil
	}
	for range 3 {
		dial(t, a, "101", "778*1*1")
	}
	refused := wait(hotel.PostingRefused, 3)
	if p := refused[0]; !strings.Contains(p.Refusal, "no such folio") || p.Call == 0 {
		t.Errorf("a refused posting: %+v", p)
	}
	keyOf := map[string]string{}
	for _, p := range refused {
		q, _, _ := a.Call(p.Call)
		keyOf[p.ID] = q.Key
	}
	decide := func(name, id string, more map[string]string) {
		t.Helper()
		fields := map[string]string{"posting": id}
		for k, v := range more {
			fields[k] = v
		}
		do(hotel.Event{Kind: hotel.KindCommand, Name: name, Fields: fields})
	}
	decide(hotel.CommandResend, refused[0].ID, nil)
	for m := far.next(t); m.Key != keyOf[refused[0].ID]; m = far.next(t) {
		if m.Type == hotel.OpPosting {
			t.Errorf("the PMS got %s under %s first", m.Data, m.Key)
		}
	}
	if p := wait(hotel.PostingPosted, 1)[0]; p.ID != refused[0].ID || p.Refusal != "" || p.Call != 0 {
		t.Errorf("what was sent again: %+v", p)
	}
	decide(hotel.CommandWriteOff, refused[1].ID, map[string]string{"reason": "goodwill"})
	decide(hotel.CommandMovePosting, refused[2].ID, map[string]string{"stay": "G2"})
	wait(hotel.PostingWrittenOff, 2)
	if p := wait(hotel.PostingPosted, 2)[0]; p.Stay != "G2" || p.Amount != 1200 {
		t.Errorf("what was moved: %+v", p)
	}
	if left, err := a.Calls("parked", 10); err != nil || len(left) != 0 {
		t.Errorf("parked are still %+v, %v", left, err)
	}
	for stay, owed := range map[string]int64{"G1": 1200, "G2": 1200} {
		bills, err := a.Folio(FolioQuery{Stay: stay})
		if err != nil || bills[0].Owed != owed {
			t.Errorf("%s owes %+v, %v", stay, bills, err)
		}
	}
	_, err := a.Do(t.Context(), hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandResend, Fields: map[string]string{"posting": refused[0].ID}})
	if err == nil || !strings.Contains(err.Error(), "is posted, and not refused") {
		t.Errorf("sent once more: %v", err)
	}
}

// A call that may have arrived is not given up in silence: whether the PMS has its
// posting a person must find out, and until then it is owed.
func TestDroppedPostingThatMayHaveArrived(t *testing.T) {
	far := newFarPMS()
	far.fail = func(pms.Message, int) error { return &pms.Retry{After: time.Hour, Err: errors.New("no answer")} }
	config := testConfig(t)
	a, stop := testAgent(t, config, far)
	furnish(t, a)
	for range 2 {
		dial(t, a, "101", "778*1*1")
	}
	for a.outbox.state()[0].Failures == 0 {
		<-time.After(time.Millisecond)
	}
	command := func(a *Agent, name, field, value string) {
		t.Helper()
		if _, err := a.Do(t.Context(), hotel.Event{Kind: hotel.KindCommand, Name: name, Fields: map[string]string{field: value}}); err != nil {
			t.Fatal(err)
		}
	}
	waiting, err := a.Calls("waiting", 10)
	if err != nil || len(waiting) != 2 {
		t.Fatal(waiting, err)
	}
	for _, q := range waiting { // of one lane: the second was never begun
		command(a, hotel.CommandDrop, "call", strconv.FormatUint(q.ID, 10))
	}
	state := func(a *Agent, id string) hotel.Posting {
		t.Helper()
		p, found, err := a.store.Posting(id)
		if err != nil || !found {
			t.Fatal(found, err)
		}
		return p
	}
	first, second := waiting[0], waiting[1]
	if p := state(a, first.Subject); p.State != hotel.PostingUnclear || p.Call != first.ID || p.Refusal == "" {
		t.Errorf("what may have arrived: %+v", p)
	}
	if p := state(a, second.Subject); p.State != hotel.PostingWrittenOff {
		t.Errorf("what was never sent: %+v", p)
	}
	if _, err := a.Do(t.Context(), hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandCorrect, Fields: map[string]string{"posting": first.Subject}}); err == nil {
		t.Error("what may have arrived was corrected")
	}
	stop()
	far = newFarPMS()
	b, _ := testAgent(t, config, far)
	command(b, hotel.CommandResend, "posting", first.Subject)
	if m := far.next(t); m.Key != first.Key {
		t.Errorf("sent again under %s, not %s", m.Key, first.Key)
	}
}
