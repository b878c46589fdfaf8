package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"bellhop/agent"
	"bellhop/backup"
	"bellhop/config"
)

// backupItems are the files that go along with the database. In a clear backup the
// config has no login in any address.
func backupItems(cfg config.Config, clear bool) ([]backup.Item, error) {
	var items []backup.Item
	if cfg.File != "" {
		text, err := os.ReadFile(cfg.File)
		if err != nil {
			return nil, fmt.Errorf("read config: %w", err)
		}
		if clear {
			text = withoutLogins(text)
		}
		items = append(items, backup.Item{Name: backup.FolderConfig + "/bellhop.toml", Data: text})
	}
	for _, s := range secretsOf(cfg) {
		if value, err := s.value(); err == nil && value != "" {
			items = append(items, backup.Item{Name: backup.FolderSecrets + "/" + s.name, Data: []byte(value), Secret: true})
		}
	}
	folder := filepath.Dir(cfg.Store.Path)
	for _, part := range []struct {
		name, path string
		secret     bool
		skip       func(name string) bool
	}{
		{backup.FolderPins, filepath.Dir(pinFile(cfg)), false, nil},
		{backup.FolderHooks, cfg.Hooks.Dir, false, func(name string) bool { return filepath.Ext(name) != ".lua" }},
		{backup.FolderSounds, cfg.Sounds.Dir, false, nil},
		// What the PBX held before may have a password in it.
		{backup.FolderState, folder, true, func(name string) bool { return passing(cfg, name) }},
	} {
		more, err := filesBelow(part.name, part.path, part.secret, part.skip)
		if err != nil {
			return nil, err
		}
		items = append(items, more...)
	}
	return items, nil
}

// login is what stands before the host in an http address.
var login = regexp.MustCompile(`(?i)(https?://)[^/@\s"']*@`)

func withoutLogins(text []byte) []byte { return login.ReplaceAll(text, []byte("$1")) }

// secretOf is one of the box's secrets, and where the config says that it lies.
type secretOf struct {
	name, file string
	value      func() (string, error)
}

func secretsOf(cfg config.Config) []secretOf {
	return []secretOf{
		{"pbx", cfg.PBX.PasswordFile, cfg.PBXPassword},
		{"install", cfg.Install.PasswordFile, cfg.InstallPassword},
		{"pms", cfg.PMS.SecretFile, cfg.PMSSecret},
		{"mail", cfg.Mail.PasswordFile, cfg.MailPassword},
		{"backup", cfg.Backup.PasswordFile, cfg.BackupPassword},
		{"backup-passphrase", cfg.Backup.PassphraseFile, cfg.BackupPassphrase},
	}
}

// secretFile is where a secret belongs: as the config says, else beside it.
func secretFile(cfg config.Config, name, configFile string) string {
	all := secretsOf(cfg)
	if n := slices.IndexFunc(all, func(s secretOf) bool { return s.name == name }); n >= 0 && all[n].file != "" {
		return all[n].file
	}
	return filepath.Join(filepath.Dir(configFile), "secrets", name)
}

// passing is what lies beside the database and is of no use to another box, or goes
// another way; name is below their folder.
func passing(cfg config.Config, name string) bool {
	first, _, _ := strings.Cut(name, "/")
	base := path.Base(name)
	switch {
	case slices.Contains([]string{"backups", "pins", backup.Staging, "running", filepath.Base(agent.BackupRecord(cfg.Store.Path))}, first),
		strings.HasPrefix(first, filepath.Base(cfg.Store.Path)), strings.Contains(base, ".before-restore-"),
		strings.HasSuffix(base, ".part"), strings.HasSuffix(base, ".lock"), backup.IsName(base):
		return true
	}
	// Some hotels keep all in one folder.
	at, err := filepath.Abs(filepath.Join(filepath.Dir(cfg.Store.Path), filepath.FromSlash(name)))
	if err != nil {
		return false
	}
	elsewhere := []string{cfg.File, cfg.Hooks.Dir, cfg.Sounds.Dir, strings.TrimPrefix(cfg.Backup.To, "file://")}
	for _, s := range secretsOf(cfg) {
		elsewhere = append(elsewhere, s.file)
	}
	return slices.ContainsFunc(elsewhere, func(other string) bool {
		path, err := filepath.Abs(other)
		return other != "" && err == nil && path == at
	})
}

// mostOfState bounds a file beside the database, in bytes; what is larger is none of
// ours.
const mostOfState = 64 << 20

// filesBelow lists the plain files of a folder, which may be missing.
func filesBelow(name, folder string, secret bool, skip func(string) bool) ([]backup.Item, error) {
	var items []backup.Item
	err := filepath.WalkDir(folder, func(at string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		below, err := filepath.Rel(folder, at)
		if err != nil || below == "." {
			return err
		}
		below = filepath.ToSlash(below)
		if skip != nil && e.IsDir() && skip(below) && name == backup.FolderState {
			return fs.SkipDir
		}
		if !e.Type().IsRegular() || skip != nil && skip(below) || !backup.GoodName(name+"/"+below) {
			return nil
		}
		if info, err := e.Info(); err != nil || info.Size() > mostOfState {
			return nil // gone meanwhile, or too large
		}
		items = append(items, backup.Item{Name: name + "/" + below, Path: at, Secret: secret})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list what goes into the backup: %w", err)
	}
	return items, nil
}
