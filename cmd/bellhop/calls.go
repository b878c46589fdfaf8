package main

import (
	"flag"
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"bellhop/api"
	"bellhop/hotel"
)

func callCommands() []*command {
	return []*command{
		{words: "calls", about: "list the newest call records", run: callsList, flags: listFlags},
		{words: "calls assign", args: "CALL ROOM", about: "charge a call that nobody was charged for to who stays in a room, or with --stay to a stay", run: callsAssign, more: callsAssignHelp, flags: func(f *flag.FlagSet, c *call) {
			f.StringVar(&c.opt.stay, "stay", "", "instead of a room: the stay of this `ID`")
		}},
		{words: "folio limit", args: "ROOM [AMOUNT]", about: "say how much who stays in a room may owe: an amount, none, or default for the hotel's; without one, show it", run: folioLimit, flags: func(f *flag.FlagSet, c *call) {
			jsonFlag(f, c)
			f.StringVar(&c.opt.stay, "stay", "", "of several in the room, the one of this `ID`")
		}},
		{words: "calls price", about: "price the calls that had no price until now, by the tariff", run: callsPrice},
	}
}

const callsAssignHelp = `
  bellhop calls assign 4711 1203        # 4711 is the EVENT that "bellhop calls" lists
  bellhop calls assign 4711 --stay G88

For a call that the desk has made for a guest. "bellhop minibar correct" takes
the charge back, "bellhop postings move" puts it on another stay.
`

func callsList(c *call) error {
	client, err := c.client()
	if err != nil {
		return err
	}
	cfg, err := c.load()
	if err != nil {
		return err
	}
	var all []hotel.CallRecord
	if err := client.Get(c.ctx, c.history("/v1/calls"), &all); err != nil {
		return err
	}
	c.tellCut(len(all))
	return show(c, all, "EVENT START ROOM FROM TO TALK STATUS PRICE WHY POSTING STAY", func(r hotel.CallRecord) []any {
		price := ""
		if r.Price != 0 {
			price = hotel.FormatAmount(r.Price, cfg.Hotel.Currency) + " " + cfg.Hotel.Currency
		}
		return []any{r.Event, r.CDR.Start, r.Room, r.CDR.From, r.CDR.To, r.CDR.Talk, r.CDR.Status, price, r.Why, r.Posting, r.Payer}
	})
}

func callsAssign(c *call) error {
	if len(c.args) == 0 || (len(c.args) == 2) == (c.opt.stay != "") {
		return c.wrong("calls assign needs CALL, and ROOM or --stay")
	}
	if _, err := strconv.ParseUint(c.args[0], 10, 64); err != nil {
		return c.wrong("CALL must be a number, but it is %q", c.args[0])
	}
	to, who := api.AssignCall{Stay: c.opt.stay}, "stay "+c.opt.stay
	if c.opt.stay == "" {
		to.Room, who = c.args[1], "room "+c.args[1]
	}
	return c.order("/v1/calls/"+c.args[0]+"/assign", to, "call "+c.args[0]+" charged to "+who)
}

// callsPrice goes on in parts, so that nothing waits long behind it.
func callsPrice(c *call) error {
	client, err := c.client()
	if err != nil {
		return err
	}
	waiting := func() (calls []uint64, err error) {
		err = client.Get(c.ctx, "/v1/calls/unpriced", &calls)
		return calls, err
	}
	before, err := waiting()
	if err != nil {
		return err
	}
	for part := range slices.Chunk(before, hotel.MaxPricedAtOnce) {
		var order api.Order
		if err := client.Post(c.ctx, "/v1/calls/price", api.PriceCalls{Calls: part}, &order); err != nil {
			return fmt.Errorf("calls price: %w", err)
		}
	}
	after, err := waiting()
	if err != nil {
		return err
	}
	left := 0
	for _, call := range before {
		if slices.Contains(after, call) {
			left++
		}
	}
	_, err = fmt.Fprintf(c.out, "calls priced: %d, still without a price: %d\n", len(before)-left, left)
	return err
}

func folioLimit(c *call) error {
	if len(c.args) == 1 {
		return c.showLimits()
	}
	if err := c.need(2); err != nil {
		return err
	}
	limit, err := c.limit("AMOUNT", c.args[1])
	if err != nil {
		return err
	}
	err = c.order("/v1/folio/limit", api.Limit{Room: c.args[0], Stay: c.opt.stay, Limit: limit}, "limit of room "+c.args[0]+": "+c.args[1])
	if err != nil || c.json {
		return err
	}
	return c.showLimits() // of several, whose it is
}

// showLimits lists what those who stay in a room may owe.
func (c *call) showLimits() error {
	client, err := c.client()
	if err != nil {
		return err
	}
	q := url.Values{"room": {c.args[0]}}
	if c.opt.stay != "" {
		q = url.Values{"stay": {c.opt.stay}}
	}
	var bills []hotel.Bill
	if err := client.Get(c.ctx, "/v1/folio?"+q.Encode(), &bills); err != nil {
		return err
	}
	type limit struct {
		Stay  string          `json:"stay"`
		Room  string          `json:"room"`
		State hotel.StayState `json:"state"`
		Owed  int64           `json:"owed"`
		*hotel.Allowance
	}
	var limits []limit
	for _, b := range bills {
		for _, s := range b.Stays {
			limits = append(limits, limit{Stay: s.ID, Room: s.Room, State: s.State, Owed: b.Owed, Allowance: s.Allowance})
		}
	}
	return show(c, limits, "STAY ROOM STATE OWES LIMIT", func(l limit) []any {
		return []any{l.Stay, l.Room, l.State, hotel.FormatAmount(l.Owed, bills[0].Currency), allowance(l.Allowance, bills[0].Currency)}
	})
}

// allowance says what somebody may owe.
func allowance(a *hotel.Allowance, currency string) string {
	if a == nil {
		return ""
	}
	text := "any amount"
	if a.Limit > 0 {
		text = hotel.FormatAmount(a.Limit, currency) + " " + currency
	}
	if a.Own {
		text += ", its own limit"
	} else {
		text += ", the hotel's limit"
	}
	if a.Reached {
		text += ", reached"
	}
	return text
}

// limit reads what a guest may owe, as the API has it.
func (c *call) limit(name, text string) (string, error) {
	if text == "" || text == hotel.LimitNone || text == hotel.LimitDefault {
		return text, nil
	}
	currency, err := c.currency()
	if err != nil {
		return "", err
	}
	minor, err := hotel.ParseAmount(text, currency)
	switch {
	case err != nil:
		return "", c.wrong("%s %v", name, err)
	case minor == 0:
		return "", c.wrong("%s must be above zero; %q lets a guest owe any amount", name, hotel.LimitNone)
	}
	return strconv.FormatInt(minor, 10), nil
}
