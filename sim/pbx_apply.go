package sim

import "time"

// loadedDialplan is what telephones dial by: the file as it was when the PBX
// last read it.
type loadedDialplan struct {
	text []byte
	next []byte // read already, and valid from at on
	at   time.Time
}

// load reads the file; it is valid after so long. The caller holds mu.
func (p *PBX) load(lag time.Duration) {
	d := &p.dialplan
	now := p.o.Now()
	d.settle(now)
	d.next, d.at = p.disk.bytes(DialplanPath), now.Add(lag)
	d.settle(now)
}

// settle makes valid what is due.
func (d *loadedDialplan) settle(now time.Time) {
	if !d.at.IsZero() && !now.Before(d.at) {
		d.text, d.next, d.at = d.next, nil, time.Time{}
	}
}

// Apply is what a click on "Save" and "Apply" on the PBX's web page does: the
// dialplan is read, and valid after [Limits.ApplyLag]. The manual says that a
// new file is without effect before. Assumed are that the file is read at the
// click and that a missing one is no error; what [FaultApplyRewrites] does, too.
func (p *PBX) Apply() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.trouble.strikes(FaultApplyRewrites) {
		_ = p.disk.put(DialplanPath, []byte(factoryDialplan)) // a full disk keeps what it has
	}
	p.load(time.Duration(p.hotel.limits.ApplyLag))
}

// LoadedDialplan is what telephones dial by now: the file as it was at the last
// [PBX.Apply] or start; nil if there was none.
func (p *PBX) LoadedDialplan() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dialplan.settle(p.o.Now())
	return append([]byte(nil), p.dialplan.text...)
}
