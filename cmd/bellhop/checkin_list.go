package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"bellhop/api"
)

// listRow is one guest of a list, and what became of the order.
type listRow struct {
	Line int      `json:"line"`
	Stay api.Stay `json:"stay"`
	// Result is "checked in", "already there", or what is wrong.
	Result string `json:"result"`
	Event  uint64 `json:"event,omitempty"`
	fault  bool
}

const alreadyThere = "already there"

// checkInList checks in a group. No row is carried out before all have been
// looked at.
func checkInList(c *call) error {
	if len(c.args) > 0 {
		return c.wrong("the rooms stand in the list, but there is %q, too", c.args[0])
	}
	c.args = []string{c.opt.list}
	var rows []*listRow
	err := c.readCSV([]string{"room", "stay"}, []string{"name", "class", "leaves", "language", "vip", "incognito", "share"},
		func(line int, cells map[string]string) error {
			rows = append(rows, readListRow(line, cells))
			return nil
		})
	if err != nil {
		return err
	}
	client, err := c.client()
	if err != nil {
		return err
	}
	var rooms []api.RoomAnswer
	if err := client.Get(c.ctx, "/v1/rooms", &rooms); err != nil {
		return err
	}
	if checkList(rows, rooms); slices.ContainsFunc(rows, func(r *listRow) bool { return r.fault }) {
		return errors.Join(showList(c, rows), errors.New("nobody was checked in: mend the list, then run it again"))
	}
	failed := 0
	for _, r := range rows {
		if r.Result == alreadyThere {
			continue
		}
		var order api.Order
		if err := client.Post(c.ctx, "/v1/checkin", r.Stay, &order); err != nil {
			r.Result = err.Error()
			failed++
			continue
		}
		r.Result, r.Event = "checked in", order.Event
	}
	if err := showList(c, rows); err != nil || failed == 0 {
		return err
	}
	return fmt.Errorf("%d of %d guests were not checked in; run the list again once that is mended", failed, len(rows))
}

func readListRow(line int, cells map[string]string) *listRow {
	r := &listRow{Line: line, Stay: api.Stay{
		Room: cells["room"], Stay: cells["stay"], Name: cells["name"], Class: cells["class"], Leaves: cells["leaves"], Language: cells["language"],
	}}
	var err error
	if cells["vip"] != "" {
		if r.Stay.VIP, err = strconv.Atoi(cells["vip"]); err != nil || r.Stay.VIP < 0 || r.Stay.VIP > 9 {
			r.wrong("vip must be 0 to 9, but it is %q", cells["vip"])
		}
	}
	for name, to := range map[string]*bool{"incognito": &r.Stay.Incognito, "share": &r.Stay.Share} {
		switch cells[name] {
		case "", "no":
		case "yes":
			*to = true
		default:
			r.wrong("%s must be yes, no or empty, but it is %q", name, cells[name])
		}
	}
	if _, err := time.Parse(time.DateOnly, r.Stay.Leaves); err != nil && r.Stay.Leaves != "" {
		r.wrong("leaves must be a date such as 2026-11-24, but it is %q", r.Stay.Leaves)
	}
	if l := r.Stay.Language; l != "" && l != "zh" && l != "en" {
		r.wrong("language must be zh or en, but it is %q", l)
	}
	return r
}

// wrong notes what is wrong with a row; the first counts.
func (r *listRow) wrong(format string, args ...any) {
	if !r.fault {
		r.Result, r.fault = fmt.Sprintf(format, args...), true
	}
}

// checkList compares a list with who stays in the rooms, row by row as they will
// be carried out.
func checkList(rows []*listRow, rooms []api.RoomAnswer) {
	occupied := map[string]bool{} // by room; only those that there are
	where := map[string]string{}  // rooms by stay
	for _, room := range rooms {
		occupied[room.Number] = room.Stay != ""
		for _, id := range room.Room.Stays() {
			where[id] = room.Number
		}
	}
	seen := map[string]int{}
	for _, r := range rows {
		s := r.Stay
		taken, known := occupied[s.Room]
		there, stays := where[s.Stay]
		switch line := seen[s.Stay]; {
		case s.Stay == "":
			r.wrong("stay must be an id by which the row is known when the list is run again")
		case line != 0:
			r.wrong("stay %s is in line %d, too", s.Stay, line)
		case !known:
			r.wrong("there is no room %q", s.Room)
		case r.fault:
		case stays && there == s.Room:
			r.Result = alreadyThere
		case stays:
			r.wrong("stay %s is in room %s", s.Stay, there)
		case taken && !s.Share:
			r.wrong("room %s is occupied; with \"yes\" under share they share it", s.Room)
		case !taken && s.Share:
			r.wrong("room %s is vacant, so there is nobody to share it with", s.Room)
		default:
			occupied[s.Room] = true
		}
		seen[s.Stay] = r.Line
	}
}

func showList(c *call, rows []*listRow) error {
	return show(c, rows, "LINE ROOM STAY NAME CLASS LEAVES RESULT", func(r *listRow) []any {
		return []any{r.Line, r.Stay.Room, r.Stay.Stay, brief(r.Stay.Name, 30), r.Stay.Class, r.Stay.Leaves, r.Result}
	})
}
