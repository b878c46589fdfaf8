package install

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path"
	"time"
)

// Files is one login at a [Server], for files that are none of an installation,
// such as backups. Its methods follow one another; after an error that is
// [ErrLost], or of the context, only Close is of use.
type Files struct{ session session }

// FileInfo is a plain file in a folder.
type FileInfo struct {
	Name string
	Size int64     // below 0: not told
	Time time.Time // as the server tells it, which may be to the minute
}

// MaxPut is the size of the biggest file that Put takes and Get gives, in bytes.
const MaxPut = maxFile

// tempSuffix names a file until it is whole.
const tempSuffix = ".part"

// Files logs in, once.
func (s Server) Files(ctx context.Context) (*Files, error) {
	session, err := s.open(ctx)
	if err != nil {
		return nil, err
	}
	return &Files{session}, nil
}

// Put writes a file under a temporary name, reads it back and renames it.
func (f *Files) Put(ctx context.Context, name string, data []byte) error {
	temp := name + tempSuffix
	if err := f.session.store(ctx, temp, data, 0); err != nil {
		return err
	}
	got, err := f.session.fetch(ctx, temp)
	if err != nil {
		return err
	}
	if !bytes.Equal(got, data) {
		err := &Error{Kind: ErrReadBack, Step: "read back", Path: name, Err: fmt.Errorf("%d bytes of %d", len(got), len(data))}
		return errors.Join(err, f.session.remove(ctx, temp))
	}
	return f.session.rename(ctx, temp, name)
}

// Get reads a file of at most [MaxPut] bytes.
func (f *Files) Get(ctx context.Context, name string) ([]byte, error) {
	return f.session.fetch(ctx, name)
}

// Remove deletes a file.
func (f *Files) Remove(ctx context.Context, name string) error { return f.session.remove(ctx, name) }

// List gives the plain files in a folder.
func (f *Files) List(ctx context.Context, folder string) ([]FileInfo, error) {
	listed, err := f.session.list(ctx, folder)
	if err != nil {
		return nil, err
	}
	if listed.absent {
		return nil, &Error{Kind: ErrMissing, Step: "list", Path: folder}
	}
	var all []FileInfo
	for name, e := range listed.entries {
		if e.kind == plainFile {
			all = append(all, FileInfo{name, e.size, e.time})
		}
	}
	return all, nil
}

// MakeFolder makes a folder and those above it, where they are not there.
func (f *Files) MakeFolder(ctx context.Context, folder string) error {
	if folder = path.Clean(folder); folder == "/" || folder == "." {
		return nil
	}
	if listed, err := f.session.list(ctx, folder); err == nil && !listed.absent {
		return nil
	}
	if err := f.MakeFolder(ctx, path.Dir(folder)); err != nil {
		return err
	}
	err := f.session.makeFolder(ctx, folder)
	if errors.Is(err, ErrExists) {
		return nil // it may be entered, and not listed
	}
	return err
}

// Close says goodbye, which takes a moment at most.
func (f *Files) Close() error { return f.session.close() }
