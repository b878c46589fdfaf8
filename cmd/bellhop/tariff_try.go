package main

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	"bellhop/agent"
	"bellhop/hotel"
)

// triedCall is what "tariff test --json" prints: amounts of the main unit, the
// steps of the sum as fractions where they are finer than a millionth.
type triedCall struct {
	Number    string `json:"number"` // in the form that the tariff knows
	Begin     string `json:"begin"`  // the hotel's wall clock
	Trunk     string `json:"trunk,omitempty"`
	Talk      int    `json:"talk"`
	Why       string `json:"why,omitempty"` // why there is nothing to pay, or no price
	Prefix    string `json:"prefix,omitempty"`
	Rate      string `json:"rate,omitempty"`
	Seconds   int    `json:"seconds,omitempty"` // that count, in whole intervals
	Connect   string `json:"connect,omitempty"`
	TalkPrice string `json:"talkPrice,omitempty"`
	Surcharge string `json:"surcharge,omitempty"`
	Minimum   string `json:"minimum,omitempty"`
	Exact     string `json:"exact,omitempty"` // before it is rounded
	Amount    string `json:"amount"`          // with tax
	Tax       string `json:"tax"`
	Currency  string `json:"currency"`
}

// tariffTest prices one call by the agent's tariff, or by a file's.
func tariffTest(c *call) error {
	if err := c.need(3); err != nil {
		return err
	}
	cfg, setup, err := c.pricing()
	if err != nil {
		return err
	}
	number, trunk := c.args[0], c.opt.trunk
	seconds, err := strconv.ParseUint(c.args[1], 10, 31)
	if err != nil {
		return c.wrong("SECONDS must be a whole number, but it is %q", c.args[1])
	}
	begin, err := c.when(c.args[2])
	if err != nil {
		return err
	}
	rates, err := c.tariffToTry(setup.Dialling)
	if err != nil {
		return err
	}
	if setup.Number(number) == "" {
		return c.wrong("NUMBER must be what a telephone dials, but it is %q", number)
	}
	sum := setup.Price(rates, hotel.Dialled{Number: number, Begin: begin, Seconds: int(seconds), Trunk: trunk}, c.zone, cfg.Hotel.Currency)
	tried := triedCall{
		Number: sum.Number, Begin: sum.Local.Format(time.DateTime), Trunk: trunk, Talk: int(seconds), Why: sum.Why, Currency: cfg.Hotel.Currency,
	}
	amount, tax := int64(0), int64(0)
	if sum.Exact != nil {
		main := func(x *big.Rat) string { return mainUnits(x, cfg.Hotel.Currency) }
		tried.Prefix, tried.Rate, tried.Seconds = sum.Rate.PrefixText(), sum.Rate.Name(), sum.Seconds
		tried.Connect, tried.TalkPrice, tried.Surcharge = main(sum.Connect), main(sum.Talk), main(sum.Surcharge)
		tried.Minimum, tried.Exact = sum.Rate.Minimum.String(), main(sum.Exact)
		if sum.Why == "" {
			taxes, rate := agent.Taxes(cfg.Tax), hotel.TaxRate(cfg.Tax.Call)
			amount, tax = taxes.Charge(taxes.Charged(sum.Exact, rate, setup.Round), rate)
		}
	}
	tried.Amount, tried.Tax = hotel.FormatAmount(amount, cfg.Hotel.Currency), hotel.FormatAmount(tax, cfg.Hotel.Currency)
	if c.json {
		return showOne(c, tried)
	}
	return c.printTried(tried, sum.Rate)
}

// tariffToTry is the file's that is named, or the agent's.
func (c *call) tariffToTry(d hotel.Dialling) (hotel.Rates, error) {
	if c.opt.file == "" {
		return c.tariffOfAgent()
	}
	c.args = []string{c.opt.file}
	return c.tariffFile(d)
}

// when reads a moment of the hotel's wall clock.
func (c *call) when(text string) (time.Time, error) {
	if text == "now" {
		return time.Now(), nil
	}
	for _, layout := range []string{time.DateTime, "2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02T15:04:05"} {
		if at, err := time.ParseInLocation(layout, text, c.zone); err == nil {
			return at, nil
		}
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, nil
	}
	return time.Time{}, c.wrong("WHEN must be such as \"2026-11-22 20:15\" or now, but it is %q", text)
}

// mainUnits writes an exact amount of minor units in the main unit: as a decimal
// where it ends within six digits, else as a fraction.
func mainUnits(x *big.Rat, currency string) string {
	unit, err := hotel.ParseAmount("1", currency)
	if err != nil {
		panic("cmd: 1 is no amount: " + err.Error())
	}
	x = new(big.Rat).Quo(x, new(big.Rat).SetInt64(unit))
	text := x.FloatString(6)
	if back, ok := new(big.Rat).SetString(text); !ok || back.Cmp(x) != 0 {
		return x.RatString()
	}
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// freeWords say why there is nothing to pay.
var freeWords = map[string]string{
	hotel.WhyEmergency: "free: an emergency number",
	hotel.WhyNoTalk:    "free: nobody talked",
	hotel.WhyFree:      "free: tariff.free names the number",
	hotel.WhyGrace:     "free: it talked no longer than the trunk's seconds of grace",
	hotel.WhyNoRate:    "no price: the tariff has no row for it; the call is made and kept, and the desk is told",
}

func (c *call) printTried(t triedCall, r hotel.Rate) error {
	rows := [][]string{{"number", t.Number}, {"begin", t.Begin}}
	add := func(what, value string) { rows = append(rows, []string{what, plain(value)}) }
	if t.Exact != "" {
		limits := strings.TrimSpace(strings.Join([]string{r.Days, strings.Trim(r.From+"-"+r.To, "-"), r.Trunk}, " "))
		add("rate", strings.TrimSpace(t.Rate+" ("+t.Prefix+") "+limits))
		add("connect", t.Connect)
		add("talk", fmt.Sprintf("%s = %d s of %d s, at %s a minute", t.TalkPrice, t.Seconds, t.Talk, r.Price))
		if r.Surcharge != "" {
			add("surcharge", fmt.Sprintf("%s = %s%%", t.Surcharge, r.Surcharge))
		}
		if r.Minimum != "" {
			add("minimum", t.Minimum)
		}
		add("exactly", t.Exact)
	}
	if t.Why != "" {
		add("", freeWords[t.Why])
	}
	add("price", t.Amount+" "+t.Currency)
	add("tax in it", t.Tax+" "+t.Currency)
	return writeTable(c.out, rows)
}
