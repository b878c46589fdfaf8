package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"bellhop/agent"
	"bellhop/api"
	"bellhop/backup"
	"bellhop/config"
	"bellhop/store"
)

func backupCommands() []*command {
	to := func(f *flag.FlagSet, c *call) {
		jsonFlag(f, c)
		f.StringVar(&c.opt.to, "to", "", "another `PLACE` than backup.to: a folder, usb:LABEL, sftp://user@host/folder")
	}
	return []*command{
		{words: "backup", about: "make a backup of the whole box, now, and take it to its place", run: backupNow, flags: to, more: "bellhop backup --to usb:BELLHOP"},
		{words: "backup list", about: "list the backups at their place", run: backupList, flags: to},
		{words: "backup key", about: "make the key that opens backups, print it once, and encrypt to it from now on", run: backupKey, flags: func(f *flag.FlagSet, c *call) {
			f.BoolVar(&c.opt.yes, "yes", false, "also where there is a key already; what it encrypted, it alone opens")
		}, more: "bellhop backup key > bellhop-key.txt    # and take that file off the box"},
		{words: "restore", args: "FILE|PLACE", about: "make this box the one that a backup was made of", run: restore, flags: func(f *flag.FlagSet, c *call) {
			f.StringVar(&c.opt.identity, "identity", "", "the `FILE` with the key that \"bellhop backup key\" printed")
			f.StringVar(&c.opt.name, "name", "", "the backup `NAME` at the place, as \"backup list\" has it; empty: the newest")
			f.StringVar(&c.opt.to, "to", "", "put everything below `FOLDER` instead, such as a new box's disk")
			f.StringVar(&c.opt.fingerprint, "fingerprint", "", "trust the place's server without asking if this `TEXT` is its fingerprint")
			f.BoolVar(&c.opt.yes, "yes", false, "do not ask; what is there is kept under another name")
		}, more: "bellhop restore /media/usb/bellhop --identity bellhop-key.txt"},
	}
}

// backupsOf makes what backups are made with, each time anew: passwords and pins may
// have changed. It gives nothing where none are wanted.
func backupsOf(cfg config.Config, now func() time.Time) func() (*backup.Maker, error) {
	return func() (*backup.Maker, error) {
		zone, err := time.LoadLocation(cfg.Hotel.Timezone)
		if err != nil {
			return nil, fmt.Errorf("hotel.timezone: %w", err)
		}
		d, err := destinationOf(cfg)
		if err != nil {
			return nil, err
		}
		key, err := backupKeyOf(cfg)
		if err != nil {
			return nil, err
		}
		return &backup.Maker{
			Hotel: cfg.Hotel.Name, Version: programVersion(), Zone: zone, To: d, Key: key,
			Rule:  backup.Rule{Daily: cfg.Backup.Daily, Weekly: cfg.Backup.Weekly, Monthly: cfg.Backup.Monthly},
			Items: func() ([]backup.Item, error) { return backupItems(cfg, key.None()) },
			Look:  lookAtCopy, Work: filepath.Join(filepath.Dir(cfg.Store.Path), "backups", "making"), Record: agent.BackupRecord(cfg.Store.Path), Now: now,
		}, nil
	}
}

func lookAtCopy(path string) (backup.Database, error) {
	st, err := store.Look(path)
	return backup.Database{ID: st.ID, Events: st.Events, LastID: st.LastID, Last: st.LastTime}, err
}

// destinationOf is the configured place. A server without a password or pin is
// refused only when it is gone to.
func destinationOf(cfg config.Config) (backup.Destination, error) {
	d := backup.Destination{To: cfg.Backup.To, Mounted: cfg.Backup.Mounted}
	if d.To == "" {
		return d, nil
	}
	if err := backup.CheckDestination(d.To); err != nil {
		return d, fmt.Errorf("backup.to: %w", err)
	}
	if d.Server() == "" {
		return d, nil
	}
	var err error
	if d.Password, err = cfg.BackupPassword(); err != nil {
		return d, err
	}
	d.Pin, err = readBackupPin(cfg)
	return d, err
}

func readBackupPin(cfg config.Config) (string, error) {
	pin, err := os.ReadFile(backupPinFile(cfg))
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // without one the server is refused, with what to do
		return "", fmt.Errorf("read what was agreed to by \"bellhop trust backup\": %w", err)
	}
	return strings.TrimSpace(string(pin)), nil
}

// backupPinFile is where the host key or certificate of the server for backups lies.
func backupPinFile(cfg config.Config) string {
	return filepath.Join(filepath.Dir(pinFile(cfg)), "backup")
}

// recipientFile is where "backup key" keeps to whom backups are encrypted.
func recipientFile(cfg config.Config) string {
	return filepath.Join(filepath.Dir(pinFile(cfg)), "backup-recipient")
}

// backupKeyOf is to whom backups are encrypted: as the config says, else to the key
// that was made here.
func backupKeyOf(cfg config.Config) (backup.Key, error) {
	var key backup.Key
	var err error
	if key.Recipient = cfg.Backup.Recipient; key.Recipient == "" {
		if key.Passphrase, err = cfg.BackupPassphrase(); err != nil {
			return key, err
		}
	}
	if key.None() {
		text, err := os.ReadFile(recipientFile(cfg))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return key, fmt.Errorf("read the recipient of backups: %w", err)
		}
		key.Recipient = strings.TrimSpace(string(text))
	}
	if key.None() {
		return key, nil
	}
	return key, key.Check()
}

