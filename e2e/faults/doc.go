// Package faults proves that the store keeps its promises when the power goes,
// by a disk that it makes up itself.
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
package faults
