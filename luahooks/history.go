package luahooks

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"time"

	lua "github.com/yuin/gopher-lua"

	"bellhop/hotel"
)

// Postings and calls are no part of the snapshot that a run reads: they lie on
// disk, and nobody notes which of them changed since. What a run was given of them
// is recorded as the answer to a question, as that of http.get is: run again on
// its record it gets the same. It is as new as the moment of the question, which
// may be newer than the snapshot.

const (
	// maxHistory is how many records one question gives, usualHistory without a
	// limit of its own.
	maxHistory, usualHistory = 100, 20
	// maxHistoryBytes bounds the answer, which is kept with the event.
	maxHistoryBytes = 32 << 10
	// MaxLooks is how often one run may ask.
	MaxLooks = 8
)

// historyPosting is a posting as hooks see it.
type historyPosting struct {
	ID          string `json:"id"`
	Room        string `json:"room,omitempty"`
	Stay        string `json:"stay,omitempty"`
	Kind        string `json:"kind"`
	Minibar     string `json:"minibar,omitempty"`
	Item        string `json:"item,omitempty"`
	Description string `json:"description,omitempty"`
	Quantity    int    `json:"quantity"`
	Amount      int64  `json:"amount"`
	Tax         int64  `json:"tax"`
	Back        int64  `json:"back"`
	Staff       string `json:"staff,omitempty"`
	Time        int64  `json:"time"`
	State       string `json:"state"`
	Late        bool   `json:"late"`
	Corrects    string `json:"corrects,omitempty"`
}

// historyCall is a call as hooks see it.
type historyCall struct {
	Event       string `json:"event"`
	Room        string `json:"room,omitempty"`
	Stay        string `json:"stay,omitempty"`
	Time        int64  `json:"time"`
	From        string `json:"from,omitempty"`
	To          string `json:"to,omitempty"`
	Duration    int    `json:"duration"`
	Talk        int    `json:"talk"`
	Status      string `json:"status,omitempty"`
	Type        string `json:"type,omitempty"`
	Trunk       string `json:"trunk,omitempty"`
	Number      string `json:"number,omitempty"`
	Destination string `json:"destination,omitempty"`
	Price       int64  `json:"price"`
	Why         string `json:"why,omitempty"`
	Posting     string `json:"posting,omitempty"`
	Payer       string `json:"payer,omitempty"`
}

func (v *vm) postings(L *lua.LState) int {
	return v.history(L, "bellhop.postings", func(h hotel.History, q hotel.HistoryQuery) (list []any, more bool, err error) {
		all, more, err := h.RecentPostings(q)
		for _, p := range all {
			list = append(list, historyPosting{
				ID: p.ID, Room: p.Room, Stay: p.Stay, Kind: p.Kind, Minibar: p.Minibar, Item: p.Item, Description: p.Description,
				Quantity: p.Quantity, Amount: p.Amount, Tax: p.Tax, Back: p.Back.Amount, Staff: p.Staff, Time: p.Made().Unix(),
				State: string(p.State), Late: p.Late, Corrects: p.Corrects,
			})
		}
		return list, more, err
	})
}

func (v *vm) pastCalls(L *lua.LState) int {
	return v.history(L, "bellhop.calls", func(h hotel.History, q hotel.HistoryQuery) (list []any, more bool, err error) {
		all, more, err := h.RecentCalls(q)
		for _, r := range all {
			c := r.CDR
			list = append(list, historyCall{
				Event: strconv.FormatUint(r.Event, 10), Room: r.Room, Stay: r.Stay, Time: r.Time.Unix(), From: c.From, To: c.To, Duration: c.Duration, Talk: c.Talk,
				Status: c.Status, Type: c.Type, Trunk: c.DestLine, Number: r.Number, Destination: r.Destination, Price: r.Price, Why: r.Why, Posting: r.Posting, Payer: r.Payer,
			})
		}
		return list, more, err
	})
}

// history gives a list, and whether there may be more than it has.
func (v *vm) history(L *lua.LState, what string, ask func(hotel.History, hotel.HistoryQuery) ([]any, bool, error)) int {
	r := v.running(L, what)
	q, question := historyQuery(L, what)
	if r.looks++; r.looks > MaxLooks {
		v.end(&Fault{"limit", fmt.Sprintf("asks for postings and calls more than %d times in one run", MaxLooks)})
	}
	answer := r.lookBack(question, q, ask)
	r.result.Answers = append(r.result.Answers, answer)
	if answer.Error != "" {
		L.RaiseError("%s: %s", what, answer.Error)
	}
	value, err := decodeJSON(L, answer.Body)
	t, isTable := value.(*lua.LTable)
	if err != nil || !isTable {
		L.RaiseError("%s: what was recorded cannot be read", what)
	}
	L.Push(t.RawGetString("list"))
	L.Push(t.RawGetString("more"))
	return 2
}

// historyQuery reads the options. The question is how the record names it.
func historyQuery(L *lua.LState, what string) (q hotel.HistoryQuery, question string) {
	o := newOptions(L, what, L.OptTable(1, L.NewTable()))
	q = hotel.HistoryQuery{Room: o.text("room", false), Stay: o.text("stay", false), Most: usualHistory}
	asked := url.Values{}
	for name, text := range map[string]string{"room": q.Room, "stay": q.Stay} {
		if text != "" {
			asked.Set(name, text)
		}
	}
	if since := o.whole("since", "seconds since 1970", false); since != 0 {
		q.Since = time.Unix(since, 0)
		asked.Set("since", strconv.FormatInt(since, 10))
	}
	if o.table.RawGetString("limit") != lua.LNil {
		limit := o.whole("limit", "a whole number", true)
		if limit < 1 || limit > maxHistory {
			o.fail("limit", fmt.Sprintf("1 to %d", maxHistory), lua.LNumber(limit))
		}
		q.Most = int(limit)
	}
	asked.Set("limit", strconv.Itoa(q.Most))
	return q, what + "?" + asked.Encode()
}

// lookBack answers a question, from the record of an earlier run if it has it.
func (r *run) lookBack(question string, q hotel.HistoryQuery, ask func(hotel.History, hotel.HistoryQuery) ([]any, bool, error)) hotel.Answer {
	if r.in.Replay {
		if a, was := r.recorded(question); was {
			return a
		}
	}
	if r.in.History == nil {
		return hotel.Answer{URL: question, Error: "there is no history to read here"}
	}
	list, more, err := ask(r.in.History, q)
	if err != nil {
		return hotel.Answer{URL: question, Error: clip(err.Error(), maxMessage)}
	}
	return hotel.Answer{URL: question, Body: historyBody(list, more)}
}

// historyBody is a list as JSON, of which the oldest are left out where it would
// be too long.
func historyBody(list []any, more bool) string {
	size, kept := 0, []json.RawMessage{}
	for _, one := range list {
		text, err := json.Marshal(one)
		if err != nil {
			panic(fmt.Sprintf("encode %T: %v", one, err)) // our own types always encode
		}
		if size += len(text) + 1; size > maxHistoryBytes {
			more = true
			break
		}
		kept = append(kept, text)
	}
	text, err := json.Marshal(map[string]any{"list": kept, "more": more})
	if err != nil {
		panic(fmt.Sprintf("encode a list: %v", err))
	}
	return string(text)
}
