package hotel

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func smsSetup(perDay int) Setup {
	s := noPMS
	s.SMS = SMSSetup{Able: true, Trunk: true, PerDay: perDay}
	return s
}

// A message is queued once, and expires.
func TestSMSIsQueued(t *testing.T) {
	tx := smallHotel()
	apply(t, tx, smsSetup(9), Effect{SMS: &SendSMS{To: "+8613912345678", Text: "你好", Room: "101", Answer: true}},
		Effect{SMS: &SendSMS{To: "110", Text: "x", ExpireAfter: time.Minute}})
	if len(tx.queued) != 2 {
		t.Fatalf("%+v", tx.queued)
	}
	c := tx.queued[0]
	var body SMS
	if err := json.Unmarshal(c.Body, &body); err != nil || body.To != "+8613912345678" || body.Text != "你好" {
		t.Errorf("%s, %v", c.Body, err)
	}
	if c.To != ToSMS || c.Kind != Once || c.Lasts != time.Hour || !c.Answer || c.Room != "101" || tx.queued[1].Lasts != time.Minute {
		t.Errorf("%+v", tx.queued)
	}
}

// What cannot be sent is told with its text.
func TestSMSThatCannotBeSent(t *testing.T) {
	able := smsSetup(9)
	for name, c := range map[string]struct {
		setup Setup
		why   string
	}{
		"no PBX for it": {noPMS, "this PBX cannot be told to send text messages"},
		"no line":       {Setup{SMS: SMSSetup{Able: true, PerDay: 9}}, "no line for text messages is set"},
		"none a day":    {smsSetup(0), "0 were sent today"},
	} {
		tx := smallHotel()
		apply(t, tx, c.setup, Effect{SMS: &SendSMS{To: "12345", Text: "fire"}})
		alerts := openAlerts(tx)
		if len(tx.queued) > 0 || len(alerts) != 1 || alerts[0].Code != AlertSMS || !strings.Contains(alerts[0].Text("en"), c.why) || !strings.Contains(alerts[0].Text("en"), "fire") {
			t.Errorf("%s: %+v, %+v", name, tx.queued, alerts)
		}
	}
	for rule, s := range map[string]SendSMS{
		"3 to 20 digits": {To: "12-34", Text: "x"}, "1 to 500 bytes": {To: "1234"}, "bytes": {To: "1234", Text: strings.Repeat("x", MaxSMS+1)},
		"seconds": {To: "1234", Text: "x", ExpireAfter: 25 * time.Hour},
	} {
		if err := hookWants(t, smallHotel(), Event{Kind: KindCron}, able, Effect{SMS: &s}); err == nil || !strings.Contains(err.Error(), rule) {
			t.Errorf("%+v: %v, want %s", s, err, rule)
		}
	}
}

// A hook that runs wild sends so many on a day of the hotel, and no more.
func TestSMSADay(t *testing.T) {
	tx := &timedTx{memTx: smallHotel()}
	setup := smsSetup(3)
	setup.Zone = time.FixedZone("CST", 8*3600)
	tx.now = time.Date(2026, 3, 1, 15, 59, 0, 0, time.UTC) // 23:59
	for range 5 {
		apply(t, tx, setup, Effect{SMS: &SendSMS{To: "1234", Text: "x"}})
	}
	if n := TextedOn(tx, "2026-03-01"); len(tx.queued) != 3 || n != 3 || TextedOn(tx, "2026-03-02") != 0 {
		t.Errorf("%d are queued, %d are counted", len(tx.queued), n)
	}
	tx.now = tx.now.Add(2 * time.Minute)
	apply(t, tx, setup, Effect{SMS: &SendSMS{To: "1234", Text: "x"}})
	if len(tx.queued) != 4 {
		t.Errorf("the next day: %d are queued", len(tx.queued))
	}
}

// An alert goes to a number when it opens, and not when it is counted.
func TestAlertBySMS(t *testing.T) {
	tx := smallHotel()
	alert := Effect{Alert: &RaiseAlert{Code: AlertHook, Room: "101", SMS: "+861", Params: map[string]string{"text": strings.Repeat("水", 300), "hook": "t.lua"}}}
	alert.Alert.SMS = "+86139"
	apply(t, tx, smsSetup(9), alert, alert)
	if len(tx.queued) != 1 {
		t.Fatalf("%+v", tx.queued)
	}
	var body SMS
	if err := json.Unmarshal(tx.queued[0].Body, &body); err != nil || !strings.HasPrefix(body.Text, "101: ") || len(body.Text) > MaxSMS || len(body.Text) < MaxSMS-6 || strings.Contains(body.Text, "\uFFFD") {
		t.Errorf("%s, %v", tx.queued[0].Body, err)
	}
	tx = smallHotel()
	apply(t, tx, noPMS, alert)
	if codes := openAlerts(tx); len(codes) != 2 || len(tx.queued) != 0 {
		t.Errorf("a PBX that cannot: %+v", codes)
	}
}
