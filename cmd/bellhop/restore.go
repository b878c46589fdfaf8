package main

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"bellhop/backup"
	"bellhop/config"
	"bellhop/hotel"
	"bellhop/install"
	"bellhop/store"
)

// restoring is a restore on its way: find the file, open it, make everything ready
// in the staging folder, and only then put it in place.
type restoring struct {
	*call
	source  string // as the person named it
	file    *os.File
	sum     string // of the file
	text    []byte // of the config in it
	cfg     config.Config
	stage   string
	dbPath  string
	about   backup.Manifest
	stepped func(step string)
}

// restoreStep is called after each step of a restore, for the test that ends the
// process there.
var restoreStep = func(string) {}

// restore goes on with one that was cut off, when it is called with the same backup
// again.
func restore(c *call) error {
	if err := c.need(1); err != nil {
		return err
	}
	if err := c.restore(); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	return nil
}

func (c *call) restore() (err error) {
	r := &restoring{call: c, source: c.args[0], stepped: restoreStep}
	remove, err := r.fetch()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.file.Close(), remove()) }()
	r.stepped("fetched")
	plan, err := r.begun()
	if err != nil {
		return err
	}
	if plan == nil {
		if plan, err = r.makeReady(); err != nil {
			return err
		}
	}
	if err := plan.Carry(r.stepped); err != nil {
		return fmt.Errorf("%w; run the same command again, and it goes on", err)
	}
	return r.tell(plan)
}

// fetch gives the backup as a file, which is one of the box's or comes from a place.
func (r *restoring) fetch() (remove func() error, err error) {
	remove = func() error { return nil }
	if info, serr := os.Stat(r.source); serr == nil && info.Mode().IsRegular() {
		r.file, err = os.Open(r.source)
	} else {
		r.file, err = os.CreateTemp("", "bellhop-restore-*")
		if err != nil {
			return remove, err
		}
		name := r.file.Name()
		remove = func() error { return os.Remove(name) }
		err = r.download()
	}
	if err == nil {
		r.sum, err = sumOfFile(r.file)
	}
	if err != nil {
		if r.file != nil {
			err = errors.Join(err, r.file.Close(), remove())
		}
		return remove, err
	}
	return remove, nil
}

func sumOfFile(f *os.File) (string, error) {
	sum := sha256.New()
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	if _, err := io.Copy(sum, f); err != nil {
		return "", fmt.Errorf("read the backup: %w", err)
	}
	return fmt.Sprintf("%x", sum.Sum(nil)), nil
}

// download gets the newest backup of a place, or the one that is named.
func (r *restoring) download() error {
	if err := backup.CheckDestination(r.source); err != nil {
		return fmt.Errorf("%q is no file, and no place of backups: %w", r.source, err)
	}
	d, err := r.sourcePlace()
	if err != nil {
		return err
	}
	place, err := d.Open(r.ctx)
	if err != nil {
		return err
	}
	err = r.downloadFrom(place)
	return errors.Join(err, place.Close())
}

func (r *restoring) downloadFrom(place backup.Place) error {
	all, err := place.List(r.ctx)
	if err != nil {
		return err
	}
	for _, s := range all {
		if r.opt.name == "" || s.Name == r.opt.name {
			fmt.Fprintf(r.err, "taking %s\n", plain(s.Name))
			return place.Get(r.ctx, s.Name, r.file)
		}
	}
	if r.opt.name != "" {
		return fmt.Errorf("there is no backup %q; \"bellhop backup list --to\" shows what there is", r.opt.name)
	}
	return errors.New("there is no backup")
}

// sourcePlace is where backups are taken from. A new box has no pin: a person agrees
// to the server, or gives its fingerprint. Its password is asked for by the
// environment, as no config names a file yet.
func (r *restoring) sourcePlace() (backup.Destination, error) {
	d := backup.Destination{To: r.source}
	server := d.Server()
	if server == "" {
		if info, err := os.Stat(r.source); strings.HasPrefix(r.source, "/") && (err != nil || !info.IsDir()) {
			return d, fmt.Errorf("there is no file or folder %s", r.source)
		}
		return d, nil
	}
	cfg, err := r.load()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return d, err
	}
	if d.Password, err = cfg.BackupPassword(); err != nil {
		return d, err
	}
	if cfg.Store.Path != "" {
		if d.Pin, err = readBackupPin(cfg); err != nil || d.Pin != "" {
			return d, err
		}
	}
	if strings.HasPrefix(server, "ftp://") {
		return d, nil
	}
	r.opt.lang = cmp.Or(cfg.Hotel.Language, "en")
	d.Pin, err = r.agreeToServer(install.Server{URL: server, Silence: dialTimeout})
	return d, err
}

