package install

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"
)

// readHostKey reads a pin: a key as in a file of OpenSSH's, "ssh-ed25519 AAAA…".
func readHostKey(pin string) (ssh.PublicKey, error) {
	if strings.TrimSpace(pin) == "" {
		return nil, errors.New("no host key was agreed to yet")
	}
	key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(pin))
	if err != nil {
		return nil, errors.New("what was agreed to is no host key")
	}
	return key, nil
}

func sameKey(at place, agreed, shown ssh.PublicKey) error {
	if bytes.Equal(agreed.Marshal(), shown.Marshal()) {
		return nil
	}
	return &Error{
		Kind: ErrUntrusted, Step: "connect to " + at.address(),
		Err: fmt.Errorf("its host key is now %s, and %s was agreed to", ssh.FingerprintSHA256(shown), ssh.FingerprintSHA256(agreed)),
	}
}

// sshConfig asks for a key of one type. Old PBXs know old algorithms alone:
// those that are weak but not broken are offered behind the good ones.
func sshConfig(user, keyType string, judge ssh.HostKeyCallback) *ssh.ClientConfig {
	good, weak := ssh.SupportedAlgorithms(), ssh.InsecureAlgorithms()
	config := &ssh.ClientConfig{User: user, HostKeyCallback: judge, HostKeyAlgorithms: []string{keyType}}
	config.KeyExchanges = append(good.KeyExchanges, only(weak.KeyExchanges, ssh.InsecureKeyExchangeDH14SHA1)...)
	config.Ciphers, config.MACs = good.Ciphers, good.MACs
	if keyType == ssh.KeyAlgoRSA {
		config.HostKeyAlgorithms = []string{ssh.KeyAlgoRSASHA256, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSA}
	}
	return config
}

func only(names []string, wanted string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return name != wanted })
}

// keyTypes are the kinds of host keys that are asked for, in this order.
// It is a list of formats, not of signatures.
var keyTypes = []string{ssh.KeyAlgoED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoRSA, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521}

// errSeen ends a connection once the key is known.
var errSeen = errors.New("seen")

// seeKey shows a server's key of one type; nil if it has none of that type.
func seeKey(conn net.Conn, at place, keyType string) (ssh.PublicKey, error) {
	var seen ssh.PublicKey
	config := sshConfig(at.user, keyType, func(_ string, _ net.Addr, key ssh.PublicKey) error {
		seen = key
		return errSeen
	})
	line, _, _, err := ssh.NewClientConn(conn, at.address(), config)
	if err == nil { // it cannot be: no key is taken
		_ = line.Close()
		err = errSeen
	}
	var none *ssh.AlgorithmNegotiationError
	switch {
	case seen != nil:
		return seen, nil
	case errors.As(err, &none):
		return nil, nil
	}
	return nil, err
}
