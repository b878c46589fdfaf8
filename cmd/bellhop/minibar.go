package main

import (
	"flag"
	"fmt"
	"strconv"

	"bellhop/api"
	"bellhop/hotel"
)

func minibarCommands() []*command {
	whose := func(f *flag.FlagSet, c *call) {
		jsonFlag(f, c)
		f.StringVar(&c.opt.stay, "stay", "", "of the stay of this `ID`, in house or not")
	}
	staff := func(f *flag.FlagSet, c *call) {
		f.StringVar(&c.opt.money.staff, "staff", "", "who says so, by staff `CODE`")
	}
	return []*command{
		{words: "minibar items list", about: "list the minibar items", run: itemsList, flags: jsonFlag},
		{words: "minibar items import", args: "FILE", about: "take items from a CSV file: " + itemColumnList, run: itemsImport},
		{words: "minibar items export", about: "write the items as a CSV file that \"minibar items import\" takes", run: itemsExport},
		{words: "minibar items delete", args: "CODE", about: "take an item off the price list; what was charged stays, and can be taken back", run: itemsDelete, flags: func(f *flag.FlagSet, c *call) {
			jsonFlag(f, c)
			f.StringVar(&c.opt.name, "minibar", "", "off this price `LIST`; without: "+hotel.DefaultMinibar)
		}},
		{words: "minibar post", args: "ROOM ITEM COUNT", about: "charge what was taken from a minibar", run: minibarPost, more: minibarPostHelp, flags: func(f *flag.FlagSet, c *call) {
			whose(f, c)
			staff(f, c)
			f.StringVar(&c.opt.name, "minibar", "", "by this price `LIST`; without: the room's")
		}},
		{words: "minibar correct", args: "POSTING", about: "take a posting back, or a part of it", run: minibarCorrect, flags: func(f *flag.FlagSet, c *call) {
			jsonFlag(f, c)
			staff(f, c)
			f.IntVar(&c.opt.money.quantity, "quantity", 0, "so many of it; all that is left when it is not given")
			f.StringVar(&c.opt.money.reason, "reason", "", "why, in `WORDS`")
		}},
		{words: "minibar resolve", args: "ALERT", about: "charge an entry that waits for a person, or drop it", run: minibarResolve, more: minibarResolveHelp, flags: func(f *flag.FlagSet, c *call) {
			whose(f, c)
			f.StringVar(&c.opt.match, "item", "", "it was the item of this `CODE`")
			f.IntVar(&c.opt.money.quantity, "count", 0, "it was so many")
			f.BoolVar(&c.opt.money.drop, "drop", false, "it is not charged")
		}},
		{words: "staff list", about: "list the staff codes", run: staffList, flags: jsonFlag},
		{words: "staff add", args: "CODE NAME...", about: "put somebody on the staff list, or under another name", run: staffAdd},
		{words: "staff remove", args: "CODE", about: "take somebody off the staff list", run: staffRemove},
	}
}

const (
	minibarPostHelp = `
  bellhop minibar post 1203 4 2 --staff 12
  bellhop minibar post 1203 4 2 --stay G4711   # who has left, or when it is not clear whose it is
`
	minibarResolveHelp = `
  bellhop alerts list                          # what waits, and why
  bellhop minibar resolve 3f2a9c01 --item 4    # it was another item
  bellhop minibar resolve 3f2a9c01 --stay G4711
  bellhop minibar resolve 3f2a9c01 --drop

The posting is of the event with which it was entered.
`
)

func minibarPost(c *call) error {
	if err := c.need(3); err != nil {
		return err
	}
	count, err := strconv.Atoi(c.args[2])
	if err != nil {
		return c.wrong("COUNT must be a whole number, but it is %q", c.args[2])
	}
	e := hotel.MinibarEntry{Room: c.args[0], Stay: c.opt.stay, Minibar: c.opt.name, Item: c.args[1], Count: count, Staff: c.opt.money.staff}
	return c.order("/v1/minibar", e, fmt.Sprintf("room %s: %d of item %s charged", e.Room, e.Count, e.Item))
}

func minibarResolve(c *call) error {
	if err := c.need(1); err != nil {
		return err
	}
	o := hotel.ResolveEntry{Alert: c.args[0], Item: c.opt.match, Count: c.opt.money.quantity, Stay: c.opt.stay, Drop: c.opt.money.drop}
	done := "entry " + o.Alert + " is charged"
	if o.Drop {
		done = "entry " + o.Alert + " is dropped"
	}
	return c.order("/v1/minibar/resolve", o, done)
}

func minibarCorrect(c *call) error {
	if c.opt.money.quantity < 0 {
		return c.wrong("--quantity must be above zero, but it is %d", c.opt.money.quantity)
	}
	return c.decidePosting("correct", api.PostingDecision{Quantity: c.opt.money.quantity, Reason: c.opt.money.reason, Staff: c.opt.money.staff}, "is taken back")
}
