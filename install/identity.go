package install

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/ssh"
)

// Identity is what a server shows of itself, for a person to agree to.
type Identity struct {
	About       string // "host key ssh-ed25519" or "certificate for CN=…"
	Fingerprint string // as the PBX's own page or ssh-keygen prints it
	Pin         string // for [Server.Pin]
}

// Is tells whether a fingerprint that a person gives is this one. Colons,
// blanks and the case of hex do not count.
func (id Identity) Is(fingerprint string) bool {
	fingerprint = strings.TrimSpace(fingerprint)
	if strings.HasPrefix(id.Fingerprint, "SHA256:") {
		plain := strings.TrimRight(strings.TrimPrefix(fingerprint, "SHA256:"), "=")
		return "SHA256:"+plain == id.Fingerprint
	}
	return strings.ToLower(strings.NewReplacer(":", "", " ", "").Replace(fingerprint)) == id.Fingerprint
}

// ErrNoIdentity is for plain FTP and folders, which show nothing by which one
// could tell the right server.
var ErrNoIdentity = errors.New("it shows nothing that could be agreed to")

// Identities asks the server who it is, without logging in and without
// trusting the answer. An SSH server may have keys of several types; all asks
// for each of them, in a connection of its own, and else the first will do.
func (s Server) Identities(ctx context.Context, all bool) ([]Identity, error) {
	at, err := readURL(s.URL)
	if err != nil {
		return nil, err
	}
	switch at.scheme {
	case "sftp":
		return hostKeys(ctx, s, at, all)
	case "ftps":
		id, err := certificate(ctx, s, at)
		return []Identity{id}, err
	}
	return nil, fmt.Errorf("%s: %w", s.URL, ErrNoIdentity)
}

func hostKeys(ctx context.Context, s Server, at place, all bool) ([]Identity, error) {
	var found []Identity
	for _, keyType := range keyTypes {
		key, err := askKey(ctx, s, at, keyType)
		if err != nil {
			return nil, err
		}
		if key == nil {
			continue
		}
		found = append(found, Identity{
			About: "host key " + key.Type(), Fingerprint: ssh.FingerprintSHA256(key),
			Pin: strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key))),
		})
		if !all {
			break
		}
	}
	if len(found) == 0 {
		return nil, &Error{Kind: ErrUnsupported, Step: "ask " + at.address() + " for its host key", Err: errors.New("none of a type that is known here")}
	}
	return found, nil
}

func askKey(ctx context.Context, s Server, at place, keyType string) (ssh.PublicKey, error) {
	w := newWire(s)
	defer w.close()
	defer w.step(ctx)()
	step := "ask " + at.address() + " for its host key"
	conn, err := w.dial(at.address(), maxReplies)
	var key ssh.PublicKey
	if err == nil {
		key, err = seeKey(conn, at, keyType)
	}
	switch {
	case err == nil:
		return key, nil
	case ctx.Err() != nil:
		return nil, broken(ctx, step, "", err)
	}
	return nil, &Error{Kind: ErrReach, Step: step, Err: err}
}

func certificate(ctx context.Context, s Server, at place) (Identity, error) {
	w := newWire(s)
	defer w.close()
	defer w.step(ctx)()
	step := "ask " + at.address() + " for its certificate"
	var sum, subject string
	secure := pinned(at, func(shown *x509.Certificate) error {
		sum, subject = sumOf(shown), shown.Subject.String()
		return nil
	})
	conn, err := w.dial(at.address(), maxReplies)
	if err == nil {
		_, err = begin(conn, at, secure)
	}
	if err == nil {
		return Identity{About: "certificate for " + subject, Fingerprint: sum, Pin: sum}, nil
	}
	if ctx.Err() != nil {
		return Identity{}, broken(ctx, step, "", err)
	}
	return Identity{}, &Error{Kind: ErrReach, Step: step, Err: err}
}
