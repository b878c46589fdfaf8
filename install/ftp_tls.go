package install

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"strings"
)

// tlsFor gives what TLS is to be like; nil for plain FTP.
func tlsFor(server Server, at place) (*tls.Config, error) {
	if at.scheme != "ftps" {
		return nil, nil
	}
	pin := strings.TrimSpace(server.Pin)
	if sum, err := hex.DecodeString(pin); err != nil || len(sum) != sha256.Size {
		return nil, &Error{Kind: ErrUntrusted, Step: "connect to " + at.address(), Err: errors.New("no certificate was agreed to yet")}
	}
	return pinned(at, func(shown *x509.Certificate) error {
		if sumOf(shown) != pin {
			return &Error{Kind: ErrUntrusted, Step: "connect to " + at.address(), Err: fmt.Errorf("its certificate has the SHA-256 %s now", sumOf(shown))}
		}
		return nil
	}), nil
}

// sumOf is a certificate's SHA-256, in hex.
func sumOf(cert *x509.Certificate) string {
	sum := sha256.Sum256(cert.Raw)
	return hex.EncodeToString(sum[:])
}

// pinned trusts by the certificate's SHA-256 alone. Sessions are resumed on
// data connections, which many servers ask for.
func pinned(at place, judge func(shown *x509.Certificate) error) *tls.Config {
	return &tls.Config{
		InsecureSkipVerify: true, // judged below, instead of by authorities
		VerifyConnection:   func(state tls.ConnectionState) error { return judge(state.PeerCertificates[0]) },
		ServerName:         at.host,
		MinVersion:         tls.VersionTLS12,
		ClientSessionCache: tls.NewLRUClientSessionCache(4),
	}
}

// begin brings a control connection under TLS, if there is to be any. What it
// gives begins with the server's greeting.
func begin(conn net.Conn, at place, secure *tls.Config) (net.Conn, error) {
	if secure == nil {
		return conn, nil
	}
	greeting := ""
	if at.port != implicit {
		c := textproto.NewConn(unclosed{conn})
		code, text, err := c.ReadResponse(220)
		if err != nil {
			return nil, err
		}
		greeting = fmt.Sprintf("%d %s\r\n", code, strings.ReplaceAll(text, "\n", " "))
		if err := c.PrintfLine("AUTH TLS"); err != nil {
			return nil, err
		}
		if _, _, err := c.ReadResponse(234); err != nil {
			return nil, fmt.Errorf("AUTH TLS: %w", err)
		}
	}
	sealed := tls.Client(conn, secure)
	if err := sealed.Handshake(); err != nil {
		return nil, err
	}
	return &greeted{sealed, strings.NewReader(greeting)}, nil
}

// greeted is a connection whose greeting has been read, and is given again.
type greeted struct {
	net.Conn
	greeting io.Reader
}

func (g *greeted) Read(b []byte) (int, error) {
	if n, err := g.greeting.Read(b); err == nil {
		return n, nil
	}
	return g.Conn.Read(b)
}
