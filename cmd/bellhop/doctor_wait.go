package main

import (
	"fmt"
	"time"

	"bellhop/agent"
	"bellhop/api"
)

const (
	awaitMost  = 10 * time.Minute
	awaitEvery = 500 * time.Millisecond
)

// awaitReport waits until the PBX has reported something: proof that reports
// arrive, which no question to the PBX gives. Only the agent may take them, as
// what somebody else took would be lost.
func (c *call) awaitReport(client *api.Client) error {
	began := time.Now()
	var first agent.Status
	if err := client.Get(c.ctx, "/v1/status", &first); err != nil {
		return fmt.Errorf("doctor: --wait: reports are for the agent to take: %w", err)
	}
	if first.PBX == nil || first.PBX.Listening == "" {
		return nil // the checks say why
	}
	fmt.Fprintln(c.err, "Dial any number on a telephone and hang up; waiting for a report of it. Ctrl-C ends it.")
	terminal := onTerminal(c.err)
	for now := first; !now.PBX.LastPush.After(first.PBX.LastPush); {
		if terminal {
			fmt.Fprintf(c.err, "\r  %s ", time.Since(began).Round(time.Second))
		}
		select {
		case <-c.ctx.Done():
			return c.ctx.Err()
		case <-time.After(awaitEvery):
		}
		if time.Since(began) > awaitMost {
			return fmt.Errorf("doctor: no report came within %s; \"bellhop doctor\" without --wait says what may be the reason", awaitMost)
		}
		now = agent.Status{}
		if err := client.Get(c.ctx, "/v1/status", &now); err != nil {
			return err
		}
		if now.PBX == nil {
			return nil
		}
	}
	if terminal {
		fmt.Fprintln(c.err)
	}
	fmt.Fprintln(c.err, "A report came.")
	return nil
}
