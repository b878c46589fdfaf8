package hotel

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func ptr(text string) *string { return &text }

func TestPost(t *testing.T) {
	minibar := Effect{Post: &PostCharge{Room: "101", Kind: "minibar", Item: "4", Description: "Cola", Quantity: 2, Amount: 3000, Staff: "12"}}
	base := Posting{
		ID: "P1", Room: "101", Stay: "G1", Kind: "minibar", Minibar: "minibar", Item: "4", Description: "Cola", Quantity: 2, Amount: 3000,
		Currency: "CNY", Staff: "12", Time: eventTime, Event: 7, CallID: "c-1", State: PostingPosted,
	}
	cases := []struct {
		name   string
		setup  Setup
		effect Effect
		want   func(*Posting)
	}{
		{"alone, the box's own folio is the only one", noPMS, minibar, func(*Posting) {}},
		{"with a PMS it waits for the answer", withPMS, minibar, func(p *Posting) { p.State, p.Currency = PostingPending, "EUR" }},
		{"no quantity is one", noPMS, Effect{Post: &PostCharge{Room: "101", Kind: "call", Amount: 50}}, func(p *Posting) {
			p.Kind, p.Minibar, p.Item, p.Description, p.Staff, p.Quantity, p.Amount = "call", "", "", "", "", 1, 50
		}},
		{"a vacant room has no stay", noPMS, Effect{Post: &PostCharge{Room: "102", Kind: "other", Amount: -maxAmount, Quantity: -maxQuantity}}, func(p *Posting) {
			*p = Posting{
				ID: "P1", Room: "102", Kind: "other", Quantity: -maxQuantity, Amount: -maxAmount, Currency: "CNY",
				Time: eventTime, Event: 7, CallID: "c-1", State: PostingPosted,
			}
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			tx, want := smallHotel(), base
			c.want(&want)
			apply(t, tx, c.setup, c.effect)
			equal(t, "postings", tx.postings, []Posting{want})
			if !c.setup.PMS {
				equal(t, "queued calls", len(tx.queued), 0)
				return
			}
			body, err := json.Marshal(want)
			must(err)
			equal(t, "queued calls", tx.queued, []QueuedCall{{
				To: "pms", Op: "posting", Body: body, Room: "101", Lanes: []string{"101"}, Urgency: Guest, Kind: Keyed, Subject: "P1", CallID: "c-1",
			}})
		})
	}
}

func TestPostingsOfOneUnitHaveTheirOwnIDs(t *testing.T) {
	tx := smallHotel()
	post := Effect{Post: &PostCharge{Room: "101", Kind: "minibar", Amount: 1}}
	apply(t, tx, withPMS, post, post)
	if len(tx.postings) != 2 || tx.postings[0].ID == tx.postings[1].ID || tx.queued[1].Subject != tx.postings[1].ID {
		t.Errorf("postings %+v, queued %+v", tx.postings, tx.queued)
	}
}

func TestPostGoesToTheStayThatTheUnitBegan(t *testing.T) {
	tx := smallHotel()
	apply(t, tx, noPMS, Effect{CheckIn: &CheckIn{Room: "102", Stay: "G2"}}, Effect{Post: &PostCharge{Room: "102", Kind: "other", Amount: 1}})
	equal(t, "stay", tx.postings[0].Stay, "G2")
}

func TestStatus(t *testing.T) {
	cases := []struct {
		room   string
		status Status
		body   string
	}{
		{"101", StatusDirty, `{"room":"101","status":"dirty","occupied":true,"code":2,"staff":"12"}`},
		{"102", StatusInspected, `{"room":"102","status":"inspected","occupied":false,"code":5,"staff":"12"}`},
		{"102", StatusOutOfOrder, `{"room":"102","status":"out-of-order","occupied":false,"staff":"12"}`},
	}
	for _, c := range cases {
		t.Run(c.room+" "+string(c.status), func(t *testing.T) {
			effect := Effect{Status: &SetStatus{Room: c.room, Status: c.status, Staff: "12"}}
			for _, setup := range []Setup{noPMS, withPMS} {
				tx := smallHotel()
				want := tx.room(c.room)
				want.Status = c.status
				apply(t, tx, setup, effect)
				equal(t, "room", tx.room(c.room), want)
				if !setup.PMS {
					equal(t, "queued and emitted", tx.outside(), 0)
					continue
				}
				equal(t, "queued calls", tx.queued, []QueuedCall{{
					To: "pms", Op: "housekeeping", Body: json.RawMessage(c.body), Room: c.room, Lanes: []string{c.room},
					Urgency: Housekeeping, Kind: Keyed, Supersedes: "housekeeping/" + c.room, CallID: "c-1",
				}})
			}
		})
	}
}

