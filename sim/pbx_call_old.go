package sim

import "slices"

// dialExtension connects two extensions (API 1.1.0, extension/dial_extension).
func (p *PBX) dialExtension(_ call, in params) answer {
	return p.dialFrom(in.text("caller"), in.text("callee"), in.text("autoanswer") == "yes")
}

// dialOutbound connects an extension with a number outside (API 1.1.0,
// extension/dial_outbound).
func (p *PBX) dialOutbound(_ call, in params) answer {
	return p.dialFrom(in.text("extid"), in.text("outto"), in.text("autoanswer") == "yes")
}

// hangUpExtension ends the call of an extension (API 1.1.0, extension/hangup).
func (p *PBX) hangUpExtension(c call, in params) answer {
	e, number := p.one(c, in)
	if number != "" {
		return failed(number)
	}
	for _, t := range p.hotel.ordered() {
		for _, l := range t.legs {
			if l.role == roleExt && l.number == e.number {
				p.bye(t, l, p.o.Now())
				return success
			}
		}
	}
	return failed(errNoCall)
}

// queryOld makes the endpoint that lists the calls with a party outside in a
// role, all or those named (API 1.1.0, inbound/query; that outbound/query is
// like it is assumed). The party's id is that of the call.
func queryOld(role, others string) func(*PBX, call, params) answer {
	return func(p *PBX, _ call, in params) answer {
		wanted := in.list(role + "id")
		list := [][]byte{}
		for _, t := range p.hotel.ordered() {
			at := slices.IndexFunc(t.legs, func(l *leg) bool { return l.role == role })
			if at < 0 || len(wanted) > 0 && !slices.Contains(wanted, t.id) {
				continue
			}
			list = append(list, t.oldInfo(role, others, t.legs[at]))
		}
		return p.withList(success, role, list)
	}
}

// oldInfo prints a call by its party outside; the extensions in it are its
// others, the callee or the caller.
func (t *talk) oldInfo(role, others string, outside *leg) []byte {
	status := "Progress"
	if !t.answered.IsZero() {
		status = "Talking"
	}
	var o object
	for _, pair := range [][2]string{
		{role + "id", t.id}, {"from", outside.from}, {"to", outside.to}, {"trunk", outside.trunk}, {"status", status},
	} {
		o.add(pair[0], quote(pair[1]))
	}
	type party struct {
		Extension string `json:"extid"`
	}
	inside := []party{}
	for _, l := range t.legs {
		if l.role == roleExt {
			inside = append(inside, party{l.number})
		}
	}
	o.add(others, printed(inside, ""))
	return o.bytes()
}

// hangUpOld makes the endpoint that lets a party outside go, given by its id
// (API 1.1.0, inbound/hangup and outbound/hangup).
func hangUpOld(role string) func(*PBX, call, params) answer {
	return func(p *PBX, _ call, in params) answer {
		id := in.text(role + "id")
		if id == "" {
			return failed(errEmpty)
		}
		t := p.hotel.talks[id]
		if t == nil {
			return failed(errNoCall)
		}
		at := slices.IndexFunc(t.legs, func(l *leg) bool { return l.role == role })
		if at < 0 {
			return failed(errNoCall)
		}
		p.bye(t, t.legs[at], p.o.Now())
		return success
	}
}
