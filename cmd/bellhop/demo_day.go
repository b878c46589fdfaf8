package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"bellhop/agent"
	"bellhop/api"
	"bellhop/hotel"
	"bellhop/sim"
	"bellhop/site"
)

// day plays the steps of a hotel day and checks what came of each.
type day struct {
	*world
	c     *call
	calls int
	// charged is what the day has put on rooms, in minor units.
	charged map[string]int64
	// found is what the PBX's files held before anything was installed.
	found map[string]string
}

// step is one thing that happens. play makes it happen; what it returns is
// printed when seen says that it has come to its end.
type step struct {
	title string
	play  func(d *day) (result string, err error)
}

func playDay(c *call, w *world, steps []step) error {
	d := &day{world: w, c: c, charged: map[string]int64{}}
	for i, s := range steps {
		result, err := s.play(d)
		if err != nil && c.ctx.Err() != nil {
			return c.ctx.Err() // nothing failed: somebody ended it
		}
		if err != nil {
			fmt.Fprintf(c.out, "%2d/%d  %s\n       FAILED: %v\n", i+1, len(steps), s.title, err)
			return fmt.Errorf("demo: step %d failed; %s", i+1, d.logged())
		}
		fmt.Fprintf(c.out, "%2d/%d  %s\n       %s\n", i+1, len(steps), s.title, result)
	}
	lost := "nothing"
	if w.tcp {
		lost = "nothing but what came while there was no stream"
	}
	fmt.Fprintf(c.out, "\nThe day ended as it should: %s lost, nothing doubled.\n", lost)
	return nil
}

// logged says where the agent's log is, and shows its end: in a temporary
// folder it goes with the demo.
func (d *day) logged() string {
	text, err := os.ReadFile(d.path("bellhop.log"))
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	lines = lines[max(0, len(lines)-10):]
	return fmt.Sprintf("--dir FOLDER keeps the agent's log, which ends:\n%s", strings.Join(lines, "\n"))
}

func daySteps(tcp bool) []step {
	again := step{"The PBX loses the agent's answer and sends a minibar entry again", (*day).resent}
	away := step{"The PBX goes away and comes back; a guest has telephoned meanwhile", (*day).pbxAway}
	if tcp {
		again = step{"The event stream brings entries glued, in pieces, and behind a banner", (*day).pieces}
		away = step{"The event stream breaks; a guest has dialled and telephoned meanwhile", (*day).streamAway}
	}
	return []step{
		{"The box starts and logs in at the PBX, whose certificate is pinned", (*day).login},
		{"The installer puts dialplan and prompts on the PBX", (*day).install},
		{"The installer imports ten rooms and the minibar's price list", (*day).furnish},
		{"Guests check in to 1001 and 1002", (*day).arrivals},
		{"Phone 1001 shows its guest's name and may dial within the country", (*day).phoneOfGuest},
		{"Housekeeping dials 777*01 in room 1003: clean", (*day).housekeeping},
		{"Room 1001's minibar: 778*2*3, three beers", (*day).minibar},
		again,
		{"The PMS goes away; minibar and housekeeping go on", (*day).pmsAway},
		{"The box is restarted while the PMS is away", (*day).restart},
		{"The PMS comes back", (*day).pmsBack},
		{"The PMS takes a charge and its answer is lost", (*day).answerLost},
		away,
		{"A phone of no room dials, an item is unknown, a report is broken", (*day).oddities},
		{"Guests of 1001 and 1002 are to be woken; one of them sleeps on", (*day).wakeUps},
		{"The night's job runs and posts to the manager's own system", (*day).night},
		{"Room 1001 checks out; a late minibar entry falls on who has left", (*day).checkOut},
		{"Phone 1001 is as it was before the guest came, and may dial emergency numbers alone", (*day).phoneVacant},
		{"The books: every charge is at the PMS once, nothing waits", (*day).books},
		{"The doctor looks at all of it", (*day).doctor},
	}
}

func (d *day) status() (s agent.Status, err error) {
	err = d.client.Get(d.ctx, "/v1/status", &s)
	return s, err
}

