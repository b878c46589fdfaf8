package webhook

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"bellhop/pms"
)

const (
	maxReply = 64 << 10
	// maxDrain is how much of a longer answer is read for the sake of keeping
	// the connection.
	maxDrain  = 256 << 10
	maxReason = 200
	maxAfter  = time.Hour
)

// readReply reads an answer to its end, so that the connection can carry the
// next message, and closes it. It gives at most maxReply bytes of it.
func readReply(answer *http.Response) ([]byte, error) {
	defer answer.Body.Close()
	if answer.ContentLength == 0 {
		return nil, nil
	}
	reply, err := io.ReadAll(io.LimitReader(answer.Body, maxReply))
	if err != nil || len(reply) < maxReply {
		return reply, err
	}
	// What is beyond changes nothing; a break in it only costs the connection.
	_, _ = io.CopyN(io.Discard, answer.Body, maxDrain)
	return reply, nil
}

// judge turns an answer into a link's three outcomes. broken is why its body
// was not read to the end.
func judge(answer *http.Response, reply []byte, broken error, now time.Time) ([]byte, error) {
	status := answer.StatusCode
	switch {
	case status >= 200 && status < 300 && broken != nil:
		return nil, &pms.Retry{Err: fmt.Errorf("read the answer of the PMS: %w", broken)}
	case status >= 200 && status < 300:
		return reply, nil
	case timeCures(status):
		after := readRetryAfter(answer.Header.Get("Retry-After"), now)
		return nil, &pms.Retry{After: after, Err: fmt.Errorf("the PMS answered %d %s", status, http.StatusText(status))}
	}
	return nil, &pms.Refused{Status: status, Reason: reason(status, reply)}
}

// timeCures: a redirect, too. It is not followed, and comes as often as not from
// somebody on the way who wants a person to log in to the network first.
func timeCures(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	}
	return status >= 500 || status >= 300 && status < 400
}

// readRetryAfter reads seconds or an HTTP date (RFC 9110, 10.2.3). The result
// lies between 0, also for what is neither, and an hour.
func readRetryAfter(text string, now time.Time) time.Duration {
	text = strings.TrimSpace(text)
	if text == "" {
		return 0
	}
	if strings.Trim(text, "0123456789") == "" {
		seconds, err := strconv.ParseUint(text, 10, 32)
		if err != nil || seconds > uint64(maxAfter/time.Second) {
			return maxAfter // so many digits are a long time
		}
		return time.Duration(seconds) * time.Second
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	return min(max(at.Sub(now), 0), maxAfter)
}

// reason is what the far side says of its refusal, as one printable line of
// at most maxReason bytes; without words of its own, those of the status.
func reason(status int, reply []byte) string {
	var line strings.Builder
	for _, word := range strings.FieldsFunc(string(reply[:min(len(reply), 4*maxReason)]), unprintable) {
		if line.Len() > 0 {
			line.WriteByte(' ')
		}
		line.WriteString(word)
	}
	text := line.String()
	if text == "" {
		return http.StatusText(status)
	}
	if len(text) <= maxReason {
		return text
	}
	cut := maxReason
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut]
}

func unprintable(r rune) bool {
	return r == utf8.RuneError || unicode.IsSpace(r) || !unicode.IsPrint(r)
}
