package agent

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"bellhop/hotel"
	"bellhop/pbx"
	"bellhop/pms"
)

// Another program may have had the PBX's reports before us, under the same API
// user; a login moves them all to whoever logs in. So that it goes on getting
// them, each is handed on: queued in the moment in which it is kept, and sent
// like every other call. What we ask of the other program is to take it.

// handedOn are the calls that go with a report. Call records that were fetched
// from the PBX are no reports, and are not handed on.
func (a *Agent) handedOn(ev *hotel.Event, r pbx.Report) []hotel.QueuedCall {
	if len(a.config.PBX.RelayTo) == 0 || r.Masked == nil {
		return nil
	}
	body := r.Masked()
	calls := make([]hotel.QueuedCall, 0, len(a.config.PBX.RelayTo))
	for _, to := range a.config.PBX.RelayTo {
		calls = append(calls, hotel.Relay(ev, body, to))
	}
	return calls
}

// relayWidth is how many reports may be on their way to one receiver at once.
const relayWidth = 4

// relaySender hands reports on.
type relaySender struct {
	client *http.Client
	wanted bool // the config still names the receiver
}

func (s relaySender) width() int { return relayWidth }

// send counts any answer but 2xx as one that time may cure, as the PBX itself
// does: there is nobody to whom a single report that is refused is of use.
func (s relaySender) send(ctx context.Context, c hotel.QueuedCall) ([]byte, error) {
	if !s.wanted {
		return nil, nil
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL, bytes.NewReader(c.Raw))
	if err != nil {
		return nil, &pms.Retry{Err: errors.New("the address cannot be used")}
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := s.client.Do(request)
	if err != nil {
		var withURL *url.Error
		if errors.As(err, &withURL) {
			err = withURL.Err // the address may hold a secret
		}
		return nil, &pms.Retry{Err: fmt.Errorf("hand on: %w", err)}
	}
	defer response.Body.Close()
	_, _ = io.CopyN(io.Discard, response.Body, maxReply) // so that the connection is of use again
	if response.StatusCode < 200 || response.StatusCode >= 300 {
		return nil, &pms.Retry{Err: fmt.Errorf("answered %d", response.StatusCode)}
	}
	return nil, nil
}

// outageCode is the alert for a far side that has been away for long.
func outageCode(to string) string {
	if _, relayed := hotel.RelayAddress(to); relayed {
		return hotel.AlertRelay
	}
	return hotel.AlertUnreachable
}
