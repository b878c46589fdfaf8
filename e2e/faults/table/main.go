// Command table makes docs/faults.md of the rows that the tests of faults have
// written, which it reads from its input.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"bellhop/e2e/rig"
)

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "table:", err)
		os.Exit(1)
	}
}

const head = `# Faults

What a power cut, a bad disk, a bad line, a wrong clock and hostile neighbours do to Bellhop, tried on the program
that ships. Around it stands a hotel: a PBX that pushes key presses or sends them over its event stream, holds names and classes
of service and the records of calls; a desk that checks guests in and out; hooks over several rooms; a PMS. Each keeps a
book of what it was promised; in the end the store, the PMS and the PBX are held against it.

This page is written by ` + "`make faults`" + `, the long form of what ` + "`make test`" + ` runs; how it is done, and how to have another
effect tried, says ` + "`go doc ./e2e/rig`" + `. That the tests find what they look for is tested, too: ` + "`TestSabotageIsFound`" + `
breaks the program in six ways, and each must be found.

- **tried**: how often the fault was brought about, all the while that the hotel was busy.
- **acknowledged**: pushes that were answered 200, orders that were answered, and records of calls.
- **lost**, **doubled**: of these, or of what must come of them once: charges, messages to the PMS, posts of hooks, stays,
  telephones as their guests should have them.
- **possible duplicates**: equal pushes that a restart, or a connection broken off before it was read, made look like copies. Kept
  whole, listed, run by one command.
- **unknown**: calls that must not be repeated and were under way: parked for a person.
- **again after**: from a fault's end, or a new start, until something was acknowledged: median and longest.
- **all done after**: from the last fault's end until nothing was left to do, at the PMS and at the PBX.

`

func run(in io.Reader, out io.Writer) error {
	fmt.Fprint(out, head)
	fmt.Fprintln(out, "| fault | tried | acknowledged | lost | doubled | possible duplicates | unknown | again after | all done after |")
	fmt.Fprintln(out, "|---|--:|--:|--:|--:|--:|--:|--:|--:|")
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		var r rig.Row
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return fmt.Errorf("read row: %w", err)
		}
		fmt.Fprintf(out, "| %s | %d | %d | %d | %d | %d | %d | %s | %s |\n",
			r.Fault, r.Tried, r.Acknowledged, r.Lost, r.Doubled, r.Possible, r.Unknown, again(r), span(r.Done))
	}
	return lines.Err()
}

func again(r rig.Row) string {
	if len(r.Again) == 0 {
		return ""
	}
	if len(r.Again) == 1 {
		return span(r.Slowest())
	}
	return span(r.Median()) + ", " + span(r.Slowest())
}

func span(d time.Duration) string {
	switch {
	case d == 0:
		return ""
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}
