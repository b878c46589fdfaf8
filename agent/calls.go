package agent

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"bellhop/hotel"
	"bellhop/pbx"
	"bellhop/pms"
)

// callsWidth is how many calls may be on their way to be placed at once; a call
// that rings takes no place here.
const callsWidth = 8

// caller has the PBX place calls: to rooms that are to be woken, and to the desk
// about them. It makes one attempt; what comes of it the rules decide.
type caller struct {
	dialer pbx.Dialer
	player pbx.PromptPlayer // nil: prompts cannot be played
	keeper pbx.CallKeeper   // nil: calls cannot be hung up
	phones *phoneWriter     // nil: do not disturb cannot be lifted
	view   func() hotel.View
	clock  func() string // why it is not believed
	setup  hotel.WakeSetup
	report func(error)
	zone   *time.Location
}

func (p *caller) width() int { return callsWidth }

func (p *caller) send(ctx context.Context, c hotel.QueuedCall) ([]byte, error) {
	var body hotel.RingCall
	if err := json.Unmarshal(c.Body, &body); err != nil || body.Phone == "" {
		return nil, &pms.Refused{Reason: "the call names no telephone"}
	}
	if why := p.clock(); why != "" && (c.Op == hotel.OpRing || c.Op == hotel.OpDesk) {
		return nil, &pms.Refused{Reason: hotel.Because(hotel.ReasonClock) + ": " + why}
	}
	switch c.Op {
	case hotel.OpRing:
		return p.ring(ctx, body)
	case hotel.OpDesk:
		return p.ringDesk(ctx, body)
	case hotel.OpTell:
		return p.tell(ctx, body)
	case hotel.OpEnd:
		return nil, p.hangUp(ctx, body)
	case hotel.OpPlay:
		return p.play(ctx, body)
	case hotel.OpDial:
		return p.dial(ctx, pbx.DialOrder{Caller: body.Phone, Callee: body.To})
	}
	return nil, &pms.Refused{Reason: "nothing is known of " + c.Op}
}

// ring calls a room, and connects it to what asks for a key.
func (p *caller) ring(ctx context.Context, body hotel.RingCall) ([]byte, error) {
	var w hotel.WakeUp
	if !p.view().Get(hotel.WakeUpKey(body.WakeUp), &w) || w.Attempt == nil || w.Attempt.Number != body.Attempt {
		return reply(hotel.RingReply{Void: true}), nil
	}
	away := p.lift(ctx, body.Phone)
	if away != nil && body.Attempt%probeEvery != 0 {
		return nil, &pms.Refused{Reason: hotel.Because(hotel.ReasonPBXAway, away.Error())}
	}
	answer, err := p.dial(ctx, pbx.DialOrder{Caller: body.Phone, Callee: cmp.Or(w.Attempt.Callee, p.setup.Answers)})
	var unsure *pms.Retry
	if away != nil && errors.As(err, &unsure) {
		return nil, &pms.Refused{Reason: hotel.Because(hotel.ReasonPBXAway, unsure.Err.Error())} // it does not answer: it has not rung
	}
	return answer, err
}

// probeEvery: a PBX that does not answer when it is asked about a telephone is
// told to ring it only each so many times. A call of which no answer comes may
// have been placed; a question harms nobody.
const probeEvery = 3

