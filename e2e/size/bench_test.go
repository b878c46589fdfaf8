package size

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"bellhop/e2e/need"
)

// found is what a bench printed.
type found map[string]any

// bench runs "bellhop bench" and reads what it prints.
func bench(t *testing.T, args ...string) found {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, append([]string{"bench"}, args...)...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // it removes its folders
	cmd.WaitDelay = time.Minute
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("bench %s: %v\n%s", strings.Join(args, " "), err, errs.String())
	}
	var f found
	if err := json.Unmarshal(out, &f); err != nil {
		t.Fatalf("bench %s printed %q: %v", strings.Join(args, " "), out, err)
	}
	return f
}

// number finds the figure at a path, such as "many/costPerEvent/timeUs".
func (f found) number(t *testing.T, path string) float64 {
	t.Helper()
	var at any = map[string]any(f)
	for part := range strings.SplitSeq(path, "/") {
		switch of := at.(type) {
		case map[string]any:
			at = of[part]
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i >= len(of) {
				t.Fatalf("no %q in %v", path, f)
			}
			at = of[i]
		}
	}
	n, ok := at.(float64)
	if !ok {
		t.Fatalf("no number at %q in %v", path, f)
	}
	return n
}

// figure is a number of a bench and what the table calls it.
type figure struct{ name, path, unit string }

// show puts figures of a bench into the table.
func (f found) show(t *testing.T, figures ...figure) {
	t.Helper()
	for _, one := range figures {
		table.add(t, one.name, "%s", strings.TrimSpace(fmt.Sprintf("%s %s", amount(f.number(t, one.path)), one.unit)))
	}
}

// amount writes a number with as many places as say something.
func amount(n float64) string {
	switch {
	case n >= 100 || n == float64(int64(n)):
		return strconv.FormatFloat(n, 'f', 0, 64)
	case n >= 10:
		return strconv.FormatFloat(n, 'f', 1, 64)
	}
	return strconv.FormatFloat(n, 'f', 3, 64)
}

// atMost holds a ratio of the full size against its bound.
func (f found) atMost(t *testing.T, path string, most float64) {
	t.Helper()
	if n := f.number(t, path); isFull() && n > most {
		t.Errorf("%s is %v, which is more than %v", path, n, most)
	}
}

// mostRatio is what an event, or a queued call, may cost with much of
// everything, by what it costs with little.
const mostRatio = 1.3

// bigStore is that of TestKept and TestKeptInLittleMemory: to fill it takes
// long.
func bigStore() string { return filepath.Join(common, "big.db") }

// TestKept measures what an event costs with many kept ones and with few.
func TestKept(t *testing.T) {
	kept := size(3000, 10_000_000)
	f := bench(t, "kept", "--kept", strconv.Itoa(kept), "--store", bigStore(), "--dir", folder(t), "--compact",
		"--rounds", strconv.Itoa(size(1, 9)), "--each", strconv.Itoa(size(100, 4000)), "--events", strconv.Itoa(size(100, 10_000)))
	if n := f.number(t, "many/events"); int(n) < kept {
		t.Errorf("%v events are kept, want %d", n, kept)
	}
	var all []figure
	for _, side := range []string{"few", "many"} {
		events := amount(f.number(t, side+"/events")) + " kept events: "
		all = append(all,
			figure{events + "file", side + "/databaseMB", "MB"},
			figure{events + "time for an event, the whole way, 64 side by side", side + "/costPerEvent/timeUs", "µs"},
			figure{events + "processor time for it", side + "/costPerEvent/cpuUs", "µs"},
			figure{events + "allocations for it", side + "/costPerEvent/allocations", ""},
			figure{events + "bytes written for it", side + "/costPerEvent/bytesWritten", ""},
			figure{events + "syncs for it", side + "/costPerEvent/syncs", ""},
			figure{events + "a push alone, median", side + "/pushAlone/medianMs", "ms"},
			figure{events + "ready after a kill", side + "/readySeconds/1", "s"},
			figure{events + "ready after a kill, file not in memory", side + "/coldReadySeconds", "s"},
			figure{events + "anonymous memory at rest", side + "/restAnonMB", "MB"},
			figure{events + "anonymous memory after the load", side + "/loadAnonMB", "MB"},
			figure{events + "agent, 64 connections", side + "/loads/64 connections/eventsPerSecond", "events/s"},
			figure{events + "agent, 64 connections, delivered", side + "/loads/64 connections/deliveredPerSecond", "events/s"},
			figure{events + "agent, one connection, median", side + "/loads/one connection/medianMs", "ms"},
		)
	}
	f.show(t, append(all,
		figure{"filled in", "many/fillSeconds", "s"},
		figure{"ratio of time", "ratio/timeUs", ""},
		figure{"ratio of processor time", "ratio/cpuUs", ""},
		figure{"ratio of allocations", "ratio/allocations", ""},
		figure{"ratio of bytes written", "ratio/bytesWritten", ""},
		figure{"retention, events removed", "retention/perSecond", "events/s"},
		figure{"retention, a push before it, p99", "retention/pushesBefore/p99Ms", "ms"},
		figure{"retention, a push meanwhile, p99", "retention/pushesMeanwhile/p99Ms", "ms"},
		figure{"retention, a push meanwhile, longest", "retention/pushesMeanwhile/maxMs", "ms"},
		figure{"compaction", "compaction/seconds", "s"},
		figure{"compaction, file before", "compaction/databaseMBBefore", "MB"},
		figure{"compaction, file after, and disk needed besides", "compaction/databaseMBAfter", "MB"},
		figure{"compaction, anonymous memory", "compaction/anonMB", "MB"},
		figure{"compaction, pushes taken meanwhile", "compaction/pushesMeanwhile/times", ""},
		figure{"compaction, a push meanwhile, p99", "compaction/pushesMeanwhile/p99Ms", "ms"},
		figure{"compaction, a push meanwhile, longest", "compaction/pushesMeanwhile/maxMs", "ms"},
	)...)
	for _, cost := range []string{"timeUs", "cpuUs", "allocations", "bytesWritten", "syncs"} {
		f.atMost(t, "ratio/"+cost, mostRatio)
	}
}

