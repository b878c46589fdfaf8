package main

import (
	"errors"
	"flag"
	"fmt"
	"strings"

	"bellhop/config"
	"bellhop/hotel"
	"bellhop/site"
)

func tariffCommands() []*command {
	return []*command{
		{words: "tariff list", about: "list what calls cost", run: tariffList, flags: jsonFlag},
		{words: "tariff import", args: "FILE", about: "put a CSV file in the place of the tariff: " + strings.Join(hotel.RateColumns, ", "), run: tariffImport, more: tariffImportHelp, flags: func(f *flag.FlagSet, c *call) {
			f.BoolVar(&c.opt.yes, "yes", false, "do not ask")
			f.BoolVar(&c.opt.money.empty, "empty", false, "the file may hold no row: no call has a price then")
		}},
		{words: "tariff export", about: "write the tariff as a CSV file that \"tariff import\" takes", run: tariffExport},
		{words: "tariff test", args: "NUMBER SECONDS WHEN", about: "say what a call would cost, step by step", run: tariffTest, more: tariffTestHelp, flags: func(f *flag.FlagSet, c *call) {
			jsonFlag(f, c)
			f.StringVar(&c.opt.file, "file", "", "by this CSV `FILE` and not by the agent's tariff; no agent need run")
			f.StringVar(&c.opt.trunk, "trunk", "", "by the `TRUNK` of that name on the PBX")
		}},
	}
}

const (
	tariffImportHelp = `
  bellhop tariff export > before.csv    # to be able to go back
  bellhop tariff import tariff.csv

The file is the whole tariff: rows that are not in it are gone. All rows are
checked first, and what changes is shown before it does. What was priced before
stays as it is; "bellhop calls price" prices calls that had no rate until now.
`
	tariffTestHelp = `
  bellhop tariff test 00390612345 95 "2026-11-22 20:15"
  bellhop tariff test 00390612345 95 now --file tariff.csv --trunk FXO1

WHEN is the call's begin on the hotel's wall clock.
`
)

// tariffFile reads the tariff that the file named by the first argument holds.
func (c *call) tariffFile(d hotel.Dialling) (hotel.Rates, error) {
	rates := hotel.Rates{}
	var lines []int
	err := c.readCSV(hotel.RateColumns[:1], hotel.RateColumns[1:], rateRows(d, &rates, &lines))
	if err == nil {
		if err = checkTariff(rates, lines); err != nil {
			err = fmt.Errorf("%s: %w", c.args[0], err)
		}
	}
	return rates, err
}

// rateRows takes rows of a file as rates, and notes their lines.
func rateRows(d hotel.Dialling, rates *hotel.Rates, lines *[]int) func(int, map[string]string) error {
	return func(line int, row map[string]string) error {
		r, err := d.ReadRate(row)
		if err != nil {
			return fmt.Errorf("line %d, %w", line, err)
		}
		*rates, *lines = append(*rates, r), append(*lines, line)
		return nil
	}
}

// checkTariff says in which line a tariff is wrong.
func checkTariff(rates hotel.Rates, lines []int) error {
	row, err := hotel.CheckRates(rates)
	var hidden *hotel.HiddenRate
	switch {
	case err == nil:
		return nil
	case errors.As(err, &hidden):
		return fmt.Errorf("line %d, column %s: never counts, as line %d has the same prefix, comes first and takes all of its calls: put the special row before the general one", lines[row], hidden.Column, lines[hidden.By])
	}
	return fmt.Errorf("line %d, %w", lines[row], err)
}

func (c *call) tariffOfAgent() (hotel.Rates, error) {
	client, err := c.client()
	if err != nil {
		return nil, err
	}
	var rates hotel.Rates
	err = client.Get(c.ctx, "/v1/tariff", &rates)
	return rates, err
}

func tariffList(c *call) error {
	rates, err := c.tariffOfAgent()
	if err != nil {
		return err
	}
	return show(c, rates, strings.ToUpper(strings.Join(hotel.RateColumns, " ")), func(r hotel.Rate) (cells []any) {
		for _, cell := range r.Row() {
			cells = append(cells, cell)
		}
		return cells
	})
}

func tariffExport(c *call) error {
	rates, err := c.tariffOfAgent()
	if err != nil {
		return err
	}
	rows := [][]string{hotel.RateColumns}
	for _, r := range rates {
		rows = append(rows, r.Row())
	}
	return c.exportCSV(rows)
}

func tariffImport(c *call) error {
	if err := c.need(1); err != nil {
		return err
	}
	cfg, err := c.load()
	if err != nil {
		return err
	}
	setup, err := site.Tariff(cfg)
	if err != nil {
		return err
	}
	rates, err := c.tariffFile(setup.Dialling)
	if err != nil {
		return err
	}
	if len(rates) == 0 && !c.opt.money.empty {
		return fmt.Errorf("%s holds no row: no call would have a price, and none is charged; --empty if that is meant", c.args[0])
	}
	old, err := c.tariffOfAgent()
	if err != nil {
		return err
	}
	if err := c.showTariffChange(old, rates); err != nil {
		return err
	}
	if err := c.confirm(question{
		ask: "Put this tariff in the place of the one before?", no: "tariff import: the tariff stays as it was",
		noOneYet: "tariff import: without a terminal nobody can agree; give --yes",
	}); err != nil {
		return err
	}
	return c.order("/v1/tariff", hotel.NewTariff{Rates: rates}, fmt.Sprintf("tariff imported, rows: %d", len(rates)))
}

// maxShown is how many rows of a change are shown.
const maxShown = 20

// showTariffChange lists the rows that go and come.
func (c *call) showTariffChange(old, rates hotel.Rates) error {
	rows := [][]string{append([]string{""}, strings.Fields(strings.ToUpper(strings.Join(hotel.RateColumns, " ")))...)}
	list := func(mark string, some, others hotel.Rates) (n int) {
		known := map[hotel.Rate]bool{}
		for _, r := range others {
			known[r] = true
		}
		for _, r := range some {
			if known[r] {
				continue
			}
			if n++; n <= maxShown {
				cells := []any{mark}
				for _, cell := range r.Row() {
					cells = append(cells, cell)
				}
				rows = append(rows, cellsOf(cells))
			}
		}
		return n
	}
	gone, fresh := list("gone", old, rates), list("new", rates, old)
	if len(rows) > 1 {
		if err := writeTable(c.out, rows); err != nil {
			return err
		}
	}
	if _, err := fmt.Fprintf(c.out, "rows before: %d, then: %d; gone: %d, new: %d, as before: %d\n", len(old), len(rates), gone, fresh, len(rates)-fresh); err != nil {
		return err
	}
	return c.showFreeRates(rates)
}

// showFreeRates names the rows whose calls cost nothing: an empty cell says so, too.
func (c *call) showFreeRates(rates hotel.Rates) error {
	var free []string
	for _, r := range rates {
		if r.Connect == "" && r.Price == "" && r.Minimum == "" {
			free = append(free, r.Name())
		}
	}
	if len(free) == 0 {
		return nil
	}
	_, err := fmt.Fprintf(c.out, "rows whose calls cost nothing: %d (%s)\n", len(free), brief(plain(strings.Join(free, ", ")), 60))
	return err
}

// pricing is what "tariff test" needs of the config.
func (c *call) pricing() (config.Config, hotel.TariffSetup, error) {
	cfg, err := c.load()
	if err != nil {
		return cfg, hotel.TariffSetup{}, err
	}
	setup, err := site.Tariff(cfg)
	return cfg, setup, err
}