func TestDND(t *testing.T) {
	tx := smallHotel()
	apply(t, tx, withPMS, Effect{DND: &SetDND{Room: "101"}}, Effect{DND: &SetDND{Room: "102", On: true, From: DNDPhone}})
	equal(t, "room 101", tx.room("101"), Room{Number: "101", Status: StatusClean, Stay: "G1"})
	equal(t, "room 102", tx.room("102"), Room{Number: "102", LastStay: "G0", DND: true, DNDFrom: DNDPhone, DNDAt: eventTime})
	equal(t, "queued and emitted", tx.outside(), 0)
}

func TestKV(t *testing.T) {
	tx := newTx(nil)
	longest, largest := strings.Repeat("k", maxKVKey), strings.Repeat("v", maxKVValue)
	apply(t, tx, noPMS,
		Effect{KV: &SetKV{Hook: "minibar", Key: "a", Value: ptr("1")}},
		Effect{KV: &SetKV{Hook: "minibar", Key: "a", Value: ptr("2")}},
		Effect{KV: &SetKV{Hook: "minibar", Key: "gone", Value: ptr("1")}},
		Effect{KV: &SetKV{Hook: "minibar", Key: "gone"}},
		Effect{KV: &SetKV{Hook: "minibar", Key: "never there"}},
		Effect{KV: &SetKV{Hook: "minibar", Key: "empty", Value: ptr("")}},
		Effect{KV: &SetKV{Hook: "other", Key: longest, Value: &largest}},
	)
	equal(t, "keys", tx.keys(), []string{KVKey("minibar", "a"), KVKey("minibar", "empty"), KVKey("other", longest)})
	equal(t, "value", record[string](tx, KVKey("minibar", "a")), "2")
	equal(t, "largest value", record[string](tx, KVKey("other", longest)), largest)
}

func TestKVKeepsAtMostSoManyKeys(t *testing.T) {
	tx := newTx(nil)
	set := func(hook string, n int) Effect {
		return Effect{KV: &SetKV{Hook: hook, Key: fmt.Sprint(n), Value: ptr("1")}}
	}
	for n := range maxKVKeys {
		apply(t, tx, noPMS, set("h", n))
	}
	refused(t, tx, Invalid{"kv", "key", "is one too many: a hook keeps at most 1000 keys", "1000"}, set("h", maxKVKeys))
	apply(t, tx, noPMS, set("h", 0), set("h2", 0)) // an old key, another hook
	apply(t, tx, noPMS, Effect{KV: &SetKV{Hook: "h", Key: "0"}}, set("h", maxKVKeys))
	refused(t, tx, Invalid{"kv", "key", "is one too many: a hook keeps at most 1000 keys", "0"}, set("h", 0))
}

func TestCountStopsAtMost(t *testing.T) {
	tx := smallHotel()
	for most, want := range map[int]int{1: 1, 2: 2, 3: 3, 4: 3} {
		equal(t, "rooms", countTo(tx, PrefixRoom, most), want)
	}
	equal(t, "items", countTo(tx, PrefixItem, 1), 0)
}

