package luahooks

import (
	"cmp"
	"fmt"
	"time"

	"bellhop/hotel"
)

// givePosting puts a posting on the folio of who stays in a room: posting 1203
// kind=minibar item=12 amount=1500 at=2026-03-02.
func (t *trial) givePosting(room string, f fields) error {
	amount, amountErr := f.whole("amount", 0)
	quantity, quantityErr := f.whole("quantity", 1)
	made, timeErr := t.madeAt(f)
	if err := firstError(amountErr, quantityErr, timeErr); err != nil {
		return err
	}
	p := hotel.Posting{
		ID: fmt.Sprintf("P%d", t.hotel.Next()), Room: room, Stay: f.text("stay"), Kind: cmp.Or(f.text("kind"), hotel.PostingOther), Item: f.text("item"),
		Minibar: f.text("minibar"), Description: f.text("description"), Quantity: int(quantity), Amount: amount, Currency: t.place.Setup.Currency,
		State: hotel.PostingState(cmp.Or(f.text("state"), string(hotel.PostingPosted))), Time: made, Staff: f.text("staff"),
	}
	if err := f.known("posting", []string{"amount", "quantity", "at", "stay", "kind", "item", "minibar", "description", "state", "staff"}); err != nil {
		return err
	}
	stay, err := t.whoStays(room)
	if err != nil {
		return err
	}
	p.Stay = cmp.Or(p.Stay, stay)
	t.hotel.PutPosting(p)
	return nil
}

// giveCall puts a call that was: call 1203 to=013912345678 talk=61 price=200.
func (t *trial) giveCall(room string, f fields) error {
	talk, talkErr := f.whole("talk", 0)
	duration, durationErr := f.whole("duration", talk)
	price, priceErr := f.whole("price", 0)
	made, timeErr := t.madeAt(f)
	if err := firstError(talkErr, durationErr, priceErr, timeErr); err != nil {
		return err
	}
	r := hotel.CallRecord{
		Event: t.hotel.Next(), Room: room, Stay: f.text("stay"), Time: made, Price: price, Why: f.text("why"), Number: f.text("number"), Destination: f.text("destination"),
		CDR: hotel.CDR{
			From: cmp.Or(f.text("from"), room), To: f.text("to"), Duration: int(duration), Talk: int(talk), Status: cmp.Or(f.text("status"), "ANSWERED"),
			Type: cmp.Or(f.text("type"), "Outbound"), DestLine: f.text("trunk"),
		},
	}
	if err := f.known("call", []string{"talk", "duration", "price", "at", "stay", "why", "number", "destination", "from", "to", "status", "type", "trunk"}); err != nil {
		return err
	}
	stay, err := t.whoStays(room)
	if err != nil {
		return err
	}
	r.Stay = cmp.Or(r.Stay, stay)
	t.hotel.PutCall(r)
	return nil
}

// madeAt is the time of what was; the present without it.
func (t *trial) madeAt(f fields) (time.Time, error) {
	text := f.text("at")
	if text == "" {
		return t.now.UTC(), nil
	}
	at, err := t.clock(text)
	return at.UTC(), err
}

// whoStays is the stay of a room, which is there and has a guest unless something
// else was said of it.
func (t *trial) whoStays(number string) (stay string, err error) {
	if number == "" {
		return "", errNoName
	}
	if !t.hotel.has(hotel.RoomKey(number)) {
		if err := t.giveRoom(number, fields{}); err != nil {
			return "", err
		}
	}
	var room hotel.Room
	t.hotel.Get(hotel.RoomKey(number), &room)
	return room.Stay, nil
}

// giveRate puts a rate into the tariff: rate 0139 price=0.30 connect=0.10.
func (t *trial) giveRate(prefix string, f fields) error {
	r := hotel.Rate{
		Prefix: prefix, Destination: f.text("destination"), Price: hotel.Exact(f.text("price")), Connect: hotel.Exact(f.text("connect")),
		Minimum: hotel.Exact(f.text("minimum")), Trunk: f.text("trunk"), From: f.text("from"), To: f.text("to"), Days: f.text("days"),
	}
	if err := f.known("rate", []string{"destination", "price", "connect", "minimum", "trunk", "from", "to", "days"}); err != nil {
		return err
	}
	if prefix == "" {
		return errNoName
	}
	if _, err := hotel.CheckRates([]hotel.Rate{r}); err != nil {
		return fmt.Errorf("rate %s: %w", prefix, err)
	}
	var list hotel.RateList
	t.hotel.Get(hotel.RateKey(prefix), &list)
	list.Rates = append(list.Rates, r)
	t.hotel.Put(hotel.RateKey(prefix), list)
	return nil
}
