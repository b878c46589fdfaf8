package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	"bellhop/install"
)

// chunkSize is the size of a part of a backup at a server: a part is in memory
// while it is on its way, and one that breaks off is little to do again.
const chunkSize = 4 << 20

// maxChunks bounds the parts of one backup.
const maxChunks = 2000

// server keeps backups at an FTP or SFTP server: in one file, or where that would
// be large in parts NAME.001-of-007 …, which in their order are the file.
type server struct {
	files  *install.Files
	folder string
}

func (d Destination) openServer(ctx context.Context, address string) (Place, error) {
	_, folder, err := split(d.To)
	if err != nil {
		return nil, fmt.Errorf("the place for backups: %w", err)
	}
	files, err := install.Server{URL: address, Password: d.Password, Pin: d.Pin, Dial: d.Dial}.Files(ctx)
	if err != nil {
		return nil, said(err)
	}
	s := server{files, folder}
	if err := files.MakeFolder(ctx, folder); err != nil {
		return nil, errors.Join(said(err), files.Close())
	}
	return s, nil
}

// said gives a server's error without the advice that is for the PBX's files.
func said(err error) error {
	var e *install.Error
	if !errors.As(err, &e) {
		return err
	}
	return &ServerError{e}
}

// ServerError is a failure at the server for backups.
type ServerError struct{ at *install.Error }

func (e *ServerError) Error() string {
	text := strings.TrimSpace("the server for backups: "+e.at.Step+" "+e.at.Path) + ": " + e.at.Kind.Error()
	switch {
	case e.at.Said != "":
		text += " (it says: " + e.at.Said + ")"
	case e.at.Err != nil:
		text += fmt.Sprintf(" (%v)", e.at.Err)
	}
	switch {
	case errors.Is(e.at, install.ErrLogin):
		text += ": check the user in backup.to and the password in backup.password_file"
	case errors.Is(e.at, install.ErrUntrusted):
		text += ": compare its fingerprint and agree by \"bellhop trust backup\""
	}
	return text
}

// Unwrap lets errors.Is find the kind.
func (e *ServerError) Unwrap() error { return e.at }

// Passing tells whether a failure may be over when it is tried again, without a
// person: not where a login was refused.
func Passing(err error) bool {
	return errors.Is(err, install.ErrReach) || errors.Is(err, install.ErrLost) || errors.Is(err, install.ErrBusy)
}

// chunkName is what a part is called; a file of one part has the name alone.
func chunkName(name string, n, of int) string {
	if of == 1 {
		return name
	}
	return fmt.Sprintf("%s.%03d-of-%03d", name, n, of)
}

// chunkOf reads a part's name.
func chunkOf(file string) (name string, n, of int, ok bool) {
	if _, whole := madeIn(file); whole {
		return file, 1, 1, true
	}
	dot := strings.LastIndexByte(file, '.')
	if dot < 0 {
		return "", 0, 0, false
	}
	first, last, _ := strings.Cut(file[dot+1:], "-of-")
	n, err := strconv.Atoi(first)
	of, err2 := strconv.Atoi(last)
	name = file[:dot]
	_, named := madeIn(name)
	ok = err == nil && err2 == nil && named && n >= 1 && n <= of && of > 1 && of <= maxChunks && chunkName(name, n, of) == file
	return name, n, of, ok
}

// IsName tells whether a file is called as backups, or parts of one, are.
func IsName(file string) bool {
	_, _, _, ok := chunkOf(file)
	return ok
}

// chunks are the parts of one backup that are there.
type chunks struct {
	Stored
	have, of int
}

func gather(files []install.FileInfo) map[string]*chunks {
	all := map[string]*chunks{}
	for _, f := range files {
		name, _, of, ok := chunkOf(f.Name)
		if !ok {
			continue
		}
		made, _ := madeIn(name)
		key := chunkName(name, of, of) // of another number of parts: another try
		if all[key] == nil {
			all[key] = &chunks{Stored: Stored{Name: name, Made: made}, of: of}
		}
		all[key].have++
		all[key].Bytes += max(0, f.Size)
	}
	return all
}

func (s server) all(ctx context.Context) (map[string]*chunks, error) {
	files, err := s.files.List(ctx, s.folder)
	if err != nil {
		return nil, said(err)
	}
	return gather(files), nil
}

func (s server) List(ctx context.Context) ([]Stored, error) {
	all, err := s.all(ctx)
	if err != nil {
		return nil, err
	}
	var whole []Stored
	for _, c := range all {
		if c.have == c.of {
			whole = append(whole, c.Stored)
		}
	}
	return newestFirst(whole), nil
}

func (s server) at(file string) string { return path.Join(s.folder, file) }

func (s server) Put(ctx context.Context, name string, file *os.File, size int64) error {
	of := max(1, int((size+chunkSize-1)/chunkSize))
	if of > maxChunks {
		return fmt.Errorf("the backup has %d bytes, and a server takes up to %d", size, int64(maxChunks)*chunkSize)
	}
	part := make([]byte, chunkSize)
	for n := 1; n <= of; n++ {
		got, err := file.ReadAt(part, int64(n-1)*chunkSize)
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("read the backup: %w", err)
		}
		if err := s.files.Put(ctx, s.at(chunkName(name, n, of)), part[:got]); err != nil {
			return said(err)
		}
	}
	return nil
}

func (s server) Get(ctx context.Context, name string, w io.Writer) error {
	all, err := s.all(ctx)
	if err != nil {
		return err
	}
	for _, c := range all {
		if c.Name != name || c.have != c.of {
			continue
		}
		for n := 1; n <= c.of; n++ {
			data, err := s.files.Get(ctx, s.at(chunkName(name, n, c.of)))
			if err != nil {
				return said(err)
			}
			if _, err := w.Write(data); err != nil {
				return fmt.Errorf("keep the backup: %w", err)
			}
		}
		return nil
	}
	return fmt.Errorf("there is no whole backup %q", name)
}

func (s server) Remove(ctx context.Context, name string) error {
	files, err := s.files.List(ctx, s.folder)
	if err != nil {
		return said(err)
	}
	var parts []string
	for _, f := range files {
		if of, _, _, ok := chunkOf(f.Name); ok && of == name {
			parts = append(parts, f.Name)
		}
	}
	slices.Sort(parts)
	for _, part := range parts {
		if err := s.files.Remove(ctx, s.at(part)); err != nil {
			return said(err)
		}
	}
	return nil
}

func (s server) Close() error { return s.files.Close() }