func TestHTTP(t *testing.T) {
	post := QueuedCall{
		To: "https://hub.example:8443", Op: "POST", URL: "https://Hub.example:8443/x?a=1", Body: json.RawMessage(`{"n":1}`),
		Room: "101", Lanes: []string{"101"}, Urgency: Guest, Kind: Keyed, Answer: true, CallID: "c-1", Lasts: time.Hour,
	}
	tx := smallHotel()
	apply(t, tx, noPMS,
		Effect{HTTP: &HTTPPost{URL: post.URL, Body: `{"n":1}`, Room: "101", Answer: true, ExpireAfter: time.Hour}},
		Effect{HTTP: &HTTPPost{URL: "http://hub.example"}},
		Effect{HTTP: &HTTPPost{URL: "http://hub.example", ExpireAfter: -1}},
	)
	bare := QueuedCall{
		To: "http://hub.example", Op: "POST", URL: "http://hub.example", Body: json.RawMessage{}, Urgency: Guest, Kind: Keyed,
		CallID: "c-1", Lasts: httpExpiry,
	}
	equal(t, "queued calls", tx.queued, []QueuedCall{post, bare, bare})
	if _, err := json.Marshal(tx.queued); err != nil {
		t.Errorf("what was queued cannot be kept: %v", err)
	}
	largest := `"` + strings.Repeat("x", maxHTTPBody-2) + `"`
	apply(t, tx, noPMS, Effect{HTTP: &HTTPPost{URL: "http://hub.example/" + strings.Repeat("p", maxURL-19), Body: largest}})
}

func TestRecordCall(t *testing.T) {
	cdr := &CDR{Start: "2026-03-01 16:30:00", From: "101", To: "0123", Talk: 60, Status: "ANSWERED"}
	cases := []struct{ name, room, stay string }{
		{"a guest's", "101", "G1"},
		{"of a vacant room", "102", ""},
		{"of a room that is gone", "999", ""},
		{"of no room", "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			for _, setup := range []Setup{noPMS, withPMS} {
				tx, ev := smallHotel(), testEvent()
				ev.CDR, ev.Room = cdr, c.room
				must(Apply(tx, ev, "rules", []Effect{{Call: &RecordCall{}}}, setup))
				want := CallRecord{Event: 7, Room: c.room, Stay: c.stay, CallID: "c-1", CDR: *cdr, Time: eventTime, Why: WhyInternal}
				equal(t, "calls", tx.calls, []CallRecord{want})
				if !setup.PMS || c.room == "" {
					equal(t, "queued calls", len(tx.queued), 0)
					continue
				}
				body, err := json.Marshal(want)
				must(err)
				equal(t, "queued calls", tx.queued, []QueuedCall{{
					To: "pms", Op: "call", Body: body, Room: c.room, Lanes: []string{c.room}, Urgency: Bulk, Kind: Keyed, CallID: "c-1",
				}})
			}
		})
	}
}

func TestBookkeeping(t *testing.T) {
	due := eventTime.Add(-time.Hour)
	tx := newTx(map[string]any{ParkedUnitKey(3, "minibar"): ParkedUnit{Event: 3, Unit: "minibar"}, ParkedUnitKey(30, "minibar"): ParkedUnit{}})
	tx.parked = []uint64{4, 5}
	apply(t, tx, noPMS,
		Effect{CronRan: &CronRan{Name: "sweep", Due: due}},
		Effect{Park: &ParkUnit{Event: 7, Unit: "hook", Error: strings.Repeat("é", maxText)}},
		Effect{Unpark: &UnparkUnit{Event: 3, Unit: "minibar"}},
		Effect{Reran: &Reran{Event: 3}},
		Effect{Requeue: &Requeue{Call: 4}}, Effect{Requeue: &Requeue{Call: 5, Drop: true}},
	)
	equal(t, "keys", tx.keys(), []string{CronKey("sweep"), ParkedUnitKey(30, "minibar"), ParkedUnitKey(7, "hook"), ReranKey(3)})
	equal(t, "schedule", record[CronState](tx, CronKey("sweep")), CronState{LastRun: due})
	equal(t, "parked unit", record[ParkedUnit](tx, ParkedUnitKey(7, "hook")),
		ParkedUnit{Event: 7, Unit: "hook", Error: strings.Repeat("é", maxText/2), Time: commitTime})
	equal(t, "run again", record[Reran](tx, ReranKey(3)), Reran{Event: 3})
	equal(t, "decisions", tx.requeued, []Requeue{{Call: 4}, {Call: 5, Drop: true}})
}

