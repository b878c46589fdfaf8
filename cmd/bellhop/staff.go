package main

import (
	"strings"

	"bellhop/hotel"
)

func staffList(c *call) error {
	client, err := c.client()
	if err != nil {
		return err
	}
	var all []hotel.Staff
	if err := client.Get(c.ctx, "/v1/staff", &all); err != nil {
		return err
	}
	return show(c, all, "CODE NAME", func(s hotel.Staff) []any { return []any{s.Code, s.Name} })
}

func staffAdd(c *call) error {
	if err := c.need(2); err != nil {
		return err
	}
	o := hotel.StaffOrder{Staff: hotel.Staff{Code: c.args[0], Name: strings.Join(c.args[1:], " ")}}
	done := "staff " + o.Code + " is " + o.Name
	client, err := c.client()
	if err != nil {
		return err
	}
	var all []hotel.Staff
	if err := client.Get(c.ctx, "/v1/staff", &all); err != nil {
		return err
	}
	for _, s := range all { // a code that was taken may have been mistyped
		if s.Code == o.Code && s.Name != o.Name {
			done += ", and no longer " + s.Name
		}
	}
	return c.order("/v1/staff", o, done)
}

func staffRemove(c *call) error {
	if err := c.need(1); err != nil {
		return err
	}
	return c.order("/v1/staff", hotel.StaffOrder{Staff: hotel.Staff{Code: c.args[0]}, Remove: true}, "staff "+c.args[0]+" removed")
}
