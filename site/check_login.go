package site

import (
	"strings"

	"bellhop/pbx"
)

const (
	checkLogin       = "pbx.login"
	checkCertificate = "pbx.certificate"
	checkTransport   = "pbx.transport"
)

// login: does the PBX let us in, and if not, why?
func (f *Facts) login() Finding {
	if f.Config.PBX.Driver == "none" {
		return find(checkLogin, Skipped, "no-pbx")
	}
	if !f.PBX.Asked {
		return find(checkLogin, Skipped, "left-alone")
	}
	if id := f.PBX.Identity; id != nil {
		return find(checkLogin, OK, "ok", "user", f.Config.PBX.Username, "model", id.Model, "firmware", id.Firmware, "serial", id.Serial)
	}
	l, again := f.PBX.Login, f.Now
	if l.Again.After(again) {
		again = l.Again
	}
	return find(checkLogin, Failed, string(l.Problem), "user", f.Config.PBX.Username, "url", f.Config.PBX.URL,
		"error", l.Error, "until", again.In(f.Zone).Format("15:04:05"))
}

// certificate: is it the one that a person has agreed to?
func (f *Facts) certificate() Finding {
	switch {
	case f.Config.PBX.Driver == "none":
		return find(checkCertificate, Skipped, "no-pbx")
	case !strings.HasPrefix(f.Config.PBX.URL, "https:"):
		return find(checkCertificate, Warning, "plain")
	case !f.PBX.Asked:
		return find(checkCertificate, Skipped, "left-alone")
	}
	switch f.PBX.Login.Problem {
	case pbx.LoginUntrusted:
		return find(checkCertificate, Failed, "untrusted", "error", f.PBX.Login.Error)
	case pbx.LoginCertificate:
		return find(checkCertificate, Failed, "changed")
	case pbx.LoginPassword, pbx.LoginLocked, pbx.LoginAPIOff: // it said so behind its certificate
		return find(checkCertificate, OK, "ok")
	}
	if f.PBX.Identity == nil {
		return find(checkCertificate, Unknown, "no-answer")
	}
	if finding, is := f.ends(); is {
		return finding
	}
	return find(checkCertificate, OK, "ok")
}

// transport: do the PBX and the config mean the same way of reports?
func (f *Facts) transport() Finding {
	if finding, is := f.noPBX(checkTransport); is {
		return finding
	}
	config, way := f.Config.PBX.Events, f.PBX.Login.Way
	switch {
	case way == "":
		return find(checkTransport, Unknown, "not-said", "config", config)
	case way != config:
		return find(checkTransport, Failed, "differs", "way", way, "config", config)
	}
	return find(checkTransport, OK, "ok", "way", way)
}
