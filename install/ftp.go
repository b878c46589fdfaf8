package install

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/textproto"
	"path"
	"strings"

	"github.com/jlaffaye/ftp"
)

const (
	maxListing = 8 << 20 // bytes
	implicit   = "990"   // the port where TLS begins at once
)

// ftpSession speaks FTP by a library that knows no deadlines and no contexts;
// both come from the wire beneath it. It is passive only, and data connections
// go to the address of the control connection, whatever PASV names: behind a
// router the PBX does not know its own.
type ftpSession struct {
	wire     *wire
	password string
	control  net.Conn
	conn     *ftp.ServerConn
	most     int64         // what the next data connection may bring
	heard    *bytes.Buffer // what it brought, for listings; else nil
	exact    bool          // MDTM is there
	noChmod  bool          // SITE CHMOD is not
	given    fs.FileMode   // what the server itself gives new files; 0: not known
}

func openFTP(ctx context.Context, server Server, at place) (session, error) {
	s := &ftpSession{wire: newWire(server), password: server.Password}
	defer s.wire.step(ctx)()
	secure, err := tlsFor(server, at)
	if err != nil {
		return nil, err
	}
	if err := s.connect(ctx, at, secure); err != nil {
		s.wire.close()
		return nil, err
	}
	if err := s.login(ctx, at); err != nil {
		s.wire.close()
		return nil, err
	}
	s.exact = s.conn.IsGetTimeSupported()
	return s, nil
}

// connect makes the control connection, up to the server's greeting.
func (s *ftpSession) connect(ctx context.Context, at place, secure *tls.Config) error {
	step := "connect to " + at.address()
	var reached bool
	dial := func(_, address string) (net.Conn, error) {
		if s.control != nil {
			return s.dialData(address, secure)
		}
		conn, err := s.wire.dial(at.address(), maxReplies)
		if err != nil {
			return nil, err
		}
		reached = true
		s.control, err = begin(conn, at, secure)
		return s.control, err
	}
	options := []ftp.DialOption{ftp.DialWithDialFunc(dial)}
	if secure != nil {
		options = append(options, ftp.DialWithTLS(secure)) // for PBSZ and PROT alone: TLS is begun by dial
	}
	err := s.guard(func() (err error) { s.conn, err = ftp.Dial(at.address(), options...); return err })
	var untrusted *Error
	var said *textproto.Error
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return broken(ctx, step, "", err)
	case errors.As(err, &untrusted):
		return untrusted
	case errors.As(err, &said) && said.Code == ftp.StatusNotAvailable:
		return s.failed(ErrBusy, step, "", said)
	case errors.As(err, &said):
		return s.failed(ErrReach, step, "", said)
	case reached && (errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)):
		err = errors.New("it hangs up without a word")
	}
	return &Error{Kind: ErrReach, Step: step, Err: err}
}

// dialData is for the data connections. The library has asked for the
// address by EPSV or PASV; only its port counts.
func (s *ftpSession) dialData(address string, secure *tls.Config) (net.Conn, error) {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	host, _, err := net.SplitHostPort(s.control.RemoteAddr().String())
	if err != nil {
		return nil, err
	}
	conn, err := s.wire.dial(net.JoinHostPort(host, port), s.most)
	if err != nil {
		return nil, fmt.Errorf("data connection to port %s, which a firewall may be in the way of: %w", port, err)
	}
	var data net.Conn = conn
	if secure != nil {
		data = tls.Client(conn, secure)
	}
	if s.heard != nil {
		return &heardConn{data, s.heard}, nil
	}
	return data, nil
}

// login sends user and password, once.
func (s *ftpSession) login(ctx context.Context, at place) error {
	step := "log in at " + at.address()
	if strings.ContainsAny(s.password, "\r\n\x00") {
		return &Error{Kind: ErrLogin, Step: step, Err: errors.New("the password has control characters")}
	}
	err := s.guard(func() error { return s.conn.Login(at.user, s.password) })
	var said *textproto.Error
	var line net.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &said) && said.Code == ftp.StatusNotAvailable:
		return s.failed(ErrBusy, step, "", said)
	case errors.As(err, &said):
		return s.failed(ErrLogin, step, "", said)
	case ctx.Err() != nil, errors.As(err, &line), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, errFlood):
		return broken(ctx, step, "", err)
	}
	return s.failed(ErrLogin, step, "", err) // the library gives the server's words alone
}

