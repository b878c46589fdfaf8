package site

import (
	"context"
	"slices"
	"time"

	"bellhop/config"
	"bellhop/hotel"
	"bellhop/pbx"
)

// Facts are what the checks go by.
type Facts struct {
	Config config.Config
	Zone   *time.Location // the hotel's
	Now    time.Time      // by the box's clock
	// Running tells whether an agent runs: it takes the reports.
	Running bool
	// ClockFault says why the box's clock is not believed; empty: it is.
	ClockFault string
	Synced     bool // the box's clock, by NTP
	// ClockUnsure: nothing speaks against the box's clock, and nothing for it.
	ClockUnsure bool

	// State is how the connection to the PBX stands; nil: there is no PBX.
	State *pbx.State
	PBX   Answers

	// Journal is what the newest events tell; nil: they could not be read.
	Journal *Journal
	Rooms   []hotel.Room
	// Confirmed is when a person said which rooms are occupied; zero: nobody has.
	Confirmed time.Time
	// Missed are call records that had to be fetched although reports were
	// being taken, and when that was last noticed; 0: none.
	Missed   int
	MissedAt time.Time

	StoreError string // why events are not kept; empty: they are
	HookFaults string // why some hooks are not used; empty: all are
	Hooks      HookFacts
	PMSMissing bool // a PMS is configured, and its link could not be set up
	Away       []FarSide
	// MailMissing: a mail server is configured, and could not be set up. MailSent
	// and MailFailed are the newest mail that went and that did not, since the
	// agent's start, and MailError why.
	MailMissing          bool
	MailSent, MailFailed time.Time
	MailError            string
	Backup               BackupFacts
	Texted               int // text messages of today; without an agent it is not known, and 0
	// Look is the newest comparison of the PBX's files; nil: there was none.
	Look *LastLook
	// API is how the API is reached over TCP, and Tokens who may come in there.
	API    Door
	Tokens []hotel.Token
	// Due are the files of the config that are not what was installed, by the
	// records on the box; DueError says why that is not known.
	Due      []string
	DueError string

	Knock  *Knock  // nil: nobody was to knock
	Caused *Caused // nil: the PBX was not made to report anything
	Box    Box

	Database    *Database // nil: it was not seen
	Queue       []Waiting // the oldest call of each destination
	QueueError  string
	ParkedUnits int       // hooks' runs
	ParkedCalls uint64    // calls to outside
	PMSAnswered time.Time // when the PMS took or refused something last, since the agent's start; zero: it has not
	Pins        []Pin
}

// HookFacts are the hotel's own hooks in a running agent.
type HookFacts struct {
	Own        int       // files in use
	Replaced   []string  // those in the place of a shipped one
	Aside      []string  // those that failed too often
	AsideError string    // of one of them
	Waits      []string  // those of which a changed version waits to be accepted
	Loaded     time.Time // when the folder was read last
}

// FarSide is a destination of queued calls that takes none.
type FarSide struct {
	To    string // "pms", an address, or that of a receiver of relayed reports
	Since time.Time
	Error string
}

// Answers are what the PBX has said.
type Answers struct {
	Asked    bool // false: it was to be left alone
	Login    pbx.Login
	Identity *pbx.Identity // nil: it has not answered
	// Read are the box's clock when the PBX had said what its own shows.
	Read time.Time

	Has, Lacks []pbx.Ability

	Routes        []pbx.Route
	RoutesErr     error
	Extensions    []pbx.Extension
	ExtensionsErr error
	// Restricted are the rooms' telephones whose call restriction is on.
	Restricted []string
}