// open gives the archive in the file from its beginning.
func (r *restoring) open() (io.Reader, error) {
	if _, err := r.file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	var u backup.Unlock
	if r.opt.identity != "" {
		text, err := os.ReadFile(r.opt.identity)
		if err != nil {
			return nil, fmt.Errorf("read the key: %w", err)
		}
		u.Identity = string(text)
	}
	u.Passphrase = os.Getenv("BELLHOP_BACKUP_PASSPHRASE")
	from, err := backup.Open(r.file, u)
	if errors.Is(err, backup.ErrLocked) {
		return nil, fmt.Errorf("%w: name the file with its key as --identity, or set BELLHOP_BACKUP_PASSPHRASE", err)
	}
	return from, err
}

// errFound ends a reading when what was looked for has come.
var errFound = errors.New("found")

// begun reads the config in the backup, which says where all belongs, and gives the
// plan of a restore of the same file that was cut off; nil: there is none.
func (r *restoring) begun() (*backup.Plan, error) {
	from, err := r.open()
	if err != nil {
		return nil, err
	}
	_, err = backup.Read(from, func(name string, file io.Reader) (err error) {
		if name != backup.FolderConfig+"/bellhop.toml" {
			return nil
		}
		if r.text, err = io.ReadAll(io.LimitReader(file, 1<<20)); err == nil {
			err = errFound
		}
		return err
	})
	switch {
	case err == nil:
		return nil, errors.New("the backup has no config in it: it is no backup of a box")
	case !errors.Is(err, errFound):
		return nil, err
	}
	if r.cfg, err = config.Parse(r.text); err != nil {
		return nil, fmt.Errorf("the config in the backup: %w", err)
	}
	if r.dbPath, err = filepath.Abs(backup.Below(r.opt.to, r.cfg.Store.Path)); err != nil {
		return nil, err
	}
	r.stage = filepath.Join(filepath.Dir(r.dbPath), backup.Staging)
	plan, err := backup.Unfinished(r.stage)
	if plan != nil && plan.Archive != r.sum {
		return nil, fmt.Errorf("a restore of another backup was cut off at %s: finish that one, by its command, or remove the folder %s", plan.Stamp, r.stage)
	}
	return plan, err
}

// makeReady unpacks the backup, renews its database and decides what goes where.
func (r *restoring) makeReady() (*backup.Plan, error) {
	if err := r.mayReplace(); err != nil {
		return nil, err
	}
	if err := backup.Prepare(r.stage); err != nil {
		return nil, err
	}
	from, err := r.open()
	if err == nil {
		r.about, err = backup.Unpack(from, r.stage)
	}
	if err != nil {
		return nil, err
	}
	r.stepped("unpacked")
	db := filepath.Join(r.stage, backup.FolderStore, "bellhop.db")
	found, err := lookAtCopy(db)
	if err == nil && found != r.about.Database {
		err = errors.New("its database is another one than it says")
	}
	if err == nil {
		err = r.renew(db)
	}
	if errors.Is(err, store.ErrClock) {
		return nil, fmt.Errorf("%w: set it (such as by \"timedatectl set-time\") and run the same command again", err)
	}
	if err != nil {
		return nil, err
	}
	r.stepped("renewed")
	plan := &backup.Plan{Archive: r.sum, Stamp: time.Now().UTC().Format("20060102-150405")}
	if plan.Moves, err = r.moves(); err != nil {
		return nil, err
	}
	plan.Clear = []string{filepath.Join(filepath.Dir(r.dbPath), "running")}
	if err := plan.Decide(r.stage); err != nil {
		return nil, err
	}
	r.stepped("decided")
	return plan, nil
}

// renew makes a copy of the database that of this box.
func (r *restoring) renew(path string) error {
	zone, err := time.LoadLocation(r.cfg.Hotel.Timezone)
	if err != nil {
		return fmt.Errorf("hotel.timezone: %w", err)
	}
	show := func(t time.Time) string { return t.In(zone).Format("2006-01-02 15:04") }
	return store.Renew(r.ctx, store.Options{Path: path}, store.Renewal{
		Made: r.about.Made, Forget: []string{hotel.OccupancyStateKey},
		Event: hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandReport, Source: hotel.SourceAgent, Fields: map[string]string{
			"code": hotel.AlertRestored, "made": show(r.about.Made), "at": show(time.Now()),
		}},
	})
}

