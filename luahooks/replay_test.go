package luahooks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"bellhop/hotel"
)

// annals are a hotel whose events are run and kept for a replay.
type annals struct {
	t       *testing.T
	set     *Set
	records map[string]hotel.Record
	version uint64
	page    hotel.PastPage
	answer  func(url string) hotel.Answer
	history hotel.History
}

func newAnnals(t *testing.T, files map[string]string) *annals {
	a := &annals{t: t, records: map[string]hotel.Record{}, page: hotel.PastPage{Values: map[uint64]hotel.PastValue{}, Lists: map[string][]uint64{}}}
	a.set = mustLoad(t, Options{Get: func(_ context.Context, url string) hotel.Answer { return a.answer(url) }}, files)
	for key, value := range harbourInn() {
		a.put(key, value)
	}
	return a
}

func (a *annals) put(key string, value any) {
	a.t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		a.t.Fatal(err)
	}
	a.version++
	a.records[key] = hotel.Record{Key: key, Version: a.version, Value: text}
}

// Record and Records are the present.
func (a *annals) Record(key string) (hotel.Record, bool) { r, ok := a.records[key]; return r, ok }

func (a *annals) Records(prefix string) (all []hotel.Record) {
	for _, key := range slices.Sorted(maps.Keys(a.records)) {
		if strings.HasPrefix(key, prefix) {
			all = append(all, a.records[key])
		}
	}
	return all
}

// noting is the view of a unit that runs then.
type noting struct {
	*annals
	reads hotel.Reads
}

func (n *noting) Get(key string, into any) bool {
	r, ok := n.records[key]
	if n.reads.Keys == nil {
		n.reads.Keys = map[string]uint64{}
	}
	n.reads.Keys[key] = r.Version
	if !ok {
		return false
	}
	n.page.Values[r.Version] = hotel.PastValue{Key: key, Value: r.Value}
	return json.Unmarshal(r.Value, into) == nil
}

func (n *noting) List(prefix string, visit func(string, func(any) bool) bool) {
	if n.reads.Lists == nil {
		n.reads.Lists = map[string]string{}
	}
	all := n.Records(prefix)
	digest := ""
	var versions []uint64
	for _, r := range all {
		digest += fmt.Sprint(r.Version, " ")
		versions = append(versions, r.Version)
		n.page.Values[r.Version] = hotel.PastValue{Key: r.Key, Value: r.Value}
	}
	n.reads.Lists[prefix], n.page.Lists[digest] = digest, versions
	for _, r := range all {
		if !visit(r.Key, func(into any) bool { return json.Unmarshal(r.Value, into) == nil }) {
			return
		}
	}
}

// happens runs an event's hooks and keeps it.
func (a *annals) happens(ev *hotel.Event) *hotel.PastEvent {
	a.t.Helper()
	e := *ev
	e.ID = uint64(len(a.page.Events) + 1)
	units := map[string]hotel.Done{hotel.RulesUnit: {State: a.version}}
	for _, unit := range a.set.Match(&e) {
		view := &noting{annals: a}
		in := Input{Event: &e, View: view, History: a.history, Now: noon.Add(time.Second), Zone: shanghai, Seed: 7}
		got := a.set.Run(context.Background(), unit, in)
		d := hotel.Done{Version: "v", Time: in.Now, Seed: 7, Reads: &view.reads, State: a.version, Answers: got.Answers, Effects: got.Effects}
		if got.Err != nil {
			d.Error = got.Err.Error()
			d.Effects = []hotel.Effect{{Park: &hotel.ParkUnit{Unit: unit, Error: d.Error}}, {Alert: &hotel.RaiseAlert{Code: hotel.AlertHookFailed}}}
		}
		units[unit] = d
	}
	a.page.Events = append(a.page.Events, hotel.PastEvent{Event: e, Units: units})
	return &a.page.Events[len(a.page.Events)-1]
}

var shanghai = time.FixedZone("Shanghai", 8*3600)

// replay runs other hooks, or with nil the same, over what happened. What was kept
// goes over the wire first.
func (a *annals) replay(files map[string]string) (all []Replayed, sum ReplaySum) {
	a.t.Helper()
	text, err := json.Marshal(a.page)
	if err != nil {
		a.t.Fatal(err)
	}
	var page hotel.PastPage
	if err := json.Unmarshal(text, &page); err != nil {
		a.t.Fatal(err)
	}
	set := a.set
	if files != nil {
		set = mustLoad(a.t, Options{}, files)
	}
	p := Replay{Set: set, Zone: shanghai, Present: a, History: a.history, Seed: func(uint64, string) uint64 { return 7 }}
	if all, err = p.Page(a.t.Context(), &page, nil); err != nil {
		a.t.Fatal(err)
	}
	for i := range all {
		sum.Add(&all[i])
	}
	return all, sum
}

