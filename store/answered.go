package store

import "time"

// answered remembers of bodies whose answer was seen taken the push that began
// last. It holds what was taken in the last ten minutes, or the newest
// maxRecent/2 of that at least, in two maps, so that nothing is looked through
// and nothing allocated in the long run: when the newer one is full or old, it
// becomes the older one, whose content is forgotten.
type answered struct {
	newer, older map[sum]sent
	since        time.Duration // what newer holds was kept after that
}

func newAnswered() answered {
	return answered{newer: map[sum]sent{}, older: map[sum]sent{}}
}

func (a *answered) note(d sum, s sent) {
	if len(a.newer) >= maxRecent/2 || s.at-a.since >= resendWindow {
		a.newer, a.older = a.older, a.newer
		clear(a.newer)
		a.since = s.at
	}
	if !a.find(d).begun.After(s.begun) {
		a.newer[d] = s
	}
}

// find gives the zero value for what is not known.
func (a *answered) find(d sum) sent {
	if s, ok := a.newer[d]; ok {
		return s
	}
	return a.older[d]
}
