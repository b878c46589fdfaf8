package sim

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// queryRoutes lists outbound routes, by id or, in API 1.1.0, by name. Which
// extensions may take one is a comma list.
func (p *PBX) queryRoutes(c call, in params) answer {
	type info struct {
		ID         string `json:"id,omitempty"`
		Name       string `json:"name"`
		Prefix     string `json:"prefix"`
		Strip      string `json:"strip"`
		Prepend    string `json:"prepend"`
		Trunks     string `json:"trunks"`
		Extensions string `json:"extensions"`
		Groups     string `json:"extensionsgroup"`
	}
	key := "id"
	if c.old {
		key = "name"
	}
	wanted := in.list(key)
	if len(wanted) == 0 {
		return failed(errEmpty)
	}
	list := []info{}
	for _, r := range p.hotel.routes {
		name := r.ID
		if c.old {
			name = r.Name
		}
		if wanted[0] != "all" && !slices.Contains(wanted, name) {
			continue
		}
		row := info{ID: r.ID, Name: r.Name, Prefix: r.Prefix, Trunks: r.Trunk, Extensions: strings.Join(p.takersOf(r.Name), ",")}
		if c.old {
			row.ID = ""
		}
		list = append(list, row)
	}
	if len(list) < len(wanted) && wanted[0] != "all" {
		return failed(errNoRoute)
	}
	return success.with("outroutes", list)
}

// takersOf lists the extensions that may take a route.
func (p *PBX) takersOf(route string) []string {
	var numbers []string
	for _, number := range p.hotel.numbers() {
		if slices.Contains(p.visible(p.hotel.extensions[number]).routes(), route) {
			numbers = append(numbers, number)
		}
	}
	return numbers
}

// The manual's bound is 2,000 characters, before they are URL encoded.
const maxSMS = 2000

// sendSMS takes a text message and reports a moment later that it went out.
func (p *PBX) sendSMS(_ call, in params) answer {
	number, message, trunk := in.text("phonenumber"), in.text("message"), in.text("trunk")
	switch {
	case number == "":
		return failed(errNoNumber)
	case message == "":
		return failed(errNoText)
	case trunk == "":
		return failed(errEmpty)
	case !p.hotel.trunks[trunk]:
		return failed(errNoGSM)
	}
	plain, good := unescape(message)
	if !good || len([]rune(plain)) > maxSMS || strings.Trim(number, "+0123456789") != "" {
		return failed(errValue)
	}
	now := p.o.Now()
	sms := SMS{ID: number + "-" + strconv.FormatInt(now.Unix(), 10), Number: number, Text: plain, Trunk: trunk}
	p.hotel.sent = append(p.hotel.sent, sms)
	if over := len(p.hotel.sent) - maxSent; over > 0 {
		p.hotel.sent = slices.Delete(p.hotel.sent, 0, over)
	}
	p.arrange(now.Add(time.Second), func(time.Time) {
		p.report(printed(struct {
			Event  string `json:"event"`
			Status string `json:"status"`
			ID     string `json:"smsid"`
			Serial string `json:"sn"`
		}{"sms-send", "Success", sms.ID, p.o.Serial}, "  "))
	})
	return success.with("smsid", sms.ID)
}
