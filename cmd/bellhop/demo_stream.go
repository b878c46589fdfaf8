package main

import (
	"fmt"

	"bellhop/api"
	"bellhop/hotel"
	"bellhop/sim"
)

// The steps of the day that are of the event stream alone.

// pieces cuts what comes into segments that end anywhere. The stream is dialled
// anew for the banner.
func (d *day) pieces() (string, error) {
	d.pbx.SetStream(sim.StreamManner{Banner: "API of the PBX\r\n", Welcome: "Response: Success\r\n\r\n", Segment: 7})
	if err := d.newStream(func() error { return nil }); err != nil {
		return "", err
	}
	if err := d.dial("1003", "777*00"); err != nil {
		return "", err
	}
	if err := d.charge("1001", 1, 1); err != nil {
		return "", err
	}
	if _, err := d.taken("posting", "1001", 2); err != nil {
		return "", err
	}
	_, err := d.taken("housekeeping", "1003", 2)
	return "each is cut out whole: one charge, one status", err
}

// streamAway loses what the PBX reports while there is no stream, as the real
// one does, and sees that somebody is told.
func (d *day) streamAway() (string, error) {
	before, err := d.alerts(hotel.AlertGap)
	if err != nil {
		return "", err
	}
	err = d.newStream(func() error {
		if err := d.dial("1002", "778*1*1"); err != nil { // nobody will charge it
			return err
		}
		return d.telephone("1002")
	})
	if err != nil {
		return "", err
	}
	if err := d.telephone("1002"); err != nil {
		return "", err
	}
	call, err := d.callTaken("the next call arrives")
	if err != nil {
		return "", err
	}
	var after []api.AlertAnswer
	err = d.until("the desk is told of the gap", func() (ok bool, err error) {
		after, err = d.alerts(hotel.AlertGap)
		return count(after) > count(before), err
	})
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d reports are lost, and the desk is told:\n         - %s\n       %s", d.pbx.Stats().Lost, after[0].Text, call), nil
}

// count is how often alerts were raised in all.
func count(all []api.AlertAnswer) (n int) {
	for _, al := range all {
		n += al.Count
	}
	return n
}

// newStream breaks the stream off, lets something happen meanwhile, and waits
// until the agent has dialled it anew.
func (d *day) newStream(meanwhile func() error) error {
	d.pbx.SetDown(true)
	if err := meanwhile(); err != nil {
		return err
	}
	d.pbx.SetDown(false)
	return d.until("the agent dials the stream again", func() (bool, error) { return d.reached(), nil })
}

// alerts are the open ones of a code, the newest first.
func (d *day) alerts(code string) (all []api.AlertAnswer, err error) {
	var open []api.AlertAnswer
	err = d.client.Get(d.ctx, "/v1/alerts", &open)
	for _, a := range open {
		if a.Code == code {
			all = append(all, a)
		}
	}
	return all, err
}
