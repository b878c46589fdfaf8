package hotel

import (
	"strconv"
	"time"
)

// What a person may decide about a posting.
const (
	SettleResend   = "resend"   // the PMS gets it again
	SettleWriteOff = "writeoff" // it is no longer owed
	SettleMove     = "move"     // it falls on another stay
)

// Settle decides about a posting that the PMS refused, or that fell on the
// wrong guest.
type Settle struct {
	Posting string `json:"posting"`
	Do      string `json:"do"`
	Stay    string `json:"stay,omitempty"` // move: whose it is
	Room    string `json:"room,omitempty"` // move: instead, who stays there now
	Reason  string `json:"reason,omitempty"`
}

func (a *applier) settle(s *Settle) error {
	switch s.Do {
	case SettleResend:
		return a.resend(s.Posting)
	case SettleWriteOff:
		return a.giveUp(s)
	case SettleMove:
		return a.movePosting(s)
	}
	return &Invalid{"posting", "do", "must be resend, writeoff or move", clip(s.Do)}
}

// refused gives a posting that the PMS has refused.
func (a *applier) refused(id string) (Posting, error) {
	p, known := a.tx.Posting(id)
	switch {
	case !known:
		return p, &Invalid{"posting", "id", "must be a posting that is kept", clip(id)}
	case !p.State.Parked():
		return p, &Invalid{"posting", "id", "is " + string(p.State) + ", and not refused", id}
	}
	return p, nil
}

// resend sends a refused posting again, under its own id and key: should the
// PMS have taken it after all, it knows it.
func (a *applier) resend(id string) error {
	p, err := a.refused(id)
	if err != nil {
		return err
	}
	return a.requeue(&Requeue{Call: p.Call})
}

// giveUp writes a refused posting off.
func (a *applier) giveUp(s *Settle) error {
	p, err := a.refused(s.Posting)
	if err != nil {
		return err
	}
	if _, ok := a.tx.Requeue(p.Call, true); !ok {
		return &Invalid{"posting", "id", "is being sent: wait", p.ID}
	}
	a.abandon(p, s.Reason)
	return nil
}

// requeue decides about a parked call. One that tells of a posting decides
// about it, too: dropped, it is written off, unless the PMS may have it.
func (a *applier) requeue(r *Requeue) error {
	q, ok := a.tx.Requeue(r.Call, r.Drop)
	if !ok {
		return &Invalid{"queue", "call", "must be parked or waiting, and not being sent", strconv.FormatUint(r.Call, 10)}
	}
	if q.Op != OpPosting {
		return nil
	}
	p, known := a.tx.Posting(q.Subject)
	if !known {
		return nil // retention took it
	}
	switch {
	case !r.Drop:
		return a.sendAgain(p)
	case q.State == CallUnknown:
		a.leaveUnclear(p, q.ID)
	default:
		a.abandon(p, "")
	}
	return nil
}

// writeOff takes a posting off its folio that the PMS never got; what was taken
// back of it before is there for what takes it back. What a correction took
// back stands again.
func (a *applier) writeOff(p Posting, reason string) {
	old := p
	p.State, p.Call, p.WrittenOff = PostingWrittenOff, 0, a.ev.Time
	if reason != "" {
		p.Reason = clip(reason)
	}
	a.restate(old, p)
	if first, known := a.tx.Posting(p.Corrects); known {
		stands := first
		stands.Back = Taken{first.Back.Quantity + p.Quantity, first.Back.Amount + p.Amount, first.Back.Tax + p.Tax}
		stands.TakenBy = without(first.TakenBy, []string{p.ID})
		a.restate(first, stands)
	}
}

// restate keeps a posting anew, and what it counts for now.
func (a *applier) restate(old, now Posting) {
	a.tx.PutPosting(now)
	was, is := old.Counts(), now.Counts()
	now.Quantity, now.Amount, now.Tax = is.Quantity-was.Quantity, is.Amount-was.Amount, is.Tax-was.Tax
	now.Time, now.Booked = a.ev.Time, time.Time{} // what was reported of its own day stands
	a.take(now, 0)
	a.addUp(now)
}

