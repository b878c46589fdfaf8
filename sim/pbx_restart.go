package sim

// Restart switches the PBX off and on again: tokens, the registration and
// calls are gone, without a record of them, and reports that waited too; what
// is set stays, and so do files. Streams, FTP and SFTP are cut off, and the
// dialplan is read anew. BootUp is reported once somebody has registered again;
// over TCP nobody is told (assumed).
func (p *PBX) Restart() {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.o.Now()
	p.runDue(now)
	for _, t := range p.hotel.ordered() {
		t.turn++
		delete(p.hotel.talks, t.id)
		if t.done != nil {
			t.done(false, now)
		}
	}
	p.cutStreams()
	p.lost(p.waiting...)
	p.tokens, p.regOf, p.waiting = tokens{}, "", nil
	clear(p.hotel.tickets)
	p.boot = now
	p.cutLines()
	p.load(0)
	if p.trouble.strikes(FaultHostKey) {
		if keys, err := signers(nil); err == nil { // it never fails
			p.hostKeys = keys
		}
	}
	_ = p.push(BootUp(p.o.Serial)) // nothing else waits
}
