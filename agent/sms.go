package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"bellhop/hotel"
	"bellhop/pbx"
	"bellhop/pms"
)

// smsSender has the PBX send text messages, one after the other.
type smsSender struct {
	sender pbx.SMSSender
	trunk  string
}

func (s smsSender) width() int { return 1 }

func (s smsSender) send(ctx context.Context, c hotel.QueuedCall) ([]byte, error) {
	var m hotel.SMS
	if err := json.Unmarshal(c.Body, &m); err != nil {
		return nil, &pms.Refused{Reason: "the call names no message"}
	}
	return texted(s.sender.SendSMS(ctx, pbx.SMS{Trunk: s.trunk, To: m.To, Text: m.Text}))
}

// texted says what came of a message. Whether one went out of which no answer
// came nobody knows; while the PBX is away, or its line in use, none has.
func texted(id string, err error) ([]byte, error) {
	switch {
	case err == nil:
		text, err := json.Marshal(hotel.SMSReply{ID: id})
		if err != nil {
			panic(fmt.Sprintf("agent: encode a reply: %v", err)) // our own types always encode
		}
		return text, nil
	case errors.Is(err, pbx.ErrUncertain):
		return nil, &pms.Retry{Err: err, Only: true}
	case errors.Is(err, pbx.ErrRetry), errors.Is(err, pbx.ErrBusy):
		return nil, &pms.Retry{Err: err, Unsent: true, Only: errors.Is(err, pbx.ErrBusy)}
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return nil, &pms.Retry{Err: err, Only: true}
	}
	return nil, &pms.Refused{Reason: hotel.Because(hotel.ReasonPBXRefuses, err.Error())}
}

// smsSetup says whether messages can be sent.
func (a *Agent) smsSetup() hotel.SMSSetup {
	_, able := a.driver.(pbx.SMSSender)
	return hotel.SMSSetup{Able: able, Trunk: a.config.SMS.Trunk != "", PerDay: a.config.SMS.PerDay}
}
