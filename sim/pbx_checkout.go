package sim

import "slices"

// checkOut clears voicemail, outbound routes and alarms, and sets the name
// back to the number (API 2.0.0, hotel/checkout; API 1.1.0 for the name). The
// scenario chapter of the manual adds the records of calls and the functions
// of the extension; see [Limits.CheckoutClearsAll].
func (p *PBX) checkOut(c call, in params) answer {
	found, number := p.listed(c, in, false)
	if number != "" {
		return failed(number)
	}
	for _, e := range found {
		p.touch(e)
		e.mail = nil
		e.set["selectoutroute"], e.set["username"] = "", e.number
		e.dropAlarms(func(*alarm) bool { return true })
		if p.hotel.limits.CheckoutClearsAll {
			p.clearAll(e)
		}
		p.changedBy(e, ByCheckout)
	}
	return success
}

func (p *PBX) clearAll(e *extension) {
	fresh := newExtension(e.number).set
	for _, name := range []string{"dnd", "callrestriction", "alwaysforward", "noanswerforward", "ntransferto", "busyforward", "btransferto", "vmsecret"} {
		e.set[name] = fresh[name]
	}
	p.hotel.records = slices.DeleteFunc(p.hotel.records, func(c CDR) bool { return c.From == e.number || c.To == e.number })
}
