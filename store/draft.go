package store

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	iradix "github.com/hashicorp/go-immutable-radix/v2"

	"bellhop/hotel"
)

// draft collects what one unit wants to change. Nothing reaches the commit
// before flush, so that a refused unit leaves no trace. It is the
// [hotel.Tx] under which effects are applied.
type draft struct {
	c     *commit
	cause *hotel.Event
	unit  string

	state   *iradix.Txn[record] // the commit's own until the first change
	changed []string
	next    uint64
	version uint64

	postings []hotel.Posting
	calls    []hotel.CallRecord
	queued   []hotel.QueuedCall
	requeued []requeue
	emitted  []hotel.Event
}

func (c *commit) draft(cause *hotel.Event, unit string) *draft {
	return &draft{c: c, cause: cause, unit: unit, state: c.state, next: c.meta.LastNext, version: c.meta.Version}
}

func (d *draft) Get(key string, into any) bool {
	r, ok := d.state.Get([]byte(key))
	return ok && r.decode(key, into)
}

// List visits the state as it is when it begins, whatever visit changes.
func (d *draft) List(prefix string, visit func(string, func(any) bool) bool) {
	if len(d.changed) > 0 {
		d.state = d.state.Clone() // so that changes are made to copies of nodes
	}
	walk(d.state.Root(), prefix, func(key string, r record) bool {
		return visit(key, func(into any) bool { return r.decode(key, into) })
	})
}

// own makes the state the draft's own, so that it can be thrown away.
func (d *draft) own() {
	if len(d.changed) == 0 {
		d.state = d.c.state.Clone()
	}
}

// maxKey bounds keys by less than bbolt does, which counts with other parts.
const maxKey = 8 << 10

// mustBeKey ends the unit, and it alone, when it wants a key that bbolt would
// refuse, and with it the whole commit.
func mustBeKey(what, key string) {
	if key == "" || len(key) > maxKey {
		panic(fmt.Sprintf("%s has %d bytes", what, len(key)))
	}
}

func (d *draft) Put(key string, value any) {
	mustBeKey("the key of a record", key)
	text := encode(value)
	d.own()
	d.version++
	d.state.Insert([]byte(key), newRecord(d.version, text))
	d.changed = append(d.changed, key)
}

func (d *draft) Delete(key string) {
	if _, ok := d.state.Get([]byte(key)); !ok {
		return
	}
	d.own()
	d.state.Delete([]byte(key))
	d.changed = append(d.changed, key)
}

func (d *draft) Next() uint64 {
	d.next++
	return d.next
}

func (d *draft) Now() time.Time             { return d.c.now }
func (d *draft) PutCall(r hotel.CallRecord) { d.calls = append(d.calls, r) }
func (d *draft) Emit(e hotel.Event)         { d.emitted = append(d.emitted, e) }

func (d *draft) PutPosting(p hotel.Posting) {
	mustBeKey("the id of a posting", p.ID)
	d.postings = append(d.postings, p)
}

// Queue takes a call whose lanes can be told apart by their keys.
func (d *draft) Queue(q hotel.QueuedCall) {
	for _, l := range LanesOf(&q) {
		if strings.ContainsRune(l.To+l.Room, 0) || len(l.To)+len(l.Room) > maxKey || l.Urgency < hotel.Urgent || l.Urgency > hotel.Bulk {
			panic(fmt.Sprintf("a call's lane cannot be %.99q, %d, %.99q", l.To, l.Urgency, l.Room))
		}
	}
	if q.Supersedes != "" {
		mustBeKey("what a call supersedes", q.Supersedes)
	}
	if len(q.Body) > 0 && !json.Valid(q.Body) {
		panic("a call's body is not JSON")
	}
	d.queued = append(d.queued, q)
}

// Posting reads one, as this unit or the newest commit left it.
func (d *draft) Posting(id string) (p hotel.Posting, ok bool) {
	for i := range slices.Backward(d.postings) {
		if d.postings[i].ID == id {
			return d.postings[i], true
		}
	}
	if id == "" {
		return p, false
	}
	return d.c.posting(id)
}

func (d *draft) Requeue(call uint64, drop bool) (hotel.QueuedCall, bool) {
	r, ok := d.c.findRequeue(call, drop)
	if ok {
		d.requeued = append(d.requeued, r)
	}
	return r.call, ok
}

// Withdraw finds the call of a posting among those that wait.
func (d *draft) Withdraw(p hotel.Posting, why string) (uint64, bool) {
	q, ok := d.c.waitingFor(p)
	if !ok || !d.c.block(q.ID) {
		return 0, false
	}
	q.State = hotel.CallRefused // where it is not dropped
	d.requeued = append(d.requeued, requeue{call: q, why: why})
	return q.ID, true
}

// flush moves the draft into the commit. It cannot refuse any more.
func (d *draft) flush() {
	d.c.state = d.state
	d.c.meta.LastNext, d.c.meta.Version = d.next, d.version
	d.flushState()
	for _, p := range d.postings {
		d.c.putPosting(p)
		d.trace(bucketPostings, postingKey(p.ID))
	}
	for _, r := range d.calls {
		d.c.putCall(r)
	}
	keys := d.c.callKeys(d.cause)
	for _, q := range d.queued {
		q.Event, q.Depth, q.Unit = d.cause.ID, d.cause.Depth, d.unit
		q.Key = keys.next(&q)
		d.c.queue(q)
		d.trace(bucketOutbox, number(d.c.meta.LastNext))
	}
	for _, r := range d.requeued {
		d.c.requeue(r)
	}
	for _, e := range d.emitted {
		d.c.emit(e, d.cause)
	}
}

// flushState writes each changed key once, as it is now.
func (d *draft) flushState() {
	slices.Sort(d.changed)
	for _, key := range slices.Compact(d.changed) {
		r, ok := d.state.Get([]byte(key))
		if !ok {
			d.c.remove(bucketState, []byte(key))
			continue
		}
		value := binary.BigEndian.AppendUint64(make([]byte, 0, 8+len(r.json)), r.version)
		d.c.put(bucketState, []byte(key), append(value, r.json...))
		if hotel.MayHoldNames(key) {
			d.trace(bucketState, []byte(key))
		}
	}
}

// encode makes the stored form of our own types, which always encode.
func encode(value any) []byte {
	b := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		panic(fmt.Sprintf("store: encode %T: %v", value, err))
	}
	return bytes.Clone(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

// buffers are of use again: to let one grow for each record costs more than
// to copy the record out.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}
