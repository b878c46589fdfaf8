package site

import (
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"bellhop/config"
)

// Door is how the API is reached over TCP.
type Door struct {
	Address string `json:"address,omitempty"` // host:port that is listened on; empty: none
	TLS     bool   `json:"tls,omitempty"`
	// Fingerprint is the SHA-256 of the certificate in hexadecimal, which a
	// client pins; SelfMade: Bellhop has made it, and nobody has signed it.
	Fingerprint string    `json:"fingerprint,omitempty"`
	SelfMade    bool      `json:"selfMade,omitempty"`
	Ends        time.Time `json:"ends,omitzero"`   // of the certificate
	Error       string    `json:"error,omitempty"` // why nothing is answered there
}

// Near tells whether only programs on the box itself reach the API over TCP.
func (d Door) Near() bool { return IsNear(d.Address) }

// IsNear tells whether only programs on the box itself reach host:port.
func IsNear(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	addr, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && addr.Unmap().IsLoopback()
}

const checkDoor = "api"

// CertificateSoon is how long before a certificate's end a person is told.
const CertificateSoon = 30 * 24 * time.Hour

// door: who may come in over the network, and how?
func (f *Facts) door() Finding {
	listen, d := f.Config.API.Listen, f.API
	valid := 0
	for _, t := range f.Tokens {
		if !t.Expired(f.Now) {
			valid++
		}
	}
	tokens := strconv.Itoa(valid)
	switch {
	case listen == "":
		return find(checkDoor, Skipped, "none")
	case !f.Running:
		return find(checkDoor, Unknown, "no-agent")
	case d.Error != "":
		return find(checkDoor, Failed, "failed", "address", listen, "error", d.Error)
	case f.Config.API.TLS != config.TLSOff && !d.Ends.After(f.Now.Add(CertificateSoon)):
		return find(checkDoor, Warning, "ends", "address", d.Address, "ends", f.at(d.Ends), "fingerprint", d.Fingerprint)
	case d.TLS:
		return find(checkDoor, OK, "tls", "address", d.Address, "ends", f.at(d.Ends), "fingerprint", d.Fingerprint, "tokens", tokens)
	case IsNear(listen):
		return find(checkDoor, OK, "near", "address", listen, "tokens", tokens)
	case valid > 0:
		return find(checkDoor, Warning, "plain-tokens", "address", listen, "tokens", tokens)
	}
	return find(checkDoor, OK, "plain", "address", listen)
}
