package sim

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"strings"

	"golang.org/x/crypto/ssh"
)

// HostKey is the public half of a key by which a client knows the PBX.
type HostKey struct {
	Fingerprint string // as OpenSSH prints it: SHA256:…
	Public      string // as in a file known_hosts: "ssh-ed25519 AAAA…"
}

// HostKeys are those that SFTP shows, for pinning. [FaultHostKey] changes them
// at a restart.
func (p *PBX) HostKeys() []HostKey {
	p.mu.Lock()
	defer p.mu.Unlock()
	var keys []HostKey
	for _, k := range p.hostKeys {
		keys = append(keys, HostKey{
			Fingerprint: ssh.FingerprintSHA256(k.PublicKey()),
			Public:      strings.TrimSpace(string(ssh.MarshalAuthorizedKey(k.PublicKey()))),
		})
	}
	return keys
}

// signers makes SSH's of keys; without any, one of a new Ed25519 key.
func signers(keys []crypto.Signer) ([]ssh.Signer, error) {
	if len(keys) == 0 {
		_, key, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			return nil, err
		}
		keys = []crypto.Signer{key}
	}
	var list []ssh.Signer
	for _, key := range keys {
		s, err := ssh.NewSignerFromSigner(key)
		if err != nil {
			return nil, fmt.Errorf("a key that SSH does not know: %w", err)
		}
		list = append(list, s)
	}
	return list, nil
}