// movePosting puts a posting on another stay. What the PMS has is taken back
// there; what it refused it does not get.
func (a *applier) movePosting(s *Settle) error {
	p, err := a.correctable("posting", s.Posting)
	if err != nil {
		return err
	}
	stay, err := a.payer(s.Stay, s.Room)
	if err != nil {
		return err
	}
	switch {
	case stay.ID == p.Stay:
		return &Invalid{"posting", "stay", "is whose it is already", stay.ID}
	case p.Back.Quantity != 0 && p.State != PostingRefused:
		return &Invalid{"posting", "id", "was taken back in part: correct the rest, and post it anew", p.ID}
	}
	moved := p.rest()
	moved.Stay, moved.Room, moved.Late = stay.ID, stay.Room, stay.State == StayDeparted
	moved.Reason, moved.Refusal, moved.Call = clip(s.Reason), "", 0
	if p.State == PostingRefused {
		if err := a.giveUp(s); err != nil {
			return err
		}
	} else {
		a.takeBack(p, magnitude(p.Quantity), s.Reason, "")
	}
	a.moveCall(p, a.enter(moved))
	return nil
}

// moveCall has the record of a call name the posting that it is charged by now.
func (a *applier) moveCall(from, to Posting) {
	if from.Kind != PostingCall {
		return
	}
	legs := a.tx.Legs(from.CallID)
	if r, known := a.tx.Call(from.Event); known && from.CallID == "" {
		legs = append(legs, r)
	}
	for _, r := range legs {
		if r.Posting == from.ID {
			r.Posting, r.Payer, r.Assigned = to.ID, to.Stay, true
			a.tx.PutCall(r)
		}
	}
}

// payer is the stay that is named, or the one whose name stands on a room's
// telephones.
func (a *applier) payer(stay, room string) (Stay, error) {
	var s Stay
	if stay == "" {
		r, err := a.room("posting", room)
		if err != nil {
			return s, err
		}
		switch stay = r.Stay; {
		case stay == "" && r.LastStay != "":
			return s, &Invalid{"posting", "room", "is vacant: name the stay; the last was " + r.LastStay, room}
		case stay == "":
			return s, &Invalid{"posting", "room", "is vacant: name the stay", room}
		}
	}
	if !a.tx.Get(StayKey(stay), &s) {
		return s, &Invalid{"posting", "stay", "must be a stay that is kept", clip(stay)}
	}
	return s, nil
}

// Pay notes what a guest has paid, or with Back got back.
type Pay struct {
	Stay   string `json:"stay,omitempty"`
	Room   string `json:"room,omitempty"` // instead: who stays there now
	Amount int64  `json:"amount"`         // minor units, above zero
	Back   bool   `json:"back,omitempty"`
	How    string `json:"how,omitempty"` // in words: cash, card …
	Staff  string `json:"staff,omitempty"`
}

func (a *applier) pay(p *Pay) error {
	if p.Amount <= 0 || p.Amount > maxAmount {
		return &Invalid{"pay", "amount", "must be above zero, and not too large", strconv.FormatInt(p.Amount, 10)}
	}
	stay, err := a.payer(p.Stay, p.Room)
	if err != nil {
		return err
	}
	posting := Posting{
		Room: stay.Room, Stay: stay.ID, Kind: PostingPayment, Description: clip(p.How), Quantity: 1,
		Amount: -p.Amount, Currency: a.setup.Currency, Staff: clip(p.Staff), Late: stay.State == StayDeparted,
	}
	if p.Back {
		posting.Amount = p.Amount
	}
	a.enter(posting)
	return nil
}

// The commands about postings.
const (
	CommandCorrect     = "minibar correct"
	CommandResend      = "posting resend"
	CommandWriteOff    = "posting writeoff"
	CommandMovePosting = "posting move"
	CommandPay         = "folio pay"
)

func postingRules(ev *Event) []Effect {
	f := ev.Fields
	settle := func(do string) []Effect {
		return []Effect{{Settle: &Settle{Posting: f["posting"], Do: do, Stay: f["stay"], Room: ev.Room, Reason: f["reason"]}}}
	}
	switch ev.Name {
	case CommandResend:
		return settle(SettleResend)
	case CommandWriteOff:
		return settle(SettleWriteOff)
	case CommandMovePosting:
		return settle(SettleMove)
	case CommandPay:
		amount, err := strconv.ParseInt(f["amount"], 10, 64)
		if err != nil {
			amount = 0 // is refused
		}
		return []Effect{{Pay: &Pay{Stay: f["stay"], Room: ev.Room, Amount: amount, Back: said(ev, "back"), How: f["how"], Staff: f["staff"]}}}
	default:
		quantity, err := strconv.Atoi(f["quantity"])
		if err != nil && f["quantity"] != "" {
			quantity = -1 // is refused
		}
		return []Effect{{Correct: &Correct{Posting: f["posting"], Quantity: quantity, Reason: f["reason"], Staff: f["staff"]}}}
	}
}
