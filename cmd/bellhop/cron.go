package main

import (
	"cmp"

	"bellhop/agent"
	"bellhop/hotel"
)

func cronCommands() []*command {
	return []*command{
		{words: "cron list", about: "list the schedules of the hooks", run: cronList, flags: jsonFlag},
		{words: "cron run", args: "JOB", about: "run a scheduled job now", run: func(c *call) error {
			if err := c.need(1); err != nil {
				return err
			}
			return c.runHooks("/v1/cron/run", map[string]string{"name": c.args[0]}, "ran")
		}},
	}
}

func cronList(c *call) error {
	client, err := c.client()
	if err != nil {
		return err
	}
	var jobs []agent.JobState
	if err := client.Get(c.ctx, "/v1/cron", &jobs); err != nil {
		return err
	}
	return show(c, jobs, "JOB SCHEDULE LAST NEXT MISSED FAULT", func(j agent.JobState) []any {
		return []any{j.Name, j.Schedule, c.at(j.Last), c.at(j.Next), missedText(j.MissedPolicy), j.Fault}
	})
}

// missedText says what becomes of a time at which the box was off.
func missedText(p hotel.MissedPolicy) string {
	text := string(cmp.Or(p.Missed, hotel.MissedRun))
	if p.Within > 0 {
		text += " within " + p.Within.String()
	}
	return text
}
