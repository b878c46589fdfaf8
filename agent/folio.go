package agent

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"bellhop/hotel"
)

// ErrNoFolio says that the room or the stay is not known, or nobody stayed there.
var ErrNoFolio = errors.New("there is no such folio")

// ErrCurrencies says that postings are of several currencies, and have no sum.
var ErrCurrencies = errors.New("amounts of two currencies cannot be added up")

// OneCurrency tells whether postings can be added up: those from before somebody
// changed the hotel's currency cannot, and yen would stand on a bill as fen.
func (a *Agent) OneCurrency(postings []hotel.Posting) error {
	for _, p := range postings {
		if c := a.config.Hotel.Currency; p.Currency != "" && p.Currency != c {
			return fmt.Errorf("%w: posting %s is of %s %s, and hotel.currency is %s now. \"bellhop postings list\" shows each in its own; set hotel.currency back, or leave those of before out",
				ErrCurrencies, p.ID, hotel.FormatAmount(p.Amount, p.Currency), p.Currency, c)
		}
	}
	return nil
}

// FolioQuery says whose folio is wanted.
type FolioQuery struct {
	Stay string // one stay's; empty: by the room
	// Room is for all who stay there; when it is vacant for who left last.
	Room   string
	Joined bool // of several stays one bill
	// Language names things, zh or en; empty: as they were charged.
	Language string
}

// maxFolio bounds the postings on one bill.
const maxFolio = 20_000

// Folio gives the bills of a room's stays, or of one stay. The error is
// ErrNoFolio, ErrCurrencies, or of reading.
func (a *Agent) Folio(q FolioQuery) ([]hotel.Bill, error) {
	view := a.store.Snapshot()
	stays, err := folioStays(view, q, a.credit.Limit)
	if err != nil {
		return nil, err
	}
	var bills []hotel.Bill
	var all []hotel.Posting
	for i, s := range stays {
		postings, err := a.store.Folio(s.ID, "", maxFolio)
		if err != nil {
			return nil, fmt.Errorf("read the folio of %s: %w", s.ID, err)
		}
		if err := a.OneCurrency(postings); err != nil {
			return nil, err
		}
		if q.Joined {
			all = append(all, postings...)
		} else {
			bills = append(bills, hotel.NewBill(stays[i:i+1], postings, a.config.Hotel.Currency))
		}
	}
	if q.Joined {
		bills = []hotel.Bill{hotel.NewBill(stays, all, a.config.Hotel.Currency)}
	}
	for _, b := range bills {
		translate(view, b.Lines, q.Language)
	}
	return bills, nil
}

func folioStays(view hotel.View, q FolioQuery, limit int64) ([]hotel.BillStay, error) {
	ids := []string{q.Stay}
	if q.Stay == "" {
		var r hotel.Room
		if !view.Get(hotel.RoomKey(q.Room), &r) {
			return nil, fmt.Errorf("%w: %q is no room of the hotel", ErrNoFolio, q.Room)
		}
		ids = r.Stays()
		if len(ids) == 0 && r.LastStay != "" {
			ids = []string{r.LastStay}
		}
		if len(ids) == 0 {
			return nil, fmt.Errorf("%w: nobody has stayed in room %s", ErrNoFolio, q.Room)
		}
	}
	var stays []hotel.BillStay
	for _, id := range ids {
		s := hotel.BillStay{}
		if !view.Get(hotel.StayKey(id), &s.Stay) {
			return nil, fmt.Errorf("%w: no stay %q is kept", ErrNoFolio, id)
		}
		var guest hotel.GuestRecord
		view.Get(hotel.GuestKey(id), &guest)
		s.Name = guest.Name
		if s.State != hotel.StayDeparted {
			s.Allowance = hotel.AllowanceOf(view, id, limit)
		}
		stays = append(stays, s)
	}
	return stays, nil
}

// translate names what was taken from a minibar in the language that is wanted:
// where it was charged by a name that the item still has. A hook's own words stay,
// and so does the name of what had the code before.
func translate(view hotel.View, lines []hotel.BillLine, language string) {
	for i := range lines {
		l := &lines[i]
		var item hotel.Item
		if language == "" || l.Kind != hotel.PostingMinibar || !view.Get(hotel.ItemKey(l.Minibar, l.Item), &item) {
			continue
		}
		if l.Text == item.Name || l.Text == item.Names["zh"] || l.Text == item.Names["en"] {
			l.Text = item.NameIn(language)
		}
	}
}

// PostingQuery says which postings are wanted; what is empty is not asked for.
type PostingQuery struct {
	Room, Stay string
	States     []hotel.PostingState
	From, To   string // dates of the hotel, the first and the last, "2006-01-02"
	// Nobody is for charges that fall on no stay and that nobody has settled: all of
	// them, whatever an alert shows of the newest.
	Nobody bool
	// Decided is for those that were written off on these days, too.
	Decided bool
}

// FindPostings reads up to most postings, newest first.
func (a *Agent) FindPostings(q PostingQuery, most int) ([]hotel.Posting, error) {
	return a.store.FindPostings(most, func(p hotel.Posting) bool {
		return (q.Room == "" || p.Room == q.Room) && (q.Stay == "" || p.Stay == q.Stay) &&
			(len(q.States) == 0 || slices.Contains(q.States, p.State)) && (!q.Nobody || onNobody(p)) &&
			(q.spans(p.Day(a.zone)) || q.Decided && !p.WrittenOff.IsZero() && q.spans(p.WrittenOff.In(a.zone).Format(time.DateOnly)))
	})
}

func onNobody(p hotel.Posting) bool {
	return p.Stay == "" && p.Corrects == "" && p.State != hotel.PostingWrittenOff && p.Back.Quantity != p.Quantity
}

func (q PostingQuery) spans(day string) bool {
	return (q.From == "" || day >= q.From) && (q.To == "" || day <= q.To)
}

// maxPostedAtOnce is how many postings one order is looked for in: it has just
// been carried out.
const maxPostedAtOnce = 200

// PostedBy gives the postings that an order has made, the oldest first. They are
// known by when they were made, as an entry that is resolved is of the event with
// which it was entered.
func (a *Agent) PostedBy(event uint64) ([]hotel.Posting, error) {
	ev, err := a.store.Event(event)
	if err != nil {
		return nil, fmt.Errorf("read event %d: %w", event, err)
	}
	newest, err := a.store.FindPostings(maxPostedAtOnce, func(hotel.Posting) bool { return true })
	if err != nil {
		return nil, fmt.Errorf("read the postings of event %d: %w", event, err)
	}
	made := slices.DeleteFunc(newest, func(p hotel.Posting) bool { return !p.Made().Equal(ev.Time) })
	slices.Reverse(made)
	return made, nil
}
