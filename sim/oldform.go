package sim

import (
	"bytes"
	"encoding/json"
)

// oldNames are the spellings of the reports before 2.0.0.
var oldNames = map[string]string{
	"event":        "action",
	"callduration": "callduraction",
	"talkduration": "talkduraction",
	"dsttrunkname": "desttrunkname",
}

// oldForm rewrites a report of 2.0.0 as an agent gets it that has registered
// for an older version: "action" for "event", and the parties as repeated keys
// of the report itself (1.0.0) or as an array "call" (1.0.2). What is no
// report stays as it is.
func oldForm(body []byte, version string) []byte {
	pairs, ok := readPairs(body)
	if !ok {
		return body
	}
	var out object
	for _, p := range pairs {
		var members []Member
		switch {
		case p.key == "members" && json.Unmarshal(p.value, &members) == nil:
			out.addMembers(members, callID(pairs), version)
		case p.key == "event" && string(p.value) == `"CallStatus"`:
			out.add("action", quote(lastStatus(pairs)))
		default:
			out.add(orElse(oldNames[p.key], p.key), p.value)
		}
	}
	return out.bytes()
}

// callID gives the id of a report's call; empty if it has none.
func callID(pairs []pair) (id string) {
	for _, p := range pairs {
		if p.key == "callid" {
			_ = json.Unmarshal(p.value, &id) // of another kind: no id
		}
	}
	return id
}

type pair struct {
	key   string
	value json.RawMessage
}

// readPairs reads an object's pairs in their order.
func readPairs(body []byte) (pairs []pair, ok bool) {
	d := json.NewDecoder(bytes.NewReader(body))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, false
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, false
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, false
		}
		pairs = append(pairs, pair{key.(string), value})
	}
	_, err := d.Token()
	return pairs, err == nil
}

// lastStatus is the old name of a progress report: each step had its own.
func lastStatus(pairs []pair) string {
	status := ""
	for _, p := range pairs {
		var members []Member
		if p.key != "members" || json.Unmarshal(p.value, &members) != nil {
			continue
		}
		for _, m := range members {
			switch {
			case m.Ext != nil:
				status = m.Ext.Status
			case m.Inbound != nil:
				status = m.Inbound.Status
			case m.Outbound != nil:
				status = m.Outbound.Status
			}
		}
	}
	return status
}

// object is a JSON object in the making; keys may repeat.
type object struct{ text []byte }

func (o *object) add(key string, value []byte) {
	if len(o.text) > 0 {
		o.text = append(o.text, ',')
	}
	o.text = append(o.text, quote(key)...)
	o.text = append(o.text, ':')
	o.text = append(o.text, value...)
}

func (o *object) bytes() []byte { return append(append([]byte{'{'}, o.text...), '}') }

func (o *object) addMembers(members []Member, callid, version string) {
	if version != "1.0.2" {
		for _, m := range members {
			role, party := oldParty(m, callid)
			o.add(role, party)
		}
		return
	}
	var list [][]byte
	for _, m := range members {
		var one object
		one.add(oldParty(m, callid))
		list = append(list, one.bytes())
	}
	o.add("call", append(append([]byte{'['}, bytes.Join(list, []byte{','})...), ']'))
}

// oldParty names a party outside by an id, such as inboundid; the vendor's
// example of an inbound one has that of the call, and that outbound ones have
// it too is assumed.
func oldParty(m Member, callid string) (role string, party []byte) {
	if m.Ext != nil {
		return "ext", printed(struct {
			Number string `json:"extid"`
		}{m.Ext.Number}, "")
	}
	role, t := "inbound", m.Inbound
	if t == nil {
		role, t = "outbound", m.Outbound
	}
	if t == nil {
		return "ext", []byte("{}")
	}
	var o object
	o.add("from", quote(t.From))
	o.add("to", quote(t.To))
	o.add("trunk", quote(t.Name))
	if callid != "" {
		o.add(role+"id", quote(callid))
	}
	return role, o.bytes()
}

func quote(text string) []byte { return printed(text, "") }
