package main

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"time"

	"bellhop/agent"
	"bellhop/api"
	"bellhop/hotel"
)

func roomCommands() []*command {
	return []*command{
		{words: "rooms list", about: "list the rooms", run: roomsList, flags: jsonFlag},
		{words: "rooms import", args: "FILE", about: "take rooms from a CSV file: " + strings.Join(roomColumns, ", ") + "; or from the PBX", run: roomsImport, flags: func(f *flag.FlagSet, c *call) {
			f.BoolVar(&c.opt.fromPBX, "from-pbx", false, "make a room of each extension of the PBX")
			f.StringVar(&c.opt.match, "match", "", "of those whose numbers fit `PATTERNS`, such as 1xx,12*,1201-1248: x is any digit")
			f.BoolVar(&c.opt.yes, "yes", false, "do not ask")
		}},
		{words: "rooms export", about: "write the rooms as a CSV file that \"rooms import\" takes", run: roomsExport},
		{words: "rooms add", args: "ROOM", about: "add a room", run: func(c *call) error { return c.roomOrder(hotel.RoomAdd, "added") }, flags: roomFlags},
		{words: "rooms edit", args: "ROOM", about: "change what a flag names of a room", run: func(c *call) error { return c.roomOrder(hotel.RoomEdit, "changed") }, flags: roomEditFlags},
		{words: "rooms remove", args: "ROOM", about: "forget a vacant room; its telephones are put back as they were", run: func(c *call) error { return c.roomOrder(hotel.RoomRemove, "removed") }},
		{words: "rooms check", args: "ROOM", about: "compare rooms, or one ROOM, with the PBX", run: roomsCheck, flags: func(f *flag.FlagSet, c *call) {
			jsonFlag(f, c)
			f.BoolVar(&c.opt.mend, "mend", false, "tell the PBX anew what it does not show; what somebody has changed there by hand stays")
			f.BoolVar(&c.opt.yes, "yes", false, "with --mend: do not ask")
		}},
		{words: "rooms occupancy", args: "FILE", about: "say once, before the first night, which rooms are occupied: by a CSV file (" + strings.Join(occupancyColumns, ", ") + "), by the PBX, or as \"rooms list\" shows", run: roomsOccupancy, flags: func(f *flag.FlagSet, c *call) {
			f.BoolVar(&c.opt.fromPBX, "from-pbx", false, "a room is occupied whose telephone has a name that is not its number")
			f.BoolVar(&c.opt.yes, "yes", false, "do not ask")
		}},
	}
}

var roomColumns = []string{"number", "extensions", "building", "floor", "minibar", "status"}

// roomFlags note what they are given, so that an empty text is not the same as
// none.
func roomFlags(f *flag.FlagSet, c *call) {
	o := &c.opt.order
	text := func(name, about string, to **string) {
		f.Func(name, about, func(value string) error {
			*to = &value
			return nil
		})
	}
	f.Func("extensions", "its telephones' `NUMBERS`, with blanks or commas between; without: the room's own", func(value string) error {
		list := splitNumbers(value)
		o.Extensions = &list
		return nil
	})
	text("building", "its `NAME`", &o.Building)
	text("floor", "its `NAME`, such as 12", &o.Floor)
	text("minibar", "its price `LIST`", &o.Minibar)
	f.Func("status", "the housekeeping `STATUS`", func(value string) error {
		status := hotel.Status(value)
		o.Status = &status
		return nil
	})
}

func roomEditFlags(f *flag.FlagSet, c *call) {
	roomFlags(f, c)
	onOff := func(name, about string, to **bool) {
		f.Func(name, about, func(value string) error {
			on := value == "on"
			if !on && value != "off" {
				return fmt.Errorf(`must be "on" or "off"`)
			}
			*to = &on
			return nil
		})
	}
	onOff("waiting", "whether a message waits: `on|off`", &c.opt.order.Waiting)
	onOff("dnd", "do-not-disturb as the desk knows it: `on|off`; the telephone is not told", &c.opt.order.DND)
}

// splitNumbers reads a list of numbers.
func splitNumbers(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" ,;\t", r) })
}

func (c *call) roomOrder(do hotel.RoomDeed, done string) error {
	if err := c.need(1); err != nil {
		return err
	}
	o := c.opt.order
	o.Do, o.Number = do, c.args[0]
	if do == hotel.RoomEdit && o == (hotel.RoomOrder{Do: do, Number: o.Number}) {
		return c.wrong("%s needs a flag that says what is to change; see --help", c.command.words)
	}
	return c.order("/v1/rooms/order", o, "room "+o.Number+" "+done)
}

func (c *call) rooms() ([]hotel.Room, error) {
	client, err := c.client()
	if err != nil {
		return nil, err
	}
	var rooms []hotel.Room
	err = client.Get(c.ctx, "/v1/rooms", &rooms)
	return rooms, err
}

