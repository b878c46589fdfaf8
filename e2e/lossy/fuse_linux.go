//go:build !(386 || arm || mips || mipsle)

package lossy

import (
	"log"
	"os"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fuse"
)

// serving puts a disk behind the kernel's requests. The kernel caches nothing of it
// but what programs map.
type serving struct {
	fuse.RawFileSystem // answers ENOSYS to all that is not here
	disk               *Disk
}

func (s serving) String() string { return "lossy" }

// probeName is the file that the kernel is asked about, which is in no listing.
const probeName = ".lossy-probe"

func (s serving) Lookup(_ <-chan struct{}, header *fuse.InHeader, name string, out *fuse.EntryOut) fuse.Status {
	s.disk.mu.Lock()
	defer s.disk.mu.Unlock()
	if header.NodeId == rootID && name == probeName {
		out.NodeId, out.Attr = probeID, fuse.Attr{Ino: probeID, Mode: syscall.S_IFREG | 0o400, Nlink: 1}
		return fuse.OK
	}
	n, err := s.disk.lookup(header.NodeId, name)
	return s.entry(n, err, out)
}

// entry answers with a node; the disk is locked.
func (s serving) entry(n *node, err syscall.Errno, out *fuse.EntryOut) fuse.Status {
	if err != 0 {
		return fuse.Status(err)
	}
	out.NodeId, out.Generation, out.Attr = n.id, 1, n.attr()
	n.lookups++
	return fuse.OK
}

func (n *node) attr() fuse.Attr {
	a := fuse.Attr{
		Ino: n.id, Mode: n.mode, Nlink: n.links, Blksize: pageSize,
		Owner: fuse.Owner{Uid: n.owner[0], Gid: n.owner[1]},
	}
	if n.live != nil {
		a.Size, a.Blocks = uint64(n.live.size), uint64(n.live.room()/sectorSize)
	}
	a.SetTimes(&n.mtime, &n.mtime, &n.mtime)
	return a
}

func (s serving) Forget(id, lookups uint64) {
	s.disk.mu.Lock()
	defer s.disk.mu.Unlock()
	n := s.disk.nodes[id]
	if n == nil || id == rootID {
		return
	}
	n.lookups -= min(lookups, n.lookups)
	if n.lookups == 0 && (n.links == 0 || n.folder() && len(n.names) == 0 && n.links == 1) {
		delete(s.disk.nodes, id)
	}
}

func (s serving) GetAttr(_ <-chan struct{}, in *fuse.GetAttrIn, out *fuse.AttrOut) fuse.Status {
	s.disk.mu.Lock()
	defer s.disk.mu.Unlock()
	n, err := s.disk.at(in.NodeId)
	if err == 0 {
		out.Attr = n.attr()
	}
	return fuse.Status(err)
}

func (s serving) SetAttr(_ <-chan struct{}, in *fuse.SetAttrIn, out *fuse.AttrOut) fuse.Status {
	s.disk.mu.Lock()
	defer s.disk.mu.Unlock()
	n, err := s.disk.at(in.NodeId)
	if err != 0 {
		return fuse.Status(err)
	}
	if size, ok := in.GetSize(); ok {
		if err := s.disk.truncate(n, int64(size)); err != 0 {
			return fuse.Status(err)
		}
	}
	if mode, ok := in.GetMode(); ok {
		n.mode = n.mode&syscall.S_IFMT | mode&^uint32(syscall.S_IFMT)
	}
	if uid, ok := in.GetUID(); ok {
		n.owner[0] = uid
	}
	if gid, ok := in.GetGID(); ok {
		n.owner[1] = gid
	}
	if mtime, ok := in.GetMTime(); ok {
		n.mtime = mtime
	}
	out.Attr = n.attr()
	return fuse.OK
}

func (s serving) create(in *fuse.InHeader, name string, mode uint32, out *fuse.EntryOut) fuse.Status {
	s.disk.mu.Lock()
	defer s.disk.mu.Unlock()
	n, err := s.disk.create(in.NodeId, name, mode, [2]uint32{in.Uid, in.Gid})
	return s.entry(n, err, out)
}

func (s serving) Mknod(_ <-chan struct{}, in *fuse.MknodIn, name string, out *fuse.EntryOut) fuse.Status {
	if in.Mode&syscall.S_IFMT != syscall.S_IFREG {
		return fuse.EPERM // nothing here makes a device, a pipe or a socket
	}
	return s.create(&in.InHeader, name, in.Mode, out)
}

func (s serving) Mkdir(_ <-chan struct{}, in *fuse.MkdirIn, name string, out *fuse.EntryOut) fuse.Status {
	return s.create(&in.InHeader, name, syscall.S_IFDIR|in.Mode&0o7777, out)
}

func (s serving) Create(_ <-chan struct{}, in *fuse.CreateIn, name string, out *fuse.CreateOut) fuse.Status {
	status := s.create(&in.InHeader, name, syscall.S_IFREG|in.Mode&0o7777, &out.EntryOut)
	if status.Ok() {
		out.OpenFlags = s.way()
		s.disk.opened(out.NodeId, 1)
	}
	return status
}

// way is past the kernel's cache, which would show by a map what a failed write was
// to write; no other file system does that. Before Linux 6.6 there is no other
// way for a file that is mapped.
func (s serving) way() uint32 {
	s.disk.mu.Lock()
	defer s.disk.mu.Unlock()
	if s.disk.direct {
		return fuse.FOPEN_DIRECT_IO
	}
	return 0
}

func (s serving) Open(_ <-chan struct{}, in *fuse.OpenIn, out *fuse.OpenOut) fuse.Status {
	if in.NodeId == probeID {
		return fuse.OK
	}
	out.OpenFlags = s.way()
	return fuse.Status(s.disk.open(in.NodeId, in.Flags&syscall.O_ACCMODE != syscall.O_RDONLY))
}

