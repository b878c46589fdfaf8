package site

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"syscall"
	"time"

	"bellhop/pbx"
)

// Knock is how far a connection to the PBX comes, without a login.
type Knock struct {
	Address string
	Took    time.Duration // until it was there, TLS and all
	// Problem is why there is none, Error the same at length; empty: there was one.
	Problem pbx.LoginProblem
	Error   string
	TLS     string // the version; empty: plain
	// Ends is when the certificate runs out; zero: plain.
	Ends time.Time
}

// knockTime bounds a knock.
const knockTime = 5 * time.Second

// KnockAt opens a connection to where an address of the PBX leads, shakes hands
// where that is https, and closes it. Nothing is asked and nothing trusted, so
// nobody is locked out by it.
func KnockAt(ctx context.Context, address string) Knock {
	ctx, cancel := context.WithTimeout(ctx, knockTime)
	defer cancel()
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return Knock{Address: address, Problem: pbx.LoginNoHost, Error: "it is no address"}
	}
	port := map[string]string{"https": "443", "http": "80"}[u.Scheme]
	k := Knock{Address: net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), port))}
	began := time.Now()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", k.Address)
	if err != nil {
		k.Problem, k.Error = whyNot(err), err.Error()
		return k
	}
	defer conn.Close()
	if u.Scheme == "https" {
		err = k.secure(ctx, conn)
	}
	if err != nil {
		k.Problem, k.Error = whyNot(err), err.Error()
		return k
	}
	k.Took = time.Since(began)
	return k
}

func (k *Knock) secure(ctx context.Context, conn net.Conn) error {
	secured := tls.Client(conn, &tls.Config{
		// Whose certificate it is the login finds out, by its pin.
		InsecureSkipVerify: true,
		MinVersion:         tls.VersionTLS12, MaxVersion: tls.VersionTLS12,
	})
	if err := secured.HandshakeContext(ctx); err != nil {
		return fmt.Errorf("TLS: %w", err)
	}
	state := secured.ConnectionState()
	k.TLS = tls.VersionName(state.Version)
	k.Ends = state.PeerCertificates[0].NotAfter // a server shows one
	return nil
}

// whyNot says of what kind a failure to connect is.
func whyNot(err error) pbx.LoginProblem {
	var name *net.DNSError
	var plain tls.RecordHeaderError
	switch {
	case errors.As(err, &name):
		return pbx.LoginNoHost
	case errors.As(err, &plain):
		return pbx.LoginNotTLS
	case errors.Is(err, syscall.ECONNREFUSED):
		return pbx.LoginRefused
	case os.IsTimeout(err), errors.Is(err, context.DeadlineExceeded), errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return pbx.LoginSilent
	}
	return pbx.LoginOther
}
