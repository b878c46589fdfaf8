package hotel

import "testing"

func TestUrgencyText(t *testing.T) {
	for u, want := range map[Urgency]string{Urgent: "urgent", Guest: "guest", Housekeeping: "housekeeping", Bulk: "bulk", -1: "urgent", 9: "bulk"} {
		equal(t, "urgency", u.String(), want)
	}
}

func TestParked(t *testing.T) {
	for _, s := range []CallState{CallRefused, CallUnknown} {
		equal(t, string(s), s.Parked(), true)
	}
	for _, s := range []CallState{CallQueued, CallSending, CallDelivered, CallExpired, CallSuperseded, CallDropped, ""} {
		equal(t, string(s), s.Parked(), false)
	}
}