const priced = `local bellhop = require "bellhop"
bellhop.on("minibar", function(event)
  local item = bellhop.minibar.item(event.item)
  local room = bellhop.room(event.room)
  bellhop.kv.set("last", { room = event.room, vip = room.vip, luck = math.random(100), at = bellhop.time() })
  bellhop.post { room = event.room, kind = "minibar", item = item, quantity = event.count, amount = item.price * event.count }
end)`

// Whatever became of what it had read, a hook that is unchanged wants what it
// wanted, by the same time and the same numbers.
func TestReplayOfUnchangedHooks(t *testing.T) {
	a := newAnnals(t, map[string]string{"minibar.lua": priced})
	a.happens(dialled("1203", "778*12*2"))
	a.put(hotel.ItemKey(hotel.DefaultMinibar, "12"), hotel.Item{Minibar: hotel.DefaultMinibar, Code: "12", Price: 9900})
	a.happens(dialled("1203", "778*12*1"))
	a.put(hotel.StayKey("S7"), hotel.Stay{ID: "S7", VIP: 9})
	delete(a.records, hotel.RoomKey("1203"))
	all, sum := a.replay(nil)
	if sum.Same != 2 || sum.Runs != 2 || sum.Differences() != 0 || sum.Approximate != 0 || all[0].Approximate {
		t.Errorf("%+v, %s", sum, asJSON(t, all))
	}
}

// With one changed price exactly the charges of that item would be others.
func TestReplayOfAChangedPrice(t *testing.T) {
	a := newAnnals(t, map[string]string{"minibar.lua": priced})
	for _, digits := range []string{"778*12*2", "787*12*1", "778*12*1"} {
		a.happens(dialled("1203", digits))
	}
	a.records = map[string]hotel.Record{}
	changed := strings.Replace(priced, "amount = item.price * event.count", `amount = (item.minibar == "wine" and 8000 or item.price) * event.count`, 1)
	all, sum := a.replay(map[string]string{"minibar.lua": changed})
	if sum.Same != 2 || sum.Changed != 1 || sum.Total() != -1000 || sum.Effects["post"] != (ReplayCount{Changed: 1}) || len(sum.Effects) != 1 {
		t.Errorf("%+v", sum)
	}
	if r := all[1]; r.Event != 2 || r.State != ReplayChanged || !r.Differs() || r.Was[0].Post.Amount != 9000 || r.Would[0].Post.Amount != 8000 || len(r.Was) != 1 {
		t.Errorf("%s", asJSON(t, r))
	}
}

// What was not there then is not there in a replay.
func TestReplayOfWhatWasNotThere(t *testing.T) {
	a := newAnnals(t, map[string]string{"t.lua": `local bellhop = require "bellhop"
bellhop.on("dtmf", function(event) bellhop.kv.set("n", (bellhop.kv.get("n") or 0) + 1) end)`})
	a.happens(dialled("1203", "1"))
	a.put(hotel.KVKey("t", "n"), "1")
	a.happens(dialled("1203", "2"))
	a.put(hotel.KVKey("t", "n"), "2")
	if all, sum := a.replay(nil); sum.Same != 2 || all[0].Approximate || all[1].Approximate {
		t.Errorf("%s", asJSON(t, all))
	}
}

// What was not read then is read from the present: that is told, unless it is known
// to have been the same.
func TestReplayThatReadsMore(t *testing.T) {
	const more = priced + `
bellhop.on("minibar", function(event)
  local other = bellhop.room("1204")
  bellhop.log(other and other.number)
end)`
	a := newAnnals(t, map[string]string{"minibar.lua": priced})
	a.happens(dialled("1203", "778*12*2"))
	if all, _ := a.replay(map[string]string{"minibar.lua": more}); all[0].State != ReplaySame || all[0].Approximate {
		t.Errorf("nothing has changed since: %s", asJSON(t, all))
	}
	a.put(hotel.RoomKey("1204"), hotel.Room{Number: "1204"})
	if all, sum := a.replay(map[string]string{"minibar.lua": more}); all[0].State != ReplaySame || !all[0].Approximate || !slices.Equal(all[0].Missed, []string{"room/1204"}) || sum.Same != 1 {
		t.Errorf("changed since: %s", asJSON(t, all))
	}
	delete(a.records, hotel.RoomKey("1204"))
	if all, _ := a.replay(map[string]string{"minibar.lua": more}); !all[0].Approximate {
		t.Errorf("gone since: %s", asJSON(t, all))
	}
}

