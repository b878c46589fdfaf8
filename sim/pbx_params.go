package sim

import (
	"bytes"
	"encoding/json"
	"strings"
)

// params are the parameters of a request, by name.
type params map[string]json.RawMessage

// readParams takes an object or nothing at all, as [fields.read] does.
func readParams(body []byte) (params, errno) {
	body = bytes.TrimSpace(body)
	if len(body) == 0 {
		return nil, ""
	}
	var in params
	if len(body) > maxRequest || body[0] != '{' || json.Unmarshal(body, &in) != nil {
		return nil, errNotJSON
	}
	return in, ""
}

// text gives a parameter that is a string or a number; "" for one that is
// missing or something else. Blanks around it do not count.
func (in params) text(key string) string {
	value, _ := in.value(key)
	return strings.TrimSpace(value)
}

// value gives a parameter as it was sent; false if it is neither a string nor
// a number.
func (in params) value(key string) (string, bool) {
	var t text
	raw, sent := in[key]
	if !sent || t.UnmarshalJSON(raw) != nil {
		return "", false
	}
	return string(t), true
}

// list cuts a parameter such as "1000, 1001".
func (in params) list(key string) []string {
	whole := in.text(key)
	if whole == "" {
		return nil
	}
	items := strings.Split(whole, ",")
	for i, item := range items {
		items[i] = strings.TrimSpace(item)
	}
	return items
}

// extensionKey is how a version names the extension.
func (c call) extensionKey() string {
	if c.old {
		return "extid"
	}
	return "number"
}

// listed gives the extensions that a request names, "all" of them included
// where the endpoint knows that word.
func (p *PBX) listed(c call, in params, all bool) ([]*extension, errno) {
	names := in.list(c.extensionKey())
	if len(names) == 0 {
		return nil, errEmpty
	}
	if all && len(names) == 1 && names[0] == "all" {
		names = p.hotel.numbers()
	}
	found := make([]*extension, 0, len(names))
	for _, name := range names {
		e := p.hotel.extensions[name]
		if e == nil {
			return nil, errNoExtension
		}
		found = append(found, e)
	}
	return found, ""
}

// one gives the only extension that a request names.
func (p *PBX) one(c call, in params) (*extension, errno) {
	name := in.text(c.extensionKey())
	if name == "" {
		return nil, errEmpty
	}
	e := p.hotel.extensions[name]
	if e == nil {
		return nil, errNoExtension
	}
	return e, ""
}
