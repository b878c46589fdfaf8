package hotel

import "time"

// HistoryQuery says which postings or calls are wanted. What is empty is not
// asked for.
type HistoryQuery struct {
	Room, Stay string
	Since      time.Time // made, or reported, then or later
	Most       int
}

// TakesPosting tells whether a posting is wanted.
func (q *HistoryQuery) TakesPosting(p *Posting) bool {
	return (q.Room == "" || p.Room == q.Room) && (q.Stay == "" || p.Stay == q.Stay) && !p.Made().Before(q.Since)
}

// TakesCall tells whether a call is wanted: of a stay what it pays, or was made in
// its room while it was there.
func (q *HistoryQuery) TakesCall(r *CallRecord) bool {
	return (q.Room == "" || r.Room == q.Room) && (q.Stay == "" || r.Stay == q.Stay || r.Payer == q.Stay) && !r.Time.Before(q.Since)
}

// Past tells whether a record of this time is too old.
func (q *HistoryQuery) Past(at time.Time) bool { return at.Before(q.Since) }

// History reads what is no part of the state: it is too much to be held in memory.
// It gives the newest records that are wanted, the newest first. more says that
// there may be others: only so many records are looked at.
type History interface {
	RecentPostings(q HistoryQuery) (list []Posting, more bool, err error)
	RecentCalls(q HistoryQuery) (list []CallRecord, more bool, err error)
}
