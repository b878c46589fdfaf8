package agent

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"bellhop/config"
	"bellhop/hotel"
	"bellhop/pms"
)

const mailSecret = "hush-hush"

func mailConfig() config.Mail {
	return config.Mail{
		Host: "mail.hotel.example", Port: 587, TLS: config.MailStartTLS, From: "bellhop@hotel.example",
		To: []string{"duty@hotel.example", "it@hotel.example"}, Alerts: config.MailAll,
	}
}

// post is a hotel whose agent runs within a synctest bubble and writes mails.
type post struct {
	*Agent
	t     *testing.T
	house *mailHouse
}

// atPost runs a hotel with a mail server that does all right; set changes that.
func atPost(t *testing.T, set func(*config.Config, *mailHouse, *MailServer), test func(p *post)) {
	synctest.Test(t, func(t *testing.T) {
		c := testConfig(t)
		c.Hotel.Name, c.Mail = "Harbour Inn", mailConfig()
		house := newMailHouse(t)
		house.tls = "starttls"
		server := &MailServer{Pin: house.pin(), Dial: house.cable.Dial}
		if set != nil {
			set(&c, house, server)
		}
		server.Config = c.Mail
		began := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC).Sub(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC))
		a, err := New(Options{
			Config: c, Mail: server, Log: slog.New(slog.DiscardHandler),
			Now: func() time.Time { return time.Now().Add(began) }, Synced: func() bool { return true },
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- a.Run(ctx) }()
		furnish(t, a)
		test(&post{a, t, house})
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		house.close()
	})
}

func (p *post) rest(long time.Duration) {
	p.house.mu.Lock()
	//lint:ignore SA2001 what the test has changed of the server is seen by who dials it next
	p.house.mu.Unlock()
	time.Sleep(long) // within the bubble
	synctest.Wait()
}

// raise opens an alert of the agent's own.
func (p *post) raise(code, room string, params ...string) {
	p.t.Helper()
	fields := map[string]string{"code": code}
	for pair := range slices.Chunk(params, 2) {
		fields[pair[0]] = pair[1]
	}
	ev := hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandReport, Room: room, Fields: fields}
	if _, err := p.Do(p.t.Context(), ev); err != nil {
		p.t.Fatal(err)
	}
	synctest.Wait()
}

// read takes a mail apart: its header, and its text decoded.
func read(t *testing.T, m gotMail) (mail.Header, string) {
	t.Helper()
	parsed, err := mail.ReadMessage(strings.NewReader(m.text))
	if err != nil {
		t.Fatalf("%v in %q", err, m.text)
	}
	body, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, parsed.Body))
	if err != nil {
		t.Fatalf("%v in %q", err, m.text)
	}
	return parsed.Header, string(body)
}