func (s serving) Release(_ <-chan struct{}, in *fuse.ReleaseIn) { s.disk.opened(in.NodeId, -1) }

// Flush is not known here, which the kernel learns when Mount asks.
func (s serving) Flush(<-chan struct{}, *fuse.FlushIn) fuse.Status { return fuse.ENOSYS }

func (s serving) Unlink(_ <-chan struct{}, in *fuse.InHeader, name string) fuse.Status {
	return s.remove(in, name, false)
}

func (s serving) Rmdir(_ <-chan struct{}, in *fuse.InHeader, name string) fuse.Status {
	return s.remove(in, name, true)
}

func (s serving) remove(in *fuse.InHeader, name string, folder bool) fuse.Status {
	s.disk.mu.Lock()
	defer s.disk.mu.Unlock()
	return fuse.Status(s.disk.remove(in.NodeId, name, folder))
}

func (s serving) Rename(_ <-chan struct{}, in *fuse.RenameIn, from, to string) fuse.Status {
	s.disk.mu.Lock()
	defer s.disk.mu.Unlock()
	return fuse.Status(s.disk.rename(in.NodeId, from, in.Newdir, to, in.Flags))
}

func (s serving) Link(_ <-chan struct{}, in *fuse.LinkIn, name string, out *fuse.EntryOut) fuse.Status {
	s.disk.mu.Lock()
	defer s.disk.mu.Unlock()
	n, err := s.disk.link(in.NodeId, name, in.Oldnodeid)
	return s.entry(n, err, out)
}

func (s serving) Read(_ <-chan struct{}, in *fuse.ReadIn, buf []byte) (fuse.ReadResult, fuse.Status) {
	n, err := s.disk.read(in.NodeId, buf[:min(len(buf), int(in.Size))], int64(in.Offset))
	return fuse.ReadResultData(buf[:n]), fuse.Status(err)
}

func (s serving) Write(_ <-chan struct{}, in *fuse.WriteIn, data []byte) (uint32, fuse.Status) {
	n, err := s.disk.write(in.NodeId, int64(in.Offset), data)
	return uint32(n), fuse.Status(err)
}

func (s serving) Fallocate(_ <-chan struct{}, in *fuse.FallocateIn) fuse.Status {
	const keepSize = 1
	if in.Mode&^keepSize != 0 {
		return fuse.Status(syscall.EOPNOTSUPP) // no holes are punched here
	}
	return fuse.Status(s.disk.allocate(in.NodeId, int64(in.Offset), int64(in.Length), in.Mode&keepSize != 0))
}

func (s serving) Fsync(_ <-chan struct{}, in *fuse.FsyncIn) fuse.Status {
	return fuse.Status(s.disk.sync(in.NodeId))
}

func (s serving) FsyncDir(_ <-chan struct{}, in *fuse.FsyncIn) fuse.Status {
	if _, err := s.disk.listed(in.Fh); err != 0 {
		return fuse.Status(err)
	}
	return fuse.Status(s.disk.sync(in.NodeId))
}

func (s serving) OpenDir(_ <-chan struct{}, in *fuse.OpenIn, out *fuse.OpenOut) fuse.Status {
	handle, err := s.disk.openFolder(in.NodeId)
	out.Fh = handle
	return fuse.Status(err)
}

func (s serving) ReadDir(_ <-chan struct{}, in *fuse.ReadIn, out *fuse.DirEntryList) fuse.Status {
	entries, err := s.disk.listed(in.Fh)
	if err != 0 {
		return fuse.Status(err)
	}
	for _, e := range entries[min(len(entries), int(in.Offset)):] {
		if !out.AddDirEntry(fuse.DirEntry{Name: e.name, Ino: e.id, Mode: e.mode}) {
			break
		}
	}
	return fuse.OK
}

func (s serving) ReleaseDir(in *fuse.ReleaseIn) {
	s.disk.mu.Lock()
	defer s.disk.mu.Unlock()
	delete(s.disk.lists, in.Fh)
}

// StatFs tells of a disk of 16 GB when there is no limit.
func (s serving) StatFs(_ <-chan struct{}, _ *fuse.InHeader, out *fuse.StatfsOut) fuse.Status {
	s.disk.mu.Lock()
	defer s.disk.mu.Unlock()
	size := s.disk.limit
	if size == 0 {
		size = 16 << 30
	}
	free := uint64(max(0, size-s.disk.used) / pageSize)
	*out = fuse.StatfsOut{
		Blocks: uint64(size / pageSize), Bfree: free, Bavail: free, Bsize: pageSize, Frsize: pageSize,
		Files: 1 << 20, Ffree: 1 << 20, NameLen: 255,
	}
	return fuse.OK
}

// options are those of a mount: what the kernel has mapped of a file it does not
// drop by itself, and what is written comes here at once.
func (d *Disk) options() *fuse.MountOptions {
	return &fuse.MountOptions{
		PanicHandler: func(fault any) fuse.Status { panic(fault) }, // it is one of ours
		Logger:       log.New(words{d}, "", 0),
		FsName:       "lossy", Name: "lossy", DisableXAttrs: true, DisableReadDirPlus: true,
		ExplicitDataCacheControl: true, DisabledCapabilities: fuse.CAP_WRITEBACK_CACHE, ExtraCapabilities: fuse.CAP_DIRECT_IO_ALLOW_MMAP,
		MaxWrite: 128 << 10, // longer writes come in pieces
	}
}

// words is where go-fuse complains to. Of the end by force, which is meant so,
// nobody needs to hear.
type words struct{ *Disk }

func (w words) Write(text []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.abandoned {
		return len(text), nil
	}
	return os.Stderr.Write(text)
}
