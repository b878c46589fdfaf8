package hotel

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// OpPutBack puts do not disturb back on a telephone from which a wake-up took it.
const OpPutBack = "dnd"

// dndBetween: with longer pauses between attempts a guest's do not disturb is put
// back meanwhile.
const dndBetween = 2 * time.Minute

// putBackDND has the room's telephones made as the guest had set them.
func (a *applier) putBackDND(room string) {
	var r Room
	if !a.tx.Get(RoomKey(room), &r) {
		return
	}
	for _, extension := range r.Phones() {
		var p Phone
		if !a.tx.Get(PhoneKey(extension), &p) || !p.Lifted {
			continue
		}
		body, err := json.Marshal(PhoneCall{Extension: extension})
		if err != nil {
			panic(fmt.Sprintf("hotel: encode a telephone: %v", err)) // our own types always encode
		}
		a.tx.Queue(QueuedCall{
			To: "pbx", Op: OpPutBack, Body: body, Room: room, Lanes: []string{room}, Urgency: Guest, Kind: Idempotent,
			Supersedes: OpPutBack + "/" + extension,
		})
	}
}

// forgetDND: nobody wants do not disturb back.
func (a *applier) forgetDND(r Room) {
	for _, extension := range r.Phones() {
		var p Phone
		if a.tx.Get(PhoneKey(extension), &p) && p.Lifted {
			p.Lifted = false
			a.tx.Put(PhoneKey(extension), p)
		}
	}
}

// WakeUpHear says that a guest asks when the wake-up rings.
type WakeUpHear struct {
	Room      string `json:"room"`
	Extension string `json:"extension"`
}

// hearFor is how long the guest waits by the telephone.
const hearFor = 3 * time.Minute

// hearWakeUps has the guest rung back and told.
func (a *applier) hearWakeUps(h *WakeUpHear) error {
	r, err := a.room("wakeup", h.Room)
	if err != nil {
		return a.alert(&RaiseAlert{Code: AlertWakeUp, Room: h.Room, Params: map[string]string{"room": h.Room, "digits": a.ev.Digits, "error": err.Error()}})
	}
	phone := h.Extension
	if phone == "" {
		phone = r.Phones()[0]
	}
	body, err := json.Marshal(RingCall{Phone: phone, Room: r.Number})
	if err != nil {
		panic(fmt.Sprintf("hotel: encode a ring: %v", err)) // our own types always encode
	}
	if !a.setup.Wake.Calls {
		return a.tellHear(r.Number, "there is no PBX that can be told to")
	}
	a.tx.Queue(QueuedCall{
		To: ToCalls, Op: OpTell, Body: body, Room: r.Number, Lanes: []string{r.Number}, Urgency: Urgent, Kind: Once,
		Lasts: hearFor, Handled: true, Subject: r.Number,
	})
	return nil
}

// NextWakeUps are those that ring next in a room, at most so many.
func NextWakeUps(v View, room string, most int) []WakeUp {
	list := slices.DeleteFunc(wakeUpsOf(v, room), func(w WakeUp) bool { return w.Due.IsZero() })
	slices.SortFunc(list, func(a, b WakeUp) int { return a.Due.Compare(b.Due) })
	return list[:min(most, len(list))]
}

// placedTell is a call that told a guest, or did not.
func (a *applier) placedTell(p *WakeUpPlaced) {
	if p.Op != OpTell || p.State == CallDelivered {
		return
	}
	why := p.Error
	if why == "" {
		why = string(p.State)
	}
	if err := a.tellHear(p.Subject, why); err != nil {
		panic(err) // it has a code
	}
}

func (a *applier) tellHear(room, why string) error {
	var orders []string
	for _, w := range wakeUpsOf(a.tx, room) {
		orders = append(orders, w.Date+" "+w.Time)
	}
	text := strings.Join(orders, ", ")
	if text == "" {
		text = "-"
	}
	return a.alert(&RaiseAlert{Code: AlertWakeHear, Room: room, Params: map[string]string{"room": room, "orders": text, "error": clip(why)}})
}
