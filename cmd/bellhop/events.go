package main

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"bellhop/api"
	"bellhop/hotel"
	"bellhop/store"
)

func jsonFlag(f *flag.FlagSet, c *call) {
	f.BoolVar(&c.json, "json", false, "one JSON value a line")
}

func eventCommands() []*command {
	return []*command{
		{words: "events list", about: "list the newest events of the journal", run: eventsList, flags: func(f *flag.FlagSet, c *call) {
			jsonFlag(f, c)
			f.Uint64Var(&c.opt.after, "after", 0, "list from the event behind `ID` on, oldest first")
			f.Uint64Var(&c.opt.limit, "limit", 50, "at most so many")
		}},
		{words: "events show", args: "ID", about: "show an event and what each of its units did", run: eventsShow, flags: jsonFlag},
		{words: "events tail", about: "print events as they come", run: eventsTail, flags: jsonFlag},
		{words: "events rerun", args: "ID", about: "run an event's parked hooks, or a possible copy, again", run: eventsRerun, flags: func(f *flag.FlagSet, c *call) {
			jsonFlag(f, c)
			f.BoolVar(&c.opt.money.charge, "charge", false, "charge a copy of a call record, too: it was another call")
		}},
	}
}

func eventsList(c *call) error {
	events, err := readEvents(c)
	if err != nil {
		return err
	}
	return show(c, events, "ID TIME KIND ROOM WHAT CAUSE", c.eventRow)
}

// readEvents asks the agent, or reads the store when none runs.
func readEvents(c *call) ([]hotel.Event, error) {
	events, err := askEvents(c)
	if !errors.Is(err, api.ErrNotRunning) {
		return events, err
	}
	s, err := c.openStore()
	if err != nil {
		return nil, err
	}
	defer s.Close()
	after := c.opt.after
	if last := s.LastID(); after == 0 && last > c.opt.limit {
		after = last - c.opt.limit
	}
	return s.Events(after, int(c.opt.limit))
}

// askEvents asks the agent.
func askEvents(c *call) ([]hotel.Event, error) {
	client, err := c.client()
	if err != nil {
		return nil, err
	}
	path := fmt.Sprintf("/v1/events?limit=%d&last=1", c.opt.limit)
	if c.opt.after > 0 {
		path = fmt.Sprintf("/v1/events?limit=%d&after=%d", c.opt.limit, c.opt.after)
	}
	var events []hotel.Event
	err = client.Get(c.ctx, path, &events)
	return events, err
}

// openStore reads the store of an agent that does not run.
func (c *call) openStore() (*store.Store, error) {
	cfg, err := c.load()
	if err != nil {
		return nil, err
	}
	fmt.Fprintln(c.err, "the agent does not run: reading its store")
	s, err := store.Open(store.Options{Path: cfg.Store.Path, ReadOnly: true})
	if err != nil {
		return nil, fmt.Errorf("read the store: %w", err)
	}
	return s, nil
}

// client makes the client for the agent that the config names.
func (c *call) client() (*api.Client, error) {
	cfg, err := c.load()
	if err != nil {
		return nil, err
	}
	return api.NewClient(cfg.API.Socket), nil
}

func (c *call) eventRow(e hotel.Event) []any {
	cause := ""
	if e.Cause != 0 {
		cause = fmt.Sprint(e.Cause)
	}
	return []any{e.ID, c.at(e.Time), e.Kind, e.Room, brief(c.what(&e), 60), cause}
}

// what says an event in a few words.
func (c *call) what(e *hotel.Event) string {
	var words []string
	add := func(format string, args ...any) { words = append(words, fmt.Sprintf(format, args...)) }
	switch {
	case e.DuplicateOf != 0 && e.Possible:
		add("possible copy of %d:", e.DuplicateOf)
	case e.DuplicateOf != 0:
		add("copy of %d:", e.DuplicateOf)
	}
	if e.Kind == hotel.KindGap {
		g := e.Gap()
		add("%s to %s: %s", c.at(g.From), c.at(g.To), g.Why)
		return strings.Join(words, " ")
	}
	switch {
	case e.Digits != "":
		add("%s", e.Digits)
	case e.Key != "":
		add("key %s", e.Key)
	case e.CDR != nil:
		add("%s -> %s %ds %s", e.CDR.From, e.CDR.To, e.CDR.Talk, e.CDR.Status)
	case e.Name != "":
		add("%s", e.Name)
	}
	for _, name := range []string{"code", "stay", "op", "to", "state", "error", "call", "event", "alert"} {
		if v := e.Fields[name]; v != "" {
			add("%s=%s", name, v)
		}
	}
	if e.By != "" {
		add("by %s", e.By)
	}
	if e.Room == "" && e.Extension != "" {
		add("(extension %s)", e.Extension)
	}
	return strings.Join(words, " ")
}

