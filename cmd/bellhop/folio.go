package main

import (
	"flag"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"time"

	"bellhop/agent"
	"bellhop/api"
	"bellhop/hotel"
)

// moneyOptions are the flags of the commands about money.
type moneyOptions struct {
	joined, csv, back        bool
	from, to, state, by, how string
	reason, staff, limit     string
	quantity                 int
	drop, charge, nobody     bool
	empty                    bool // a tariff without a row
}

func moneyCommands() []*command {
	return slices.Concat(folioCommands(), postingCommands())
}

func folioCommands() []*command {
	return []*command{
		{words: "folio", args: "ROOM", about: "show what a room's guests have to pay: a table, JSON, CSV or a bill to print", run: folio, more: folioHelp, flags: func(f *flag.FlagSet, c *call) {
			jsonFlag(f, c)
			f.StringVar(&c.opt.stay, "stay", "", "instead of a room's: that of the stay of this `ID`")
			f.BoolVar(&c.opt.money.joined, "joined", false, "of several guests one bill")
			f.BoolVar(&c.opt.money.csv, "csv", false, "as CSV")
			f.BoolVar(&c.opt.html, "html", false, "as a page to print")
			f.StringVar(&c.opt.lang, "lang", "", "the `LANGUAGE` of names and of the page, zh or en; the hotel's when it is not given")
		}},
		{words: "folio pay", args: "AMOUNT", about: "note what a guest has paid", run: folioPay, more: payHelp, flags: func(f *flag.FlagSet, c *call) {
			jsonFlag(f, c)
			whoseFlags(f, c, "who stays in this `ROOM`", "the stay of this `ID`")
			f.StringVar(&c.opt.money.how, "how", "", "in `WORDS`, such as cash")
			f.StringVar(&c.opt.money.staff, "staff", "", "who took it, by staff `CODE`")
			f.BoolVar(&c.opt.money.back, "back", false, "the guest got it back")
		}},
	}
}

func whoseFlags(f *flag.FlagSet, c *call, room, stay string) {
	f.StringVar(&c.opt.room, "room", "", room)
	f.StringVar(&c.opt.stay, "stay", "", stay)
}

const (
	folioHelp = `
  bellhop folio 1203                    # who stays there; of a vacant room who left last
  bellhop folio 1203 --joined           # sharers on one bill
  bellhop folio --stay G4711 --html --lang zh > bill.html
`
	payHelp = `
  bellhop folio pay 120.50 --room 1203 --how cash
  bellhop folio pay 20 --stay G4711 --back
`
)

func folio(c *call) error {
	ways := 0
	for _, way := range []bool{c.json, c.opt.money.csv, c.opt.html} {
		if way {
			ways++
		}
	}
	switch {
	case ways > 1:
		return c.wrong("give one of --json, --csv and --html")
	case c.opt.lang != "" && c.opt.lang != "zh" && c.opt.lang != "en":
		return c.wrong("--lang must be zh or en, but it is %q", c.opt.lang)
	case c.opt.stay != "" && len(c.args) > 0:
		return c.wrong("give a room or --stay, not both")
	case c.opt.stay == "" && len(c.args) == 0:
		return c.wrong("folio needs ROOM or --stay")
	}
	cfg, err := c.load()
	if err != nil {
		return err
	}
	if c.opt.lang == "" {
		c.opt.lang = cfg.Hotel.Language
	}
	q := url.Values{"language": {c.opt.lang}}
	if c.opt.stay != "" {
		q.Set("stay", c.opt.stay)
	} else {
		q.Set("room", c.args[0])
	}
	if c.opt.money.joined {
		q.Set("joined", "1")
	}
	var bills []hotel.Bill
	if err := api.NewClient(cfg.API.Socket).Get(c.ctx, "/v1/folio?"+q.Encode(), &bills); err != nil {
		return err
	}
	switch {
	case c.json:
		return show(c, bills, "", nil)
	case c.opt.money.csv:
		return c.folioCSV(bills)
	case c.opt.html:
		_, err := io.WriteString(c.out, agent.BillPage(bills, cfg.Hotel, c.opt.lang, c.zone, time.Now()))
		return err
	}
	for i, b := range bills {
		if i > 0 {
			fmt.Fprintln(c.out)
		}
		if err := c.printBill(b); err != nil {
			return err
		}
	}
	return nil
}

