// Package pbxtest holds the tests that every driver of a PBX passes, for each
// ability that it has.
//
// A driver's own test brings a far side that it can command, and calls [Run]:
//
//	func TestContract(t *testing.T) {
//		pbxtest.Run(t, func(t *testing.T) pbxtest.House { … })
//	}
//
// Each test runs in a bubble of testing/synctest, so that hours of waiting
// take no time. Within it driver and far side are connected by [net.Pipe]
// and the like: a socket would stop the clock.
package pbxtest

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"bellhop/hotel"
	"bellhop/pbx"
)

// Far is the PBX under test, as one who stands before it can use it.
type Far interface {
	// LeaveVoicemail leaves a message in an extension's mailbox.
	LeaveVoicemail(extension string)
	// Telephone lets a call take place that the driver is not told of. It gives
	// the call as a report of it would be, and the span in which it lies.
	Telephone(from, to string) (hotel.CDR, pbx.Span)
	// Trouble switches a kind of trouble on or off. While it is on everything
	// may fail, and nothing may go wrong.
	Trouble(name string, on bool)
	// Look gives an extension's settings as the PBX itself holds them, by its
	// own names, to see what was touched.
	Look(extension string) map[string]string

	// DialCode lets a telephone dial a feature code. The PBX reports it as one
	// string within a few seconds.
	DialCode(extension, code string)
	// Converse lets a call of a few seconds take place that is reported, its
	// record included.
	Converse(from, to string)
	// Alter lets somebody change an extension at the PBX, which reports it.
	Alter(extension string)
	// Away takes the PBX off the line, or puts it back. What it has to report
	// waits, if it keeps such things.
	Away(away bool)
	// Restart switches the PBX off and on: it knows neither our login nor
	// what waited to be reported.
	Restart()
	// LoseAnswers lets the PBX not see the answer to the next so many reports,
	// and send these again. Where it asks for no answer it does nothing.
	LoseAnswers(n int)
	// Acknowledged lists the codes that the PBX takes for told, one for each
	// time: it got our answer, or, where it asks for none, has sent the whole.
	Acknowledged() []string
	// Owed is how many reports the PBX still has to deliver.
	Owed() int
}

// House is a driver and its far side, which end with the test.
type House struct {
	Driver pbx.Driver
	Far    Far
	Phones [2]string // extensions that are there
	Absent string    // one that is not
	Routes []string  // the outbound routes, two at least
	// Owned are the settings, by the PBX's own names, that a change of name,
	// routes and do-not-disturb may touch.
	Owned    []string
	Troubles []string // see [Far.Trouble]
	// Once: the PBX sends each report once and asks for no answer, as over a
	// stream.
	Once bool
	// Patience is within what time the driver is well again by itself once
	// a trouble is over, such as a lock after refused logins.
	Patience time.Duration
}

// Start makes a house.
type Start func(t *testing.T) House

// Run tests one kind of driver.
func Run(t *testing.T, start Start) {
	for name, test := range map[string]func(*testing.T, House){
		"says who it is":               identifies,
		"lists extensions":             listsExtensions,
		"changes what is named":        changesExtension,
		"refuses what is not there":    refusesAbsent,
		"lists routes":                 listsRoutes,
		"keeps alarms":                 keepsAlarms,
		"never deletes without an id":  deletesByID,
		"checks out":                   checksOut,
		"places calls":                 placesCalls,
		"plays prompts":                playsPrompts,
		"keeps voicemail":              keepsVoicemail,
		"knows past calls":             knowsPastCalls,
		"ends a listing when told":     endsListing,
		"comes through every trouble":  comesThrough,
		"makes no alarm twice":         makesNoAlarmTwice,
		"cleans names as it sets them": cleansNames,
		"causes a report":              causesAReport,

		"keeps what is told":                     keepsWhatIsTold,
		"acknowledges nothing before it is kept": keepsBeforeItAnswers,
		"keeps the order while keeping is slow":  keepsTheOrder,
		"keeps nothing twice":                    keepsNothingTwice,
		"tells of each gap":                      tellsOfGaps,
		"ends while it listens":                  endsWhen(listening),
		"ends once a report is kept":             endsWhen(keeping),
		"ends while nothing can be kept":         endsWhen(keepingFails),
		"ends while the PBX is away":             endsWhen(farAway),
		"says why it is deaf":                    saysWhyItIsDeaf,
		"takes reports through every trouble":    takesReportsInTrouble,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { test(t, start(t)) })
		})
	}
}

// calm waits until the driver is well again after a trouble.
func (h House) calm(t *testing.T) {
	t.Helper()
	over := time.Now().Add(h.Patience)
	for {
		_, err := h.Driver.Identify(t.Context())
		if err == nil {
			return
		}
		if time.Now().After(over) {
			t.Fatalf("not well again after %s: %v", h.Patience, err)
		}
		time.Sleep(10 * time.Second)
	}
}

// able gives the driver as one that has an ability; a test of one that it
// lacks is passed over.
func able[T any](t *testing.T, h House) T {
	t.Helper()
	d, ok := h.Driver.(T)
	if !ok {
		t.Skipf("the driver is no %T", (*T)(nil))
	}
	return d
}

// must fails the test on an error.
func must(t *testing.T, what string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// wantKind checks by which kind a caller would go on.
func wantKind(t *testing.T, what string, err, kind error) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Errorf("%s: %v, want %v", what, err, kind)
	}
}

func identifies(t *testing.T, h House) {
	id, err := h.Driver.Identify(t.Context())
	must(t, "identify", err)
	if id.Serial == "" || id.Clock == "" {
		t.Errorf("it is %+v", id)
	}
}
