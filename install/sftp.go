package install

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"strings"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
)

// sftpSession speaks SFTP, as of OpenSSH.
type sftpSession struct {
	wire     *wire
	ssh      *ssh.Client
	files    *sftp.Client
	password string
	replaces bool // posix-rename is there
}

func openSFTP(ctx context.Context, server Server, at place) (session, error) {
	key, err := readHostKey(server.Pin)
	if err != nil {
		return nil, &Error{Kind: ErrUntrusted, Step: "connect to " + at.address(), Err: err}
	}
	s := &sftpSession{wire: newWire(server), password: server.Password}
	defer s.wire.step(ctx)()
	if err := s.login(ctx, at, key); err != nil {
		s.wire.close()
		return nil, err
	}
	s.files, err = sftp.NewClient(s.ssh, sftp.UseConcurrentWrites(true))
	if err != nil {
		_ = s.close()
		step := "begin SFTP at " + at.address()
		if strings.Contains(err.Error(), "subsystem request failed") { // the library has no type for it
			return nil, &Error{Kind: ErrUnsupported, Step: step, Err: err}
		}
		return nil, broken(ctx, step, "", err)
	}
	_, s.replaces = s.files.HasExtension("posix-rename@openssh.com")
	return s, nil
}

// login sends the password once, in the one way or the other that the server
// asks for it.
func (s *sftpSession) login(ctx context.Context, at place, key ssh.PublicKey) error {
	conn, err := s.wire.dial(at.address(), maxStep)
	if err != nil {
		if ctx.Err() != nil {
			return broken(ctx, "connect to "+at.address(), "", err)
		}
		return &Error{Kind: ErrReach, Step: "connect to " + at.address(), Err: err}
	}
	var greeted, sent bool
	give := func() (string, error) {
		if sent {
			return "", errOnce
		}
		sent = true
		return s.password, nil
	}
	config := sshConfig(at.user, key.Type(), func(_ string, _ net.Addr, shown ssh.PublicKey) error {
		greeted = true
		return sameKey(at, key, shown)
	})
	config.Auth = []ssh.AuthMethod{
		ssh.PasswordCallback(give),
		ssh.KeyboardInteractive(func(_, _ string, questions []string, echo []bool) ([]string, error) {
			if len(questions) == 0 {
				return nil, nil
			}
			if len(questions) > 1 || echo[0] {
				return nil, errors.New("it asks for more than a password")
			}
			answer, err := give()
			return []string{answer}, err
		}),
	}
	line, channels, requests, err := ssh.NewClientConn(conn, at.address(), config)
	if err == nil {
		s.ssh = ssh.NewClient(line, channels, requests)
		return nil
	}
	return s.noLogin(ctx, at, err, greeted, sent)
}

var errOnce = errors.New("the password was refused")

// noLogin says why there is no login. A connection that breaks off once the
// password is out counts as a refusal: some servers say it so.
func (s *sftpSession) noLogin(ctx context.Context, at place, err error, greeted, sent bool) error {
	var known *Error
	var line net.Error
	switch {
	case ctx.Err() != nil:
		return broken(ctx, "log in at "+at.address(), "", err)
	case errors.As(err, &known):
		return known
	case errors.As(err, &line) && line.Timeout():
		return broken(ctx, "log in at "+at.address(), "", err)
	case sent || greeted:
		return &Error{Kind: ErrLogin, Step: "log in at " + at.address(), Said: harmless(err.Error(), s.password)}
	case errors.Is(err, io.EOF):
		err = errors.New("it hangs up without a word")
	}
	return &Error{Kind: ErrReach, Step: "connect to " + at.address(), Err: err}
}

// do runs one step.
func (s *sftpSession) do(ctx context.Context, step, name string, call func() error) error {
	defer s.wire.step(ctx)()
	err := call()
	if err == nil {
		return nil
	}
	var known *Error
	if errors.As(err, &known) {
		return known
	}
	kind := s.kind(err, name)
	if kind == nil {
		s.wire.close()
		return broken(ctx, step, name, err)
	}
	return &Error{Kind: kind, Step: step, Path: name, Said: harmless(err.Error(), s.password)}
}

// kind reads an answer; nil: it is none, and the connection is gone. OpenSSH
// says "failure" to a full and to a read-only disk alike.
func (s *sftpSession) kind(err error, name string) error {
	var status *sftp.StatusError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return ErrMissing
	case errors.Is(err, fs.ErrPermission):
		return ErrDenied
	case errors.Is(err, fs.ErrExist):
		return ErrExists
	case !errors.As(err, &status):
		return nil
	}
	switch status.FxCode() {
	case sftp.ErrSSHFxNoConnection, sftp.ErrSSHFxConnectionLost:
		return nil
	case sftp.ErrSSHFxOpUnsupported:
		return ErrUnsupported
	}
	return ErrRefused
}