// refusals has an effect for each thing that Apply refuses, in a small hotel.
func refusals() map[string]struct {
	effect Effect
	want   Invalid
} {
	long := strings.Repeat("9", maxText+1)
	cut := long[:maxText]
	status := "must be dirty, clean, inspected, out-of-order or out-of-service"
	isRoom, roomDigits := "must be a room of the hotel", "must be 1 to 8 digits"
	address := "must be an http or https address"
	minibar := "must have at most 64 bytes and no /"
	type refusal = struct {
		effect Effect
		want   Invalid
	}
	rooms := func(r ...Room) Effect { return Effect{Import: &Import{Rooms: r}} }
	items := func(i ...Item) Effect { return Effect{Import: &Import{Items: i}} }
	return map[string]refusal{
		"nothing": {Effect{}, Invalid{Effect: "effect", Rule: "is empty"}},

		"post to no room":        {Effect{Post: &PostCharge{Kind: "other"}}, Invalid{"post", "room", isRoom, ""}},
		"post to a long room":    {Effect{Post: &PostCharge{Room: long, Kind: "other"}}, Invalid{"post", "room", isRoom, cut}},
		"post of no kind":        {Effect{Post: &PostCharge{Room: "101", Kind: long}}, Invalid{"post", "kind", "must be minibar, call or other", cut}},
		"post of too much":       {Effect{Post: &PostCharge{Room: "101", Kind: "other", Amount: maxAmount + 1}}, Invalid{"post", "amount", "is too large", "1000000000001"}},
		"post of far too little": {Effect{Post: &PostCharge{Room: "101", Kind: "other", Amount: -maxAmount - 1}}, Invalid{"post", "amount", "is too large", "-1000000000001"}},
		"post of too many":       {Effect{Post: &PostCharge{Room: "101", Kind: "other", Quantity: 10000}}, Invalid{"post", "quantity", "is too large", "10000"}},
		"post of far too few":    {Effect{Post: &PostCharge{Room: "101", Kind: "other", Quantity: -10000}}, Invalid{"post", "quantity", "is too large", "-10000"}},

		"alert without code": {Effect{Alert: &RaiseAlert{Room: "101"}}, Invalid{Effect: "alert", Field: "code", Rule: "is missing"}},
		"resolve of none":    {Effect{ResolveAlert: &ResolveAlert{ID: long}}, Invalid{"alert", "id", "must be an open alert", cut}},

		"status of no room": {Effect{Status: &SetStatus{Room: "1", Status: StatusClean}}, Invalid{"housekeeping", "room", isRoom, "1"}},
		"unknown status":    {Effect{Status: &SetStatus{Room: "101", Status: Status(long)}}, Invalid{"housekeeping", "status", status, cut}},
		"no status":         {Effect{Status: &SetStatus{Room: "101"}}, Invalid{"housekeeping", "status", status, ""}},
		"DND of no room":    {Effect{DND: &SetDND{Room: "1"}}, Invalid{"dnd", "room", isRoom, "1"}},

		"kv without key":    {Effect{KV: &SetKV{Hook: "h", Value: ptr("")}}, Invalid{"kv", "key", "must have 1 to 128 bytes", ""}},
		"kv with long key":  {Effect{KV: &SetKV{Hook: "h", Key: long, Value: ptr("")}}, Invalid{"kv", "key", "must have 1 to 128 bytes", cut}},
		"kv with key + 1":   {Effect{KV: &SetKV{Hook: "h", Key: long[:129], Value: ptr("")}}, Invalid{"kv", "key", "must have 1 to 128 bytes", long[:129]}},
		"kv of large value": {Effect{KV: &SetKV{Hook: "h", Key: "k", Value: ptr(strings.Repeat("v", 4097))}}, Invalid{"kv", "value", "must have at most 4096 bytes", ""}},

		"POST to a file":       {Effect{HTTP: &HTTPPost{URL: "file:///etc/passwd"}}, Invalid{"http.post", "url", address, "file:///etc/passwd"}},
		"POST to nowhere":      {Effect{HTTP: &HTTPPost{}}, Invalid{"http.post", "url", address, ""}},
		"POST far away":        {Effect{HTTP: &HTTPPost{URL: "http://" + strings.Repeat("h", 1994)}}, Invalid{"http.post", "url", "must have at most 2000 bytes", "http://" + strings.Repeat("h", 493)}},
		"POST of too much":     {Effect{HTTP: &HTTPPost{URL: "http://h", Body: `"` + strings.Repeat("x", 64<<10) + `"`}}, Invalid{"http.post", "body", "must have at most 65536 bytes", ""}},
		"POST of no JSON":      {Effect{HTTP: &HTTPPost{URL: "http://h", Body: "room=101"}}, Invalid{"http.post", "body", "must be JSON", "room=101"}},
		"POST of a long room":  {Effect{HTTP: &HTTPPost{URL: "http://h", Room: long}}, Invalid{"http.post", "room", roomDigits, cut}},
		"POST of a room's end": {Effect{HTTP: &HTTPPost{URL: "http://h", Room: "101\x00"}}, Invalid{"http.post", "room", roomDigits, "101\x00"}},

		"check-in to no room":        {Effect{CheckIn: &CheckIn{Room: "1"}}, Invalid{"checkin", "room", isRoom, "1"}},
		"check-in to an occupied":    {Effect{CheckIn: &CheckIn{Room: "101"}}, Invalid{"checkin", "room", "is occupied; check out or move first", "101"}},
		"check-in with an old stay":  {Effect{CheckIn: &CheckIn{Room: "102", Stay: "G1"}}, Invalid{"checkin", "stay", "must be a new id", "G1"}},
		"check-in with a long stay":  {Effect{CheckIn: &CheckIn{Room: "102", Stay: long[:129]}}, Invalid{"checkin", "stay", "must have at most 128 bytes", long[:129]}},
		"check-out of no room":       {Effect{CheckOut: &CheckOut{Room: "1"}}, Invalid{"checkout", "room", isRoom, "1"}},
		"check-out of a vacant room": {Effect{CheckOut: &CheckOut{Room: "102"}}, Invalid{"checkout", "room", "is vacant", "102"}},
		"move from no room":          {Effect{Move: &MoveStay{From: "1", To: "102"}}, Invalid{"move", "room", isRoom, "1"}},
		"move to no room":            {Effect{Move: &MoveStay{From: "101", To: "1"}}, Invalid{"move", "room", isRoom, "1"}},
		"move of nobody":             {Effect{Move: &MoveStay{From: "102", To: "103"}}, Invalid{"move", "from", "is vacant", "102"}},
		"move to the same room":      {Effect{Move: &MoveStay{From: "101", To: "101"}}, Invalid{"move", "to", "is the same room", "101"}},

		"call without CDR": {Effect{Call: &RecordCall{}}, Invalid{Effect: "call", Rule: "the event has no CDR"}},
		"requeue of none":  {Effect{Requeue: &Requeue{Call: 9}}, Invalid{"queue", "call", "must be parked or waiting, and not being sent", "9"}},

		"room without number":      {rooms(Room{}), Invalid{"rooms", "number", roomDigits, ""}},
		"room with long number":    {rooms(Room{Number: long}), Invalid{"rooms", "number", roomDigits, cut}},
		"room of letters":          {rooms(Room{Number: "10a"}), Invalid{"rooms", "number", roomDigits, "10a"}},
		"room twice":               {rooms(Room{Number: "5"}, Room{Number: "5"}), Invalid{"rooms", "number", "is listed twice", "5"}},
		"room of unknown status":   {rooms(Room{Number: "5", Status: "tidy"}), Invalid{"rooms", "status", "is no housekeeping status", "tidy"}},
		"room of a long minibar":   {rooms(Room{Number: "5", Minibar: long}), Invalid{"rooms", "minibar", minibar, cut}},
		"room of a minibar's path": {rooms(Room{Number: "5", Minibar: "a/b"}), Invalid{"rooms", "minibar", minibar, "a/b"}},
		"extension of letters":     {rooms(Room{Number: "5", Extensions: []string{"6", "x"}}), Invalid{"rooms", "extensions", "must be 1 to 8 digits each", "x"}},
		"extension twice in one":   {rooms(Room{Number: "5", Extensions: []string{"6", "6"}}), Invalid{"rooms", "extensions", "is listed twice", "6"}},
		"extension of two listed":  {rooms(Room{Number: "5", Extensions: []string{"9"}}, Room{Number: "6", Extensions: []string{"9"}}), Invalid{"rooms", "extensions", "already belongs to room 5", "9"}},
		"extension of an unlisted": {rooms(Room{Number: "5", Extensions: []string{"8031"}}), Invalid{"rooms", "extensions", "already belongs to room 103", "8031"}},
		"number of an unlisted":    {rooms(Room{Number: "8031"}), Invalid{"rooms", "extensions", "already belongs to room 103", "8031"}},

		"item without code":        {items(Item{Name: "Cola"}), Invalid{"items", "code", "must be 1 to 9 digits", ""}},
		"item with long code":      {items(Item{Name: "Cola", Code: "1234567890"}), Invalid{"items", "code", "must be 1 to 9 digits", "1234567890"}},
		"item twice":               {items(Item{Name: "Cola", Code: "4"}, Item{Name: "Beer", Code: "4", Minibar: DefaultMinibar}), Invalid{"items", "code", "is listed twice", "4"}},
		"item below nothing":       {items(Item{Name: "Cola", Code: "4", Price: -1}), Invalid{"items", "price", "must not be negative or too large", "-1"}},
		"item beyond price":        {items(Item{Name: "Cola", Code: "4", Price: maxAmount + 1}), Invalid{"items", "price", "must not be negative or too large", "1000000000001"}},
		"item of too few":          {items(Item{Name: "Cola", Code: "4", Max: -1}), Invalid{"items", "max", "must be 0 to 99", "-1"}},
		"item of too many":         {items(Item{Name: "Cola", Code: "4", Max: 100}), Invalid{"items", "max", "must be 0 to 99", "100"}},
		"item without name":        {items(Item{Code: "4"}), Invalid{"items", "name", "is missing or too long", ""}},
		"item with long name":      {items(Item{Code: "4", Name: long}), Invalid{"items", "name", "is missing or too long", cut}},
		"item of a long minibar":   {items(Item{Code: "4", Name: "Cola", Minibar: long[:65]}), Invalid{"items", "minibar", minibar, long[:65]}},
		"item of a minibar's path": {items(Item{Code: "4", Name: "Cola", Minibar: "a/b"}), Invalid{"items", "minibar", minibar, "a/b"}},
	}
}

