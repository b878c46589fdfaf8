package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"bellhop/agent"
	"bellhop/config"
)

// openMail makes what the agent sends mails with; nil where none is configured.
func openMail(cfg config.Config) (*agent.MailServer, error) {
	if cfg.Mail.Host == "" {
		return nil, nil
	}
	m := &agent.MailServer{Config: cfg.Mail}
	var err error
	if cfg.Mail.Username != "" {
		if m.Password, err = cfg.MailPassword(); err != nil {
			return nil, err
		}
	}
	pin, err := os.ReadFile(mailPinFile(cfg))
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // without one an authority must vouch for the server
		return nil, fmt.Errorf("read what was agreed to by \"bellhop trust mail\": %w", err)
	}
	m.Pin = strings.TrimSpace(string(pin))
	if sum, err := hex.DecodeString(m.Pin); err != nil || len(sum) != 0 && len(sum) != 32 {
		return nil, fmt.Errorf("%s does not hold a fingerprint: run \"bellhop trust mail\" again", mailPinFile(cfg))
	}
	return m, nil
}

// mailPinFile is where the fingerprint of the mail server's certificate lies, if
// a person has agreed to one.
func mailPinFile(cfg config.Config) string {
	return filepath.Join(filepath.Dir(pinFile(cfg)), "mail")
}

// trustMail pins the certificate of a mail server for which no authority
// vouches, such as the hotel's own. From then on that one counts alone.
func trustMail(c *call) error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	if cfg.Mail.Host == "" {
		return errors.New("trust mail: mail.host is not set, so that there is nothing to trust")
	}
	server := agent.MailServer{Config: cfg.Mail}
	sum, subject, err := server.Certificate(c.ctx)
	if err != nil {
		return fmt.Errorf("trust mail: ask %s for its certificate: %w", cfg.Mail.Host, err)
	}
	fmt.Fprintf(c.out, "%s shows a certificate for %s\n  SHA-256 %s\n", cfg.Mail.Host, subject, sum)
	fmt.Fprintln(c.out, "A server of a provider needs no trust, and its certificate changes every few weeks: this is for the hotel's own.")
	given := strings.ToLower(strings.NewReplacer(":", "", " ", "").Replace(c.opt.fingerprint))
	if err := c.agree("certificate", given == sum); err != nil {
		return err
	}
	if err := c.pin(mailPinFile(cfg), sum); err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.out, "trusted; an agent that runs takes it up with its next start")
	return err
}

func mailTest(c *call) error {
	client, err := c.client()
	if err != nil {
		return err
	}
	var tried agent.MailTried
	if err := client.Post(c.ctx, "/v1/mail/test", nil, &tried); err != nil {
		return err
	}
	if c.json {
		return showOne(c, tried)
	}
	for _, to := range tried.Took {
		fmt.Fprintf(c.out, "%s: the server has taken it; look whether it arrives\n", to)
	}
	for what, some := range map[string]map[string]string{"refused": tried.Refused, "put off": tried.Later} {
		for _, to := range slices.Sorted(maps.Keys(some)) {
			fmt.Fprintf(c.out, "%s: %s: %s\n", to, what, plain(some[to]))
		}
	}
	if tried.Error != "" {
		return fmt.Errorf("mail test: %s", tried.Error)
	}
	if len(tried.Refused)+len(tried.Later) > 0 {
		return errors.New("mail test: not everybody gets it")
	}
	return nil
}
