package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"bellhop/api"
	"bellhop/dialplan"
	"bellhop/hotel"
	"bellhop/site"
)

// proofEvery is how often the agent is asked for the event.
const proofEvery = 500 * time.Millisecond

// afterwards says what was done and what a person has to do, and sees the
// telephone that proves it.
func (w *worksite) afterwards(done applied, proof *uint64) error {
	if done.Run == "" {
		fmt.Fprintln(w.err, w.text("done.none"))
	} else {
		fmt.Fprintln(w.err, w.text("done.put", done.Put, done.Sent, done.Run))
	}
	if w.opt.noProof {
		fmt.Fprintln(w.err, w.text("done.to-do", site.ApplyByHand(w.opt.lang)))
		fmt.Fprintln(w.err, w.wayBack())
		return nil
	}
	fmt.Fprintln(w.err, w.wayBack())
	event, err := w.seePhone()
	if err != nil {
		return w.fails("proof.not", err)
	}
	*proof = event.ID
	return w.tryByHand()
}

// seePhone waits until a telephone has dialled one of the services.
func (w *worksite) seePhone() (hotel.Event, error) {
	client := api.NewClient(w.cfg.API.Socket)
	var newest []hotel.Event
	err := client.Get(w.ctx, "/v1/events?limit=1&last=1", &newest)
	if errors.Is(err, api.ErrNotRunning) {
		return hotel.Event{}, errors.New(w.text("proof.agent"))
	}
	if err != nil {
		return hotel.Event{}, err
	}
	var after uint64
	if len(newest) > 0 {
		after = newest[0].ID
	}
	fmt.Fprintln(w.err, "\n"+w.text("proof.now", w.opt.within, site.ApplyByHand(w.opt.lang), w.toDial(w.files.Services)))
	event, err := w.await(client, after)
	if err != nil {
		return event, err
	}
	who := w.text("proof.room", event.Room)
	if event.Room == "" {
		who = w.text("proof.phone", event.Extension)
	}
	fmt.Fprintln(w.err, w.text("proof.seen", plain(who), plain(event.Digits), event.ID))
	return event, nil
}

func (w *worksite) await(client *api.Client, after uint64) (hotel.Event, error) {
	terminal := onTerminal(w.err)
	for began := time.Now(); ; {
		var some []hotel.Event
		if err := client.Get(w.ctx, fmt.Sprintf("/v1/events?limit=100&after=%d", after), &some); err != nil {
			return hotel.Event{}, err
		}
		for _, e := range some {
			after = e.ID
			if isService(w.files.Services, e) {
				if terminal {
					fmt.Fprint(w.err, "\r\x1b[K")
				}
				return e, nil
			}
		}
		left := w.opt.within - time.Since(began)
		if left <= 0 {
			return hotel.Event{}, errors.New(w.text("proof.none", w.opt.within, w.config))
		}
		if terminal {
			fmt.Fprintf(w.err, "\r\x1b[K  %s ", w.text("proof.left", left.Round(time.Second)))
		}
		select {
		case <-w.ctx.Done():
			return hotel.Event{}, w.ctx.Err()
		case <-time.After(min(left, proofEvery)):
		}
	}
}

// isService tells whether a report comes from a dialogue of ours.
func isService(s dialplan.Services, e hotel.Event) bool {
	for _, number := range s.DialledNumbers() {
		if strings.HasPrefix(e.Digits, number+"*") {
			return true
		}
	}
	return false
}

// toDial says what to dial as a proof: the service that changes least.
func (c *call) toDial(s dialplan.Services) string {
	if code := s.Codes.Housekeeping; code != "" && len(s.Keys) > 0 {
		press := s.Keys[0].Press
		for _, k := range s.Keys {
			if k.Status == "01" {
				press = k.Press
			}
		}
		return c.text("proof.press", code, press)
	}
	return c.text("proof.dial", s.DialledNumbers()[0])
}

// tryByHand asks for what only ears can tell: that other calls are as ever.
func (w *worksite) tryByHand() error {
	for _, try := range []string{
		w.text("proof.desk"),
		w.text("proof.out"),
	} {
		if w.opt.yes || !asks() {
			fmt.Fprintln(w.err, w.text("proof.try", try))
			continue
		}
		err := w.confirm(question{ask: try, no: w.fails("proof.broken", w.wayBack()).Error()})
		if err != nil {
			return err
		}
	}
	fmt.Fprintln(w.err, w.text("proof.done"))
	return nil
}