// A hook that did not exist then says what it would want now.
func TestReplayOfANewHook(t *testing.T) {
	a := newAnnals(t, map[string]string{"minibar.lua": priced})
	a.happens(dialled("1203", "778*12*2"))
	a.happens(&hotel.Event{Kind: hotel.KindCheckIn, Time: noon, Room: "1203", Source: hotel.SourceCommand})
	refused := a.happens(&hotel.Event{Kind: hotel.KindCheckIn, Time: noon, Room: "1204", Source: hotel.SourceCommand})
	refused.Units[hotel.RulesUnit] = hotel.Done{Error: "is occupied"}
	a.put(hotel.StayKey("S7"), hotel.Stay{ID: "S7"}) // since
	files := map[string]string{"minibar.lua": priced, "vip.lua": `
bellhop = require "bellhop"
bellhop.on("checkin", function(event)
  local wine = bellhop.minibar.item(12, "wine") -- not read then, and the same since
  bellhop.post { room = event.room, kind = "other", amount = wine.price - 8500 }
end)
bellhop.on("minibar", function(event)
  if bellhop.room(event.room).vip == 3 then bellhop.alert("a guest of ours", { room = event.room }) end
end)`}
	all, sum := a.replay(files)
	if len(all) != 3 || sum.New != 2 || sum.Same != 1 || sum.Total() != 500 || sum.Effects["alert"].New != 1 {
		t.Errorf("%+v, %s", sum, asJSON(t, all))
	}
	for _, r := range all {
		if r.Approximate {
			t.Errorf("%s", asJSON(t, r))
		}
	}
	files["vip.lua"] = strings.Replace(files["vip.lua"], "wine.price - 8500", `500 + (bellhop.kv.get("n") or 0)`, 1)
	if all, sum := a.replay(files); sum.New != 1 || sum.Approximate != 1 || sum.Total() != 0 || sum.About != 500 || !all[2].Approximate {
		t.Errorf("%+v, %s", sum, asJSON(t, all))
	}
}

// What a listing gave is known, and so is each record of it, and that there was no
// other.
func TestReplayOfAListing(t *testing.T) {
	const listing = `local bellhop = require "bellhop"
bellhop.on("dtmf", function(event)
  local n = 0
  for _, room in ipairs(bellhop.rooms()) do n = n + 1 end
  bellhop.kv.set("rooms", n)
end)`
	a := newAnnals(t, map[string]string{"t.lua": listing})
	a.happens(dialled("1203", "1"))
	a.put(hotel.RoomKey("999"), hotel.Room{Number: "999"})
	delete(a.records, hotel.RoomKey("1501"))
	all, _ := a.replay(nil)
	if len(all) != 1 || all[0].State != ReplaySame || all[0].Approximate {
		t.Errorf("%s", asJSON(t, all))
	}
	single := strings.Replace(listing, "bellhop.kv.set", `if not bellhop.room("1501") or bellhop.room("999") then error("?") end bellhop.kv.set`, 1)
	if all, _ := a.replay(map[string]string{"t.lua": single}); all[0].State != ReplaySame || all[0].Approximate {
		t.Errorf("%s", asJSON(t, all))
	}
	for version, value := range a.page.Values { // one could not be kept
		if value.Key == hotel.RoomKey("1501") {
			delete(a.page.Values, version)
		}
	}
	if all, sum := a.replay(nil); all[0].State != ReplayChanged || !all[0].Approximate || sum.Differences() != 0 || sum.Approximate != 1 {
		t.Errorf("%s", asJSON(t, all))
	}
	a.page.Lists = nil
	if all, _ := a.replay(nil); !all[0].Approximate || !slices.Equal(all[0].Missed, []string{"room/"}) {
		t.Errorf("%s", asJSON(t, all))
	}
}

