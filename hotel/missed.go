package hotel

import "time"

// Missed says what becomes of a due time of a schedule at which nothing could
// run: the box was off, or its clock was not believed.
type Missed string

// What may become of it.
const (
	MissedRun    Missed = "run"    // it runs late, once however many were missed
	MissedReport Missed = "report" // a person is told
	MissedSkip   Missed = "skip"   // nothing: the next time is soon enough
)

// MissedPolicy is what a schedule says of the times that it misses.
type MissedPolicy struct {
	Missed Missed `json:"missed,omitempty"` // empty: run
	// Within is how late it may run; beyond, a person is told. 0: however late.
	Within time.Duration `json:"within,omitempty"`
}

// Judge says what becomes of a due time that is so late; empty: it runs.
func (p MissedPolicy) Judge(late time.Duration) Missed {
	switch {
	case p.Missed == MissedReport, p.Missed == MissedSkip:
		return p.Missed
	case p.Within > 0 && late > p.Within:
		return MissedReport
	}
	return ""
}
