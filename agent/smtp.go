package agent

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/wneessen/go-mail/smtp"

	"bellhop/config"
	"bellhop/pms"
)

const (
	// mailDial is the longest that a connection may take.
	mailDial = 10 * time.Second
	// mailSlowly: somebody must act first, and a mail server may lock out who
	// tries a wrong password often.
	mailSlowly = 10 * time.Minute
	// maxMailTalk bounds what a mail server may say in one connection.
	maxMailTalk = 64 << 10
	// maxMailWords bounds what is kept of it.
	maxMailWords = 300
)

// MailServer is the server that takes our mails. Its methods may be called side
// by side.
type MailServer struct {
	Config   config.Mail
	Password string // of Config.Username
	// Pin is the SHA-256, in hex, of the certificate that a person agreed to. Then
	// that one counts alone; empty: an authority that the system knows must vouch
	// for one of the server's name.
	Pin string
	// Dial connects; nil: over the network.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	shown func(*x509.Certificate) // is told of the server's certificate
}

// mailStopped says that no mail goes out until a person mends something.
type mailStopped struct{ why string }

func (e *mailStopped) Error() string { return e.why }

// received says what became of a mail at each address.
type received struct {
	took    []string
	refused map[string]string // for good, in the server's words
	later   map[string]string // for now
}

// carry gives the server a message for the addresses, in one transaction. It
// blocks until the server has answered or ctx ends. Without an error at least
// one address has it; the error is a *pms.Refused or a *pms.Retry.
func (m *MailServer) carry(ctx context.Context, message []byte, to []string) (received, error) {
	r, err := m.transact(ctx, message, to)
	if err != nil && ctx.Err() != nil { // the line was cut by us
		return received{}, &pms.Retry{Err: fmt.Errorf("the mail server has not answered in time: %w", ctx.Err())}
	}
	return r, err
}

func (m *MailServer) transact(ctx context.Context, message []byte, to []string) (received, error) {
	line, err := m.open(ctx)
	if err != nil {
		return received{}, err
	}
	defer line.close()
	if err := line.Mail("<" + m.Config.From + ">"); err != nil {
		return received{}, m.judge("the sender's address", err, true)
	}
	r, err := m.address(line, to)
	if err != nil {
		return r, err
	}
	w, err := line.Data()
	if err == nil {
		_, err = w.Write(message)
		err = cmp.Or(err, w.Close())
	}
	if err != nil {
		return received{}, m.judge("the mail", err, true)
	}
	_ = line.Quit() // it has the mail
	return r, nil
}

// address names the receivers. One that is refused keeps none of the others
// from getting the mail.
func (m *MailServer) address(line *mailLine, to []string) (received, error) {
	r := received{refused: map[string]string{}, later: map[string]string{}}
	var last error
	for _, address := range to {
		err := line.Rcpt("<" + address + ">")
		judged := m.judge(address, err, true)
		var refused *pms.Refused
		switch {
		case err == nil:
			r.took = append(r.took, address)
			continue
		case codeOf(err) == 0 || codeOf(err) == 421: // the connection is gone
			return received{}, judged
		case errors.As(judged, &refused):
			r.refused[address] = m.clean(err)
			last = cmp.Or(last, judged)
		default:
			r.later[address] = m.clean(err)
			last = judged // time may cure it
		}
	}
	if len(r.took) == 0 {
		return r, last
	}
	return r, nil
}

// mailLine is a connection over which mails can be sent.
type mailLine struct {
	*smtp.Client
	stop func() bool
}

func (l *mailLine) close() {
	l.stop()
	_ = l.Close()
}

// open connects, makes the line safe and logs in, as the config says.
func (m *MailServer) open(ctx context.Context) (*mailLine, error) {
	conn, err := m.dial(ctx)
	if err != nil {
		return nil, m.judge("connect", err, false)
	}
	// Whatever blocks below ends with ctx.
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	line, err := m.greet(conn)
	if err != nil {
		stop()
		_ = conn.Close()
		return nil, err
	}
	line.stop = stop
	return line, nil
}

func (m *MailServer) dial(ctx context.Context) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, mailDial)
	defer cancel()
	dial := m.Dial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	conn, err := dial(ctx, "tcp", net.JoinHostPort(m.Config.Host, strconv.Itoa(m.Config.Port)))
	if err != nil {
		return nil, err
	}
	return &terse{Conn: conn, left: maxMailTalk}, nil
}

// greet speaks with the server up to where a mail can begin.
func (m *MailServer) greet(conn net.Conn) (*mailLine, error) {
	name := ownName(conn)
	if m.Config.TLS == config.MailTLS {
		conn = tls.Client(conn, m.tls())
	}
	client, err := smtp.NewClient(conn, m.Config.Host)
	if err != nil {
		return nil, m.judge("greeting", err, false)
	}
	client.SkipSMTPUTF8(true) // what we send needs none
	if err := client.Hello(name); err != nil {
		return nil, m.judge("greeting", err, false)
	}
	if m.Config.TLS == config.MailStartTLS {
		if offered, _ := client.Extension("STARTTLS"); !offered {
			return nil, m.stopped(errors.New(`the server offers no STARTTLS; with mail.tls = "tls" and port 465 it may offer TLS from the start`))
		}
		if err := client.StartTLS(m.tls()); err != nil {
			return nil, m.judge("STARTTLS", err, false)
		}
	}
	return &mailLine{Client: client}, m.login(client)
}

