package main

import (
	"flag"

	"bellhop/api"
	"bellhop/hotel"
)

func stayCommands() []*command {
	stay := func(f *flag.FlagSet, c *call) {
		jsonFlag(f, c)
		f.StringVar(&c.opt.stay, "stay", "", "of several in the room, the one of this `ID`")
	}
	return []*command{
		{words: "checkin", args: "ROOM", about: "begin a stay, or with --list FILE those of a group", run: checkIn, flags: checkInFlags, more: checkInHelp},
		{words: "checkout", args: "ROOM", about: "end the stay in a room", run: checkOut, more: checkOutHelp, flags: func(f *flag.FlagSet, c *call) {
			stay(f, c)
			f.BoolVar(&c.opt.all, "all", false, "of all who stay there")
			f.BoolVar(&c.opt.now, "now", false, "the room need not be looked through, or has been")
		}},
		{words: "move", args: "ROOM TO", about: "move who stays in a room into a vacant one", run: move, flags: stay, more: moveHelp},
		{words: "swap", args: "ROOM OTHER", about: "let who stays in two rooms exchange them", run: swap, flags: jsonFlag, more: swapHelp},
		{words: "extend", args: "ROOM DATE", about: "change when a stay is planned to end", run: extend, flags: stay, more: extendHelp},
	}
}

func checkInFlags(f *flag.FlagSet, c *call) {
	jsonFlag(f, c)
	f.StringVar(&c.opt.stay, "stay", "", "the stay's `ID` at the PMS; one is made when it is not given")
	f.StringVar(&c.opt.name, "name", "", "the guest's `NAME`, which the room's telephones show")
	f.StringVar(&c.opt.class, "class", "", "what the room may dial: a `CLASS` of service of the config, none or internal")
	f.StringVar(&c.opt.leaves, "leaves", "", "the `DATE` at which the stay is planned to end, such as 2026-11-24")
	f.StringVar(&c.opt.language, "language", "", "the guest's, `zh` or en; the hotel's when it is not given")
	f.IntVar(&c.opt.vip, "vip", 0, "the guest's `LEVEL`, 0 to 9")
	f.BoolVar(&c.opt.incognito, "incognito", false, "the name is for the desk alone: telephones do not show it, nobody else is told")
	f.BoolVar(&c.opt.share, "share", false, "beside who stays in the room already; the class stays that of who came first")
	f.StringVar(&c.opt.money.limit, "limit", "", "what the guest may owe: an `AMOUNT` or none; the hotel's when it is not given")
	f.StringVar(&c.opt.list, "list", "", "check in a group from a CSV `FILE`: room,stay,name,class,leaves,language,vip,incognito,share")
}

const (
	checkInHelp = `
  bellhop checkin 1203 --name "Ms Li" --class national --leaves 2026-11-24
  bellhop checkin 1203 --name "Mr Li" --share
  bellhop checkin 1207 --limit 800      # may owe 800.00; none: any amount
  bellhop checkin --list group.csv      # all rows are checked before the first is carried out

Of a list each row is an order of its own. What has been done already is passed
over, so a list that was broken off can be run again.
`
	checkOutHelp = `
  bellhop checkout 1203
  bellhop checkout 1203 --stay G4711    # one of several; the telephones stay as they are
  bellhop checkout 1203 --all
  bellhop checkout 1203 --now           # with look_through: without waiting for housekeeping
`
	moveHelp = `
  bellhop move 1203 1207                # all who stay there, with charges, wake-ups and do not disturb
  bellhop move 1203 1207 --stay G4711   # one of several
`
	swapHelp = `
  bellhop swap 1203 1207                # one of them may be vacant
`
	extendHelp = `
  bellhop extend 1203 2026-11-27        # of all who stay there
  bellhop extend 1203 2026-11-27 --stay G4711
`
)

// occupancy says in a word who is in a room.
func occupancy(r api.RoomAnswer) string {
	switch {
	case len(r.Stays) > 0 && r.Stays[0].State == hotel.StayChecking:
		return "checking"
	case r.Stay != "":
		return "occupied"
	case r.CallPending:
		return "vacant,call-pending"
	}
	return "vacant"
}

// leaves is when the first in a room is to leave it.
func leaves(r api.RoomAnswer) string {
	if len(r.Stays) == 0 {
		return ""
	}
	return r.Stays[0].Leaves
}

func checkIn(c *call) error {
	if c.opt.list != "" {
		return checkInList(c)
	}
	if err := c.need(1); err != nil {
		return err
	}
	o := c.opt
	limit, err := c.limit("--limit", o.money.limit)
	if err != nil {
		return err
	}
	return c.order("/v1/checkin", api.Stay{
		Room: c.args[0], Stay: o.stay, Name: o.name, Class: o.class, Leaves: o.leaves, Language: o.language, VIP: o.vip,
		Incognito: o.incognito, Share: o.share, Limit: limit,
	}, "room "+c.args[0]+" checked in")
}

func checkOut(c *call) error {
	if err := c.need(1); err != nil {
		return err
	}
	return c.order("/v1/checkout", api.Stay{Room: c.args[0], Stay: c.opt.stay, All: c.opt.all, Now: c.opt.now}, "room "+c.args[0]+" checked out")
}

func move(c *call) error {
	if err := c.need(2); err != nil {
		return err
	}
	return c.order("/v1/move", api.Stay{Room: c.args[0], To: c.args[1], Stay: c.opt.stay}, "moved from "+c.args[0]+" to "+c.args[1])
}

func swap(c *call) error {
	if err := c.need(2); err != nil {
		return err
	}
	return c.order("/v1/swap", api.Stay{Room: c.args[0], To: c.args[1]}, "rooms "+c.args[0]+" and "+c.args[1]+" exchanged")
}

func extend(c *call) error {
	if err := c.need(2); err != nil {
		return err
	}
	return c.order("/v1/extend", api.Stay{Room: c.args[0], Leaves: c.args[1], Stay: c.opt.stay}, "room "+c.args[0]+" until "+c.args[1])
}
