package config

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // the box may have no zone files
)

// Fault is one thing wrong with the file: which key, what rule, what value.
type Fault struct {
	Key, Rule, Value string
}

func (f *Fault) Error() string {
	if f.Value == "" {
		return fmt.Sprintf("%s: %s", f.Key, f.Rule)
	}
	return fmt.Sprintf("%s: %s, but it is %q", f.Key, f.Rule, f.Value)
}

// Validate reports all faults, joined; each is a [*Fault].
func (c *Config) Validate() error {
	var faults []error
	check := func(ok bool, key, rule, value string) {
		if !ok {
			faults = append(faults, &Fault{key, rule, value})
		}
	}
	_, zoneErr := time.LoadLocation(c.Hotel.Timezone)
	check(c.Hotel.Timezone != "" && c.Hotel.Timezone != "Local" && zoneErr == nil, "hotel.timezone", `must be an IANA zone such as "Asia/Shanghai"`, c.Hotel.Timezone)
	check(isUpper(c.Hotel.Country, 2), "hotel.country", `must be two capital letters such as "CN": the emergency numbers follow from it`, c.Hotel.Country)
	check(isUpper(c.Hotel.Currency, 3), "hotel.currency", `must be three capital letters such as "CNY"`, c.Hotel.Currency)
	check(slices.Contains([]string{"zh", "en"}, c.Hotel.Language), "hotel.language", `must be "zh" or "en"`, c.Hotel.Language)
	faults = append(faults, c.PBX.faults()...)
	for class := range c.Classes {
		known := []string{"none", "internal", "local", "national", "international"}
		check(slices.Contains(known, class), "classes."+class, "is no class of service: "+strings.Join(known, ", "), "")
	}
	check(len(c.Classes) == 0 || len(c.Emergency.Routes) > 0, "emergency.routes", "must name the outbound routes by which emergency numbers are reached, since [classes] takes routes from telephones", "")
	check(c.Checkout.SweepRooms >= 0, "checkout.sweep_rooms", "must not be negative", strconv.Itoa(c.Checkout.SweepRooms))
	check(c.Checkout.SweepPercent >= 0 && c.Checkout.SweepPercent <= 100, "checkout.sweep_percent", "must be 0 to 100", strconv.Itoa(c.Checkout.SweepPercent))
	faults = append(faults, c.Emergency.faults()...)
	check(slices.Contains([]string{CheckoutClear, CheckoutPBX, CheckoutLeave}, c.Checkout.Phones), "checkout.phones", `must be "clear", "pbx" or "leave"`, c.Checkout.Phones)
	check(slices.Contains([]string{WakeUpsUntilDeparture, WakeUpsCancel}, c.Checkout.WakeUps), "checkout.wakeups", `must be "until-departure" or "cancel"`, c.Checkout.WakeUps)
	faults = append(faults, c.stayFaults()...)
	faults = append(faults, c.Install.faults()...)
	faults = append(faults, c.WakeUp.faults()...)
	faults = append(faults, c.Tax.faults()...)
	faults = append(faults, c.Minibar.faults()...)
	faults = append(faults, c.Tariff.faults()...)
	faults = append(faults, c.Credit.faults()...)
	faults = append(faults, c.Services.faults()...)
	faults = append(faults, c.Dialplan.faults(c.Services)...)
	for _, lang := range []string{"zh", "en"} {
		say := strings.Join(c.Sounds.Say(lang), " ")
		check(say == "" || strings.Contains(say, "{text}") && strings.Contains(say, "{out}"), "sounds.say_"+lang, "must have {text} and {out} among the arguments", say)
	}
	deadline, err := time.ParseDuration(c.Hooks.Deadline)
	check(err == nil && deadline >= 10*time.Millisecond && deadline <= 30*time.Second, "hooks.deadline", `must be such as "1s", 10ms to 30s`, c.Hooks.Deadline)
	check(c.Hooks.VMs >= 2 && c.Hooks.VMs <= 4, "hooks.vms", "must be 2 to 4", strconv.Itoa(c.Hooks.VMs))
	_, err = c.Hooks.ReplaySpan()
	check(err == nil, "hooks.replay", `must be whole days such as "7d", or empty`, c.Hooks.Replay)
	faults = append(faults, c.API.faults()...)
	check(c.Store.Path != "", "store.path", "must name the database's file", "")
	_, err = c.Store.KeepFor()
	check(err == nil, "store.keep", `must be whole days such as "30d"`, c.Store.Keep)
	_, err = c.Store.KeepNamesFor()
	check(err == nil, "store.keep_names", `must be whole days such as "3d"`, c.Store.KeepNames)
	_, err = c.Store.MaxBytes()
	check(err == nil, "store.max_size", `must be such as "256MB", 16MB at least`, c.Store.MaxSize)
	check(c.Store.Backups >= 0 && c.Store.Backups <= 100, "store.backups", "must be 0 to 100", strconv.Itoa(c.Store.Backups))
	check(slices.Contains([]string{"none", "webhook"}, c.PMS.Link), "pms.link", `must be "none" or "webhook"`, c.PMS.Link)
	check(c.PMS.Link != "webhook" || isURL(c.PMS.URL), "pms.url", "must be an http or https address for a webhook", masked(c.PMS.URL))
	faults = append(faults, c.Backup.faults()...)
	faults = append(faults, c.Mail.faults()...)
	faults = append(faults, c.Update.faults()...)
	faults = append(faults, c.SMS.faults()...)
	return errors.Join(faults...)
}

