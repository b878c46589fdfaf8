package yeastar

import (
	"crypto/md5"
	"encoding/hex"
	"net/http"
	"strings"
)

// hidden is an error whose text held a secret: what comes instead of an
// answer, such as a redirect or a line that is no HTTP, may repeat what was
// asked, and net/http quotes it.
type hidden struct {
	err  error
	text string
}

func (h *hidden) Error() string { return h.text }
func (h *hidden) Unwrap() error { return h.err }

// hide masks what a request held of secrets in the error that came of it.
func (s *Session) hide(err error, request *http.Request) error {
	text := err.Error()
	query := request.URL.Query()
	for _, secret := range []string{query.Get("token"), query.Get("random"), s.Password, s.digest()} {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, masked)
		}
	}
	if text == err.Error() {
		return err
	}
	return &hidden{err, text}
}

// digest is the password in the form that the API asks for.
func (s *Session) digest() string {
	sum := md5.Sum([]byte(s.Password))
	return hex.EncodeToString(sum[:])
}
