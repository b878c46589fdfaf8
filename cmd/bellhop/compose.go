package main

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"bellhop/config"
	"bellhop/install"
	"bellhop/pbx"
	"bellhop/pbx/yeastar"
	"bellhop/pms"
	"bellhop/pms/webhook"
	"bellhop/site"
)

// openDriver makes the driver that the config names; nil for none. What the
// PBX needs and is not there yet is no error: the agent runs, takes what it
// can, and says what is missing.
func openDriver(cfg config.Config, log *slog.Logger) (pbx.Driver, error) {
	if cfg.PBX.Driver == "none" {
		return nil, nil
	}
	report := func(err error) { log.Warn("pbx", "error", err) }
	d := &yeastar.Driver{Report: report}
	if cfg.PBX.Events == "tcp" {
		d.Stream = &yeastar.Stream{Address: cfg.PBX.EventAddr}
	} else {
		allowed, err := allowedFrom(cfg.PBX)
		if err != nil {
			report(fmt.Errorf("nobody may push until this is mended: %w", err))
		}
		d.Listener = yeastar.Listener{Allowed: allowed, MaxConns: maxPushConns, Report: report}
		d.Address = cfg.PBX.EventListen
	}
	var err error
	d.Session, err = openSession(cfg)
	if err != nil {
		report(fmt.Errorf("no login at the PBX: %w", err))
		d.Missing(loginProblem(err), err)
	}
	return d, nil
}

// maxPushConns is how many connections the PBX may have open to us; it makes
// a new one for each report.
const maxPushConns = 256

func allowedFrom(c config.PBX) ([]netip.Prefix, error) {
	names := c.AllowFrom
	if len(names) == 0 {
		u, err := url.Parse(c.URL)
		if err != nil {
			return nil, fmt.Errorf("pbx.url: %w", err)
		}
		names = []string{u.Hostname()}
	}
	var all []netip.Prefix
	for _, name := range names {
		addrs, err := net.LookupHost(name)
		if err != nil {
			return nil, fmt.Errorf("pbx.allow_from: %w; name the PBX's IP address", err)
		}
		for _, text := range addrs {
			addr, err := netip.ParseAddr(text)
			if err != nil {
				return nil, fmt.Errorf("pbx.allow_from: %w", err)
			}
			all = append(all, netip.PrefixFrom(addr.Unmap(), addr.Unmap().BitLen()))
		}
	}
	return all, nil
}

// loginProblem says why there can be no session.
func loginProblem(err error) pbx.LoginProblem {
	var untrusted *untrustedError
	if errors.As(err, &untrusted) {
		return pbx.LoginUntrusted
	}
	return pbx.LoginNoPassword
}

// untrustedError says why the PBX's certificate cannot be compared.
type untrustedError struct{ error }

func (e *untrustedError) Unwrap() error { return e.error }

func openSession(cfg config.Config) (*yeastar.Session, error) {
	password, err := cfg.PBXPassword()
	if err != nil {
		return nil, err
	}
	var pin [sha256.Size]byte
	if isTLS(cfg) {
		if pin, err = readPin(cfg); err != nil {
			return nil, &untrustedError{err}
		}
	}
	return newSession(cfg, password, pin)
}

// newSession logs in with a password, where the PBX shows the certificate of
// that fingerprint, if it shows one.
func newSession(cfg config.Config, password string, pin [sha256.Size]byte) (*yeastar.Session, error) {
	client := yeastar.NewPlainClient()
	if isTLS(cfg) {
		client = yeastar.NewHTTPClient(pin)
	}
	host, port, err := advertise(cfg.PBX)
	if err != nil {
		return nil, err
	}
	version := yeastar.V2
	if cfg.PBX.Driver == "yeastar-v1" {
		version = yeastar.V1
	}
	return &yeastar.Session{
		API: version, Base: strings.TrimSuffix(cfg.PBX.URL, "/"), HTTP: client, User: cfg.PBX.Username, Password: password,
		Registration: yeastar.Registration{Address: host, Port: port, URL: "bellhop", URLTag: "0"},
		ASCIINames:   cfg.PBX.Names == "ascii",
		TriesFile:    filepath.Join(filepath.Dir(cfg.Store.Path), "pbx-login-tries"),
	}, nil
}

func isTLS(cfg config.Config) bool { return strings.HasPrefix(cfg.PBX.URL, "https:") }

