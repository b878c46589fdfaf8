package main

import (
	"cmp"
	"flag"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"bellhop/api"
	"bellhop/hotel"
)

func postingCommands() []*command {
	reason := func(f *flag.FlagSet, c *call) {
		jsonFlag(f, c)
		f.StringVar(&c.opt.money.reason, "reason", "", "why, in `WORDS`")
	}
	dates := func(f *flag.FlagSet, c *call) {
		jsonFlag(f, c)
		f.StringVar(&c.opt.money.from, "from", "", "of this `DATE` on, such as 2026-11-01; today when neither is given")
		f.StringVar(&c.opt.money.to, "to", "", "up to this `DATE`")
		f.BoolVar(&c.opt.money.csv, "csv", false, "as CSV")
	}
	return []*command{
		{words: "postings list", about: "list the newest postings", run: postingsList, more: postingsHelp, flags: func(f *flag.FlagSet, c *call) {
			listFlags(f, c)
			f.StringVar(&c.opt.stay, "stay", "", "of the stay of this `ID`")
			f.BoolVar(&c.opt.money.nobody, "nobody", false, "that fall on no stay, and wait to be moved onto one")
			f.StringVar(&c.opt.money.state, "state", "", "in this `STATE`: pending, posted, refused, unclear or written-off")
			f.StringVar(&c.opt.money.from, "from", "", "of this `DATE` on, such as 2026-11-01")
			f.StringVar(&c.opt.money.to, "to", "", "up to this `DATE`")
		}},
		{words: "postings resend", args: "ID", about: "send a refused or unclear posting to the PMS again, under the same key", run: postingsResend, flags: jsonFlag},
		{words: "postings writeoff", args: "ID", about: "give a refused or unclear posting up: it is no longer owed", run: postingsWriteOff, flags: reason},
		{words: "postings move", args: "ID", about: "put a posting on another stay", run: postingsMove, more: movePostingHelp, flags: func(f *flag.FlagSet, c *call) {
			reason(f, c)
			whoseFlags(f, c, "onto who stays in this `ROOM`", "onto the stay of this `ID`")
		}},
		{words: "postings reconcile", about: "compare what was charged with what the PMS has taken", run: reconcile, flags: dates},
		{words: "report sums", about: "sum up what was charged, by day, item, staff or destination", run: reportSums, flags: func(f *flag.FlagSet, c *call) {
			dates(f, c)
			f.StringVar(&c.opt.money.by, "by", "day", "by `WHAT`: day, item, staff or destination (of calls)")
		}},
	}
}

const (
	postingsHelp = `
  bellhop postings list --state refused
  bellhop postings list --stay G4711 --json
  bellhop postings list --nobody         # "postings move" puts them on a stay
`
	movePostingHelp = `
  bellhop postings move P12 --room 1207 --reason "entered for the wrong room"

What the PMS has is taken back there by a posting of its own; what it refused
it never gets.
`
)

func postingsList(c *call) error {
	client, err := c.client()
	if err != nil {
		return err
	}
	q := c.postingQuery()
	q.Set("limit", strconv.FormatUint(c.opt.limit, 10))
	if c.opt.money.nobody {
		q.Set("nobody", "1")
	}
	for name, value := range map[string]string{"room": c.opt.room, "stay": c.opt.stay, "state": c.opt.money.state} {
		if value != "" {
			q.Set(name, value)
		}
	}
	var all []hotel.Posting
	if err := client.Get(c.ctx, "/v1/postings?"+q.Encode(), &all); err != nil {
		return err
	}
	c.tellCut(len(all))
	return show(c, all, "ID TIME ROOM STAY KIND WHAT QUANTITY AMOUNT EVENT NOTE", c.postingRow)
}

func (c *call) postingRow(p hotel.Posting) []any {
	return []any{p.ID, c.at(p.Time), p.Room, p.Stay, p.Kind, brief(p.Description, 30), p.Quantity, hotel.FormatAmount(p.Amount, p.Currency) + " " + p.Currency, p.Event, noteOf(p)}
}

