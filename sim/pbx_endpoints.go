package sim

import "time"

// More error numbers (API 2.0.0, Error Code).
const (
	errEmpty        errno = "10004"
	errNoCallID     errno = "10005"
	errNoExtension  errno = "10006"
	errNoCall       errno = "10007"
	errNotIdle      errno = "10008"
	errNoCallee     errno = "10011"
	errNotBridged   errno = "10015"
	errSetExtension errno = "10017"
	errAlarm        errno = "10020"
	errNoAlarm      errno = "10021"
	errAlarmExists  errno = "10022"
	errNoPrompt     errno = "10023"
	errNoPermission errno = "10024"
	errTooOften     errno = "10025"
	errNoGSM        errno = "10026"
	errNoNumber     errno = "10028"
	errNoText       errno = "10030"
	errRoutes       errno = "10033"
	errNoRoute      errno = "10083"
	errRange        errno = "10101"
	errNoChannel    errno = "10103"
	errVolume       errno = "10104"
	errVolumeDigits errno = "10118"
	errValue        errno = "10140"
	errRecording    errno = "20012"
	errNoRecording  errno = "20014"
	errAllowedIP    errno = "20015"
	errMailStatus   errno = "20016"
	errMailRandom   errno = "20017"
	errNoMail       errno = "20018"
	errCDRTime      errno = "20019"
	errCDRRandom    errno = "20020"
	errNoCDR        errno = "20021"
)

// endpoint is one thing that the API can be asked for.
type endpoint struct {
	run    func(p *PBX, c call, in params) answer
	bare   bool // it takes no parameters
	writes bool // it changes the configuration, which the PBX then applies
}

// newEndpoints are those of API 2.0.0 that a hotel uses. call/hungup is how
// the manual's list of endpoints spells call/hangup.
var newEndpoints = map[string]endpoint{
	"extension/list":       {run: (*PBX).listExtensions, bare: true},
	"extension/query":      {run: (*PBX).queryExtensions},
	"extension/query_call": {run: (*PBX).queryExtensionCalls},
	"extension/update":     {run: (*PBX).updateExtension, writes: true},
	"wakeupcall/query":     {run: (*PBX).queryAlarms},
	"wakeupcall/create":    {run: (*PBX).createAlarm, writes: true},
	"wakeupcall/update":    {run: (*PBX).updateAlarm, writes: true},
	"wakeupcall/delete":    {run: (*PBX).deleteAlarms, writes: true},
	"hotel/checkout":       {run: (*PBX).checkOut, writes: true},
	"voicemail/query":      {run: (*PBX).queryVoicemail},
	"voicemail/delete":     {run: (*PBX).deleteVoicemail},
	"voicemail/get_random": {run: (*PBX).voicemailRandom},
	"cdr/get_random":       {run: (*PBX).cdrRandom},
	"recording/get_random": {run: (*PBX).recordingRandom},
	"outroute/query":       {run: (*PBX).queryRoutes},
	"sms/send":             {run: (*PBX).sendSMS},
	"call/query":           {run: (*PBX).queryCalls},
	"call/dial":            {run: (*PBX).dialByCall},
	"call/playprompt":      {run: (*PBX).playByCall},
	"call/transfer":        {run: (*PBX).transferCall},
	"call/hangup":          {run: (*PBX).hangUpCall},
	"call/hungup":          {run: (*PBX).hangUpCall},
}

// oldEndpoints are those of API 1.1.0.
var oldEndpoints = map[string]endpoint{
	"extensionlist/query":      {run: (*PBX).listExtensions, bare: true},
	"extension/query":          {run: (*PBX).queryExtensions},
	"extension/update":         {run: (*PBX).updateExtension, writes: true},
	"extension/dial_extension": {run: (*PBX).dialExtension},
	"extension/dial_outbound":  {run: (*PBX).dialOutbound},
	"extension/playprompt":     {run: func(p *PBX, c call, in params) answer { return p.play(in, in.text("extid"), "") }},
	"outbound/playprompt": {run: func(p *PBX, c call, in params) answer {
		return p.play(in, in.text("outto"), in.text("fromext"))
	}},
	"extension/hangup":     {run: (*PBX).hangUpExtension},
	"inbound/query":        {run: queryOld(roleInbound, "callee"), bare: true},
	"outbound/query":       {run: queryOld(roleOutbound, "caller"), bare: true},
	"inbound/hangup":       {run: hangUpOld(roleInbound)},
	"outbound/hangup":      {run: hangUpOld(roleOutbound)},
	"wakeupcall/query":     {run: (*PBX).queryAlarms},
	"wakeupcall/create":    {run: (*PBX).createAlarm, writes: true},
	"wakeupcall/update":    {run: (*PBX).updateAlarm, writes: true},
	"wakeupcall/delete":    {run: (*PBX).deleteAlarms, writes: true},
	"hotel/checkout":       {run: (*PBX).checkOut, writes: true},
	"voicemail/query":      {run: (*PBX).queryVoicemail},
	"voicemail/delete":     {run: (*PBX).deleteVoicemail},
	"voicemail/get_random": {run: (*PBX).voicemailRandom},
	"cdr/get_random":       {run: (*PBX).cdrRandom},
	"recording/get_random": {run: (*PBX).recordingRandom},
	"outroute/query":       {run: (*PBX).queryRoutes},
	"sms/send":             {run: (*PBX).sendSMS},
	"apply":                {run: func(*PBX, call, params) answer { return success }, bare: true},
}

// endpoint answers a request whose token is good. The caller holds mu.
func (p *PBX) endpoint(c call) answer {
	known := newEndpoints
	if c.old {
		known = oldEndpoints
	}
	e, found := known[c.endpoint]
	if !found || p.trouble.strikes(FaultUnknownRequest) {
		return failed(errUnknownRequest)
	}
	in, number := readParams(c.body)
	switch {
	case number != "":
		return failed(number)
	case in == nil && !e.bare:
		return failed(errNoData)
	case e.writes && p.tooOften():
		return failed(errTooOften)
	}
	return e.run(p, c, in)
}

// tooOften judges a write by the pause since the last. That the PBX counts
// from the last write that it took is assumed.
func (p *PBX) tooOften() bool {
	now := p.o.Now()
	pause := time.Duration(p.hotel.limits.WritePause)
	if now.Sub(p.hotel.wrote) < pause || p.trouble.strikes(FaultTooOften) {
		return true
	}
	p.hotel.wrote = now
	return false
}