func decoded(t *testing.T, text string) string {
	t.Helper()
	plain, err := new(mime.WordDecoder).DecodeHeader(text)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

func (p *post) codes() (list []string) {
	for _, al := range p.Alerts() {
		list = append(list, al.Code)
	}
	slices.Sort(list)
	return list
}

func (p *post) waiting() uint64 { return p.Status().Store.Waiting }

func TestAlertIsMailed(t *testing.T) {
	atPost(t, nil, func(p *post) {
		p.raise(hotel.AlertWrongPIN, "103", "staff", "12")
		p.raise(hotel.AlertWrongPIN, "103", "staff", "12") // counted, and no mail
		p.rest(50 * time.Second)
		if n := len(p.house.mails()); n > 0 {
			t.Fatalf("%d mails before the minute is over", n)
		}
		p.rest(time.Hour)
		mails := p.house.mails()
		if len(mails) != 1 || mails[0].from != "bellhop@hotel.example" || !slices.Equal(mails[0].to, p.config.Mail.To) {
			t.Fatalf("%+v", mails)
		}
		head, text := read(t, mails[0])
		id := p.Alerts()[0].ID
		for name, want := range map[string]string{
			"From": `"Harbour Inn" <bellhop@hotel.example>`, "To": "<duty@hotel.example>, <it@hotel.example>",
			"Subject": "Harbour Inn: Three wrong PINs for staff number 12", "Auto-Submitted": "auto-generated",
		} {
			if got := head.Get(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		if date, err := head.Date(); err != nil || date.Format("15:04 -0700") != "20:00 +0800" {
			t.Errorf("date %s, %v", date, err)
		}
		want := "2026-11-21 20:00  room 103  (2 times)\nThree wrong PINs for staff number 12\nWhen it is dealt with: bellhop alerts resolve " + id + "\n"
		if got := strings.ReplaceAll(text, "\r\n", "\n"); !strings.HasPrefix(got, want) {
			t.Errorf("%q", got)
		}
		if len(p.codes()) != 1 || p.waiting() != 0 {
			t.Errorf("%q, %d waiting", p.codes(), p.waiting())
		}
	})
}

func TestMailInChinese(t *testing.T) {
	atPost(t, func(c *config.Config, _ *mailHouse, _ *MailServer) {
		c.Hotel.Name, c.Hotel.Language = "海港酒店", "zh"
	}, func(p *post) {
		p.raise(hotel.AlertEmergency, "103", "number", "119", "extension", "103")
		p.rest(0)
		mails := p.house.mails()
		if len(mails) != 1 {
			t.Fatalf("%+v", mails)
		}
		for line := range strings.Lines(mails[0].text) {
			if strings.Trim(line, "\t\r\n") != strings.Map(func(r rune) rune { return min(max(r, ' '), '~') }, strings.Trim(line, "\t\r\n")) || len(line) > 200 {
				t.Errorf("on the line: %q", line)
			}
		}
		head, text := read(t, mails[0])
		if got := decoded(t, head.Get("Subject")); got != "海港酒店: 紧急：紧急呼叫 119：103 房，无人入住" {
			t.Errorf("subject %q", got)
		}
		if from, err := mail.ParseAddress(head.Get("From")); err != nil || from.Name != "海港酒店" || from.Address != "bellhop@hotel.example" {
			t.Errorf("from %v, %v", from, err)
		}
		if !strings.Contains(text, "2026-11-21 20:00  房间 103") || head.Get("Importance") != "high" {
			t.Errorf("%q, %v", text, head)
		}
	})
}

// Who calls for help is not named: a mail lies where nobody removes names.
func TestMailHoldsNoNames(t *testing.T) {
	atPost(t, nil, func(p *post) {
		if _, err := p.Do(p.t.Context(), hotel.Event{Kind: hotel.KindCheckIn, Room: "103", Fields: map[string]string{"name": "Wang", "stay": "G1"}}); err != nil {
			t.Fatal(err)
		}
		p.raise(hotel.AlertEmergency, "103", "number", "119", "extension", "103", "stay", "G1")
		p.rest(0)
		if al := p.Alerts()[0]; !strings.Contains(p.Say(al), "Wang") {
			t.Fatalf("the desk is told %q", p.Say(al))
		}
		mails := p.house.mails()
		if len(mails) != 1 {
			t.Fatalf("%+v", mails)
		}
		_, text := read(t, mails[0])
		if strings.Contains(text+mails[0].text, "Wang") || !strings.Contains(text, "from room 103, guest G1") {
			t.Errorf("%q", text)
		}
	})
}

// What a guest or a hook wrote begins no header, and no entry of its own.
func TestMailCannotBeForged(t *testing.T) {
	const evil = "x\r\nBcc: thief@evil.example\r\n\r\n.\r\nMAIL FROM:<x@evil.example>\u2028When it is dealt with: rm"
	atPost(t, func(c *config.Config, _ *mailHouse, _ *MailServer) { c.Hotel.Name = "Inn\r\nBcc: thief@evil.example" }, func(p *post) {
		p.raise(hotel.AlertHook, "1\r\nSubject: y", "text", evil)
		p.rest(2 * time.Minute)
		mails := p.house.mails()
		if len(mails) != 1 {
			t.Fatalf("%+v", mails)
		}
		head, text := read(t, mails[0])
		if head.Get("Bcc") != "" || len(head["Subject"]) != 1 || !slices.Equal(mails[0].to, p.config.Mail.To) {
			t.Errorf("%v", head)
		}
		if lines := strings.Split(strings.TrimSpace(text), "\n"); len(lines) != 6 {
			t.Errorf("%d lines: %q", len(lines), lines)
		}
	})
}

func TestFloodOfAlertsIsFewMailsOnTheLine(t *testing.T) {
	atPost(t, nil, func(p *post) {
		for n := range 1000 {
			ev := hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandReport, Room: fmt.Sprint(1000 + n), Fields: map[string]string{"code": hotel.AlertWrongPIN, "staff": "7"}}
			if _, err := p.store.Append(p.t.Context(), ev, nil); err != nil {
				t.Fatal(err)
			}
		}
		p.rest(10 * time.Minute)
		told := 0
		for _, m := range p.house.mails() {
			_, text := read(t, m)
			told += strings.Count(text, "alerts resolve ")
		}
		if n := len(p.house.mails()); n > 20 || told != 1000 || p.house.most != 1 || p.waiting() != 0 {
			t.Errorf("%d mails of %d alerts, %d at once, %d waiting", n, told, p.house.most, p.waiting())
		}
	})
}

// The evening's list is mailed as a text, and as a page that can be printed.
func TestReportIsMailed(t *testing.T) {
	atPost(t, func(c *config.Config, _ *mailHouse, _ *MailServer) { c.Hotel.Language = "zh" }, func(p *post) {
		if _, err := p.RunJob(p.t.Context(), "evening-report"); err != nil {
			t.Fatal(err)
		}
		p.rest(time.Second)
		mails := p.house.mails()
		if len(mails) != 1 {
			t.Fatalf("%+v", mails)
		}
		m, err := mail.ReadMessage(strings.NewReader(mails[0].text))
		if err != nil {
			t.Fatal(err)
		}
		if got := decoded(t, m.Header.Get("Subject")); got != "Harbour Inn: 2026-11-22 叫醒清单" {
			t.Errorf("subject %q", got)
		}
		kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
		if err != nil || kind != "multipart/alternative" {
			t.Fatalf("%s, %v", kind, err)
		}
		parts := multipart.NewReader(m.Body, params["boundary"])
		for _, want := range []string{"text/plain 2026-11-22 叫醒清单\n\n没有叫醒。", "text/html <!DOCTYPE html>\n<html lang=\"zh\">"} {
			part, err := parts.NextPart()
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, part))
			kind, _, _ := strings.Cut(part.Header.Get("Content-Type"), ";")
			if got := strings.ReplaceAll(kind+" "+string(body), "\r\n", "\n"); err != nil || !strings.HasPrefix(got, want) {
				t.Errorf("%v, %q", err, got)
			}
		}
		if r, found := p.Report("evening", ""); !found || r.Date != "2026-11-21" || p.waiting() != 0 {
			t.Errorf("%+v, %d waiting", r, p.waiting())
		}
	})
}