// Gone, failed, mended, and stopped by what cannot be repeated.
func TestReplayOfFailures(t *testing.T) {
	const failing = `local bellhop = require "bellhop"
bellhop.on("dtmf", function(event) if event.digits == "2" then error("no two") end bellhop.kv.set("d", event.digits) end)`
	a := newAnnals(t, map[string]string{"t.lua": failing})
	a.happens(dialled("1203", "1"))
	a.happens(dialled("1203", "2"))
	a.happens(dialled("1203", "3"))
	d := a.page.Events[2].Units["t.lua:dtmf:1"]
	d.Error, d.Effects = "deadline: ran for more than 1s", nil
	a.page.Events[2].Units["t.lua:dtmf:1"] = d
	d.Error, d.Effects, d.Removed, d.Reads = "", nil, true, nil
	a.happens(dialled("1203", "4"))
	a.page.Events[3].Units["t.lua:dtmf:1"] = d
	for name, c := range map[string]struct {
		source string
		want   [4]ReplayState
	}{
		"unchanged": {failing, [4]ReplayState{ReplaySame, ReplaySame, ReplayUnknown, ReplayUnknown}},
		"other":     {strings.Replace(failing, `"2"`, `"1"`, 1), [4]ReplayState{ReplayFailed, ReplayChanged, ReplayUnknown, ReplayUnknown}},
		"gone":      {`local bellhop = require "bellhop"`, [4]ReplayState{ReplayGone, ReplayGone, ReplayUnknown, ReplayUnknown}},
		"nothing":   {`local bellhop = require "bellhop" bellhop.on("dtmf", function() end)`, [4]ReplayState{ReplayChanged, ReplayChanged, ReplayUnknown, ReplayUnknown}},
		"loops":     {`local bellhop = require "bellhop" bellhop.on("dtmf", function() bellhop.post{} end)`, [4]ReplayState{ReplayFailed, ReplaySame, ReplayUnknown, ReplayUnknown}},
	} {
		all, sum := a.replay(map[string]string{"t.lua": c.source})
		var got []string
		for _, r := range all {
			got = append(got, fmt.Sprint(r.Event, " ", r.State))
		}
		var want []string
		for i, state := range c.want {
			if c.want[i] == ReplayGone && i == 1 { // it wanted nothing then
				continue
			}
			want = append(want, fmt.Sprint(i+1, " ", state))
		}
		if !slices.Equal(got, want) || sum.Approximate != 2 {
			t.Errorf("%s: %v, want %v; %+v", name, got, want, sum)
		}
	}
}

// A hook gets the answers that it got then; one to what was not asked then is none,
// and that is told.
func TestReplayOfAnswers(t *testing.T) {
	const asking = `local bellhop = require "bellhop"
bellhop.on("dtmf", function(event)
  local body = bellhop.http.get("http://x.example/rate")
  bellhop.kv.set("rate", body or "none")
end)`
	a := newAnnals(t, map[string]string{"t.lua": asking})
	a.answer = func(url string) hotel.Answer { return hotel.Answer{URL: url, Status: 200, Body: "7"} }
	a.happens(dialled("1203", "1"))
	a.answer = func(string) hotel.Answer { t.Error("asked"); return hotel.Answer{} }
	if all, _ := a.replay(nil); all[0].State != ReplaySame || all[0].Approximate {
		t.Errorf("%s", asJSON(t, all))
	}
	other := strings.Replace(asking, "/rate", "/price", 1)
	if all, _ := a.replay(map[string]string{"t.lua": other}); all[0].State != ReplayChanged || all[0].Differs() || all[0].Missed[0] != "http://x.example/price" {
		t.Errorf("%s", asJSON(t, all))
	}
}

// Of several hooks of a file the rerun of a parked one is compared alone.
func TestReplayOfARerun(t *testing.T) {
	const two = `local bellhop = require "bellhop"
bellhop.on("dtmf", function() bellhop.kv.set("one", 1) end)
bellhop.on("dtmf", function() bellhop.kv.set("two", 2) end)`
	a := newAnnals(t, map[string]string{"t.lua": two})
	e := a.happens(dialled("1203", "1"))
	delete(e.Units, "t.lua:dtmf:1")
	d := e.Units["t.lua:dtmf:2"]
	d.Effects = append(d.Effects, hotel.Effect{Unpark: &hotel.UnparkUnit{Event: 1, Unit: "t.lua:dtmf:2"}})
	e.Units["t.lua:dtmf:2"], e.Rerun = d, true
	if all, sum := a.replay(nil); len(all) != 1 || all[0].State != ReplaySame {
		t.Errorf("%+v, %s", sum, asJSON(t, all))
	}
}

