package lossy

import "syscall"

// Op is a kind of operation, or several of them.
type Op uint

const (
	Reads     Op = 1 << iota // of a file's content
	Writes                   // of a file's content; nothing is written when one fails, but before Linux 6.6 a map shows it
	Syncs                    // of files and folders
	Truncates                // changes of a file's length, fallocate among them
	Names                    // creating, renaming, linking and removing files and folders
	Opens                    // opening a file to write to it
)

// Fault says which operations fail, and how.
type Fault struct {
	Ops   Op
	Err   syscall.Errno // such as EIO, ENOSPC, EROFS
	Every int           // each Every-th operation of these kinds; 0 and 1: each
	Times int           // so often; 0: until [Disk.Heal]
}

// fault is one that is switched on.
type fault struct {
	Fault
	met, given int
}

// strikes tells whether it strikes an operation that it is meant for.
func (f *fault) strikes(op Op) bool {
	if f.Ops&op == 0 || f.Times > 0 && f.given >= f.Times {
		return false
	}
	f.met++
	if f.Every > 1 && f.met%f.Every != 0 {
		return false
	}
	f.given++
	return true
}