// fromHere makes a folder such as ./b one that the agent finds, too: it is
// elsewhere.
func (c *call) fromHere() (err error) {
	if strings.HasPrefix(c.opt.to, "./") || strings.HasPrefix(c.opt.to, "../") {
		c.opt.to, err = filepath.Abs(c.opt.to)
	}
	return err
}

// backupNow lets the agent make one; when none runs, it is made of the closed store.
func backupNow(c *call) error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	if c.opt.to != "" {
		if err := c.fromHere(); err != nil {
			return err
		}
		if err := backup.CheckDestination(c.opt.to); err != nil {
			return c.wrong("--to: %v", err)
		}
	}
	made, err := c.backupByAgent(cfg)
	if errors.Is(err, api.ErrNotRunning) {
		made, err = c.backupClosed(cfg)
	}
	if err != nil {
		return err
	}
	if c.json {
		return showOne(c, made)
	}
	return c.tellOfBackup(made)
}

func (c *call) tellOfBackup(made backup.Made) error {
	how := "encrypted to the key; its database was looked over before, and what was written was read back"
	switch {
	case !made.Encrypted:
		how = "not encrypted, so that passwords are not in it (see \"bellhop backup key\"); unpacked again, and whole"
	case made.Restored:
		how = "encrypted by the passphrase; opened and unpacked again, and whole"
	}
	for _, name := range made.Removed {
		fmt.Fprintf(c.out, "removed %s\n", plain(name))
	}
	_, err := fmt.Fprintf(c.out, "%s is at %s (%d bytes, %d events)\n  %s\n", made.Name, plain(made.To), made.Bytes, made.Database.Events, how)
	return err
}

// backupLooks is how often the agent is asked whether it is done.
const backupLooks = 300 * time.Millisecond

func (c *call) backupByAgent(cfg config.Config) (made backup.Made, err error) {
	client := api.NewClient(cfg.API.Socket)
	var ordered api.BackupOrdered
	if err := client.Post(c.ctx, "/v1/backup", api.BackupOrder{To: c.opt.to}, &ordered); err != nil {
		return made, err
	}
	if onTerminal(c.err) {
		fmt.Fprintln(c.err, "the agent makes the backup …")
	}
	for {
		var st agent.BackupState
		if err := client.Get(c.ctx, "/v1/backup", &st); err != nil {
			return made, fmt.Errorf("the agent was making the backup: %w", err)
		}
		switch {
		case st.Done < ordered.Number:
		case st.Made != nil:
			return *st.Made, nil
		default:
			return made, errors.New(st.Error)
		}
		select {
		case <-c.ctx.Done():
			return made, c.ctx.Err()
		case <-time.After(backupLooks):
		}
	}
}

func (c *call) backupClosed(cfg config.Config) (made backup.Made, err error) {
	fmt.Fprintln(c.err, "the agent does not run: making the backup of its store")
	maker, err := backupsOf(cfg, time.Now)()
	if err != nil {
		return made, fmt.Errorf("backup: %w", err)
	}
	for _, s := range secretsOf(cfg) {
		if _, err := s.value(); err != nil && s.file != "" && !maker.Key.None() {
			fmt.Fprintf(c.err, "not in the backup: %v\n", err)
		}
	}
	return maker.Make(c.ctx, c.opt.to, func(_ context.Context, path string) error { return store.CopyClosed(cfg.Store.Path, path) })
}

func backupList(c *call) error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	if err := c.fromHere(); err != nil {
		return err
	}
	d, err := destinationOf(cfg)
	if c.opt.to != "" && c.opt.to != cfg.Backup.To {
		d, err = backup.Destination{To: c.opt.to, Password: d.Password, Pin: d.Pin}, nil
	}
	if err == nil && d.To == "" {
		err = backup.ErrNowhere
	}
	if err != nil {
		return fmt.Errorf("backup list: %w", err)
	}
	place, err := d.Open(c.ctx)
	if err != nil {
		return fmt.Errorf("backup list: %w", err)
	}
	all, err := place.List(c.ctx)
	if err = errors.Join(err, place.Close()); err != nil {
		return fmt.Errorf("backup list: %w", err)
	}
	return show(c, all, "NAME MADE BYTES", func(s backup.Stored) []any { return []any{s.Name, c.at(s.Made), s.Bytes} })
}

// backupKey prints the identity on standard output and nothing else there, so that
// it can go into a file; the box keeps the recipient alone.
func backupKey(c *call) error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	has, err := backupKeyOf(cfg)
	if err != nil {
		return fmt.Errorf("backup key: %w", err)
	}
	switch {
	case cfg.Backup.Recipient != "" || has.Passphrase != "":
		return errors.New("backup key: the config names a recipient or a passphrase already, which counts; take it out first")
	case !has.None():
		err := c.confirm(question{
			ask:      "Backups are encrypted to a key already (" + has.Recipient + "). Those that are there are opened by it alone. Make another one from now on?",
			no:       "backup key: the key stays as it is",
			noOneYet: "backup key: there is a key already, and those backups are opened by it alone; --yes makes another one from now on",
		})
		if err != nil {
			return err
		}
	}
	identity, recipient, err := backup.NewKey()
	if err != nil {
		return fmt.Errorf("backup key: %w", err)
	}
	if _, err := fmt.Fprintf(c.out, "# opens the backups of %s\n# public key: %s\n%s\n", plain(cfg.Hotel.Name), recipient, identity); err != nil {
		return fmt.Errorf("backup key: %w", err) // nobody has it, so that nothing may be encrypted to it
	}
	if err := c.pin(recipientFile(cfg), recipient); err != nil {
		return err
	}
	fmt.Fprintln(c.err, "Keep these lines off this box, twice: nothing else opens its backups, and they are not shown again.")
	return nil
}
