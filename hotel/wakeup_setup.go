package hotel

import (
	"cmp"
	"time"
)

// WakeSetup is what wake-ups depend on beyond the state. Zero values mean what
// the config's defaults do.
type WakeSetup struct {
	How     WakeHow
	Retries int
	Spacing int           // minutes
	Late    time.Duration // a ring may be late by so much
	Net     time.Duration // how long after the call the PBX's own alarm rings
	Keep    time.Duration // how long what is over is kept
	Desk    string        // the telephone that is told of rooms that do not answer; empty: none
	// Answers is what a call to a room is connected to: it tells us of keys.
	// Empty: nothing does.
	Answers string
	// Confirm is the code of the dialplan for that; empty: it has none.
	Confirm string
	// Language is the hotel's.
	Language string
	// Calls: the PBX places calls. HangsUp: it ends them when it is told to.
	// Alarms: it holds alarms.
	Calls, HangsUp, Alarms bool
	// Keeps: a guest who leaves keeps what is due before the departure.
	Keeps bool
	// Believed tells whether the clock is; nil: it is.
	Believed func() bool
}

// The bounds and defaults of wake-ups.
const (
	maxWakeUpsOfRoom = 20
	maxWakeUps       = 5000
	maxWakeRooms     = 1000 // of one order
	maxWakeRetries   = 10
	maxWakeSpacing   = 60 // minutes
	maxWakeAhead     = 400 * 24 * time.Hour
	defaultSpacing   = 5
	defaultLate      = 30 * time.Minute
	defaultNet       = 10 * time.Minute
	defaultWakeKeep  = 30 * 24 * time.Hour
)

const (
	// wakePatience is how long a call to a room may take: it rings, the prompts
	// are heard three times. The PBX tells of its end; this is for when it does not.
	wakePatience = 2 * time.Minute
	// wakeGrace is how much later a key may be told of than the end of its call.
	wakeGrace = 5 * time.Second
	// wakeAgain is the pause after an attempt that failed or is not known of.
	wakeAgain = 20 * time.Second
	// wakeLater is that pause when the trouble has lasted for longer than wakeSoon.
	wakeLater = time.Minute
	wakeSoon  = 2 * time.Minute
	// wakeUnsure is how many attempts that are not known of do not count.
	wakeUnsure = 2
)

func (s *WakeSetup) late() time.Duration { return cmp.Or(s.Late, defaultLate) }
func (s *WakeSetup) net() time.Duration  { return cmp.Or(s.Net, defaultNet) }
func (s *WakeSetup) keep() time.Duration { return cmp.Or(s.Keep, defaultWakeKeep) }

func (s *WakeSetup) believed() bool { return s.Believed == nil || s.Believed() }

// Rings tells whether a call to a room can be proven.
func (s *WakeSetup) Rings() bool { return s.Calls && s.Answers != "" }

// HowOf is how a wake-up is carried out: as it was ordered, as far as the PBX
// can. Without alarms all are calls, and fail if there is no way to place them.
func (s *WakeSetup) HowOf(w WakeUp) WakeHow {
	switch how := cmp.Or(w.How, s.How, WakeByCall); {
	case !s.Alarms:
		return WakeByCall
	case !s.Rings():
		return WakeByPBX
	default:
		return how
	}
}
