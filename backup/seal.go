package backup

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"
)

// Key says to whom backups are encrypted: to a recipient, whose identity lies
// elsewhere, or by a passphrase, which the box has. Both empty: to nobody.
type Key struct {
	Recipient  string // age1…
	Passphrase string
}

// None tells whether backups are not encrypted.
func (k Key) None() bool { return k.Recipient == "" && k.Passphrase == "" }

// scryptWork is the work of a passphrase, as a power of two: 32 MB of memory for a
// moment. age's own, 256 MB, is more than a box has.
const scryptWork = 15

// Check says what is wrong with the key, if anything. Its text has no secret in it.
func (k Key) Check() error {
	_, err := k.recipient()
	return err
}

func (k Key) recipient() (age.Recipient, error) {
	if k.Recipient != "" {
		r, err := age.ParseX25519Recipient(strings.TrimSpace(k.Recipient))
		if err != nil {
			return nil, errors.New("backup.recipient is none: it is such as age1ql3z…, which \"bellhop backup key\" prints")
		}
		return r, nil
	}
	r, err := age.NewScryptRecipient(k.Passphrase)
	if err != nil {
		return nil, errors.New("the backup's passphrase is empty")
	}
	r.SetWorkFactor(scryptWork)
	return r, nil
}

// seal encrypts what is written to it; closing it does not close w.
func (k Key) seal(w io.Writer) (io.WriteCloser, error) {
	if k.None() {
		return open{w}, nil
	}
	r, err := k.recipient()
	if err != nil {
		return nil, err
	}
	sealed, err := age.Encrypt(w, r)
	if err != nil {
		return nil, fmt.Errorf("encrypt the backup: %w", err)
	}
	return sealed, nil
}

type open struct{ io.Writer }

func (open) Close() error { return nil }

// NewKey makes an identity, which opens what is encrypted to the recipient.
func NewKey() (identity, recipient string, err error) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return "", "", fmt.Errorf("make a key: %w", err)
	}
	return id.String(), id.Recipient().String(), nil
}

// Unlock is what opens an archive: what stands in a file of identities, or a
// passphrase.
type Unlock struct {
	Identity   string
	Passphrase string
}

// What opens an archive is missing, or is another one.
var (
	ErrLocked = errors.New("the backup is encrypted")
	ErrKey    = errors.New("this key does not open the backup")
)

// maxUnlockWork bounds the work that a file may ask for of this box.
const maxUnlockWork = 20

// Open gives the archive in a file, decrypted if need be.
func Open(r io.Reader, u Unlock) (io.Reader, error) {
	file := bufio.NewReader(r)
	start, _ := file.Peek(len(ageStart)) // a shorter one is none
	if !bytes.Equal(start, []byte(ageStart)) {
		return file, nil
	}
	ids, err := u.identities()
	if err != nil {
		return nil, err
	}
	plain, err := age.Decrypt(file, ids...)
	var other *age.NoIdentityMatchError
	switch {
	case errors.As(err, &other):
		return nil, ErrKey
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrArchive, err)
	}
	return plain, nil
}

const ageStart = "age-encryption.org/v1"

func (u Unlock) identities() (ids []age.Identity, err error) {
	if u.Identity != "" {
		if ids, err = age.ParseIdentities(strings.NewReader(u.Identity)); err != nil {
			return nil, errors.New("the identity is none: its file has a line such as AGE-SECRET-KEY-1…")
		}
	}
	if u.Passphrase != "" {
		id, err := age.NewScryptIdentity(u.Passphrase)
		if err != nil {
			return nil, errors.New("the passphrase is empty")
		}
		id.SetMaxWorkFactor(maxUnlockWork)
		ids = append(ids, id)
	}
	if len(ids) == 0 {
		return nil, ErrLocked
	}
	return ids, nil
}
