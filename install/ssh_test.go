package install

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/crypto/ssh"
)

// sshFar is an SSH server that counts passwords and has no SFTP.
type sshFar struct {
	keys     []ssh.Signer
	password string
	asks     bool // by questions instead of for a password
	both     bool
	tries    atomic.Int64
}

func newSSHFar(t *testing.T) *sshFar {
	t.Helper()
	_, one, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	two, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	far := &sshFar{password: "demo"}
	for _, key := range []any{one, two} {
		signer, err := ssh.NewSignerFromKey(key)
		if err != nil {
			t.Fatal(err)
		}
		far.keys = append(far.keys, signer)
	}
	return far
}

func (f *sshFar) judge(given string) (*ssh.Permissions, error) {
	f.tries.Add(1)
	if given != f.password {
		return nil, errors.New("no")
	}
	return nil, nil
}

func (f *sshFar) config() *ssh.ServerConfig {
	config := &ssh.ServerConfig{MaxAuthTries: 10}
	if !f.asks || f.both {
		config.PasswordCallback = func(_ ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) { return f.judge(string(password)) }
	}
	if f.asks || f.both {
		config.KeyboardInteractiveCallback = func(_ ssh.ConnMetadata, ask ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
			answers, err := ask("", "", []string{"Password: "}, []bool{false})
			if err != nil || len(answers) != 1 {
				return nil, errors.New("no answer")
			}
			return f.judge(answers[0])
		}
	}
	for _, key := range f.keys {
		config.AddHostKey(key)
	}
	return config
}

func (f *sshFar) serve(t *testing.T) Server {
	t.Helper()
	at := serveOn(t, func(ctx context.Context, ln net.Listener) error {
		var running sync.WaitGroup
		defer running.Wait()
		context.AfterFunc(ctx, func() { _ = ln.Close() })
		for {
			conn, err := ln.Accept()
			if err != nil {
				return nil
			}
			running.Go(func() {
				defer conn.Close()
				defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
				server, channels, requests, err := ssh.NewServerConn(conn, f.config())
				if err != nil {
					return
				}
				running.Go(func() { ssh.DiscardRequests(requests) })
				for c := range channels {
					if channel, requests, err := c.Accept(); err == nil {
						running.Go(func() {
							for r := range requests {
								_ = r.Reply(false, nil)
							}
							_ = channel.Close()
						})
					}
				}
				_ = server.Close()
			})
		}
	})
	return Server{URL: "sftp://support@" + at, Password: "demo", Pin: string(ssh.MarshalAuthorizedKey(f.keys[0].PublicKey()))}
}

// TestOnePasswordOverSSH: however a server asks, a wrong password goes out
// once.
func TestOnePasswordOverSSH(t *testing.T) {
	for name, far := range map[string]func(f *sshFar){
		"password": func(*sshFar) {}, "questions": func(f *sshFar) { f.asks = true }, "both": func(f *sshFar) { f.both = true },
	} {
		t.Run(name, func(t *testing.T) {
			f := newSSHFar(t)
			far(f)
			server := f.serve(t)
			_, err := server.open(t.Context())
			if !errors.Is(err, ErrUnsupported) || f.tries.Load() != 1 {
				t.Errorf("with the right one: %v, %d tries", err, f.tries.Load())
			}
			server.Password = "wrong"
			_, err = server.open(t.Context())
			if !errors.Is(err, ErrLogin) || f.tries.Load() != 2 || strings.Contains(err.Error(), "wrong\"") {
				t.Errorf("%v, %d tries", err, f.tries.Load()-1)
			}
		})
	}
}

// TestIdentities: every key of a server can be seen, and the one that was
// agreed to is asked for, whichever it is.
func TestIdentities(t *testing.T) {
	f := newSSHFar(t)
	server := f.serve(t)
	ids, err := server.Identities(t.Context(), true)
	if err != nil || len(ids) != 2 {
		t.Fatalf("%+v, %v", ids, err)
	}
	first, err := server.Identities(t.Context(), false)
	if err != nil || len(first) != 1 || first[0] != ids[0] {
		t.Errorf("%+v, %v", first, err)
	}
	for n, id := range ids {
		if want := ssh.FingerprintSHA256(f.keys[n].PublicKey()); id.Fingerprint != want || !id.Is(want) || !id.Is(strings.TrimPrefix(want, "SHA256:")+"=") || id.Is("") || id.Is(ids[1-n].Fingerprint) {
			t.Errorf("%+v is not %s", id, want)
		}
		server.Pin = id.Pin
		if _, err := server.open(t.Context()); !errors.Is(err, ErrUnsupported) {
			t.Errorf("with %s: %v", id.About, err)
		}
	}
	if n := f.tries.Load(); n != 2 {
		t.Errorf("%d passwords went out", n)
	}
	hex := Identity{Fingerprint: "ab01"}
	if !hex.Is("AB:01") || hex.Is("ab02") {
		t.Error("hex is not compared as hex")
	}
}
