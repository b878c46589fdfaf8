package quarter

// inspectStatus: what housekeeping has said last is what the PMS knows.
func (h *house) inspectStatus(r *room) {
	h.count["statuses compared"]++
	h.pms.mu.Lock()
	defer h.pms.mu.Unlock()
	if got := h.pms.status[r.number]; got != r.status && h.lostOf(r, "777") == 0 {
		h.differs(r.number, "the PMS knows it as %q, and housekeeping has said %q", got, r.status)
	}
}

// lostOf is how many reports of keys the PBX has lost that a room's telephones
// dialled after a feature code.
func (h *house) lostOf(r *room, code string) (lost int) {
	h.witness.mu.Lock()
	defer h.witness.mu.Unlock()
	for _, phone := range r.phones {
		lost += h.witness.lost[phone+" "+code]
	}
	return lost
}

// inspectPMS: at the end the PMS knows all, and each thing once.
func (h *house) inspectPMS() {
	for _, number := range h.model.numbers {
		h.inspectStatus(h.model.rooms[number])
	}
	h.model.ledger.keepRecords()
	records := map[string]int{}
	for _, record := range h.model.ledger.records { // the PBX has forgotten those of long ago
		records[record.CallID]++
	}
	h.pms.mu.Lock()
	defer h.pms.mu.Unlock()
	for _, number := range h.model.numbers {
		r := h.model.rooms[number]
		if told := h.pms.statuses[number]; told > r.statuses {
			h.differs(number, "housekeeping has said %d times how it is, and the PMS was told %d times", r.statuses, told)
		}
		h.count["statuses at the PMS"] += h.pms.statuses[number]
	}
	for id, number := range h.model.calls {
		if got := h.pms.calls[id]; got != records[id] {
			h.differs(number, "the PBX has %d records of the call %s, and the PMS was told of %d", records[id], id, got)
		}
		h.count["calls outside that the PMS knows"] += records[id]
	}
	for _, odd := range h.pms.odd {
		h.differs("-", "the PMS was told %s", odd)
	}
}