// manager is a system of the hotel's own, to which a hook posts.
func (w *world) manager(ctx context.Context, ln net.Listener) error {
	srv := &http.Server{ReadHeaderTimeout: patience, Handler: http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(rw, `{"noted":true}`)
	})}
	context.AfterFunc(ctx, func() { _ = srv.Close() })
	if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func (d *day) login() (string, error) {
	err := d.until("the agent logs in", func() (bool, error) {
		_, ok := d.pbx.Registration()
		return ok, nil
	})
	if d.tcp {
		return "logged in over the API and at the event stream " + d.config.PBX.EventAddr, err
	}
	at, _ := d.pbx.Registration()
	return fmt.Sprintf("logged in; reports of form %s go to port %s", at.Version, at.Port), err
}

func (d *day) furnish() (string, error) {
	lists := benchHotel(10)
	lists.Items[1] = hotel.Item{Code: "2", Name: "Beer", Price: 2500, Max: 10}
	var order api.Order
	if err := d.client.Post(d.ctx, "/v1/import", lists, &order); err != nil {
		return "", err
	}
	tariff := hotel.NewTariff{Rates: []hotel.Rate{{Prefix: "0", Destination: "National", Price: "0.6"}}}
	err := d.client.Post(d.ctx, "/v1/tariff", tariff, &order)
	return fmt.Sprintf("done, as event %d", order.Event), err
}

func (d *day) arrivals() (string, error) {
	var order api.Order
	for _, room := range []string{"1001", "1002"} {
		guest := api.Stay{Room: room, Stay: "G" + room}
		if room == "1001" {
			guest.Name, guest.Class = "Müller & Söhne", "national"
		}
		if err := d.client.Post(d.ctx, "/v1/checkin", guest, &order); err != nil {
			return "", err
		}
	}
	err := d.client.Post(d.ctx, "/v1/checkin", api.Stay{Room: "1001"}, &order)
	if err == nil {
		return "", errors.New("a second check-in to 1001 was not refused")
	}
	return "done; a second check-in to 1001 is refused: " + err.Error(), nil
}

// dial lets the phone of a room dial a feature code.
func (d *day) dial(room, digits string) error {
	d.calls++
	id := sim.CallID(d.clock.now(), d.calls)
	return d.pbx.Push(d.ctx, sim.DTMF(d.pbx.Serial(), id, room, digits))
}

// taken waits until the PMS has taken so many messages of a room and type,
// and gives the newest.
func (d *day) taken(kind, room string, count int) (m sim.Received, err error) {
	err = d.until(fmt.Sprintf("the PMS is told %d times of %s of room %s", count, kind, room), func() (bool, error) {
		all := d.received(kind, room)
		if len(all) > count {
			return false, fmt.Errorf("it was told %d times, not %d", len(all), count)
		}
		if len(all) == count {
			m = all[count-1]
		}
		return len(all) == count, nil
	})
	return m, err
}

func (d *day) received(kind, room string) []sim.Received {
	return slices.DeleteFunc(d.pms.Received(), func(m sim.Received) bool { return m.Type != kind || m.Room != room })
}

func (d *day) housekeeping() (string, error) {
	if err := d.dial("1003", "777*01"); err != nil {
		return "", err
	}
	m, err := d.taken("housekeeping", "1003", 1)
	if err != nil {
		return "", err
	}
	var r hotel.StatusReport
	if err := json.Unmarshal(m.Data, &r); err != nil || r.Status != hotel.StatusClean || r.Occupied {
		return "", fmt.Errorf("the PMS was told %s (%w)", m.Data, err)
	}
	return fmt.Sprintf("the PMS is told: room 1003 %s and vacant, code %d (event %d)", r.Status, r.Code, m.Event), nil
}

// charge dials a minibar entry and counts what it must come to.
func (d *day) charge(room string, item, count int) error {
	prices := map[int]int64{1: 1000, 2: 2500, 3: 3000, 4: 4000, 5: 5000}
	d.charged[room] += prices[item] * int64(count)
	return d.dial(room, fmt.Sprintf("778*%d*%d", item, count))
}

// posting reads what the PMS was told of a charge.
func posting(m sim.Received) (p hotel.Posting, err error) {
	err = json.Unmarshal(m.Data, &p)
	return p, err
}

