package agent

import (
	"bytes"
	"fmt"
	netmail "net/mail"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/wneessen/go-mail"

	"bellhop/config"
	"bellhop/hotel"
)

// letter is a mail in words.
type letter struct {
	id      string // the same over all attempts
	date    time.Time
	subject string
	text    string
	page    string // the same as HTML; empty: text alone
	urgent  bool
}

const (
	maxSubject = 120 // characters
	maxEntry   = 600 // of an alert's text
)

// compose makes the bytes that go over the line.
func (l letter) compose(from string, to []string, h config.Hotel, zone *time.Location) ([]byte, error) {
	m := mail.NewMsg(mail.WithEncoding(mail.EncodingB64), mail.WithNoDefaultUserAgent())
	m.FromMailAddress(&netmail.Address{Name: oneLine(h.Name, maxSubject), Address: from})
	if err := m.To(to...); err != nil {
		return nil, err
	}
	m.Subject(oneLine(l.subject, maxSubject))
	_, domain, _ := strings.Cut(from, "@")
	m.SetMessageIDWithValue(l.id + "@" + domain)
	m.SetDateWithValue(l.date.In(zone))
	m.SetGenHeader("Auto-Submitted", "auto-generated") // no answer from who is away
	if l.urgent {
		m.SetImportance(mail.ImportanceHigh)
	}
	m.SetBodyString(mail.TypeTextPlain, l.text)
	if l.page != "" {
		m.AddAlternativeString(mail.TypeTextHTML, l.page)
	}
	var b bytes.Buffer
	if _, err := m.WriteTo(&b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// oneLine makes one bounded line of a text: what a guest or a hook wrote begins no
// header and no entry of its own.
func oneLine(text string, most int) string {
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}

// letter writes what a call is about; false when nothing is left of that.
func (s *mailSender) letter(about hotel.Mail) (letter, bool) {
	view := s.view()
	if about.Report != "" {
		var r hotel.Report
		if !view.Get(about.Report, &r) {
			return letter{}, false
		}
		return letter{subject: s.headed(r.Title), text: ReportText(r), page: ReportPage(r, s.hotel)}, true
	}
	var open []hotel.Alert
	for _, id := range about.Alerts {
		var al hotel.Alert
		if view.Get(hotel.AlertKey(id), &al) {
			open = append(open, al)
		}
	}
	if len(open) == 0 {
		return letter{}, false
	}
	return s.ofAlerts(open), true
}

// headed is a subject: which hotel, and what.
func (s *mailSender) headed(what string) string {
	if s.hotel.Name == "" {
		return "Bellhop: " + what
	}
	return s.hotel.Name + ": " + what
}

// say picks the hotel's language.
func (s *mailSender) say(en, zh string) string {
	if s.hotel.Language == "zh" {
		return zh
	}
	return en
}

// ofAlerts tells of open alerts, without names of guests: a mail lies where no
// retention of ours reaches.
func (s *mailSender) ofAlerts(open []hotel.Alert) letter {
	var b strings.Builder
	l := letter{}
	for _, al := range open {
		l.urgent = l.urgent || al.Urgent()
		b.WriteString(s.entry(al) + "\n")
	}
	what := strconv.Itoa(len(open)) + s.say(" alerts", " 条警报")
	if len(open) == 1 {
		what = open[0].Text(s.hotel.Language)
	}
	if l.urgent {
		what = s.say("URGENT: ", "紧急：") + what
	}
	b.WriteString(s.say(
		"-- \nNames of guests are in no mail; \"bellhop alerts list\" shows what is known.\n",
		"-- \n邮件中不含客人姓名；详情请用 bellhop alerts list 查看。\n"))
	l.subject, l.text = s.headed(what), b.String()
	return l
}

// entry is one alert: when, where, what, and what to do.
func (s *mailSender) entry(al hotel.Alert) string {
	head := al.First.In(s.zone).Format("2006-01-02 15:04")
	if al.Room != "" {
		head += s.say("  room ", "  房间 ") + oneLine(al.Room, 50)
	}
	if al.Count > 1 {
		head += fmt.Sprintf(s.say("  (%d times)", "  （%d 次）"), al.Count)
	}
	done := s.say("When it is dealt with: ", "处理后请执行：") + "bellhop alerts resolve " + al.ID
	return head + "\n" + oneLine(al.Text(s.hotel.Language), maxEntry) + "\n" + done + "\n"
}

// test is a mail that tells of nothing.
func (s *mailSender) test() letter {
	now := s.now()
	return letter{
		id: "test-" + strconv.FormatInt(now.UnixNano(), 36), date: now,
		subject: s.headed(s.say("test mail", "测试邮件")),
		text:    s.say("This is a test: mails of Bellhop arrive here.\n", "这是一封测试邮件：可以收到 Bellhop 的邮件。\n"),
	}
}
