package webhook

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"bellhop/pms"
)

const (
	maxKey  = 256
	maxBody = 1 << 20
)

// envelope is a message as it goes out.
type envelope struct {
	ID     string          `json:"id"`
	Type   string          `json:"type"`
	Event  uint64          `json:"event"`
	CallID string          `json:"callid"`
	Room   string          `json:"room"`
	Time   time.Time       `json:"time"` // RFC 3339, UTC
	Data   json.RawMessage `json:"data"`
}

// encode gives the body. What cannot go out now cannot later: its error is a
// [*pms.Refused].
func encode(m pms.Message) ([]byte, error) {
	if !goodKey(m.Key) {
		return nil, &pms.Refused{Reason: fmt.Sprintf("its key must be 1 to %d printable characters without blank or full stop", maxKey)}
	}
	body, err := json.Marshal(envelope{m.Key, m.Type, m.Event, m.CallID, m.Room, m.Time.UTC(), m.Data})
	if err != nil {
		return nil, &pms.Refused{Reason: "its data is not JSON"}
	}
	if len(body) > maxBody {
		return nil, &pms.Refused{Reason: fmt.Sprintf("it has %d bytes, more than %d", len(body), maxBody)}
	}
	return body, nil
}

// goodKey tells whether key can stand in a header and, as the signed text is
// divided by full stops, before one.
func goodKey(key string) bool {
	for i := range len(key) {
		if c := key[i]; c <= ' ' || c >= 0x7f || c == '.' {
			return false
		}
	}
	return key != "" && len(key) <= maxKey
}

// request makes the POST of one attempt.
func (l *Link) request(ctx context.Context, key string, body []byte) *http.Request {
	stamp := strconv.FormatInt(l.now().Unix(), 10)
	request := &http.Request{
		Method: http.MethodPost, URL: l.to, Host: l.to.Host,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{
			"Content-Type":      {"application/json"},
			"User-Agent":        {"bellhop"},
			"Webhook-Id":        {key},
			"Webhook-Timestamp": {stamp},
			"Webhook-Signature": {l.signer.sign(key, stamp, body)},
			// Empty, this goes out to nobody; it lets the transport repeat the
			// POST at once when a kept connection turns out to be closed.
			"Idempotency-Key": {},
		},
		Body:          io.NopCloser(bytes.NewReader(body)),
		GetBody:       func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil },
		ContentLength: int64(len(body)),
	}
	if l.login != "" {
		request.Header["Authorization"] = []string{l.login}
	}
	return request.WithContext(ctx)
}

func basicLogin(user *url.Userinfo) string {
	if user == nil {
		return ""
	}
	password, _ := user.Password()
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user.Username()+":"+password))
}
