package config

import (
	"strings"
	"testing"
	"time"
)

const good = `
[hotel]
name = "Harbour Inn"
timezone = "Asia/Shanghai"
country = "CN"
[pbx]
url = "https://192.168.5.150:8088"
username = "api"
`

func TestDefaultsFillWhatIsMissing(t *testing.T) {
	c, err := Parse([]byte(good))
	if err != nil {
		t.Fatal(err)
	}
	keep, _ := c.Store.KeepFor()
	if names, err := c.Store.KeepNamesFor(); err != nil || names != 3*24*time.Hour {
		t.Errorf("names are kept for %s, %v", names, err)
	}
	size, _ := c.Store.MaxBytes()
	if c.Services.Minibar != "778" || keep != 30*24*time.Hour || size != 256e6 {
		t.Errorf("defaults: %+v", c)
	}
}

func TestFaultsAreNamed(t *testing.T) {
	cases := map[string]string{
		good + "usernam = \"x\"":                        `line 9: unknown key "pbx.usernam"; did you mean "username"?`,
		good + "[pms]\nfoo = 1":                         `line 10: unknown key "pms.foo"; known here: link, url, secret_file`,
		good + "[store]\nkeep = \"1w\"":                 `store.keep: must be whole days such as "30d", but it is "1w"`,
		good + "[store]\nkeep = \"0d\"":                 `store.keep: must be whole days such as "30d", but it is "0d"`,
		good + "[store]\nkeep_names = \"3\"":            `store.keep_names: must be whole days such as "3d", but it is "3"`,
		good + "[store]\nmax_size = \"1MB\"":            `store.max_size`,
		good + "[services]\nminibar = \"777\"":          `is used by two services, but it is "777"`,
		good + "[services]\nwakeup = \"7x\"":            `services.wakeup: must be digits`,
		good + "[classes]\nvip = []":                    `classes.vip: is no class of service`,
		good + "[classes]\nlocal = [\"Local\"]":         `emergency.routes: must name the outbound routes`,
		good + "[checkout]\nphones = \"all\"":           `checkout.phones: must be "clear", "pbx" or "leave", but it is "all"`,
		good + "names = \"latin\"":                      `pbx.names: must be "full" or "ascii", but it is "latin"`,
		good + "[pms]\nlink = \"webhook\"":              `pms.url`,
		good + "[install]\nurl = \"scp://a@b\"":         `install.url: must be such as "sftp://support@192.168.5.150:8022", ftp://, ftps:// or file:///folder, but it is "scp://…@b"`,
		good + "[install]\nurl = \"ftp://u:hidden@b\"":  `install.url: must hold no password: that is password_file`,
		good + "[install]\nurl = \"sftp://b\"":          `install.url: must name user and host`,
		good + "[install]\nsounds_path = \"/sounds\"":   `install.sounds_path: must be the whole path of a folder on the PBX, with {lang} in it, but it is "/sounds"`,
		good + "[install]\ndialplan_path = \"x.conf\"":  `install.dialplan_path: must be the whole path`,
		good + "allow_from = [\"pbx\"]":                 `pbx.allow_from: must hold IP addresses, but it is "pbx"`,
		good + "events = 3":                             `line 9`,
		strings.Replace(good, "Shanghai", "Shanhai", 1): `hotel.timezone`,
		"":                        `pbx.username: is missing`,
		good + "[hooks]\nvms = 9": `hooks.vms: must be 2 to 4, but it is "9"`,
		good + "[sounds]\nsay_en = [\"flite\", \"{text}\"]":              `sounds.say_en: must have {text} and {out} among the arguments, but it is "flite {text}"`,
		good + "[hooks]\ndeadline = \"1\"":                               `hooks.deadline: must be such as "1s"`,
		good + "[services.minibars]\n\"778\" = \"lounge\"":               `services.minibars: is used by two services, but it is "778"`,
		good + "[services.minibars]\n\"\" = \"lounge\"":                  `services.minibars: has an empty feature code`,
		good + "[services]\nroom_status = \"56\"":                        `services.room_status: must be such as "*56"`,
		good + "advertise = \"box\"":                                     `pbx.advertise`,
		good + "event_listen = \":99999\"":                               `pbx.event_listen: must be such as ":8260", but it is ":99999"`,
		good + "[api]\nlisten = \"8080\"":                                `api.listen: must be such as "127.0.0.1:8080"`,
		good + "[api]\nsocket = \"\"":                                    `api.socket: must name`,
		good + "[api]\ntls = \"on\"":                                     `api.tls: must be "off", "self" or "file", but it is "on"`,
		good + "[api]\ntls = \"file\"\nkey = \"k\"":                      `api.cert: must name the certificate's file`,
		good + "[api]\ntls = \"file\"\ncert = \"c\"":                     `api.key: must name the private key's file`,
		good + "[api]\ntls = \"self\"\ncert = \"c\"":                     `api.tls: must be "file" when cert and key are given`,
		good + "[api]\nhosts = [\"*\"]":                                  `api.hosts: must hold names`,
		good + "[api]\nhosts = [\"10.0.0.1\"]":                           `api.hosts: must hold names`,
		good + "[api]\nhosts = [\"box:8080\"]":                           `api.hosts: must hold names`,
		good + "[store]\npath = \"\"":                                    `store.path: must name`,
		good + "[hooks]\nvms = \"three\"":                                `line 10, column 7: hooks.vms must be a whole number without quotes`,
		good + "allow_from = \"10.0.0.1\"":                               `pbx.allow_from must be a list of texts, such as ["one", "two"]`,
		good + "[services.minibars]\n\"781\" = 5":                        `services.minibars.781 must be a text in quotes`,
		good + "hotel = 5\nname = \"a":                                   `line 10`,
		strings.Replace(good, "Asia/Shanghai", "Local", 1):               `hotel.timezone: must be an IANA zone`,
		strings.Replace(good, "https://", "https://api:hidden@", 1):      `pbx.url: must hold no user and password`,
		good + "[pms]\nlink = \"webhook\"\nurl = \"ftp://u:hidden@pms\"": `but it is "ftp://…@pms"`,
		good + "relay_to = [\"10.0.0.5\"]":                               `pbx.relay_to: must hold addresses such as "http://10.0.0.5:8080/api"`,
		good + "relay_to = [\"http://u:hidden@10.0.0.5/\"]":              `but it is "http://…@10.0.0.5/"`,
		good + "relay_to = [\"http://a/\", \"http://a/\"]":               `pbx.relay_to: names one receiver twice`,
		good + "relay_to = \"http://a/\"":                                `pbx.relay_to must be a list of texts`,
		good + "[dialplan]\ncontext = \"\"":                              `dialplan.context: must name`,
		good + "[dialplan]\nstaff_language = \"fr\"":                     `dialplan.staff_language: must be "zh" or "en", but it is "fr"`,
		good + "[dialplan]\nguest_languages = [\"fr\"]":                  `dialplan.guest_languages: must hold`,
		good + "[dialplan]\nguest_languages = [\"en\", \"en\"]":          `dialplan.guest_languages: names a language twice`,
		good + "[dialplan]\npantries = [\"80-1\"]":                       `dialplan.pantries: must hold telephones' numbers`,
		good + "[dialplan]\nkey_wait = 0":                                `dialplan.key_wait: must be 1 to 30 seconds`,
		good + "[dialplan.staff]\n\"999\" = \"code\"":                    `dialplan.staff: must have minibars' codes as keys, but it is "999"`,
		good + "[dialplan.staff]\n\"778\" = \"yes\"":                     `dialplan.staff.778: must be "code" or "pin", but it is "yes"`,
		good + "[dialplan.staff]\n\"778\" = \"pin\"":                     `dialplan.staff_file: must name`,
		good + "[dialplan.keys]\n\"111\" = \"01\"":                       `dialplan.keys: must have one or two digits as keys`,
		good + "[dialplan.keys]\n\"1\" = \"1\"":                          `dialplan.keys.1: must be two digits`,
		good + "events = \"udp\"":                                        `pbx.events: must be "http" or "tcp", but it is "udp"`,
		good + "events = \"tcp\"":                                        `pbx.event_addr: must be such as "192.168.5.150:8333"`,
		good + "events = \"tcp\"\nevent_addr = \":8333\"":                `pbx.event_addr: must be such as`,
		good + "events = \"tcp\"\nevent_addr = \"pbx:0\"":                `pbx.event_addr: must be such as`,
	}
	for text, want := range cases {
		_, err := Parse([]byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
		if err != nil && (strings.Contains(err.Error(), "hidden") || strings.Contains(err.Error(), "toml")) {
			t.Errorf("%v tells a password, or speaks of the program's insides", err)
		}
	}
}

func TestEventsOverTCP(t *testing.T) {
	c, err := Parse([]byte(good + "events = \"tcp\"\nevent_addr = \"192.168.5.150:8333\""))
	if err != nil || c.PBX.EventAddr != "192.168.5.150:8333" {
		t.Errorf("%+v, %v", c.PBX, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte(good + "[x.y]\nz = 1"))
	f.Fuzz(func(_ *testing.T, text []byte) { _, _ = Parse(text) })
}

func TestByteOrderMark(t *testing.T) {
	if _, err := Parse([]byte("\ufeff" + good)); err != nil {
		t.Error(err)
	}
}

func TestNoPBXNeedsNoAddress(t *testing.T) {
	_, err := Parse([]byte("[hotel]\ntimezone = \"Asia/Shanghai\"\ncountry = \"CN\"\n[pbx]\ndriver = \"none\"\n"))
	if err != nil {
		t.Error(err)
	}
}

// Names are never kept for longer than the events that named them.
func TestNamesGoBeforeEvents(t *testing.T) {
	for names, want := range map[string]time.Duration{"0d": 0, "2d": 48 * time.Hour, "30d": 240 * time.Hour} {
		s := Store{Keep: "10d", KeepNames: names}
		if got, err := s.KeepNamesFor(); err != nil || got != want {
			t.Errorf("%s: %s, %v", names, got, err)
		}
	}
}
