// Package lossy is a disk whose power can go, for tests of programs that must
// not lose anything: a file system in memory, mounted by FUSE, that forgets what
// was not synced, and fails when it is told to.
//
//	disk := lossy.New()
//	folder := disk.Mount(t) // by root, on a 64-bit Linux with FUSE
//	… start the program on folder, let it promise things …
//	disk.Cut(r)             // the power goes
//	… kill the program: a computer without power runs nothing …
//	disk.PowerOn()
//	… start it again: what it promised must be there …
//
// # What a power cut leaves
//
// The rules are those of the recorded writes in e2e/faults (disk_test.go):
//
//   - A write or a change of length is there for certain when an fsync or
//     fdatasync of its file began after it had ended, and ended well before the
//     cut. Of the rest there is nothing, all, all but one, or any part, by chance: a
//     later write may be kept and an earlier one not, and one may be torn into
//     sectors of 512 bytes.
//   - Names (create, rename, link, remove) are kept in a journal, as ext4 does.
//     An fsync of a folder makes all its changes up to then certain, and an fsync
//     of a file its creation; with them all that stands before them in the journal.
//     Of the rest of the journal a first part of any length is there. So a rename
//     without a sync of its folder may be lost, and a file that was made and never
//     synced may be absent, empty, or have a part of what was written. Here this is
//     narrower than with the recorded writes, where an fsync of a new file says
//     nothing of the names before it.
//   - Data and names do not wait for one another: a rename may be there and not
//     what was written before it.
//   - A sync that failed leaves what it was to write in doubt for good, as Linux
//     does: a later one that goes well does not mean it.
//   - Rights, owners and times are always kept.
//
// # Use it from another process
//
// The test's own process serves the file system, so it must never be one that
// cannot go on without it:
//
//   - It must not map a file of the mount, nor open a store there, which does so: a
//     page fault that waits for the file system holds a processor of Go's
//     scheduler, and a garbage collection that begins meanwhile waits for ever.
//     Start a child for this, or [Disk.CopyTo] another folder first and look there.
//   - It must not start a program that lies on the mount, nor one with its
//     working folder there: Go waits for exec in the same manner.
//   - Reading and writing files there is all right. (Go asks whether a file can
//     be polled, and an exec closes those that are open, both without letting go of the
//     processor. Mount sees to it that the kernel never asks us about either.)
package lossy
