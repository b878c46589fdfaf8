package sim

import (
	"slices"
	"strings"
)

// otherSpellings are names of parameters of extension/update that
// extension/query prints otherwise, those that only the tables of the manual
// have among them.
var otherSpellings = map[string]string{
	"mobile": "moblie", "atransferterto": "atransferto", "atransfertof": "atransferto",
	"ntransferterto": "ntransferto", "ntransferfo": "ntransferto", "btransferfo": "btransferto",
}

// updateExtension changes what was sent and nothing else, all of it or
// nothing. That parameters which it does not know are ignored is assumed.
func (p *PBX) updateExtension(c call, in params) answer {
	e, number := p.one(c, in)
	if number != "" {
		return failed(number)
	}
	changes := map[string]string{}
	for key := range in {
		name := orElse(otherSpellings[key], key)
		if !slices.Contains(settingNames, name) {
			continue
		}
		value, ok := in.value(key)
		if !ok {
			return failed(errValue)
		}
		if number := p.judgeSetting(name, value); number != "" {
			return failed(number)
		}
		changes[name] = value
	}
	renamed := ""
	if c.old {
		renamed = in.text("extnumber")
	}
	if number := p.judgeNumber(e, renamed); number != "" {
		return failed(number)
	}
	p.touch(e)
	for name, value := range changes {
		e.set[name] = value
	}
	if renamed != "" && renamed != e.number {
		delete(p.hotel.extensions, e.number)
		e.number = renamed
		p.hotel.extensions[renamed] = e
	}
	p.changedBy(e, ByUpdate)
	p.report(ConfigChange(p.o.Serial, e.number, "update"))
	return success
}

// judgeNumber judges the new number of an extension; "" is none.
func (p *PBX) judgeNumber(e *extension, number string) errno {
	switch {
	case number == "" || number == e.number:
		return ""
	case len(number) > 7 || !digits(number):
		return errValue
	case p.hotel.extensions[number] != nil:
		return errSetExtension // assumed
	}
	return ""
}

const (
	forbiddenInNames = "!%.@:;&\"'\\<>`$"
	maxCallerID      = 31
	maxRoutes        = 4096
)

// switches are the settings that are on or off.
var switches = []string{
	"hasvoicemail", "alwaysforward", "noanswerforward", "busyforward", "ringsimultaneous", "enablemobile",
	"allowbeingmonitored", "dnd", "callrestriction",
}

var (
	destinations = []string{"Voicemail", "Extension", "Mobile Number", "Custom Number"}
	monitorModes = []string{"Disabled", "Extensive", "Listen", "Whisper", "Barge-in"}
)

// judgeSetting holds the manual's rules for values. Which number the PBX gives
// for a value against them is assumed, but for the routes.
func (p *PBX) judgeSetting(name, value string) errno {
	good := true
	switch {
	case slices.Contains(switches, name):
		good = value == "on" || value == "off"
	case name == "username":
		good = !strings.ContainsAny(value, forbiddenInNames)
	case name == "callerid" || name == "registername":
		good = len(value) <= maxCallerID && alphanumeric(value)
	case name == "ringtimeout":
		good = value != "" && len(value) < 5 && digits(value)
	case strings.HasSuffix(name, "transferto"):
		good = slices.Contains(destinations, value)
	case name == "vmsecret":
		good = len(value) <= 63 && digits(value)
	case name == "monitormode":
		good = slices.Contains(monitorModes, value)
	case name == "maxregistrations":
		good = len(value) == 1 && "1" <= value && value <= "5"
	case name == "selectoutroute":
		return p.judgeRoutes(value)
	}
	if !good {
		return errValue
	}
	return ""
}

func (p *PBX) judgeRoutes(value string) errno {
	if len(value) > maxRoutes {
		return errRoutes
	}
	if value == "" {
		return ""
	}
	for _, name := range strings.Split(value, ",") {
		known := func(r *OutRoute) bool { return r.Name == strings.TrimSpace(name) }
		if !slices.ContainsFunc(p.hotel.routes, known) {
			return errRoutes
		}
	}
	return ""
}

func digits(s string) bool { return strings.Trim(s, "0123456789") == "" }

func alphanumeric(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
}
