package main

import (
	"fmt"
	"slices"

	"bellhop/agent"
	"bellhop/api"
)

// diffLoose is an extension of the PBX that belongs to no room. That is no
// fault: the desk has telephones, too.
const diffLoose agent.DifferenceKind = "no-room"

// roomsCheck asks about a few rooms at a time, so that one can see how far it
// is; what can be mended is, when it is asked for.
func roomsCheck(c *call) error {
	client, err := c.client()
	if err != nil {
		return err
	}
	rooms, err := c.roomsToCheck()
	if err != nil {
		return err
	}
	terminal := onTerminal(c.err)
	found := []agent.Difference{}
	for some := range slices.Chunk(rooms, agent.RoomsAtOnce) {
		var more []agent.Difference
		if err := client.Post(c.ctx, "/v1/rooms/check", api.Rooms{Rooms: some}, &more); err != nil {
			return fmt.Errorf("rooms check: %w", err)
		}
		found = append(found, more...)
		if terminal {
			fmt.Fprintf(c.err, "\r  looked at room %s of %d rooms ", some[len(some)-1], len(rooms))
		}
	}
	if terminal {
		fmt.Fprint(c.err, "\r\x1b[K")
	}
	listed := found
	if len(c.args) == 0 {
		loose, err := c.loose(client)
		if err != nil {
			return err
		}
		listed = append(slices.Clone(found), loose...)
	}
	if err := c.showDifferences(listed, len(rooms)); err != nil {
		return err
	}
	if c.opt.mend {
		if err := c.mend(found); err != nil {
			return err
		}
	}
	return c.judgeDifferences(found)
}

func (c *call) roomsToCheck() ([]string, error) {
	if len(c.args) > 0 {
		return c.args, nil
	}
	rooms, err := c.rooms()
	numbers := make([]string, len(rooms))
	for i, r := range rooms {
		numbers[i] = r.Number
	}
	return numbers, err
}

func (c *call) loose(client *api.Client) ([]agent.Difference, error) {
	var loose []agent.ProposedRoom
	if err := client.Post(c.ctx, "/v1/rooms/loose", nil, &loose); err != nil {
		return nil, fmt.Errorf("rooms check: %w", err)
	}
	list := make([]agent.Difference, len(loose))
	for i, e := range loose {
		list[i] = agent.Difference{Extension: e.Number, What: diffLoose, Found: e.Name}
	}
	return list, nil
}

// showDifferences lists what differs, with words for what a person must do.
func (c *call) showDifferences(found []agent.Difference, rooms int) error {
	if len(found) == 0 && !c.json {
		_, err := fmt.Fprintf(c.out, "%d rooms are on the PBX as they should be\n", rooms)
		return err
	}
	return show(c, found, "ROOM EXTENSION WHAT WANTED FOUND DO", func(d agent.Difference) []any {
		return []any{d.Room, d.Extension, d.What, brief(d.Wanted, 40), brief(d.Found, 40), whatToDo(d)}
	})
}

// whatToDo says it for each kind.
func whatToDo(d agent.Difference) string {
	if d.Ours {
		return "--mend tells the PBX anew"
	}
	switch d.What {
	case agent.DiffMissing:
		return "the PBX has no such extension: add it there, or \"bellhop rooms edit\""
	case agent.DiffName:
		return "changed by hand on the PBX: it stays; right it there, or check the guest in anew"
	case agent.DiffRoutes:
		return "not mended, as the name was changed by hand"
	case agent.DiffUnwritable:
		return "mend [classes] or the routes on the PBX"
	case agent.DiffRestricted:
		return "it can call nobody, for help neither: take the call restriction off on the PBX"
	case agent.DiffForward, agent.DiffTogether, agent.DiffMobile:
		return "nobody stays there: take it off on the PBX"
	case agent.DiffAlarm, agent.DiffVoicemail:
		return "nobody stays there: if it is for nobody who comes, delete it on the PBX"
	case agent.DiffDND:
		return "noted as the PBX shows it"
	case diffLoose:
		return "belongs to no room"
	}
	return ""
}

// mend has the PBX told anew where that helps.
func (c *call) mend(found []agent.Difference) error {
	type phone struct{ room, extension string }
	var phones []phone
	for _, d := range found {
		p := phone{d.Room, d.Extension}
		if d.Ours && !slices.Contains(phones, p) {
			phones = append(phones, p)
		}
	}
	if len(phones) == 0 {
		return nil
	}
	if err := c.confirm(question{
		ask: fmt.Sprintf("Tell the PBX anew about %d telephones?", len(phones)), no: "rooms check: nothing was mended",
		noOneYet: "rooms check: without a terminal nobody can agree; give --yes",
	}); err != nil {
		return err
	}
	client, err := c.client()
	if err != nil {
		return err
	}
	for _, p := range phones {
		if err := client.Post(c.ctx, "/v1/rooms/mend", api.Mend{Room: p.room, Extensions: []string{p.extension}}, nil); err != nil {
			return fmt.Errorf("rooms check: mend extension %s: %w", p.extension, err)
		}
	}
	_, err = fmt.Fprintf(c.err, "%d telephones are queued to be told anew; look again in a minute\n", len(phones))
	return err
}

// judgeDifferences is the exit code, too. What is mended, and what was only
// read, is nothing that anybody must do.
func (c *call) judgeDifferences(found []agent.Difference) error {
	left := 0
	for _, d := range found {
		if d.What != agent.DiffDND && !(d.Ours && c.opt.mend) {
			left++
		}
	}
	if left > 0 {
		return fmt.Errorf("rooms check: %d differences", left)
	}
	return nil
}