func (d *day) minibar() (string, error) {
	if err := d.charge("1001", 2, 3); err != nil {
		return "", err
	}
	m, err := d.taken("posting", "1001", 1)
	if err != nil {
		return "", err
	}
	p, err := posting(m)
	if err != nil || p.Amount != 7500 || p.Stay != "G1001" {
		return "", fmt.Errorf("the PMS was told %s (%w)", m.Data, err)
	}
	return fmt.Sprintf("the PMS is told: %d x %s, %s %s, on stay %s (event %d, key %s)", p.Quantity, p.Description, hotel.FormatAmount(p.Amount, p.Currency), p.Currency, p.Stay, m.Event, m.Key), nil
}

func (d *day) resent() (string, error) {
	d.pbx.LoseAnswers(1)
	if err := d.charge("1001", 1, 1); err != nil {
		return "", err
	}
	if err := d.pbx.Flush(d.ctx); err != nil {
		return "", err
	}
	if _, err := d.taken("posting", "1001", 2); err != nil {
		return "", err
	}
	var copied hotel.Event
	err := d.until("a copy is recognised", func() (bool, error) {
		var events []hotel.Event
		err := d.client.Get(d.ctx, "/v1/events?limit=100&last=1", &events)
		if at := slices.IndexFunc(events, func(e hotel.Event) bool { return e.DuplicateOf != 0 }); at >= 0 {
			copied = events[at]
		}
		return copied.ID != 0, err
	})
	return fmt.Sprintf("both are kept, event %d is known as a copy of %d: one charge", copied.ID, copied.DuplicateOf), err
}

func (d *day) pmsAway() (string, error) {
	before, err := d.status()
	if err != nil {
		return "", err
	}
	d.pms.Down(true)
	for _, entry := range []func() error{
		func() error { return d.charge("1002", 1, 1) },
		func() error { return d.charge("1002", 3, 2) },
		func() error { return d.dial("1004", "777*00") },
		func() error { return d.dial("1004", "777*01") },
	} {
		if err := entry(); err != nil {
			return "", err
		}
	}
	var s agent.Status
	err = d.until("the entries are kept and queued", func() (ok bool, err error) {
		s, err = d.status()
		return s.Kept >= before.Kept+4 && s.Store.Waiting >= 3 && s.Store.LastID == s.Store.Watermark, err
	})
	return fmt.Sprintf("every entry is kept; %d calls wait for the PMS", s.Store.Waiting), err
}

func (d *day) restart() (string, error) {
	before, err := d.status()
	if err != nil {
		return "", err
	}
	if err := d.stopAgent(); err != nil {
		return "", err
	}
	if err := d.startAgent(); err != nil {
		return "", err
	}
	after, err := d.status()
	if err == nil && after.Store.Waiting != before.Store.Waiting {
		err = fmt.Errorf("%d calls waited before, %d after", before.Store.Waiting, after.Store.Waiting)
	}
	return fmt.Sprintf("it is back, and the %d calls still wait", after.Store.Waiting), err
}

func (d *day) pmsBack() (string, error) {
	d.pms.Down(false)
	if _, err := d.taken("posting", "1002", 2); err != nil {
		return "", err
	}
	err := d.until("the PMS is told of room 1004", func() (bool, error) {
		all := d.received("housekeeping", "1004")
		if len(all) == 0 {
			return false, nil
		}
		var r hotel.StatusReport
		err := json.Unmarshal(all[len(all)-1].Data, &r)
		return r.Status == hotel.StatusClean, err
	})
	if err != nil {
		return "", err
	}
	first, err := posting(d.received("posting", "1002")[0])
	if err == nil && first.Item != "1" {
		err = errors.New("the charges of room 1002 came out of order")
	}
	return "both charges of 1002 arrive in order; of 1004's two statuses the newest counts", err
}

func (d *day) answerLost() (string, error) {
	d.pms.DropAnswer(1)
	if err := d.charge("1002", 4, 1); err != nil {
		return "", err
	}
	m, err := d.taken("posting", "1002", 3)
	if err != nil {
		return "", err
	}
	err = d.until("the charge is sent again", func() (bool, error) { return d.pms.Copies(m.Key) >= 2, nil })
	return fmt.Sprintf("it came %d times under one key, %s: one charge", d.pms.Copies(m.Key), m.Key), err
}

