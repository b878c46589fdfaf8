// Package faults tries every fault on a whole hotel, see package rig, and proves
// that the promises hold; docs/faults.md has what came of it. Each test brings
// one kind of fault about while the hotel is busy, mends it, and lets the hotel's
// book be held against the store, the PMS and the PBX. The power is cut in three
// ways: under the agent's disk (cut_test.go), and in these two, which have books
// of their own.
//
// # By a disk that is made up
//
// A workload (workload_test.go) runs in a process of its own under strace, which
// records every write, sync and rename, with the bytes, and every promise that
// the workload makes: it prints a line once something is promised. From that
// record every state is rebuilt in which a power cut could leave the disk at any
// moment (disk_test.go): what was synced is there; of the rest nothing, all, or
// any part, torn into sectors of 512 bytes. Each of them is opened by the real
// store and held against the promises made up to then (recorded_test.go).
//
// To have a new kind of commit proven, let the workload make it, print what it
// promises, and add what must hold to book.check.
//
// # By cutting the power of a computer
//
// A computer is emulated whole (power_machine_test.go), with Debian's kernel, the
// agent as it ships, and a program that is its PBX and its PMS (guest/init). Its
// disk is ours (power_disk_test.go, power_nbd_test.go): what the computer has not
// flushed may be lost, wholly or in any part, when the power goes. The computer
// says on a serial line what was promised, and the test outside keeps the book
// (power_book_test.go). After the last cut it boots once more and finishes, and
// its disk is held against the book (power_verify_test.go).
//
// To have a new effect proven, let guest.Hook or the orders bring it about, say
// it on the line, and add what must hold to powerVerdict.
//
//	go test -v -run PowerCut ./e2e/faults    ten cuts
//	make power POWER_CYCLES=1000             as many as you like
//
// # By setting its clock
//
// The same computer is told in steps (guest.Step) what to set its clock to while
// it works, when its PMS goes away, and when its agent is killed
// (clock_jumps_test.go). The PMS has a clock of its own, which is right, and
// refuses what is signed by one that is not. The book and the verdict are those
// of the power cuts.
//
//	go test -v -run ClockJumps ./e2e/faults
package faults