// What the desk has dealt with before the mail goes out needs none.
func TestResolvedAlertIsNotMailed(t *testing.T) {
	atPost(t, nil, func(p *post) {
		p.raise(hotel.AlertWrongPIN, "103", "staff", "12")
		if _, err := p.Do(p.t.Context(), hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandResolve, Fields: map[string]string{"alert": p.Alerts()[0].ID}}); err != nil {
			t.Fatal(err)
		}
		p.rest(time.Hour)
		if p.house.dialed != 0 || p.waiting() != 0 {
			t.Errorf("%d calls, %d waiting", p.house.dialed, p.waiting())
		}
	})
}

// Whatever the server does, the mail arrives when it is well again, under the
// Message-ID of the first attempt, or a person is told; never by a mail.
func TestMailServerInTrouble(t *testing.T) {
	login := func(c *config.Config, h *mailHouse, m *MailServer) {
		c.Mail.Username, m.Password, h.password, h.ways = "u@hotel.example", mailSecret, mailSecret, "PLAIN LOGIN"
	}
	alerted := func(codes ...string) []string { return append(codes, hotel.AlertWrongPIN) }
	for name, c := range map[string]struct {
		set   func(c *config.Config, h *mailHouse, m *MailServer)
		mend  func(h *mailHouse)
		codes []string // open after an hour of trouble; nil: that of the test alone
		parks bool
		twice bool // the server has it twice
	}{
		"it hangs":              {set: func(_ *config.Config, h *mailHouse, _ *MailServer) { h.hangs = "MAIL" }, codes: []string{hotel.AlertUnreachable, hotel.AlertWrongPIN}},
		"it does not greet":     {set: func(_ *config.Config, h *mailHouse, _ *MailServer) { h.hangs = "greeting" }, codes: []string{hotel.AlertUnreachable, hotel.AlertWrongPIN}},
		"it says too much":      {set: func(_ *config.Config, h *mailHouse, _ *MailServer) { h.floods = true }, codes: []string{hotel.AlertUnreachable, hotel.AlertWrongPIN}},
		"busy":                  {set: func(_ *config.Config, h *mailHouse, _ *MailServer) { h.says["greeting"] = "421 busy" }, codes: []string{hotel.AlertUnreachable, hotel.AlertWrongPIN}},
		"closed for us":         {set: func(_ *config.Config, h *mailHouse, _ *MailServer) { h.says["greeting"] = "554 no service" }, codes: []string{hotel.AlertUnreachable, hotel.AlertWrongPIN}},
		"puts all off":          {set: func(_ *config.Config, h *mailHouse, _ *MailServer) { h.says["DATA"] = "451 later" }, codes: []string{hotel.AlertUnreachable, hotel.AlertWrongPIN}},
		"cut after the mail":    {set: func(_ *config.Config, h *mailHouse, _ *MailServer) { h.cuts = "." }, codes: []string{hotel.AlertUnreachable, hotel.AlertWrongPIN}, twice: true},
		"refuses the mail":      {set: func(_ *config.Config, h *mailHouse, _ *MailServer) { h.says["."] = "554 5.7.1 spam" }, codes: []string{hotel.AlertRefused, hotel.AlertWrongPIN}, parks: true},
		"refuses the sender":    {set: func(_ *config.Config, h *mailHouse, _ *MailServer) { h.says["MAIL"] = "550 5.7.1 not you" }, codes: []string{hotel.AlertRefused, hotel.AlertWrongPIN}, parks: true},
		"the wrong password":    {set: func(c *config.Config, h *mailHouse, m *MailServer) { login(c, h, m); h.password = "other" }, mend: func(h *mailHouse) { h.password = mailSecret }, codes: []string{hotel.AlertMail, hotel.AlertWrongPIN}},
		"a login is wanted":     {set: func(_ *config.Config, h *mailHouse, _ *MailServer) { h.password = mailSecret }, mend: func(h *mailHouse) { h.password = "" }, codes: []string{hotel.AlertMail, hotel.AlertWrongPIN}},
		"no way to log in":      {set: func(c *config.Config, h *mailHouse, m *MailServer) { login(c, h, m); h.ways = "XOAUTH2" }, mend: func(h *mailHouse) { h.ways = "LOGIN" }, codes: []string{hotel.AlertMail, hotel.AlertWrongPIN}},
		"no STARTTLS":           {set: func(_ *config.Config, h *mailHouse, _ *MailServer) { h.tls = "" }, mend: func(h *mailHouse) { h.tls = "starttls" }, codes: []string{hotel.AlertMail, hotel.AlertWrongPIN}},
		"nobody vouches for it": {set: func(_ *config.Config, _ *mailHouse, m *MailServer) { m.Pin = "" }, codes: []string{hotel.AlertMail, hotel.AlertWrongPIN}, parks: true},
		"another certificate":   {set: func(_ *config.Config, h *mailHouse, m *MailServer) { h.cert = ownCertificate(h.t) }, codes: []string{hotel.AlertMail, hotel.AlertWrongPIN}, parks: true},
		"the login is no longer allowed": {set: func(c *config.Config, h *mailHouse, m *MailServer) {
			login(c, h, m)
			h.says["AUTH"] = "534 5.7.9 app password"
		}, mend: func(h *mailHouse) {}, codes: []string{hotel.AlertMail, hotel.AlertWrongPIN}},
		"one address is gone": {set: func(_ *config.Config, h *mailHouse, _ *MailServer) {
			h.says["RCPT it@hotel.example"] = "550 5.1.1 no such"
		}, codes: []string{hotel.AlertMailAddress, hotel.AlertWrongPIN}},
		"one address puts it off": {set: func(_ *config.Config, h *mailHouse, _ *MailServer) { h.says["RCPT it@hotel.example"] = "452 full" }, codes: []string{hotel.AlertMailAddress, hotel.AlertWrongPIN}},
		"all addresses are gone": {set: func(_ *config.Config, h *mailHouse, _ *MailServer) {
			h.says["RCPT it@hotel.example"], h.says["RCPT duty@hotel.example"] = "550 gone", "550 gone"
		}, codes: []string{hotel.AlertRefused, hotel.AlertWrongPIN}, parks: true},
		"TLS from the start":       {set: func(c *config.Config, h *mailHouse, _ *MailServer) { c.Mail.TLS, h.tls = config.MailTLS, "tls" }},
		"in clear":                 {set: func(c *config.Config, h *mailHouse, _ *MailServer) { c.Mail.TLS, h.tls = config.MailPlain, "" }},
		"a login":                  {set: login},
		"a login by two questions": {set: func(c *config.Config, h *mailHouse, m *MailServer) { login(c, h, m); h.ways = "CRAM-MD5 LOGIN" }},
	} {
		t.Run(name, func(t *testing.T) {
			atPost(t, c.set, func(p *post) {
				p.raise(hotel.AlertWrongPIN, "103", "staff", "12")
				p.rest(time.Hour)
				codes := c.codes
				if codes == nil {
					codes = alerted()
				}
				slices.Sort(codes)
				if got := p.codes(); !slices.Equal(got, codes) {
					t.Errorf("alerts %q, want %q", got, codes)
				}
				for _, al := range p.Alerts() {
					if text := p.Say(al); strings.Contains(text, mailSecret) || strings.Contains(text, b64(mailSecret)) || strings.Contains(text, b64("\x00u@hotel.example\x00"+mailSecret)) {
						t.Errorf("the password is told: %s", text)
					}
				}
				if c.parks {
					if n := len(p.house.mails()); n > 0 {
						t.Errorf("%d mails arrived", n)
					}
					return
				}
				p.house.hangs, p.house.cuts, p.house.floods = "", "", false
				clear(p.house.says)
				if c.mend != nil {
					c.mend(p.house)
				}
				p.rest(time.Hour)
				p.whole(c.twice)
				if p.waiting() != 0 {
					t.Error("it still waits")
				}
			})
		})
	}
}

