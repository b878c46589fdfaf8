package config

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
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
	check(c.Hotel.Timezone != "" && zoneErr == nil, "hotel.timezone", `must be an IANA zone such as "Asia/Shanghai"`, c.Hotel.Timezone)
	check(isUpper(c.Hotel.Country, 2), "hotel.country", `must be two capital letters such as "CN": the emergency numbers follow from it`, c.Hotel.Country)
	check(isUpper(c.Hotel.Currency, 3), "hotel.currency", `must be three capital letters such as "CNY"`, c.Hotel.Currency)
	check(slices.Contains([]string{"zh", "en"}, c.Hotel.Language), "hotel.language", `must be "zh" or "en"`, c.Hotel.Language)
	check(c.PBX.Driver == "yeastar", "pbx.driver", `must be "yeastar"`, c.PBX.Driver)
	check(isURL(c.PBX.URL), "pbx.url", `must be such as "https://192.168.5.150:8088"`, c.PBX.URL)
	check(c.PBX.Username != "", "pbx.username", "is missing: the API user set on the PBX", "")
	check(slices.Contains([]string{"http", "tcp"}, c.PBX.Events), "pbx.events", `must be "http" or "tcp"`, c.PBX.Events)
	for _, from := range c.PBX.AllowFrom {
		_, err := netip.ParseAddr(from)
		check(err == nil, "pbx.allow_from", "must hold IP addresses", from)
	}
	for class := range c.Classes {
		known := []string{"none", "internal", "local", "national", "international"}
		check(slices.Contains(known, class), "classes."+class, "is no class of service: "+strings.Join(known, ", "), "")
	}
	codes := map[string]string{}
	for _, service := range [][2]string{{"housekeeping", c.Services.Housekeeping}, {"minibar", c.Services.Minibar}, {"wakeup", c.Services.WakeUp}} {
		key, code := service[0], service[1]
		if code == "" {
			continue
		}
		_, err := strconv.ParseUint(code, 10, 32)
		check(err == nil, "services."+key, "must be digits, or empty to switch it off", code)
		check(codes[code] == "", "services."+key, "is used by two services", code)
		codes[code] = key
	}
	_, err := c.Store.KeepFor()
	check(err == nil, "store.keep", `must be whole days such as "30d"`, c.Store.Keep)
	_, err = c.Store.MaxBytes()
	check(err == nil, "store.max_size", `must be such as "256MB", 16MB at least`, c.Store.MaxSize)
	check(slices.Contains([]string{"none", "webhook"}, c.PMS.Link), "pms.link", `must be "none" or "webhook"`, c.PMS.Link)
	check(c.PMS.Link != "webhook" || isURL(c.PMS.URL), "pms.url", "must be an http or https address for a webhook", c.PMS.URL)
	return errors.Join(faults...)
}

func isUpper(text string, size int) bool {
	return len(text) == size && strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

func isURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

// KeepFor is how long events are kept.
func (s Store) KeepFor() (time.Duration, error) {
	days, ok := strings.CutSuffix(s.Keep, "d")
	n, err := strconv.ParseUint(days, 10, 16)
	if !ok || err != nil || n == 0 || n > 3650 {
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