func TestRefusals(t *testing.T) {
	for name, c := range refusals() {
		t.Run(name, func(t *testing.T) {
			refused(t, smallHotel(), c.want, c.effect)
		})
	}
}

// A unit is refused for one effect, whatever comes before or after it.
func TestRefusedWhateverComesBefore(t *testing.T) {
	good := []Effect{
		{Post: &PostCharge{Room: "101", Kind: "minibar", Amount: 1}},
		{Alert: &RaiseAlert{Code: AlertHook, Params: map[string]string{"text": "x"}}},
		{Status: &SetStatus{Room: "101", Status: StatusDirty}},
		{KV: &SetKV{Hook: "h", Key: "good", Value: ptr("1")}},
		{HTTP: &HTTPPost{URL: "http://hub.example"}},
		{Import: &Import{Rooms: []Room{{Number: "200"}}, Items: []Item{{Code: "4", Name: "Cola"}}}},
	}
	for name, c := range refusals() {
		t.Run(name, func(t *testing.T) {
			refused(t, smallHotel(), c.want, append(append([]Effect{}, good...), c.effect, good[0])...)
		})
	}
}

// What the unit itself has done counts when its next effect is judged.
func TestRefusedForWhatTheUnitItselfDid(t *testing.T) {
	in, out := Effect{CheckIn: &CheckIn{Room: "102", Stay: "G2"}}, Effect{CheckOut: &CheckOut{Room: "101"}}
	refused(t, smallHotel(), Invalid{"checkin", "room", "is occupied; check out or move first", "102"}, in, in)
	refused(t, smallHotel(), Invalid{"checkout", "room", "is vacant", "101"}, out, out)
	refused(t, smallHotel(), Invalid{"move", "to", "is occupied", "102"}, in, Effect{Move: &MoveStay{From: "101", To: "102"}})
}

