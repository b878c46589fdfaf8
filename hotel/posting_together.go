package hotel

// What takes a posting back goes with it: the PMS has nothing to take back of
// what it does not have. A correction that was made while the first was on its
// way is parked with it when that is refused (the store does so in the
// commit that learns of it), and whatever a person then decides is decided about
// both.

// together visits the corrections of a posting that the PMS does not have either.
func (a *applier) together(p Posting, visit func(Posting) error) error {
	for _, id := range p.TakenBy {
		c, known := a.tx.Posting(id)
		if !known || c.State != PostingPending && c.State != PostingRefused {
			continue
		}
		if err := visit(c); err != nil {
			return err
		}
	}
	return nil
}

// sendAgain lets a posting whose call is back in its lane be on its way again,
// and behind it what takes it back.
func (a *applier) sendAgain(p Posting) error {
	first, corrects := a.tx.Posting(p.Corrects)
	if corrects && first.State != PostingPosted && first.State != PostingPending {
		return &Invalid{"posting", "id", "takes back " + first.ID + ", which is " + string(first.State) + ": decide about that one", p.ID}
	}
	p.State, p.Refusal, p.Call = PostingPending, "", 0
	a.tx.PutPosting(p)
	return a.together(p, func(c Posting) error {
		if c.State != PostingRefused {
			return nil // it waits behind it
		}
		return a.requeue(&Requeue{Call: c.Call})
	})
}

// leaveUnclear keeps a posting for a person whose call was given up, but may have
// arrived. What takes it back waits for the same word.
func (a *applier) leaveUnclear(p Posting, call uint64) {
	p.State, p.Refusal, p.Call = PostingUnclear, Because(ReasonMayBeThere), call
	a.tx.PutPosting(p)
	_ = a.together(p, func(c Posting) error { // no visit fails
		why := Because(ReasonFirstUnclear, p.ID)
		if call, waits := a.tx.Withdraw(c, why); waits {
			c.State, c.Refusal, c.Call = PostingRefused, why, call
			a.tx.PutPosting(c)
		}
		return nil
	})
}

// abandon writes a posting off whose call has ended, and what takes it back: both
// are as if they had never been.
func (a *applier) abandon(p Posting, reason string) {
	_ = a.together(p, func(c Posting) error { // no visit fails
		if c.State == PostingPending {
			a.tx.Withdraw(c, "")
		} else {
			a.tx.Requeue(c.Call, true)
		}
		a.writeOff(c, "")
		return nil
	})
	if now, known := a.tx.Posting(p.ID); known {
		p = now // nothing is taken back of it any more
	}
	a.writeOff(p, reason)
}

// rest is what is left of a posting, as one of which nothing was taken back.
func (p Posting) rest() Posting {
	p.Quantity, p.Amount, p.Tax = p.Quantity-p.Back.Quantity, p.Amount-p.Back.Amount, p.Tax-p.Back.Tax
	p.Back, p.TakenBy = Taken{}, nil
	return p
}
