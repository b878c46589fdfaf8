package sim

import (
	"errors"
	"io"
	"io/fs"
	"path"
	"time"

	"github.com/pkg/sftp"
)

// sftpHand does with files what SFTP asks for.
type sftpHand struct {
	v             *visitor
	noPosixRename bool
}

// asSFTP gives an error the code that SFTP has for it; the others are a
// "failure", as they are with OpenSSH.
func asSFTP(err error) error {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return sftp.ErrSSHFxPermissionDenied
	case errors.Is(err, fs.ErrNotExist):
		return sftp.ErrSSHFxNoSuchFile
	}
	return err
}

func (h sftpHand) Fileread(r *sftp.Request) (io.ReaderAt, error) {
	file, err := h.v.download(r.Filepath)
	if err != nil {
		return nil, asSFTP(err)
	}
	return file, nil
}

func (h sftpHand) Filewrite(r *sftp.Request) (io.WriterAt, error) { return h.OpenFile(r) }

// OpenFile opens for writing, perhaps also for reading.
func (h sftpHand) OpenFile(r *sftp.Request) (sftp.WriterAtReaderAt, error) {
	flags := r.Pflags()
	file, err := h.v.upload(r.Filepath, opening{
		create: flags.Creat, fresh: flags.Creat && flags.Excl, empty: flags.Trunc,
	})
	if err != nil {
		return nil, asSFTP(err)
	}
	file.append = flags.Append
	return file, nil
}

func (h sftpHand) Filecmd(r *sftp.Request) error {
	switch r.Method {
	case "Setstat":
		return asSFTP(h.set(r))
	case "Rename": // as OpenSSH: it takes nothing's place
		return asSFTP(h.v.rename(r.Filepath, r.Target, false))
	case "Rmdir":
		return asSFTP(h.v.remove(r.Filepath, true))
	case "Remove":
		return asSFTP(h.v.remove(r.Filepath, false))
	case "Mkdir":
		return asSFTP(h.v.mkdir(r.Filepath))
	}
	return sftp.ErrSSHFxOpUnsupported // links
}

// PosixRename takes the place of a file that is there.
func (h sftpHand) PosixRename(r *sftp.Request) error {
	if h.noPosixRename {
		return sftp.ErrSSHFxOpUnsupported
	}
	return asSFTP(h.v.rename(r.Filepath, r.Target, true))
}

// set changes size, time and permission bits; whose a file is cannot change.
func (h sftpHand) set(r *sftp.Request) error {
	if err := h.v.mayChange(r.Filepath); err != nil {
		return err
	}
	flags, wanted := r.AttrFlags(), r.Attributes()
	switch {
	case wanted == nil: // they are shorter than they say
		return sftp.ErrSSHFxBadMessage
	case flags.UidGid:
		return fs.ErrPermission
	}
	if flags.Size {
		if err := h.v.p.disk.cut(r.Filepath, wanted.Size); err != nil {
			return err
		}
	}
	var at time.Time
	if flags.Acmodtime {
		at = time.Unix(int64(wanted.Mtime), 0)
	}
	mode := fs.FileMode(0)
	if flags.Permissions {
		mode = wanted.FileMode()
	}
	return h.v.p.disk.set(r.Filepath, at, mode)
}

// StatVFS tells how much space is left.
func (h sftpHand) StatVFS(*sftp.Request) (*sftp.StatVFS, error) {
	const block = 1024
	bytes, nodes := h.v.p.disk.free()
	return &sftp.StatVFS{
		Bsize: block, Frsize: block, Blocks: uint64(h.v.p.disk.size) / block, Bfree: uint64(bytes) / block, Bavail: uint64(bytes) / block,
		Files: maxNodes, Ffree: uint64(nodes), Favail: uint64(nodes), Namemax: maxName,
	}, nil
}

// Filelist answers Stat with the one entry that is meant.
func (h sftpHand) Filelist(r *sftp.Request) (sftp.ListerAt, error) {
	if r.Method == "Stat" {
		info, err := h.v.p.disk.stat(r.Filepath, true)
		return sftpList{all: []fileInfo{info}}, asSFTP(err)
	}
	all, err := h.v.p.disk.list(r.Filepath)
	if err != nil {
		return nil, asSFTP(err)
	}
	if err := h.v.take(); err != nil {
		return nil, err
	}
	return sftpList{all, h.v}, nil
}

func (h sftpHand) Lstat(r *sftp.Request) (sftp.ListerAt, error) {
	info, err := h.v.p.disk.stat(r.Filepath, false)
	return sftpList{all: []fileInfo{info}}, asSFTP(err)
}

func (h sftpHand) Readlink(name string) (string, error) {
	info, err := h.v.p.disk.stat(name, false)
	if err == nil && info.link == "" {
		err = errNoLink
	}
	return info.link, asSFTP(err)
}

var errNoLink = errors.New("not a link")

// RealPath follows links; what is not there has one, too.
func (h sftpHand) RealPath(name string) (string, error) {
	return h.v.p.disk.clean(path.Clean(name))
}

// sftpList is what is listed; a folder that is open counts until it is closed.
type sftpList struct {
	all []fileInfo
	of  *visitor
}

func (l sftpList) ListAt(to []fs.FileInfo, at int64) (int, error) {
	if at >= int64(len(l.all)) {
		return 0, io.EOF
	}
	n := 0
	for _, info := range l.all[at:] {
		if n == len(to) {
			return n, nil
		}
		to[n] = info
		n++
	}
	return n, io.EOF
}

func (l sftpList) Close() error {
	if l.of != nil {
		l.of.release()
	}
	return nil
}
