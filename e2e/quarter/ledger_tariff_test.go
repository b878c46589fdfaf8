package quarter

import (
	"fmt"
	"strings"
	"time"

	"bellhop/hotel"
	"bellhop/sim"
)

// rate is a row of the tariff, as docs/calls.md explains it: amounts are in
// ten-thousandths of a euro.
type rate struct {
	prefix, name            string
	holidays, workdays      bool // it counts on these days alone
	from, to                int  // hours of the day; equal: the whole day
	trunk                   string
	connect, price, minimum int64
	included, first, tick   int
	surcharge               int64 // percent
}

const (
	analogue      = "FXO1" // a trunk without answer signal
	analogueRoute = "Analogue"
	graceSeconds  = 20
	freeNumbers   = "800" // their beginning
)

var (
	rates = []rate{
		{prefix: "8", name: "Local", first: 180, tick: 60, price: 2000},
		{prefix: "7", name: "Old town", trunk: analogue, tick: 60, price: 1500},
		{prefix: "0", name: "National", holidays: true, tick: 60, price: 1000},
		{prefix: "0", name: "National", workdays: true, from: 8, to: 20, tick: 60, price: 6000},
		{prefix: "0", name: "National", tick: 60, price: 3000},
		{prefix: "06", name: "Rome", connect: 5000, included: 60, tick: 6, price: 2000},
		{prefix: "055", name: "Florence", tick: 1, price: 837},
		{prefix: "+41", name: "Switzerland", from: 22, to: 6, tick: 30, price: 12000},
		{prefix: "+41", name: "Switzerland", tick: 30, price: 24000},
		{prefix: "+417", name: "Switzerland, mobile", connect: 10000, included: 60, first: 60, tick: 60, price: 30000, minimum: 50000, surcharge: 10},
	}
	// laterRate is one that the hotel forgot at first.
	laterRate = rate{prefix: "+5", name: "Far away", tick: 60, price: 11111}
	holidays  = []string{fmt.Sprint(firstYear, "-03-28"), fmt.Sprint(firstYear, "-05-01"), fmt.Sprint(firstYear, "-10-24"), fmt.Sprint(firstYear, "-12-25")}
)

// row is how the agent is told of a rate.
func (r rate) row() hotel.Rate {
	euros := func(n int64) hotel.Exact {
		x, err := hotel.ParseExact(fmt.Sprintf("%d.%04d", n/10000, n%10000))
		if err != nil {
			panic(err)
		}
		return x
	}
	row := hotel.Rate{
		Prefix: r.prefix, Destination: r.name, Trunk: r.trunk, Connect: euros(r.connect), Included: r.included, First: r.first, Tick: r.tick,
		Price: euros(r.price), Minimum: euros(r.minimum),
	}
	if r.surcharge > 0 {
		row.Surcharge = hotel.Exact(fmt.Sprint(r.surcharge))
	}
	switch {
	case r.holidays:
		row.Days = "ho"
	case r.workdays:
		row.Days = "mo tu we th fr"
	}
	if r.from != r.to {
		row.From, row.To = fmt.Sprintf("%02d:00", r.from), fmt.Sprintf("%02d:00", r.to)
	}
	return row
}

func tariffOf(list []rate) *hotel.NewTariff {
	t := &hotel.NewTariff{}
	for _, r := range list {
		t.Rates = append(t.Rates, r.row())
	}
	return t
}

// fits tells whether a rate counts for calls that begin then.
func (r rate) fits(trunk string, at time.Time, asHoliday bool) bool {
	hour, day := at.Hour(), at.Weekday()
	inWindow := r.from == r.to || r.from < r.to && hour >= r.from && hour < r.to || r.from > r.to && (hour >= r.from || hour < r.to)
	return (r.trunk == "" || r.trunk == trunk) && inWindow && r.holidays == asHoliday &&
		(!r.workdays || day != time.Saturday && day != time.Sunday)
}

// rateFor finds the rate of the longest beginning of a number; nil: there is none.
func rateFor(list []rate, number, trunk string, at time.Time) *rate {
	for long := len(number); long >= 0; long-- {
		for _, holiday := range []bool{true, false} {
			if holiday && !isHoliday(at) {
				continue
			}
			for i := range list {
				if list[i].prefix == number[:long] && list[i].fits(trunk, at, holiday) {
					return &list[i]
				}
			}
		}
	}
	return nil
}

