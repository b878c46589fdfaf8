package hotel

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// The operations of [ToCalls] that hooks want.
const (
	OpPlay = "play" // recordings to a telephone
	OpDial = "dial" // one telephone connected to another
)

// HookCall rings a telephone of the house and plays recordings to it, or connects
// it to another. Outside lines are not for hooks.
type HookCall struct {
	Room      string `json:"room,omitempty"`      // its first telephone
	Extension string `json:"extension,omitempty"` // instead of a room
	// Prompts are the names of recordings on the PBX; Times is how often the whole
	// is played, 0: once.
	Prompts []string `json:"prompts,omitempty"`
	Times   int      `json:"times,omitempty"`
	To      string   `json:"to,omitempty"` // the telephone that it is connected to
	Answer  bool     `json:"answer,omitempty"`
	// ExpireAfter is counted from the commit; 0: ten minutes.
	ExpireAfter time.Duration `json:"expireAfter,omitempty"`
}

// Bounds of such a call.
const (
	maxPrompts    = 20
	maxPlays      = 10
	maxCallDigits = 8
	// hookCallLasts: a call that comes much later frightens more than it helps.
	hookCallLasts = 10 * time.Minute
	maxCallLasts  = 24 * time.Hour
)

// promptName is how the names of recordings are written.
var promptName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

func (a *applier) hookCall(h *HookCall) error {
	phone, err := a.phoneToRing(h)
	if err != nil {
		return err
	}
	op, err := h.check()
	switch {
	case err != nil:
		return err
	case !a.setup.Wake.Calls:
		return &Invalid{Effect: op, Rule: "this PBX cannot be told to place calls"}
	}
	body, err := json.Marshal(RingCall{Phone: phone, Room: h.Room, Prompts: h.Prompts, Times: h.Times, To: h.To})
	if err != nil {
		panic(fmt.Sprintf("hotel: encode a ring: %v", err)) // our own types always encode
	}
	c := QueuedCall{To: ToCalls, Op: op, Body: body, Room: h.Room, Urgency: Guest, Kind: Once, Lasts: hookCallLasts, Answer: h.Answer}
	if h.ExpireAfter > 0 {
		c.Lasts = h.ExpireAfter
	}
	if h.Room != "" {
		c.Lanes = []string{h.Room}
	}
	a.tx.Queue(c)
	return nil
}

// phoneToRing is the telephone that rings first.
func (a *applier) phoneToRing(h *HookCall) (string, error) {
	switch {
	case h.Room == "" && !isNumber(h.Extension, maxCallDigits):
		return "", &Invalid{"call", "extension", fmt.Sprintf("must be 1 to %d digits", maxCallDigits), clip(h.Extension)}
	case h.Room == "":
		return h.Extension, nil
	case h.Extension != "":
		return "", &Invalid{"call", "extension", "must not stand beside a room", clip(h.Extension)}
	}
	r, err := a.room("call", h.Room)
	return r.Phones()[0], err
}

// check says which of the two operations it is.
func (h *HookCall) check() (op string, err error) {
	if h.ExpireAfter < 0 || h.ExpireAfter > maxCallLasts {
		return "", &Invalid{"call", "expire", fmt.Sprintf("must be 1 to %d seconds", maxCallLasts/time.Second), h.ExpireAfter.String()}
	}
	if h.To != "" {
		if !isNumber(h.To, maxCallDigits) || len(h.Prompts) > 0 {
			return "", &Invalid{"call", "to", fmt.Sprintf("must be 1 to %d digits, without prompts", maxCallDigits), clip(h.To)}
		}
		return OpDial, nil
	}
	if len(h.Prompts) == 0 || len(h.Prompts) > maxPrompts {
		return "", &Invalid{"play", "prompts", fmt.Sprintf("must be 1 to %d", maxPrompts), strconv.Itoa(len(h.Prompts))}
	}
	if h.Times < 0 || h.Times > maxPlays {
		return "", &Invalid{"play", "times", fmt.Sprintf("must be 1 to %d", maxPlays), strconv.Itoa(h.Times)}
	}
	for _, p := range h.Prompts {
		if !promptName.MatchString(p) {
			return "", &Invalid{"play", "prompts", "must be names of recordings: letters, digits, - and _", clip(p)}
		}
	}
	return OpPlay, nil
}
