package yeastar

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// ErrPin says that the PBX showed another certificate than the pinned one.
var ErrPin = errors.New("the certificate of the PBX is not the pinned one; pin the new one if it was changed on purpose")

const callTimeout = 20 * time.Second

// NewHTTPClient makes the client for one PBX over TLS: up to 1.2 as the PBX
// has no more, its own certificate pinned by the SHA-256 of the leaf.
func NewHTTPClient(pin [sha256.Size]byte) *http.Client {
	return newClient(&tls.Config{
		MinVersion: tls.VersionTLS12,
		MaxVersion: tls.VersionTLS12,
		// The pin stands in for the chain, which is self-signed.
		InsecureSkipVerify: true,
		VerifyConnection:   func(s tls.ConnectionState) error { return checkPin(s, pin) },
	})
}

// NewPlainClient makes the client for a PBX that is reached without TLS.
func NewPlainClient() *http.Client { return newClient(nil) }

// newClient follows no redirects, as one would turn a POST into a GET, and
// keeps no connection: the PBX takes one request on each (API 2.0.0, Request).
func newClient(secured *tls.Config) *http.Client {
	return &http.Client{
		Timeout:       callTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport:     &http.Transport{DisableKeepAlives: true, TLSClientConfig: secured},
	}
}

func checkPin(s tls.ConnectionState, pin [sha256.Size]byte) error {
	if len(s.PeerCertificates) == 0 {
		return ErrPin
	}
	sum := sha256.Sum256(s.PeerCertificates[0].Raw)
	if subtle.ConstantTimeCompare(sum[:], pin[:]) != 1 {
		return ErrPin
	}
	return nil
}

// post makes one call and decodes the answer into out, which may be nil.
func (s *Session) post(ctx context.Context, endpoint, token string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("call %s: encode: %w", endpoint, err)
	}
	address := s.Base + "/api/v2.0.0/" + endpoint
	if token != "" {
		address += "?token=" + url.QueryEscape(token)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("call %s: the base address cannot be used", endpoint)
	}
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	answer, err := s.HTTP.Do(request)
	if err != nil {
		return fmt.Errorf("call %s: %w", endpoint, withoutURL(err))
	}
	defer answer.Body.Close()
	return readAnswer(endpoint, answer, out)
}

// withoutURL drops the address from the error: it holds the token.
func withoutURL(err error) error {
	var withURL *url.Error
	if errors.As(err, &withURL) {
		return withURL.Err
	}
	return err
}

// readAnswer reads to the end of the stream: the PBX declares no length.
func readAnswer(endpoint string, answer *http.Response, out any) error {
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("call %s: HTTP status %d", endpoint, answer.StatusCode)
	}
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxBody+1))
	if err != nil {
		return fmt.Errorf("call %s: read answer: %w", endpoint, err)
	}
	if len(text) > maxBody {
		return fmt.Errorf("call %s: read answer: %w", endpoint, errTooLong)
	}
	n, err := parse(text)
	if err != nil {
		return fmt.Errorf("call %s: %w", endpoint, err)
	}
	if n.scalar("status") != "Success" {
		number, err := strconv.Atoi(n.scalar("errno"))
		if err != nil {
			return fmt.Errorf("call %s: failed without an error number", endpoint)
		}
		return fmt.Errorf("call %s: %w", endpoint, Errno(number))
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(text, out); err != nil {
		return fmt.Errorf("call %s: answer has another form than expected", endpoint)
	}
	return nil
}