// whole checks that there is one mail, however often it came, and that nobody
// who is well got it twice.
func (p *post) whole(twice bool) {
	p.t.Helper()
	ids, times := map[string]bool{}, map[string]int{}
	for _, m := range p.house.mails() {
		head, _ := read(p.t, m)
		ids[head.Get("Message-Id")] = true
		for _, to := range m.to {
			times[to]++
		}
	}
	if len(ids) != 1 || times["duty@hotel.example"] == 0 || !twice && times["duty@hotel.example"] > 1 || twice && times["duty@hotel.example"] < 2 {
		p.t.Errorf("Message-IDs %v, got by %v", ids, times)
	}
}

// Nobody waits for an address that puts a mail off.
func TestFullMailboxHoldsNobodyUp(t *testing.T) {
	atPost(t, func(_ *config.Config, h *mailHouse, _ *MailServer) { h.says["RCPT it@hotel.example"] = "452 full" }, func(p *post) {
		p.raise(hotel.AlertEmergency, "103", "number", "119")
		p.rest(time.Second)
		p.raise(hotel.AlertEmergency, "104", "number", "119")
		p.rest(time.Second)
		if n := len(p.house.mails()); n != 2 {
			t.Errorf("%d mails", n)
		}
		clear(p.house.says)
		p.rest(10 * time.Minute)
		times := map[string]int{}
		for _, m := range p.house.mails() {
			for _, to := range m.to {
				times[to]++
			}
		}
		if times["duty@hotel.example"] != 2 || times["it@hotel.example"] != 2 || p.waiting() != 0 {
			t.Errorf("%v, %d waiting", times, p.waiting())
		}
	})
}

