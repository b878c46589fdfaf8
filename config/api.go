package config

import (
	"fmt"
	"net/netip"
	"strings"
)

// API says where commands are answered, and who comes in over the network;
// see docs/security.md.
type API struct {
	Listen string `toml:"listen"` // over TCP; empty: nowhere
	Socket string `toml:"socket"`
	TLS    string `toml:"tls"`  // off, self or file
	Cert   string `toml:"cert"` // with file: the certificate and those that signed it, PEM
	Key    string `toml:"key"`  // with file: its private key, PEM, mode 0600
	// Hosts are names under which the box is reached besides its own: a request
	// that names another host is refused, as a web page may have made it.
	Hosts []string `toml:"hosts"`
}

// How TCP is made safe.
const (
	TLSOff  = "off"
	TLSSelf = "self" // by a certificate that the box has made
	TLSFile = "file" // by one that the hotel has
)

// maxHosts bounds a list that each request is compared with.
const maxHosts = 20

func (a API) faults() []error {
	var faults []error
	check := func(ok bool, key, rule, value string) {
		if !ok {
			faults = append(faults, &Fault{"api." + key, rule, value})
		}
	}
	check(a.Listen == "" || isAddress(a.Listen), "listen", `must be such as "127.0.0.1:8080", or empty for none`, a.Listen)
	check(a.Socket != "", "socket", "must name the socket's file", "")
	check(a.TLS == TLSOff || a.TLS == TLSSelf || a.TLS == TLSFile, "tls", `must be "off", "self" or "file"`, a.TLS)
	check(a.TLS != TLSFile || a.Cert != "", "cert", `must name the certificate's file when tls is "file"`, "")
	check(a.TLS != TLSFile || a.Key != "", "key", `must name the private key's file when tls is "file"`, "")
	check(a.TLS == TLSFile || a.Cert == "" && a.Key == "", "tls", `must be "file" when cert and key are given`, a.TLS)
	for _, host := range a.Hosts {
		check(isHostName(host), "hosts", `must hold names such as "bellhop.hotel.example", without a port`, host)
	}
	check(len(a.Hosts) <= maxHosts, "hosts", fmt.Sprintf("may hold %d names at most", maxHosts), "")
	return faults
}

// isHostName tells whether text is a name that a browser may ask for. An
// address needs no leave, and "*" would let every web page in.
func isHostName(text string) bool {
	_, err := netip.ParseAddr(text)
	return err != nil && text != "" && len(text) <= 253 && strings.Trim(strings.ToLower(text), "abcdefghijklmnopqrstuvwxyz0123456789-.") == ""
}

// APIKey is the private key of the API's certificate, from api.key: a file that
// nobody else may read. It is never part of an error.
func (c *Config) APIKey() (string, error) {
	return secret{what: "the API's private key", file: c.API.Key, fileKey: "api.key"}.fromFile()
}
