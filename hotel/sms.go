package hotel

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"time"
	"unicode/utf8"
)

// ToSMS is the destination of text messages that the PBX is to send, and OpSMS
// their Op.
const (
	ToSMS = "pbx-sms"
	OpSMS = "sms"
)

// SendSMS wants a text message sent, which costs money and is sent once.
type SendSMS struct {
	To     string `json:"to"` // digits, with a plus before a country code
	Text   string `json:"text"`
	Room   string `json:"room,omitempty"`
	Answer bool   `json:"answer,omitempty"` // what comes of it becomes an event
	// ExpireAfter is counted from the commit; 0: an hour.
	ExpireAfter time.Duration `json:"expireAfter,omitempty"`
}

// SMS is the body of such a call, SMSReply what the PBX said.
type (
	SMS struct {
		To   string `json:"to"`
		Text string `json:"text"`
	}
	SMSReply struct {
		ID string `json:"id"` // under which the PBX reports what became of it
	}
)

// SMSSetup says how text messages go out.
type SMSSetup struct {
	Able  bool // the PBX can send them
	Trunk bool // it is said by which line
	// PerDay is the most on one day of the hotel: a hook that runs wild costs money.
	PerDay int
}

const (
	// MaxSMS bounds a text, in bytes.
	MaxSMS      = 500
	smsLasts    = time.Hour
	maxSMSLasts = 24 * time.Hour
)

var smsNumber = regexp.MustCompile(`^\+?[0-9]{3,20}$`)

// IsSMSNumber tells whether a message can be sent to a number.
func IsSMSNumber(number string) bool { return smsNumber.MatchString(number) }

// smsKey is where it stands how many were sent today.
const smsKey = "sms/day"

type smsDay struct {
	Date  string `json:"date"`
	Count int    `json:"count"`
}

func (s *SendSMS) check() error {
	switch {
	case !IsSMSNumber(s.To):
		return &Invalid{"sms", "to", "must be 3 to 20 digits, with + before a country code", clip(s.To)}
	case s.Text == "" || len(s.Text) > MaxSMS:
		return &Invalid{"sms", "text", fmt.Sprintf("must have 1 to %d bytes", MaxSMS), strconv.Itoa(len(s.Text)) + " bytes"}
	case s.ExpireAfter < 0 || s.ExpireAfter > maxSMSLasts:
		return &Invalid{"sms", "expire", fmt.Sprintf("must be 1 to %d seconds", maxSMSLasts/time.Second), s.ExpireAfter.String()}
	}
	return nil
}

// sms queues a message. One that cannot be sent is told instead: who relied on it
// must know.
func (a *applier) sms(s *SendSMS) error {
	if err := s.check(); err != nil {
		return err
	}
	if why := a.mayText(); why != "" {
		return a.alert(&RaiseAlert{Code: AlertSMS, Room: s.Room, Params: map[string]string{"to": s.To, "text": s.Text, "why": why}})
	}
	body, err := json.Marshal(SMS{s.To, s.Text})
	if err != nil {
		panic("hotel: encode a message: " + err.Error()) // our own types always encode
	}
	c := QueuedCall{To: ToSMS, Op: OpSMS, Body: body, Room: s.Room, Lanes: []string{OpSMS + "/" + s.To}, Urgency: Guest, Kind: Once, Lasts: smsLasts, Answer: s.Answer}
	if s.ExpireAfter > 0 {
		c.Lasts = s.ExpireAfter
	}
	a.tx.Queue(c)
	return nil
}

// mayText counts a message of today; otherwise it says why it cannot be sent.
func (a *applier) mayText() (why string) {
	switch {
	case !a.setup.SMS.Able:
		return Because(ReasonNoSMS)
	case !a.setup.SMS.Trunk:
		return Because(ReasonNoSMSTrunk)
	}
	today := smsDay{Date: a.tx.Now().In(a.setup.zone()).Format(time.DateOnly)}
	var day smsDay
	if a.tx.Get(smsKey, &day) && day.Date == today.Date {
		today = day
	}
	if today.Count >= a.setup.SMS.PerDay {
		return Because(ReasonSMSOver, strconv.Itoa(a.setup.SMS.PerDay))
	}
	today.Count++
	a.tx.Put(smsKey, today)
	return ""
}

// TextedOn is how many messages were sent on a day, such as 2026-01-31, as far as
// that is the newest on which any were.
func TextedOn(v View, date string) int {
	var day smsDay
	if v.Get(smsKey, &day); day.Date != date {
		return 0
	}
	return day.Count
}

// textAlert sends an alert that has just been opened to a number.
func (a *applier) textAlert(al Alert, to string) error {
	if to == "" {
		return nil
	}
	text := al.Text(a.setup.Language)
	if al.Room != "" {
		text = al.Room + ": " + text
	}
	for len(text) > MaxSMS { // by whole characters
		_, last := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-last]
	}
	return a.sms(&SendSMS{To: to, Text: text, Room: al.Room})
}
