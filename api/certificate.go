package api

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"bellhop/config"
	"bellhop/hotel"
	"bellhop/site"
)

// Certificate is what the API shows over TLS: the hotel's own, or one that the
// box has made. It is read anew when it changes.
type Certificate struct {
	files    certificateFiles
	selfMade bool
	now      func() time.Time

	mu      sync.Mutex
	read    []byte // what current was made of
	current *tls.Certificate
	err     error // of the newest reading; current stays
	looked  time.Time
	// replaced: it was made in the place of one that could not be used, and
	// nobody has been told.
	replaced bool
}

// certificateFiles are where a certificate and its key are.
type certificateFiles struct {
	cert, key string
	readKey   func() (string, error)
}

const (
	// lookAgain is how long what was read is taken for what is there.
	lookAgain = 10 * time.Second
	// watchEvery is how often somebody looks whether it ends.
	watchEvery = time.Hour
	// selfMadeYears is long, as who pins the certificate must be told of the
	// next one.
	selfMadeYears = 10
)

// OpenCertificate gives what the config wants shown; nil for none. One that the
// box makes itself is made when there is none yet. That it cannot be read or
// made is no error here: [Certificate.Door] says so, and it is tried again.
func OpenCertificate(cfg config.Config, now func() time.Time) *Certificate {
	c := &Certificate{now: now}
	switch cfg.API.TLS {
	case config.TLSFile:
		c.files = certificateFiles{cfg.API.Cert, cfg.API.Key, cfg.APIKey}
	case config.TLSSelf:
		folder := filepath.Join(filepath.Dir(cfg.Store.Path), "tls")
		key := filepath.Join(folder, "key.pem")
		c.selfMade = true
		c.files = certificateFiles{filepath.Join(folder, "cert.pem"), key, func() (string, error) {
			text, err := os.ReadFile(key)
			return string(text), err
		}}
	default:
		return nil
	}
	return c
}

// config is for a server that shows the certificate.
func (c *Certificate) config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
		return c.get()
	}}
}

// get gives what is to be shown now.
func (c *Certificate) get() (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.now(); c.looked.IsZero() || now.Sub(c.looked) >= lookAgain || now.Before(c.looked) {
		c.looked = now
		c.err = c.load()
	}
	if c.current == nil {
		return nil, c.err
	}
	return c.current, nil
}

// load reads the files if they have changed. What cannot be used changes
// nothing: it may be half written.
func (c *Certificate) load() error {
	text, err := os.ReadFile(c.files.cert)
	if err != nil {
		return fmt.Errorf("read the API's certificate: %w", err)
	}
	key, err := c.files.readKey()
	if err != nil {
		return err
	}
	both := append(append(bytes.Clone(text), 0), key...)
	if bytes.Equal(both, c.read) {
		return nil
	}
	pair, err := tls.X509KeyPair(text, []byte(key))
	if err != nil {
		return fmt.Errorf("read the API's certificate: %w", err) // the error never holds a key
	}
	c.read, c.current = both, &pair
	return nil
}

// Door says how the API is reached with this certificate; of none, how it is
// without.
func (c *Certificate) Door() site.Door {
	if c == nil {
		return site.Door{}
	}
	pair, err := c.get()
	d := site.Door{TLS: true, SelfMade: c.selfMade}
	if err == nil {
		c.mu.Lock()
		err = c.err
		c.mu.Unlock()
	}
	if err != nil {
		d.Error = err.Error()
	}
	if pair != nil {
		d.Fingerprint, d.Ends = fingerprint(pair), pair.Leaf.NotAfter
	}
	return d
}

func fingerprint(pair *tls.Certificate) string {
	sum := sha256.Sum256(pair.Certificate[0])
	return hex.EncodeToString(sum[:])
}

// Teller raises an alert.
type Teller func(ctx context.Context, code string, params map[string]string)

// Prepare makes the certificate if the box makes its own and has none that can
// be used. Without it nothing is shown.
func (c *Certificate) Prepare() error {
	if c == nil || !c.selfMade {
		return nil
	}
	_, err := c.get()
	if err == nil {
		return nil
	}
	c.replaced = !errors.Is(err, fs.ErrNotExist)
	return c.make()
}

// Watch looks until ctx ends whether the certificate ends: one that the box has
// made is made anew in time, of another a person is told, once for each end.
// sure tells whether the clock is believed.
func (c *Certificate) Watch(ctx context.Context, sure func() bool, tell Teller) {
	var told time.Time
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		if sure() {
			told = c.look(ctx, told, tell)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// look is one look of Watch; told is the end that a person was told of.
func (c *Certificate) look(ctx context.Context, told time.Time, tell Teller) time.Time {
	if c.replaced {
		c.replaced = false
		tell(ctx, hotel.AlertNewCertificate, map[string]string{"fingerprint": c.Door().Fingerprint})
	}
	pair, err := c.get()
	if err != nil || pair.Leaf.NotAfter.After(c.now().Add(site.CertificateSoon)) {
		return told // what cannot be read is in the status, and the doctor says so
	}
	switch {
	case c.selfMade:
		if err := c.make(); err != nil {
			return told // the next look tries again; the doctor warns
		}
		tell(ctx, hotel.AlertNewCertificate, map[string]string{"fingerprint": c.Door().Fingerprint})
	case !pair.Leaf.NotAfter.Equal(told):
		told = pair.Leaf.NotAfter
		tell(ctx, hotel.AlertCertificate, map[string]string{"file": c.files.cert, "ends": told.UTC().Format(time.DateOnly)})
	}
	return told
}

// make makes a new certificate, with the old key where there is one: who pins
// the key and not the certificate notices nothing.
func (c *Certificate) make() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	folder := filepath.Dir(c.files.key)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("make the API's certificate: %w", err)
	}
	key, err := c.oldKey()
	if err != nil {
		if key, err = c.newKey(); err != nil {
			return fmt.Errorf("make the API's key: %w", err)
		}
	}
	text, err := selfSigned(key, c.now())
	if err == nil {
		err = config.Replace(c.files.cert, text, 0o600, nil)
	}
	if err != nil {
		return fmt.Errorf("make the API's certificate: %w", err)
	}
	c.err = c.load()
	return c.err
}

func (c *Certificate) oldKey() (*ecdsa.PrivateKey, error) {
	text, err := c.files.readKey()
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("no PEM")
	}
	return x509.ParseECPrivateKey(block.Bytes)
}

func (c *Certificate) newKey() (*ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	raw, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, err
	}
	return key, config.Replace(c.files.key, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: raw}), 0o600, nil)
}

// epoch is when self-made certificates begin, and the earliest time that their
// end is reckoned from: a box may have its first day without a clock.
var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// selfSigned makes a certificate for all names and addresses that the box has.
func selfSigned(key *ecdsa.PrivateKey, now time.Time) ([]byte, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	if now.Before(epoch) {
		now = epoch
	}
	about := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "Bellhop"}, DNSNames: ownNames(), IPAddresses: ownAddresses(),
		NotBefore: epoch, NotAfter: now.AddDate(selfMadeYears, 0, 0).UTC().Truncate(time.Second),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, BasicConstraintsValid: true,
	}
	raw, err := x509.CreateCertificate(rand.Reader, about, about, key.Public(), key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}), nil
}

// ownAddresses are those of the box at the moment.
func ownAddresses() (all []net.IP) {
	addrs, _ := net.InterfaceAddrs() // without them who comes must go by the fingerprint
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); ok && !n.IP.IsLinkLocalUnicast() {
			all = append(all, n.IP)
		}
	}
	return all
}
