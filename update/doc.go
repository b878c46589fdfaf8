// Package update exchanges the program for a newer one, and back again.
//
// In the order of the files:
//
//	signature.go  who says that a file is a version of Bellhop, and which
//	unpack.go     … finds the program in it
//	candidate.go  … which is for this computer, starts, and takes the config
//	update.go     the agent stops; the program and its database are kept
//	change.go     one rename, or the package manager, puts the new one there
//	trial.go      it starts, and is watched
//	back.go       the previous program returns, and with it its database
//	guard.go      what a start does about an update that was cut off
//
// # What must not be lost
//
// The new version begins on trial: it opens the database (and migrates it),
// speaks with the PBX and answers its socket, but keeps nothing and sends
// nothing; a push is answered 503, so that the PBX sends it again. When all
// that worked before works again it writes a [Mark], waits until that is on the
// disk, and only then takes anything. So there are two cases, and the mark tells
// them apart:
//
//   - No mark: nothing was acknowledged since the copy of the database was made.
//     The copy goes back with the previous program, and nothing is lost.
//   - A mark: the newer database holds what was acknowledged, and stays. The
//     previous program can go back on its own when the format is one that it
//     reads; else only a person may decide.
//
// Whoever takes an update back stops the agent first and reads the mark then.
//
// # What is on disk
//
// Everything lies in a [Folder] that root owns, beside the database's and not in
// it: programs that root runs must not lie where the agent's user can exchange
// them. The state in it is written before each step, so that whoever comes
// after a power cut knows how far it went.
package update
