package hotel

import (
	"errors"
	"net/url"
	"strings"
)

var errOrigin = errors.New("not an http or https address")

// Origin is the scheme and host of an address: the destination under which
// calls to it are queued.
func Origin(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" {
		return "", errOrigin
	}
	return u.Scheme + "://" + strings.ToLower(u.Host), nil
}
