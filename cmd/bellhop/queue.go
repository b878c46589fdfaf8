package main

import (
	"errors"
	"flag"
	"fmt"
	"net/url"

	"bellhop/api"
	"bellhop/hotel"
	"bellhop/store"
)

func queueCommands() []*command {
	return []*command{
		{words: "queue list", about: "list the calls that wait to go outside", run: queueList, flags: func(f *flag.FlagSet, c *call) {
			jsonFlag(f, c)
			f.BoolVar(&c.opt.parked, "parked", false, "those that wait for a person instead")
			f.BoolVar(&c.opt.ended, "ended", false, "those that ended undelivered instead")
			f.Uint64Var(&c.opt.limit, "limit", 100, "at most so many")
		}},
		{words: "queue show", args: "ID", about: "show one call", run: queueShow, flags: jsonFlag},
		{words: "queue retry", args: "ID", about: "put a parked call back into its lane", run: func(c *call) error { return c.decide("retry", "queued again") }},
		{words: "queue drop", args: "ID", about: "give up a parked or waiting call", run: func(c *call) error { return c.decide("drop", "dropped") }},
	}
}

func (c *call) listName() string {
	switch {
	case c.opt.parked:
		return "parked"
	case c.opt.ended:
		return "ended"
	}
	return "waiting"
}

func queueList(c *call) error {
	if c.opt.parked && c.opt.ended {
		return c.wrong("give --parked or --ended, not both")
	}
	client, err := c.client()
	if err != nil {
		return err
	}
	var calls []hotel.QueuedCall
	err = client.Get(c.ctx, fmt.Sprintf("/v1/queue?list=%s&limit=%d", c.listName(), c.opt.limit), &calls)
	if errors.Is(err, api.ErrNotRunning) {
		calls, err = c.callsFromStore()
	}
	if err != nil {
		return err
	}
	return show(c, calls, "ID QUEUED TO OP ROOM URGENCY STATE EVENT ERROR", func(q hotel.QueuedCall) []any {
		return []any{q.ID, c.at(q.Queued), q.To, q.Op, q.Room, q.Urgency, q.State, q.Event, brief(hotel.Said(q.LastError, "en"), 50)}
	})
}

func (c *call) callsFromStore() ([]hotel.QueuedCall, error) {
	s, err := c.openStore()
	if err != nil {
		return nil, err
	}
	defer s.Close()
	return s.Calls(store.QueueList(c.listName()), int(c.opt.limit))
}

func queueShow(c *call) error {
	id, err := c.id()
	if err != nil {
		return err
	}
	client, err := c.client()
	if err != nil {
		return err
	}
	var q hotel.QueuedCall
	if err := client.Get(c.ctx, fmt.Sprintf("/v1/queue/%d", id), &q); err != nil {
		return err
	}
	return showOne(c, q)
}

func (c *call) decide(do, done string) error {
	id, err := c.id()
	if err != nil {
		return err
	}
	return c.order(fmt.Sprintf("/v1/queue/%d/%s", id, do), nil, done)
}

func alertCommands() []*command {
	return []*command{
		{words: "alerts list", about: "list what a person must acknowledge", run: alertsList, flags: jsonFlag},
		{words: "alerts resolve", args: "ID", about: "acknowledge an alert", run: func(c *call) error {
			if err := c.need(1); err != nil {
				return err
			}
			return c.order("/v1/alerts/"+url.PathEscape(c.args[0])+"/resolve", nil, "resolved")
		}},
	}
}

func alertsList(c *call) error {
	client, err := c.client()
	if err != nil {
		return err
	}
	var alerts []api.AlertAnswer
	if err := client.Get(c.ctx, "/v1/alerts", &alerts); err != nil {
		return err
	}
	return show(c, alerts, "ID LAST COUNT ROOM EVENT TEXT", func(a api.AlertAnswer) []any {
		return []any{a.ID, c.at(a.Last), a.Count, a.Room, a.Event, a.Text}
	})
}
