package main

import (
	"strings"
	"testing"

	"bellhop/agent"
	"bellhop/store"
)

// TestStatusCountsWhatIsOpen: beside open alerts nobody is told that nothing is
// missing, but where to look.
func TestStatusCountsWhatIsOpen(t *testing.T) {
	for _, c := range []struct {
		alerts, units int
		calls         uint64
		missing       []string
		want, not     string
	}{
		{0, 0, 0, nil, "\n  nothing is missing\n", "waits"},
		{0, 0, 0, []string{"no PBX is configured"}, "\n  missing  no PBX is configured\n", "nothing is missing"},
		{3, 0, 0, nil, "\n  waits    for a person: 3 alerts: \"bellhop alerts list\"\n", "nothing is missing"},
		{2, 1, 4, nil, "2 alerts: \"bellhop alerts list\"; 1 hook runs: \"bellhop alerts list\" names their events; 4 calls: \"bellhop queue list --parked\"\n", "nothing is missing"},
		{1, 0, 0, []string{"x"}, "\n  missing  x\n  waits    for a person: 1 alerts", "nothing is missing"},
	} {
		var out strings.Builder
		printStatus(&call{env: &env{out: &out}}, agent.Status{Alerts: c.alerts, ParkedUnits: c.units, Missing: c.missing, Store: store.Status{Parked: c.calls}})
		if !strings.Contains(out.String(), c.want) || strings.Contains(out.String(), c.not) {
			t.Errorf("%+v:\n%s", c, out.String())
		}
	}
}
