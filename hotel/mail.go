package hotel

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// MailTo is the destination of calls that send a mail, and OpMail their Op.
const (
	MailTo = "mail"
	OpMail = "mail"
)

// Mail is the body of such a call: what it is about. The words are made when it
// is sent, of what the state then holds.
type Mail struct {
	Alerts []string `json:"alerts,omitempty"` // ids, the oldest first
	Report string   `json:"report,omitempty"` // its key in the state
}

// MailAlerts says which alerts are mailed.
type MailAlerts string

// Which alerts may be mailed. The zero value is none.
const (
	MailAllAlerts    MailAlerts = "all"
	MailUrgentAlerts MailAlerts = "urgent"
)

const (
	// mailExpiry: what happened a day ago is known without a mail.
	mailExpiry = 24 * time.Hour
	// mailGather is how long an alert waits for others to go with it, and
	// mailGatherUrgent how long those do that follow an urgent one.
	mailGather       = time.Minute
	mailGatherUrgent = 10 * time.Second
	// maxMailAlerts is how many alerts one mail may tell of.
	maxMailAlerts = 100
)

// prefixMailBatch begins the keys of what is gathered now, by its kind.
const prefixMailBatch = "mailbatch/"

// mailBatch is a mail that is being gathered: until it goes out, each alert
// that opens supersedes its call by one that tells of all of them.
type mailBatch struct {
	ID     uint64    `json:"id"`
	Closes time.Time `json:"closes"`
	Alerts []string  `json:"alerts,omitempty"`
}

// wakeUpAlerts begins the codes of alerts about wake-ups.
const wakeUpAlerts = "wakeup-"

// Urgent tells whether an alert cannot wait a minute to be mailed.
func (a Alert) Urgent() bool {
	return a.help() || a.Code == AlertDatabase || strings.HasPrefix(a.Code, wakeUpAlerts)
}

// help tells whether somebody has called for it.
func (a Alert) help() bool { return a.Code == AlertEmergency || a.Code == AlertNoHelp }

// AboutMail tells whether an alert says that mails do not go out. Such a one is
// never mailed: it would go out as little, and make the next.
func (a Alert) AboutMail() bool {
	return a.Code == AlertMail || a.Code == AlertMailAddress || a.Params["to"] == MailTo
}

// mailAlert queues the mail about an alert that has just been opened. A call
// for help goes alone and at once, other urgent ones with what follows within
// seconds, the rest by the minute.
func (a *applier) mailAlert(al Alert, asked bool) {
	wanted := a.setup.Mail && (asked || a.setup.MailAlerts == MailAllAlerts || a.setup.MailAlerts == MailUrgentAlerts && al.Urgent())
	switch {
	case !wanted || al.AboutMail():
	case al.help():
		a.queueMail(Mail{Alerts: []string{al.ID}}, QueuedCall{Urgency: Urgent})
	case al.Urgent():
		a.gather("urgent", al.ID, mailGatherUrgent, Urgent)
	default:
		a.gather("rest", al.ID, mailGather, Guest)
	}
}

// gather adds an alert to the mail of its kind that has not gone out yet, or
// begins one. The first urgent one does not wait: what follows it does.
func (a *applier) gather(kind, alert string, window time.Duration, u Urgency) {
	key, now := prefixMailBatch+kind, a.tx.Now()
	var b mailBatch
	open := a.tx.Get(key, &b) && now.Before(b.Closes) && b.Closes.Sub(now) <= window // else it has gone, or the clock was set
	switch {
	case open && slices.Contains(b.Alerts, alert):
		return // resolved and opened again since
	case open && len(b.Alerts) < maxMailAlerts:
		b.Alerts = append(b.Alerts, alert)
	case open: // the full one stays as it is
		b.ID, b.Alerts = a.tx.Next(), []string{alert}
	default:
		b = mailBatch{ID: a.tx.Next(), Closes: now.Add(window)}
		if u == Urgent {
			a.tx.Put(key, b)
			a.queueMail(Mail{Alerts: []string{alert}}, QueuedCall{Urgency: u})
			return
		}
		b.Alerts = []string{alert}
	}
	a.tx.Put(key, b)
	a.queueMail(Mail{Alerts: b.Alerts}, QueuedCall{
		Urgency: u, NotBefore: b.Closes, Supersedes: prefixMailBatch + strconv.FormatUint(b.ID, 10),
	})
}

// queueMail queues a mail; c says what its kind has beyond the usual. Each has
// a lane of its own: one that an address puts off holds up no other.
func (a *applier) queueMail(m Mail, c QueuedCall) {
	body, err := json.Marshal(m)
	if err != nil {
		panic("hotel: encode a mail: " + err.Error()) // our own types always encode
	}
	c.To, c.Op, c.Body, c.Kind, c.Lasts = MailTo, OpMail, body, Keyed, mailExpiry
	c.Lanes = []string{OpMail + "/" + strconv.FormatUint(a.tx.Next(), 10)}
	a.tx.Queue(c)
}
