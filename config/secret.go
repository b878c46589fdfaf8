package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// maxSecret bounds a file that is something else.
const maxSecret = 64 << 10

// secret finds a secret: in the environment, among systemd's credentials, or
// in the file that the config names. It is never part of an error.
type secret struct {
	what       string // for messages
	variable   string // of the environment
	credential string // systemd's name for it
	file       string
	fileKey    string // of the config
}

func (s secret) find(env func(string) string) (string, error) {
	if value := env(s.variable); value != "" {
		return s.trim(value)
	}
	if value, err := s.fromSystemd(env); err != nil || value != "" {
		return value, err
	}
	if s.file == "" {
		return "", fmt.Errorf("%s is missing: set %s, or put it into a file of mode 0600 and name that as %s", s.what, s.variable, s.fileKey)
	}
	return s.fromFile()
}

// fromSystemd is empty when systemd gives none. The unit names each credential
// that there can be, and gives an empty line for those that this hotel does not
// have.
func (s secret) fromSystemd(env func(string) string) (string, error) {
	folder := env("CREDENTIALS_DIRECTORY")
	if folder == "" {
		return "", nil
	}
	text, err := os.ReadFile(filepath.Join(folder, s.credential))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("%s: %w", s.what, err)
	}
	return strings.TrimRight(string(text), "\r\n"), nil
}

// given tells whether the hotel has it, wherever it is. What systemd has and
// cannot be read is there: find says what is wrong with it.
func (s secret) given(env func(string) string) bool {
	value, err := s.fromSystemd(env)
	return s.file != "" || env(s.variable) != "" || value != "" || err != nil
}

// fromFile refuses a file that others may read: it is the installer's last
// chance to notice.
func (s secret) fromFile() (string, error) {
	file, err := os.Open(s.file)
	if err != nil {
		return "", fmt.Errorf("%s: %s: %w", s.what, s.fileKey, err)
	}
	defer file.Close()
	// The file that was opened, so that it is the one that is read.
	info, err := file.Stat()
	if err != nil {
		return "", fmt.Errorf("%s: %s: %w", s.what, s.fileKey, err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return "", fmt.Errorf("%s: %s may be read by others (mode %04o): chmod 0600 %s", s.what, s.file, mode, s.file)
	}
	text, err := io.ReadAll(io.LimitReader(file, maxSecret))
	if err != nil {
		return "", fmt.Errorf("%s: %s: %w", s.what, s.fileKey, err)
	}
	return s.trim(string(text))
}

func (s secret) trim(text string) (string, error) {
	text = strings.TrimRight(text, "\r\n")
	if text == "" {
		return "", fmt.Errorf("%s is empty", s.what)
	}
	return text, nil
}

// PBXPassword is the password of the API user: from BELLHOP_PBX_PASSWORD,
// systemd's credential "pbx" or pbx.password_file, in this order.
func (c *Config) PBXPassword() (string, error) {
	return secret{"the PBX's password", "BELLHOP_PBX_PASSWORD", "pbx", c.PBX.PasswordFile, "pbx.password_file"}.find(os.Getenv)
}

// PMSSecret signs what goes to the PMS: from BELLHOP_PMS_SECRET, systemd's
// credential "pms" or pms.secret_file, in this order.
func (c *Config) PMSSecret() (string, error) {
	return secret{"the PMS's secret", "BELLHOP_PMS_SECRET", "pms", c.PMS.SecretFile, "pms.secret_file"}.find(os.Getenv)
}

// InstallPassword is that of the user in install.url: from
// BELLHOP_INSTALL_PASSWORD, systemd's credential "install" or
// install.password_file, in this order.
func (c *Config) InstallPassword() (string, error) {
	return secret{"the password for the PBX's files", "BELLHOP_INSTALL_PASSWORD", "install", c.Install.PasswordFile, "install.password_file"}.find(os.Getenv)
}

// ReadSecret reads a file that holds one secret, as a person names it: others
// may not read it.
func ReadSecret(file string) (string, error) {
	return secret{what: "the password", file: file, fileKey: "the file"}.fromFile()
}