// TestEachEffectIsKnown fails for a kind of effect that Apply forgets.
func TestEachEffectIsKnown(t *testing.T) {
	for field := range reflect.TypeFor[Effect]().Fields() {
		t.Run(field.Name, func(t *testing.T) {
			var e Effect
			reflect.ValueOf(&e).Elem().FieldByName(field.Name).Set(reflect.New(field.Type.Elem()))
			err := Apply(smallHotel(), testEvent(), "rules", []Effect{e}, noPMS)
			if invalid, ok := err.(*Invalid); ok && invalid.Effect == "effect" {
				t.Errorf("Apply does not know it: %v", err)
			}
		})
	}
}

func TestNoEffects(t *testing.T) {
	tx := newTx(nil)
	apply(t, tx, withPMS)
	if len(tx.state) != 0 || tx.outside() != 0 || tx.next != 0 {
		t.Errorf("nothing was wanted, and there is %+v", tx)
	}
}

func TestInvalidText(t *testing.T) {
	cases := map[string]Invalid{
		`post.kind: must be minibar, call or other, but it is "x\n"`: {"post", "kind", "must be minibar, call or other", "x\n"},
		`checkin.room: "101" is occupied; check out first`:           {"checkin", "room", "is occupied; check out first", "101"},
		"alert.code: is missing":                                     {Effect: "alert", Field: "code", Rule: "is missing"},
		"effect: is empty":                                           {Effect: "effect", Rule: "is empty"},
	}
	for want, e := range cases {
		equal(t, "text", e.Error(), want)
	}
}

