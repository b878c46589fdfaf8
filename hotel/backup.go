package hotel

import "time"

// Backup wants a copy of the database.
type Backup struct{}

// BackupTo is the destination of the calls that make one, and OpBackup their
// operation.
const (
	BackupTo = "backup"
	OpBackup = "copy"
)

// backupLasts is how long one may be late: in the morning people work.
const backupLasts = 4 * time.Hour

func (a *applier) backup() {
	a.tx.Queue(QueuedCall{
		To: BackupTo, Op: OpBackup, Urgency: Bulk, Kind: Idempotent, Lasts: backupLasts, Handled: true, Supersedes: BackupTo,
	})
}
