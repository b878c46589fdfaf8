package backup

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"bellhop/install"
)

// Destination says where backups go.
type Destination struct {
	// To is one of
	//
	//	/mnt/backup, file:///mnt/backup     a folder
	//	usb:LABEL                           the folder "bellhop" of a stick that is mounted, by its label
	//	sftp://user@host:port/folder        and ftp://, ftps://
	To string
	// Mounted: the folder must be where a disk of its own begins, that is there.
	Mounted bool
	// Password and Pin are for a server; see [install.Server].
	Password, Pin string
	// Dial makes connections; by default the system's.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Stored is a backup at a place.
type Stored struct {
	Name  string    `json:"name"`
	Made  time.Time `json:"made"`
	Bytes int64     `json:"bytes"`
}

// Place is where backups lie. Its methods follow one another.
type Place interface {
	// List gives the whole backups there, newest first.
	List(ctx context.Context) ([]Stored, error)
	// Put takes a file there under a name, and reads it back.
	Put(ctx context.Context, name string, file *os.File, size int64) error
	// Get reads one.
	Get(ctx context.Context, name string, w io.Writer) error
	Remove(ctx context.Context, name string) error
	Close() error
}

// ErrNoDisk says that the disk that backups go to is not there.
var ErrNoDisk = errors.New("the disk for backups is not there")

// ErrReadBack says that a place does not hold what it was given.
var ErrReadBack = errors.New("what was read back is not what was written")

const usbPrefix = "usb:"

// CheckDestination says what is wrong with a [Destination.To], if anything.
func CheckDestination(to string) error {
	label, usb := strings.CutPrefix(to, usbPrefix)
	switch {
	case strings.HasPrefix(to, "/"):
		return nil
	case usb && (label == "" || strings.ContainsAny(label, "/\\\x00")):
		return errors.New("a stick is named by its label, such as usb:BELLHOP")
	case usb:
		return nil
	}
	_, _, err := split(to)
	return err
}

// split divides an address into that of the server and the folder there.
func split(to string) (server, folder string, err error) {
	u, err := url.Parse(to)
	if err != nil || u.Scheme == "" {
		return "", "", errors.New("it is a folder such as /mnt/backup, a stick such as usb:BELLHOP, or a server such as sftp://user@host/folder")
	}
	if u.Scheme == "file" {
		return to, "/", install.CheckURL(to)
	}
	folder = path.Clean("/" + u.Path)
	u.Path, u.RawPath = "", ""
	server = u.String()
	return server, folder, install.CheckURL(server)
}

// Server is the part of an address that names a server; empty: it is a folder.
func (d Destination) Server() string {
	if strings.HasPrefix(d.To, "/") || strings.HasPrefix(d.To, usbPrefix) || strings.HasPrefix(d.To, "file:") {
		return ""
	}
	server, _, err := split(d.To)
	if err != nil {
		return ""
	}
	return server
}

// Open goes there. The folder is made if need be; that of a disk which must be
// mounted is looked for first.
func (d Destination) Open(ctx context.Context) (Place, error) {
	if err := CheckDestination(d.To); err != nil {
		return nil, fmt.Errorf("the place for backups: %w", err)
	}
	if label, usb := strings.CutPrefix(d.To, usbPrefix); usb {
		at, err := mountOfLabel(label)
		if err != nil {
			return nil, err
		}
		return openDisk(filepath.Join(at, "bellhop"))
	}
	if server := d.Server(); server != "" {
		return d.openServer(ctx, server)
	}
	folder := strings.TrimPrefix(d.To, "file://")
	if d.Mounted {
		if err := mustBeMounted(folder); err != nil {
			return nil, err
		}
	}
	return openDisk(folder)
}

// disk is a folder of the box, or of a disk in it.
type disk struct{ folder string }

func openDisk(folder string) (Place, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("the place for backups: %w", err)
	}
	return disk{folder}, nil
}

func (d disk) at(name string) string { return filepath.Join(d.folder, filepath.Base(name)) }

func (d disk) List(context.Context) ([]Stored, error) {
	entries, err := os.ReadDir(d.folder)
	if err != nil {
		return nil, fmt.Errorf("list backups: %w", err)
	}
	var all []Stored
	for _, e := range entries {
		made, ok := madeIn(e.Name())
		if !ok || !e.Type().IsRegular() {
			continue
		}
		if info, err := e.Info(); err == nil { // else it is gone meanwhile
			all = append(all, Stored{e.Name(), made, info.Size()})
		}
	}
	return newestFirst(all), nil
}

func newestFirst(all []Stored) []Stored {
	// Of two of one second the encrypted one, which holds more, has the longer name.
	slices.SortFunc(all, func(a, b Stored) int { return cmp.Or(b.Made.Compare(a.Made), cmp.Compare(b.Name, a.Name)) })
	return all
}

func (d disk) Put(ctx context.Context, name string, file *os.File, size int64) error {
	part := d.at(name) + partSuffix
	err := writeWhole(ctx, part, file, size)
	if err == nil {
		err = sameContent(ctx, part, file)
	}
	if err == nil {
		err = os.Rename(part, d.at(name))
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", d.at(name), err), removeIfThere(part))
	}
	return syncFolder(d.folder)
}

// partSuffix names a file until it is whole.
const partSuffix = ".part"

func writeWhole(ctx context.Context, name string, from io.ReadSeeker, size int64) error {
	if _, err := from.Seek(0, io.SeekStart); err != nil {
		return err
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.CopyN(f, ended{ctx, from}, size)
	return errors.Join(err, f.Sync(), f.Close())
}

// ended is a reader that ends with a context.
type ended struct {
	ctx  context.Context
	from io.Reader
}

func (e ended) Read(p []byte) (int, error) {
	if err := e.ctx.Err(); err != nil {
		return 0, err
	}
	return e.from.Read(p)
}

func sameContent(ctx context.Context, name string, as io.ReadSeeker) error {
	if _, err := as.Seek(0, io.SeekStart); err != nil {
		return err
	}
	want, err := sumOf(ended{ctx, as})
	if err != nil {
		return err
	}
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	got, err := sumOf(ended{ctx, f})
	if err == nil && !bytes.Equal(got, want) {
		err = ErrReadBack
	}
	return err
}

func sumOf(r io.Reader) ([]byte, error) {
	sum := sha256.New()
	_, err := io.Copy(sum, r)
	return sum.Sum(nil), err
}

func (d disk) Get(ctx context.Context, name string, w io.Writer) error {
	f, err := os.Open(d.at(name))
	if err != nil {
		return fmt.Errorf("read the backup: %w", err)
	}
	defer f.Close()
	if _, err := io.Copy(w, ended{ctx, f}); err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	return nil
}

func (d disk) Remove(_ context.Context, name string) error {
	if err := os.Remove(d.at(name)); err != nil {
		return fmt.Errorf("remove an old backup: %w", err)
	}
	return nil
}

func (disk) Close() error { return nil }

func removeIfThere(name string) error {
	if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// syncFolder makes a rename survive a power cut.
func syncFolder(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("sync folder %s: %w", name, err)
	}
	return nil
}
