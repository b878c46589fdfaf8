package main

import (
	"cmp"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"bellhop/hotel"
)

var itemColumns = []string{"code", "name", "price", "minibar", "name_zh", "name_en", "tax", "max"}

const itemColumnList = "code, name, price, and if you like minibar, name_zh, name_en, tax, max"

func (c *call) items() ([]hotel.Item, error) {
	client, err := c.client()
	if err != nil {
		return nil, err
	}
	var items []hotel.Item
	err = client.Get(c.ctx, "/v1/items", &items)
	return items, err
}

func itemsDelete(c *call) error {
	if err := c.need(1); err != nil {
		return err
	}
	return c.order("/v1/items/delete", hotel.DeleteItem{Minibar: c.opt.name, Code: c.args[0]}, "item "+c.args[0]+" is off the list")
}

// currency is the hotel's.
func (c *call) currency() (string, error) {
	cfg, err := c.load()
	return cfg.Hotel.Currency, err
}

// pricedItems are the items and the currency of their prices.
func (c *call) pricedItems() (items []hotel.Item, currency string, err error) {
	if currency, err = c.currency(); err == nil {
		items, err = c.items()
	}
	return items, currency, err
}

func itemsList(c *call) error {
	items, currency, err := c.pricedItems()
	if err != nil {
		return err
	}
	return show(c, items, "MINIBAR CODE NAME ZH EN PRICE TAX MAX", func(i hotel.Item) []any {
		row := []any{i.Minibar}
		for _, cell := range itemRow(i, currency) {
			row = append(row, cell)
		}
		return row
	})
}

// itemRow is an item without its price list, as it is written.
func itemRow(i hotel.Item, currency string) []string {
	tax, most := "", ""
	if i.Tax != nil {
		tax = i.Tax.String()
	}
	if i.Max != 0 {
		most = strconv.Itoa(i.Max)
	}
	return []string{i.Code, i.Name, i.Names["zh"], i.Names["en"], hotel.FormatAmount(i.Price, currency), tax, most}
}

func itemsExport(c *call) error {
	items, currency, err := c.pricedItems()
	if err != nil {
		return err
	}
	rows := [][]string{{"minibar", "code", "name", "name_zh", "name_en", "price", "tax", "max"}}
	for _, i := range items {
		rows = append(rows, append([]string{i.Minibar}, itemRow(i, currency)...))
	}
	return c.exportCSV(rows)
}

// itemsImport shows what becomes another, and takes it.
func itemsImport(c *call) error {
	currency, err := c.currency()
	if err != nil {
		return err
	}
	lists, lines := hotel.Import{}, map[string]int{}
	err = c.readCSV(itemColumns[:3], itemColumns[3:], func(line int, row map[string]string) error {
		i, err := readItem(row, currency)
		if err != nil {
			return fmt.Errorf("line %d: %w", line, err)
		}
		key := hotel.ItemKey(cmp.Or(i.Minibar, hotel.DefaultMinibar), i.Code)
		if before := lines[key]; before != 0 {
			return fmt.Errorf("line %d: item %s is in line %d, too", line, i.Code, before)
		}
		lists.Items, lines[key] = append(lists.Items, i), line
		return nil
	})
	if err != nil {
		return err
	}
	before, err := c.items()
	if err != nil {
		return err
	}
	changes := itemChanges(before, lists.Items, currency)
	if err := c.order("/v1/import", lists, fmt.Sprintf("items imported: %d", len(lists.Items))); err != nil {
		return err
	}
	for _, line := range changes {
		if _, err := fmt.Fprintln(c.out, plain(line)); err != nil {
			return err
		}
	}
	return nil
}

func readItem(row map[string]string, currency string) (i hotel.Item, err error) {
	i = hotel.Item{Minibar: row["minibar"], Code: row["code"], Name: row["name"]}
	if i.Price, err = hotel.ParseAmount(row["price"], currency); err != nil {
		return i, fmt.Errorf("price: %w", err)
	}
	for _, language := range []string{"zh", "en"} {
		if name := row["name_"+language]; name != "" {
			if i.Names == nil {
				i.Names = map[string]string{}
			}
			i.Names[language] = name
		}
	}
	if row["tax"] != "" {
		tax, err := hotel.ParseTaxRate(row["tax"])
		if err != nil {
			return i, fmt.Errorf("tax: %w", err)
		}
		i.Tax = &tax
	}
	if row["max"] != "" {
		if i.Max, err = strconv.Atoi(row["max"]); err != nil {
			return i, fmt.Errorf("max must be a whole number, but it is %q", row["max"])
		}
	}
	return i, i.Check()
}

// itemChanges says, a line for each, what an import makes of the list.
func itemChanges(before, after []hotel.Item, currency string) (lines []string) {
	old := map[string]hotel.Item{}
	for _, i := range before {
		old[hotel.ItemKey(i.Minibar, i.Code)] = i
	}
	same := 0
	for _, i := range after {
		if i.Minibar == "" {
			i.Minibar = hotel.DefaultMinibar
		}
		was, known := old[hotel.ItemKey(i.Minibar, i.Code)]
		now := strings.Join(itemRow(i, currency)[1:], ", ")
		switch {
		case !known:
			lines = append(lines, fmt.Sprintf("new      %s %s: %s", i.Minibar, i.Code, now))
		case !reflect.DeepEqual(was, i):
			lines = append(lines, fmt.Sprintf("changed  %s %s: %s (it was: %s)", i.Minibar, i.Code, now, strings.Join(itemRow(was, currency)[1:], ", ")))
		default:
			same++
		}
	}
	if same > 0 {
		lines = append(lines, fmt.Sprintf("as before: %d", same))
	}
	return lines
}