func (m *MailServer) login(client *smtp.Client) error {
	if m.Config.Username == "" {
		return nil
	}
	_, ways := client.Extension("AUTH")
	var auth smtp.Auth
	for _, way := range strings.Fields(ways) { // within TLS one is as good as the other
		switch strings.ToUpper(way) {
		case "PLAIN":
			auth = smtp.PlainAuth("", m.Config.Username, m.Password, m.Config.Host, false)
		case "LOGIN":
			auth = smtp.LoginAuth(m.Config.Username, m.Password, m.Config.Host, false)
		default:
			continue
		}
		break
	}
	if auth == nil {
		return m.stopped(fmt.Errorf("the server takes no password by AUTH PLAIN or LOGIN (it offers %q)", ways))
	}
	err := client.Auth(auth)
	if codeOf(err) >= 500 {
		return m.stopped(fmt.Errorf("the server refuses the login of %s: %w", m.Config.Username, err))
	}
	return m.judge("login", err, false)
}

// errCertificate says that the server shows another certificate than the one
// that a person agreed to.
var errCertificate = errors.New("the mail server shows another certificate than the one agreed to")

func (m *MailServer) tls() *tls.Config {
	c := &tls.Config{ServerName: m.Config.Host, MinVersion: tls.VersionTLS12}
	if m.Pin == "" {
		return c
	}
	c.InsecureSkipVerify = true // the one agreed to is asked for instead
	c.VerifyConnection = func(s tls.ConnectionState) error {
		if m.shown != nil {
			m.shown(s.PeerCertificates[0])
		}
		if sum := sha256.Sum256(s.PeerCertificates[0].Raw); hex.EncodeToString(sum[:]) != m.Pin {
			return errCertificate
		}
		return nil
	}
	return c
}

// Certificate asks the server for its certificate, without trusting it: its
// SHA-256 in hex, and whose it is. Nobody logs in for that.
func (m *MailServer) Certificate(ctx context.Context) (sum, subject string, err error) {
	asker := *m
	asker.Config.Username, asker.Pin = "", "any"
	asker.shown = func(c *x509.Certificate) {
		digest := sha256.Sum256(c.Raw)
		sum, subject = hex.EncodeToString(digest[:]), c.Subject.String()
	}
	line, err := asker.open(ctx)
	if line != nil {
		line.close()
	}
	if sum != "" {
		return sum, subject, nil
	}
	return "", "", cmp.Or(err, errors.New("the connection is not made safe (mail.tls)"))
}

// judge says whether a failure at a step is for good. final says that at this
// step a 5xx is about this mail, and not about the server.
func (m *MailServer) judge(step string, err error, final bool) error {
	if err == nil {
		return nil
	}
	var untrusted *tls.CertificateVerificationError
	code := codeOf(err)
	switch {
	case errors.As(err, &untrusted):
		return m.stopped(fmt.Errorf(`%w; if it is the hotel's own server, agree to its certificate by "bellhop trust mail"`, err))
	case errors.Is(err, errCertificate):
		return m.stopped(fmt.Errorf(`%w; if it was changed on purpose, run "bellhop trust mail" again`, err))
	case code == 530, code == 535, code == 538: // log in first; wrong password; not without TLS
		return m.stopped(err)
	case final && code >= 500:
		return &pms.Refused{Status: code, Reason: step + ": " + m.clean(err)}
	}
	return &pms.Retry{Err: errors.New(step + ": " + m.clean(err))}
}

func (m *MailServer) stopped(err error) error {
	return &pms.Retry{After: mailSlowly, Err: &mailStopped{m.clean(err)}}
}

// codeOf is the server's own code; 0 when it gave none.
func codeOf(err error) int {
	var said *textproto.Error
	if errors.As(err, &said) {
		return said.Code
	}
	return 0
}

// clean makes of an error what may be shown: a line, bounded, without the
// password, which a server may say back.
func (m *MailServer) clean(err error) string {
	text := err.Error()
	var said *textproto.Error
	if errors.As(err, &said) { // in the server's words, without quotes
		text = strings.Replace(text, said.Error(), fmt.Sprintf("%d %s", said.Code, said.Msg), 1)
	}
	if secret := m.Password; secret != "" {
		coded := base64.StdEncoding.EncodeToString([]byte(secret))
		plain := base64.StdEncoding.EncodeToString([]byte("\x00" + m.Config.Username + "\x00" + secret))
		text = strings.NewReplacer(plain, "…", coded, "…", secret, "…").Replace(text)
	}
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
	if runes := []rune(text); len(runes) > maxMailWords {
		text = string(runes[:maxMailWords]) + "…"
	}
	return text
}

// ownName is how we greet: by our address, as a box in a hotel has no name that
// a mail server could look up.
func ownName(conn net.Conn) string {
	host, _, err := net.SplitHostPort(conn.LocalAddr().String())
	switch {
	case err != nil || net.ParseIP(host) == nil:
		return "localhost"
	case strings.Contains(host, ":"):
		return "[IPv6:" + host + "]"
	}
	return "[" + host + "]"
}

// terse is a connection whose far side may say only so much.
type terse struct {
	net.Conn
	left int
}

var errTalk = fmt.Errorf("the mail server says more than %d bytes", maxMailTalk)

func (t *terse) Read(p []byte) (int, error) {
	if t.left <= 0 {
		return 0, errTalk
	}
	n, err := t.Conn.Read(p[:min(len(p), t.left)])
	t.left -= n
	return n, err
}
