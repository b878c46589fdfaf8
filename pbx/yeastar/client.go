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
	"strings"
	"time"
)

// ErrPin says that the PBX showed another certificate than the pinned one.
var ErrPin = errors.New(`the certificate of the PBX is not the pinned one; if it was changed on purpose, run "bellhop trust pbx"`)

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
		Transport: &http.Transport{
			DisableKeepAlives: true, TLSClientConfig: secured,
			MaxResponseHeaderBytes: maxAnswerHead,
			DisableCompression:     true, // a small answer may not unpack into a large one
		},
	}
}

// maxAnswerHead bounds the head of an answer; the PBX's has some 200 bytes.
const maxAnswerHead = 64 << 10

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

// post makes one call. in is what it sends as JSON; nil sends nothing.
func (s *Session) post(ctx context.Context, endpoint, token string, in any) (node, error) {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return node{}, fmt.Errorf("call %s: encode: %w", endpoint, err)
		}
	}
	address := s.address(endpoint)
	if token != "" {
		address += "?token=" + url.QueryEscape(token)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return node{}, fmt.Errorf("call %s: the base address cannot be used", endpoint)
	}
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	answer, err := s.do(s.HTTP, endpoint, request)
	if err != nil {
		return node{}, err
	}
	defer answer.Body.Close()
	return readAnswer(endpoint, answer.Body)
}

func (s *Session) address(endpoint string) string {
	return s.Base + "/api/v" + string(s.api()) + "/" + endpoint
}

// do gives the answer if its head is that of one: the PBX says in the body
// whether a call failed (API 2.0.0, Response).
func (s *Session) do(client *http.Client, endpoint string, request *http.Request) (*http.Response, error) {
	answer, err := client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("call %s: %w", endpoint, &unanswered{s.hide(withoutURL(err), request), !neverSent(err)})
	}
	if answer.StatusCode == http.StatusOK {
		return answer, nil
	}
	answer.Body.Close()
	return nil, fmt.Errorf("call %s: %w", endpoint, &unanswered{httpStatus(answer.StatusCode), true})
}

// httpStatus is a status with which the PBX's API never answers: its web server
// does while it starts, or somebody else on the way.
type httpStatus int

func (s httpStatus) Error() string { return fmt.Sprintf("HTTP status %d", int(s)) }

// errNoAnswer says that what came back is no answer of the API.
var errNoAnswer = errors.New("answer without status")

// withoutURL drops the address from the error: it holds the token.
func withoutURL(err error) error {
	var withURL *url.Error
	if errors.As(err, &withURL) {
		return withURL.Err
	}
	return err
}

// readAnswer reads to the end of the stream: the PBX declares no length.
func readAnswer(endpoint string, body io.Reader) (node, error) {
	text, err := io.ReadAll(io.LimitReader(body, maxBody+1))
	if err != nil {
		return node{}, fmt.Errorf("call %s: read answer: %w", endpoint, &unanswered{err, true})
	}
	if len(text) > maxBody {
		return node{}, fmt.Errorf("call %s: read answer: %w", endpoint, &unanswered{errTooLong, true})
	}
	n, err := decodeAnswer(text)
	if err != nil {
		return node{}, fmt.Errorf("call %s: %w", endpoint, err)
	}
	return n, nil
}

// decodeAnswer gives the answer to a call that went well; any other is an error.
func decodeAnswer(text []byte) (node, error) {
	n, err := parse(text)
	if err != nil {
		// Empty or cut off; what the PBX did is not known.
		return node{}, &unanswered{fmt.Errorf("parse answer: %w", err), true}
	}
	switch n.scalar("status") {
	case "Success":
		return n, nil
	case "":
		return node{}, &unanswered{errNoAnswer, true}
	}
	// The manual's tables spell the number in three ways.
	number, err := strconv.Atoi(strings.TrimSpace(n.scalar("errno", "errornum", "errnum")))
	if err != nil {
		return node{}, errors.New("failed without an error number")
	}
	return node{}, Errno(number)
}
