package sim

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"encoding/csv"
	"encoding/hex"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A random string opens one download for 30 seconds, once, to the address that
// asked for it or the one that it named, with the same parameters (API 2.0.0,
// cdr/get_random).
const (
	ticketLife = 30 * time.Second
	maxTickets = 1024
)

type ticket struct {
	endpoint string // such as cdr
	params   map[string]string
	from     netip.Addr
	allowed  netip.Addr // zero: nobody else
	ends     time.Time
}

// issue gives a random string and the answer that carries it.
func (p *PBX) issue(c call, in params, endpoint string, keys ...string) answer {
	t := ticket{endpoint: endpoint, params: map[string]string{}, from: c.from, ends: p.o.Now().Add(ticketLife)}
	if where := in.text("allowedip"); where != "" {
		allowed, err := netip.ParseAddr(where)
		if err != nil {
			return failed(errAllowedIP)
		}
		t.allowed = allowed.Unmap()
	}
	a := success
	for _, key := range keys {
		t.params[key] = in.text(key)
		a = a.with(key, t.params[key])
	}
	p.dropTickets()
	var raw [16]byte
	_, _ = rand.Read(raw[:]) // it never fails
	random := hex.EncodeToString(raw[:])
	p.hotel.tickets[random] = t
	return a.with("random", random)
}

// dropTickets forgets those that have ended, and any of the others while there
// are too many.
func (p *PBX) dropTickets() {
	now := p.o.Now()
	for random, t := range p.hotel.tickets {
		if !now.Before(t.ends) || len(p.hotel.tickets) >= maxTickets {
			delete(p.hotel.tickets, random)
		}
	}
}

// redeem takes a random string; it is used up even by a wrong address or
// parameter (assumed).
func (p *PBX) redeem(from netip.Addr, endpoint string, query url.Values) bool {
	t, found := p.hotel.tickets[query.Get("random")]
	delete(p.hotel.tickets, query.Get("random"))
	if !found || t.endpoint != endpoint || !p.o.Now().Before(t.ends) || from != t.from && from != t.allowed {
		return false
	}
	for key, value := range t.params {
		if query.Get(key) != value {
			return false
		}
	}
	return true
}

func (p *PBX) cdrRandom(c call, in params) answer {
	start, end := in.text("starttime"), in.text("endtime")
	if start == "" || end == "" {
		return failed(errEmpty)
	}
	if _, number := p.listed(c, in, true); number != "" {
		return failed(number)
	}
	first, err := time.ParseInLocation(time.DateTime, start, p.o.Zone)
	last, err2 := time.ParseInLocation(time.DateTime, end, p.o.Zone)
	if err != nil || err2 != nil || last.Before(first) {
		return failed(errCDRTime)
	}
	if len(p.recordsOf(in.text(c.extensionKey()), first, last)) == 0 {
		return failed(errNoCDR)
	}
	return p.issue(c, in, "cdr", c.extensionKey(), "starttime", "endtime")
}

// recordsOf are the records of calls that began between first and last, both
// included, of or to one of the extensions.
func (p *PBX) recordsOf(names string, first, last time.Time) []CDR {
	list := strings.Split(names, ",")
	for i := range list {
		list[i] = strings.TrimSpace(list[i])
	}
	var found []CDR
	for _, c := range p.hotel.records {
		at := c.Start.Truncate(time.Second)
		if at.Before(first) || at.After(last) {
			continue
		}
		if list[0] == "all" || slices.Contains(list, c.From) || slices.Contains(list, c.To) {
			found = append(found, c)
		}
	}
	return found
}

// download answers a GET: a file, or an answer that says why not. The caller
// holds mu.
func (p *PBX) download(c call, query url.Values) (file []byte, kind string, refused *answer) {
	no := func(number errno) ([]byte, string, *answer) { a := failed(number); return nil, "", &a }
	if number, ok := p.tokens.use(query.Get("token"), p.o.Now()); !ok {
		return no(number)
	}
	endpoint, _ := strings.CutSuffix(c.endpoint, "/download")
	good := p.redeem(c.from, endpoint, query)
	switch endpoint {
	case "cdr":
		if !good {
			return no(errCDRRandom)
		}
		first, _ := time.ParseInLocation(time.DateTime, query.Get("starttime"), p.o.Zone) // judged before
		last, _ := time.ParseInLocation(time.DateTime, query.Get("endtime"), p.o.Zone)
		return p.table(p.recordsOf(query.Get(c.extensionKey()), first, last)), "text/csv", nil
	case "recording":
		if !good {
			return no(errRecording)
		}
	default:
		if !good {
			return no(errMailRandom)
		}
	}
	return silence(time.Second), "audio/x-wav", nil
}

// columns of the table of calls, in the order in which a program in the field
// reads them; the manual prints none.
var columns = []string{
	"callid", "timestart", "callfrom", "callto", "callduration", "talkduration", "srctrunkname", "dsttrunkname",
	"status", "type", "pincode", "recording", "didnumber", "sn",
}

// table writes records as CSV with a line of names first.
func (p *PBX) table(records []CDR) []byte {
	order := slices.Clone(columns)
	if p.trouble.strikes(FaultColumns) {
		p.trouble.shuffle(order)
	}
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	w.UseCRLF = true
	write := func(value func(column string) string) {
		row := make([]string, len(order))
		for i, column := range order {
			row[i] = value(column)
		}
		_ = w.Write(row) // into memory
	}
	misspelt := p.trouble.strikes(FaultSpelling)
	write(func(column string) string {
		if misspelt {
			return orElse(p.trouble.spelling(column), column)
		}
		return column
	})
	for _, c := range records {
		values := map[string]string{
			"callid": c.CallID, "timestart": c.Start.In(p.o.Zone).Format(time.DateTime), "callfrom": c.From, "callto": c.To,
			"callduration": strconv.Itoa(c.Duration), "talkduration": strconv.Itoa(c.Talk),
			"srctrunkname": c.SourceTrunk, "dsttrunkname": c.DestTrunk, "status": c.Status, "type": c.Type,
			"pincode": c.Pincode, "recording": c.Recording, "didnumber": c.DID, "sn": p.o.Serial,
		}
		write(func(column string) string { return values[column] })
	}
	w.Flush()
	return out.Bytes()
}

func (p *PBX) recordingRandom(c call, in params) answer {
	name := in.text("recording")
	if name == "" {
		return failed(errEmpty)
	}
	if !slices.ContainsFunc(p.hotel.records, func(r CDR) bool { return r.Recording == name }) {
		return failed(errNoRecording)
	}
	return p.issue(c, in, "recording", "recording")
}

func (p *PBX) voicemailRandom(c call, in params) answer {
	e, number := p.one(c, in)
	if number != "" {
		return failed(number)
	}
	file, status := in.text("voicemailfile"), in.text("voicemailstatus")
	switch {
	case file == "" || status == "":
		return failed(errEmpty)
	case status != "read" && status != "unread":
		return failed(errMailStatus)
	case !slices.ContainsFunc(e.mail, func(m Voicemail) bool { return m.File == file && m.Status == status }):
		return failed(errNoMail)
	}
	return p.issue(c, in, "voicemail", c.extensionKey(), "voicemailstatus", "voicemailfile")
}

// silence makes a wav file as the PBX plays it: 8 kHz, 16 bits, mono.
func silence(length time.Duration) []byte {
	size := int(length.Seconds()*8000) * 2
	out := []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00data\x00\x00\x00\x00")
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8+size))
	binary.LittleEndian.PutUint32(out[40:], uint32(size))
	return append(out, make([]byte, size)...)
}