func (e Emergency) faults() []error {
	var faults []error
	for _, number := range e.Numbers {
		if !isCode(number) || len(number) < 2 {
			faults = append(faults, &Fault{"emergency.numbers", "must hold numbers of 2 to 8 digits", number})
		}
	}
	for _, prefix := range e.Prefixes {
		if strings.Trim(prefix, "0123456789*#") != "" || prefix == "" || len(prefix) > 4 {
			faults = append(faults, &Fault{"emergency.prefixes", "must hold 1 to 4 digits each, such as \"0\"", strconv.Quote(prefix)})
		}
	}
	return faults
}

func (c *Config) stayFaults() []error {
	var faults []error
	check := func(ok bool, key, rule, value string) {
		if !ok {
			faults = append(faults, &Fault{key, rule, value})
		}
	}
	check(len(c.Checkin.Incognito) <= maxShown, "checkin.incognito", fmt.Sprintf("must have at most %d bytes", maxShown), c.Checkin.Incognito)
	for _, class := range c.Checkin.Voicemail {
		known := c.Classes[class] != nil || class == "none" || class == "internal"
		check(known, "checkin.voicemail", "must name classes of [classes], none or internal", class)
	}
	check(c.Checkin.VoicemailVIP >= 0 && c.Checkin.VoicemailVIP <= 9, "checkin.voicemail_vip", "must be 0 to 9", strconv.Itoa(c.Checkin.VoicemailVIP))
	pin := strings.ReplaceAll(c.Checkout.VoicemailPIN, "{extension}", "0")
	check(strings.Trim(pin, "0123456789") == "" && len(pin) <= 32, "checkout.voicemail_pin", "must be digits, or such as \"{extension}\", or empty to leave it", "") // it is a secret
	wait, err := time.ParseDuration(c.Checkout.LookThroughWait)
	check(err == nil && wait >= time.Minute && wait <= 24*time.Hour, "checkout.look_through_wait", `must be such as "30m", 1m to 24h`, c.Checkout.LookThroughWait)
	return faults
}

// maxShown is how much a telephone may show.
const maxShown = 60

func (p PBX) faults() []error {
	if p.Driver == "none" {
		return nil
	}
	var faults []error
	check := func(ok bool, key, rule, value string) {
		if !ok {
			faults = append(faults, &Fault{"pbx." + key, rule, value})
		}
	}
	check(p.Driver == "yeastar" || p.Driver == "yeastar-v1", "driver", `must be "yeastar", "yeastar-v1" or "none"`, p.Driver)
	check(isURL(p.URL), "url", `must be such as "https://192.168.5.150:8088"`, masked(p.URL))
	check(!strings.Contains(p.URL, "@"), "url", "must hold no user and password: they are username and password_file", "")
	check(p.Username != "", "username", "is missing: the API user set on the PBX", "")
	check(p.Events == "http" || p.Events == "tcp", "events", `must be "http" or "tcp"`, p.Events)
	check(p.Events != "tcp" || isFarAddress(p.EventAddr), "event_addr", `must be such as "192.168.5.150:8333" when events is "tcp"`, p.EventAddr)
	check(isAddress(p.EventListen), "event_listen", `must be such as ":8260"`, p.EventListen)
	check(isAddress(p.Advertise) || p.Advertise == "", "advertise", `must be such as "192.168.5.9:8260"`, p.Advertise)
	check(p.Names == "full" || p.Names == "ascii", "names", `must be "full" or "ascii"`, p.Names)
	for _, from := range p.AllowFrom {
		_, err := netip.ParseAddr(from)
		check(err == nil, "allow_from", "must hold IP addresses", from)
	}
	for _, to := range p.RelayTo {
		check(isURL(to) && !strings.Contains(to, "@") && len(to) <= maxRelayURL, "relay_to",
			`must hold addresses such as "http://10.0.0.5:8080/api", without user and password`, masked(to))
	}
	check(len(slices.Compact(slices.Sorted(slices.Values(p.RelayTo)))) == len(p.RelayTo), "relay_to", "names one receiver twice", "")
	check(len(p.RelayTo) <= maxRelays, "relay_to", fmt.Sprintf("may name %d receivers at most", maxRelays), strconv.Itoa(len(p.RelayTo)))
	return faults
}

// Each receiver costs a copy of every report.
const (
	maxRelays   = 4
	maxRelayURL = 2000
)