func roomsList(c *call) error {
	client, err := c.client()
	if err != nil {
		return err
	}
	var rooms []api.RoomAnswer
	if err := client.Get(c.ctx, "/v1/rooms", &rooms); err != nil {
		return err
	}
	head := "ROOM EXTENSIONS BUILDING FLOOR MINIBAR STATUS OCCUPANCY STAY SHARERS LEAVES DND MESSAGE CLEAN"
	err = show(c, rooms, head, func(r api.RoomAnswer) []any {
		return []any{
			r.Number, strings.Join(r.Phones(), " "), r.Building, r.Floor, r.Minibar, string(r.Status), occupancy(r), r.Stay,
			strings.Join(r.Sharers, " "), leaves(r), c.dndOf(r.Room), yes(r.Waiting), c.at(r.Clean),
		}
	})
	if err == nil && !c.json && len(rooms) > 0 {
		fmt.Fprintln(c.err, "DND is what was dialled, said at the desk or read from the PBX; one that is set on the telephone itself nobody can see.")
	}
	return err
}

func staysOf(r hotel.Room) string { return strings.Join(append([]string{r.Stay}, r.Sharers...), " ") }

func yes(is bool) string {
	if is {
		return "yes"
	}
	return ""
}

// dndOf says who said so, and when.
func (c *call) dndOf(r hotel.Room) string {
	if !r.DND || r.DNDFrom == "" {
		return yes(r.DND)
	}
	return fmt.Sprintf("yes (%s, %s)", r.DNDFrom, c.at(r.DNDAt))
}

func roomsImport(c *call) error {
	if c.opt.fromPBX {
		return c.roomsFromPBX()
	}
	if c.opt.match != "" {
		return c.wrong("--match goes with --from-pbx")
	}
	lists := hotel.Import{}
	err := c.readCSV(roomColumns[:1], roomColumns[1:], func(_ int, row map[string]string) error {
		lists.Rooms = append(lists.Rooms, hotel.Room{
			Number: row["number"], Extensions: splitNumbers(row["extensions"]), Building: strings.TrimSpace(row["building"]), Floor: strings.TrimSpace(row["floor"]),
			Minibar: row["minibar"], Status: hotel.Status(row["status"]),
		})
		return nil
	})
	if err != nil {
		return err
	}
	return c.order("/v1/import", lists, fmt.Sprintf("rooms imported: %d", len(lists.Rooms)))
}

// roomsExport writes what an import takes: what the hotel's day makes of a room
// is not in it, but for the housekeeping status.
func roomsExport(c *call) error {
	rooms, err := c.rooms()
	if err != nil {
		return err
	}
	rows := [][]string{roomColumns}
	for _, r := range rooms {
		rows = append(rows, []string{r.Number, strings.Join(r.Extensions, " "), r.Building, r.Floor, r.Minibar, string(r.Status)})
	}
	return c.exportCSV(rows)
}

// roomsFromPBX shows what would become a room and what would not, and asks.
func (c *call) roomsFromPBX() error {
	if len(c.args) > 0 {
		return c.wrong("give FILE or --from-pbx, not both")
	}
	if _, err := hotel.ParseNumberMatch(c.opt.match); err != nil {
		return c.wrong("--match: %v", err)
	}
	client, err := c.client()
	if err != nil {
		return err
	}
	var p agent.RoomProposal
	if err := client.Post(c.ctx, "/v1/rooms/proposal", api.Match{Match: c.opt.match}, &p); err != nil {
		return fmt.Errorf("rooms import: %w", err)
	}
	rows := [][]string{{"EXTENSION", "NAME", "TYPE", ""}}
	lists := hotel.Import{}
	for _, r := range p.Rooms {
		rows = append(rows, cellsOf([]any{r.Number, brief(r.Name, 30), r.Type, "becomes room " + r.Number}))
		lists.Rooms = append(lists.Rooms, hotel.Room{Number: r.Number})
	}
	for _, r := range p.Left {
		rows = append(rows, cellsOf([]any{r.Number, brief(r.Name, 30), r.Type, "left out: it " + r.Why}))
	}
	if err := writeTable(c.out, rows); err != nil {
		return err
	}
	if absent := absentOf(c.opt.match, p); absent != "" {
		fmt.Fprintf(c.out, "the PBX has no extension for: %s\n", absent)
	}
	if len(lists.Rooms) == 0 {
		_, err := fmt.Fprintln(c.out, "there is nothing to take")
		return err
	}
	if err := c.confirm(question{
		ask: fmt.Sprintf("Take these %d rooms?", len(lists.Rooms)), no: "rooms import: nothing was taken",
		noOneYet: "rooms import: without a terminal nobody can agree; give --yes",
	}); err != nil {
		return err
	}
	return c.order("/v1/import", lists, fmt.Sprintf("rooms imported: %d", len(lists.Rooms)))
}

