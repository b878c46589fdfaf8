package config

import (
	"strings"
	"testing"
)

const goodMail = `host = "smtp.example.com"
from = "bellhop@hotel.example"
to = ["duty@hotel.example"]
`

func TestMailFaultsAreNamed(t *testing.T) {
	const hotel = "[hotel]\ntimezone = \"UTC\"\ncountry = \"CN\"\n[pbx]\ndriver = \"none\"\n[mail]\n"
	for _, c := range []struct{ name, text, fault string }{
		{"none", "", ""},
		{"no server, whatever else", `tls = "maybe"`, ""},
		{"whole", goodMail, ""},
		{"an IPv6 address", strings.Replace(goodMail, "smtp.example.com", "fd00::25", 1), ""},
		{"a user", goodMail + "username = \"u@hotel.example\"", ""},
		{"a port in the host", strings.Replace(goodMail, ".com", ".com:25", 1), `mail.host: must be a name or address alone`},
		{"an address as the host", strings.Replace(goodMail, "smtp.", "smtp://", 1), `mail.host: must be a name or address alone`},
		{"a port too large", goodMail + "port = 70000", `mail.port: must be 1 to 65535, but it is "70000"`},
		{"unknown tls", goodMail + `tls = "ssl"`, `mail.tls: must be "starttls", "tls" or "none", but it is "ssl"`},
		{"a login in clear", goodMail + "tls = \"none\"\nusername = \"u\"", `mail.username: must be empty with tls = "none"`},
		{"a user with a line", goodMail + `username = "u\nx"`, `mail.username: must hold no control characters`},
		{"no sender", strings.Replace(goodMail, "bellhop@hotel.example", "", 1), `mail.from: must be an address`},
		{"a sender with a line", strings.Replace(goodMail, "bellhop@", `b\r\nBcc: x@`, 1), `mail.from: must be an address`},
		{"a sender with a name", strings.Replace(goodMail, "bellhop@hotel.example", "Inn <b@hotel.example>", 1), `mail.from: must be an address`},
		{"nobody to write to", strings.Replace(goodMail, `"duty@hotel.example"`, "", 1), `mail.to: must name 1 to 20 addresses, but it is "0"`},
		{"half an address", strings.Replace(goodMail, `"duty@hotel.example"`, `"duty@"`, 1), `mail.to: must hold addresses such as "duty@hotel.example", but it is "duty@"`},
		{"two in one", strings.Replace(goodMail, `"duty@hotel.example"`, `"a@b.example,c@d.example"`, 1), `mail.to: must hold addresses`},
		{"one twice", strings.Replace(goodMail, `"duty@hotel.example"`, `"a@b.example","a@b.example"`, 1), `mail.to: names one address twice`},
		{"unknown alerts", goodMail + `alerts = "some"`, `mail.alerts: must be "all", "urgent" or "none", but it is "some"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse([]byte(hotel + c.text))
			if (err == nil) != (c.fault == "") || err != nil && !strings.Contains(err.Error(), c.fault) {
				t.Errorf("%v, want %q", err, c.fault)
			}
		})
	}
}

func TestMailPasswordHasItsOwnNames(t *testing.T) {
	t.Setenv("BELLHOP_MAIL_PASSWORD", "hush")
	var c Config
	if got, err := c.MailPassword(); got != "hush" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	t.Setenv("BELLHOP_MAIL_PASSWORD", "")
	t.Setenv("CREDENTIALS_DIRECTORY", "")
	if _, err := c.MailPassword(); err == nil || !strings.Contains(err.Error(), "mail.password_file") {
		t.Errorf("%v", err)
	}
}
