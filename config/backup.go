package config

import (
	"os"
	"strconv"
)

// Backup says where backups go, to whom they are encrypted, and how many are kept;
// see docs/backup.md.
type Backup struct {
	To           string `toml:"to"`      // a folder, usb:LABEL, sftp://, ftp:// or ftps://; empty: none are made
	Mounted      bool   `toml:"mounted"` // to is a folder where a disk must be mounted
	PasswordFile string `toml:"password_file"`
	// Recipient is age's, whose identity lies elsewhere. Empty: the one that
	// "bellhop backup key" has kept, or the passphrase.
	Recipient      string `toml:"recipient"`
	PassphraseFile string `toml:"passphrase_file"`
	Daily          int    `toml:"daily"`
	Weekly         int    `toml:"weekly"`
	Monthly        int    `toml:"monthly"`
}

// maxBackups bounds each of the numbers that are kept.
const maxBackups = 1000

func (b Backup) faults() []error {
	var faults []error
	check := func(ok bool, key, rule, value string) {
		if !ok {
			faults = append(faults, &Fault{"backup." + key, rule, value})
		}
	}
	for key, n := range map[string]int{"daily": b.Daily, "weekly": b.Weekly, "monthly": b.Monthly} {
		check(n >= 0 && n <= maxBackups, key, "must be 0 to "+strconv.Itoa(maxBackups), strconv.Itoa(n))
	}
	check(b.Daily+b.Weekly+b.Monthly > 0, "daily", "must keep something, or weekly or monthly must", "0")
	check(b.Recipient == "" || b.PassphraseFile == "", "passphrase_file", "must be empty beside a recipient: the one or the other opens a backup", b.PassphraseFile)
	check(!b.Mounted || len(b.To) > 0 && b.To[0] == '/', "mounted", "is for a folder in backup.to", strconv.FormatBool(b.Mounted))
	return faults
}

// BackupPassword is that of the user in backup.to: from BELLHOP_BACKUP_PASSWORD,
// systemd's credential "backup" or backup.password_file, in this order.
func (c *Config) BackupPassword() (string, error) {
	return secret{"the password for backups", "BELLHOP_BACKUP_PASSWORD", "backup", c.Backup.PasswordFile, "backup.password_file"}.find(os.Getenv)
}

// BackupPassphrase encrypts backups: from BELLHOP_BACKUP_PASSPHRASE, systemd's
// credential "backup-passphrase" or backup.passphrase_file, in this order; empty:
// there is none.
func (c *Config) BackupPassphrase() (string, error) {
	s := secret{"the passphrase for backups", "BELLHOP_BACKUP_PASSPHRASE", "backup-passphrase", c.Backup.PassphraseFile, "backup.passphrase_file"}
	if !s.given(os.Getenv) {
		return "", nil
	}
	return s.find(os.Getenv)
}
