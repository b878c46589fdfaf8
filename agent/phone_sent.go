package agent

import (
	"maps"
	"reflect"
	"slices"
	"time"

	"bellhop/hotel"
	"bellhop/pbx"
)

const (
	// showsWithin is how long a PBX may show what was there before a change:
	// some reload everything after each. Until then what it shows is not taken
	// for what is there. No manual gives a number.
	showsWithin = time.Minute
	// takenWithin is how often the PBX is told the same.
	takenWithin = 3
	// sentKept is how long it is known what a telephone's PBX was told.
	sentKept = time.Hour
	// maxTold bounds the changes of one telephone that may yet show.
	maxTold = 8
)

// sent is what the PBX has been told of one telephone.
type sent struct {
	// told are the changes that may yet show: one, unless answers were lost.
	told     []pbx.Change
	at       time.Time // of the newest
	answered bool      // the newest
	times    int       // how often the newest was told and taken
	// mixed: different things were told shortly after each other, so that what
	// the PBX shows may be older than it seems.
	mixed bool
}

// sentTo is what a telephone may not show yet; nil: nothing. After a start it
// is what the state says of changes that were not seen to be shown: whether the
// newest, or only the one before it, reached the PBX, nobody knows.
func (p *phoneWriter) sentTo(wanted hotel.Phone) *sent {
	s := p.sent[wanted.Extension]
	switch {
	case s != nil && time.Since(s.at) < showsWithin:
		return s
	case s != nil && s.answered:
		return nil
	case wanted.Leaving != nil:
		s = &sent{told: []pbx.Change{checkedOut(wanted.Extension)}, at: time.Now()}
	case wanted.Found == (hotel.PhoneSettings{}) || time.Since(p.began) >= showsWithin:
		return nil
	default:
		s = &sent{told: []pbx.Change{changeTo(wanted.Found, wanted.Found), changeTo(wanted.Ours, wanted.Found)}, at: p.began}
	}
	p.sent[wanted.Extension] = s
	return s
}

// changeTo is a change to those of the settings that open has.
func changeTo(s, open hotel.PhoneSettings) (c pbx.Change) {
	if open.Name != nil {
		c.Name = s.Name
	}
	if open.Routes != nil {
		c.Routes = s.Routes
	}
	if open.Voicemail != nil {
		c.Voicemail = s.Voicemail
	}
	return c
}

// checkedOut is what a check-out by the PBX leaves of a telephone.
func checkedOut(extension string) pbx.Change {
	return pbx.Change{Name: &extension, Routes: &[]string{}}
}

// tells notes that the PBX is about to be told something, and gives what is to
// be called with what came of it.
func (p *phoneWriter) tells(extension string, c pbx.Change) func(error) {
	maps.DeleteFunc(p.sent, func(_ string, s *sent) bool { return time.Since(s.at) >= sentKept })
	s := p.sent[extension]
	again := s.says(c)
	if s == nil || !again && time.Since(s.at) >= showsWithin {
		s = &sent{}
		p.sent[extension] = s
	}
	s.mixed = s.mixed || !again && len(s.told) > 0
	if !again {
		s.times = 0
	}
	s.at, s.answered = time.Now(), false
	if len(s.told) == maxTold {
		s.told = s.told[1:]
	}
	s.told = append(s.told, c)
	return func(err error) {
		s.at = time.Now()
		if err != nil {
			return
		}
		var all pbx.Change
		for _, one := range s.told {
			all = merged(all, one)
		}
		s.told, s.answered = []pbx.Change{all}, true
		s.times++
	}
}

// says tells whether the newest that was told holds the change.
func (s *sent) says(c pbx.Change) bool {
	if s == nil || len(s.told) == 0 {
		return false
	}
	newest := s.told[len(s.told)-1]
	return reflect.DeepEqual(merged(newest, c), newest)
}

// shown notes that the PBX shows what it was told.
func (p *phoneWriter) shown(extension string) {
	if s := p.sent[extension]; s != nil && !s.mixed {
		delete(p.sent, extension)
	}
}

// merged is a change, and another one after it.
func merged(a, b pbx.Change) pbx.Change {
	if b.Name != nil {
		a.Name = b.Name
	}
	if b.Routes != nil {
		a.Routes = b.Routes
	}
	if b.DND != nil {
		a.DND = b.DND
	}
	if b.Restricted != nil {
		a.Restricted = b.Restricted
	}
	if b.Always != nil {
		a.Always = b.Always
	}
	if b.NoAnswer != nil {
		a.NoAnswer = b.NoAnswer
	}
	if b.Busy != nil {
		a.Busy = b.Busy
	}
	if b.Together != nil {
		a.Together = b.Together
	}
	if b.Mobile != nil {
		a.Mobile = b.Mobile
	}
	a.ForgetMobile = a.ForgetMobile || b.ForgetMobile
	if b.Voicemail != nil {
		a.Voicemail = b.Voicemail
	}
	if b.VoicemailPIN != nil {
		a.VoicemailPIN = b.VoicemailPIN
	}
	return a
}

// after is how a telephone will be when the change shows.
func after(now pbx.Settings, c pbx.Change) pbx.Settings {
	if c.Name != nil {
		now.Name = *c.Name
	}
	if c.Routes != nil {
		now.Routes, now.OtherRoutes = there(*c.Routes, now), slices.Concat(now.OtherRoutes, now.Routes)
	}
	if c.DND != nil {
		now.DND = *c.DND
	}
	if c.Restricted != nil {
		now.Restricted = *c.Restricted
	}
	if c.Always != nil {
		now.Always.On = c.Always.On
	}
	if c.NoAnswer != nil {
		now.NoAnswer.On = c.NoAnswer.On
	}
	if c.Busy != nil {
		now.Busy.On = c.Busy.On
	}
	if c.Together != nil {
		now.Together = *c.Together
	}
	if c.Mobile != nil {
		now.Mobile = *c.Mobile
	}
	now.MobileKept = now.MobileKept && !c.ForgetMobile
	if c.Voicemail != nil {
		now.Voicemail = *c.Voicemail
	}
	if c.VoicemailPIN != nil {
		now.VoicemailPIN = *c.VoicemailPIN
	}
	return now
}