func (s *ftpSession) fetch(ctx context.Context, name string) (data []byte, err error) {
	err = s.do(ctx, "read", name, func() (err error) {
		data, err = s.retrieve(name)
		return err
	})
	return data, s.whyNot(ctx, name, err)
}

func (s *ftpSession) retrieve(name string) ([]byte, error) {
	s.most = maxStep
	from, err := s.conn.Retr(name)
	if err != nil {
		return nil, err
	}
	var got bytes.Buffer
	got.Grow(64 << 10) // as much as most prompts have
	_, err = got.ReadFrom(io.LimitReader(from, maxFile+1))
	data := got.Bytes()
	if len(data) > maxFile {
		s.wire.close()
		return nil, &Error{Kind: ErrTooBig, Step: "read", Path: name, Err: fmt.Errorf("more than %d bytes", maxFile)}
	}
	closed := from.Close()
	var said *textproto.Error
	if errors.As(closed, &said) && said.Code/100 == 2 {
		closed = nil
	}
	return data, errors.Join(err, closed)
}

func (s *ftpSession) store(ctx context.Context, name string, data []byte, mode fs.FileMode) error {
	err := s.do(ctx, "write", name, func() error {
		s.most = maxReplies // nothing is to come
		return s.conn.Stor(name, bytes.NewReader(data))
	})
	if err != nil || mode == 0 || s.noChmod || mode == s.given {
		return err
	}
	if s.given == 0 {
		all, err := s.list(ctx, path.Dir(name))
		if err != nil {
			return err
		}
		if s.given = all.entries[path.Base(name)].mode; s.given == mode {
			return nil
		}
	}
	return s.chmod(ctx, name, mode)
}

// chmod makes a new file as readable as the one before it. Not every server
// can, and then it is as its settings say.
func (s *ftpSession) chmod(ctx context.Context, name string, mode fs.FileMode) error {
	err := s.do(ctx, "set permissions of", name, func() error { return s.site(fmt.Sprintf("CHMOD %04o %s", mode.Perm(), name)) })
	if errors.Is(err, ErrLost) || ctx.Err() != nil {
		return err
	}
	s.noChmod = err != nil
	return nil
}

// site sends a command that the library does not have. Between two of its
// calls nothing is on the way, so that it does not notice.
func (s *ftpSession) site(command string) error {
	if strings.ContainsAny(command, "\r\n") {
		return ftp.ErrInvalidCommand
	}
	c := textproto.NewConn(unclosed{s.control})
	if err := c.PrintfLine("SITE %s", command); err != nil {
		return err
	}
	_, _, err := c.ReadResponse(2)
	return err
}

// unclosed is a connection that somebody else closes.
type unclosed struct{ io.ReadWriter }

func (unclosed) Close() error { return nil }

func (s *ftpSession) rename(ctx context.Context, from, to string) error {
	return s.do(ctx, "rename to", to, func() error { return s.conn.Rename(from, to) })
}

func (s *ftpSession) remove(ctx context.Context, name string) error {
	return s.whyNot(ctx, name, s.do(ctx, "remove", name, func() error { return s.conn.Delete(name) }))
}

func (s *ftpSession) makeFolder(ctx context.Context, name string) error {
	return s.do(ctx, "make folder", name, func() error { return s.conn.MakeDir(name) })
}

// removeFolder leaves the folder first, which a listing may have entered.
func (s *ftpSession) removeFolder(ctx context.Context, name string) error {
	return s.do(ctx, "remove folder", name, func() error {
		return errors.Join(s.conn.ChangeDir("/"), s.conn.RemoveDir(name))
	})
}

func (s *ftpSession) close() error {
	s.wire.goodbye(func() { _ = s.guard(s.conn.Quit) })
	return nil
}
