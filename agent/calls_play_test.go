package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"bellhop/hotel"
	"bellhop/pbx"
	"bellhop/pms"
)

// hookPBX notes what it is told to place.
type hookPBX struct {
	got []string
	err error
}

func (p *hookPBX) Dial(_ context.Context, o pbx.DialOrder) (string, error) {
	p.got = append(p.got, fmt.Sprintf("dial %s %s", o.Caller, o.Callee))
	return "c1", p.err
}

func (p *hookPBX) PlayPrompt(_ context.Context, o pbx.PromptOrder) (string, error) {
	p.got = append(p.got, fmt.Sprintf("play %s %v %d outside %t", o.Number, o.Prompts, o.Count, o.Outside))
	return "p1", p.err
}

func TestCallsThatHooksWant(t *testing.T) {
	play := hotel.RingCall{Phone: "8101", Prompts: []string{"a", "b"}}
	for _, row := range []struct {
		op    string
		body  hotel.RingCall
		err   error
		got   string
		reply string
	}{
		{hotel.OpPlay, play, nil, "play 8101 [a b] 1 outside false", `{"callid":"p1"}`},
		{hotel.OpPlay, hotel.RingCall{Phone: "8101", Prompts: []string{"a"}, Times: 3}, nil, "play 8101 [a] 3 outside false", `{"callid":"p1"}`},
		{hotel.OpDial, hotel.RingCall{Phone: "8101", To: "0"}, nil, "dial 8101 0", `{"callid":"c1"}`},
		{hotel.OpPlay, play, pbx.ErrBusy, "play 8101 [a b] 1 outside false", `{"busy":true}`},
		{hotel.OpPlay, play, pbx.ErrUncertain, "play 8101 [a b] 1 outside false", "retry"},
		{hotel.OpPlay, play, pbx.ErrMissing, "play 8101 [a b] 1 outside false", "refused"},
	} {
		far := &hookPBX{err: row.err}
		// A clock that is not believed holds no call back that has no hour.
		c := &caller{dialer: far, player: far, clock: func() string { return "no" }}
		body, err := json.Marshal(row.body)
		if err != nil {
			t.Fatal(err)
		}
		reply, err := c.send(t.Context(), hotel.QueuedCall{Op: row.op, Body: body})
		text := string(reply)
		var retry *pms.Retry
		var refused *pms.Refused
		if errors.As(err, &retry) {
			text = "retry"
		} else if errors.As(err, &refused) {
			text = "refused"
		}
		if text != row.reply || len(far.got) != 1 || far.got[0] != row.got {
			t.Errorf("%s: %q, %q", row.op, text, far.got)
		}
	}
	far := &hookPBX{}
	c := &caller{dialer: far, clock: func() string { return "" }}
	var refused *pms.Refused
	body, _ := json.Marshal(play)
	if _, err := c.send(t.Context(), hotel.QueuedCall{Op: hotel.OpPlay, Body: body}); !errors.As(err, &refused) || len(far.got) > 0 {
		t.Errorf("%v, %q", err, far.got)
	}
}
