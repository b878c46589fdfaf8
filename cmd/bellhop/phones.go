package main

import (
	"cmp"
	"flag"
	"fmt"
	"slices"
	"strings"

	"bellhop/hotel"
)

func phoneCommands() []*command {
	return []*command{
		{words: "phones list", about: "list the telephones that the hotel has changed on the PBX, and how they were", run: phonesList, flags: jsonFlag},
		{words: "phones restore", args: "EXTENSION", about: `put a telephone back as it was on the PBX; "all": each of them`, run: phonesRestore, flags: func(f *flag.FlagSet, c *call) {
			f.BoolVar(&c.opt.yes, "yes", false, "do not ask")
		}},
	}
}

func (c *call) phones() ([]hotel.Phone, error) {
	client, err := c.client()
	if err != nil {
		return nil, err
	}
	var all []hotel.Phone
	err = client.Get(c.ctx, "/v1/phones", &all)
	return all, err
}

func phonesList(c *call) error {
	all, err := c.phones()
	if err != nil {
		return err
	}
	return show(c, all, "EXTENSION ROOM GUEST CLASS NAME ROUTES NAME-BEFORE ROUTES-BEFORE", func(p hotel.Phone) []any {
		return []any{p.Extension, p.Room, brief(p.Name, 30), p.Class, name(p.Ours), routes(p.Ours), name(p.Before), routes(p.Before)}
	})
}

func name(s hotel.PhoneSettings) string {
	if s.Name == nil {
		return ""
	}
	return brief(*s.Name, 30)
}

func routes(s hotel.PhoneSettings) string {
	switch {
	case s.Routes == nil:
		return ""
	case len(*s.Routes) == 0:
		return "none"
	}
	return strings.Join(*s.Routes, ",")
}

// phonesRestore shows what would be put back, and asks.
func phonesRestore(c *call) error {
	if err := c.need(1); err != nil {
		return err
	}
	all, err := c.phones()
	if err != nil {
		return err
	}
	if c.args[0] != "all" {
		all = slices.DeleteFunc(all, func(p hotel.Phone) bool { return p.Extension != c.args[0] })
		if len(all) == 0 {
			return fmt.Errorf("phones restore: the hotel has changed nothing of extension %q; see \"bellhop phones list\"", c.args[0])
		}
	}
	for _, p := range all {
		changes := was("name", name(p.Ours), name(p.Before)) + was("routes", routes(p.Ours), routes(p.Before))
		fmt.Fprintf(c.out, "extension %s:%s\n", p.Extension, cmp.Or(changes, " is as it was, and will be forgotten"))
	}
	if len(all) == 0 {
		_, err := fmt.Fprintln(c.out, "nothing on the PBX is to be put back")
		return err
	}
	if err := c.confirm(question{
		ask: "Put back on the PBX?", no: "phones restore: nothing was changed",
		noOneYet: "phones restore: without a terminal nobody can agree; give --yes",
	}); err != nil {
		return err
	}
	for _, p := range all {
		if err := c.order("/v1/phones/"+p.Extension+"/restore", struct{}{}, "extension "+p.Extension+" is queued to be put back"); err != nil {
			return err
		}
	}
	return nil
}

// was shows a setting as it is and as it will be again.
func was(what, ours, before string) string {
	if ours == before || before == "" {
		return ""
	}
	return fmt.Sprintf(" %s %s → %s", what, ours, before)
}
