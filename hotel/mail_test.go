package hotel

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"
)

// timedTx is a state whose commits come when the test says.
type timedTx struct {
	*memTx
	now time.Time
}

func (tx *timedTx) Now() time.Time { return tx.now }

func mailSetup(which MailAlerts) Setup {
	s := withPMS
	s.Mail, s.MailAlerts = true, which
	return s
}

// raise opens alerts of a code, each of a room of its own from 1000 on.
func (tx *timedTx) raise(t *testing.T, setup Setup, code string, from, many int) {
	t.Helper()
	for n := from; n < from+many; n++ {
		apply(t, tx, setup, Effect{Alert: &RaiseAlert{Code: code, Room: fmt.Sprint(1000 + n)}})
	}
}

// mails are the calls that go out in the end: no later one supersedes them.
func (tx *timedTx) mails(t *testing.T) (list []QueuedCall, alerts [][]string) {
	t.Helper()
	lanes := map[string]bool{}
	for i, c := range tx.queued {
		if c.To != MailTo {
			continue
		}
		if len(c.Lanes) != 1 || lanes[c.Lanes[0]] {
			t.Errorf("it may have to wait for another: %+v", c)
		}
		lanes[c.Lanes[0]] = true
		if c.Op != OpMail || c.Kind != Keyed || c.Lasts != 24*time.Hour || c.Room != "" {
			t.Errorf("%+v", c)
		}
		superseded := slices.ContainsFunc(tx.queued[i+1:], func(later QueuedCall) bool {
			return c.Supersedes != "" && later.Supersedes == c.Supersedes
		})
		if superseded {
			continue
		}
		var m Mail
		must(json.Unmarshal(c.Body, &m))
		list, alerts = append(list, c), append(alerts, m.Alerts)
	}
	return list, alerts
}

func TestAlertsOfAMinuteAreOneMail(t *testing.T) {
	tx := &timedTx{smallHotel(), commitTime}
	setup := mailSetup(MailAllAlerts)
	tx.raise(t, setup, AlertWrongPIN, 0, 2)
	tx.now = commitTime.Add(59 * time.Second)
	tx.raise(t, setup, AlertWrongPIN, 1, 2) // one is open already
	tx.now = commitTime.Add(time.Minute)
	tx.raise(t, setup, AlertWrongPIN, 3, 1)
	mails, alerts := tx.mails(t)
	if len(mails) != 2 || len(alerts[0]) != 3 || len(alerts[1]) != 1 {
		t.Fatalf("%+v", mails)
	}
	for i, want := range []time.Duration{time.Minute, 2 * time.Minute} {
		if c := mails[i]; !c.NotBefore.Equal(commitTime.Add(want)) || c.Urgency != Guest {
			t.Errorf("%+v", c)
		}
	}
	for _, id := range slices.Concat(alerts...) {
		if record[Alert](tx.memTx, AlertKey(id)).Code != AlertWrongPIN {
			t.Errorf("%s is no alert", id)
		}
	}
}

// Whatever is gathered: each alert is told of in exactly one mail.
func TestFloodOfAlertsIsFewMails(t *testing.T) {
	tx := &timedTx{smallHotel(), commitTime}
	tx.raise(t, mailSetup(MailAllAlerts), AlertWrongPIN, 0, 1000)
	mails, alerts := tx.mails(t)
	told := slices.Concat(alerts...)
	slices.Sort(told)
	if len(mails) != 10 || len(told) != 1000 || len(slices.Compact(told)) != 1000 {
		t.Errorf("%d mails of %d alerts", len(mails), len(told))
	}
	for _, c := range tx.queued {
		if len(c.Body) > 2000 {
			t.Fatalf("the call has %d bytes", len(c.Body))
		}
	}
}

func TestUrgentAlertsDoNotWait(t *testing.T) {
	tx := &timedTx{smallHotel(), commitTime}
	setup := mailSetup(MailUrgentAlerts)
	tx.raise(t, setup, AlertWrongPIN, 0, 5) // nobody wants these
	tx.raise(t, setup, "wakeup-unanswered", 10, 100)
	tx.raise(t, setup, AlertEmergency, 200, 2)
	tx.now = tx.now.Add(10 * time.Second)
	tx.raise(t, setup, AlertDatabase, 300, 1)
	var sizes []int
	mails, alerts := tx.mails(t)
	for i, c := range mails {
		sizes = append(sizes, len(alerts[i]))
		if wait := !c.NotBefore.IsZero(); wait != (len(alerts[i]) > 1) || c.Urgency != Urgent {
			t.Errorf("mail %d: %+v", i, c)
		}
		if len(alerts[i]) > 1 && !c.NotBefore.Equal(commitTime.Add(10*time.Second)) {
			t.Errorf("gathered until %s", c.NotBefore)
		}
	}
	// One at once, those that follow joined, each call for help alone.
	if !slices.Equal(sizes, []int{1, 99, 1, 1, 1}) {
		t.Errorf("mails of %v alerts", sizes)
	}
}

// A clock that is set back leaves no mail waiting for an hour that does not come.
func TestClockSetBackBeginsAnotherMail(t *testing.T) {
	tx := &timedTx{smallHotel(), commitTime}
	setup := mailSetup(MailAllAlerts)
	tx.raise(t, setup, AlertWrongPIN, 0, 1)
	tx.now = commitTime.Add(-time.Hour)
	tx.raise(t, setup, AlertWrongPIN, 1, 1)
	mails, _ := tx.mails(t)
	if len(mails) != 2 || !mails[1].NotBefore.Equal(tx.now.Add(time.Minute)) {
		t.Errorf("%+v", mails)
	}
}

func TestNoMailOfAlerts(t *testing.T) {
	for name, c := range map[string]struct {
		setup Setup
		alert RaiseAlert
	}{
		"no server":               {withPMS, RaiseAlert{Code: AlertEmergency}},
		"reports alone":           {mailSetup("none"), RaiseAlert{Code: AlertEmergency}},
		"urgent alone":            {mailSetup(MailUrgentAlerts), RaiseAlert{Code: AlertOverdue}},
		"mail is refused":         {mailSetup(MailAllAlerts), RaiseAlert{Code: AlertRefused, Params: map[string]string{"to": MailTo}}},
		"mail expires":            {mailSetup(MailAllAlerts), RaiseAlert{Code: AlertExpired, Params: map[string]string{"to": MailTo}}},
		"mail is away":            {mailSetup(MailAllAlerts), RaiseAlert{Code: AlertUnreachable, Params: map[string]string{"to": MailTo}}},
		"mail must be mended":     {mailSetup(MailAllAlerts), RaiseAlert{Code: AlertMail, Params: map[string]string{"error": "x"}}},
		"an address is no longer": {mailSetup(MailAllAlerts), RaiseAlert{Code: AlertMailAddress, Params: map[string]string{"address": "x"}}},
	} {
		t.Run(name, func(t *testing.T) {
			tx := smallHotel()
			apply(t, tx, c.setup, Effect{Alert: &c.alert})
			if len(tx.queued) > 0 || len(openAlerts(tx)) != 1 {
				t.Errorf("%+v", tx.queued)
			}
		})
	}
}
