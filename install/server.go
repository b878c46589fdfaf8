package install

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"path"
	"strings"
	"time"
)

// Server says how the PBX's files are reached. The zero value of each optional
// field is its default.
type Server struct {
	// URL is one of
	//
	//	sftp://user@host:port     SSH's file transfer; port 22 if none is named
	//	ftp://user@host:port      passive FTP, in clear text; port 21
	//	ftps://user@host:port     FTP over TLS by AUTH TLS; port 21, or from the first byte on with port 990
	//	file:///folder            a folder, in which the paths of the PBX begin
	URL      string
	Password string
	// Pin is what a person has agreed to by "bellhop trust install": a
	// [HostKey] for sftp, the SHA-256 of the certificate in hex for ftps.
	Pin string
	// Silence is how long the server may show no sign of life before the
	// connection counts as lost; 30 seconds by default.
	Silence time.Duration
	// Dial makes connections; by default the system's.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// place is a URL that has been read.
type place struct {
	scheme, user, host, port string
	folder                   string // of file
}

func (p place) address() string { return net.JoinHostPort(p.host, p.port) }

// CheckURL says what is wrong with a [Server.URL], if anything.
func CheckURL(text string) error {
	_, err := readURL(text)
	return err
}

var defaultPorts = map[string]string{"sftp": "22", "ftp": "21", "ftps": "21"}

// readURL never repeats the text in an error: a password may stand in it by
// mistake.
func readURL(text string) (place, error) {
	u, err := url.Parse(text)
	if err != nil {
		return place{}, errors.New("the address of the files is no URL; it is such as sftp://support@192.168.5.150:8022")
	}
	if _, given := u.User.Password(); given {
		return place{}, errors.New("the address of the files has a password in it, which does not belong there: put it into a file and name that as install.password_file")
	}
	if u.RawQuery != "" || u.Fragment != "" || u.ForceQuery {
		return place{}, errors.New("the address of the files ends with what is behind ? or #, which means nothing here")
	}
	if u.Scheme == "file" {
		if u.Host != "" || !strings.HasPrefix(u.Path, "/") || u.User != nil {
			return place{}, errors.New("the address of a folder has three slashes, such as file:///mnt/pbx")
		}
		return place{scheme: "file", folder: path.Clean(u.Path)}, nil
	}
	port, known := defaultPorts[u.Scheme]
	switch {
	case !known:
		return place{}, fmt.Errorf("the address of the files begins with sftp://, ftp://, ftps:// or file://, but not with %q", u.Scheme)
	case u.Hostname() == "":
		return place{}, errors.New("the address of the files names no host")
	case u.User.Username() == "":
		return place{}, fmt.Errorf("the address of the files names no user, such as in %s://support@%s", u.Scheme, u.Host)
	case strings.Trim(u.Path, "/") != "":
		return place{}, fmt.Errorf("the address of the files ends with the path %q; paths on the PBX stand in keys of their own", u.Path)
	case strings.ContainsAny(u.User.Username(), "\r\n\x00"):
		return place{}, errors.New("the user in the address of the files has control characters")
	}
	if u.Port() != "" {
		port = u.Port()
	}
	return place{scheme: u.Scheme, user: u.User.Username(), host: u.Hostname(), port: port}, nil
}

// session is one login. Its steps follow one another; one whose error is
// [ErrLost] or of the context ends it.
type session interface {
	// fetch reads a whole file of at most maxFile bytes.
	fetch(ctx context.Context, name string) ([]byte, error)
	// store makes a file hold data, whatever stood there. mode is what the
	// file may be made with, where the server can be told; 0: as it is.
	store(ctx context.Context, name string, data []byte, mode fs.FileMode) error
	// rename takes the place of a file that is there, or says ErrExists.
	rename(ctx context.Context, from, to string) error
	remove(ctx context.Context, name string) error
	// list gives what is in a folder; ErrMissing: there is no such folder.
	list(ctx context.Context, folder string) (listing, error)
	// stamp tells a state of a listed file from another as finely as the server
	// can; "": not at all.
	stamp(ctx context.Context, name string, e entry) (string, error)
	makeFolder(ctx context.Context, name string) error
	removeFolder(ctx context.Context, name string) error // only an empty one
	close() error
}

// maxFile is the size of the biggest file that is looked at, in bytes.
const maxFile = 16 << 20

// listing is what is in a folder, by name.
type listing struct {
	entries map[string]entry
	// whole is false when there are lines that could not be read: what is not
	// in entries may be there after all.
	whole  bool
	absent bool // there is no such folder
}

// proves tells whether what is not in it is missing. Some servers list nothing
// at all where they should refuse to.
func (l listing) proves() bool { return l.whole && (l.absent || len(l.entries) > 0) }

// entry is one line of a listing.
type entry struct {
	kind entryKind
	size int64       // below 0: nothing is known but the name
	mode fs.FileMode // permission bits; 0: not told
	time time.Time
	to   string // where a link leads, if that is told
}

type entryKind int

const (
	plainFile entryKind = iota
	folderEntry
	linkEntry
	otherEntry
)

func (k entryKind) String() string { return [...]string{"a file", "a folder", "a link", "no file"}[k] }

// coarse begins the stamp of a server that tells times to the minute or day.
const coarse = "~"

// open logs in, once.
func (s Server) open(ctx context.Context) (session, error) {
	at, err := readURL(s.URL)
	if err != nil {
		return nil, err
	}
	switch at.scheme {
	case "file":
		return openFolder(at)
	case "sftp":
		return openSFTP(ctx, s, at)
	}
	return openFTP(ctx, s, at)
}