func (i Install) faults() []error {
	var faults []error
	check := func(ok bool, key, rule, value string) {
		if !ok {
			faults = append(faults, &Fault{"install." + key, rule, value})
		}
	}
	u, err := url.Parse(i.URL)
	known := err == nil && slices.Contains([]string{"sftp", "ftp", "ftps", "file"}, u.Scheme)
	check(i.URL == "" || known, "url", `must be such as "sftp://support@192.168.5.150:8022", ftp://, ftps:// or file:///folder`, masked(i.URL))
	if known {
		_, given := u.User.Password()
		check(!given, "url", "must hold no password: that is password_file", "")
		check(u.Scheme == "file" || u.User.Username() != "" && u.Hostname() != "", "url", `must name user and host, such as "sftp://support@192.168.5.150:8022"`, masked(i.URL))
	}
	check(path.IsAbs(i.DialplanPath), "dialplan_path", "must be the whole path of the file on the PBX", i.DialplanPath)
	check(path.IsAbs(i.SoundsPath) && strings.Contains(i.SoundsPath, "{lang}"), "sounds_path", "must be the whole path of a folder on the PBX, with {lang} in it", i.SoundsPath)
	return faults
}

func (s Services) faults() []error {
	var faults []error
	codes := map[string]bool{}
	check := func(key, code, rule string, ok bool) {
		if code == "" {
			return
		}
		if !ok {
			faults = append(faults, &Fault{"services." + key, rule, code})
		}
		if codes[code] {
			faults = append(faults, &Fault{"services." + key, "is used by two services", code})
		}
		codes[code] = true
	}
	for _, service := range [][2]string{
		{"housekeeping", s.Housekeeping}, {"minibar", s.Minibar}, {"wakeup", s.WakeUp}, {"dnd", s.DND}, {"confirm", s.Confirm},
	} {
		check(service[0], service[1], "must be digits, or empty to switch it off", isCode(service[1]))
	}
	check("room_status", s.RoomStatus, `must be such as "*56", or empty to switch it off`, strings.HasPrefix(s.RoomStatus, "*") && isCode(s.RoomStatus[1:]))
	for _, code := range slices.Sorted(maps.Keys(s.Minibars)) {
		if code == "" {
			faults = append(faults, &Fault{Key: "services.minibars", Rule: "has an empty feature code"})
			continue
		}
		check("minibars", code, "must have digits as keys and a price list's name as values", isCode(code) && s.Minibars[code] != "")
	}
	return faults
}

// isCode tells whether text can be dialled as a feature code.
func isCode(text string) bool {
	return text != "" && len(text) <= 8 && strings.Trim(text, "0123456789") == ""
}

// DeadlineTime is the deadline; of a checked config.
func (h Hooks) DeadlineTime() time.Duration {
	d, err := time.ParseDuration(h.Deadline)
	if err != nil {
		return time.Second
	}
	return d
}

func isUpper(text string, size int) bool {
	return len(text) == size && strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// isFarAddress tells whether text is a host and a port that can be dialled.
func isFarAddress(text string) bool {
	host, port, err := net.SplitHostPort(text)
	number, notNumber := strconv.ParseUint(port, 10, 16)
	return err == nil && host != "" && notNumber == nil && number > 0
}

func isURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

// isAddress tells whether text is a host, which may be empty, and a port.
func isAddress(text string) bool {
	_, port, err := net.SplitHostPort(text)
	if err != nil {
		return false
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return err == nil
}

// masked is an address without its user and password.
func masked(text string) string {
	at := strings.LastIndex(text, "@")
	if at < 0 {
		return text
	}
	scheme, _, found := strings.Cut(text, "://")
	if !found {
		return "…" + text[at:]
	}
	return scheme + "://…" + text[at:]
}

// ReplaySpan is the time over which changed hooks are replayed; 0: they are not.
func (h Hooks) ReplaySpan() (time.Duration, error) {
	if h.Replay == "" {
		return 0, nil
	}
	span, err := wholeDays(h.Replay)
	if err == nil && span == 0 {
		err = errors.New("none")
	}
	return span, err
}

// KeepFor is how long events are kept.
func (s Store) KeepFor() (time.Duration, error) {
	keep, err := wholeDays(s.Keep)
	if err == nil && keep == 0 {
		err = errors.New("none")
	}
	return keep, err
}

// KeepNamesFor is how long names of guests are kept after they have left.
func (s Store) KeepNamesFor() (time.Duration, error) {
	names, err := wholeDays(s.KeepNames)
	if keep, _ := s.KeepFor(); err == nil && keep > 0 {
		names = min(names, keep)
	}
	return names, err
}

func wholeDays(text string) (time.Duration, error) {
	days, ok := strings.CutSuffix(text, "d")
	n, err := strconv.ParseUint(days, 10, 16)
	if !ok || err != nil || n > 3650 {
		return 0, errors.New("not a number of days")
	}
	return time.Duration(n) * 24 * time.Hour, nil
}

// MaxBytes is the size above which the oldest finished events go.
func (s Store) MaxBytes() (int64, error) {
	for suffix, unit := range map[string]int64{"MB": 1e6, "GB": 1e9} {
		number, ok := strings.CutSuffix(s.MaxSize, suffix)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(number, 10, 32)
		if err != nil || n*unit < 16e6 {
			return 0, errors.New("too small, or not a number")
		}
		return n * unit, nil
	}
	return 0, errors.New("no unit MB or GB")
}
