package sim

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"path"
	"strconv"
	"strings"
	"time"
)

var (
	errNoSuchFile = errors.New("no such file or directory")
	errNoDataConn = errors.New("no data connection was made")
)

// local is the address at which the client reached the PBX.
func (s *ftpSession) local() netip.Addr {
	at, _ := netip.ParseAddrPort(s.line.LocalAddr().String()) // the client's has been read
	return at.Addr().Unmap()
}

// listen opens the port for the next transfer.
func (s *ftpSession) listen() (port uint16, ok bool) {
	s.endPassive()
	ln, err := net.Listen("tcp", netip.AddrPortFrom(s.local(), 0).String())
	if err != nil {
		s.reply(425, "no port is free")
		return 0, false
	}
	s.passive = ln
	at, _ := netip.ParseAddrPort(ln.Addr().String())
	return at.Port(), true
}

func (s *ftpSession) endPassive() {
	if s.passive != nil {
		_ = s.passive.Close()
		s.passive = nil
	}
}

func (s *ftpSession) pasv(string) {
	ip := s.local()
	if !ip.Is4() {
		s.reply(425, "PASV is for IPv4; use EPSV")
		return
	}
	port, ok := s.listen()
	if !ok {
		return
	}
	if s.lacks[FaultPASVAddress] {
		ip = netip.AddrFrom4([4]byte{192, 0, 2, 1}) // of nobody (RFC 5737)
	}
	four := strings.ReplaceAll(ip.String(), ".", ",")
	s.reply(227, fmt.Sprintf("Entering Passive Mode (%s,%d,%d).", four, port>>8, port&255))
}

func (s *ftpSession) epsv(arg string) {
	if strings.EqualFold(arg, "ALL") {
		s.reply(200, "EPSV and nothing else")
		return
	}
	if port, ok := s.listen(); ok {
		s.reply(229, fmt.Sprintf("Entering Extended Passive Mode (|||%d|)", port))
	}
}

// dataConn takes the connection for a transfer, from the client's own address
// alone. It ends with the line.
func (s *ftpSession) dataConn() (conn net.Conn, err error) {
	if s.passive == nil {
		return nil, errNoDataConn
	}
	defer s.endPassive()
	ln := s.passive
	defer context.AfterFunc(s.line.ctx, func() { _ = ln.Close() })()
	if limited, ok := ln.(*net.TCPListener); ok {
		_ = limited.SetDeadline(time.Now().Add(loginTimeout))
	}
	conn, err = ln.Accept()
	if err != nil {
		return nil, errNoDataConn
	}
	if at, err := netip.ParseAddrPort(conn.RemoteAddr().String()); err != nil || at.Addr().Unmap().WithZone("") != s.line.from {
		_ = conn.Close()
		return nil, errNoDataConn
	}
	return idling{conn}, nil
}

// transfer lets move send or take data, and answers.
func (s *ftpSession) transfer(about string, move func(net.Conn) error) {
	defer func() { s.rest = 0 }()
	conn, err := s.dataConn()
	if err != nil {
		s.reply(425, err.Error())
		return
	}
	defer context.AfterFunc(s.line.ctx, func() { _ = conn.Close() })()
	s.reply(150, about)
	err = move(conn)
	_ = conn.Close()
	var broken net.Error
	switch {
	case err == nil:
		s.reply(226, "transfer complete")
	case errors.As(err, &broken):
		s.reply(426, "the data connection broke off")
	default:
		s.refuse(err)
	}
}

func (s *ftpSession) restart(arg string) {
	at, err := strconv.ParseInt(arg, 10, 64)
	if err != nil || at < 0 {
		s.reply(501, "REST takes a number of bytes")
		return
	}
	s.rest = at
	s.reply(350, fmt.Sprintf("the next transfer begins at %d", at))
}

func (s *ftpSession) retrieve(name string) {
	file, err := s.download(s.path(name))
	if err != nil {
		s.rest = 0
		s.refuse(err)
		return
	}
	defer file.Close() // if no data connection is made
	s.transfer("here it comes", func(conn net.Conn) error {
		err := sendFile(s.encode(conn), file, s.rest)
		return errors.Join(err, file.Close())
	})
}

func (s *ftpSession) encode(conn net.Conn) io.Writer {
	if s.binary {
		return conn
	}
	return toASCII{conn}
}

