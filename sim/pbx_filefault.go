package sim

// The faults of files; each can be switched on by [PBX.SetFault].
const (
	// Of what is done with a file.
	FaultUploadCut     Fault = "upload-cut"     // the connection breaks off in an upload, and a part of the file stays
	FaultUploadShort   Fault = "upload-short"   // an upload is acknowledged, and half of the file is there
	FaultDiskFull      Fault = "disk-full"      // an upload fails for want of space, and a part of the file stays
	FaultDenied        Fault = "file-denied"    // a change is refused: permission denied
	FaultRenameOver    Fault = "rename-over"    // renaming onto a file that is there is refused
	FaultFileChanged   Fault = "file-changed"   // somebody else adds a line to a file once it has been read
	FaultApplyRewrites Fault = "apply-rewrites" // [PBX.Apply] puts the factory's dialplan back first
	FaultFileSlow      Fault = "file-slow"      // an upload or download begins [Limits.Slow] later
	FaultFileLocked    Fault = "file-locked"    // a connection is closed, as one from a locked address
	FaultHostKey       Fault = "host-key"       // after [PBX.Restart] SFTP has another host key

	// Of what a server can do: these strike a connection, and it lacks the
	// command from its begin to its end.
	FaultNoMLSD        Fault = "ftp-no-mlsd"          // neither MLSD nor MLST
	FaultNoMDTM        Fault = "ftp-no-mdtm"          // no MDTM
	FaultNoSize        Fault = "ftp-no-size"          // no SIZE
	FaultNoREST        Fault = "ftp-no-rest"          // no REST
	FaultNoEPSV        Fault = "ftp-no-epsv"          // no EPSV
	FaultNoFEAT        Fault = "ftp-no-feat"          // no FEAT
	FaultPASVAddress   Fault = "ftp-pasv-address"     // PASV names an address that nobody can reach
	FaultNoPosixRename Fault = "sftp-no-posix-rename" // posix-rename@openssh.com is announced and not there
)

// FileFaults lists those of files, FTP and SFTP.
func FileFaults() []Fault {
	return []Fault{
		FaultUploadCut, FaultUploadShort, FaultDiskFull, FaultDenied, FaultRenameOver, FaultFileChanged,
		FaultApplyRewrites, FaultFileSlow, FaultFileLocked, FaultHostKey,
		FaultNoMLSD, FaultNoMDTM, FaultNoSize, FaultNoREST, FaultNoEPSV, FaultNoFEAT, FaultPASVAddress, FaultNoPosixRename,
	}
}
