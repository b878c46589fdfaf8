package agent

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"math/big"
	"net"
	"net/textproto"
	"strings"
	"sync"
	"testing"
	"time"

	"bellhop/sim"
)

// mailHouse is a mail server on a cable. What it does otherwise than a good one
// is set before it is dialled.
type mailHouse struct {
	t     *testing.T
	cable *sim.Cable
	group sync.WaitGroup
	cert  tls.Certificate

	tls      string            // offered: "starttls" or, from the first byte, "tls"
	ways     string            // offered for a login
	password string            // the right one; empty: nobody needs one
	says     map[string]string // in place of the usual answer, by command ("RCPT a@b" by address, "." after the mail)
	hangs    string            // the command that gets no answer
	cuts     string            // the command after which the line is cut
	floods   bool              // a greeting without an end

	mu     sync.Mutex
	dialed int
	now    int // connections open
	most   int
	got    []gotMail
}

type gotMail struct {
	from string
	to   []string
	text string
}

func newMailHouse(t *testing.T) *mailHouse {
	h := &mailHouse{t: t, cable: sim.NewCable(), cert: ownCertificate(t), says: map[string]string{}}
	h.group.Go(h.serve)
	return h
}

func (h *mailHouse) close() {
	_ = h.cable.Close()
	h.group.Wait()
}

// ownCertificate is one for which no authority vouches.
func ownCertificate(t *testing.T) tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	about := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail.hotel.example"}, DNSNames: []string{"mail.hotel.example"},
		NotBefore: time.Unix(0, 0), NotAfter: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	raw, err := x509.CreateCertificate(rand.Reader, about, about, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}
}

func (h *mailHouse) pin() string {
	sum := sha256.Sum256(h.cert.Certificate[0])
	return hex.EncodeToString(sum[:])
}

func (h *mailHouse) serve() {
	for {
		conn, err := h.cable.Accept()
		if err != nil {
			return
		}
		h.mu.Lock()
		h.dialed++
		h.now++
		h.most = max(h.most, h.now)
		h.mu.Unlock()
		h.group.Go(func() {
			defer func() {
				_ = conn.Close()
				h.mu.Lock()
				h.now--
				h.mu.Unlock()
			}()
			h.talk(conn)
		})
	}
}

var errCut = errors.New("the line is cut")

// talk serves one connection.
func (h *mailHouse) talk(conn net.Conn) {
	if h.floods {
		_, _ = io.Copy(conn, endless{})
		return
	}
	secure := h.tls == "tls"
	if secure {
		conn = tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{h.cert}})
	}
	text := textproto.NewConn(conn)
	var m gotMail
	if h.answer(text, "greeting", "220 mail.hotel.example") != nil {
		return
	}
	loggedIn := h.password == ""
	for {
		line, err := text.ReadLine()
		if err != nil {
			return
		}
		word, rest, _ := strings.Cut(line, " ")
		name, reply := strings.ToUpper(word), "250 fine"
		switch name {
		case "EHLO":
			reply = "250-mail.hotel.example"
			if h.tls == "starttls" && !secure {
				reply += "\r\n250-STARTTLS"
			}
			if h.ways != "" {
				reply += "\r\n250-AUTH " + h.ways
			}
			reply += "\r\n250 8BITMIME"
		case "STARTTLS":
			reply = "220 go on"
		case "AUTH":
			if loggedIn, err = h.login(text, rest); err != nil {
				return
			}
			reply = "235 come in"
			if !loggedIn {
				reply = "535 5.7.8 wrong: " + rest
			}
		case "MAIL":
			m = gotMail{from: address(rest)}
			if !loggedIn {
				reply = "530 5.7.0 log in first"
			}
		case "RCPT":
			name += " " + address(rest)
		case "DATA":
			reply = "354 speak"
		case "QUIT":
			reply = "221 bye"
		}
		taken := h.says[name] == "" || strings.HasPrefix(h.says[name], "2") || strings.HasPrefix(h.says[name], "3")
		if h.answer(text, name, reply) != nil || name == "QUIT" {
			return
		}
		switch {
		case name == "STARTTLS":
			conn, secure = tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{h.cert}}), true
			text = textproto.NewConn(conn)
		case strings.HasPrefix(name, "RCPT ") && taken:
			m.to = append(m.to, address(rest))
		case name == "DATA" && taken:
			if h.take(text, m) != nil {
				return
			}
		}
	}
}

// take reads a mail, and keeps it unless it is refused.
func (h *mailHouse) take(text *textproto.Conn, m gotMail) error {
	body, err := io.ReadAll(text.DotReader())
	if err != nil {
		return err
	}
	m.text = string(body)
	if said := h.says["."]; said == "" {
		h.mu.Lock()
		h.got = append(h.got, m)
		h.mu.Unlock()
	}
	return h.answer(text, ".", "250 taken")
}

func (h *mailHouse) answer(text *textproto.Conn, name, reply string) error {
	if h.hangs == name {
		_, err := text.ReadLine() // until the other side hangs up
		return errors.Join(errCut, err)
	}
	if h.cuts == name {
		return errCut
	}
	if said := h.says[name]; said != "" {
		reply = said
	}
	return text.PrintfLine("%s", reply)
}

func (h *mailHouse) login(text *textproto.Conn, rest string) (bool, error) {
	way, first, _ := strings.Cut(rest, " ")
	if strings.EqualFold(way, "PLAIN") {
		return first == b64("\x00u@hotel.example\x00"+h.password), nil
	}
	var said []string
	for _, ask := range []string{"Username:", "Password:"} {
		if err := text.PrintfLine("334 %s", b64(ask)); err != nil {
			return false, err
		}
		line, err := text.ReadLine()
		if err != nil {
			return false, err
		}
		said = append(said, line)
	}
	return said[0] == b64("u@hotel.example") && said[1] == b64(h.password), nil
}

// address is what stands between < and >.
func address(text string) string {
	_, text, _ = strings.Cut(text, "<")
	text, _, _ = strings.Cut(text, ">")
	return text
}

func (h *mailHouse) mails() []gotMail {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.got
}

// endless says one line without an end.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '2'
	}
	return len(p), nil
}

func b64(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
