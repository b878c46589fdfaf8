package sim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"hash"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// tolerance is how far a timestamp may be off (Standard Webhooks 1.0.0 leaves
// the number to the receiver; its libraries use five minutes).
const tolerance = 5 * time.Minute

var (
	errNoHeaders = errors.New("webhook-id, webhook-timestamp and webhook-signature are required")
	errTime      = errors.New("webhook-timestamp is too far off")
	errSignature = errors.New("no signature fits")
)

// signKeys lends keyed hashes, since making one costs more than using it.
type signKeys struct{ pool *sync.Pool }

func newSignKeys(key []byte) signKeys {
	return signKeys{&sync.Pool{New: func() any { return hmac.New(sha256.New, key) }}}
}

func (k signKeys) sum(parts ...[]byte) (sum [sha256.Size]byte) {
	h := k.pool.Get().(hash.Hash)
	defer k.pool.Put(h)
	h.Reset()
	for _, p := range parts {
		h.Write(p)
	}
	h.Sum(sum[:0])
	return sum
}

// verify checks a signature as Standard Webhooks 1.0.0 says: the HMAC-SHA256
// of "id.timestamp.body", in base64 after "v1,"; there may be several, divided
// by blanks, of which one must fit.
func (s *Sink) verify(h http.Header, body []byte) error {
	id, stamp, signatures := h.Get("webhook-id"), h.Get("webhook-timestamp"), h.Get("webhook-signature")
	if id == "" || stamp == "" || signatures == "" {
		return errNoHeaders
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return errTime
	}
	const most = int64(tolerance / time.Second)
	if off := s.now().Unix() - seconds; off > most || off < -most {
		return errTime
	}
	want := s.keys.sum([]byte(id+"."+stamp+"."), body)
	for signature := range strings.SplitSeq(signatures, " ") {
		encoded, ours := strings.CutPrefix(signature, "v1,")
		if !ours {
			continue
		}
		if got, err := base64.StdEncoding.DecodeString(encoded); err == nil && hmac.Equal(got, want[:]) {
			return nil
		}
	}
	return errSignature
}

// signKey gives the bytes that a secret stands for.
func signKey(secret string) ([]byte, error) {
	secret = strings.TrimRight(secret, "\r\n")
	if secret == "" {
		return nil, errors.New("the secret is empty")
	}
	encoded, tagged := strings.CutPrefix(secret, "whsec_")
	if !tagged {
		return []byte(secret), nil
	}
	key, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || len(key) == 0 {
		return nil, errors.New("the secret has no base64 after whsec_")
	}
	return key, nil
}
