package agent

import "golang.org/x/sys/unix"

// ntpSynced asks the kernel whether something keeps its clock right
// (adjtimex(2), STA_UNSYNC).
func ntpSynced() bool {
	var t unix.Timex
	state, err := unix.Adjtimex(&t)
	return err == nil && state != unix.TIME_ERROR && t.Status&unix.STA_UNSYNC == 0
}
