package yeastar

import (
	"encoding/json"
	"os"
	"time"
)

// The PBX locks an address after five wrong logins in a row, for ten minutes
// (API 2.0.0, Error Code 20002). So few may be refused or left unanswered
// within that time, restarts of the agent included.
const (
	triesWithin = 10*time.Minute + 30*time.Second
	maxTries    = 3
)

// tries remembers logins that were refused, or sent and not answered. File
// outlives a restart; empty: nothing does.
type tries struct {
	file string
	at   []time.Time
	read bool
}

// spent tells whether another try must wait.
func (t *tries) spent(now time.Time) bool {
	t.load()
	var recent []time.Time
	for _, at := range t.at {
		if age := now.Sub(at); age >= 0 && age < triesWithin {
			recent = append(recent, at)
		}
	}
	t.at = recent
	return len(recent) >= maxTries
}

// add notes a try; a file that cannot be written only costs the memory of
// it over a restart.
func (t *tries) add(now time.Time) {
	t.load()
	t.at = append(t.at, now)
	t.save()
}

func (t *tries) clear() {
	t.load()
	if len(t.at) == 0 {
		return
	}
	t.at = nil
	t.save()
}

func (t *tries) load() {
	if t.read || t.file == "" {
		return
	}
	t.read = true
	if text, err := os.ReadFile(t.file); err == nil {
		_ = json.Unmarshal(text, &t.at)
	}
}

func (t *tries) save() {
	if t.file == "" {
		return
	}
	if text, err := json.Marshal(t.at); err == nil {
		_ = os.WriteFile(t.file, text, 0o600)
	}
}