func (d *day) pbxAway() (string, error) {
	d.pbx.SetDown(true)
	if err := d.telephone("1002"); err != nil {
		return "", err
	}
	if _, err := d.status(); err != nil {
		return "", fmt.Errorf("the agent does not answer while the PBX is away: %w", err)
	}
	d.pbx.SetDown(false)
	if err := d.pbx.Flush(d.ctx); err != nil {
		return "", err
	}
	return d.callTaken("the call arrives late but whole")
}

// telephone ends an outbound call of a room.
func (d *day) telephone(room string) error {
	d.calls++
	start := d.clock.now().In(d.zone)
	return d.pbx.Push(d.ctx, sim.NewCdr(d.pbx.Serial(), sim.CDR{
		CallID: sim.CallID(start, d.calls), Start: start, From: room, To: "02112345678", Duration: 71, Talk: 65,
		DestTrunk: "Telecom", Status: "ANSWERED", Type: "Outbound", Pincode: "4711",
	}))
}

// callTaken waits until the PMS has taken the one call of the day.
func (d *day) callTaken(how string) (string, error) {
	m, err := d.taken("call", "1002", 1)
	if err != nil {
		return "", err
	}
	var r hotel.CallRecord
	const price = 120 // two minutes that have begun, at 0.60
	if err := json.Unmarshal(m.Data, &r); err != nil || r.Stay != "G1002" || r.Price != price {
		return "", fmt.Errorf("the PMS was told %s (%w)", m.Data, err)
	}
	d.charged["1002"] += price
	return fmt.Sprintf("%s: %s to %s, %d s, stay %s, %s CNY", how, r.CDR.From, r.CDR.To, r.CDR.Talk, r.Stay, hotel.FormatAmount(r.Price, "CNY")), nil
}

func (d *day) oddities() (string, error) {
	before, err := d.status()
	if err != nil {
		return "", err
	}
	if err := d.raw(`{"event":"DTMF","infos":` + "\n"); err != nil {
		return "", err
	}
	if err := d.dial("1999", "777*01"); err != nil {
		return "", err
	}
	if err := d.dial("1003", "778*77*1"); err != nil {
		return "", err
	}
	err = d.until("each makes an alert", func() (bool, error) {
		s, err := d.status()
		return s.Alerts >= before.Alerts+3, err
	})
	if err != nil {
		return "", err
	}
	var alerts []api.AlertAnswer
	err = d.client.Get(d.ctx, "/v1/alerts", &alerts)
	text := fmt.Sprintf("%d alerts for the desk:", len(alerts))
	for _, a := range alerts {
		text += "\n         - " + a.Text
	}
	return text, err
}

// raw sends a report as it is.
func (d *day) raw(body string) error {
	if d.tcp {
		return d.pbx.Push(d.ctx, []byte(body))
	}
	return pushRaw(d.config.PBX.EventListen, body)
}

// pushRaw sends a body as it is, which is answered 200 and kept.
func pushRaw(address, body string) error {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience))
	fmt.Fprintf(conn, "POST /bellhop HTTP/1.1\r\nHost: demo\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", len(body), body)
	answer := make([]byte, 12)
	if _, err := conn.Read(answer); err != nil || string(answer[9:]) != "200" {
		return fmt.Errorf("a broken report was answered %q (%w)", answer, err)
	}
	return nil
}

func (d *day) night() (string, error) {
	var order api.Order
	if err := d.client.Post(d.ctx, "/v1/cron/run", map[string]string{"name": "close-the-day"}, &order); err != nil {
		return "", err
	}
	var reply string
	err := d.until("the answer comes back as an event", func() (bool, error) {
		var events []hotel.Event
		err := d.client.Get(d.ctx, fmt.Sprintf("/v1/events?after=%d", order.Event), &events)
		for _, e := range events {
			if e.Kind == hotel.KindDelivered && e.Cause == order.Event {
				reply = e.Fields["reply"]
			}
		}
		return reply != "", err
	})
	return "delivered; the answer is an event of its own: " + reply, err
}

