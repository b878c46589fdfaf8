// Package quarter lets three months, or a year, pass in a hotel of 120 rooms, in
// minutes.
//
// All of it lives in a bubble of testing/synctest, whose clock goes on when
// everybody waits: the whole agent on a database on disk, the driver, a simulated
// PBX with its telephones, a PMS, and the people. Life follows from a seed; only
// the order of what happens at the very same moment is the scheduler's, so that
// a run repeats in the whole and not in each detail.
//
//	quarter_test.go  the runs, and the table of what has happened
//	hotel_test.go    the hotel: all of the above, and how it passes its days
//	box_test.go      the agent's computer, its lines, and how its power goes
//	life_*_test.go   what people and nature do: a function each
//	model_*_test.go  what must be so, by what people have done
//	rule_*_test.go   what is held against it: a function each
//	ledger_*_test.go what must be charged, and to whom
//	witness_test.go  what the PBX itself has seen
//	pms_test.go      the PMS, how it is away, and what it was told
//	tamper_test.go   the verdict must turn red: ways to spoil a run
//
// The model shares no code with the agent, and computes times with time.Date and
// loops alone. What the agent says of itself proves nothing: the PBX shows the
// telephones and says which has rung when, and the PMS what has been charged.
//
// The ledger knows each record of a call and each entry of a minibar from the PBX,
// and each order about money from who gave it. It has its own tariff, taxes and
// rounding, by the docs, in whole numbers. The audit (rule_money_test.go) goes
// through all postings in their order: each must follow from one of these facts, on
// the right stay and to the cent, and reach the PMS once; at the end nothing may be
// missing. Where it cannot be known what came first, such as a check-in or an entry
// that the PBX sent late, all whom it may be of are allowed, and it is counted.
//
// To have a new feature lived with, write a function of life and add it to the
// list of lives, let it note in the model what must follow, and write a rule
// that holds that against a witness.
package quarter
