package install

import (
	"context"
	"errors"
	"fmt"
	"net/textproto"
	"path"
	"strings"

	"github.com/jlaffaye/ftp"
)

// guard runs a call of the library, which panics at some replies, such as a
// closing bracket before the opening one.
func (s *ftpSession) guard(call func() error) (err error) {
	defer func() {
		if trouble := recover(); trouble != nil {
			err = fmt.Errorf("a reply that makes no sense: %v", trouble)
		}
	}()
	return call()
}

// failed makes an error of a kind of what the server said.
func (s *ftpSession) failed(kind error, step, name string, said error) error {
	text := said.Error()
	if reply, ok := errors.AsType[*textproto.Error](said); ok {
		text = fmt.Sprintf("%d %s", reply.Code, reply.Msg)
	}
	return &Error{Kind: kind, Step: step, Path: name, Said: harmless(text, s.password)}
}

// do runs one step.
func (s *ftpSession) do(ctx context.Context, step, name string, call func() error) error {
	defer s.wire.step(ctx)()
	return s.judge(ctx, step, name, s.guard(call))
}

// judge gives an error its kind: by the reply's code, and by its words only
// where the code says nothing.
func (s *ftpSession) judge(ctx context.Context, step, name string, err error) error {
	var said *textproto.Error
	var known *Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return known
	case errors.As(err, &said):
		if said.Code/100 == 2 { // done, by another number than the library expects
			return nil
		}
		kind := ftpKind(said.Code, said.Msg)
		switch {
		case kind == ErrLost, kind == ErrBusy:
			s.wire.close()
		case kind == ErrFull && (step == "read" || step == "list"):
			kind = ErrRefused
		}
		return s.failed(kind, step, name, said)
	}
	s.wire.close()
	return broken(ctx, step, name, err)
}

// ftpKind reads a reply. 550 and 553 say no more than "no": servers use them
// for what is missing, denied or already there.
func ftpKind(code int, text string) error {
	switch code {
	case ftp.StatusNotAvailable:
		return ErrBusy
	case ftp.StatusCanNotOpenDataConnection, ftp.StatusTransfertAborted:
		return ErrLost
	case ftp.StatusActionAborted, ftp.Status452, ftp.StatusExceededStorage:
		return ErrFull
	case ftp.StatusBadCommand, ftp.StatusNotImplemented, ftp.StatusNotImplementedParameter:
		return ErrUnsupported
	}
	text = strings.ToLower(text)
	for _, hint := range []struct {
		kind  error
		words []string
	}{
		{ErrReadOnly, []string{"read-only", "read only", "readonly"}},
		{ErrFull, []string{"space", "quota", "disk full", "enospc"}},
		{ErrMissing, []string{"no such", "not found", "not exist", "cannot find", "doesn't exist"}},
		{ErrDenied, []string{"permission", "denied", "not allowed", "forbidden"}},
		{ErrExists, []string{"exist"}},
	} {
		for _, word := range hint.words {
			if strings.Contains(text, word) {
				return hint.kind
			}
		}
	}
	return ErrRefused
}

// whyNot finds out what a refusal that says nothing means: a file that is not
// listed is missing.
func (s *ftpSession) whyNot(ctx context.Context, name string, refused error) error {
	e, ok := errors.AsType[*Error](refused)
	if !ok || e.Kind != ErrRefused && e.Kind != ErrDenied {
		return refused
	}
	all, err := s.list(ctx, path.Dir(name))
	found, there := all.entries[path.Base(name)]
	why := *e
	switch {
	case errors.Is(err, ErrMissing):
		why.Kind = ErrMissing
	case err != nil:
		return err
	case there && found.kind != plainFile:
		why.Kind = ErrNoFile
	case there:
		why.Kind = ErrDenied
	case all.whole:
		why.Kind = ErrMissing
	}
	return &why
}