// A wrong password is tried every ten minutes, and told of once.
func TestWrongPasswordIsTriedSlowly(t *testing.T) {
	atPost(t, func(c *config.Config, h *mailHouse, m *MailServer) {
		c.Mail.Username, m.Password, h.password, h.ways = "u@hotel.example", mailSecret, "other", "PLAIN"
	}, func(p *post) {
		p.raise(hotel.AlertDatabase, "", "file", "x", "salvaged", "1")
		p.rest(65 * time.Minute)
		if p.house.dialed < 5 || p.house.dialed > 8 {
			t.Errorf("%d tries in 65 minutes", p.house.dialed)
		}
		for _, al := range p.Alerts() {
			if al.Code == hotel.AlertMail && (al.Count != 1 || !strings.Contains(p.Say(al), "535 5.7.8 wrong")) {
				t.Errorf("%+v: %s", al, p.Say(al))
			}
		}
	})
}

func TestMailExpiresAfterADay(t *testing.T) {
	atPost(t, func(_ *config.Config, h *mailHouse, _ *MailServer) { h.says["greeting"] = "421 busy" }, func(p *post) {
		p.raise(hotel.AlertWrongPIN, "103", "staff", "12")
		p.rest(25 * time.Hour)
		waiting, err := p.Calls("waiting", 10)
		if err != nil || !slices.Contains(p.codes(), hotel.AlertExpired) {
			t.Errorf("%q, %v", p.codes(), err)
		}
		for _, c := range waiting {
			if c.Urgency != hotel.Bulk { // the reports of the evening and the morning are younger
				t.Errorf("it still waits: %+v", c)
			}
		}
	})
}

