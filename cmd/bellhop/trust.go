package main

import (
	"encoding/hex"
	"flag"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const dialTimeout = 10 * time.Second

func trustFlags(f *flag.FlagSet, c *call) {
	f.StringVar(&c.opt.fingerprint, "fingerprint", "", "trust without asking if the certificate's SHA-256 is this `HEX`")
}

// trustPBX pins the certificate that the PBX shows. A person agrees to it,
// or gives the fingerprint beforehand; there is no yes to an unseen one.
func trustPBX(c *call) error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	u, err := url.Parse(cfg.PBX.URL)
	if err != nil || u.Scheme != "https" {
		return fmt.Errorf("trust pbx: pbx.url is %q; only https has a certificate to trust", cfg.PBX.URL)
	}
	port := u.Port()
	if port == "" {
		port = "443"
	}
	sum, subject, err := fingerprint(net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		return err
	}
	text := hex.EncodeToString(sum[:])
	fmt.Fprintf(c.out, "%s shows a certificate for %s\n  SHA-256 %s\n", u.Host, subject, text)
	if err := c.agree(text); err != nil {
		return err
	}
	path := pinFile(cfg)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("trust pbx: %w", err)
	}
	if err := os.WriteFile(path, []byte(text+"\n"), 0o600); err != nil {
		return fmt.Errorf("trust pbx: %w", err)
	}
	_, err = fmt.Fprintln(c.out, "trusted; an agent that runs takes it up with its next start")
	return err
}

func (c *call) agree(text string) error {
	if given := strings.ToLower(strings.NewReplacer(":", "", " ", "").Replace(c.opt.fingerprint)); given != "" {
		if given != text {
			return fmt.Errorf("trust pbx: the certificate is not the one with the fingerprint given; nothing was changed")
		}
		return nil
	}
	return c.confirm(question{
		ask:      "Compare it with what the PBX's own page shows. Trust it?",
		no:       "trust pbx: not trusted; nothing was changed",
		noOneYet: "trust pbx: without a terminal nobody can agree; compare the fingerprint and give it as --fingerprint",
	})
}
