// Package config reads bellhop.toml: the facts of an installation.
//
// The file is read strictly: a key that does not exist is an error with its
// line and, where one is near, the key that was meant. [Load] reports all that
// it finds wrong at once, so that an installer mends the file in one go.
// Secrets are never in the file; it names the files that hold them. Paths are
// used as they are: a relative one counts from the working directory, not from
// the file. [Example] shows every key.
package config

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// Config is the whole file. [Default] says what a missing key means.
type Config struct {
	Hotel     Hotel               `toml:"hotel"`
	PBX       PBX                 `toml:"pbx"`
	Classes   map[string][]string `toml:"classes"` // class of service -> outbound route names
	Emergency Emergency           `toml:"emergency"`
	Checkin   Checkin             `toml:"checkin"`
	Checkout  Checkout            `toml:"checkout"`
	Install   Install             `toml:"install"`
	Services  Services            `toml:"services"`
	Dialplan  Dialplan            `toml:"dialplan"`
	Sounds    Sounds              `toml:"sounds"`
	Hooks     Hooks               `toml:"hooks"`
	API       API                 `toml:"api"`
	Store     Store               `toml:"store"`
	Backup    Backup              `toml:"backup"`
	PMS       PMS                 `toml:"pms"`
	WakeUp    WakeUp              `toml:"wakeup"`
	Mail      Mail                `toml:"mail"`
	SMS       SMS                 `toml:"sms"`
	Tax       Tax                 `toml:"tax"`
	Minibar   Minibar             `toml:"minibar"`
	Tariff    Tariff              `toml:"tariff"`
	Credit    Credit              `toml:"credit"`
	Update    Update              `toml:"update"`
	// File is where [Load] has read it; empty: it comes from elsewhere.
	File string `toml:"-"`
}

// Hotel says where the box stands.
type Hotel struct {
	Name     string `toml:"name"`
	Timezone string `toml:"timezone"` // IANA name
	Country  string `toml:"country"`  // ISO 3166, two letters
	Currency string `toml:"currency"` // ISO 4217, three letters
	Language string `toml:"language"` // zh or en
}

// PBX says how the telephone system is reached.
type PBX struct {
	Driver       string   `toml:"driver"` // yeastar, or none: no PBX is connected
	URL          string   `toml:"url"`
	Username     string   `toml:"username"`
	PasswordFile string   `toml:"password_file"`
	Events       string   `toml:"events"` // http: the PBX pushes; tcp: we dial event_addr
	EventListen  string   `toml:"event_listen"`
	EventAddr    string   `toml:"event_addr"`
	AllowFrom    []string `toml:"allow_from"` // who may push; empty: the host of url
	Names        string   `toml:"names"`      // of guests: full, or ascii for old telephones
	// Advertise is host:port under which the PBX reaches us; empty: our own
	// address on the way to it, and the port of event_listen.
	Advertise string `toml:"advertise"`
	// RelayTo are receivers that each report is handed on to as it came.
	RelayTo []string `toml:"relay_to"`
}

// Emergency says how help is called.
type Emergency struct {
	// Routes are the outbound routes by which emergency numbers are reached:
	// every telephone keeps them, whatever its class of service.
	Routes []string `toml:"routes"`
	// Numbers replace the country's own; none: those.
	Numbers []string `toml:"numbers"`
	// Prefixes may be dialled before a number to get an outside line.
	Prefixes []string `toml:"prefixes"`
}

// Checkin says what a guest finds.
type Checkin struct {
	// Incognito is what telephones show of a guest whose name they must not;
	// empty: their number.
	Incognito string `toml:"incognito"`
	// Voicemail are the classes of service with voicemail, VoicemailVIP the VIP
	// level from which on there is some whatever the class; none and 0: the
	// telephones stay as they are.
	Voicemail    []string `toml:"voicemail"`
	VoicemailVIP int      `toml:"voicemail_vip"`
}

