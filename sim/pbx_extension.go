package sim

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"time"
)

// extension is a telephone number of the house and all that belongs to it.
type extension struct {
	number  string
	status  string            // as extension/list prints it while there is no call
	set     map[string]string // settings by the names of extension/query
	alarms  []*alarm
	mail    []Voicemail
	handset []Handset // how the telephone behaves: one each call, the last for good

	// A change is seen by queries only when it is applied.
	seen    *extension // as it was before the changes that are not yet applied
	applied time.Time  // when they will be
}

// settingNames are the settings in the order in which extension/query prints
// them (API 2.0.0); "moblie" is its own spelling.
var settingNames = []string{
	"username", "callerid", "registername", "registerpassword", "maxregistrations", "loginpassword", "email", "moblie",
	"language", "hasvoicemail", "enablevmtoemail", "vmsecret",
	"alwaysforward", "atransferto", "atransferext", "atransferprefix", "atransfernum",
	"noanswerforward", "ntransferto", "ntransferext", "ntransferprefix", "ntransfernum",
	"busyforward", "btransferto", "btransferext", "btransferprefix", "btransfernum",
	"ringsimultaneous", "mobileprefix", "enablemobile", "allowbeingmonitored", "monitormode",
	"ringtimeout", "maxduration", "dnd", "callrestriction", "agentid", "selectoutroute",
}

// newExtension has the manual's defaults: voicemail is on, and takes the calls
// that are not answered or find the line busy.
func newExtension(number string) *extension {
	return &extension{
		number: number, status: "Registered", handset: []Handset{{}},
		set: map[string]string{
			"username": number, "callerid": number, "registername": number, "maxregistrations": "1",
			"registerpassword": secret("register", number), "loginpassword": secret("login", number),
			"language": "System Default", "hasvoicemail": "on", "enablevmtoemail": "off", "vmsecret": number,
			"alwaysforward": "off", "noanswerforward": "on", "ntransferto": "Voicemail",
			"busyforward": "on", "btransferto": "Voicemail", "ringsimultaneous": "off", "enablemobile": "off",
			"allowbeingmonitored": "off", "monitormode": "Disabled", "ringtimeout": "30", "maxduration": "Follow System",
			"dnd": "off", "callrestriction": "off", "agentid": "none", "selectoutroute": "",
		},
	}
}

// secret stands for a hash of a password, which queries give away.
func secret(kind, number string) string {
	sum := sha256.Sum256([]byte(kind + number))
	return hex.EncodeToString(sum[:])
}

func (e *extension) on(setting string) bool { return e.set[setting] == "on" }

// routes lists the names of the outbound routes that the extension may take.
func (e *extension) routes() []string {
	var names []string
	for _, name := range strings.Split(e.set["selectoutroute"], ",") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// touch is called before an extension is changed: until the change is applied
// queries see it as it is now.
func (p *PBX) touch(e *extension) {
	lag := time.Duration(p.hotel.limits.ApplyLag)
	if p.hotel.limits.WritesLoad {
		p.load(lag)
	}
	if lag <= 0 {
		return
	}
	now := p.o.Now()
	if e.seen == nil || !now.Before(e.applied) {
		e.seen = e.copy()
	}
	e.applied = now.Add(lag)
}

func (e *extension) copy() *extension {
	c := &extension{number: e.number, status: e.status, set: maps.Clone(e.set), mail: slices.Clone(e.mail)}
	for _, a := range e.alarms {
		alarm := *a
		c.alarms = append(c.alarms, &alarm)
	}
	return c
}

// visible is the extension as queries see it.
func (p *PBX) visible(e *extension) *extension {
	if e.seen != nil && p.o.Now().Before(e.applied) {
		return e.seen
	}
	e.seen = nil
	return e
}

func (p *PBX) listExtensions(c call, _ params) answer {
	type listed struct {
		Number   string  `json:"number,omitempty"`
		Old      string  `json:"extnumber,omitempty"`
		Status   string  `json:"status"`
		Type     string  `json:"type"`
		Username string  `json:"username"`
		AgentID  *string `json:"agentid,omitempty"` // API 1.1.0 prints an empty one
	}
	list := []listed{}
	for _, number := range p.hotel.numbers() {
		e := p.hotel.extensions[number]
		row := listed{Number: number, Status: p.status(e), Type: "SIP", Username: p.visible(e).set["username"]}
		if c.old {
			row.Number, row.Old, row.AgentID = "", number, new(string)
		}
		list = append(list, row)
	}
	return success.with("extlist", list)
}

// status is what the telephone does at this moment.
func (p *PBX) status(e *extension) string {
	for _, t := range p.hotel.ordered() {
		for _, l := range t.legs {
			if l.number != e.number || l.role != roleExt {
				continue
			}
			switch l.status {
			case statusRing:
				return "Ringing"
			case statusHold:
				return "Hold"
			}
			return "Busy"
		}
	}
	return e.status
}

func (p *PBX) queryExtensions(c call, in params) answer {
	found, number := p.listed(c, in, true)
	if number != "" {
		return failed(number)
	}
	list := [][]byte{}
	for _, e := range found {
		list = append(list, p.extensionInfo(c, e))
	}
	return success.with("extinfos", rawList(list))
}

// extensionInfo prints one extension. Settings that are empty are left out;
// which routes it may take and which not is always there.
func (p *PBX) extensionInfo(c call, e *extension) []byte {
	var o object
	set := p.visible(e).set
	if c.old {
		o.add("extnumber", quote(e.number))
	} else {
		o.add("number", quote(e.number))
	}
	for _, name := range settingNames {
		if name == "selectoutroute" {
			o.add("unselectoutroute", quote(strings.Join(p.otherRoutes(set[name]), ",")))
		} else if set[name] == "" {
			continue
		}
		o.add(name, quote(set[name]))
		if name == "username" {
			o.add("status", quote(p.status(e)))
			o.add("type", quote("SIP"))
		}
	}
	return o.bytes()
}

// otherRoutes are the routes of the house that are not selected.
func (p *PBX) otherRoutes(selected string) []string {
	var names []string
	chosen := strings.Split(selected, ",")
	for _, r := range p.hotel.routes {
		if !slices.Contains(chosen, r.Name) {
			names = append(names, r.Name)
		}
	}
	return names
}
