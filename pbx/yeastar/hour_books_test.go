package yeastar

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"bellhop/hotel"
	"bellhop/sim"
)

// books is what became of each report, in the order in which they were made.
type books struct {
	mu      sync.Mutex
	entries []*entry
	open    map[string][]*entry // neither answered nor lost, by body
	tallies map[string]*tally   // by body
}

type entry struct {
	made time.Time
	body []byte
	fate sim.Fate
}

// tally counts equal reports; one may be answered more than once.
type tally struct {
	made, answered, lost int
	sent                 string // as it went out; empty: it never was answered
}

// note is the simulated PBX's Watch.
func (b *books) note(f sim.Fate, told sim.Told) {
	b.mu.Lock()
	defer b.mu.Unlock()
	key := string(told.Body)
	if b.open == nil {
		b.open, b.tallies = map[string][]*entry{}, map[string]*tally{}
	}
	n := b.tallies[key]
	if n == nil {
		n = &tally{}
		b.tallies[key] = n
	}
	switch f {
	case sim.ReportMade:
		n.made++
		e := &entry{time.Now(), told.Body, f}
		b.entries, b.open[key] = append(b.entries, e), append(b.open[key], e)
		return
	case sim.ReportAnswered:
		n.answered++
		n.sent = string(told.Sent)
	case sim.ReportLost:
		n.lost++
	}
	if list := b.open[key]; len(list) > 0 {
		list[0].fate, b.open[key] = f, list[1:]
	}
}

// recorder notes what goes over the API.
type recorder struct {
	next http.RoundTripper

	mu    sync.Mutex
	calls []recorded
}

type recorded struct {
	at       time.Time
	endpoint string
	body     string
	good     bool
	answer   string
}

func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	_, endpoint, _ := strings.Cut(strings.TrimPrefix(request.URL.Path, "/api/"), "/")
	call := recorded{at: time.Now(), endpoint: endpoint}
	if request.GetBody != nil {
		body, _ := request.GetBody()
		text, _ := io.ReadAll(body)
		call.body = string(text)
	}
	answer, err := r.next.RoundTrip(request)
	if err == nil {
		text, readErr := io.ReadAll(answer.Body)
		call.answer = string(text)
		call.good = readErr == nil && strings.Contains(call.answer, `"Success"`) && strings.HasSuffix(call.answer, "}")
		answer.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(bytes.NewReader(text), broken{readErr}), answer.Body}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, call)
	return answer, err
}

// broken ends a body as it ended.
type broken struct{ err error }

func (b broken) Read([]byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	return 0, io.EOF
}

func (h *hour) closeBooks(sum *hourSum) {
	t := h.t
	t.Helper()
	fates := map[sim.Fate]int{}
	for _, e := range h.books.entries {
		fates[e.fate]++
	}
	t.Logf("%d reports: %v; %d kept; %d orders, failed: %v; %d calls of the API; %+v",
		len(h.books.entries), fates, len(h.journal.Records()), h.orders.asked, h.orders.errors, len(h.wire.calls), h.sim.Stats())
	if len(h.books.entries) < 500 || h.orders.asked < 100 || fates[sim.ReportAnswered] < 200 {
		t.Error("too little has happened to prove anything")
	}
	if fates[sim.ReportMade] > 0 {
		t.Errorf("%d reports are owed", fates[sim.ReportMade])
	}
	if h.tcp {
		h.checkStream()
	} else {
		h.checkPushes()
	}
	h.checkRecords()
	h.checkOrders(sum)
	checkLogins(t, h.wire.calls)
	sum.refused.Add(int64(h.sim.Stats().Refused))
	if n := h.sim.Stats().Locks; n > 0 {
		t.Errorf("we had ourselves locked out %d times", n)
	}
	checkHeartbeats(t, h.wire.calls)
	for room, settings := range h.foreign {
		x, _ := h.sim.Extension(room)
		for name, value := range settings {
			if x.Settings[name] != value {
				t.Errorf("%s of %s was touched: %q, and was %q", name, room, x.Settings[name], value)
			}
		}
	}
}

// checkPushes holds what was kept against what was made and answered, by the
// form in which it went out.
func (h *hour) checkPushes() {
	sums := map[string]*tally{}
	lost, boots, unknown := 0, 0, 0
	for _, n := range h.books.tallies {
		lost += n.lost
		sum := sums[n.sent]
		if sum == nil {
			sum = &tally{}
			sums[n.sent] = sum
		}
		sum.made, sum.answered, sum.lost = sum.made+n.made, sum.answered+n.answered, sum.lost+n.lost
	}
	delete(sums, "")
	kept, old := map[string]int{}, map[string]int{}
	for _, r := range h.journal.Records() {
		switch r.Event.Kind {
		case hotel.KindBoot:
			boots++
		case hotel.KindUnknown, hotel.KindGap:
			h.t.Errorf("kept %+v", r.Event)
		}
		kept[string(r.Body)]++
		if r.Old {
			old[string(r.Body)]++
		}
		if sums[string(r.Body)] == nil {
			unknown++ // we have it, and the PBX lost it before it was answered
		}
	}
	if unknown > lost {
		h.t.Errorf("%d were kept that the PBX never was answered for, and it lost %d", unknown, lost)
	}
	if lost > 0 && boots == 0 {
		h.t.Error("reports were lost with the PBX, and no start of it was kept")
	}
	for sent, n := range sums {
		if kept[sent] < n.made-n.lost {
			h.t.Errorf("%d made, %d lost, %d kept: %s", n.made, n.lost, kept[sent], sent)
		}
		if kept[sent] > n.answered+old[sent]+n.lost {
			h.t.Errorf("%d times acknowledged, %d times kept: %s", n.answered, kept[sent], sent)
		}
	}
}