// mostAbsent bounds how many numbers and ranges are named.
const mostAbsent = 12

// absentOf names the rooms that were asked for and that no extension of the PBX
// has: whether the list or the PBX is wrong, a person must say.
func absentOf(match string, p agent.RoomProposal) string {
	wanted, _ := hotel.ParseNumberMatch(match) // the proposal is by it
	var there []string
	for _, r := range slices.Concat(p.Rooms, p.Left) {
		there = append(there, r.Number)
	}
	absent := wanted.Without(there)
	if len(absent) > mostAbsent {
		return joined(absent[:mostAbsent]) + " …"
	}
	return joined(absent)
}

var occupancyColumns = []string{"room", "name", "leaves", "stay", "class"}

// roomsOccupancy shows who would stay where, and asks.
func roomsOccupancy(c *call) error {
	if c.opt.fromPBX && len(c.args) > 0 {
		return c.wrong("give FILE or --from-pbx, not both")
	}
	rooms, err := c.rooms()
	if err != nil {
		return err
	}
	o, err := c.occupancy()
	if err != nil {
		return err
	}
	fresh, err := c.showOccupancy(rooms, o.Stays)
	if err != nil {
		return err
	}
	if err := c.confirm(question{
		ask: fmt.Sprintf("Is this who stays in the house? %d stays begin by it, and no telephone rings or is cleared.", fresh), no: "rooms occupancy: nothing was confirmed",
		noOneYet: "rooms occupancy: without a terminal nobody can agree; give --yes",
	}); err != nil {
		return err
	}
	return c.order("/v1/occupancy", o, fmt.Sprintf("occupancy confirmed, stays begun: %d", fresh))
}

// occupancy is the list that the command was given.
func (c *call) occupancy() (hotel.FirstGuests, error) {
	if c.opt.fromPBX {
		client, err := c.client()
		if err != nil {
			return hotel.FirstGuests{}, err
		}
		var p agent.OccupancyProposal
		if err := client.Post(c.ctx, "/v1/occupancy/proposal", nil, &p); err != nil {
			return hotel.FirstGuests{}, fmt.Errorf("rooms occupancy: %w", err)
		}
		for _, r := range p.House {
			fmt.Fprintf(c.err, "room %s shows %q: taken for vacant\n", r.Number, plain(r.Name))
		}
		return hotel.FirstGuests{From: "pbx", Stays: p.Stays}, nil
	}
	if len(c.args) == 0 {
		return hotel.FirstGuests{From: "here"}, nil
	}
	o := hotel.FirstGuests{From: "file"}
	err := c.readCSV(occupancyColumns[:1], occupancyColumns[1:], func(line int, row map[string]string) error {
		if _, err := time.Parse(time.DateOnly, row["leaves"]); row["leaves"] != "" && err != nil {
			return fmt.Errorf("line %d: leaves must be a date such as 2026-11-24, but it is %q", line, row["leaves"])
		}
		o.Stays = append(o.Stays, hotel.OccupiedRoom{
			Room: row["room"], Name: strings.TrimSpace(row["name"]), Leaves: row["leaves"], Stay: row["stay"], Class: row["class"],
		})
		return nil
	})
	return o, err
}

// showOccupancy lists every room that is occupied, or would be; it gives how
// many stays begin.
func (c *call) showOccupancy(rooms []hotel.Room, stays []hotel.OccupiedRoom) (fresh int, err error) {
	rows := [][]string{{"ROOM", "NAME", "LEAVES", "STAY", ""}}
	known, occupied := map[string]bool{}, 0
	for _, s := range stays {
		i := slices.IndexFunc(rooms, func(r hotel.Room) bool { return r.Number == s.Room })
		if i < 0 {
			return 0, fmt.Errorf("rooms occupancy: there is no room %q; see \"bellhop rooms list\"", s.Room)
		}
		what := "begins"
		if known[s.Room] {
			what = "begins, and shares the room"
		} else {
			occupied++
		}
		known[s.Room] = true
		if stay := rooms[i].Stay; stay != "" {
			what = "is occupied already, and keeps stay " + stay
		} else {
			fresh++
		}
		rows = append(rows, cellsOf([]any{s.Room, brief(s.Name, 30), s.Leaves, s.Stay, what}))
	}
	vacant := 0
	for _, r := range rooms {
		switch {
		case r.Stay != "" && !known[r.Number]:
			occupied++
			rows = append(rows, cellsOf([]any{r.Number, "", "", staysOf(r), "is occupied already"}))
		case !known[r.Number]:
			vacant++
		}
	}
	if len(rows) > 1 {
		if err := writeTable(c.out, rows); err != nil {
			return 0, err
		}
	}
	_, err = fmt.Fprintf(c.out, "%d rooms are occupied, %d vacant\n", occupied, vacant)
	return fresh, err
}
