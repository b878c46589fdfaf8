package config

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
)

// Mail says by which server people are written to; see docs/mail.md.
type Mail struct {
	Host         string   `toml:"host"` // empty: no mail is sent
	Port         int      `toml:"port"`
	TLS          string   `toml:"tls"`      // starttls, tls or none
	Username     string   `toml:"username"` // empty: nobody logs in
	PasswordFile string   `toml:"password_file"`
	From         string   `toml:"from"`
	To           []string `toml:"to"`
	Alerts       string   `toml:"alerts"` // which are mailed: all, urgent or none
}

// How a connection to the mail server is made safe.
const (
	MailStartTLS = "starttls" // by a command of SMTP; without it nothing is sent
	MailTLS      = "tls"      // from the first byte
	MailPlain    = "none"
)

// Which alerts are mailed.
const (
	MailAll    = "all"
	MailUrgent = "urgent"
	MailNone   = "none"
)

// maxMailTo bounds who is written to: a list of people is the mail server's
// business.
const maxMailTo = 20

func (m Mail) faults() []error {
	if m.Host == "" {
		return nil
	}
	var faults []error
	check := func(ok bool, key, rule, value string) {
		if !ok {
			faults = append(faults, &Fault{"mail." + key, rule, value})
		}
	}
	check(isHost(m.Host), "host", `must be a name or address alone, such as "smtp.example.com"; the port is mail.port`, m.Host)
	check(m.Port >= 1 && m.Port <= 65535, "port", "must be 1 to 65535", strconv.Itoa(m.Port))
	check(slices.Contains([]string{MailStartTLS, MailTLS, MailPlain}, m.TLS), "tls", `must be "starttls", "tls" or "none"`, m.TLS)
	check(m.TLS != MailPlain || m.Username == "", "username", `must be empty with tls = "none": everybody on the line could read the password`, m.Username)
	check(m.Username == printable(m.Username), "username", "must hold no control characters", m.Username)
	check(isMailAddress(m.From), "from", `must be an address such as "bellhop@hotel.example"`, m.From)
	check(len(m.To) >= 1 && len(m.To) <= maxMailTo, "to", fmt.Sprintf("must name 1 to %d addresses", maxMailTo), strconv.Itoa(len(m.To)))
	for _, to := range m.To {
		check(isMailAddress(to), "to", `must hold addresses such as "duty@hotel.example"`, to)
	}
	check(len(slices.Compact(slices.Sorted(slices.Values(m.To)))) == len(m.To), "to", "names one address twice", "")
	check(slices.Contains([]string{MailAll, MailUrgent, MailNone}, m.Alerts), "alerts", `must be "all", "urgent" or "none"`, m.Alerts)
	return faults
}

// MailPassword is the password of mail.username: from BELLHOP_MAIL_PASSWORD,
// systemd's credential "mail" or mail.password_file, in this order.
func (c *Config) MailPassword() (string, error) {
	return secret{"the mail server's password", "BELLHOP_MAIL_PASSWORD", "mail", c.Mail.PasswordFile, "mail.password_file"}.find(os.Getenv)
}

// isHost tells whether text is a host's name or IP address, without a port.
func isHost(text string) bool {
	return text == printable(text) && !strings.ContainsAny(text, " /@[]") && (strings.Count(text, ":") == 0 || strings.Count(text, ":") > 1)
}

// isMailAddress tells whether text is an address as every mail server takes
// it: no name, no quotes, ASCII.
func isMailAddress(text string) bool {
	local, domain, found := strings.Cut(text, "@")
	if !found || local == "" || domain == "" || len(text) > 254 || text != printable(text) {
		return false
	}
	return !strings.ContainsAny(text, ` "'(),:;<>[]\`) && !strings.Contains(domain, "@") && strings.Trim(domain, ".") == domain
}

// printable leaves of a text what is printable ASCII.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}, text)
}
