// Package sim holds the other sides: a telephone system ([PBX]) and a hotel
// management system ([Sink]) that run in the same process, for the demo and
// the tests.
//
// They are written from the manuals alone and share no code with the drivers
// and links that talk to them, so that both cannot agree on an error. Each can
// be made to behave badly by command: be away, lose answers, refuse, be slow.
//
// A PBX takes reports by [PBX.Push], and pushes them to the agent or sends them
// over its event stream ([PBX.UseTCP]); the functions [DTMF], [NewCdr],
// [CallStatus] and their like make the bodies as a Yeastar S-series prints
// them. A Sink remembers what it was told; [Sink.Received] lists it.
//
// A PBX also lives by itself: it answers the hotel's part of the API, in
// versions 2.0.0 and 1.1.0, and plays calls and alarms on its own clock; a
// [Handset] says how a telephone behaves. Tests set it up with
// [PBX.SetExtension], let rooms and outsiders call with [PBX.Dial] and
// [PBX.CallIn], and move its clock with [PBX.Move]. [PBX.SetFault] and
// [PBX.SetLimits] make it differ in the ways that real ones do; programs do
// all of that by [PBX.Control].
//
// What an installer writes to is one tree of files that a PBX owns, over FTP
// ([PBX.ServeFTP]) and SFTP ([PBX.ServeSFTP]); tests look at it and change it
// with [PBX.Files], [PBX.File], [PBX.SetFile] and [PBX.RemoveFile]. A dialplan
// that was put there is without effect until [PBX.Apply] or a restart:
// [PBX.LoadedDialplan] tells. [FileFaults] lists what goes wrong with files;
// the servers to compare with are vsftpd and OpenSSH.
//
// The facts are those of the Yeastar S-series API manual, version 2.0.0, and
// of Standard Webhooks 1.0.0. What neither states is marked as assumed.
package sim
