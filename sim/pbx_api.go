package sim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"time"
)

// errno is an error number as it stands in answers: a string (API 2.0.0,
// Error Code).
type errno string

const (
	errUnknownRequest errno = "10003"
	errNotJSON        errno = "20000"
	errNotPost        errno = "20001"
	errLocked         errno = "20002"
	errPassword       errno = "20003"
	errNoToken        errno = "20004"
	errEmptyToken     errno = "20005"
	errExpired        errno = "20006"
	errNoData         errno = "20007"
	errPort           errno = "20008"
	errHeartbeat      errno = "20011"
)

const (
	maxRequest = 64 << 10
	// apiHead is the head of every answer, as the manual prints it. The end of
	// the connection is the end of the body.
	apiHead = "HTTP/1.1 200 OK\r\n" +
		"Server: Boa/0.94.14rc21\r\n" +
		"Accept-Ranges: bytes\r\n" +
		"Connection: close\r\n" +
		"Content-Type: application/json\r\n" +
		"Access-control-allow-origin: *\r\n" +
		"Access-control-allow-methods: GET, POST, OPTIONS, PUT, DELETE\r\n\r\n"
)

// answer is the body of an answer; only the fields of its kind are set.
type answer struct {
	Status    string  `json:"status"`
	Errno     errno   `json:"errno,omitempty"`
	Token     string  `json:"token,omitempty"`
	Transport string  `json:"transport,omitempty"`
	Device    *device `json:"deviceinfo,omitempty"`
	more      []pair  // what the endpoint adds, in its order
}

var success = answer{Status: "Success"}

func failed(number errno) answer { return answer{Status: "Failed", Errno: number} }

// with adds a value to an answer.
func (a answer) with(key string, value any) answer {
	a.more = append(slices.Clip(a.more), pair{key, printed(value, "")})
	return a
}

// call is one request to the API.
type call struct {
	old                     bool // to API 1.1.0
	method, endpoint, token string
	from                    netip.Addr
	body                    []byte
}

func (p *PBX) call(c call) answer {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.runDue(p.o.Now())
	if c.method != http.MethodPost {
		return failed(errNotPost)
	}
	var in fields
	if number := in.read(c.body); number != "" {
		return failed(number)
	}
	if c.endpoint == "login" {
		a := p.login(c, in)
		if c.old {
			a.Transport = "" // API 2.0.0 alone tells it
		}
		return a
	}
	if p.trouble.strikes(FaultExpired) {
		p.tokens.expire(c.token)
	}
	if number, ok := p.tokens.use(c.token, p.o.Now()); !ok {
		return failed(number)
	}
	switch c.endpoint {
	case "heartbeat":
		return p.heartbeat(c, in)
	case "logout":
		return p.logout(c)
	case "deviceinfo/query":
		return p.device()
	}
	return p.endpoint(c)
}

// fields are the parameters of login and heartbeat.
type fields struct {
	Username text `json:"username"`
	Password text `json:"password"`
	IPAddr   text `json:"ipaddr"`
	Port     text `json:"port"`
	URL      text `json:"url"`
	URLTag   text `json:"urltag"`
	URLFlag  text `json:"urlflag"` // how API 1.1.0 spells urltag
	Version  text `json:"version"`
	present  bool
}

// read takes an object or nothing at all: requests without parameters come
// with an empty body as often as with {}.
func (f *fields) read(body []byte) errno {
	body = bytes.TrimSpace(body)
	if len(body) == 0 {
		return ""
	}
	if len(body) > maxRequest || body[0] != '{' || json.Unmarshal(body, f) != nil {
		return errNotJSON
	}
	f.present = true
	return ""
}

// text is a value that may be written as a string or as a number: the
// manual's own examples do both for the same field.
type text string

func (t *text) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, (*string)(t))
	}
	var n json.Number
	if err := json.Unmarshal(b, &n); err != nil {
		return errors.New("neither a string nor a number")
	}
	*t = text(n)
	return nil
}

func (p *PBX) login(c call, in fields) answer {
	now := p.o.Now()
	if !in.present {
		return failed(errNoData)
	}
	if p.door.locked(c.from, now) || p.trouble.strikes(FaultLocked) {
		p.stats.Refused++
		return failed(errLocked)
	}
	if !p.rightPassword(string(in.Username), string(in.Password)) {
		p.wrongPassword(c.from, now)
		return failed(errPassword)
	}
	if c.old && in.Port == "" {
		return failed(errEmpty) // API 1.1.0 requires it; the number is assumed
	}
	reg, ok := registration(c.from.String(), in)
	if !ok {
		return failed(errPort)
	}
	delete(p.door, c.from)
	if p.hotel.limits.OneLogin {
		p.tokens = tokens{}
	}
	token := p.tokens.issue(now)
	p.register(reg, token)
	p.stats.Logins++
	return answer{Status: "Success", Token: token, Transport: p.transport()}
}

// heartbeat registers anew with what it carries: what it leaves out falls
// back to the default (API 2.0.0, heartbeat).
func (p *PBX) heartbeat(c call, in fields) answer {
	if in.IPAddr == "" {
		return failed(errHeartbeat) // it is required; the number is assumed
	}
	reg, ok := registration(string(in.IPAddr), in)
	if !ok {
		return failed(errPort)
	}
	p.register(reg, c.token)
	p.stats.Heartbeats++
	return success
}

// logout ends the token, and with it the reports.
func (p *PBX) logout(c call) answer {
	delete(p.tokens, c.token)
	return success
}

// device is what the PBX says of itself (API 2.0.0, deviceinfo/query).
type device struct {
	Name       string `json:"devicename"`
	Serial     string `json:"sn"`
	Hardware   string `json:"hardwarever"`
	Firmware   string `json:"firmwarever"`
	Time       string `json:"systemtime"`
	Uptime     string `json:"uptime"`
	Extensions string `json:"extensionstatus"`
}

func (p *PBX) device() answer {
	now := p.o.Now().In(p.o.Zone)
	up := now.Sub(p.boot)
	return answer{Status: "Success", Device: &device{
		Name: "Yeastar S300", Serial: p.o.Serial, Hardware: "V1.10 0000-0000", Firmware: "30.13.0.30",
		Time:       now.Format(time.DateTime) + " " + zoneName(now),
		Uptime:     fmt.Sprintf("%02d:%02d:%02d", int(up.Hours()), int(up.Minutes())%60, int(up.Seconds())%60),
		Extensions: p.hotel.registered(),
	}}
}

// zoneName writes an offset as the manual's example does: UTC-8.
func zoneName(t time.Time) string {
	_, offset := t.Zone()
	if offset == 0 {
		return "UTC"
	}
	name := fmt.Sprintf("UTC%+d", offset/3600)
	if rest := offset % 3600 / 60; rest != 0 {
		name += fmt.Sprintf(":%02d", max(rest, -rest)) // assumed
	}
	return name
}