// AskPhones asks a PBX that has answered about the rooms' telephones, some at a
// time: which may call nobody at all. What it does not show is not known.
func (a *Answers) AskPhones(ctx context.Context, d pbx.Driver, rooms []hotel.Room) {
	setter, able := d.(pbx.ExtensionSetter)
	if !able || a.Identity == nil {
		return
	}
	var phones []string
	for _, r := range rooms {
		for _, phone := range r.Phones() {
			if slices.ContainsFunc(a.Extensions, func(e pbx.Extension) bool { return e.Number == phone }) {
				phones = append(phones, phone)
			}
		}
	}
	for some := range slices.Chunk(phones, phonesAtOnce) {
		list, err := setter.ReadExtensions(ctx, some...)
		if err != nil {
			return
		}
		for _, s := range list {
			if s.Restricted {
				a.Restricted = append(a.Restricted, s.Number)
			}
		}
	}
}

// phonesAtOnce is how many telephones one question is about.
const phonesAtOnce = 100

// Ask asks a PBX who it is and, if it answers, what else the checks need. It
// asks each thing once: a PBX that does not let us in is not asked again, as
// it may lock the address of who tries too often. What it changes on the PBX
// is what a login changes: where the reports go.
func Ask(ctx context.Context, d pbx.Driver, now func() time.Time) Answers {
	a := Answers{Asked: true}
	a.Has, a.Lacks = pbx.Abilities(d)
	id, err := d.Identify(ctx)
	a.Read = now()
	if err == nil {
		a.Identity = &id
		if lister, able := d.(pbx.RouteLister); able {
			a.Routes, a.RoutesErr = lister.ListRoutes(ctx)
		}
		if lister, able := d.(pbx.ExtensionLister); able {
			a.Extensions, a.ExtensionsErr = lister.ListExtensions(ctx)
		}
	}
	if teller, able := d.(pbx.LoginTeller); able {
		a.Login = teller.Login()
	}
	if err != nil && a.Login.Problem == "" {
		a.Login.Problem, a.Login.Error = pbx.LoginOther, err.Error()
	}
	if err == nil {
		a.Login.Problem, a.Login.Error = "", "" // another call may have failed since
	}
	return a
}

// LeftAlone are the answers of a PBX that is not to be asked.
func LeftAlone(d pbx.Driver) Answers {
	var a Answers
	a.Has, a.Lacks = pbx.Abilities(d)
	return a
}

// Judge makes every check, in a fixed order.
func Judge(f *Facts) []Finding {
	list := []Finding{f.reach(), f.login(), f.certificate(), f.transport(), f.heartbeat(), f.events()}
	list = append(list, f.boxClock(), f.clock(), f.disk(), f.syncs(), f.wear(), f.memory(), f.ports())
	list = append(list, f.extensionMonitoring(), f.trunkMonitoring(), f.callControl())
	list = append(list, f.routes(), f.emergency(), f.emergencyPhones(), f.extensions(), f.occupancy(), f.otherUser(), f.abilities(), f.wakeUps())
	list = append(list, f.install(), f.installPlan(), f.pms(), f.mail(), f.sms(), f.relay(), f.pins())
	return append(list, f.store(), f.file(), f.queue(), f.backup(), f.parked(), f.hooks(), f.door())
}

// noPBX answers the checks of a PBX where there is none, or where it was not
// asked, or did not answer: then nothing can be said of what only it knows.
func (f *Facts) noPBX(check string) (Finding, bool) {
	switch {
	case f.Config.PBX.Driver == "none":
		return find(check, Skipped, "no-pbx"), true
	case !f.PBX.Asked:
		return find(check, Skipped, "left-alone"), true
	case f.PBX.Identity == nil:
		return find(check, Unknown, "no-answer"), true
	}
	return Finding{}, false
}

// Clock is what the PBX's clock shows now, by what it showed when it was
// asked; zero: it is not known.
func (a *Answers) Clock(zone *time.Location, now time.Time) time.Time {
	if a.Identity == nil {
		return time.Time{}
	}
	theirs, readable := ReadClock(a.Identity.Clock, zone, a.Read)
	if !readable {
		return time.Time{}
	}
	return theirs.Add(now.Sub(a.Read))
}
