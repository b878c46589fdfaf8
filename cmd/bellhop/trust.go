package main

import (
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"bellhop/backup"
	"bellhop/config"
	"bellhop/install"
)

const dialTimeout = 10 * time.Second

func trustFlags(f *flag.FlagSet, c *call) {
	installLangFlag(f, c)
	f.StringVar(&c.opt.fingerprint, "fingerprint", "", "trust without asking if the SHA-256 is this `TEXT`, as the PBX or ssh-keygen -l shows it")
}

// trustPBX pins the certificate that the PBX shows. A person agrees to it,
// or gives the fingerprint beforehand; there is no yes to an unseen one.
func trustPBX(c *call) error {
	cfg, err := c.loadSpeaking()
	if err != nil {
		return err
	}
	if !isTLS(cfg) {
		return c.fails("trust.http", cfg.PBX.URL)
	}
	id, err := certificateOf(cfg.PBX.URL)
	if err != nil {
		return err
	}
	text := id.Fingerprint
	fmt.Fprintf(c.out, "%s\n  SHA-256 %s\n", c.text("trust.shows", strings.TrimPrefix(cfg.PBX.URL, "https://"), id.About), text)
	if err := c.agree("certificate", id.Is(c.opt.fingerprint)); err != nil {
		return err
	}
	if err := c.pin(pinFile(cfg), text); err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.out, c.text("trust.start"))
	return err
}

// certificateOf asks a PBX for its certificate, without trusting it.
func certificateOf(address string) (id install.Identity, err error) {
	u, err := url.Parse(address)
	if err != nil {
		return id, fmt.Errorf("pbx.url: %w", err)
	}
	port := u.Port()
	if port == "" {
		port = "443"
	}
	sum, subject, err := fingerprint(net.JoinHostPort(u.Hostname(), port))
	text := hex.EncodeToString(sum[:])
	return install.Identity{About: "certificate for " + subject, Fingerprint: text, Pin: text}, err
}

// trustInstall pins the host key, or for ftps the certificate, of the server
// for the PBX's files. Nobody logs in for that.
func trustInstall(c *call) error {
	cfg, err := c.loadSpeaking()
	if err != nil {
		return err
	}
	if cfg.Install.URL == "" {
		return c.fails("trust.unset")
	}
	return c.trustServer(install.Server{URL: cfg.Install.URL, Silence: dialTimeout}, installPinFile(cfg))
}

// trustBackup is the same for the server that backups go to.
func trustBackup(c *call) error {
	cfg, err := c.loadSpeaking()
	if err != nil {
		return err
	}
	server := backup.Destination{To: cfg.Backup.To}.Server()
	if server == "" {
		return errors.New("trust backup: backup.to names no server, so that there is nothing to trust")
	}
	return c.trustServer(install.Server{URL: server, Silence: dialTimeout}, backupPinFile(cfg))
}

func (c *call) trustServer(server install.Server, pinFile string) error {
	pin, err := c.agreeToServer(server)
	if err != nil {
		return err
	}
	if err := c.pin(pinFile, pin); err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.out, c.text("trust.done"))
	return err
}

// agreeToServer shows who a server is, and gives what to pin when a person agrees.
func (c *call) agreeToServer(server install.Server) (pin string, err error) {
	ids, err := server.Identities(c.ctx, c.opt.fingerprint != "")
	if errors.Is(err, install.ErrNoIdentity) {
		return "", c.fails("trust.plain", err)
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", c.command.words, c.hinted(err))
	}
	id := ids[0]
	if n := slices.IndexFunc(ids, func(id install.Identity) bool { return id.Is(c.opt.fingerprint) }); n >= 0 {
		id = ids[n] // the one of a server's keys that is meant
	}
	what, _, _ := strings.Cut(id.About, " for ")
	fmt.Fprintf(c.out, "%s\n  %s\n", c.text("trust.shows", server.URL, id.About), id.Fingerprint)
	return id.Pin, c.agree(what, id.Is(c.opt.fingerprint))
}

// agree asks a person, unless a fingerprint was given and is the right one.
func (c *call) agree(what string, asGiven bool) error {
	if c.opt.fingerprint != "" {
		if !asGiven {
			return c.fails("trust.other", what)
		}
		return nil
	}
	return c.confirm(question{
		ask:      c.text("trust.ask"),
		no:       c.fails("trust.no").Error(),
		noOneYet: c.fails("trust.noone").Error(),
	})
}

// pin keeps what a person agreed to.
func (c *call) pin(path, text string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("%s: %w", c.command.words, err)
	}
	if err := config.Replace(path, []byte(text+"\n"), 0o600, nil); err != nil {
		return fmt.Errorf("%s: %w", c.command.words, err)
	}
	return nil
}

// installPinFile is where the host key or certificate of the server for the
// PBX's files lies.
func installPinFile(cfg config.Config) string {
	return filepath.Join(filepath.Dir(pinFile(cfg)), "install")
}
