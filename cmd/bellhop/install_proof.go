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
		fmt.Fprintln(w.err, "Every file is as it should be; nothing was sent.")
	} else {
		fmt.Fprintf(w.err, "Installed and read back: %d files, %d bytes sent (run %s).\n", done.Put, done.Sent, done.Run)
	}
	if w.opt.noProof {
		fmt.Fprintf(w.err, "Still to do: %s\n%s\n", site.ApplyByHand, w.wayBack())
		return nil
	}
	fmt.Fprintln(w.err, w.wayBack())
	event, err := w.seePhone()
	if err != nil {
		return fmt.Errorf("install apply: the files are there, but not proven: %w", err)
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
		return hotel.Event{}, errors.New("the agent does not run, so that nobody sees what telephones dial. Start it (\"bellhop run\") and run \"bellhop install apply\" again: it sends nothing twice, and waits for a telephone (--no-proof: it does not)")
	}
	if err != nil {
		return hotel.Event{}, err
	}
	var after uint64
	if len(newest) > 0 {
		after = newest[0].ID
	}
	fmt.Fprintf(w.err, "\nNow prove it, within %s:\n  1. %s\n  2. %s\nWaiting for that telephone; Ctrl-C ends it.\n", w.opt.within, site.ApplyByHand, toDial(w.files.Services))
	event, err := w.await(client, after)
	if err != nil {
		return event, err
	}
	who := "room " + event.Room
	if event.Room == "" {
		who = "extension " + event.Extension + ", which is no room's yet (bellhop rooms import),"
	}
	fmt.Fprintf(w.err, "Seen: %s dialled %s (event %d).\n", plain(who), plain(event.Digits), event.ID)
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
			return hotel.Event{}, fmt.Errorf("no telephone dialled a service within %s. Was Save and Apply clicked? Did the telephone speak? If it did, \"bellhop doctor\" says why its report does not come; if it did not, take it back: bellhop install rollback -c %s", w.opt.within, w.config)
		}
		if terminal {
			fmt.Fprintf(w.err, "\r\x1b[K  %s left ", left.Round(time.Second))
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
func toDial(s dialplan.Services) string {
	if code := s.Codes.Housekeeping; code != "" && len(s.Keys) > 0 {
		press := s.Keys[0].Press
		for _, k := range s.Keys {
			if k.Status == "01" {
				press = k.Press
			}
		}
		return fmt.Sprintf("Dial %s on a room's telephone, and when it has spoken press %s", code, press)
	}
	return fmt.Sprintf("Dial %s on a room's telephone, and follow what it says to the end", s.DialledNumbers()[0])
}

// tryByHand asks for what only ears can tell: that other calls are as ever.
func (w *worksite) tryByHand() error {
	for _, try := range []string{
		"Call the desk from that room: do both sides hear each other?",
		"Call a number outside from a telephone that may: does it ring there?",
	} {
		if w.opt.yes || !asks() {
			fmt.Fprintln(w.err, "To try by hand: "+try)
			continue
		}
		err := w.confirm(question{ask: try, no: "install apply: other calls do not work. " + w.wayBack()})
		if err != nil {
			return err
		}
	}
	fmt.Fprintln(w.err, "Done.")
	return nil
}
