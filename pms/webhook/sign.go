package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"hash"
	"io"
	"strings"
	"sync"
)

// signer signs under one key. Keyed hashes are reused: making one costs more
// than signing a short message.
type signer struct{ hashes sync.Pool }

func newSigner(key []byte) *signer {
	return &signer{hashes: sync.Pool{New: func() any { return hmac.New(sha256.New, key) }}}
}

// sign gives the value of webhook-signature (Standard Webhooks 1.0.0,
// "Signature scheme", symmetric).
func (s *signer) sign(id, stamp string, body []byte) string {
	h := s.hashes.Get().(hash.Hash)
	defer s.hashes.Put(h)
	h.Reset()
	_, _ = io.WriteString(h, id+"."+stamp+".") // a hash takes every write
	_, _ = h.Write(body)
	var sum [sha256.Size]byte
	return "v1," + base64.StdEncoding.EncodeToString(h.Sum(sum[:0]))
}

// readSecret gives the key that a secret stands for. Its errors quote nothing
// of it.
func readSecret(text string) ([]byte, error) {
	text = strings.TrimRight(text, "\r\n")
	encoded, tagged := strings.CutPrefix(text, "whsec_")
	if !tagged {
		if text == "" {
			return nil, errors.New("it is empty")
		}
		return []byte(text), nil
	}
	key, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, errors.New("after whsec_ there must be base64")
	}
	if len(key) == 0 {
		return nil, errors.New("after whsec_ there is nothing")
	}
	return key, nil
}