// printBill writes a bill for a terminal.
func (c *call) printBill(b hotel.Bill) error {
	for _, s := range b.Stays {
		until := "in house"
		if !s.CheckOut.IsZero() {
			until = "until " + c.at(s.CheckOut)
		}
		if s.Allowance != nil {
			until += "; may owe " + allowance(s.Allowance, b.Currency)
		}
		fmt.Fprintf(c.out, "room %s, stay %s, %s, %s\n", s.Room, s.ID, c.at(s.CheckIn), until)
	}
	money := func(minor int64) string { return hotel.FormatAmount(minor, b.Currency) }
	rows := [][]string{}
	if len(b.Lines) > 0 {
		rows = append(rows, []string{"ID", "TIME", "ROOM", "KIND", "WHAT", "QUANTITY", "TAX", "AMOUNT", "NOTE"})
	}
	for _, l := range b.Lines {
		rows = append(rows, cellsOf([]any{l.ID, c.at(l.Time), l.Room, l.Kind, brief(l.Text, 30), l.Quantity, money(l.Tax), money(l.Amount), noteOf(l.Posting)}))
	}
	sum := fmt.Sprintf("charges %s (tax %s), paid %s, to pay %s %s\n", money(b.Charges), money(b.Tax), money(b.Paid), money(b.Owed), b.Currency)
	return c.printRows(rows, sum)
}

// noteOf says what is special about a posting.
func noteOf(p hotel.Posting) string {
	note := ""
	add := func(when bool, text string) {
		switch {
		case when && note != "":
			note += ", " + text
		case when:
			note = text
		}
	}
	add(p.Corrects != "", "corrects "+p.Corrects)
	add(p.Late, "late")
	add(p.State != hotel.PostingPosted, string(p.State))
	add(p.Refusal != "", brief(hotel.Said(p.Refusal, "en"), 80))
	add(p.Reason != "", brief(p.Reason, 40))
	return note
}

// folioCSV writes one line a posting, for a spreadsheet.
func (c *call) folioCSV(bills []hotel.Bill) error {
	rows := [][]string{{"stay", "room", "posting", "time", "kind", "minibar", "item", "text", "quantity", "amount", "tax_rate", "tax", "currency", "staff", "late", "corrects", "state"}}
	for _, b := range bills {
		for _, l := range b.Lines {
			rows = append(rows, []string{
				l.Stay, l.Room, l.ID, c.at(l.Time), l.Kind, l.Minibar, l.Item, l.Text, strconv.Itoa(l.Quantity), hotel.FormatAmount(l.Amount, l.Currency),
				l.TaxRate.String(), hotel.FormatAmount(l.Tax, l.Currency), l.Currency, l.Staff, yesNo(l.Late), l.Corrects, string(l.State),
			})
		}
	}
	return c.writeCSV(rows)
}

func yesNo(is bool) string {
	if is {
		return "yes"
	}
	return ""
}

func folioPay(c *call) error {
	if err := c.need(1); err != nil {
		return err
	}
	if (c.opt.room == "") == (c.opt.stay == "") {
		return c.wrong("say whose it is: --room or --stay")
	}
	cfg, err := c.load()
	if err != nil {
		return err
	}
	amount, err := hotel.ParseAmount(c.args[0], cfg.Hotel.Currency)
	if err != nil {
		return c.wrong("AMOUNT %v", err)
	}
	o := c.opt
	body := api.Payment{Stay: o.stay, Room: o.room, Amount: amount, Back: o.money.back, How: o.money.how, Staff: o.money.staff}
	done := "paid: "
	if o.money.back {
		done = "given back: "
	}
	return c.order("/v1/folio/pay", body, done+hotel.FormatAmount(amount, cfg.Hotel.Currency)+" "+cfg.Hotel.Currency)
}