func TestClip(t *testing.T) {
	full := strings.Repeat("a", maxText)
	cases := []struct{ name, text, want string }{
		{"empty", "", ""},
		{"short", "é", "é"},
		{"just fits", full, full},
		{"one more", full + "a", full},
		{"a character of two over the border", full[1:] + "é", full[1:]},
		{"a character of two up to the border", full[2:] + "éa", full[2:] + "é"},
		{"a character of three over the border", full[2:] + "房间", full[2:]},
		{"a character of four over the border", full[3:] + "🛎x", full[3:]},
		{"no UTF-8 at all", strings.Repeat("\x80", 2*maxText), "\uFFFD"},
		{"a broken character in a text", "a\xffb", "a\uFFFDb"},
		{"broken at the border", full[1:] + "\xe6\x88", full[1:]},
		{"broken characters that grow", strings.Repeat("\x80a", maxText/2), strings.Repeat("\uFFFDa", maxText/4)},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := clip(c.text)
			if got != c.want {
				t.Errorf("clip = %q (%d bytes), want %q (%d bytes)", got, len(got), c.want, len(c.want))
			}
		})
	}
}

func FuzzClip(f *testing.F) {
	f.Add("abc", "d")
	f.Add("\x80", "a")
	f.Add("a房", "")
	f.Fuzz(func(t *testing.T, unit, end string) {
		text := strings.Repeat(unit, (maxText-1)/max(len(unit), 1)) + end // about as long as is kept
		got := clip(text)
		if len(got) > maxText || !utf8.ValidString(got) {
			t.Fatalf("clip gave %d bytes, valid %v", len(got), utf8.ValidString(got))
		}
		whole := strings.ToValidUTF8(text, "\uFFFD")
		if !strings.HasPrefix(whole, got) || (len(whole) <= maxText && got != whole) || (len(whole) > maxText && len(got) < maxText-3) {
			t.Fatalf("clip(%q) = %q", text, got)
		}
	})
}