func eventsShow(c *call) error {
	id, err := c.id()
	if err != nil {
		return err
	}
	client, err := c.client()
	if err != nil {
		return err
	}
	var answer api.EventAnswer
	err = client.Get(c.ctx, fmt.Sprintf("/v1/events/%d", id), &answer)
	if errors.Is(err, api.ErrNotRunning) {
		answer, err = c.showFromStore(id)
	}
	if err != nil {
		return err
	}
	return showOne(c, answer)
}

func (c *call) showFromStore(id uint64) (answer api.EventAnswer, err error) {
	s, err := c.openStore()
	if err != nil {
		return answer, err
	}
	defer s.Close()
	if answer.Event, err = s.Event(id); err != nil {
		return answer, err
	}
	answer.Units, err = s.Done(id)
	return answer, err
}

// tailEvery is how often events tail asks.
const tailEvery = 500 * time.Millisecond

func eventsTail(c *call) error {
	c.opt.limit = 10
	events, err := askEvents(c)
	for err == nil {
		for _, e := range events {
			c.opt.after = e.ID
			if err := c.tailLine(e); err != nil {
				return err
			}
		}
		select {
		case <-c.ctx.Done():
			return nil
		case <-time.After(tailEvery):
		}
		c.opt.limit = 1000
		events, err = askEvents(c)
	}
	if c.ctx.Err() != nil {
		return nil
	}
	return err
}

func (c *call) tailLine(e hotel.Event) error {
	if c.json {
		return showOne(c, e)
	}
	_, err := fmt.Fprintf(c.out, "%8d  %s  %-13s %-6s %s\n", e.ID, c.at(e.Time), e.Kind, e.Room, plain(c.what(&e)))
	return err
}

func eventsRerun(c *call) error {
	id, err := c.id()
	if err != nil {
		return err
	}
	client, err := c.client()
	if err != nil {
		return err
	}
	var subject api.EventAnswer
	if err := client.Get(c.ctx, fmt.Sprintf("/v1/events/%d", id), &subject); err != nil {
		return err
	}
	done := "ran"
	if subject.Event.CDR != nil && subject.Event.DuplicateOf != 0 && !c.opt.money.charge {
		done = fmt.Sprintf("ran; nobody is charged, as it may be a copy of event %d: if it was another call, \"bellhop events rerun %d --charge\"", subject.Event.DuplicateOf, id)
	}
	return c.runHooks(fmt.Sprintf("/v1/events/%d/rerun", id), api.Rerun{Charge: c.opt.money.charge}, done)
}

// order tells the agent to do something and prints what became of it.
func (c *call) order(path string, body any, done string) error {
	_, err := c.ordered(path, body, done)
	return err
}

// ordered is order; it also gives the event that the order became.
func (c *call) ordered(path string, body any, done string) (uint64, error) {
	client, err := c.client()
	if err != nil {
		return 0, err
	}
	var order api.Order
	if err := client.Post(c.ctx, path, body, &order); err != nil {
		return 0, fmt.Errorf("%s: %w", c.command.words, err)
	}
	if c.json {
		return order.Event, showOne(c, order)
	}
	if order.Already {
		done = "already checked out"
	}
	if order.Unclear != "" {
		done = fmt.Sprintf("kept, and not dropped: an attempt may have arrived. Look whether the PMS has posting %[1]s,\nthen \"bellhop postings resend %[1]s\" (it is never there twice) or \"bellhop postings writeoff %[1]s\"", order.Unclear)
	}
	if _, err := fmt.Fprintf(c.out, "%s (event %d)\n", done, order.Event); err != nil {
		return order.Event, err
	}
	for _, p := range order.Postings {
		if _, err := fmt.Fprintln(c.out, plain("  "+posted(p))); err != nil {
			return order.Event, err
		}
	}
	return order.Event, nil
}

// runHooks orders a run of hooks, and fails when one of them did.
func (c *call) runHooks(path string, body any, done string) error {
	id, err := c.ordered(path, body, done)
	if err != nil {
		return err
	}
	client, err := c.client()
	if err != nil {
		return err
	}
	var answer api.EventAnswer
	if err := client.Get(c.ctx, fmt.Sprintf("/v1/events/%d", id), &answer); err != nil {
		return fmt.Errorf("%s: ask what came of event %d: %w", c.command.words, id, err)
	}
	for _, unit := range slices.Sorted(maps.Keys(answer.Units)) {
		if why := answer.Units[unit].Error; why != "" {
			return fmt.Errorf("%s: %s failed and is parked: %s; \"bellhop events show %d\" has its log", c.command.words, unit, why, id)
		}
	}
	return nil
}