func (d *day) checkOut() (string, error) {
	var order api.Order
	if err := d.client.Post(d.ctx, "/v1/checkout", api.Stay{Room: "1001"}, &order); err != nil {
		return "", err
	}
	if err := d.charge("1001", 5, 1); err != nil {
		return "", err
	}
	m, err := d.taken("posting", "1001", 3)
	if err != nil {
		return "", err
	}
	p, err := posting(m)
	if err == nil && (p.Stay != "G1001" || !p.Late) {
		err = fmt.Errorf("the late charge went on stay %q", p.Stay)
	}
	return "the late charge is on the stay that has ended, and the desk is told", err
}

// shows waits until the PBX holds a name and outbound routes for phone 1001.
func (d *day) shows(name, routes string) (string, error) {
	var set map[string]string
	err := d.until("the PBX shows "+name, func() (bool, error) {
		x, _ := d.pbx.Extension("1001")
		set = x.Settings
		return set["username"] == name && set["selectoutroute"] == routes && set["dnd"] == "off" && len(x.Voicemails) == 0, nil
	})
	result := fmt.Sprintf("the PBX shows name %q, routes %q", set["username"], set["selectoutroute"])
	if err != nil {
		err = fmt.Errorf("%w; %s", err, result)
	}
	return result, err
}

func (d *day) phoneOfGuest() (string, error) {
	result, err := d.shows("Müller + Söhne", "Emergency,Local,National")
	if err != nil {
		return result, err
	}
	x, _ := d.pbx.Extension("1001")
	x.Settings["dnd"] = "on"
	x.Voicemails = []sim.Voicemail{{File: "msg0000.wav", From: "1002", Status: "unread", Date: time.Now(), Length: 7}}
	return result, d.pbx.SetExtension(x) // the guest is not to be disturbed, and somebody leaves a message
}

func (d *day) phoneVacant() (string, error) {
	result, err := d.shows("1001", "Emergency")
	return result + "; do-not-disturb and voicemail are gone", err
}

func (d *day) books() (string, error) {
	var s agent.Status
	err := d.until("everything is settled", func() (ok bool, err error) {
		s, err = d.status()
		return s.Store.Waiting == 0 && s.Store.LastID == s.Store.Watermark, err
	})
	if err != nil {
		return "", err
	}
	told := map[string]int64{}
	for _, m := range d.pms.Received() {
		if m.Type != "posting" {
			continue
		}
		p, err := posting(m)
		if err != nil {
			return "", err
		}
		told[p.Room] += p.Amount
	}
	var kept []hotel.Posting
	if err := d.client.Get(d.ctx, "/v1/postings", &kept); err != nil {
		return "", err
	}
	folio := map[string]int64{}
	for _, p := range kept {
		folio[p.Room] += p.Amount
		if p.State != hotel.PostingPosted {
			return "", fmt.Errorf("posting %s is %s", p.ID, p.State)
		}
	}
	for room, want := range d.charged {
		if told[room] != want || folio[room] != want {
			return "", fmt.Errorf("room %s: dialled %s, in the books %s, at the PMS %s", room, hotel.FormatAmount(want, "CNY"), hotel.FormatAmount(folio[room], "CNY"), hotel.FormatAmount(told[room], "CNY"))
		}
	}
	if s.Store.Parked != 0 || s.ParkedUnits != 0 {
		return "", fmt.Errorf("%d calls and %d units are parked", s.Store.Parked, s.ParkedUnits)
	}
	return fmt.Sprintf("%d postings, room by room the same here and there; %d events kept", len(kept), s.Store.Events), nil
}

// doctor is what "bellhop doctor" says: a hotel to look at has nothing red. The
// checks of the box are about the computer on which the demo is played.
func (d *day) doctor() (string, error) {
	var all []site.Finding
	if err := d.client.Post(d.ctx, "/v1/doctor", nil, &all); err != nil {
		return "", err
	}
	var yellow []string
	for _, f := range all {
		switch {
		case f.Result == site.Failed && !strings.HasPrefix(f.Check, "box."):
			return "", fmt.Errorf("%s: %s", f.Check, f.Text("en"))
		case f.Result == site.Failed, f.Result == site.Warning:
			yellow = append(yellow, f.Check)
		}
	}
	return fmt.Sprintf("%d checks, and none of the hotel is red; yellow: %s", len(all), strings.Join(yellow, ", ")), nil
}