// posted says in a line what an order has posted, and on whom it fell.
func posted(p hotel.Posting) string {
	what := cmp.Or(p.Description, p.Item, p.Kind)
	switch {
	case p.Kind == hotel.PostingPayment && p.Description != "":
		what = p.Kind + ": " + what
	case p.Kind == hotel.PostingPayment: // there are no two of it
	case p.Quantity != 1:
		what = fmt.Sprintf("%d × %s", p.Quantity, what)
	}
	whose := fmt.Sprintf("stay %s, room %s", p.Stay, p.Room)
	if p.Stay == "" {
		whose = fmt.Sprintf("nobody: no stay is known of room %s", p.Room)
	}
	line := fmt.Sprintf("%s: %s, %s %s, on %s", p.ID, what, hotel.FormatAmount(p.Amount, p.Currency), p.Currency, whose)
	if p.Late {
		line += ", late"
	}
	if p.Corrects != "" {
		line += ", corrects " + p.Corrects
	}
	return line
}

func (c *call) postingQuery() url.Values {
	q := url.Values{}
	for name, value := range map[string]string{"from": c.opt.money.from, "to": c.opt.money.to} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q
}

func (c *call) decidePosting(do string, body api.PostingDecision, done string) error {
	if err := c.need(1); err != nil {
		return err
	}
	id := strings.ToUpper(c.args[0]) // p12 is P12 at night
	return c.order("/v1/postings/"+url.PathEscape(id)+"/"+do, body, "posting "+id+" "+done)
}

func postingsResend(c *call) error {
	return c.decidePosting("resend", api.PostingDecision{}, "goes to the PMS again")
}

func postingsWriteOff(c *call) error {
	return c.decidePosting("writeoff", api.PostingDecision{Reason: c.opt.money.reason}, "is written off")
}

func postingsMove(c *call) error {
	if (c.opt.room == "") == (c.opt.stay == "") {
		return c.wrong("say whose it is: --room or --stay")
	}
	return c.decidePosting("move", api.PostingDecision{Room: c.opt.room, Stay: c.opt.stay, Reason: c.opt.money.reason}, "is moved")
}

// days fills in today, in the hotel's zone, when no dates were given.
func (c *call) days() url.Values {
	if c.opt.money.from == "" && c.opt.money.to == "" {
		today := time.Now().In(c.zone).Format(time.DateOnly)
		c.opt.money.from, c.opt.money.to = today, today
	}
	return c.postingQuery()
}

// oneForm refuses what asks for two forms of one answer.
func (c *call) oneForm() error {
	if c.json && c.opt.money.csv {
		return c.wrong("give --json or --csv, not both")
	}
	return nil
}

func reconcile(c *call) error {
	if err := c.oneForm(); err != nil {
		return err
	}
	client, err := c.client()
	if err != nil {
		return err
	}
	var r hotel.Reconciliation
	if err := client.Get(c.ctx, "/v1/reconciliation?"+c.days().Encode(), &r); err != nil {
		return err
	}
	switch {
	case c.json:
		return showOne(c, r)
	case c.opt.money.csv:
		return c.writeCSV(c.reconciled(r))
	}
	rows := [][]string{{"STATE", "KIND", "COUNT", "AMOUNT"}}
	for _, s := range r.States {
		rows = append(rows, []string{string(s.State), s.Kind, strconv.Itoa(s.Count), hotel.FormatAmount(s.Amount, r.Currency)})
	}
	open := [][]string{{"ID", "TIME", "ROOM", "STAY", "KIND", "WHAT", "QUANTITY", "AMOUNT", "EVENT", "NOTE"}}
	for _, p := range r.Open {
		open = append(open, cellsOf(c.postingRow(p)))
	}
	fmt.Fprintf(c.out, "what was charged from %s to %s, in %s, and what became of it at the PMS\n\n", orAlways(r.From, "the first day"), orAlways(r.To, "today"), r.Currency)
	if len(r.States) == 0 {
		_, err := fmt.Fprintln(c.out, "nothing was charged")
		return err
	}
	if len(r.Open) == 0 {
		return c.printRows(rows, "\nthe PMS has all of it\n")
	}
	if err := c.printRows(rows, "\nwhat it does not have:\n\n"); err != nil {
		return err
	}
	return c.printRows(open, "")
}

