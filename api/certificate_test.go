package api

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bellhop/config"
	"bellhop/hotel"
	"bellhop/site"
)

// keeping is a certificate by a clock that the test sets.
type keeping struct {
	*Certificate
	t      *testing.T
	folder string
	cfg    config.Config
	now    time.Time
	told   []string
}

func keep(t *testing.T, how string) *keeping {
	t.Helper()
	k := &keeping{t: t, folder: t.TempDir(), cfg: config.Default(), now: time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)}
	k.cfg.Store.Path = filepath.Join(k.folder, "bellhop.db")
	k.cfg.API.TLS = how
	k.cfg.API.Cert, k.cfg.API.Key = filepath.Join(k.folder, "hotel.pem"), filepath.Join(k.folder, "hotel.key")
	k.open()
	return k
}

// open opens it as a start of the agent does.
func (k *keeping) open() {
	k.t.Helper()
	k.Certificate = OpenCertificate(k.cfg, func() time.Time { return k.now })
}

func (k *keeping) watch() {
	k.t.Helper()
	ctx, cancel := context.WithCancel(k.t.Context())
	cancel() // after one look
	k.Watch(ctx, func() bool { return true }, func(_ context.Context, code string, params map[string]string) {
		k.told = append(k.told, fmt.Sprint(code, " ", params["fingerprint"], params["ends"]))
	})
}

func (k *keeping) prepare() string {
	k.t.Helper()
	if err := k.Prepare(); err != nil {
		k.t.Fatal(err)
	}
	return k.Door().Fingerprint
}

func TestSelfMadeCertificate(t *testing.T) {
	k := keep(t, config.TLSSelf)
	first := k.prepare()
	for path, mode := range map[string]fs.FileMode{"tls": 0o700, "tls/cert.pem": 0o600, "tls/key.pem": 0o600} {
		info, err := os.Stat(filepath.Join(k.folder, path))
		if err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s: %v, %v", path, info, err)
		}
	}
	d := k.Door()
	if !d.SelfMade || !d.TLS || len(first) != 64 || d.Error != "" || !d.Ends.Equal(k.now.AddDate(10, 0, 0)) {
		t.Errorf("%+v", d)
	}
	pair, err := k.get()
	if err != nil || pair.Leaf.VerifyHostname("127.0.0.1") != nil || pair.Leaf.VerifyHostname("localhost") != nil || pair.Leaf.NotBefore.After(epoch) {
		t.Errorf("%v, %+v", err, pair.Leaf)
	}
	k.open()
	if again := k.prepare(); again != first {
		t.Error("a start made another one")
	}
	k.watch()
	if len(k.told) != 0 {
		t.Errorf("told %q", k.told)
	}
}

func TestSelfMadeCertificateIsRenewed(t *testing.T) {
	k := keep(t, config.TLSSelf)
	first := k.prepare()
	pair, _ := k.get()
	ends := k.Door().Ends
	k.now = ends.Add(-site.CertificateSoon - time.Second)
	k.watch()
	if k.Door().Fingerprint != first || len(k.told) != 0 {
		t.Fatalf("renewed too early: %q", k.told)
	}
	k.now = ends.Add(-site.CertificateSoon)
	k.watch()
	second := k.Door().Fingerprint
	if second == first || len(k.told) != 1 || k.told[0] != hotel.AlertNewCertificate+" "+second {
		t.Fatalf("not renewed: %q", k.told)
	}
	next, _ := k.get()
	if !bytes.Equal(next.Leaf.RawSubjectPublicKeyInfo, pair.Leaf.RawSubjectPublicKeyInfo) {
		t.Error("the key is another one")
	}
	k.watch()
	if len(k.told) != 1 || k.Door().Fingerprint != second {
		t.Errorf("again: %q", k.told)
	}
	k.open()
	if k.prepare() != second {
		t.Error("the new one was not kept")
	}
}

// TestClockThatIsNotBelieved: nothing is renewed by it, and a certificate made
// on a first day without one is good for years.
func TestClockThatIsNotBelieved(t *testing.T) {
	k := keep(t, config.TLSSelf)
	k.now = time.Unix(0, 0)
	first := k.prepare()
	if !k.Door().Ends.Equal(epoch.AddDate(10, 0, 0)) {
		t.Errorf("ends %v", k.Door().Ends)
	}
	k.now = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	k.Watch(ctx, func() bool { return false }, func(context.Context, string, map[string]string) { t.Error("told") })
	if k.Door().Fingerprint != first {
		t.Error("renewed")
	}
}

