package yeastar

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"sync"
	"time"
)

// The PBX locks an address after five wrong logins in a row, for ten minutes
// (API 2.0.0, Error Code 20002). So few may be refused or left unanswered
// within that time, restarts of the agent included. As the manual names no time
// after which the PBX forgets, there are never five in a row with a password
// that it has called wrong: a person must act.
const (
	triesWithin = 10*time.Minute + 30*time.Second
	maxTries    = 3
	maxInARow   = 4
	// unsureWithin is that time for tries of which nothing was heard, or that the
	// PBX cannot look at now, at a door that has taken user and password before: it
	// is the line that is bad, the PBX starts, or we died. Should the password have
	// been changed meanwhile, too, the lock costs no more than waiting as long each
	// time would.
	unsureWithin = 20 * time.Second
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
	who  string // user and password in use
	read bool
	record
}

// record is what the file holds.
type record struct {
	At moments `json:"at"`
	// Unsure are those of which nothing was heard of the password, at a door that is
	// Proven: it has taken user and password, and none has called them wrong since.
	Unsure moments       `json:"unsure,omitempty"`
	Proven map[door]bool `json:"proven,omitempty"`
	Row    int           `json:"row"`   // tries at all doors since a login succeeded
	Wrong  bool          `json:"wrong"` // the PBX has called the password wrong since
	// Salt and Who tell whether user and password are still those that were
	// tried. So few bytes are no help to whoever would guess them.
	Salt []byte `json:"salt"`
	Who  []byte `json:"who"`
}

// use says in which file the record is, and with what we log in.
func (t *tries) use(file, user, password string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.file, t.who = file, user+"\n"+password
}

// stopped tells whether a person must act before another try; one who deletes
// the file has acted.
func (t *tries) stopped() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.load()
	if _, err := os.Stat(t.file); t.Wrong && t.file != "" && errors.Is(err, os.ErrNotExist) {
		t.Row, t.Wrong = 0, false
	}
	return t.Wrong && t.Row >= maxInARow
}

// wrong notes that the PBX has called the password wrong.
func (t *tries) wrong() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.load()
	t.Wrong, t.Proven = true, map[door]bool{}
	t.save()
}

// unproven is how many tries there were since a login succeeded.
func (t *tries) unproven() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.load()
	return t.Row
}

// spent tells whether another try must wait.
func (t *tries) spent(now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.full(now)
}

func (t *tries) full(now time.Time) bool {
	t.load()
	if t.Wrong && t.Row >= maxInARow {
		return true
	}
	return t.At.keep(now, triesWithin)+t.Unsure.keep(now, unsureWithin) >= maxTries
}

// moments are times of tries, by door.
type moments map[door][]time.Time

// keep forgets those that are older than within, and counts the others.
func (m moments) keep(now time.Time, within time.Duration) (count int) {
	for d, all := range m {
		m[d] = slices.DeleteFunc(all, func(at time.Time) bool { age := now.Sub(at); return age < 0 || age >= within })
		count += len(m[d])
	}
	return count
}

// add notes a try that came to nothing, and whether it was refused; a file that
// cannot be written only costs the memory of it over a restart.
func (t *tries) add(d door, now time.Time, refused bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.load()
	t.note(d, now, refused)
}

// begin notes a try before it is made, where its outcome may stay unknown;
// false: it must wait.
func (t *tries) begin(d door, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.full(now) {
		return false
	}
	t.note(d, now, false)
	return true
}

// hungUp says that the PBX has hung up on the newest try at a door, which may be
// how it calls a password wrong.
func (t *tries) hungUp(d door) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.load()
	if n := len(t.Unsure[d]); n > 0 {
		t.At[d] = append(t.At[d], t.Unsure[d][n-1])
		t.Unsure[d] = t.Unsure[d][:n-1]
		t.save()
	}
}

// next is when another try may be made; zero: now, or not by itself.
func (t *tries) next(now time.Time) time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.full(now) || t.Wrong && t.Row >= maxInARow {
		return time.Time{}
	}
	var over []time.Time // when each stops to count
	for _, all := range t.At {
		for _, at := range all {
			over = append(over, at.Add(triesWithin))
		}
	}
	for _, all := range t.Unsure {
		for _, at := range all {
			over = append(over, at.Add(unsureWithin))
		}
	}
	slices.SortFunc(over, time.Time.Compare)
	return over[len(over)-maxTries]
}

func (t *tries) note(d door, now time.Time, refused bool) {
	of := t.At
	if t.Proven[d] && !refused {
		of = t.Unsure
	}
	of[d] = append(of[d], now)
	t.Row++
	t.save()
}

// clear forgets the tries at a door that has let us in.
func (t *tries) clear(d door) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.load()
	if len(t.At[d]) == 0 && len(t.Unsure[d]) == 0 && t.Row == 0 && t.Proven[d] {
		return
	}
	delete(t.At, d)
	delete(t.Unsure, d)
	t.Row, t.Wrong, t.Proven[d] = 0, false, true
	t.save()
}

// load reads the file once, and forgets what was tried with another password.
func (t *tries) load() {
	if !t.read && t.file != "" {
		t.read = true
		if text, err := os.ReadFile(t.file); err == nil && json.Unmarshal(text, &t.record) != nil {
			t.record = record{} // not our form
		}
	}
	if t.At == nil {
		t.At = moments{}
	}
	if t.Unsure == nil {
		t.Unsure = moments{}
	}
	if t.Salt == nil {
		t.Salt = make([]byte, 8)
		_, _ = rand.Read(t.Salt) // never fails (crypto/rand)
	}
	sum := sha256.Sum256(append(slices.Clone(t.Salt), t.who...))
	if who := sum[:4]; !bytes.Equal(who, t.Who) {
		t.Who, t.Row, t.Wrong, t.Proven = who, 0, false, nil
	}
	if t.Proven == nil {
		t.Proven = map[door]bool{}
	}
}

func (t *tries) save() {
	if t.file == "" {
		return
	}
	if text, err := json.Marshal(t.record); err == nil {
		_ = replaceFile(t.file, text)
	}
}

// replaceFile writes a file whole or not at all: of one that was cut off when the
// power failed nobody could tell that the password is good.
func replaceFile(name string, text []byte) error {
	part := name + ".new"
	f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(part))
	}
	return os.Rename(part, name)
}