// whyFailed asks about the disk after a write that failed without a reason.
func (s *sftpSession) whyFailed(ctx context.Context, folder string, failed error) error {
	e, ok := errors.AsType[*Error](failed)
	if !ok || e.Kind != ErrRefused {
		return failed
	}
	if kind := ftpKind(0, e.Said); kind != ErrRefused {
		e.Kind = kind
		return failed
	}
	const readOnly = 1 // of statvfs@openssh.com
	_ = s.do(ctx, "ask for room in", folder, func() error {
		disk, err := s.files.StatVFS(folder)
		switch {
		case err != nil:
			return err
		case disk.Flag&readOnly != 0:
			e.Kind = ErrReadOnly
		case disk.Bavail == 0, disk.Files > 0 && disk.Favail == 0:
			e.Kind = ErrFull
		}
		return nil
	})
	return failed
}

func (s *sftpSession) fetch(ctx context.Context, name string) (data []byte, err error) {
	err = s.do(ctx, "read", name, func() error {
		file, err := s.files.Open(name)
		if err != nil {
			return err
		}
		defer file.Close()
		to := &bounded{name: name}
		_, err = file.WriteTo(to)
		data = to.Bytes()
		return err
	})
	return data, err
}

// bounded takes as much as a file may have.
type bounded struct {
	bytes.Buffer
	name string
}

func (b *bounded) Write(data []byte) (int, error) {
	if b.Len()+len(data) > maxFile {
		return 0, &Error{Kind: ErrTooBig, Step: "read", Path: b.name, Err: fmt.Errorf("more than %d bytes", maxFile)}
	}
	return b.Buffer.Write(data)
}

func (s *sftpSession) store(ctx context.Context, name string, data []byte, mode fs.FileMode) error {
	err := s.do(ctx, "write", name, func() error {
		file, err := s.files.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC)
		if err != nil {
			return err
		}
		if mode != 0 {
			_ = file.Chmod(mode.Perm()) // who may not has written a file all the same
		}
		_, err = file.ReadFromWithConcurrency(bytes.NewReader(data), 8)
		return errors.Join(err, file.Close())
	})
	return s.whyFailed(ctx, folderOf(name), err)
}

func (s *sftpSession) rename(ctx context.Context, from, to string) error {
	if s.replaces {
		err := s.do(ctx, "rename to", to, func() error { return s.files.PosixRename(from, to) })
		if !errors.Is(err, ErrUnsupported) {
			return err
		}
		s.replaces = false
	}
	return s.do(ctx, "rename to", to, func() error { return s.files.Rename(from, to) })
}

func (s *sftpSession) remove(ctx context.Context, name string) error {
	return s.do(ctx, "remove", name, func() error { return s.files.Remove(name) })
}

func (s *sftpSession) makeFolder(ctx context.Context, name string) error {
	err := s.do(ctx, "make folder", name, func() error { return s.files.Mkdir(name) })
	return s.whyFailed(ctx, folderOf(name), err)
}

func (s *sftpSession) removeFolder(ctx context.Context, name string) error {
	return s.do(ctx, "remove folder", name, func() error { return s.files.RemoveDirectory(name) })
}

func (s *sftpSession) list(ctx context.Context, folder string) (listing, error) {
	all := listing{entries: map[string]entry{}, whole: true}
	err := s.do(ctx, "list", folder, func() error {
		infos, err := s.files.ReadDir(folder)
		for _, info := range infos {
			all.entries[info.Name()] = entryOf(info)
		}
		return err
	})
	return all, err
}

// entryOf is for what tells its kind by a mode.
func entryOf(info fs.FileInfo) entry {
	e := entry{size: info.Size(), mode: info.Mode().Perm(), time: info.ModTime()}
	switch mode := info.Mode(); {
	case mode&fs.ModeSymlink != 0:
		e.kind = linkEntry
	case mode.IsDir():
		e.kind = folderEntry
	case !mode.IsRegular():
		e.kind = otherEntry
	}
	return e
}

func (s *sftpSession) stamp(_ context.Context, _ string, e entry) (string, error) {
	return fmt.Sprintf("%d %d", e.size, e.time.Unix()), nil
}

// close waits until nothing of the session runs any more.
func (s *sftpSession) close() error {
	s.wire.goodbye(func() {
		if s.files != nil {
			_ = s.files.Close()
		}
		_ = s.ssh.Close()
	})
	_ = s.ssh.Wait()
	return nil
}