// mayReplace refuses while an agent runs, and asks where there is a database.
func (r *restoring) mayReplace() error {
	there, err := store.Look(r.dbPath)
	switch {
	case errors.Is(err, store.ErrLocked):
		return errors.New("the agent runs: stop it first (such as by \"systemctl stop bellhop\")")
	case errors.Is(err, fs.ErrNotExist), err != nil && !isThere(r.dbPath):
		return nil
	}
	what := "one that cannot be read (" + fmt.Sprint(err) + ")"
	if err == nil {
		if what = fmt.Sprintf("%d events", there.Events); there.LastTime.Unix() > 0 {
			what += ", the newest of " + there.LastTime.Format(time.RFC3339)
		}
	}
	return r.confirm(question{
		ask:      fmt.Sprintf("There is a database already: %s. Keep it under another name, and restore?", what),
		no:       "nothing was changed",
		noOneYet: fmt.Sprintf("there is a database already: %s; --yes keeps it under another name", what),
	})
}

func isThere(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}

// moves says where each file of the staging folder belongs: the config and what it
// names first, the database last.
func (r *restoring) moves() (moves []backup.Move, err error) {
	configFile, err := filepath.Abs(backup.Below(r.opt.to, r.config))
	if err != nil {
		return nil, err
	}
	var last []backup.Move
	for _, f := range r.about.Files {
		folder, below, _ := strings.Cut(f.Name, "/")
		to := ""
		switch folder {
		case backup.FolderConfig:
			to = configFile
		case backup.FolderSecrets:
			to = r.place(secretFile(r.cfg, below, r.config))
		case backup.FolderPins:
			to = r.place(filepath.Join(filepath.Dir(pinFile(r.cfg)), below))
		case backup.FolderState:
			to = r.place(filepath.Join(filepath.Dir(r.cfg.Store.Path), below))
		case backup.FolderHooks:
			to = r.place(filepath.Join(r.cfg.Hooks.Dir, below))
		case backup.FolderSounds:
			to = r.place(filepath.Join(r.cfg.Sounds.Dir, below))
		}
		if to != "" {
			moves = append(moves, backup.Move{From: f.Name, To: to})
		}
	}
	// Renewing leaves a log of its own beside the database.
	for i, part := range store.Parts(r.dbPath) {
		from := path.Join(backup.FolderStore, path.Base(store.Parts("bellhop.db")[i]))
		if isThere(filepath.Join(r.stage, filepath.FromSlash(from))) {
			last = append([]backup.Move{{From: from, To: part}}, last...)
		}
	}
	return append(moves, last...), nil
}

func (r *restoring) place(name string) string {
	at, err := filepath.Abs(backup.Below(r.opt.to, name))
	if err != nil {
		return backup.Below(r.opt.to, name) // the working folder is gone; the step that follows says so
	}
	return at
}

func (r *restoring) tell(plan *backup.Plan) error {
	kept := 0
	for _, m := range plan.Moves {
		if isThere(plan.KeptAs(m.To)) {
			kept++
		}
	}
	fmt.Fprintf(r.out, "restored: %d files\n", len(plan.Moves))
	if !slices.ContainsFunc(plan.Moves, func(m backup.Move) bool { return strings.HasPrefix(m.From, backup.FolderSecrets) }) {
		fmt.Fprintln(r.out, "  no passwords were in the backup: put them where the config names them (\"bellhop config check\" says which)")
	}
	if kept > 0 {
		fmt.Fprintf(r.out, "  %d that were there are kept, with .before-restore-%s at the end of their names\n", kept, plan.Stamp)
	}
	_, err := fmt.Fprintf(r.out, "  see that the box of before stays off, start the agent, and do what its alert says (\"bellhop alerts list\")\n")
	return err
}

// restored refuses to run on what a restore has left half in place.
func restored(cfg config.Config) error {
	plan, err := backup.Unfinished(filepath.Join(filepath.Dir(cfg.Store.Path), backup.Staging))
	if err == nil && plan != nil {
		err = backup.ErrUnfinished
	}
	if err != nil {
		return fmt.Errorf("%w: run the same \"bellhop restore\" again", err)
	}
	return nil
}