func TestDamagedSelfMadeCertificateIsReplaced(t *testing.T) {
	for _, name := range []string{"cert.pem", "key.pem"} {
		k := keep(t, config.TLSSelf)
		first := k.prepare()
		if err := os.WriteFile(filepath.Join(k.folder, "tls", name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(k.folder, "tls", name+".new"), []byte("half"), 0o600); err != nil { // the power was cut
			t.Fatal(err)
		}
		k.open()
		second := k.prepare()
		k.watch()
		k.watch()
		if second == first || len(k.told) != 1 || k.told[0] != hotel.AlertNewCertificate+" "+second {
			t.Errorf("%s: %q", name, k.told)
		}
	}
	k := keep(t, config.TLSSelf)
	if err := os.WriteFile(filepath.Join(k.folder, "tls"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := k.Prepare(); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("where none can be made: %v", err)
	}
	if d := k.Door(); d.Error == "" || d.Fingerprint != "" {
		t.Errorf("%+v", d)
	}
}

// give puts a certificate of the hotel's into its files.
func (k *keeping) give(years int) {
	k.t.Helper()
	other := keep(k.t, config.TLSSelf)
	other.now = k.now.AddDate(years-selfMadeYears, 0, 0)
	other.prepare()
	for from, to := range map[string]string{"cert.pem": k.cfg.API.Cert, "key.pem": k.cfg.API.Key} {
		text, err := os.ReadFile(filepath.Join(other.folder, "tls", from))
		if err == nil {
			err = os.WriteFile(to, text, 0o600)
		}
		if err != nil {
			k.t.Fatal(err)
		}
	}
}

func TestCertificateByFileIsReadAnew(t *testing.T) {
	k := keep(t, config.TLSFile)
	if err := k.Prepare(); err != nil {
		t.Fatal(err)
	}
	if _, err := k.get(); !errors.Is(err, fs.ErrNotExist) || k.Door().Error == "" {
		t.Errorf("without files: %v", err)
	}
	k.give(10)
	k.now = k.now.Add(lookAgain)
	first := k.Door()
	if first.Error != "" || first.Fingerprint == "" || first.SelfMade {
		t.Fatalf("%+v", first)
	}
	if err := os.WriteFile(k.cfg.API.Cert, []byte("half a certif"), 0o600); err != nil {
		t.Fatal(err)
	}
	k.now = k.now.Add(lookAgain)
	if d := k.Door(); d.Fingerprint != first.Fingerprint || d.Error == "" {
		t.Errorf("half a file: %+v", d)
	}
	k.give(10)
	if d := k.Door(); d.Fingerprint != first.Fingerprint {
		t.Error("looked again too soon")
	}
	k.now = k.now.Add(lookAgain)
	second := k.Door()
	if second.Fingerprint == first.Fingerprint || second.Error != "" {
		t.Errorf("%+v", second)
	}
	if err := os.Chmod(k.cfg.API.Key, 0o644); err != nil {
		t.Fatal(err)
	}
	k.now = k.now.Add(lookAgain)
	if d := k.Door(); d.Fingerprint != second.Fingerprint || !strings.Contains(d.Error, "chmod 0600") {
		t.Errorf("a key for all to read: %+v", d)
	}
}

func TestEndOfACertificateByFileIsTold(t *testing.T) {
	k := keep(t, config.TLSFile)
	k.now = k.now.AddDate(20, 0, 0)
	k.give(1)
	ends := k.Door().Ends
	k.now = ends.Add(-site.CertificateSoon)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var told []string
	tell := func(_ context.Context, code string, params map[string]string) {
		told = append(told, code+" "+params["ends"]+" "+params["file"])
	}
	at := k.look(ctx, time.Time{}, tell)
	at = k.look(ctx, at, tell)
	if len(told) != 1 || told[0] != hotel.AlertCertificate+" 2047-11-01 "+k.cfg.API.Cert {
		t.Errorf("told %q", told)
	}
	k.give(2)
	k.now = k.now.Add(lookAgain)
	if k.look(ctx, at, tell); len(told) != 1 || k.Door().Ends.Equal(ends) {
		t.Errorf("told %q of a new one", told)
	}
}

func TestNoCertificate(t *testing.T) {
	k := keep(t, config.TLSOff)
	if k.Certificate != nil || k.Prepare() != nil || k.Door() != (site.Door{}) {
		t.Errorf("%+v", k.Door())
	}
}

// overNetwork serves on a TCP port of this computer until the test is over.
func overNetwork(t *testing.T, handler http.Handler, cert *Certificate, b bounds) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx, ln, handler, cert, b) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return ln.Addr().String()
}

// TestTLSServes: who pins the fingerprint that is shown gets an answer, others
// none, and no old TLS is spoken.
func TestTLSServes(t *testing.T) {
	k := keep(t, config.TLSSelf)
	k.Certificate.now = time.Now
	want := k.prepare()
	address := overNetwork(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Proto) }), k.Certificate, fromNetwork())
	conn, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2", "http/1.1"}})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	state := conn.ConnectionState()
	sum := sha256.Sum256(state.PeerCertificates[0].Raw)
	if hex.EncodeToString(sum[:]) != want || state.Version < tls.VersionTLS13 || state.NegotiatedProtocol == "h2" {
		t.Errorf("shown %x, version %x, %q", sum, state.Version, state.NegotiatedProtocol)
	}
	fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: b\r\nConnection: close\r\n\r\n")
	if text, _ := io.ReadAll(conn); !strings.HasSuffix(string(text), "HTTP/1.1") {
		t.Errorf("answered %q", text)
	}
	if _, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}); err == nil {
		t.Error("TLS 1.1 is spoken")
	}
	plain, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	fmt.Fprint(plain, "GET / HTTP/1.1\r\nHost: b\r\n\r\n")
	if line, _ := bufio.NewReader(plain).ReadString('\n'); !strings.Contains(line, "400") {
		t.Errorf("without TLS: %q", line)
	}
}
