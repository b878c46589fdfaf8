package site

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"

	"bellhop/config"
)

// What a Yeastar S-series has where nobody changed it: the port of its web page,
// which is its API's, that of its event stream, and that of its SSH.
const (
	defaultWebPort    = "8088"
	defaultStreamPort = "8333"
	defaultSSHPort    = "8022"
)

// PBXAddress makes the address of a PBX's API of what a person types: a whole
// URL, or only the host.
func PBXAddress(text string) (string, error) {
	text = strings.TrimSpace(text)
	if !strings.Contains(text, "://") {
		text = strings.TrimRight(text, "/")
		if _, _, err := net.SplitHostPort(text); err != nil {
			text = net.JoinHostPort(strings.Trim(text, "[]"), defaultWebPort)
		}
		text = "https://" + text
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || strings.ContainsAny(u.Hostname(), " \t"):
		return "", errors.New("must be the PBX's address, such as 192.168.5.150 or https://192.168.5.150:8088")
	case u.User != nil:
		return "", errors.New("must hold no user and password: they are asked for by themselves")
	case strings.Trim(u.Path, "/") != "" || u.RawQuery != "":
		return "", fmt.Errorf("must end with the port, without %q", u.RequestURI())
	}
	return u.Scheme + "://" + u.Host, nil
}

// StreamAddress is where a PBX of that address offers its events over TCP if
// nobody has changed the port; empty: not known.
func StreamAddress(pbxURL string) string {
	u, err := url.Parse(pbxURL)
	if err != nil || u.Hostname() == "" {
		return ""
	}
	return net.JoinHostPort(u.Hostname(), defaultStreamPort)
}

// FilesAddress is where a PBX of that address takes files if nobody has changed
// it; empty: not known.
func FilesAddress(pbxURL string) string {
	u, err := url.Parse(pbxURL)
	if err != nil || u.Hostname() == "" {
		return ""
	}
	return "sftp://support@" + net.JoinHostPort(u.Hostname(), defaultSSHPort)
}

// land is what mostly goes with a country.
type land struct{ currency, language, zone string }

// lands are countries with one zone or one that most hotels are in. What it
// gives is only proposed to a person.
var lands = map[string]land{
	"CN": {"CNY", "zh", "Asia/Shanghai"}, "HK": {"HKD", "zh", "Asia/Hong_Kong"}, "MO": {"MOP", "zh", "Asia/Macau"}, "TW": {"TWD", "zh", "Asia/Taipei"},
	"SG": {"SGD", "en", "Asia/Singapore"}, "MY": {"MYR", "en", "Asia/Kuala_Lumpur"}, "TH": {"THB", "en", "Asia/Bangkok"}, "VN": {"VND", "en", "Asia/Ho_Chi_Minh"},
	"KH": {"USD", "en", "Asia/Phnom_Penh"}, "LA": {"LAK", "en", "Asia/Vientiane"}, "MM": {"MMK", "en", "Asia/Yangon"}, "PH": {"PHP", "en", "Asia/Manila"},
	"ID": {"IDR", "en", "Asia/Jakarta"}, "JP": {"JPY", "en", "Asia/Tokyo"}, "KR": {"KRW", "en", "Asia/Seoul"}, "IN": {"INR", "en", "Asia/Kolkata"},
	"AE": {"AED", "en", "Asia/Dubai"}, "GB": {"GBP", "en", "Europe/London"}, "DE": {"EUR", "en", "Europe/Berlin"}, "FR": {"EUR", "en", "Europe/Paris"},
	"IT": {"EUR", "en", "Europe/Rome"}, "ES": {"EUR", "en", "Europe/Madrid"}, "US": {"USD", "en", ""}, "CA": {"CAD", "en", ""}, "AU": {"AUD", "en", ""},
	"NZ": {"NZD", "en", "Pacific/Auckland"}, "ZA": {"ZAR", "en", "Africa/Johannesburg"},
}

// HabitsOf proposes the currency, the language and the zone that mostly go with
// a country; what is not known is empty.
func HabitsOf(country string) (currency, language, zone string) {
	l := lands[country]
	return l.currency, l.language, l.zone
}

// SameLogin tells whether two configs log in at the same PBX as the same user.
func SameLogin(a, b config.PBX) bool {
	return a.URL != "" && a.URL == b.URL && a.Username == b.Username
}

// NumberRanges writes numbers as patterns that "rooms import" takes, such as
// 1001-1020,1101: those of the commonest length, as a hotel's rooms are. At
// equal numbers the longer ones are taken.
func NumberRanges(numbers []string) string {
	byLength := map[int][]string{}
	for _, n := range numbers {
		if n != "" && strings.Trim(n, "0123456789") == "" {
			byLength[len(n)] = append(byLength[len(n)], n)
		}
	}
	var some []string
	for _, list := range byLength {
		if c := cmp.Compare(len(list), len(some)); c > 0 || c == 0 && len(list[0]) > len(some[0]) {
			some = list
		}
	}
	some = slices.Compact(slices.Sorted(slices.Values(some)))
	var ranges []string
	for i := 0; i < len(some); {
		last := i
		for last+1 < len(some) && follows(some[last], some[last+1]) {
			last++
		}
		if last == i {
			ranges = append(ranges, some[i])
		} else {
			ranges = append(ranges, some[i]+"-"+some[last])
		}
		i = last + 1
	}
	return strings.Join(ranges, ",")
}

// follows tells whether b is the number behind a, of the same length.
func follows(a, b string) bool {
	next := []byte(a)
	for i := len(next) - 1; i >= 0; i-- {
		if next[i]++; next[i] <= '9' {
			return string(next) == b
		}
		next[i] = '0'
	}
	return false
}
