package install

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"
)

// folderSession is a folder of the box: one that is mounted, or a rehearsal.
// No path leads out of it.
type folderSession struct{ root *os.Root }

func openFolder(at place) (session, error) {
	root, err := os.OpenRoot(at.folder)
	if err != nil {
		return nil, &Error{Kind: ErrReach, Step: "open " + at.folder, Err: err}
	}
	return &folderSession{root}, nil
}

// in makes a path of the PBX one below the folder.
func in(name string) string {
	if name = strings.TrimPrefix(path.Clean(name), "/"); name != "" {
		return name
	}
	return "."
}

func (s *folderSession) do(ctx context.Context, step, name string, call func(name string) error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s %s: %w", step, name, context.Cause(ctx))
	}
	err := call(in(name))
	var known *Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return known
	}
	return &Error{Kind: diskKind(err), Step: step, Path: name, Err: err}
}

func diskKind(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return ErrMissing
	case errors.Is(err, fs.ErrPermission):
		return ErrDenied
	case errors.Is(err, syscall.EROFS):
		return ErrReadOnly
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		return ErrFull
	case errors.Is(err, fs.ErrExist), errors.Is(err, syscall.ENOTEMPTY):
		return ErrExists
	case errors.Is(err, syscall.EISDIR):
		return ErrNoFile
	}
	return ErrRefused
}

func (s *folderSession) fetch(ctx context.Context, name string) (data []byte, err error) {
	err = s.do(ctx, "read", name, func(at string) error {
		file, err := s.root.Open(at)
		if err != nil {
			return err
		}
		defer file.Close()
		data, err = io.ReadAll(io.LimitReader(file, maxFile+1))
		if len(data) > maxFile {
			err = &Error{Kind: ErrTooBig, Step: "read", Path: name, Err: fmt.Errorf("more than %d bytes", maxFile)}
		}
		return err
	})
	return data, err
}

func (s *folderSession) store(ctx context.Context, name string, data []byte, mode fs.FileMode) error {
	return s.do(ctx, "write", name, func(at string) error {
		file, err := s.root.OpenFile(at, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
		if err != nil {
			return err
		}
		if mode != 0 {
			err = file.Chmod(mode.Perm())
		}
		if err == nil {
			_, err = file.Write(data)
		}
		if err == nil {
			err = file.Sync()
		}
		return errors.Join(err, file.Close())
	})
}

func (s *folderSession) rename(ctx context.Context, from, to string) error {
	return s.do(ctx, "rename to", to, func(at string) error { return s.root.Rename(in(from), at) })
}

func (s *folderSession) remove(ctx context.Context, name string) error {
	return s.do(ctx, "remove", name, func(at string) error {
		if info, err := s.root.Lstat(at); err == nil && info.IsDir() {
			return syscall.EISDIR
		}
		return s.root.Remove(at)
	})
}

func (s *folderSession) makeFolder(ctx context.Context, name string) error {
	return s.do(ctx, "make folder", name, func(at string) error { return s.root.Mkdir(at, 0o755) })
}

func (s *folderSession) removeFolder(ctx context.Context, name string) error {
	return s.do(ctx, "remove folder", name, func(at string) error {
		info, err := s.root.Lstat(at)
		if err == nil && !info.IsDir() {
			err = syscall.ENOTDIR
		}
		if err != nil {
			return err
		}
		return s.root.Remove(at)
	})
}

func (s *folderSession) list(ctx context.Context, folder string) (listing, error) {
	all := listing{entries: map[string]entry{}, whole: true}
	err := s.do(ctx, "list", folder, func(at string) error {
		file, err := s.root.Open(at)
		if err != nil {
			return err
		}
		defer file.Close()
		found, err := file.ReadDir(-1)
		for _, one := range found {
			info, err := one.Info()
			if errors.Is(err, fs.ErrNotExist) { // gone meanwhile
				continue
			}
			if err != nil {
				return err
			}
			all.entries[one.Name()] = entryOf(info)
		}
		return err
	})
	return all, err
}

func (s *folderSession) stamp(_ context.Context, _ string, e entry) (string, error) {
	return fmt.Sprintf("%d %d", e.size, e.time.UnixNano()), nil
}

func (s *folderSession) close() error { return s.root.Close() }
