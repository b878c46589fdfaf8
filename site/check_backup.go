package site

import (
	"strconv"
	"time"
)

const checkBackup = "backup"

// BackupFacts are the newest backup that has left the box, and the newest try that
// failed. Zero times: there was none.
type BackupFacts struct {
	Made      time.Time
	To        string
	Encrypted bool
	Failed    time.Time
	Error     string
}

// backupOld is when a nightly backup is missed.
const backupOld = 50 * time.Hour

// backup: could the box be made anew?
func (f *Facts) backup() Finding {
	b := f.Backup
	days := strconv.Itoa(int(f.Now.Sub(b.Made) / (24 * time.Hour)))
	switch {
	case b.Failed.After(b.Made):
		made := "-"
		if !b.Made.IsZero() {
			made = f.at(b.Made)
		}
		return find(checkBackup, Failed, "failed", "at", f.at(b.Failed), "error", b.Error, "made", made)
	case f.Config.Backup.To == "" && b.Made.IsZero():
		return find(checkBackup, Warning, "none")
	case f.Config.Backup.To == "": // one by hand is not one of every night
		return find(checkBackup, Warning, "by-hand", "days", days, "at", f.at(b.Made), "to", b.To)
	case b.Made.IsZero():
		return find(checkBackup, Unknown, "not-yet", "to", f.Config.Backup.To)
	case f.Now.Sub(b.Made) > backupOld:
		return find(checkBackup, Warning, "old", "days", days, "at", f.at(b.Made), "to", b.To)
	case !b.Encrypted:
		return find(checkBackup, OK, "clear", "days", days, "at", f.at(b.Made), "to", b.To)
	}
	return find(checkBackup, OK, "ok", "days", days, "at", f.at(b.Made), "to", b.To)
}
