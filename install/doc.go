// Package install puts files on a PBX, over SFTP, FTP or into a folder, and
// takes them away again. It knows nothing of what is in them.
//
// The flow, with an [Installer] that has a [Server] and a folder for records:
//
//	plan, err := inst.Plan(ctx, set)        // looks; writes nothing on the server
//	show(plan.Files, plan.Unknown)          // new, changed, same; differences; what is blocked
//	result, err := inst.Apply(ctx, plan)    // keeps what stands there, puts, reads back
//
//	found, err := inst.Verify(ctx, options) // later, and every night
//
//	plan, err = inst.PlanRollback(ctx, options)
//	plan.Overwrite(path)                    // or Leave, where others changed something
//	result, err = inst.Rollback(ctx, plan)
//
// What it promises:
//
//   - Nothing is lost. What a file held, or that it was not there, is on the
//     box's disk, synced, before the server is touched; what a rollback
//     overwrites, too.
//   - A file holds what it held or what it is to hold. It is written under a
//     temporary name beside its place, read back, and renamed. Where the server
//     refuses to let a file's place be taken, the old one goes aside first; where
//     it does not rename at all, the file is written in place and put back if
//     that fails. Once such a replacement has begun, neither the end of the
//     context nor a lost connection leaves it half done, if the server can be
//     reached again within a minute or so.
//   - Files that refer to others ([File.Last]) come last, and go first.
//   - What is no longer as the plan saw it is not written over.
//   - No step waits for ever: a server that is silent for [Server.Silence] is
//     lost, one that drips is after ten times that. A lost connection is made
//     anew a few times; a refused login is never tried again.
//   - A second Apply sends nothing.
//
// That a file is the same is concluded without reading it only if it is listed
// with the size and time that it had when it was last proven, to the second
// where the server tells that. Files with a [File.Merge] are always read.
//
// Errors have a kind, such as [ErrFull], and a text that says what to do. Their
// text has no password in it, even where the server echoes it.
//
// The records grow with each run that changed something, and are bounded: the
// oldest runs are joined, so that one can always go back to what stood there
// before the first.
package install