// checkStream goes through both books side by side: what was written whole was
// kept, in its order, and what was not lies in a gap.
func (h *hour) checkStream() {
	kept, gaps := h.journal.Records(), []hotel.Gap{}
	where, lost := map[string][]int{}, map[string]bool{}
	for i, r := range kept {
		if r.Event.Kind == hotel.KindGap {
			gaps = append(gaps, r.Event.Gap())
		}
		where[eventText(r.Event)] = append(where[eventText(r.Event)], i)
	}
	inGap := func(at time.Time) bool {
		return slices.ContainsFunc(gaps, func(g hotel.Gap) bool { return !at.Before(g.From) && !at.After(g.To) })
	}
	at, told := 0, map[int]bool{}
	for _, e := range h.books.entries {
		text := eventText(read(e.body))
		next := slices.IndexFunc(where[text], func(i int) bool { return i >= at })
		switch {
		case e.fate == sim.ReportAnswered && next < 0:
			h.t.Errorf("written whole at %s, and not kept in its place: %s", e.made, e.body)
		case e.fate == sim.ReportAnswered:
			at = where[text][next] + 1
			told[at-1] = true
		default:
			lost[text] = true
			if !inGap(e.made) && next < 0 {
				h.t.Errorf("lost at %s, and in no gap: %s", e.made, e.body)
			}
		}
	}
	for i, r := range kept {
		// The PBX may take for lost what we had before the line broke.
		if !told[i] && r.Event.Kind != hotel.KindGap && r.Event.Kind != hotel.KindUnknown && !lost[eventText(r.Event)] {
			h.t.Errorf("kept out of place: %+v", r.Event)
		}
	}
}

// eventText is for comparing two events that were not taken at the same time.
func eventText(ev hotel.Event) string {
	ev.Time = time.Time{}
	return string(quoted(ev))
}

// checkRecords looks for the records of calls that were lost on the way in
// what the PBX gives for the hour.
func (h *hour) checkRecords() {
	h.driver.Session.Forget()                                // with a login it forgets what the PBX seemed to lack
	known, err := h.past(h.begun, time.Now().Add(time.Hour)) // the PBX's clock is ahead
	if err != nil {
		h.t.Errorf("ask for past calls: %v", err)
	}
	for _, e := range h.books.entries {
		if ev := read(e.body); e.fate == sim.ReportLost && ev.CDR != nil && !known[ev.MergeKey()] {
			h.t.Errorf("a record is neither reported nor found: %s", e.body)
		}
	}
}

// checkOrders counts what must not happen twice.
func (h *hour) checkOrders(sum *hourSum) {
	calls := map[string]int{}
	for _, c := range h.sim.Records() {
		calls[c.To]++
	}
	placed := 0
	for _, number := range h.orders.calls {
		placed += calls[number]
		if calls[number] > 1 {
			h.t.Errorf("%s was called %d times", number, calls[number])
		}
	}
	sent := map[string]int{}
	for _, sms := range h.sim.State().SMS {
		sent[sms.Text]++
	}
	for text, said := range h.orders.texts {
		if sent[text] > 1 || said && sent[text] == 0 {
			h.t.Errorf("SMS %s was sent %d times; said to be sent: %v", text, sent[text], said)
		}
	}
	sum.calls.Add(int64(placed))
	sum.texts.Add(int64(len(sent)))
	standing, theirs := map[string]int{}, map[string]bool{}
	for _, x := range h.sim.State().Extensions {
		for _, a := range x.Alarms {
			standing[x.Number+" "+a.Time]++
			theirs[a.ID] = true
		}
	}
	for which, n := range standing {
		if n > 1 {
			h.t.Errorf("%d alarms stand at %s", n, which)
		}
	}
	for id := range h.theirs {
		if !theirs[id] {
			h.t.Errorf("alarm %s, which is not ours, is gone", id)
		}
	}
}

// checkLogins holds the logins over the API that the PBX has refused against
// its lock. Those of which nothing was heard are the bad line's; that all of them
// together do not come to a lock, the PBX itself says.
func checkLogins(t *testing.T, calls []recorded) {
	t.Helper()
	const most, lockTime = 3, 10 * time.Minute
	var failed []time.Time
	for _, c := range calls {
		if c.endpoint != "login" {
			continue
		}
		if c.good {
			failed = nil // for the PBX, too
			continue
		}
		if !strings.Contains(c.answer, `"errno"`) {
			continue
		}
		failed = append(failed, c.at)
		if n := len(failed); n > most && failed[n-1].Sub(failed[n-1-most]) <= lockTime {
			t.Errorf("%d logins in a row were refused within %s", most+1, lockTime)
		}
	}
}

// checkHeartbeats: one every five minutes, unless no login was allowed.
func checkHeartbeats(t *testing.T, calls []recorded) {
	t.Helper()
	var last time.Time
	for _, c := range calls {
		if c.endpoint != "heartbeat" {
			continue
		}
		if pause := c.at.Sub(last); !last.IsZero() && pause > heartbeatEvery+heartbeatAgain+callTimeout && pause < loginPause {
			t.Errorf("no heartbeat for %s until %s", pause, c.at)
		}
		if !strings.Contains(c.body, `"version":"`) || !strings.Contains(c.body, `"port":"8260"`) {
			t.Errorf("heartbeat %s", c.body)
		}
		last = c.at
	}
}