// reconciled is a reconciliation for a spreadsheet: amounts that it can add up, and
// the whole of what the PMS has said.
func (c *call) reconciled(r hotel.Reconciliation) [][]string {
	rows := [][]string{{"state", "kind", "count", "amount", "currency"}}
	for _, s := range r.States {
		rows = append(rows, []string{string(s.State), s.Kind, strconv.Itoa(s.Count), hotel.FormatAmount(s.Amount, r.Currency), r.Currency})
	}
	rows = append(rows, nil, []string{"posting", "time", "room", "stay", "kind", "text", "quantity", "amount", "currency", "event", "late", "corrects", "state", "refusal", "reason"})
	for _, p := range r.Open {
		rows = append(rows, []string{
			p.ID, c.at(p.Time), p.Room, p.Stay, p.Kind, p.Description, strconv.Itoa(p.Quantity), hotel.FormatAmount(p.Amount, p.Currency), p.Currency,
			strconv.FormatUint(p.Event, 10), yesNo(p.Late), p.Corrects, string(p.State), hotel.Said(p.Refusal, "en"), p.Reason,
		})
	}
	return rows
}

func orAlways(date, otherwise string) string {
	if date == "" {
		return otherwise
	}
	return date
}

func reportSums(c *call) error {
	if err := c.oneForm(); err != nil {
		return err
	}
	client, err := c.client()
	if err != nil {
		return err
	}
	q := c.days()
	q.Set("by", c.opt.money.by)
	var sums api.Sums
	if err := client.Get(c.ctx, "/v1/sums?"+q.Encode(), &sums); err != nil {
		return err
	}
	names, err := c.groupNames(client)
	if err != nil {
		return err
	}
	row := func(s hotel.Sum) []any {
		return []any{s.Group, s.Kind, s.Count, s.Quantity, hotel.FormatAmount(s.Amount, sums.Currency), hotel.FormatAmount(s.Tax, sums.Currency)}
	}
	if c.opt.money.csv {
		rows := [][]string{{c.opt.money.by, "kind", "postings", "quantity", "amount", "tax", "currency", "name"}}
		for _, s := range sums.Sums {
			var cells []string
			for _, v := range row(s) {
				cells = append(cells, fmt.Sprint(v))
			}
			rows = append(rows, append(cells, sums.Currency, names[s.Group]))
		}
		return c.writeCSV(rows)
	}
	if len(names) > 0 {
		return show(c, sums.Sums, "GROUP KIND POSTINGS QUANTITY AMOUNT TAX NAME", func(s hotel.Sum) []any { return append(row(s), brief(names[s.Group], 40)) })
	}
	return show(c, sums.Sums, "GROUP KIND POSTINGS QUANTITY AMOUNT TAX", row)
}

// groupNames are what the codes of items and of staff stand for, as the lists have
// them now.
func (c *call) groupNames(client *api.Client) (map[string]string, error) {
	names := map[string]string{}
	switch hotel.SumBy(c.opt.money.by) {
	case hotel.ByItem:
		var items []hotel.Item
		if err := client.Get(c.ctx, "/v1/items", &items); err != nil {
			return nil, err
		}
		for _, i := range items {
			names[hotel.ItemGroup(i.Minibar, i.Code)] = i.Name
		}
	case hotel.ByStaff:
		var staff []hotel.Staff
		if err := client.Get(c.ctx, "/v1/staff", &staff); err != nil {
			return nil, err
		}
		for _, s := range staff {
			names[s.Code] = s.Name
		}
	}
	return names, nil
}
