package main

import (
	"fmt"
	"strings"
	"time"

	"bellhop/agent"
)

func status(c *call) error {
	client, err := c.client()
	if err != nil {
		return err
	}
	var s agent.Status
	if err := client.Get(c.ctx, "/v1/status", &s); err != nil {
		return err
	}
	if c.json {
		return showOne(c, s)
	}
	printStatus(c, s)
	return nil
}

func printStatus(c *call, s agent.Status) {
	fmt.Fprintf(c.out, "%s: running since %s\n", s.Hotel, c.at(s.Started))
	fmt.Fprintf(c.out, "  events   %d kept, newest %d, %d not finished\n", s.Store.Events, s.Store.LastID, s.Store.LastID-s.Store.Watermark)
	if s.PBX != nil && s.PBX.Listening != "" {
		fmt.Fprintf(c.out, "  reports  taken at %s%s\n", s.PBX.Listening, c.newestReport(s.PBX.LastPush))
	}
	if s.API.Address != "" {
		fmt.Fprintf(c.out, "  api      %s\n", doorText(s.API))
	}
	fmt.Fprintf(c.out, "  queue    %d waiting, %d parked\n", s.Store.Waiting, s.Store.Parked)
	if s.Backup != nil {
		fmt.Fprintf(c.out, "  backup   %s, at %s\n", c.at(s.Backup.Made), plain(s.Backup.To))
	}
	fmt.Fprintf(c.out, "  alerts   %d open; %d hook runs parked\n", s.Alerts, s.ParkedUnits)
	for _, m := range s.Missing {
		fmt.Fprintf(c.out, "  missing  %s\n", plain(m))
	}
	switch left := leftToPeople(s); {
	case left != "":
		fmt.Fprintf(c.out, "  waits    for a person: %s\n", left)
	case len(s.Missing) == 0:
		fmt.Fprintln(c.out, "  nothing is missing")
	}
}

// leftToPeople counts what no program can settle, and says where it is shown.
func leftToPeople(s agent.Status) string {
	var left []string
	for _, of := range []struct {
		count uint64
		what  string
	}{
		{uint64(s.Alerts), `alerts: "bellhop alerts list"`}, {uint64(s.ParkedUnits), `hook runs: "bellhop alerts list" names their events`},
		{s.Store.Parked, `calls: "bellhop queue list --parked"`},
	} {
		if of.count > 0 {
			left = append(left, fmt.Sprintf("%d %s", of.count, of.what))
		}
	}
	return strings.Join(left, "; ")
}

// newestReport says when it came; nothing, when none has since the start.
func (c *call) newestReport(t time.Time) string {
	if t.IsZero() {
		return ", none yet"
	}
	return ", the newest " + c.at(t)
}