// Checkout says what becomes of a room when its stay ends.
type Checkout struct {
	Phones string `toml:"phones"` // clear, pbx or leave
	// Sweep lets the nightly sweep check out who should have left, if not more
	// are than SweepRooms, or SweepPercent of the occupied rooms.
	Sweep        bool `toml:"sweep"`
	SweepRooms   int  `toml:"sweep_rooms"`
	SweepPercent int  `toml:"sweep_percent"`
	// WakeUps says what becomes of the room's: until-departure or cancel.
	WakeUps string `toml:"wakeups"`
	// VoicemailPIN is the PIN that voicemail is given then, {extension} being the
	// telephone's number; empty: it stays as it is.
	VoicemailPIN string `toml:"voicemail_pin"`
	// LookThrough: who checks out is gone when the room has been looked through.
	// If nobody has within LookThroughWait, the desk is told.
	LookThrough     bool   `toml:"look_through"`
	LookThroughWait string `toml:"look_through_wait"`
}

// LookThroughTime is how long a room may wait; of a checked config.
func (c Checkout) LookThroughTime() time.Duration {
	d, err := time.ParseDuration(c.LookThroughWait)
	if err != nil {
		return 30 * time.Minute
	}
	return d
}

// What a check-out does to the room's telephones besides taking back name and
// class of service.
const (
	CheckoutClear = "clear" // take off what the guest left on them
	CheckoutPBX   = "pbx"   // let the PBX check them out, then the same
	CheckoutLeave = "leave" // nothing
)

// Install says how the PBX's files are reached, and where ours go.
type Install struct {
	URL          string `toml:"url"` // sftp://, ftp://, ftps:// or file://; empty: nothing is installed from here
	PasswordFile string `toml:"password_file"`
	DialplanPath string `toml:"dialplan_path"`
	SoundsPath   string `toml:"sounds_path"` // {lang} is zh or en
}

// Services are the feature codes; "" switches one off.
type Services struct {
	Housekeeping string `toml:"housekeeping"`
	Minibar      string `toml:"minibar"`
	WakeUp       string `toml:"wakeup"`
	DND          string `toml:"dnd"`
	Confirm      string `toml:"confirm"`
	RoomStatus   string `toml:"room_status"` // in ZYCOO's manner, such as "*56"
	// Minibars maps the codes of further minibars to their price lists; the
	// list of Minibar is "minibar".
	Minibars map[string]string `toml:"minibars"`
}

// Sounds says where the hotel's own prompts are and what makes them.
type Sounds struct {
	Dir string `toml:"dir"`
	// The programs that "bellhop sounds say" calls, and their arguments, with
	// {lang}, {text} and {out} to be filled in; none: one that is installed.
	SayZh []string `toml:"say_zh"`
	SayEn []string `toml:"say_en"`
}

// Say is the program for a language.
func (s Sounds) Say(lang string) []string {
	return map[string][]string{"zh": s.SayZh, "en": s.SayEn}[lang]
}

// Hooks says where the hotel's own hooks are and what they may use.
type Hooks struct {
	Dir      string `toml:"dir"`
	Deadline string `toml:"deadline"` // of one run, such as "1s"
	VMs      int    `toml:"vms"`      // how many run at once, 2 to 4
	// Replay is the time over which a changed file is replayed before it is used,
	// in whole days; empty: it is not.
	Replay string `toml:"replay"`
}

// Store says where events are kept and for how long.
type Store struct {
	Path string `toml:"path"`
	Keep string `toml:"keep"` // whole days, such as "30d"
	// KeepNames is how long names of guests are kept after they have left, in
	// whole days; never longer than Keep.
	KeepNames string `toml:"keep_names"`
	MaxSize   string `toml:"max_size"` // such as "256MB"
	Backups   int    `toml:"backups"`  // copies kept beside the database; 0: none are made
}

// PMS says how the hotel's management system is reached.
type PMS struct {
	Link       string `toml:"link"` // none or webhook
	URL        string `toml:"url"`
	SecretFile string `toml:"secret_file"`
}

