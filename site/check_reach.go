package site

import (
	"strconv"
	"time"
)

const (
	checkReach     = "pbx.reachable"
	checkHeartbeat = "pbx.heartbeat"
	// A heartbeat goes out every five minutes; the login ends half an hour after
	// the newest one, and with it the reports.
	heartbeatLate = 12 * time.Minute
	heartbeatLost = 30 * time.Minute
	// certificateSoon is how long before its end a certificate is spoken of.
	certificateSoon = 30 * 24 * time.Hour
)

// reach: is there a way to the PBX at all, whatever it then says?
func (f *Facts) reach() Finding {
	k := f.Knock
	switch {
	case f.Config.PBX.Driver == "none":
		return find(checkReach, Skipped, "no-pbx")
	case k == nil:
		return find(checkReach, Skipped, "left-alone")
	case k.Problem != "":
		return find(checkReach, Failed, string(k.Problem), "address", k.Address, "error", k.Error)
	}
	took := short(k.Took)
	if k.TLS == "" {
		return find(checkReach, OK, "plain", "address", k.Address, "took", took)
	}
	return find(checkReach, OK, "ok", "address", k.Address, "took", took, "tls", k.TLS)
}

// heartbeat: does the agent speak with the PBX as often as it is to? State is
// from before the doctor asked anything.
func (f *Facts) heartbeat() Finding {
	switch {
	case f.Config.PBX.Driver == "none":
		return find(checkHeartbeat, Skipped, "no-pbx")
	case !f.Running || f.State == nil:
		return find(checkHeartbeat, Skipped, "no-agent")
	case f.State.Since.IsZero():
		return find(checkHeartbeat, Unknown, "none")
	}
	ago := f.Now.Sub(f.State.Since)
	params := []string{"at", f.at(f.State.Since), "ago", ago.Round(time.Second).String(), "error", orNone(f.State.Error)}
	switch {
	case ago > heartbeatLost:
		return find(checkHeartbeat, Failed, "lost", params...)
	case ago > heartbeatLate:
		return find(checkHeartbeat, Warning, "late", params...)
	}
	return find(checkHeartbeat, OK, "ok", params...)
}

// ends speaks of a certificate that was agreed to and runs out. We go by its
// fingerprint and not by its dates; but who makes a new one makes another
// fingerprint.
func (f *Facts) ends() (Finding, bool) {
	if f.Knock == nil || f.Knock.Ends.IsZero() {
		return Finding{}, false
	}
	left := f.Knock.Ends.Sub(f.Now)
	params := []string{"at", f.at(f.Knock.Ends), "days", strconv.Itoa(int(left / (24 * time.Hour)))}
	switch {
	case left < 0:
		return find(checkCertificate, OK, "ended", params...), true
	case left < certificateSoon:
		return find(checkCertificate, Warning, "ends", params...), true
	}
	return find(checkCertificate, OK, "lasts", params...), true
}
