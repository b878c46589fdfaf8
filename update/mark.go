package update

import (
	"fmt"
	"os"
	"path/filepath"
)

// Mark is what the agent writes of an update, in the folder of its database,
// which it may write to as the update's folder may be root's. Being written by
// the agent it is believed only where a lie costs nobody but the agent.
type Mark struct {
	ID      string `json:"id"`      // of the update
	Settled bool   `json:"settled"` // it has run for [SettleTime] since
	Told    bool   `json:"told"`    // the alert about its return was raised
}

func markPath(database string) string { return filepath.Join(filepath.Dir(database), "update-mark") }

// MarkOf reads the mark of an update; a zero one, whose ID is empty, when there
// is none or it is another update's.
func MarkOf(st State) Mark {
	var m Mark
	info, err := os.Lstat(markPath(st.Store))
	if err != nil || !info.Mode().IsRegular() || readJSON(markPath(st.Store), &m) != nil || m.ID != st.ID {
		return Mark{}
	}
	return m
}

// Write writes it, and returns when it is on the disk.
func (m Mark) Write(database string) error {
	if err := writeJSON(markPath(database), m, 0o600); err != nil {
		return fmt.Errorf("mark the update: %w", err)
	}
	return nil
}

// released tells whether the new version may have taken anything.
func (st State) released() bool { return MarkOf(st).ID != "" }