// Default is what an empty file means.
func Default() Config {
	return Config{
		Hotel:     Hotel{Currency: "CNY", Language: "zh"},
		PBX:       PBX{Driver: "yeastar", Events: "http", Names: "full", EventListen: ":8260"},
		Emergency: Emergency{Prefixes: []string{"0", "9"}},
		Services:  Services{Housekeeping: "777", Minibar: "778", WakeUp: "779", Confirm: "775"},
		Dialplan:  Dialplan{Context: "Local_Default_CallingRules", KeyWait: 5},
		Checkout:  Checkout{Phones: CheckoutClear, WakeUps: WakeUpsUntilDeparture, LookThroughWait: "30m", SweepRooms: 5, SweepPercent: 10},
		WakeUp:    WakeUp{How: "call", Retries: 2, Spacing: 5, Late: "30m", Net: 10, Reserve: -1},
		Sounds:    Sounds{Dir: "/etc/bellhop/sounds"},
		Install: Install{
			DialplanPath: "/support/customcfg/extensions_support.conf",
			SoundsPath:   "/ysapps/pbxcenter/var/lib/asterisk/sounds/{lang}/",
		},
		Hooks:   Hooks{Dir: "/etc/bellhop/hooks", Deadline: "1s", VMs: 3},
		API:     API{Listen: "127.0.0.1:8080", Socket: "/run/bellhop/bellhop.sock", TLS: TLSOff},
		Store:   Store{Path: "/var/lib/bellhop/bellhop.db", Keep: "30d", KeepNames: "3d", MaxSize: "256MB", Backups: 3},
		PMS:     PMS{Link: "none"},
		Tax:     Tax{Prices: PricesGross},
		Tariff:  Tariff{International: "00", National: "0"},
		Credit:  Credit{Warn: 8000, Class: "internal"},
		Minibar: Minibar{Doubt: "4h"},
		Backup:  Backup{Daily: 7, Weekly: 4, Monthly: 6},
		SMS:     SMS{PerDay: 50},
		Mail:    Mail{Port: 587, TLS: MailStartTLS, Alerts: MailAll},
	}
}

// Load reads and checks a file. The error names every fault, one a line.
func Load(path string) (Config, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Config{}, fmt.Errorf("read config: %w", err)
	}
	c, err := Parse(text)
	if err != nil {
		return Config{}, fmt.Errorf("config %q:\n%w", path, err)
	}
	c.File = path
	return c, nil
}

// Parse reads and checks the text of a file.
func Parse(text []byte) (Config, error) {
	c := Default()
	text = bytes.TrimPrefix(text, []byte("\ufeff")) // an editor's byte order mark
	dec := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields()
	if err := dec.Decode(&c); err != nil {
		return Config{}, explain(err)
	}
	if err := c.Validate(); err != nil {
		return Config{}, err
	}
	return c, nil
}

// explain turns the decoder's errors into lines with a place and a hint.
func explain(err error) error {
	var unknown *toml.StrictMissingError
	if errors.As(err, &unknown) {
		var all []error
		for _, e := range unknown.Errors {
			row, _ := e.Position()
			key := strings.Join(e.Key(), ".")
			all = append(all, fmt.Errorf("line %d: unknown key %q%s", row, key, hint(e.Key())))
		}
		return errors.Join(all...)
	}
	var bad *toml.DecodeError
	if errors.As(err, &bad) {
		row, column := bad.Position()
		if want := kindOf(reflect.TypeFor[Config](), bad.Key()); want != "" && strings.HasPrefix(bad.Error(), "toml: cannot decode") {
			return fmt.Errorf("line %d, column %d: %s must be %s", row, column, strings.Join(bad.Key(), "."), want)
		}
		return fmt.Errorf("line %d, column %d: %s", row, column, strings.TrimPrefix(bad.Error(), "toml: "))
	}
	return err
}
