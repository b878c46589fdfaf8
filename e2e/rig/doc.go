// Package rig is a hotel for tests of the whole program, and the book that is
// kept of it.
//
// A [Hotel] stands around an agent that runs as the process that ships: a PBX
// that pushes ([Pusher]) or sends over its event stream ([Telephones]), whose API
// holds the guests' telephones and the records of calls; a front desk that gives
// orders ([Desk]); hooks over several rooms ([Hooks]); a PMS, and a server that
// hooks post to ([Sink]); and lines to the far sides that can be bad ([Line]).
// Each of them writes down what was promised to it: a push that was answered 200, an
// order that was answered, a call that has a record.
//
// A test lets something go wrong, mends it, and calls [Hotel.Settle]: the agent
// finishes, and then its store, the PMS and the PBX are held against the book.
// What was lost or doubled is counted and fails the test; the counts are a row
// of the table of faults ([AddRow]).
//
// # A new effect
//
// Let a hook of [Hooks], or what the desk orders, bring it about; note in the far side
// what came of it, with the key that it came under; and add to verdict what must hold in the
// end. Every fault is then tried on it.
package rig
