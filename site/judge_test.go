package site

import (
	"context"
	"errors"
	"maps"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"bellhop/box"
	"bellhop/config"
	"bellhop/hotel"
	"bellhop/pbx"
)

var (
	shanghai = must(time.LoadLocation("Asia/Shanghai"))
	noon     = time.Date(2026, 6, 1, 12, 0, 0, 0, shanghai)
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// sound are the facts of an installation with which all is well.
func sound() *Facts {
	c := config.Default()
	c.Hotel = config.Hotel{Timezone: "Asia/Shanghai", Country: "CN", Language: "zh"}
	c.PBX.URL, c.PBX.Username, c.PBX.RelayTo = "https://192.0.2.1:8088", "api", []string{"http://old/"}
	c.PMS.Link, c.Install.URL, c.Services.Confirm = "webhook", "sftp://pbx", "775"
	c.Mail.Host, c.Backup.To, c.SMS.Trunk = "smtp.example", "usb:B", "GSM1"
	c.Classes = map[string][]string{"local": {"Local"}, "national": {"Local", "National"}}
	members := []hotel.Member{{Role: hotel.RoleExtension, Number: "101"}, {Role: hotel.RoleOutbound, Trunk: "sip"}}
	j := &Journal{}
	for range enoughCalls {
		j.Add(&hotel.Event{Source: "pbx", Time: noon.Add(-time.Hour), Kind: hotel.KindCDR, CDR: &hotel.CDR{DestLine: "sip"}})
	}
	j.Add(&hotel.Event{Source: "pbx", Time: noon.Add(-time.Hour), Kind: hotel.KindCall, Members: members})
	j.Add(&hotel.Event{Source: "pbx", Time: noon.Add(-time.Minute), Kind: hotel.KindExtension})
	has, _ := pbx.Abilities(nil)
	c.PBX.EventListen, c.API.Listen, c.Store.MaxSize = ":8260", "127.0.0.1:8080", "256MB"
	return &Facts{
		Knock: &Knock{Address: "192.0.2.1:8088", Took: 12 * time.Millisecond, TLS: "TLS 1.2", Ends: noon.Add(400 * 24 * time.Hour)},
		Box: Box{
			Disk:   &box.Disk{Size: 16e9, Free: 12e9, Files: 1000},
			Syncs:  &box.Syncs{Times: 15, Median: 3 * time.Millisecond, Longest: 40 * time.Millisecond},
			Wear:   &box.Wear{Device: "mmcblk0p2", Written: 100e6, For: 24 * time.Hour, Size: 16e9},
			Memory: &box.Memory{Total: 1e9, Available: 5e8}, Usage: &box.Usage{Anonymous: 2e7},
			Ports: []box.Port{{Network: "tcp", AddrPort: netip.MustParseAddrPort("[::]:8260")}, {Network: "tcp", AddrPort: netip.MustParseAddrPort("127.0.0.1:8080")}},
		},
		Database: &Database{Size: 2e7, Free: 1e6, Events: 500, Checked: noon.Add(-time.Hour)},
		Queue:    []Waiting{{To: "pms", Since: noon.Add(-time.Minute), Op: "posting", Room: "101"}},
		Pins:     []Pin{{"pbx", noon.Add(-48 * time.Hour)}, {"install", noon}}, PMSAnswered: noon.Add(-time.Minute),
		Config: c, Zone: shanghai, Now: noon, Running: true, Synced: true,
		State: &pbx.State{Listening: ":8260", Since: noon.Add(-4 * time.Minute)}, Journal: j, Rooms: []hotel.Room{{Number: "101"}, {Number: "102", Extensions: []string{"8102"}}},
		PBX: Answers{
			Asked: true, Read: noon, Has: has, Login: pbx.Login{Way: "http"},
			Identity: &pbx.Identity{Model: "S300", Serial: "1", Firmware: "30", Clock: "2026-06-01 12:00:30 UTC+8"},
			Routes: []pbx.Route{
				{Name: "Local", Patterns: "Z.", Extensions: []string{"101", "8102"}}, {Name: "National", Patterns: "0Z."},
			},
			Extensions: []pbx.Extension{{Number: "101", Status: pbx.PhoneIdle}, {Number: "8102", Status: pbx.PhoneBusy}},
		},
		MailSent:  noon.Add(-time.Minute),
		Backup:    BackupFacts{Made: noon.Add(-30 * time.Hour), To: "usb:B", Encrypted: true},
		Confirmed: noon.Add(-time.Hour),
		Look:      &LastLook{At: noon, Installed: Installed{Files: 3}},
	}
}

var twoTokens = []hotel.Token{{Name: "old", Expires: noon}, {Name: "pms", Expires: noon.Add(time.Second)}}

// overTLS has a certificate that ends a while after noon.
func overTLS(after time.Duration) func(f *Facts) {
	return func(f *Facts) {
		f.Config.API.Listen, f.Config.API.TLS = ":8443", config.TLSSelf
		f.API = Door{Address: "[::]:8443", TLS: true, Fingerprint: "ab12", Ends: noon.Add(after)}
	}
}

// cases spoil the facts in one way each; want is "check result code", and
// text what the English words hold.
var cases = []struct {
	name  string
	spoil func(f *Facts)
	want  string
	text  string
}{
	{"login", func(*Facts) {}, "pbx.login ok ok", "S300"},
	{"login, no PBX", func(f *Facts) { f.Config.PBX.Driver = "none" }, "pbx.login skipped no-pbx", ""},
	{"login, offline", func(f *Facts) { f.PBX.Asked = false }, "pbx.login skipped left-alone", ""},
	{"wrong password", problem(pbx.LoginPassword), "pbx.login failed password", "12:10:30"},
	{"locked", problem(pbx.LoginLocked), "pbx.login failed locked", "12:10:30"},
	{"paused", problem(pbx.LoginPaused), "pbx.login failed paused", "12:10:30"},
	{"stopped", problem(pbx.LoginStopped), "pbx.login failed stopped", "the reason"},
	{"no password", problem(pbx.LoginNoPassword), "pbx.login failed no-password", "the reason"},
	{"untrusted", problem(pbx.LoginUntrusted), "pbx.login failed untrusted", ""},
	{"changed", problem(pbx.LoginCertificate), "pbx.login failed certificate-changed", ""},
	{"no host", problem(pbx.LoginNoHost), "pbx.login failed no-host", "192.0.2.1"},
	{"refused", problem(pbx.LoginRefused), "pbx.login failed refused", "192.0.2.1"},
	{"silent", problem(pbx.LoginSilent), "pbx.login failed silent", "192.0.2.1"},
	{"not TLS", problem(pbx.LoginNotTLS), "pbx.login failed not-tls", ""},
	{"no API", problem(pbx.LoginNoAPI), "pbx.login failed no-api", ""},
	{"API off", problem(pbx.LoginAPIOff), "pbx.login failed api-off", ""},
	{"other", problem(pbx.LoginOther), "pbx.login failed other", "the reason"},

	{"certificate", func(*Facts) {}, "pbx.certificate ok lasts", "400 days"},
	{"certificate, no knock", func(f *Facts) { f.Knock = nil }, "pbx.certificate ok ok", ""},
	{"certificate, ends", func(f *Facts) { f.Knock.Ends = noon.Add(29 * 24 * time.Hour) }, "pbx.certificate warning ends", "29 days"},
	{"certificate, ended", func(f *Facts) { f.Knock.Ends = noon.Add(-time.Second) }, "pbx.certificate ok ended", "11:59:59"},
	{"certificate, wrong password", problem(pbx.LoginPassword), "pbx.certificate ok ok", ""},
	{"certificate, untrusted", problem(pbx.LoginUntrusted), "pbx.certificate failed untrusted", ""},
	{"certificate, changed", problem(pbx.LoginCertificate), "pbx.certificate failed changed", ""},
	{"certificate, silent", problem(pbx.LoginSilent), "pbx.certificate unknown no-answer", ""},
	{"certificate, offline", func(f *Facts) { f.PBX.Asked = false }, "pbx.certificate skipped left-alone", ""},
	{"certificate, plain", func(f *Facts) { f.Config.PBX.URL = "http://192.0.2.1" }, "pbx.certificate warning plain", ""},
	{"certificate, no PBX", func(f *Facts) { f.Config.PBX.Driver = "none" }, "pbx.certificate skipped no-pbx", ""},

	{"transport", func(*Facts) {}, "pbx.transport ok ok", "over http"},
	{"transport, other", func(f *Facts) { f.PBX.Login.Way = "tcp" }, "pbx.transport failed differs", "over tcp, and the config waits for http"},
	{"transport, not said", func(f *Facts) { f.PBX.Login.Way = "" }, "pbx.transport unknown not-said", ""},
	{"transport, no login", problem(pbx.LoginSilent), "pbx.transport unknown no-answer", ""},

	{"events", func(*Facts) {}, "pbx.events ok ok", "2026-06-01 11:59:00, 1m0s ago"},
	{"events, newest by state", func(f *Facts) { f.State.LastPush = noon }, "pbx.events ok ok", "12:00:00"},
	{"events, old", func(f *Facts) { f.Journal.Newest = noon.Add(-25 * time.Hour) }, "pbx.events warning old", "25h0m0s"},
	{"events, none", func(f *Facts) { f.Journal = nil }, "pbx.events warning none", ""},
	{"events, caused", func(f *Facts) {
		f.Caused, f.Journal.Newest = &Caused{Extension: "101", Took: 80 * time.Millisecond}, noon.Add(-25*time.Hour)
	}, "pbx.events ok caused", "extension 101 was written as it stood, and a report came after 80ms"},
	{"events, caused in vain", func(f *Facts) { f.Caused = &Caused{Extension: "101", Waited: 10 * time.Second} }, "pbx.events warning silent", "within 10s"},
	{"events, not caused", func(f *Facts) { f.Caused = &Caused{Error: "no vacant room"} }, "pbx.events unknown not-caused", "no vacant room"},
	{"events, caused and deaf", func(f *Facts) { f.Caused, f.State = &Caused{Took: 1}, &pbx.State{Deaf: "port taken"} }, "pbx.events failed deaf", "port taken"},
	{"events, starting", func(f *Facts) { f.State = &pbx.State{} }, "pbx.events unknown starting", ""},
	{"events, deaf", func(f *Facts) { f.State = &pbx.State{Deaf: "port taken"} }, "pbx.events failed deaf", "port taken"},
	{"events, no agent", func(f *Facts) { f.Running = false }, "pbx.events skipped no-agent", ""},
	{"events, no PBX", func(f *Facts) { f.Config.PBX.Driver = "none" }, "pbx.events skipped no-pbx", ""},

	{"box clock", func(*Facts) {}, "box.clock ok synced", ""},
	{"box clock, near", func(f *Facts) { f.Synced = false }, "box.clock ok believed", ""},
	{"box clock, unsure", func(f *Facts) { f.Synced, f.ClockUnsure = false, true }, "box.clock unknown unsure", ""},
	{"box clock, off", func(f *Facts) { f.ClockFault = "too old" }, "box.clock failed not-believed", "too old"},

	{"clock", func(*Facts) {}, "pbx.clock ok ok", "30 s"},
	{"clock, other sign", clock("2026-06-01 11:58:30 UTC-8"), "pbx.clock ok ok", "-90 s"},
	{"clock, bare UTC", clock("2026-06-01 12:00:00 UTC"), "pbx.clock ok ok", "0 s"},
	{"clock, no offset", clock("2026-06-01 12:00:00"), "pbx.clock ok ok", ""},
	{"clock, odd offset", clock("2026-06-01 12:00:00 UTC+7"), "pbx.clock warning offset", "Asia/Shanghai"},
	{"clock, zone", clock("2026-05-31 23:00:20 UTC-5"), "pbx.clock failed zone", "-46780 s"},
	{"clock, zone in the other sign", clock("2026-05-31 23:00:00 UTC+5"), "pbx.clock failed zone", ""},
	{"clock, zone with minutes", clock("2026-06-01 09:30:00 UTC+5:30"), "pbx.clock failed zone", ""},
	{"clock, bare UTC as it is", clock("2026-06-01 04:00:00 UTC"), "pbx.clock failed zone", ""},
	{"clock, an hour off in its zone", clock("2026-06-01 13:00:00 UTC+8"), "pbx.clock failed pbx-off", "3600 s"},
	{"clock, off", clock("2026-06-01 12:07:00 UTC"), "pbx.clock failed pbx-off", "420 s"},
	{"clock, years off", clock("2020-06-01 12:00:00 UTC"), "pbx.clock failed pbx-off", ""},
	{"clock, box off", func(f *Facts) {
		clock("2026-06-01 12:07:00 UTC+8")(f)
		f.Synced, f.ClockFault = false, "before the build"
	}, "pbx.clock failed box-off", "before the build"},
	{"clock, one off", func(f *Facts) {
		clock("2026-06-01 12:07:00 UTC+8")(f)
		f.Synced = false
	}, "pbx.clock failed one-off", ""},
	{"clock, unreadable", clock("noon"), "pbx.clock unknown unreadable", "noon"},
	{"clock, no answer", problem(pbx.LoginSilent), "pbx.clock unknown no-answer", ""},

	{"phones", func(*Facts) {}, "pbx.monitoring.extensions ok ok", "1 reports"},
	{"phones, off", func(f *Facts) { f.Journal.Phones = 0 }, "pbx.monitoring.extensions warning off", "5 calls"},
	{"phones, few calls", func(f *Facts) { f.Journal.Phones, f.Journal.Calls = 0, 4 }, "pbx.monitoring.extensions unknown no-evidence", ""},
	{"phones, no journal", func(f *Facts) { f.Journal = nil }, "pbx.monitoring.extensions unknown no-evidence", ""},
	{"trunks", func(*Facts) {}, "pbx.monitoring.trunks ok ok", ""},
	{"trunks, one off", func(f *Facts) { f.Journal.Trunks["gsm"] = enoughCalls }, "pbx.monitoring.trunks warning off", "over gsm,"},
	{"trunks, few calls", func(f *Facts) { f.Journal.Trunks["gsm"] = enoughCalls - 1 }, "pbx.monitoring.trunks ok ok", ""},
	{"trunks, nothing", func(f *Facts) { f.Journal = &Journal{} }, "pbx.monitoring.trunks unknown no-evidence", ""},
	{"trunks, no journal", func(f *Facts) { f.Journal = nil }, "pbx.monitoring.trunks unknown no-evidence", ""},
	{"control", func(*Facts) {}, "pbx.call-control ok ok", ""},
	{"control, on", func(f *Facts) { f.Journal.Control = 1 }, "pbx.call-control failed on", "1 calls"},
	{"control, on, nothing else", func(f *Facts) { f.Journal = &Journal{Control: 1} }, "pbx.call-control failed on", ""},
	{"control, nothing", func(f *Facts) { f.Journal = &Journal{} }, "pbx.call-control unknown no-evidence", ""},

	{"routes", func(*Facts) {}, "pbx.routes ok ok", "all 2"},
	{"routes, missing", func(f *Facts) { f.Config.Classes["national"] = []string{"Local", "Natonal", "X"} }, "pbx.routes failed missing", `"Natonal" (→ "National"), "X"`},
	{"routes, none named", func(f *Facts) { f.Config.Classes = nil }, "pbx.routes warning none", "Local, National"},
	{"routes, none there", func(f *Facts) { f.PBX.Routes = nil }, "pbx.routes failed missing", ""},
	{"routes, refused", func(f *Facts) { f.PBX.RoutesErr = pbx.ErrUnsupported }, "pbx.routes unknown unsupported", ""},
	{"routes, lacked", func(f *Facts) { f.PBX.Lacks = []pbx.Ability{pbx.AbleRoutes} }, "pbx.routes unknown unsupported", ""},
	{"routes, error", func(f *Facts) { f.PBX.RoutesErr = errors.New("cut off") }, "pbx.routes unknown not-listed", "cut off"},
	{"emergency", func(*Facts) {}, "pbx.emergency ok ok", "110, 119"},
	{"emergency, its own routes", func(f *Facts) { f.Config.Emergency.Routes = []string{"Local"} }, "pbx.emergency ok ok", "110, 119"},
	{"emergency, not by its own", func(f *Facts) { f.Config.Emergency.Routes = []string{"National"} }, "pbx.emergency failed barred", "110, 119"},
	{"emergency, misnamed", func(f *Facts) { f.Config.Emergency.Routes = []string{"Locl"} }, "pbx.routes failed missing", `"Locl" (→ "Local")`},
	{"emergency, barred", func(f *Facts) { f.PBX.Routes[0].Patterns = "2." }, "pbx.emergency failed barred", "110, 119, 120, 122"},
	{"emergency, one barred", func(f *Facts) { f.PBX.Routes[0].Patterns = "1[12]X" }, "pbx.emergency ok ok", "122"},
	{"emergency, one of four barred", func(f *Facts) { f.PBX.Routes[0].Patterns = "11X" }, "pbx.emergency failed barred", "takes 120, 122"},
	{"emergency, with a prefix alone", func(f *Facts) { f.PBX.Routes[0].Patterns = "01XX" }, "pbx.emergency failed barred", "110, 119"},
	{"emergency, the house's own numbers", func(f *Facts) { f.Config.Emergency.Numbers = []string{"0"} }, "pbx.emergency failed barred", "takes 0"},
	{"emergency, a room called 110", func(f *Facts) { f.PBX.Extensions[0].Number = "110" }, "pbx.emergency warning shadowed", "numbers 110:"},
	{"emergency, telephones", func(*Facts) {}, "pbx.emergency.telephones ok ok", "all 2"},
	{"emergency, one telephone cut off", func(f *Facts) { f.PBX.Routes[0].Extensions = []string{"101"} }, "pbx.emergency.telephones failed cut-off", "1 telephones of rooms may take no route to some number for help: 8102"},
	{"emergency, one telephone cut off, and changes under way", func(f *Facts) {
		f.PBX.Routes[0].Extensions = []string{"101"}
		f.Queue = append(f.Queue, Waiting{To: "pbx", Since: noon, Op: "phone", Room: "102"})
	}, "pbx.emergency.telephones failed waiting", "while changes for the PBX wait: 8102"},
	{"emergency, one telephone cut off, and changes that get nowhere", func(f *Facts) {
		f.PBX.Routes[0].Extensions = []string{"101"}
		f.Queue = append(f.Queue, Waiting{To: "pbx", Since: noon.Add(-queueLate), Op: "phone", Room: "102"})
	}, "pbx.emergency.telephones failed cut-off", "help: 8102"},
	{"emergency, a telephone cut off from one number", func(f *Facts) {
		f.PBX.Routes = append(f.PBX.Routes, pbx.Route{Name: "Fire", Patterns: "11X", Extensions: []string{"8102"}})
		f.PBX.Routes[0].Extensions = []string{"101"}
	}, "pbx.emergency.telephones failed cut-off", "number for help: 8102"},
	{"emergency, a telephone with a prefix", func(f *Facts) {
		f.PBX.Routes[0].Extensions, f.PBX.Routes[1].Extensions = []string{"101"}, []string{"8102"}
	}, "pbx.emergency.telephones failed cut-off", "help: 8102"},
	{"emergency, a telephone that is restricted", func(f *Facts) { f.PBX.Restricted = []string{"8102"} }, "pbx.emergency.telephones failed restricted", "1 telephones of rooms can call nobody, for help neither, as their call restriction is on: 8102"},
	{"emergency, a group of telephones", func(f *Facts) { f.PBX.Routes[0].Extensions, f.PBX.Routes[0].Groups = nil, []string{"rooms"} }, "pbx.emergency.telephones ok ok", ""},
	{"emergency, telephones not said", func(f *Facts) { f.PBX.Routes[0].Extensions = nil }, "pbx.emergency.telephones unknown not-said", ""},
	{"emergency, no telephones", func(f *Facts) { f.Rooms = nil }, "pbx.emergency.telephones unknown no-rooms", ""},
	{"emergency, telephones of a country", func(f *Facts) { f.Config.Hotel.Country = "AQ" }, "pbx.emergency.telephones unknown country", "AQ"},
	{"emergency, unclear", func(f *Facts) { f.PBX.Routes[0].Patterns = "?" }, "pbx.emergency unknown unclear", "110"},
	{"emergency, country", func(f *Facts) { f.Config.Hotel.Country = "AQ" }, "pbx.emergency unknown country", "AQ"},
	{"emergency, refused", func(f *Facts) { f.PBX.RoutesErr = pbx.ErrUnsupported }, "pbx.emergency unknown unsupported", ""},

	{"extensions", func(*Facts) {}, "pbx.extensions ok ok", "all 2"},
	{"extensions, missing", func(f *Facts) { f.Rooms = append(f.Rooms, hotel.Room{Number: "103"}) }, "pbx.extensions failed missing", "103"},
	{"extensions, away", func(f *Facts) { f.PBX.Extensions[0].Status = pbx.PhoneAway }, "pbx.extensions warning away", "101"},
	{"extensions, no rooms", func(f *Facts) { f.Rooms = nil }, "pbx.extensions warning no-rooms", "2 extensions"},
	{"extensions, error", func(f *Facts) { f.PBX.ExtensionsErr = errors.New("cut off") }, "pbx.extensions unknown not-listed", ""},

	{"occupancy", func(*Facts) {}, "rooms.occupancy ok ok", "2026-06-01 11:00:00"},
	{"occupancy, not confirmed", func(f *Facts) { f.Confirmed = time.Time{} }, "rooms.occupancy warning unconfirmed", "nobody has said"},
	{"occupancy, no rooms", func(f *Facts) { f.Rooms = nil }, "rooms.occupancy skipped no-rooms", ""},
	{"wake-ups", func(*Facts) {}, "wakeups ok no-desk", "an alert"},
	{"wake-ups, with a desk", func(f *Facts) { f.Config.WakeUp.Desk = "0" }, "wakeups ok ok", "the desk (0)"},
	{"wake-ups without proof", func(f *Facts) { f.Config.Services.Confirm = "" }, "wakeups failed no-confirm", "call"},
	{"wake-ups by an IVR", func(f *Facts) { f.Config.Services.Confirm, f.Config.WakeUp.IVR = "", "6500" }, "wakeups ok no-desk", ""},
	{"wake-ups, a desk without a code", func(f *Facts) {
		f.Config.Services.Confirm, f.Config.WakeUp.IVR, f.Config.WakeUp.Desk = "", "6500", "0"
	}, "wakeups failed desk", "0"},
	{"wake-ups by the PBX", func(f *Facts) { f.Config.WakeUp.How = "pbx" }, "wakeups warning pbx", "nobody learns"},
	{"wake-ups, no calls", func(f *Facts) { f.PBX.Lacks = []pbx.Ability{pbx.AbleDial} }, "wakeups failed no-dial", "call"},
	{"wake-ups, neither", func(f *Facts) { f.PBX.Lacks = []pbx.Ability{pbx.AbleDial, pbx.AbleAlarms} }, "wakeups failed neither", ""},
	{"wake-ups without a PBX", func(f *Facts) { f.Config.PBX.Driver = "none" }, "wakeups skipped no-pbx", ""},

	{"other user", func(*Facts) {}, "pbx.other-user ok ok", ""},
	{"other user, lost", lost(30 * time.Minute), "pbx.other-user warning lost", "1 times"},
	{"other user, fight", lost(30*time.Minute, 20*time.Minute, 10*time.Minute), "pbx.other-user failed fight", "3 times"},
	{"other user, long ago", lost(2 * time.Hour), "pbx.other-user ok ok", ""},
	{"other user, a start", func(f *Facts) {
		lost(30 * time.Minute)(f)
		f.PBX.Identity.Up = 33 * time.Minute
	}, "pbx.other-user ok ok", ""},
	{"other user, no start", func(f *Facts) {
		lost(30 * time.Minute)(f)
		f.PBX.Identity.Up = 3 * time.Hour
	}, "pbx.other-user warning lost", ""},
	{"other user, a start that was reported", func(f *Facts) {
		lost(30 * time.Minute)(f)
		f.Journal.Boots = []time.Time{noon.Add(-31 * time.Minute)}
	}, "pbx.other-user ok ok", ""},
	{"other user, missed", func(f *Facts) { f.Missed, f.MissedAt = 3, noon.Add(-time.Hour) }, "pbx.other-user warning missed", "3 call records"},
	{"other user, missed long ago", func(f *Facts) { f.Missed, f.MissedAt = 3, noon.Add(-25*time.Hour) }, "pbx.other-user ok ok", ""},
	{"other user, no agent", func(f *Facts) { f.Running = false }, "pbx.other-user unknown no-agent", ""},
	{"other user, no PBX", func(f *Facts) { f.Config.PBX.Driver = "none" }, "pbx.other-user skipped no-pbx", ""},

	{"abilities", func(f *Facts) { f.PBX.Has = []pbx.Ability{pbx.AbleDial} }, "pbx.abilities ok ok", "dial"},
	{"abilities, some", func(f *Facts) {
		f.PBX.Has, f.PBX.Lacks = []pbx.Ability{pbx.AbleDial}, []pbx.Ability{pbx.AbleAlarms, pbx.AbleCheckOut}
	}, "pbx.abilities ok some", "make from these: alarms; lacks: checkout"},
	{"abilities, refused", func(f *Facts) { f.PBX.Login.Lacks = []string{"hotel/checkout"} }, "pbx.abilities warning refused", "hotel/checkout"},

	{"pms", func(*Facts) {}, "pms ok ok", "webhook: it answered at 2026-06-01 11:59:00; the oldest that waits for it: 2026-06-01 11:59:00"},
	{"pms, told nothing", func(f *Facts) { f.PMSAnswered, f.Queue = time.Time{}, nil }, "pms ok untold", "waits for it: -"},
	{"pms, none", func(f *Facts) { f.Config.PMS.Link = "none" }, "pms skipped none", ""},
	{"pms, missing", func(f *Facts) { f.PMSMissing = true }, "pms failed missing", ""},
	{"pms, away", func(f *Facts) { f.Away = []FarSide{{"http://x", noon, "x"}, {"pms", noon, "503"}} }, "pms failed away", "503"},
	{"pms, no agent", func(f *Facts) { f.Running = false }, "pms unknown no-agent", ""},
	{"install, no place", func(f *Facts) { f.Config.Install.URL = "" }, "install skipped none", ""},
	{"install, no agent", func(f *Facts) { f.Running = false }, "install unknown no-agent", ""},
	{"install, never looked", func(f *Facts) { f.Look = nil }, "install unknown not-yet", "since the agent was started"},
	{"install, not seen", func(f *Facts) { f.Look = &LastLook{At: noon, Error: "refused"} }, "install warning unseen", "at 2026-06-01 12:00:00: refused"},
	{"install, nothing", func(f *Facts) { f.Look = &LastLook{At: noon} }, "install warning nothing", "nothing was installed"},
	{"install, changed", func(f *Facts) { f.Look.Installed.Differ = []string{"/a", "/b"} }, "install failed changed", "2 files on the PBX"},
	{"install", func(*Facts) {}, "install ok ok", "3 files on the PBX"},
	{"api, near", func(f *Facts) { f.Tokens = twoTokens }, "api ok near", "tokens: 1"},
	{"api, none", func(f *Facts) { f.Config.API.Listen = "" }, "api skipped none", ""},
	{"api, no agent", func(f *Facts) { f.Running = false }, "api unknown no-agent", ""},
	{"api, no port", func(f *Facts) { f.API.Error = "address already in use" }, "api failed failed", "address already in use"},
	{"api, plain", func(f *Facts) { f.Config.API.Listen = ":8080" }, "api ok plain", ":8080"},
	{"api, tokens in the clear", func(f *Facts) { f.Config.API.Listen, f.Tokens = ":8080", twoTokens }, "api warning plain-tokens", "none of the 1 tokens"},
	{"api, only old tokens", func(f *Facts) { f.Config.API.Listen, f.Tokens = ":8080", twoTokens[:1] }, "api ok plain", ""},
	{"api, TLS", overTLS(CertificateSoon + time.Second), "api ok tls", "ab12"},
	{"api, ends soon", overTLS(CertificateSoon), "api warning ends", "ab12"},
	{"api, ended", overTLS(-time.Hour), "api warning ends", "2026-06-01 11:00:00"},
	{"backup", func(*Facts) {}, "backup ok ok", "the newest is 1 days old: made at 2026-05-31 06:00:00, at usb:B"},
	{"backup, clear", func(f *Facts) { f.Backup.Encrypted = false }, "backup ok clear", "passwords are not in it"},
	{"backup, old", func(f *Facts) { f.Backup.Made = noon.Add(-51 * time.Hour) }, "backup warning old", "2 days old"},
	{"backup, none", func(f *Facts) { f.Config.Backup.To, f.Backup = "", BackupFacts{} }, "backup warning none", ""},
	{"backup, by hand", func(f *Facts) { f.Config.Backup.To = "" }, "backup warning by-hand", "made by hand at 2026-05-31 06:00:00, at usb:B; none leaves this box at night"},
	{"backup, not yet", func(f *Facts) { f.Backup = BackupFacts{} }, "backup unknown not-yet", "usb:B"},
	{"backup, failed", func(f *Facts) { f.Backup.Failed, f.Backup.Error = noon, "disk full" }, "backup failed failed", "(disk full); the newest that was made: 2026-05-31 06:00:00"},
	{"backup, failed before", func(f *Facts) { f.Backup.Failed = noon.Add(-48 * time.Hour) }, "backup ok ok", ""},
	{"backup, never made", func(f *Facts) { f.Backup = BackupFacts{Failed: noon, Error: "no disk"} }, "backup failed failed", "made: -"},
	{"sms", func(*Facts) {}, "sms ok ok", "by the line GSM1, 50 a day at most"},
	{"sms, no line", func(f *Facts) { f.Config.SMS.Trunk = "" }, "sms skipped none", "becomes an alert"},
	{"sms, no PBX", func(f *Facts) { f.Config.PBX.Driver = "none" }, "sms failed unable", "GSM1"},
	{"sms, a PBX without", func(f *Facts) { f.PBX.Lacks = []pbx.Ability{pbx.AbleSMS} }, "sms failed unable", ""},
	{"sms, one more", func(f *Facts) { f.Texted = 49 }, "sms ok ok", ""},
	{"sms, the day's are sent", func(f *Facts) { f.Texted = 50 }, "sms warning spent", "50 went today by the line GSM1"},
	{"mail", func(*Facts) {}, "mail ok ok", "11:59:00"},
	{"mail, none", func(f *Facts) { f.Config.Mail.Host = "" }, "mail skipped none", ""},
	{"mail, no agent", func(f *Facts) { f.Running = false }, "mail unknown no-agent", ""},
	{"mail, missing", func(f *Facts) { f.MailMissing = true }, "mail failed missing", ""},
	{"mail, unused", func(f *Facts) { f.MailSent = time.Time{} }, "mail unknown unused", "smtp.example"},
	{"mail, failed before", func(f *Facts) { f.MailFailed, f.MailError = noon.Add(-time.Hour), "535" }, "mail ok ok", "11:59:00"},
	{"mail, failed", func(f *Facts) { f.MailFailed, f.MailError = noon, "535" }, "mail failed failed", "failed at 2026-06-01 12:00:00 (535); the newest success: 2026-06-01 11:59:00"},
	{"mail, never went", func(f *Facts) { f.MailSent, f.MailFailed, f.MailError = time.Time{}, noon, "535" }, "mail failed failed", "success: -"},
	{"relay", func(f *Facts) { f.Away = []FarSide{{"pms", noon, "503"}} }, "relay ok ok", "names 1"},
	{"relay, none", func(f *Facts) { f.Config.PBX.RelayTo = nil }, "relay skipped none", ""},
	{"relay, away", func(f *Facts) { f.Away = []FarSide{{"relay:http://old/", noon, "404"}} }, "relay failed away", "http://old/ does not"},
	{"relay, no agent", func(f *Facts) { f.Running = false }, "relay unknown no-agent", ""},
	{"store", func(*Facts) {}, "store ok ok", ""},
	{"store, refuses", func(f *Facts) { f.StoreError = "full" }, "store failed refuses", "full"},
	{"store, no agent", func(f *Facts) { f.Running = false }, "store unknown no-agent", ""},
	{"hooks", func(*Facts) {}, "hooks ok shipped", ""},
	{"hooks, own", func(f *Facts) { f.Hooks.Own = 2 }, "hooks ok ok", "2"},
	{"hooks, replaced", func(f *Facts) { f.Hooks.Own, f.Hooks.Replaced = 2, []string{"minibar.lua"} }, "hooks ok replaced", "minibar.lua"},
	{"hooks, set aside", func(f *Facts) { f.Hooks.Aside, f.Hooks.AsideError = []string{"a.lua"}, "no" }, "hooks failed aside", "a.lua"},
	{"hooks, waiting", func(f *Facts) { f.Hooks.Own, f.Hooks.Waits = 2, []string{"bar.lua", "minibar.lua"} }, "hooks warning waits", "accepts them: bar.lua, minibar.lua"},
	{"hooks, waiting and set aside", func(f *Facts) {
		f.Hooks.Aside, f.Hooks.AsideError, f.Hooks.Waits = []string{"a.lua"}, "no", []string{"b.lua"}
	}, "hooks failed aside", "a.lua"},
	{"hooks, faults", func(f *Facts) { f.HookFaults = "a.lua:1" }, "hooks failed faults", "a.lua:1"},
	{"hooks, no agent", func(f *Facts) { f.Running = false }, "hooks ok alone", ""},
	{"hooks, faults without an agent", func(f *Facts) { f.Running, f.HookFaults = false, "a.lua:1" }, "hooks failed faults", "a.lua:1"},
}

// problem is a PBX that does not let us in.
func problem(p pbx.LoginProblem) func(*Facts) {
	return func(f *Facts) {
		f.PBX.Identity = nil
		f.PBX.Login = pbx.Login{Problem: p, Error: "the reason", Again: noon.Add(10*time.Minute + 30*time.Second)}
	}
}

func clock(text string) func(*Facts) { return func(f *Facts) { f.PBX.Identity.Clock = text } }

func lost(ago ...time.Duration) func(*Facts) {
	return func(f *Facts) {
		for _, d := range ago {
			f.PBX.Login.Lost = append(f.PBX.Login.Lost, noon.Add(-d))
		}
	}
}

func TestJudge(t *testing.T) {
	said := map[string]bool{}
	for _, c := range append(cases, boxCases...) {
		f := sound()
		c.spoil(f)
		check, _, _ := strings.Cut(c.want, " ")
		seen := map[string]bool{}
		for _, found := range Judge(f) {
			if seen[found.Check] {
				t.Errorf("%s: %s is there twice", c.name, found.Check)
			}
			seen[found.Check] = true
			if found.Check != check {
				continue
			}
			if got := strings.Join([]string{found.Check, string(found.Result), found.Code}, " "); got != c.want || !strings.Contains(found.Text("en"), c.text) {
				t.Errorf("%s: %s: %q, want %s: %q", c.name, got, found.Text("en"), c.want, c.text)
			}
			readable(t, found, said)
		}
		if !seen[check] {
			t.Errorf("%s: there is no check %s", c.name, check)
		}
	}
	for code := range texts {
		if !said[code] {
			t.Errorf("no case of the table says %s", code)
		}
	}
}

// readable: nothing is left open in either language, and what failed says
// what to do.
func readable(t *testing.T, f Finding, said map[string]bool) {
	t.Helper()
	for _, code := range []string{f.Check + "/" + f.Code, "*/" + f.Code} {
		if _, known := texts[code]; known {
			said[code] = true
			break
		}
	}
	for _, language := range []string{"en", "zh"} {
		text, do := f.Text(language), f.Do(language)
		if text == "" || text == f.Code || strings.ContainsAny(text+do, "{}") || strings.Contains(text, "?") {
			t.Errorf("%s/%s in %s: %q, %q", f.Check, f.Code, language, text, do)
		}
		if (f.Result == Failed || f.Result == Warning) && do == "" {
			t.Errorf("%s/%s in %s does not say what to do", f.Check, f.Code, language)
		}
	}
}

// TestSoundHotel: one with which all is well has nothing to mend.
func TestSoundHotel(t *testing.T) {
	for _, f := range Judge(sound()) {
		if f.Result != OK {
			t.Errorf("%+v: %s", f, f.Text("en"))
		}
	}
}

func TestTextsAreInBothLanguages(t *testing.T) {
	for code, w := range texts {
		if w.en == "" || w.zh == "" || (w.doEN == "") != (w.doZH == "") {
			t.Errorf("%s is not in both", code)
		}
		if !equalParams(w.en, w.zh) || !equalParams(w.doEN, w.doZH) {
			t.Errorf("%s: the two languages name other parameters", code)
		}
	}
	for _, r := range []Result{OK, Warning, Failed, Unknown, Skipped} {
		if r.Word("zh") == string(r) || r.Word("en") != string(r) {
			t.Errorf("%s: %s", r, r.Word("zh"))
		}
	}
	if f := (Finding{Check: "new", Code: "thing"}); f.Text("zh") != "thing" || f.Do("en") != "" {
		t.Error("a finding of a newer agent")
	}
}

func equalParams(a, b string) bool {
	list := func(text string) []string {
		return slices.Compact(slices.Sorted(slices.Values(placeholder.FindAllString(text, -1))))
	}
	return slices.Equal(list(a), list(b))
}

func TestJournalCountsWhatThePBXTells(t *testing.T) {
	var j Journal
	at := func(minute int) time.Time { return noon.Add(time.Duration(minute) * time.Minute) }
	for _, ev := range []hotel.Event{
		{Source: hotel.SourceCommand, Kind: hotel.KindCheckIn, Time: at(0)},
		{Source: hotel.SourcePBX, Kind: hotel.KindCDR, Time: at(1), CDR: &hotel.CDR{SourceLine: "in", DestLine: "out"}},
		{Source: hotel.SourcePBX, Kind: hotel.KindCDR, Time: at(2)},
		{Source: hotel.SourcePBX, Kind: hotel.KindCall, Time: at(3), Members: []hotel.Member{{Role: hotel.RoleInbound, Trunk: "in"}, {Role: hotel.RoleExtension, Trunk: "odd"}}},
		{Source: hotel.SourcePBX, Kind: hotel.KindIncoming, Time: at(4)},
		{Source: hotel.SourcePBX, Kind: hotel.KindInvite, Time: at(5)},
		{Source: hotel.SourcePBX, Kind: hotel.KindBoot, Time: at(6)},
		{Source: hotel.SourcePBX, Kind: hotel.KindGap, Time: at(7)},
		{Source: hotel.SourceAgent, Kind: hotel.KindAlert, Time: at(8)},
	} {
		j.Add(&ev)
	}
	if !j.Since.Equal(at(0)) || !j.Newest.Equal(at(6)) || j.Calls != 2 || j.Phones != 0 || j.Control != 2 || len(j.Boots) != 1 ||
		!maps.Equal(j.Trunks, map[string]int{"in": 1, "out": 1}) || !maps.Equal(j.Watched, map[string]bool{"in": true}) {
		t.Errorf("%+v", j)
	}
}

func TestPatterns(t *testing.T) {
	for _, c := range []struct {
		pattern, number string
		fits, readable  bool
	}{
		{"Z.", "110", true, true}, {"Z.", "011", false, true}, {"Z.", "1", false, true}, {"0Z.", "0110", true, true},
		{"xxx", "110", true, true}, {"XXX", "1100", false, true}, {"XXX", "11", false, true}, {"N!", "2", true, true}, {"N!", "1", false, true},
		{"[15-7]1.", "619", true, true}, {"[15-7]1.", "819", false, true}, {"9.", "110", false, true}, {".", "110", true, true},
		{"!", "", true, true}, {"", "110", false, false}, {"A", "1", false, false}, {"[1", "1", false, false}, {"[7-5]", "6", false, false},
		{"[]", "1", false, false}, {"1.2", "112", false, false}, {"*X", "*1", true, true}, {"[X]", "1", true, true},
	} {
		if fits, readable := fitsPattern(c.pattern, c.number); fits != c.fits || readable != c.readable {
			t.Errorf("%q of %q: %v, %v", c.number, c.pattern, fits, readable)
		}
	}
}

func FuzzPattern(f *testing.F) {
	f.Add("[15-7]Z.", "119")
	f.Fuzz(func(t *testing.T, pattern, number string) {
		if fits, readable := fitsPattern(pattern, number); fits && !readable {
			t.Errorf("%q fits %q, which cannot be read", number, pattern)
		}
	})
}

// In the night when clocks are set back they show each time of an hour twice.
func TestClockThatShowsATimeTwice(t *testing.T) {
	for _, c := range []struct{ zone, text, ours, want string }{
		{"Europe/Rome", "2031-10-26 02:30:00", "2031-10-26T00:31:00Z", "2031-10-26T00:30:00Z"},
		{"Europe/Rome", "2031-10-26 02:30:00", "2031-10-26T01:29:00Z", "2031-10-26T01:30:00Z"},
		{"Europe/Rome", "2031-10-26 03:00:00", "2031-10-26T02:00:00Z", "2031-10-26T02:00:00Z"},
		{"Europe/Rome", "2031-10-26 01:59:59", "2031-10-26T01:00:10Z", "2031-10-25T23:59:59Z"},
		{"Europe/Rome", "2031-03-30 03:00:10", "2031-03-30T01:00:00Z", "2031-03-30T01:00:10Z"},
		{"Australia/Lord_Howe", "2031-04-06 01:45:00", "2031-04-05T15:14:00Z", "2031-04-05T15:15:00Z"},
		{"Australia/Lord_Howe", "2031-04-06 01:45:00", "2031-04-05T14:46:00Z", "2031-04-05T14:45:00Z"},
		{"Asia/Shanghai", "2031-10-26 02:30:00 UTC+8", "2031-10-25T18:31:00Z", "2031-10-25T18:30:00Z"},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		ours, err := time.Parse(time.RFC3339, c.ours)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := ReadClock(c.text, zone, ours); !ok || got.UTC().Format(time.RFC3339) != c.want {
			t.Errorf("%s shows %s when it is %s: %s, want %s", c.zone, c.text, c.ours, got.UTC().Format(time.RFC3339), c.want)
		}
	}
}

func FuzzReadClock(f *testing.F) {
	f.Add("2019-10-17 23:07:43 UTC-8")
	f.Add("2019-10-17 23:07:43 UTC+5:30")
	f.Fuzz(func(_ *testing.T, text string) {
		facts := sound()
		facts.PBX.Identity.Clock = text
		facts.clock()
	})
}

// door is a PBX that counts how often it is asked.
type door struct {
	identify error
	login    pbx.Login
	asked    []string
}

func (d *door) Run(context.Context, pbx.Keep) error { return nil }
func (d *door) State() pbx.State                    { return pbx.State{} }
func (d *door) Login() pbx.Login                    { return d.login }
func (d *door) Identify(context.Context) (pbx.Identity, error) {
	d.asked = append(d.asked, "identify")
	return pbx.Identity{Serial: "7"}, d.identify
}
func (d *door) ListRoutes(context.Context) ([]pbx.Route, error) {
	d.asked = append(d.asked, "routes")
	return nil, pbx.ErrUnsupported
}

// Who is not let in does not knock again.
func TestAskKnocksOnce(t *testing.T) {
	now := func() time.Time { return noon }
	d := &door{identify: errors.New("wrong"), login: pbx.Login{Problem: pbx.LoginPassword, Error: "wrong"}}
	a := Ask(t.Context(), d, now)
	if !slices.Equal(d.asked, []string{"identify"}) || a.Identity != nil || a.Login.Problem != pbx.LoginPassword || !a.Asked {
		t.Errorf("%v: %+v", d.asked, a)
	}
	d = &door{identify: errors.New("odd")}
	if a = Ask(t.Context(), d, now); a.Login.Problem != pbx.LoginOther || a.Login.Error != "odd" {
		t.Errorf("%+v", a)
	}
	d = &door{login: pbx.Login{Problem: pbx.LoginSilent, Error: "late", Way: "tcp"}}
	a = Ask(t.Context(), d, now)
	if !slices.Equal(d.asked, []string{"identify", "routes"}) || a.Identity == nil || a.Identity.Serial != "7" ||
		a.Login.Problem != "" || a.Login.Way != "tcp" || !errors.Is(a.RoutesErr, pbx.ErrUnsupported) || !a.Read.Equal(noon) {
		t.Errorf("%v: %+v", d.asked, a)
	}
	if !slices.Contains(a.Has, pbx.AbleRoutes) || !slices.Contains(a.Lacks, pbx.AbleExtensions) {
		t.Errorf("has %v, lacks %v", a.Has, a.Lacks)
	}
	if a = LeftAlone(d); a.Asked || len(d.asked) != 2 || len(a.Has) != 1 {
		t.Errorf("%+v", a)
	}
}

// TestPageHasEachCheck: whoever reads a check's name finds it in the doctor's page.
func TestPageHasEachCheck(t *testing.T) {
	page, err := os.ReadFile("../docs/doctor.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range Judge(sound()) {
		group := f.Check[:strings.LastIndex(f.Check, ".")+1] + "*"
		if !strings.Contains(string(page), "`"+f.Check+"`") && (group == "*" || !strings.Contains(string(page), "`"+group+"`")) {
			t.Errorf("docs/doctor.md does not have %s", f.Check)
		}
	}
}
