package quarter

import (
	"cmp"
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
	days = flag.Int("quarter.days", 0, "how many days pass in one run; 0: two weeks around each change of the clocks")
	seed = flag.Uint64("quarter.seed", 0, "the seed of the runs; 0: one that is fixed for each")
	zone = flag.String("quarter.zone", "", "the zone of the runs; empty: one that is fixed for each")
	how  = flag.String("quarter.how", "", "by whom rooms are woken, if the desk does not say: call, pbx or both; empty: fixed for each run")
	all  = flag.Bool("quarter.weeks", false, "a week around each change of the clocks in each zone that has its own manner")
)

// TestQuarter lets two weeks around each of the two changes of the clocks pass, or as
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
	spring := run{
		name: "spring", seed: 2, zone: "Europe/Rome", from: fmt.Sprint(firstYear, "-03-23"), days: 14, how: "both",
		checkout: config.CheckoutClear, wakeUps: config.WakeUpsUntilDeparture, synced: true, voicemail: true,
		tax: taxing{minibar: 1000, call: 2200},
	}
	autumn := run{
		name: "autumn", seed: 3, zone: "Europe/Rome", from: fmt.Sprint(firstYear, "-10-19"), days: 14, how: "pbx", reports: true,
		checkout: config.CheckoutPBX, wakeUps: config.WakeUpsCancel, sweep: true, forwards: true, looks: true, masked: "Private guest",
		tax: taxing{onTop: true, minibar: 1000, call: 825, step: 5},
	}
	list := []run{spring, autumn}
	switch {
	case *days > 0:
		whole := spring
		whole.name, whole.from, whole.days = "quarter", fmt.Sprint(firstYear, "-02-01"), *days
		if *seed%2 == 1 {
			whole = autumn
			whole.name, whole.from, whole.days = "quarter", fmt.Sprint(firstYear, "-08-20"), *days
		}
		// Where nobody vouches for the clock, nothing is timed: not for a month.
		whole.synced = whole.synced || *days >= yearly
		list = []run{whole}
	case *all:
		list = append(list,
			week(spring, "New York, spring", "America/New_York", "-03-06", "call"), week(autumn, "New York, autumn", "America/New_York", "-10-30", "both"),
			week(autumn, "Lord Howe, autumn", "Australia/Lord_Howe", "-04-03", "both"), week(spring, "Lord Howe, spring", "Australia/Lord_Howe", "-10-02", "pbx"),
			week(spring, "Shanghai", "Asia/Shanghai", "-05-12", "call"),
		)
	}
	for i := range list {
		list[i].seed = cmp.Or(*seed, list[i].seed)
		list[i].zone, list[i].how = cmp.Or(*zone, list[i].zone), cmp.Or(*how, list[i].how)
	}
	return list
}

// week is a run elsewhere.
func week(r run, name, zone, from, how string) run {
	r.name, r.zone, r.from, r.days, r.how = name, zone, fmt.Sprint(firstYear, from), 7, how
	return r
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
			h.tellRoom(h.model.rooms[number])
		}
	}
}

// table is what has happened, counted.
func (h *house) table() string {
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "\n%d days, %s, %s, seed %d\n", h.run.days, h.run.zone, h.run.how, h.run.seed)
	for _, what := range slices.Sorted(maps.Keys(h.count)) {
		fmt.Fprintf(w, "%d\t  %s\n", h.count[what], what)
	}
	for _, kind := range slices.Sorted(maps.Keys(h.witness.rings)) {
		fmt.Fprintf(w, "%d\t  telephones rung by: %s\n", h.witness.rings[kind], kind)
	}
	fmt.Fprintf(w, "%d\t  calls to the desk about rooms that do not answer\n", h.witness.desk)
	fmt.Fprintf(w, "%s\t  longest without the emergency route, in the PBX's own check-out\n", h.witness.longest)
	fmt.Fprintf(w, "%d\t  calls at the PMS\n", len(h.pms.calls))
	fmt.Fprintf(w, "%d\t  messages that the PMS knew already\n", h.pms.copies)
	_ = w.Flush()
	return text.String()
}
