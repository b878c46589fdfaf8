package yeastar

import (
	"encoding/json"
	"os"
	"sync"
	"time"
)

// The PBX locks an address after five wrong logins in a row, for ten minutes
// (API 2.0.0, Error Code 20002). So few may be refused or left unanswered
// within that time, restarts of the agent included.
const (
	triesWithin = 10*time.Minute + 30*time.Second
	maxTries    = 3
)

// door is one of the ways in which we log in at a PBX. The manual does not
// say whether it counts them together, so we do; and as it may count each by
// itself, a login at one forgives nothing at the other.
type door string

const (
	doorAPI    door = "api"
	doorStream door = "stream"
)

// tries remembers logins that were refused, or sent and not answered. File
// outlives a restart; empty: nothing does.
type tries struct {
	mu   sync.Mutex
	file string
	at   map[door][]time.Time
	read bool
}

// use says in which file the record is.
func (t *tries) use(file string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.file = file
}

// spent tells whether another try must wait.
func (t *tries) spent(now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.full(now)
}

func (t *tries) full(now time.Time) bool {
	t.load()
	count := 0
	for d, all := range t.at {
		var recent []time.Time
		for _, at := range all {
			if age := now.Sub(at); age >= 0 && age < triesWithin {
				recent = append(recent, at)
			}
		}
		t.at[d] = recent
		count += len(recent)
	}
	return count >= maxTries
}

// add notes a try; a file that cannot be written only costs the memory of
// it over a restart.
func (t *tries) add(d door, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.load()
	t.note(d, now)
}

// begin notes a try before it is made, where its outcome may stay unknown;
// false: it must wait.
func (t *tries) begin(d door, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.full(now) {
		return false
	}
	t.note(d, now)
	return true
}

func (t *tries) note(d door, now time.Time) {
	t.at[d] = append(t.at[d], now)
	t.save()
}

// clear forgets the tries at a door that has let us in.
func (t *tries) clear(d door) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.load()
	if len(t.at[d]) == 0 {
		return
	}
	delete(t.at, d)
	t.save()
}

func (t *tries) load() {
	if t.at == nil {
		t.at = map[door][]time.Time{}
	}
	if t.read || t.file == "" {
		return
	}
	t.read = true
	if text, err := os.ReadFile(t.file); err == nil {
		_ = json.Unmarshal(text, &t.at)
	}
	if t.at == nil { // the file says null
		t.at = map[door][]time.Time{}
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