// TestQueue measures adding to a long queue and to an empty one, and an agent
// over the long one.
func TestQueue(t *testing.T) {
	f := bench(t, queueArgs(t)...)
	f.show(t,
		figure{"calls in the long queue", "callsInLongQueue", ""},
		figure{"added to the empty one, 64 side by side", "empty/eventsPerSecond", "calls/s"},
		figure{"added to the long one, 64 side by side", "long/eventsPerSecond", "calls/s"},
		figure{"ratio of time", "ratio", ""},
		figure{"file", "databaseMB", "MB"},
	)
	showAgentOverQueue(t, f)
	f.atMost(t, "ratio", mostRatio)
}

func queueArgs(t *testing.T) []string {
	return []string{
		"queue", "--dir", folder(t), "--fill", strconv.Itoa(size(2000, 1_000_000)), "--rounds", strconv.Itoa(size(1, 9)),
		"--each", strconv.Itoa(size(128, 6400)), "--deliver", strconv.Itoa(size(500, 50_000)),
	}
}

func showAgentOverQueue(t *testing.T, f found) {
	f.show(t,
		figure{"ready after a kill", "agent/readySeconds/1", "s"},
		figure{"anonymous memory at rest", "agent/restAnonMB", "MB"},
		figure{"anonymous memory after the load", "agent/loadAnonMB", "MB"},
		figure{"pushed with the PMS away, 64 connections", "agent/pushedWithThePMSAway/eventsPerSecond", "events/s"},
		figure{"delivered once it is back", "agent/deliveredPerSecond", "calls/s"},
		figure{"pushed meanwhile, 64 connections", "agent/pushedWhileDelivering/eventsPerSecond", "events/s"},
		figure{"pushed meanwhile, p99", "agent/pushedWhileDelivering/p99Ms", "ms"},
	)
}

// memoryLimit is the least memory in which the whole agent must live, pages of
// its files included.
const memoryLimit = "64"

// TestQueueInLittleMemory runs the agent over a long queue in a control group.
func TestQueueInLittleMemory(t *testing.T) {
	needGroups(t)
	f := bench(t, append(queueArgs(t), "--memory", memoryLimit)...)
	showAgentOverQueue(t, f)
	survived(t, f, "agent/controlGroup")
}

// survived holds that the kernel had to kill nothing.
func survived(t *testing.T, f found, group string) {
	t.Helper()
	f.show(t, figure{"memory of all kinds at most", group + "/peakMB", "MB"}, figure{"killed for memory", group + "/killedForMemory", ""})
	if n := f.number(t, group+"/limitMB"); strconv.Itoa(int(n)) != memoryLimit {
		t.Errorf("the limit was %v MB", n)
	}
	if n := f.number(t, group+"/killedForMemory"); n != 0 {
		t.Errorf("%v processes were killed", n)
	}
}

// TestKeptInLittleMemory runs the agent over the store of TestKept in a
// control group.
func TestKeptInLittleMemory(t *testing.T) {
	needGroups(t)
	f := bench(t, "kept", "--kept", strconv.Itoa(size(3000, 10_000_000)), "--store", bigStore(), "--dir", folder(t), "--rounds", "0",
		"--events", strconv.Itoa(size(100, 10_000)), "--memory", memoryLimit)
	f.show(t,
		figure{"kept events", "many/events", ""},
		figure{"ready after a kill", "many/readySeconds/1", "s"},
		figure{"anonymous memory at rest", "many/restAnonMB", "MB"},
		figure{"anonymous memory after the load", "many/loadAnonMB", "MB"},
		figure{"64 connections", "many/loads/64 connections/eventsPerSecond", "events/s"},
		figure{"64 connections, p99", "many/loads/64 connections/p99Ms", "ms"},
		figure{"64 connections, delivered", "many/loads/64 connections/deliveredPerSecond", "events/s"},
		figure{"one connection, median", "many/loads/one connection/medianMs", "ms"},
	)
	survived(t, f, "many/controlGroup")
}

// needGroups says that a test bounds memory by control groups.
func needGroups(t *testing.T) {
	t.Helper()
	need.Root(t, "make a control group")
	need.Groups(t)
}

// TestSlowSync measures an agent whose disk takes long for each sync, as an
// SD card does.
func TestSlowSync(t *testing.T) {
	need.Tool(t, "strace")
	f := bench(t, "ingest", "--dir", folder(t), "--rooms", strconv.Itoa(size(20, 500)),
		"--events", strconv.Itoa(size(100, 5000)), "--conns", "64", "--sync", strconv.Itoa(size(2, 50))+"ms")
	for _, load := range []string{"one connection", "64 connections", "a new connection each"} {
		at := "loads/" + load + "/"
		f.show(t,
			figure{load + ", a push, median", at + "medianMs", "ms"},
			figure{load + ", a push, p99", at + "p99Ms", "ms"},
			figure{load + ", pushed", at + "eventsPerSecond", "events/s"},
			figure{load + ", delivered", at + "deliveredPerSecond", "events/s"},
			figure{load + ", syncs", at + "syncsPerEvent", "for an event"},
			figure{load + ", written", at + "bytesWrittenPerEvent", "bytes for an event"},
		)
	}
}
