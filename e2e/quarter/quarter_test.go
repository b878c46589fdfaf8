package quarter

import (
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"text/tabwriter"

	"bellhop/config"
)

var (
	days = flag.Int("quarter.days", 0, "how many days pass in one run; 0: a week around each change of the clocks")
	seed = flag.Uint64("quarter.seed", 0, "the seed of the runs; 0: one that is fixed for each")
)

// TestQuarter lets the weeks around the two changes of the clocks pass, or as
// many days as it is told from the first of February on.
func TestQuarter(t *testing.T) {
	for _, r := range runs() {
		t.Run(fmt.Sprintf("%s seed %d", r.name, r.seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, r)
				h.pass()
				h.tell()
			})
		})
	}
}

func runs() []run {
	spring := run{name: "spring", seed: 2, zone: "Europe/Rome", from: fmt.Sprint(firstYear, "-03-26"), days: 7, checkout: config.CheckoutClear, wakeUps: config.WakeUpsUntilDeparture, synced: true}
	autumn := run{name: "autumn", seed: 3, zone: "Europe/Rome", from: fmt.Sprint(firstYear, "-10-22"), days: 7, checkout: config.CheckoutPBX, wakeUps: config.WakeUpsCancel, sweep: true, forwards: true}
	list := []run{spring, autumn}
	if *days > 0 {
		whole := spring
		whole.name, whole.from, whole.days = "quarter", fmt.Sprint(firstYear, "-02-01"), *days
		list = []run{whole}
	}
	for i := range list {
		if *seed != 0 {
			list[i].seed = *seed
		}
	}
	return list
}

// tell prints what has happened, and what was wrong.
func (h *house) tell() {
	h.t.Helper()
	h.t.Log(h.table())
	if len(h.wrong) == 0 {
		return
	}
	h.t.Errorf("seed %d: %s", h.run.seed, h.wrong[0])
	h.t.Log("the last troubles of the house:\n" + strings.Join(h.model.all.diary, "\n"))
	for _, number := range h.model.numbers {
		if strings.Contains(h.wrong[0], "room "+number+":") {
			h.t.Log("the last that is known of it:\n" + strings.Join(h.model.rooms[number].diary, "\n"))
		}
	}
}

// table is what has happened, counted.
func (h *house) table() string {
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "\n%d days, %s, seed %d\n", h.run.days, h.run.zone, h.run.seed)
	for _, what := range slices.Sorted(maps.Keys(h.count)) {
		fmt.Fprintf(w, "%d\t  %s\n", h.count[what], what)
	}
	for _, kind := range slices.Sorted(maps.Keys(h.witness.rings)) {
		fmt.Fprintf(w, "%d\t  telephones rung by: %s\n", h.witness.rings[kind], kind)
	}
	fmt.Fprintf(w, "%d\t  calls to the desk about rooms that do not answer\n", h.witness.desk)
	fmt.Fprintf(w, "%s\t  longest without the emergency route, in the PBX's own check-out\n", h.witness.longest)
	fmt.Fprintf(w, "%d\t  calls at the PMS\n", h.pms.calls)
	fmt.Fprintf(w, "%d\t  messages that the PMS knew already\n", h.pms.copies)
	_ = w.Flush()
	return text.String()
}
