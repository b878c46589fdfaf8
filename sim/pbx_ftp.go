package sim

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"path"
	"strings"
)

const maxFTPLine = 4096 // bytes of a command

// ServeFTP answers FTP on ln until ctx ends; then it closes ln, hangs up, waits
// for all that it began and returns nil. It is what a small device has
// (RFC 959, 2389, 2428, 3659): passive mode alone, and no TLS. The manual says
// no more than that there is FTP; all else is assumed.
//
// It is written by hand: of the libraries none lets a command be missing, cuts
// a line off in an upload, or waits for what it began.
func (p *PBX) ServeFTP(ctx context.Context, ln net.Listener) error {
	return p.serveConns(ctx, ln, "FTP", p.serveFTP)
}

// ftpSession is one control connection.
type ftpSession struct {
	visitor
	in      *bufio.Reader
	lacks   map[Fault]bool
	user    string
	known   bool // has logged in
	tries   int  // wrong passwords
	over    bool // nothing more is read
	dir     string
	binary  bool
	rest    int64  // where the next transfer begins
	from    string // what RNTO will rename
	passive net.Listener
}

func (p *PBX) serveFTP(ctx context.Context, conn net.Conn) {
	line := p.openLine(ctx, conn)
	if line == nil {
		return
	}
	defer p.closeLine(line)
	p.talkFTP(line)
}

// talkFTP obeys until the client says goodbye or is gone.
func (p *PBX) talkFTP(line *fileLine) {
	s := &ftpSession{
		visitor: visitor{p: p, line: line}, in: bufio.NewReaderSize(line, maxFTPLine),
		lacks: map[Fault]bool{}, dir: "/",
	}
	for _, f := range []Fault{FaultNoMLSD, FaultNoMDTM, FaultNoSize, FaultNoREST, FaultNoEPSV, FaultNoFEAT, FaultPASVAddress} {
		s.lacks[f] = p.strikes(f)
	}
	defer s.endPassive()
	s.reply(220, "FTP is ready")
	for !s.over {
		text, err := s.in.ReadSlice('\n')
		if err != nil {
			if err == bufio.ErrBufferFull {
				s.reply(500, "that line is too long")
			}
			return
		}
		s.obey(readFTP(text))
	}
}

// readFTP cuts a line into a verb in capitals and what follows the blank. What
// telnet puts before an urgent command is passed over.
func readFTP(line []byte) (verb, arg string) {
	line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
	for len(line) > 1 && line[0] == 0xff {
		line = line[2:]
	}
	verb, arg, _ = strings.Cut(string(line), " ")
	return strings.ToUpper(verb), arg
}

// ftpCommand is how one verb is carried out.
type ftpCommand struct {
	run  func(s *ftpSession, arg string)
	open bool  // before a login, too
	lack Fault // which lets it be missing
}

// ftpCommands are all that there are, by verb.
var ftpCommands = map[string]ftpCommand{
	"USER": {run: (*ftpSession).takeUser, open: true},
	"PASS": {run: (*ftpSession).takePassword, open: true},
	"QUIT": {run: (*ftpSession).quit, open: true},
	"FEAT": {run: (*ftpSession).features, open: true, lack: FaultNoFEAT},
	"OPTS": {run: (*ftpSession).option, open: true},
	"NOOP": {run: says(200, "done")},
	"SYST": {run: says(215, "UNIX Type: L8")},
	"ALLO": {run: says(202, "not needed")},
	"ABOR": {run: says(226, "nothing goes on")},
	"TYPE": {run: (*ftpSession).setType},
	"MODE": {run: only("S")},
	"STRU": {run: only("F")},
	"PWD":  {run: (*ftpSession).tellFolder},
	"XPWD": {run: (*ftpSession).tellFolder},
	"CWD":  {run: (*ftpSession).enter},
	"CDUP": {run: func(s *ftpSession, _ string) { s.enter("..") }},
	"PASV": {run: (*ftpSession).pasv},
	"EPSV": {run: (*ftpSession).epsv, lack: FaultNoEPSV},
	"LIST": {run: func(s *ftpSession, arg string) { s.sendList(arg, s.longLine) }},
	"NLST": {run: func(s *ftpSession, arg string) { s.sendList(arg, fileInfo.Name) }},
	"MLSD": {run: (*ftpSession).sendFacts, lack: FaultNoMLSD},
	"MLST": {run: (*ftpSession).tellFacts, lack: FaultNoMLSD},
	"SIZE": {run: (*ftpSession).tellSize, lack: FaultNoSize},
	"MDTM": {run: (*ftpSession).tellTime, lack: FaultNoMDTM},
	"REST": {run: (*ftpSession).restart, lack: FaultNoREST},
	"RETR": {run: (*ftpSession).retrieve},
	"STOR": {run: (*ftpSession).store},
	"APPE": {run: (*ftpSession).appendTo},
	"RNFR": {run: (*ftpSession).renameFrom},
	"RNTO": {run: (*ftpSession).renameTo},
	"DELE": {run: func(s *ftpSession, arg string) { s.done("deleted", s.remove(s.path(arg), false)) }},
	"RMD":  {run: func(s *ftpSession, arg string) { s.done("removed", s.remove(s.path(arg), true)) }},
	"MKD":  {run: (*ftpSession).makeFolder},
}

