package faults

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"bellhop/e2e/rig"
)

// memoryBound is how many kB of anonymous memory an agent may have under full
// load.
const memoryBound = 60 << 10

// anonymous is how many kB of anonymous memory an agent has; 0: it has ended.
func anonymous(l *rig.Life) int {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", l.Pid()))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, "RssAnon:"); ok {
			kB, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(value), " kB")) // the kernel's form
			return kB
		}
	}
	return 0
}

// watchMemory looks at an agent's anonymous memory again and again; most ends
// that and gives the most that was seen, in kB.
func watchMemory(t *testing.T, l *rig.Life) (most func() int) {
	ctx, enough := context.WithCancel(t.Context())
	seen := make(chan int, 1)
	go func() {
		peak := 0
		for rig.Pass(ctx, 10*time.Millisecond) {
			peak = max(peak, anonymous(l))
		}
		seen <- peak
	}()
	t.Cleanup(enough)
	return func() int {
		enough()
		peak := <-seen
		if peak == 0 {
			t.Error("the agent's memory was never seen")
		}
		return peak
	}
}