func TestMailTest(t *testing.T) {
	atPost(t, func(_ *config.Config, h *mailHouse, _ *MailServer) { h.says["RCPT it@hotel.example"] = "550 no such" }, func(p *post) {
		tried, err := p.TryMail(p.t.Context())
		if err != nil || !slices.Equal(tried.Took, []string{"duty@hotel.example"}) || !strings.Contains(tried.Refused["it@hotel.example"], "550 no such") || tried.Error != "" {
			t.Errorf("%+v, %v", tried, err)
		}
		if s, ok := p.MailState(); !ok || s.Sent.IsZero() || s.Error != "" {
			t.Errorf("%+v, %v", s, ok)
		}
		p.house.says["greeting"] = "421 busy"
		p.rest(0)
		tried, err = p.TryMail(p.t.Context())
		if err != nil || tried.Error != "greeting: 421 busy" {
			t.Errorf("%+v, %v", tried, err)
		}
		p.house.hangs = "greeting"
		p.rest(0)
		tried, err = p.TryMail(p.t.Context())
		if err != nil || !strings.Contains(tried.Error, "not answered in time") {
			t.Errorf("%+v, %v", tried, err)
		}
		if s, _ := p.MailState(); s.Failed.IsZero() || s.Error == "" {
			t.Errorf("%+v", s)
		}
		if len(p.codes()) != 0 {
			t.Errorf("a test raises %q", p.codes())
		}
	})
}

func TestMailWithoutServer(t *testing.T) {
	for name, host := range map[string]string{"none is configured": "", "it could not be set up": "mail.hotel.example"} {
		t.Run(name, func(t *testing.T) {
			c := testConfig(t)
			c.Mail.Host = host
			a, _ := testAgent(t, c, nil)
			var order *OrderError
			if _, err := a.TryMail(t.Context()); !errors.As(err, &order) {
				t.Errorf("%v", err)
			}
			s, can := a.senderOf(hotel.MailTo)
			if can != (host == "") || (s == nil) == can {
				t.Errorf("%v, %v", s, can)
			}
			told := slices.ContainsFunc(a.Status().Missing, func(text string) bool { return strings.Contains(text, "no mail is sent") })
			if told != (host != "") {
				t.Errorf("%q", a.Status().Missing)
			}
		})
	}
}

func TestCertificateIsShownBeforeItIsTrusted(t *testing.T) {
	for _, way := range []string{config.MailStartTLS, config.MailTLS, config.MailPlain} {
		t.Run(way, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newMailHouse(t)
				h.tls = way
				m := MailServer{Config: mailConfig(), Dial: h.cable.Dial}
				m.Config.TLS, m.Config.Username, m.Password = way, "u", mailSecret
				sum, subject, err := m.Certificate(t.Context())
				if way == config.MailPlain {
					if err == nil || !strings.Contains(err.Error(), "not made safe") {
						t.Errorf("%v", err)
					}
				} else if sum != h.pin() || subject != "CN=mail.hotel.example" || err != nil {
					t.Errorf("%s %s %v", sum, subject, err)
				}
				h.close()
			})
		})
	}
}

func TestMailErrorsAreJudged(t *testing.T) {
	m := MailServer{Config: mailConfig(), Password: mailSecret}
	err := m.judge("x", fmt.Errorf("said %s and %s\x1b[2J%s", mailSecret, b64(mailSecret), strings.Repeat("长", 1000)), true)
	var retry *pms.Retry
	if !errors.As(err, &retry) || strings.Contains(err.Error(), mailSecret) || strings.Contains(err.Error(), b64(mailSecret)) || strings.Contains(err.Error(), "\x1b") || len(err.Error()) > 1000 {
		t.Errorf("%v", err)
	}
}