func sendFile(to io.Writer, file io.ReaderAt, at int64) error {
	b := make([]byte, 32<<10)
	for {
		n, err := file.ReadAt(b, at)
		if _, wrong := to.Write(b[:n]); wrong != nil {
			return wrong
		}
		at += int64(n)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// store writes a file anew; after REST it goes on in the one that is there.
func (s *ftpSession) store(name string) {
	s.receive(name, opening{create: true, empty: s.rest == 0}, false)
}

func (s *ftpSession) appendTo(name string) { s.receive(name, opening{create: true}, true) }

// receive takes one file from the client. What has come stays, whatever
// happens then.
func (s *ftpSession) receive(name string, how opening, atEnd bool) {
	file, err := s.upload(s.path(name), how)
	if err != nil {
		s.rest = 0
		s.refuse(err)
		return
	}
	defer file.Close() // if no data connection is made
	file.append = atEnd
	s.transfer("send it", func(conn net.Conn) error {
		err := takeFile(file, s.decode(conn), s.rest)
		return errors.Join(err, file.Close())
	})
}

func (s *ftpSession) decode(conn net.Conn) io.Reader {
	if s.binary {
		return conn
	}
	return fromASCII{bufio.NewReader(conn)}
}

func takeFile(file io.WriterAt, from io.Reader, at int64) error {
	b := make([]byte, 32<<10)
	for {
		n, err := from.Read(b)
		if n > 0 {
			if _, wrong := file.WriteAt(b[:n], at); wrong != nil {
				return wrong
			}
			at += int64(n)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// toASCII ends lines with CR LF.
type toASCII struct{ to io.Writer }

func (a toASCII) Write(b []byte) (int, error) {
	if _, err := a.to.Write(bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n"))); err != nil {
		return 0, err
	}
	return len(b), nil
}

// fromASCII takes away the CR before each LF.
type fromASCII struct{ in *bufio.Reader }

func (a fromASCII) Read(b []byte) (n int, err error) {
	for n < len(b) && (n == 0 || a.in.Buffered() > 0) {
		c, err := a.in.ReadByte()
		if err != nil {
			return n, err
		}
		if next, _ := a.in.Peek(1); c == '\r' && string(next) == "\n" {
			continue
		}
		b[n] = c
		n++
	}
	return n, nil
}

// sendList lists a folder, or a file by itself; of what is not there nothing.
// Options such as -a are passed over.
func (s *ftpSession) sendList(arg string, line func(fileInfo) string) {
	for strings.HasPrefix(arg, "-") {
		_, arg, _ = strings.Cut(arg, " ")
	}
	all, err := s.p.disk.list(s.path(arg))
	if err != nil {
		if one, err := s.p.disk.stat(s.path(arg), true); err == nil {
			all = []fileInfo{one}
		}
	}
	s.sendLines(all, line)
}

func (s *ftpSession) sendLines(all []fileInfo, line func(fileInfo) string) {
	s.transfer("here is the list", func(conn net.Conn) error {
		var text strings.Builder
		for _, info := range all {
			text.WriteString(line(info) + "\r\n")
		}
		_, err := conn.Write([]byte(text.String()))
		return err
	})
}

// longLine is a line of "ls -l" in UTC: the year stands where the hour of older
// and of future times would.
func (s *ftpSession) longLine(i fileInfo) string {
	kind, name := "-", i.name
	switch {
	case i.link != "":
		kind, name = "l", i.name+" -> "+i.link
	case i.IsDir():
		kind = "d"
	}
	form := "Jan _2 15:04"
	if age := s.p.o.Now().Sub(i.time); age < 0 || age > 180*24*time.Hour {
		form = "Jan _2  2006"
	}
	return fmt.Sprintf("%s%s    1 0        0        %8d %s %s", kind, i.mode.Perm().String()[1:], i.size, i.time.UTC().Format(form), name)
}

// facts are those of RFC 3659.
func facts(i fileInfo) string {
	kind := "file"
	if i.IsDir() || i.link != "" {
		kind = "dir"
	}
	return fmt.Sprintf("type=%s;size=%d;modify=%s; ", kind, i.size, i.time.UTC().Format(factTime))
}

const factTime = "20060102150405"

func (s *ftpSession) sendFacts(arg string) {
	all, err := s.p.disk.list(s.path(arg))
	if err != nil {
		s.refuse(err)
		return
	}
	s.sendLines(all, func(i fileInfo) string { return facts(i) + i.name })
}

func (s *ftpSession) tellFacts(arg string) {
	info, err := s.p.disk.stat(s.path(arg), true)
	if err != nil {
		s.refuse(err)
		return
	}
	s.send("250-Facts:\r\n " + facts(info) + path.Clean(s.path(arg)) + "\r\n250 End\r\n")
}

// tellSize tells bytes as they are on the disk; in ASCII there would be others.
func (s *ftpSession) tellSize(name string) {
	info, err := s.file(name)
	switch {
	case err != nil:
		s.refuse(err)
	case !s.binary:
		s.reply(550, "no size in ASCII mode")
	default:
		s.reply(213, strconv.FormatInt(info.size, 10))
	}
}

func (s *ftpSession) tellTime(name string) {
	info, err := s.file(name)
	if err != nil {
		s.refuse(err)
		return
	}
	s.reply(213, info.time.UTC().Format(factTime))
}

// file tells of a file, and of no folder.
func (s *ftpSession) file(name string) (fileInfo, error) {
	info, err := s.p.disk.stat(s.path(name), true)
	if err == nil && info.IsDir() {
		err = errFolder
	}
	return info, err
}
