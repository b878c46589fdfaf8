package agent

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"bellhop/hotel"
	"bellhop/pbx"
	"bellhop/pms"
	"bellhop/sabotage"
)

// How many calls may be under way at once, by kind of destination.
const (
	pmsWidth  = 32
	httpWidth = 4
	maxReply  = 64 << 10
)

// pmsSender carries calls over the link to the PMS.
type pmsSender struct{ link pms.Link }

func (s pmsSender) width() int { return pmsWidth }

func (s pmsSender) send(ctx context.Context, c hotel.QueuedCall) ([]byte, error) {
	key := c.Key
	if sabotage.On(sabotage.NewKey) {
		key = fmt.Sprintf("%d-%s", time.Now().UnixNano(), key) // each attempt's own
	}
	return s.link.Send(ctx, pms.Message{
		Key: key, Type: c.Op, Event: c.Event, CallID: c.CallID, Room: c.Room, Time: c.Queued, Data: c.Body,
	})
}

// httpSender carries the POSTs that hooks have queued.
type httpSender struct{ client *http.Client }

func (s httpSender) width() int { return httpWidth }

func (s httpSender) send(ctx context.Context, c hotel.QueuedCall) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL, bytes.NewReader(c.Body))
	if err != nil {
		return nil, &pms.Refused{Reason: "the address cannot be used"}
	}
	request.Header.Set("Content-Type", "application/json")
	// The same over all attempts, so that the far side can tell a repeat.
	request.Header.Set("Idempotency-Key", c.Key)
	response, err := s.client.Do(request)
	if err != nil {
		return nil, &pms.Retry{Err: fmt.Errorf("post: %w", err)}
	}
	defer response.Body.Close()
	reply, err := io.ReadAll(io.LimitReader(response.Body, maxReply))
	if err != nil {
		return nil, &pms.Retry{Err: fmt.Errorf("post: read answer: %w", err)}
	}
	return reply, judgeStatus(response.StatusCode)
}

// judgeStatus: 2xx is done, what time may cure is tried again, the rest is
// refused. A redirect is not followed, and comes as often as not from somebody
// on the way who wants a person to log in to the network first.
func judgeStatus(status int) error {
	switch {
	case status >= 200 && status < 300:
		return nil
	case status >= 500, status >= 300 && status < 400, status == http.StatusRequestTimeout, status == http.StatusTooEarly, status == http.StatusTooManyRequests:
		return &pms.Retry{Err: errors.New("answered " + http.StatusText(status))}
	}
	return &pms.Refused{Status: status, Reason: http.StatusText(status)}
}

// senderOf finds who can send to a destination.
func (a *Agent) senderOf(to string) (sender, bool) {
	receiver, relayed := hotel.RelayAddress(to)
	switch {
	case relayed:
		return relaySender{client: a.client, wanted: slices.Contains(a.config.PBX.RelayTo, receiver)}, true
	case to == hotel.ToPMS && a.link != nil:
		return pmsSender{a.link}, true
	case to == hotel.BackupTo:
		return a.backups, true
	case to == hotel.MailTo:
		return a.mailTo()
	case to == "pbx" && a.phones != nil:
		return a.phones, true
	case to == hotel.ToSMS:
		if sender, able := a.driver.(pbx.SMSSender); able && a.config.SMS.Trunk != "" {
			return smsSender{sender, a.config.SMS.Trunk}, true
		}
	case to == hotel.ToCalls && a.caller != nil:
		return a.caller, true
	case strings.HasPrefix(to, "http://"), strings.HasPrefix(to, "https://"):
		return httpSender{a.client}, true
	}
	return nil, false
}

// newHTTPClient is the client for hooks: it keeps connections and follows no
// redirects, as one would turn a POST into a GET.
func newHTTPClient() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = httpWidth
	transport.ResponseHeaderTimeout = 15 * time.Second
	transport.MaxResponseHeaderBytes = 64 << 10
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