// advertise is where the PBX reaches us: as configured, or the port that we
// listen on; the address is then found with each call.
func advertise(c config.PBX) (host, port string, err error) {
	if c.Advertise != "" {
		host, port, err = net.SplitHostPort(c.Advertise)
		if err != nil {
			return "", "", fmt.Errorf("pbx.advertise: %w", err)
		}
		return host, port, nil
	}
	if _, port, err = net.SplitHostPort(c.EventListen); err != nil {
		return "", "", fmt.Errorf("pbx.event_listen: %w", err)
	}
	return "", port, nil
}

// openInstaller makes what puts files on the PBX.
func openInstaller(cfg config.Config) (*install.Installer, error) {
	if cfg.Install.URL == "" {
		return nil, errors.New("install.url is not set: name there where the PBX takes files, such as \"sftp://support@192.168.5.150:8022\"")
	}
	i := &install.Installer{
		Server:  install.Server{URL: cfg.Install.URL},
		Records: installRecords(cfg),
	}
	if strings.HasPrefix(cfg.Install.URL, "file:") {
		return i, nil // a folder asks nobody who it is
	}
	var err error
	if i.Server.Password, err = cfg.InstallPassword(); err != nil {
		return nil, err
	}
	pin, err := os.ReadFile(installPinFile(cfg))
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // without one the server is refused, with what to do
		return nil, fmt.Errorf("read what was agreed to by \"bellhop trust install\": %w", err)
	}
	i.Server.Pin = strings.TrimSpace(string(pin))
	return i, nil
}

func installRecords(cfg config.Config) string {
	return filepath.Join(filepath.Dir(cfg.Store.Path), "install")
}

// verifier is what the agent looks at the PBX's files with every night; nil if
// it cannot know where they are. What was never installed is not missed.
func verifier(cfg config.Config) func(context.Context) (site.Installed, error) {
	if cfg.Install.URL == "" {
		return nil
	}
	return func(ctx context.Context) (none site.Installed, err error) {
		if _, err := os.Stat(installRecords(cfg)); errors.Is(err, fs.ErrNotExist) {
			return none, nil
		}
		files, err := site.ForPBX(cfg)
		if err != nil {
			return none, err
		}
		inst, err := openInstaller(cfg)
		if err != nil {
			return none, err
		}
		return files.Verify(ctx, inst)
	}
}

// due names the files that the config asks for and that were not installed, by
// the records on the box; nil where nothing is installed from here.
func due(cfg config.Config) func() ([]string, error) {
	if cfg.Install.URL == "" {
		return nil
	}
	return func() ([]string, error) {
		files, err := site.ForPBX(cfg)
		if err != nil {
			return nil, err
		}
		inst := install.Installer{Server: install.Server{URL: cfg.Install.URL}, Records: installRecords(cfg)}
		return inst.Due(files.Set())
	}
}

func openLink(cfg config.Config) (pms.Link, error) {
	if cfg.PMS.Link != "webhook" {
		return nil, nil
	}
	secret, err := cfg.PMSSecret()
	if err != nil {
		return nil, err
	}
	link, err := webhook.New(webhook.Options{URL: cfg.PMS.URL, Secret: secret})
	if err != nil {
		return nil, err // not the nil link, which would be no nil interface
	}
	return link, nil
}

// pinFile is where the fingerprint of the PBX's certificate lies.
func pinFile(cfg config.Config) string {
	return filepath.Join(filepath.Dir(cfg.Store.Path), "pins", "pbx")
}

func readPin(cfg config.Config) (pin [sha256.Size]byte, err error) {
	text, err := os.ReadFile(pinFile(cfg))
	if errors.Is(err, fs.ErrNotExist) {
		return pin, errors.New("the PBX's certificate has not been trusted yet: run \"bellhop trust pbx\"")
	}
	if err != nil {
		return pin, fmt.Errorf("read the pinned certificate: %w", err)
	}
	sum, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(sum) != sha256.Size {
		return pin, fmt.Errorf("%s does not hold a fingerprint: run \"bellhop trust pbx\" again", pinFile(cfg))
	}
	return [sha256.Size]byte(sum), nil
}

// fingerprint asks a server for its certificate, without trusting it.
func fingerprint(address string) (sum [sha256.Size]byte, subject string, err error) {
	conn, err := tls.DialWithDialer(&net.Dialer{Timeout: dialTimeout}, "tcp", address, &tls.Config{
		InsecureSkipVerify: true, // its fingerprint is shown to a person, who decides
		MinVersion:         tls.VersionTLS12, MaxVersion: tls.VersionTLS12,
	})
	if err != nil {
		return sum, "", fmt.Errorf("ask %s for its certificate: %w", address, err)
	}
	defer conn.Close()
	cert := conn.ConnectionState().PeerCertificates[0]
	return sha256.Sum256(cert.Raw), cert.Subject.String(), nil
}
