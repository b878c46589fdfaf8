// Package webhook tells a PMS over HTTP, in the manner of Standard Webhooks
// (https://www.standardwebhooks.com, specification 1.0.0).
//
// Each message is one POST of a JSON object
//
//	{"id":"…","type":"posting","event":17,"callid":"…","room":"1203","time":"…","data":{…}}
//
// with three headers: webhook-id, the message's key and the same over all
// attempts; webhook-timestamp, the Unix time of the attempt in seconds; and
// webhook-signature, "v1," and the base64 of the HMAC-SHA256 of
// id.timestamp.body under the shared secret. The receiver checks the
// signature, refuses times that are far off, and drops ids that it has seen.
//
// Any 2xx status says that the message is taken. 3xx, 408, 425, 429, 5xx, a
// broken connection and silence say "again later", with Retry-After heard up
// to an hour; every other status says "never". Redirects are not followed:
// one would turn the POST into a GET.
package webhook

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"bellhop/pms"
)

const (
	defaultTimeout = 15 * time.Second
	// sideBySide is how many connections are kept alive between messages.
	sideBySide = 64
	idleTime   = 90 * time.Second
)

// Options say where a link leads. URL and Secret are required.
type Options struct {
	URL string // http or https; a user and password in it go out as basic authentication
	// Secret is "whsec_" and base64, as Standard Webhooks writes secrets, or
	// any other text, whose bytes are used as they are. A line end at its end
	// is not part of it.
	Secret string
	// Timeout bounds one attempt from dialling to the last byte of the
	// answer; 0: 15 seconds.
	Timeout time.Duration
	// RootCAs are trusted instead of the system's for https; nil: the system's.
	RootCAs *x509.CertPool
	// Now is the clock that stamps attempts; nil: the system's.
	Now func() time.Time
}

// Link sends messages to one address. It may be used side by side, and holds
// connections until [Link.Close].
type Link struct {
	to        *url.URL
	login     string // the Authorization header; empty: none
	signer    *signer
	transport *http.Transport
	timeout   time.Duration
	now       func() time.Time
}

var _ pms.Link = (*Link)(nil)

// New checks the options; it does not reach out. Errors do not quote the
// secret, nor the address, which may hold one.
func New(o Options) (*Link, error) {
	to, err := url.Parse(o.URL)
	if err != nil || to.Host == "" || to.Scheme != "http" && to.Scheme != "https" {
		return nil, errors.New("webhook: url must be an http or https address")
	}
	key, err := readSecret(o.Secret)
	if err != nil {
		return nil, fmt.Errorf("webhook: read secret: %w", err)
	}
	l := &Link{
		login: basicLogin(to.User), signer: newSigner(key), transport: newTransport(o.RootCAs),
		timeout: o.Timeout, now: o.Now,
	}
	to.User, to.Fragment = nil, ""
	l.to = to
	if l.timeout <= 0 {
		l.timeout = defaultTimeout
	}
	if l.now == nil {
		l.now = time.Now
	}
	return l, nil
}

func newTransport(roots *x509.CertPool) *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots},
		TLSHandshakeTimeout:    10 * time.Second,
		MaxIdleConns:           sideBySide,
		MaxIdleConnsPerHost:    sideBySide,
		IdleConnTimeout:        idleTime,
		MaxResponseHeaderBytes: 64 << 10,
		DisableCompression:     true, // a small answer may not unpack into a large one
	}
}

// Close gives up the connections that are idle. Attempts under way go on.
func (l *Link) Close() { l.transport.CloseIdleConnections() }

// Send implements [pms.Link]. The reply is the answer's body, cut at 64 KiB.
func (l *Link) Send(ctx context.Context, m pms.Message) ([]byte, error) {
	body, err := encode(m)
	if err != nil {
		return nil, err
	}
	attempt, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	// The transport alone, without http.Client, follows no redirect.
	answer, err := l.transport.RoundTrip(l.request(attempt, m.Key, body))
	if err != nil {
		return nil, &pms.Retry{Err: fmt.Errorf("post to the PMS: %w", l.cause(ctx, attempt, err))}
	}
	reply, err := readReply(answer)
	if err != nil {
		err = l.cause(ctx, attempt, err)
	}
	return judge(answer, reply, err, l.now())
}

// cause says why an attempt broke off: the caller's context, our own time, or
// the network. The transport's words for the first two vary.
func (l *Link) cause(caller, attempt context.Context, err error) error {
	switch {
	case caller.Err() != nil:
		return caller.Err()
	case attempt.Err() != nil:
		return fmt.Errorf("no whole answer within %s: %w", l.timeout, attempt.Err())
	}
	return brief{err}
}

// brief bounds the text of an error, which may quote what the far side sent.
type brief struct{ error }

func (e brief) Error() string {
	const most = 300
	text := e.error.Error()
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}

func (e brief) Unwrap() error { return e.error }
