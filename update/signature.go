package update

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"aead.dev/minisign"
	"golang.org/x/mod/semver"
)

const (
	// maxFile bounds a package; the program has 25 MB.
	maxFile = 128 << 20
	// maxSignature bounds its signature: four lines.
	maxSignature = 4 << 10
)

// ErrUntrusted says that nobody who is trusted has signed a file.
var ErrUntrusted = errors.New("it is signed with none of the trusted keys")

// Signed is what a signature says of its file: the trusted comment holds
// "file:NAME" and "version:X.Y.Z" among its words.
type Signed struct {
	File, Version string
	Key           uint64 // number of the key, as minisign shows it in hex
}

// ParseKeys reads public keys of minisign, one an item.
func ParseKeys(texts []string) ([]minisign.PublicKey, error) {
	var keys []minisign.PublicKey
	for _, text := range texts {
		var key minisign.PublicKey
		if err := key.UnmarshalText([]byte(strings.TrimSpace(text))); err != nil {
			return nil, fmt.Errorf("the key %q is no public key of minisign: %w", text, err)
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// Verify reads all of a file and says what a trusted signer says of it. Only
// prehashed signatures count, which minisign makes by default.
func Verify(file io.Reader, signature []byte, keys []minisign.PublicKey) (Signed, error) {
	if len(keys) == 0 {
		return Signed{}, errors.New("no key is trusted: name one with --key, or in the config under [update] keys")
	}
	if len(signature) > maxSignature {
		return Signed{}, fmt.Errorf("the signature has more than %d bytes", maxSignature)
	}
	var sig minisign.Signature
	if err := sig.UnmarshalText(signature); err != nil {
		return Signed{}, fmt.Errorf("the signature is none of minisign's: %w", err)
	}
	if sig.Algorithm != minisign.HashEdDSA {
		return Signed{}, errors.New("the signature is of minisign's old form: sign again, without -l")
	}
	reader := minisign.NewReader(io.LimitReader(file, maxFile+1))
	n, err := io.Copy(io.Discard, reader)
	if err != nil {
		return Signed{}, err
	}
	if n > maxFile {
		return Signed{}, fmt.Errorf("it has more than %d bytes", maxFile)
	}
	for _, key := range keys {
		if reader.Verify(key, signature) {
			return readComment(sig.TrustedComment, key.ID())
		}
	}
	return Signed{}, fmt.Errorf("%w (the signature names key %016X)", ErrUntrusted, sig.KeyID)
}

// readComment takes each word once: who signs two versions means none.
func readComment(comment string, key uint64) (Signed, error) {
	words := map[string]string{}
	for word := range strings.FieldsSeq(comment) {
		name, value, found := strings.Cut(word, ":")
		if _, twice := words[name]; found && twice {
			return Signed{}, fmt.Errorf("the signature says %q twice", name)
		}
		words[name] = value
	}
	s := Signed{File: words["file"], Version: words["version"], Key: key}
	switch {
	case s.File == "" || strings.ContainsAny(s.File, "/\\"):
		return Signed{}, errors.New("the signature does not say which file it is for (file:NAME in its trusted comment)")
	case !isVersion(s.Version):
		return Signed{}, errors.New("the signature does not say which version it is for (version:X.Y.Z in its trusted comment)")
	}
	return s, nil
}

// isVersion tells whether two such texts can be compared.
func isVersion(text string) bool {
	return strings.Count(text, ".") >= 2 && !strings.HasPrefix(text, "v") && semver.IsValid("v"+text)
}

// older tells whether one version comes before another. A build that has no
// version, such as a developer's, is older than all that have.
func older(a, b string) bool {
	if !isVersion(b) {
		return false
	}
	return semver.Compare("v"+a, "v"+b) < 0
}
