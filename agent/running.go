package agent

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"sync"
)

// errDiedTwice says that a hook was running each of two times that the
// process ended without warning: a third try might end it again.
var errDiedTwice = errors.New("the agent died twice while it ran")

// slotSize is the room of one note: event id, deaths, length of the name, name.
const (
	slotSize = 256
	maxName  = slotSize - 10
)

// running notes outside the database which hooks are running, so that one
// that brings the process down is known after the next start. A note is one
// small write into the page cache: it outlives the process, and a power cut,
// which is not the hook's fault, may lose it.
type running struct {
	file   *os.File
	places int
	slots  chan int // free places; as many as hooks may run at once

	mu       sync.Mutex
	suspects map[unitID]int // deaths of the process while it ran
}

type unitID struct {
	event uint64
	name  string
}

// openRunning reads what was running when the process last ended, and makes
// room for so many notes.
func openRunning(path string, places int) (*running, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the notes of running hooks: %w", err)
	}
	r := &running{file: f, places: places, slots: make(chan int, places), suspects: map[unitID]int{}}
	text := make([]byte, 1<<16)
	n, _ := f.ReadAt(text, 0) // a short file is what a new one is
	for at := 0; at+slotSize <= n; at += slotSize {
		if id, deaths, ok := readSlot(text[at : at+slotSize]); ok {
			r.suspects[id] = max(r.suspects[id], deaths+1)
		}
	}
	for i := range places {
		r.slots <- i
	}
	if err := f.Truncate(0); err != nil {
		return nil, errors.Join(fmt.Errorf("write the notes of running hooks: %w", err), f.Close())
	}
	return r, r.keepSuspects()
}

// keepSuspects writes them behind the places of the running, so that their
// count outlives further deaths before they run again.
func (r *running) keepSuspects() error {
	behind := int64(r.places * slotSize)
	if err := r.file.Truncate(behind); err != nil {
		return fmt.Errorf("write the notes of running hooks: %w", err)
	}
	var notes []byte
	for id, deaths := range r.suspects {
		notes = append(notes, slot(id, deaths-1)...)
	}
	if _, err := r.file.WriteAt(notes, behind); err != nil {
		return fmt.Errorf("write the notes of running hooks: %w", err)
	}
	return nil
}

func slot(id unitID, deaths int) []byte {
	s := make([]byte, slotSize)
	name := id.name[:min(len(id.name), maxName)]
	binary.BigEndian.PutUint64(s, id.event)
	s[8], s[9] = byte(deaths), byte(len(name))
	copy(s[10:], name)
	return s
}

func readSlot(s []byte) (id unitID, deaths int, ok bool) {
	id.event = binary.BigEndian.Uint64(s)
	length := int(s[9])
	if id.event == 0 || length == 0 || length > maxName || bytes.IndexByte(s[10:10+length], 0) >= 0 {
		return unitID{}, 0, false
	}
	id.name = string(s[10 : 10+length])
	return id, int(s[8]), true
}

// mayRun tells whether a hook may run once more.
func (r *running) mayRun(event uint64, name string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.suspects[idOf(event, name)] >= 2 {
		return errDiedTwice
	}
	return nil
}

func idOf(event uint64, name string) unitID { return unitID{event, name[:min(len(name), maxName)]} }

// begin notes that a hook's code runs; the result must be called when it has
// returned. It blocks while all places are taken, which the size of the pool
// of interpreters rules out.
func (r *running) begin(event uint64, name string) (finished func()) {
	id := idOf(event, name)
	place := <-r.slots
	r.mu.Lock()
	deaths := r.suspects[id]
	r.mu.Unlock()
	// A note that cannot be written costs the guard, not the event.
	_, _ = r.file.WriteAt(slot(id, deaths), int64(place*slotSize))
	return func() {
		_, _ = r.file.WriteAt(make([]byte, 10), int64(place*slotSize))
		r.forgive(id)
		r.slots <- place
	}
}

// forgive forgets the deaths of a hook that has now returned.
func (r *running) forgive(id unitID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.suspects[id]; ok {
		delete(r.suspects, id)
		_ = r.keepSuspects() // as for the notes: it costs the guard alone
	}
}

func (r *running) close() error { return r.file.Close() }