// says is a command whose answer is always the same.
func says(code int, text string) func(*ftpSession, string) {
	return func(s *ftpSession, _ string) { s.reply(code, text) }
}

// only is a command that sets what cannot be set to anything else.
func only(value string) func(*ftpSession, string) {
	return func(s *ftpSession, arg string) {
		if !strings.EqualFold(arg, value) {
			s.reply(504, "only "+value+" is there")
			return
		}
		s.reply(200, "done")
	}
}

func (s *ftpSession) obey(verb, arg string) {
	command, known := ftpCommands[verb]
	switch {
	case !s.known && !command.open:
		s.reply(530, "log in with USER and PASS")
	case !known || s.lacks[command.lack]:
		s.reply(500, "unknown command")
	default:
		command.run(s, arg)
	}
}

// reply sends a line. That it cannot be sent ends the session.
func (s *ftpSession) reply(code int, text string) { s.send(fmt.Sprintf("%d %s\r\n", code, text)) }

func (s *ftpSession) send(text string) {
	if _, err := s.line.Write([]byte(text)); err != nil {
		s.over = true
	}
}

// done answers what has changed something.
func (s *ftpSession) done(what string, err error) {
	if err != nil {
		s.refuse(err)
		return
	}
	s.reply(250, what)
}

// refuse says why something was not done. No answer repeats what was sent: it
// could hold anything.
func (s *ftpSession) refuse(err error) {
	code := 550
	switch {
	case errors.Is(err, errLineCut):
		s.over = true
		return
	case errors.Is(err, errDiskFull):
		code = 452
	case errors.Is(err, fs.ErrNotExist):
		err = errNoSuchFile
	}
	s.reply(code, err.Error())
}

func (s *ftpSession) takeUser(name string) {
	s.user, s.known = name, false
	s.reply(331, "the password, please")
}

func (s *ftpSession) takePassword(password string) {
	switch {
	case s.known:
		s.reply(230, "logged in already")
	case s.p.admitFiler(s.line, s.user, password):
		s.known = true
		s.reply(230, "logged in")
	default:
		s.tries++
		s.reply(530, "login incorrect")
		s.over = s.tries >= maxFileTries
	}
}

func (s *ftpSession) quit(string) {
	s.reply(221, "goodbye")
	s.over = true
}

// features lists what came after RFC 959 (RFC 2389).
func (s *ftpSession) features(string) {
	text := "211-Features:\r\n"
	for _, f := range []struct {
		name string
		lack Fault
	}{
		{"EPSV", FaultNoEPSV}, {"MDTM", FaultNoMDTM}, {"MLST type*;size*;modify*;", FaultNoMLSD},
		{"REST STREAM", FaultNoREST}, {"SIZE", FaultNoSize}, {"UTF8", ""},
	} {
		if !s.lacks[f.lack] {
			text += " " + f.name + "\r\n"
		}
	}
	s.send(text + "211 End\r\n")
}

func (s *ftpSession) option(arg string) {
	if !strings.EqualFold(arg, "UTF8 ON") {
		s.reply(501, "there is no such option")
		return
	}
	s.reply(200, "always in UTF8 mode")
}

// setType: until a client says otherwise, lines end as in ASCII (RFC 959).
func (s *ftpSession) setType(arg string) {
	switch strings.ToUpper(arg) {
	case "I", "L 8":
		s.binary = true
	case "A", "A N":
		s.binary = false
	default:
		s.reply(504, "only A and I are there")
		return
	}
	s.reply(200, "type set")
}

// path is what a name means in the folder that the session is in.
func (s *ftpSession) path(name string) string {
	if strings.HasPrefix(name, "/") {
		return name
	}
	return path.Join(s.dir, name)
}

func (s *ftpSession) tellFolder(string) { s.reply(257, quoteFTP(s.dir)+" is the folder") }

// quoteFTP writes a path as RFC 959 does.
func quoteFTP(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func (s *ftpSession) enter(name string) {
	to := path.Clean(s.path(name))
	info, err := s.p.disk.stat(to, true)
	if err == nil && !info.IsDir() {
		err = errNoFolder
	}
	if err == nil {
		s.dir = to
	}
	s.done("entered", err)
}

func (s *ftpSession) makeFolder(name string) {
	if err := s.mkdir(s.path(name)); err != nil {
		s.refuse(err)
		return
	}
	s.reply(257, quoteFTP(path.Clean(s.path(name)))+" is made")
}

func (s *ftpSession) renameFrom(name string) {
	if _, err := s.p.disk.stat(s.path(name), true); err != nil {
		s.refuse(err)
		return
	}
	s.from = s.path(name)
	s.reply(350, "and RNTO?")
}

func (s *ftpSession) renameTo(name string) {
	if s.from == "" {
		s.reply(503, "RNFR comes first")
		return
	}
	s.done("renamed", s.rename(s.from, s.path(name), true))
	s.from = ""
}
