package agent

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"bellhop/luahooks"
)

// HookStats is what the runs of a hook came to since the agent was started, also
// by earlier versions of its file. A unit that had to run again counts as often.
type HookStats struct {
	Calls uint64 `json:"calls"`
	// Errors are the calls that failed, by the fault's kind.
	Errors map[string]uint64 `json:"errors,omitempty"`
	// Stopped are those among them that ran into the limit of time or memory.
	Stopped uint64        `json:"stopped"`
	Time    time.Duration `json:"time"`    // of all calls together, in nanoseconds
	Longest time.Duration `json:"longest"` // of one
	// Memory is the most, in bytes, that the process was seen to grow during one
	// call; calls of less than a few milliseconds are not looked at.
	Memory uint64 `json:"memory"`
}

// maxStats bounds the hooks that are counted: files come and go.
const maxStats = 1000

type hookStats struct {
	mu  sync.Mutex
	all map[string]*hookStat
}

type hookStat struct {
	mu sync.Mutex
	HookStats
}

func newHookStats() *hookStats { return &hookStats{all: map[string]*hookStat{}} }

// of gives the count of a unit's hook.
func (s *hookStats) of(unit string) *hookStat {
	s.mu.Lock()
	defer s.mu.Unlock()
	stat := s.all[unit]
	if stat == nil {
		stat = &hookStat{}
		if len(s.all) < maxStats {
			s.all[unit] = stat
		}
	}
	return stat
}

func (s *hookStat) ran(c luahooks.Cost) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Time += c.Took
	s.Longest = max(s.Longest, c.Took)
	s.Memory = max(s.Memory, c.Grew)
}

func (s *hookStat) ended(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Calls++
	var f *luahooks.Fault
	if !errors.As(err, &f) {
		return
	}
	if s.Errors == nil {
		s.Errors = map[string]uint64{}
	}
	s.Errors[f.Kind]++
	if slices.Contains(stoppedKinds, f.Kind) {
		s.Stopped++
	}
}

func (s *hookStat) now() HookStats {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.HookStats
	now.Errors = maps.Clone(s.Errors)
	return now
}

// stoppedKinds are the faults of runs that did not end by themselves.
var stoppedKinds = []string{"deadline", "memory"}

// faultKinds are those of the code itself; any other error of a unit is of what it
// wants.
var faultKinds = append([]string{"error", "limit", "gone"}, stoppedKinds...)

// isFault tells it by a unit's error, which begins with the fault's kind.
func isFault(text string) bool {
	kind, _, cut := strings.Cut(text, ": ")
	return cut && slices.Contains(faultKinds, kind)
}

// wasStopped tells it by a unit's error, which begins with the fault's kind.
func wasStopped(text string) bool {
	kind, _, _ := strings.Cut(text, ":")
	return slices.Contains(stoppedKinds, kind)
}