func isHoliday(at time.Time) bool {
	for _, date := range holidays {
		if at.Format(time.DateOnly) == date {
			return true
		}
	}
	return false
}

// price is what a call costs that began at a moment, or why it costs nothing:
// these words are the interface's (docs/calls.md, "bellhop calls").
func (h *house) price(c sim.CDR, list []rate, at time.Time) (cost charge, why string) {
	number := c.To
	if strings.HasPrefix(number, "00") {
		number = "+" + number[2:]
	}
	switch {
	case c.Type == "Inbound":
		return cost, "inbound"
	case c.Type != "Outbound" && c.DestTrunk == "":
		return cost, "internal"
	case c.Status != "ANSWERED":
		return cost, "unanswered"
	case c.To == "112" || c.To == "113" || c.To == "115" || c.To == "118":
		return cost, "emergency"
	case c.Talk <= 0:
		return cost, "no-talk"
	case strings.HasPrefix(number, freeNumbers):
		return cost, "free-number"
	case c.DestTrunk == analogue && c.Talk <= graceSeconds:
		return cost, "grace"
	}
	r := rateFor(list, number, c.DestTrunk, at.In(h.zone))
	if r == nil {
		return cost, "no-rate"
	}
	cost = charge{kind: "call", item: r.name, quantity: 1, rate: h.run.tax.call}
	tenThousandths := r.connect*60 + r.price*int64(r.counted(c.Talk)) // times 60
	tenThousandths *= 100 + r.surcharge                               // times 100
	if least := r.minimum * 6000; tenThousandths < least {
		tenThousandths = least
	}
	cost.amount, cost.tax = h.run.tax.charge(tenThousandths, 6000*100, cost.rate, max(1, h.run.tax.step))
	if cost.amount == 0 {
		return charge{}, "costs-nothing"
	}
	return cost, ""
}

// counted are the seconds that count, found by adding intervals.
func (r rate) counted(talk int) int {
	rest := talk - r.included
	if rest <= 0 {
		return 0
	}
	seconds := r.first
	if seconds == 0 {
		seconds = r.tick
	}
	for seconds < rest {
		seconds += r.tick
	}
	return seconds
}

// taxing is how a run's hotel taxes: rates are hundredths of a percent.
type taxing struct {
	onTop         bool
	minibar, call int64
	step          int64 // of what calls cost, in cents; 0: a cent
}

// charge rounds a price, which is a fraction of a cent, once, half up, to so many
// cents; the tax is worked out of that.
func (t taxing) charge(price, parts, rate, step int64) (amount, tax int64) {
	if t.onTop {
		price, parts = price*(10000+rate), parts*10000
	}
	parts *= step
	amount = step * ((2*price + parts) / (2 * parts))
	return amount, (2*amount*rate + 10000 + rate) / (2 * (10000 + rate))
}

// drink is something in the minibars.
type drink struct {
	code, name string
	cents      int64
	rate       int64 // its own tax; -1: that of minibars
	most       int
}

var drinks = []drink{{minibarItem, "Water", 250, -1, 99}, {"5", "Champagne", 3333, 2200, 99}, {"7", "Nuts", 333, -1, 4}}

func drinkOf(code string) *drink {
	for i := range drinks {
		if drinks[i].code == code {
			return &drinks[i]
		}
	}
	return nil
}

// cost is what so many cost.
func (d *drink) cost(t taxing, count int) charge {
	c := charge{kind: "minibar", item: d.code, quantity: count, rate: d.rate}
	if c.rate < 0 {
		c.rate = t.minibar
	}
	c.amount, c.tax = t.charge(d.cents*int64(count), 1, c.rate, 1)
	return c
}

func (d *drink) row() hotel.Item {
	item := hotel.Item{Code: d.code, Name: d.name, Price: d.cents, Max: d.most}
	if d.rate >= 0 {
		tax := hotel.TaxRate(d.rate)
		item.Tax = &tax
	}
	return item
}
