package site

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	checkEvents    = "pbx.events"
	checkPhones    = "pbx.monitoring.extensions"
	checkTrunks    = "pbx.monitoring.trunks"
	checkControl   = "pbx.call-control"
	checkOtherUser = "pbx.other-user"
	reportsOld     = 24 * time.Hour // a hotel's telephones are not silent for a day
	recently       = time.Hour      // of lost logins
	missedRecently = 24 * time.Hour
	manyLost       = 3
	noticedAfter   = 6 * time.Minute // a lost login, by the next heartbeat
	mostNames      = 10              // of what is missing
)

// events: do reports arrive?
func (f *Facts) events() Finding {
	switch {
	case f.Config.PBX.Driver == "none":
		return find(checkEvents, Skipped, "no-pbx")
	case !f.Running || f.State == nil:
		return find(checkEvents, Skipped, "no-agent")
	case f.State.Listening == "" && f.State.Deaf == "":
		return find(checkEvents, Unknown, "starting")
	case f.State.Listening == "":
		return find(checkEvents, Failed, "deaf", "why", f.State.Deaf)
	}
	if f.Caused != nil {
		return f.caused()
	}
	newest := f.State.LastPush
	if j := f.Journal; j != nil && j.Newest.After(newest) {
		newest = j.Newest
	}
	if newest.IsZero() {
		return find(checkEvents, Warning, "none", "where", f.State.Listening)
	}
	ago := f.Now.Sub(newest)
	params := []string{"where", f.State.Listening, "at", f.at(newest), "ago", ago.Round(time.Second).String()}
	if ago > reportsOld {
		return find(checkEvents, Warning, "old", params...)
	}
	return find(checkEvents, OK, "ok", params...)
}

// Caused is what came of having the PBX report something.
type Caused struct {
	Extension string        // whose name was written anew, as it stood
	Took      time.Duration // until a report came; 0: none did
	Waited    time.Duration
	Error     string // why nothing was caused; empty: it was
}

// caused: did the report come that was asked for? That none came proves nothing:
// firmware may be silent about what the API has changed.
func (f *Facts) caused() Finding {
	c := f.Caused
	params := []string{
		"where", f.State.Listening, "extension", orNone(c.Extension), "took", c.Took.Round(time.Millisecond).String(),
		"waited", c.Waited.String(), "error", c.Error,
	}
	switch {
	case c.Error != "":
		return find(checkEvents, Unknown, "not-caused", params...)
	case c.Took == 0:
		return find(checkEvents, Warning, "silent", params...)
	}
	return find(checkEvents, OK, "caused", params...)
}

// Whether monitoring is ticked on the PBX's page its API does not tell: only
// what is reported, and what is not, speaks for it.

func (f *Facts) extensionMonitoring() Finding {
	j := f.Journal
	switch {
	case f.Config.PBX.Driver == "none":
		return find(checkPhones, Skipped, "no-pbx")
	case j != nil && j.Phones > 0:
		return find(checkPhones, OK, "ok", "reports", strconv.Itoa(j.Phones), "since", f.at(j.Since))
	case j == nil || j.Calls < enoughCalls:
		return find(checkPhones, Unknown, "no-evidence")
	}
	return find(checkPhones, Warning, "off", "calls", strconv.Itoa(j.Calls), "since", f.at(j.Since))
}

func (f *Facts) trunkMonitoring() Finding {
	j := f.Journal
	switch {
	case f.Config.PBX.Driver == "none":
		return find(checkTrunks, Skipped, "no-pbx")
	case j == nil:
		return find(checkTrunks, Unknown, "no-evidence")
	}
	if quiet := j.unwatched(); len(quiet) > 0 {
		return find(checkTrunks, Warning, "off", "trunks", names(quiet), "since", f.at(j.Since))
	}
	if len(j.Watched) == 0 {
		return find(checkTrunks, Unknown, "no-evidence")
	}
	return find(checkTrunks, OK, "ok", "since", f.at(j.Since))
}

// callControl: with it ticked the PBX holds each call from outside for an
// answer that nobody gives.
func (f *Facts) callControl() Finding {
	j := f.Journal
	switch {
	case f.Config.PBX.Driver == "none":
		return find(checkControl, Skipped, "no-pbx")
	case j == nil || j.Calls+j.Control < enoughCalls && j.Control == 0:
		return find(checkControl, Unknown, "no-evidence")
	case j.Control > 0:
		return find(checkControl, Failed, "on", "reports", strconv.Itoa(j.Control), "since", f.at(j.Since))
	}
	return find(checkControl, OK, "ok")
}

// otherUser: does another program log in as the same user? Each login says
// anew where the reports go, and may end the others'.
func (f *Facts) otherUser() Finding {
	switch {
	case f.Config.PBX.Driver == "none":
		return find(checkOtherUser, Skipped, "no-pbx")
	case !f.Running:
		return find(checkOtherUser, Unknown, "no-agent")
	}
	missed := f.Missed
	if f.Now.Sub(f.MissedAt) > missedRecently {
		missed = 0
	}
	lost := f.lost()
	params := []string{"lost", strconv.Itoa(lost), "missed", strconv.Itoa(missed)}
	switch {
	case lost >= manyLost:
		return find(checkOtherUser, Failed, "fight", params...)
	case lost > 0:
		return find(checkOtherUser, Warning, "lost", params...)
	case missed > 0:
		return find(checkOtherUser, Warning, "missed", params...)
	}
	return find(checkOtherUser, OK, "ok")
}

// lost counts logins of the last hour that the PBX forgot without having been
// started anew.
func (f *Facts) lost() (n int) {
	var boots []time.Time
	if f.Journal != nil {
		boots = slices.Clone(f.Journal.Boots)
	}
	if id := f.PBX.Identity; id != nil && id.Up > 0 {
		boots = append(boots, f.PBX.Read.Add(-id.Up))
	}
	for _, at := range f.PBX.Login.Lost {
		started := slices.ContainsFunc(boots, func(boot time.Time) bool { return at.Sub(boot).Abs() <= noticedAfter })
		if f.Now.Sub(at) <= recently && !started {
			n++
		}
	}
	return n
}

// names joins the first of many names.
func names(list []string) string {
	if len(list) > mostNames {
		return strings.Join(list[:mostNames], ", ") + " … (" + strconv.Itoa(len(list)) + ")"
	}
	return strings.Join(list, ", ")
}
