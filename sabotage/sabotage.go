// Package sabotage breaks the program on purpose, in ways in which programs like
// it are broken by mistake, so that the tests of faults can be tested: each way
// must be found. A program that is built without the tag sabotage has none of it:
// [On] is a constant there, and the compiler leaves out what it guards.
package sabotage

// The ways.
const (
	NoSync      = "no-sync"      // nothing waits until it is on the disk
	AnswerEarly = "answer-early" // a push is answered before it is kept
	MarkApart   = "mark-apart"   // effects and "this is done" are two commits
	NewKey      = "new-key"      // a message that is sent again has another key
	NoLanes     = "no-lanes"     // events of a room run in any order, and side by side
	StaleReads  = "stale-reads"  // what a hook has read may have changed before its commit
)

// Ways of a new version that an update must not keep, and of its migration.
const (
	NextFormat      = "next-format"       // its database has the next format
	DiesOnTrial     = "dies-on-trial"     // the process ends as soon as it answers
	DeafOnTrial     = "deaf-on-trial"     // its trial never comes to an end
	DiesWhenTrusted = "dies-when-trusted" // the process ends just after its trial
)

// Hasty is no fault: what is watched for long is watched for a moment.
const Hasty = "hasty"

// DiesAt and the name of a step of an update is the way in which its process is
// killed there.
const DiesAt = "dies-at-"

// All lists the ways that the tests of faults must find.
func All() []string { return []string{NoSync, AnswerEarly, MarkApart, NewKey, NoLanes, StaleReads} }
