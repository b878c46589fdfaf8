package store

import "time"

const (
	// maxBatch bounds the requests that are taken at once, and with it the
	// memory and the time that one commit takes.
	maxBatch = 256
	// linger is how long what nobody waits for waits for company.
	linger = 5 * time.Millisecond
)

// request is work for the writer. apply decides first and writes last: when
// it refuses, it has written nothing, and the others of its commit go on.
type request struct {
	apply func(*commit) error
	done  chan error
	err   error        // what apply said
	after func() error // run when the commit is done and the others are answered
}

// write is the writer: it runs until Close.
func (s *Store) write() {
	defer close(s.stopped)
	for {
		w := &work{store: s}
		select {
		case <-s.stop:
			return
		case r := <-s.requests:
			w.urgent(r)
		case r := <-s.pushes:
			w.pushes = s.gather(s.pushes, r)
		case r := <-s.patient:
			w.batch = append(w.batch, r)
		}
		s.began.Store(max(1, int64(s.steady())))
		err := s.commit(w)
		s.began.Store(0)
		w.answer(err)
	}
}

// work is what goes into one commit, gathered while its transaction is open.
// It ends with the first request that somebody waits for, when the first of
// those who can wait has waited for [linger], or when it has become large.
//
// A push is answered before: it is put into the transaction and into the
// intake log, and only the latter is synced for it.
type work struct {
	store  *Store
	pushes []*request // the round that is to be written
	batch  []*request // what the commit is to hold
	now    bool       // somebody waits for it
}

// urgent begins the commit at once, with all others that wait for one.
func (w *work) urgent(first *request) {
	w.batch = append(w.batch, w.store.gather(w.store.requests, first)...)
	w.now = true
}

// gather takes along what waits already; it never waits.
func (s *Store) gather(queue chan *request, first ...*request) []*request {
	for len(first) < maxBatch {
		select {
		case r := <-queue:
			first = append(first, r)
		default:
			return first
		}
	}
	return first
}

// gather takes in what comes until it is time to commit.
func (w *work) gather(c *commit) error {
	s := w.store
	timer := time.NewTimer(s.linger)
	defer timer.Stop()
	for !w.now {
		if len(w.pushes) > 0 {
			if err := w.round(c); err != nil {
				return err
			}
			continue
		}
		select {
		case r := <-s.pushes:
			w.pushes = s.gather(s.pushes, r)
		case r := <-s.requests:
			w.urgent(r)
		case r := <-s.patient:
			w.batch = append(w.batch, r)
			w.now = len(w.batch) >= maxBatch
		case <-timer.C:
			w.now = true
		case <-s.stop:
			w.now = true
		}
	}
	if len(w.batch) < maxBatch {
		w.batch = s.gather(s.patient, w.batch...)
	}
	return nil
}

// round keeps pushes in the intake log and answers them. When the log cannot
// take them, or the newest commit has failed, they wait for their commit.
func (w *work) round(c *commit) error {
	c.tick()
	undo, kept, taken := len(c.undo), len(c.kept), len(c.taken)
	for _, r := range w.pushes {
		r.err = r.apply(c)
	}
	records := c.taken[taken:]
	if c.broken != nil {
		return c.broken
	}
	if !w.store.intake.room(records) || w.store.lastError.Load() != nil {
		w.now = true
		return nil
	}
	if err := w.store.intake.write(records); err != nil {
		return err
	}
	w.store.rounds.Add(1)
	w.store.newest.Store(c.meta.LastID)
	// These are kept now, whatever becomes of the commit.
	for _, f := range c.kept[kept:] {
		f()
	}
	c.undo, c.kept = c.undo[:undo], c.kept[:kept]
	w.store.logged = append(w.store.logged, records...)
	for _, r := range w.pushes {
		r.done <- r.err
	}
	w.pushes = w.pushes[:0]
	return nil
}

// answer tells all who still wait how it went.
func (w *work) answer(err error) {
	var last []*request
	for _, r := range append(w.pushes, w.batch...) {
		switch {
		case r.err != nil:
			r.done <- r.err
		case err == nil && r.after != nil:
			last = append(last, r)
		default:
			r.done <- err
		}
	}
	for _, r := range last {
		r.done <- r.after()
	}
}