// The order of effects, of names in JSON, and values that were overwritten in the
// same run make no difference.
func TestReplayComparesWhatCounts(t *testing.T) {
	text := func(s string) *string { return &s }
	kv := func(key, value string) hotel.Effect {
		return hotel.Effect{KV: &hotel.SetKV{Hook: "t", Key: key, Value: text(value)}}
	}
	post := func(amount int64) hotel.Effect {
		return hotel.Effect{Post: &hotel.PostCharge{Room: "1", Amount: amount}}
	}
	body := func(text string) hotel.Effect {
		return hotel.Effect{HTTP: &hotel.HTTPPost{URL: "http://x", Body: text}}
	}
	for name, c := range map[string]struct {
		was, would []hotel.Effect
		differ     int
	}{
		"order":       {[]hotel.Effect{post(1), kv("k", "1")}, []hotel.Effect{kv("k", "1"), post(1)}, 0},
		"twice":       {[]hotel.Effect{post(1), post(1)}, []hotel.Effect{post(1)}, 1},
		"more":        {[]hotel.Effect{post(1)}, []hotel.Effect{post(1), post(1), post(2)}, 2},
		"overwritten": {[]hotel.Effect{kv("k", "1"), kv("k", "2")}, []hotel.Effect{kv("k", "2")}, 0},
		"other value": {[]hotel.Effect{kv("k", "2"), kv("k", "1")}, []hotel.Effect{kv("k", "2")}, 2},
		"names":       {[]hotel.Effect{body(`{"a":1,"b":2}`), kv("k", `{"a":1,"b":[]}`)}, []hotel.Effect{body(`{"b":2, "a":1}`), kv("k", `{"b":[],"a":1}`)}, 0},
		"numbers":     {[]hotel.Effect{body(`{"a":9007199254740993}`)}, []hotel.Effect{body(`{"a":9007199254740992}`)}, 2},
	} {
		was, would := difference(wantedByHook(c.was), wantedByHook(c.would))
		if len(was)+len(would) != c.differ {
			t.Errorf("%s: %s, %s", name, asJSON(t, was), asJSON(t, would))
		}
	}
}

func TestReplayEnds(t *testing.T) {
	a := newAnnals(t, map[string]string{"minibar.lua": priced})
	a.happens(dialled("1203", "778*12*2"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p := Replay{Set: a.set, Present: a}
	if _, err := p.Page(ctx, &a.page, nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	p.Wanted = func(file string) bool { return file == "other.lua" }
	if all, err := p.Page(t.Context(), &a.page, nil); err != nil || len(all) != 0 {
		t.Error(all, err)
	}
}

// Two versions are compared with each other, whatever happened then.
func TestBetween(t *testing.T) {
	post := func(amounts ...int64) (all []hotel.Effect) {
		for _, n := range amounts {
			all = append(all, hotel.Effect{Post: &hotel.PostCharge{Room: "1", Amount: n}})
		}
		return all
	}
	one := func(was, would []hotel.Effect, failed string) *Replayed {
		return &Replayed{State: ReplayChanged, Was: was, Would: would, Error: failed}
	}
	for name, c := range map[string]struct {
		older, newer *Replayed
		state        ReplayState
		was, would   []hotel.Effect
	}{
		"both as then":            {one(nil, nil, ""), one(nil, nil, ""), ReplaySame, nil, nil},
		"both otherwise, alike":   {one(post(5), post(7), ""), one(post(5), post(7), ""), ReplaySame, nil, nil},
		"back to what was then":   {one(post(5), post(7), ""), one(nil, nil, ""), ReplayChanged, post(7), post(5)},
		"both otherwise":          {one(post(5), post(7), ""), one(post(5), post(8), ""), ReplayChanged, post(7), post(8)},
		"one more":                {one(post(5), post(7), ""), one(post(5), post(7, 8), ""), ReplayNew, nil, post(8)},
		"nothing any more":        {one(post(5), post(7), ""), one(post(5), nil, ""), ReplayGone, post(7), nil},
		"where nothing was":       {nil, one(nil, post(3), ""), ReplayNew, nil, post(3)},
		"where nothing is":        {one(nil, post(3), ""), nil, ReplayGone, post(3), nil},
		"fails":                   {one(nil, nil, ""), one(post(5), nil, "error: no"), ReplayFailed, post(5), nil},
		"both fail":               {one(post(5), nil, "error: no"), one(post(5), nil, "error: yes"), ReplaySame, nil, nil},
		"fails no more":           {one(post(5), nil, "error: no"), one(nil, nil, ""), ReplayNew, nil, post(5)},
		"what nobody knows of":    {&Replayed{State: ReplayUnknown}, one(nil, post(1), ""), ReplayUnknown, nil, post(1)},
		"fails no more, idle now": {one(nil, nil, "error: no"), one(nil, nil, ""), ReplayNew, nil, nil},
	} {
		got := Between(c.older, c.newer)
		if got.State != c.state || asJSON(t, got.Was) != asJSON(t, c.was) || asJSON(t, got.Would) != asJSON(t, c.would) {
			t.Errorf("%s: %s", name, asJSON(t, got))
		}
	}
}
