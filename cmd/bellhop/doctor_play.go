package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"bellhop/agent"
	"bellhop/api"
	"bellhop/config"
	"bellhop/hotel"
	"bellhop/site"
	"bellhop/sounds"
)

const (
	// playWithin is how long a telephone may ring and the recording last.
	playWithin = 90 * time.Second
	playLook   = 300 * time.Millisecond
)

// playOn rings a room's telephone and plays a recording there: the one proof that
// the recordings are on the PBX and can be heard.
func (c *call) playOn(client *api.Client, cfg config.Config) error {
	prompt, err := c.promptToPlay(cfg)
	if err != nil {
		return fmt.Errorf("doctor: --play: %w", err)
	}
	if err := c.agreeToRing(client, prompt); err != nil {
		return err
	}
	query := url.Values{"room": {c.opt.play}, "prompt": {prompt}}
	var order api.Order
	if err := client.Post(c.ctx, "/v1/doctor/play?"+query.Encode(), nil, &order); err != nil {
		return fmt.Errorf("doctor: --play: %w", err)
	}
	fmt.Fprintf(c.err, "Room %s rings; pick up, and listen to the end. Ctrl-C ends the waiting.\n", c.opt.play)
	end, err := c.awaitEnd(client, order.Event)
	if err != nil {
		return fmt.Errorf("doctor: --play: %w", err)
	}
	if c.json {
		return showOne(c, end)
	}
	_, err = fmt.Fprintf(c.out, "%s was played in room %s to its end. If nobody heard it, the telephone's voicemail has taken the call\n", prompt, c.opt.play)
	return err
}

// promptToPlay is what was asked for, or the longest of those that a person has
// had to upload: the PBX's API plays no others, and one digit is soon missed.
func (c *call) promptToPlay(cfg config.Config) (string, error) {
	if c.opt.wake.prompt != "" {
		return c.opt.wake.prompt, nil
	}
	files, err := site.ForPBX(cfg)
	if err != nil {
		return "", err
	}
	own := slices.DeleteFunc(files.Uploads, func(f sounds.File) bool { return f.Lang != cfg.Hotel.Language })
	if len(own) > 0 {
		longest := slices.MaxFunc(own, func(x, y sounds.File) int { return cmp.Compare(len(x.Wav), len(y.Wav)) })
		return longest.Prompt.Name, nil
	}
	return "", errors.New("nothing that the config asks for is played by the PBX's API: name a recording by --prompt")
}

func (c *call) agreeToRing(client *api.Client, prompt string) error {
	var rooms []agent.RoomNow
	if err := client.Get(c.ctx, "/v1/rooms", &rooms); err != nil {
		return fmt.Errorf("doctor: --play: %w", err)
	}
	who := ""
	for _, r := range rooms {
		if r.Number == c.opt.play && r.Stay != "" {
			who = " Somebody stays there."
		}
	}
	what := fmt.Sprintf("room %s rings, and who picks up hears %s.%s", c.opt.play, prompt, who)
	return c.confirm(question{
		ask:      "The telephone of " + what + " Ring it?",
		no:       "doctor: --play: not rung",
		noOneYet: "doctor: --play: the telephone of " + what + " Agree to that with --yes",
	})
}

// awaitEnd waits until the PBX has reported that the recording was played, or
// until something says that it was not.
func (c *call) awaitEnd(client *api.Client, order uint64) (end hotel.Event, err error) {
	for began := time.Now(); time.Since(began) < playWithin; {
		var events []hotel.Event
		if err := client.Get(c.ctx, "/v1/events?limit=1000&after="+strconv.FormatUint(order, 10), &events); err != nil {
			return end, err
		}
		if end, over, err := endOfPlay(events, c.opt.play, order, c.opt.lang); over {
			return end, err
		}
		select {
		case <-c.ctx.Done():
			return end, c.ctx.Err()
		case <-time.After(playLook):
		}
	}
	return end, fmt.Errorf("the PBX has not reported within %s that it was played: nobody picked up, or reports do not come (\"bellhop doctor\")", playWithin)
}

// endOfPlay reads what came of an order to play something from the events since:
// that of the call, which the PBX names when it has placed it; its reports may
// stand before that.
func endOfPlay(events []hotel.Event, room string, order uint64, language string) (end hotel.Event, over bool, err error) {
	callID := ""
	for _, ev := range events {
		if ev.Cause != order {
			continue
		}
		switch ev.Kind {
		case hotel.KindRefused, hotel.KindExpired:
			return end, true, fmt.Errorf("it was not played: %s; \"bellhop events show %d\"", hotel.Said(cmp.Or(ev.Fields["error"], string(ev.Kind)), language), ev.ID)
		case hotel.KindDelivered:
			var reply hotel.RingReply
			_ = json.Unmarshal([]byte(ev.Fields["reply"]), &reply) // an odd one names no call
			if reply.Busy {
				return end, true, fmt.Errorf("it was not played: the telephone of room %s is in use", room)
			}
			callID = reply.CallID
		}
	}
	for _, ev := range events {
		if callID == "" || ev.CallID != callID && (ev.CallID != "" || ev.Room != room) {
			continue // a call of somebody else
		}
		switch {
		case ev.Kind == hotel.KindPromptEnd:
			return ev, true, nil
		case ev.Kind == hotel.KindCallFailed:
			return end, true, fmt.Errorf("it was not played: %s; \"bellhop events show %d\"", cmp.Or(ev.Fields["reason"], string(ev.Kind)), ev.ID)
		case ev.CDR != nil:
			return end, true, fmt.Errorf("it was not played to its end: the call ended (%s) after %d s", ev.CDR.Status, ev.CDR.Talk)
		}
	}
	return end, false, nil
}