// lift takes do not disturb off. It returns an error when the PBX is away; for any
// other trouble nobody is left asleep.
func (p *caller) lift(ctx context.Context, phone string) error {
	if p.phones == nil {
		return nil
	}
	err := p.phones.lift(ctx, phone)
	if err != nil {
		p.report(fmt.Errorf("do not disturb of %s before its wake-up: %w", phone, err))
	}
	if errors.Is(err, pbx.ErrRetry) || errors.Is(err, pbx.ErrAuth) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

// ringDesk calls the desk about a room.
func (p *caller) ringDesk(ctx context.Context, body hotel.RingCall) ([]byte, error) {
	var w hotel.WakeUp
	if !p.view().Get(hotel.WakeUpKey(body.WakeUp), &w) || w.Desk == nil || w.Desk.Tries != body.Attempt || !w.Desk.Known.IsZero() {
		return reply(hotel.RingReply{Void: true}), nil
	}
	return p.dial(ctx, pbx.DialOrder{Caller: body.Phone, Callee: p.setup.Confirm + body.Room})
}

func (p *caller) dial(ctx context.Context, order pbx.DialOrder) ([]byte, error) {
	id, err := p.dialer.Dial(ctx, order)
	return placed(id, err)
}

// placed says what came of a call. Whether one was placed of which no answer came
// nobody knows.
func placed(id string, err error) ([]byte, error) {
	switch {
	case err == nil:
		return reply(hotel.RingReply{CallID: id}), nil
	case errors.Is(err, pbx.ErrUncertain), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return nil, &pms.Retry{Err: err, Only: true}
	case errors.Is(err, pbx.ErrBusy):
		return reply(hotel.RingReply{Busy: true}), nil
	}
	return nil, &pms.Refused{Reason: hotel.Because(hotel.ReasonPBXRefuses, err.Error())}
}

func reply(r hotel.RingReply) []byte {
	text, err := json.Marshal(r)
	if err != nil {
		panic(fmt.Sprintf("agent: encode a reply: %v", err)) // our own types always encode
	}
	return text
}

// tellMost is how many wake-ups a guest is told of.
const tellMost = 3

// tell calls a room and says when it will be woken.
func (p *caller) tell(ctx context.Context, body hotel.RingCall) ([]byte, error) {
	if p.player == nil {
		return nil, &pms.Refused{Reason: hotel.Because(hotel.ReasonNoPrompts)}
	}
	var prompts []string
	for _, w := range hotel.NextWakeUps(p.view(), body.Room, tellMost) {
		prompts = append(prompts, "bh-wakeup-at")
		for _, digit := range w.Due.In(p.zone).Format("1504") {
			prompts = append(prompts, "bh-"+string(digit))
		}
	}
	if len(prompts) == 0 {
		prompts = []string{"bh-wakeup-none"}
	}
	id, err := p.player.PlayPrompt(ctx, pbx.PromptOrder{Number: body.Phone, Prompts: prompts, Count: 2})
	return placed(id, err)
}

// play has recordings played to a telephone, as a hook wants it.
func (p *caller) play(ctx context.Context, body hotel.RingCall) ([]byte, error) {
	if p.player == nil {
		return nil, &pms.Refused{Reason: hotel.Because(hotel.ReasonNoPrompts)}
	}
	id, err := p.player.PlayPrompt(ctx, pbx.PromptOrder{Number: body.Phone, Prompts: body.Prompts, Count: max(body.Times, 1)})
	return placed(id, err)
}

// hangUp ends a call that nobody wants any more. One that has ended is as good.
func (p *caller) hangUp(ctx context.Context, body hotel.RingCall) error {
	if p.keeper == nil {
		return &pms.Refused{Reason: "the PBX cannot hang up"}
	}
	call, err := p.keeper.AskCall(ctx, body.CallID)
	if errors.Is(err, pbx.ErrUnsupported) { // it can be asked about telephones alone
		call, err = p.callOf(ctx, body)
	}
	for _, member := range call.Members {
		if err == nil {
			err = p.keeper.HangUp(ctx, member)
		}
	}
	switch {
	case err == nil, errors.Is(err, pbx.ErrMissing):
		return nil
	case errors.Is(err, pbx.ErrRetry), errors.Is(err, context.DeadlineExceeded):
		return &pms.Retry{Err: err, Only: true}
	}
	return &pms.Refused{Reason: err.Error()}
}

// callOf finds a call among those of the telephone that it rings.
func (p *caller) callOf(ctx context.Context, body hotel.RingCall) (pbx.Call, error) {
	calls, err := p.keeper.ExtensionCalls(ctx, body.Phone)
	for _, c := range calls {
		if c.ID == body.CallID {
			return c, nil
		}
	}
	return pbx.Call{}, err
}

// newCaller gives what has the PBX place calls; nil: it cannot.
func (a *Agent) newCaller() *caller {
	dialer, ok := a.driver.(pbx.Dialer)
	if !ok {
		return nil
	}
	player, _ := a.driver.(pbx.PromptPlayer)
	keeper, _ := a.driver.(pbx.CallKeeper)
	return &caller{
		dialer: dialer, player: player, keeper: keeper, phones: a.phones, view: func() hotel.View { return a.store.Snapshot() },
		clock: func() string { return a.clock.reason() }, setup: a.wakeSetup(), zone: a.zone,
		report: func(err error) { a.log.Warn("pbx", "error", err) },
	}
}
