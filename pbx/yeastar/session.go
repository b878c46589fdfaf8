package yeastar

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"bellhop/pbx"
)

// The pauses of a session. The lock of the PBX lasts 10 minutes; single
// tries further apart than that never come to five wrong ones in a row.
const (
	heartbeatEvery = 5 * time.Minute
	heartbeatAgain = 20 * time.Second
	loginPause     = 10*time.Minute + 30*time.Second
)

// ErrPaused says that no login is tried yet: earlier ones were refused, or not
// answered.
var ErrPaused = errors.New("login is paused")

// Registration is where and how the PBX pushes its reports. It goes out
// whole with login and each heartbeat: a heartbeat without version puts the
// reports back to format 1.0.0 (API 2.0.0, Heartbeat).
type Registration struct {
	Address string // the agent's own, as the PBX sees it; empty: found with each call
	Port    string
	URL     string
	URLTag  string // 0: a path at Address and Port; 1: absolute
}

// Session keeps one login at a PBX. Set the fields, then use its methods.
type Session struct {
	Base         string  // such as https://192.0.2.1:8088
	API          Version // empty: V2
	HTTP         *http.Client
	User         string
	Password     string
	Registration Registration
	// TriesFile remembers refused logins over a restart; it may be empty.
	TriesFile string
	// ASCIINames: the telephones show no other names of extensions.
	ASCIINames bool

	gate      gate      // around what follows, and each login
	notBefore time.Time // when the next login may be tried
	refusal   error
	tries     tries

	mu        sync.Mutex
	token     string
	transport Transport
	learned   learned
	standing  standing
}

// Login makes sure that there is a token.
func (s *Session) Login(ctx context.Context) error {
	_, err := s.renew(ctx, "")
	return err
}

// renew gives a token other than stale. Many callers with one stale token make
// one login; who waits for it goes away when its ctx ends.
func (s *Session) renew(ctx context.Context, stale string) (string, error) {
	if token := s.tokenBut(stale); token != "" {
		return token, nil
	}
	if err := s.gate.enter(ctx); err != nil {
		return "", fmt.Errorf("log in: %w", &unanswered{err, false})
	}
	defer s.gate.leave()
	if token := s.tokenBut(stale); token != "" {
		return token, nil
	}
	token, err := s.login(ctx)
	if err != nil && !errors.Is(err, ErrPaused) {
		s.dropToken(stale)
	}
	return token, err
}

// prove logs in anew, to see whether user and password are still the PBX's.
// A login that is there goes on if this one fails.
func (s *Session) prove(ctx context.Context) error {
	if err := s.gate.enter(ctx); err != nil {
		return fmt.Errorf("log in: %w", &unanswered{err, false})
	}
	defer s.gate.leave()
	_, err := s.login(ctx)
	return err
}

// tokenBut is the token in use; empty if there is none but the stale one.
func (s *Session) tokenBut(stale string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.token == stale {
		return ""
	}
	return s.token
}

// login logs in if it may be tried now. The caller holds the gate.
func (s *Session) login(ctx context.Context) (string, error) {
	now := time.Now()
	if now.Before(s.notBefore) {
		return "", fmt.Errorf("log in: %w: %w", ErrPaused, s.refusal)
	}
	s.tries.use(s.TriesFile, s.User, s.Password)
	if s.tries.stopped() {
		return "", fmt.Errorf("log in: %w", s.stop())
	}
	if s.tries.spent(now) {
		return "", fmt.Errorf("log in: %w: %d tries came to nothing: %w", ErrPaused, maxTries, pbx.ErrRetry)
	}
	in := s.registration()
	in["username"], in["password"] = s.User, s.digest()
	delete(in, "ipaddr")
	out, err := s.post(ctx, "login", "", in)
	var number Errno
	if errors.As(err, &number) && number.stops() {
		s.notBefore, s.refusal = time.Now().Add(loginPause), number
		s.standing.refused(s.notBefore)
	}
	if err != nil {
		if !neverSent(err) {
			s.tries.add(doorAPI, now, number != 0 && !errors.Is(number, pbx.ErrRetry))
		}
		if number == ErrnoPassword {
			s.tries.wrong()
		}
		return "", fmt.Errorf("log in: %w", err)
	}
	s.tries.clear(doorAPI)
	token := out.scalar("token")
	if token == "" {
		return "", fmt.Errorf("log in: %w", &unanswered{errors.New("answer without token"), true})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.token, s.learned, s.transport = token, learned{}, Transport(out.scalar("transport"))
	s.standing.taken(token, s.transport)
	return token, nil
}

// stop says what a person is to do when no other try is made.
func (s *Session) stop() error {
	how := "set the right ones"
	if s.TriesFile != "" {
		how += fmt.Sprintf(", or delete %q to have these tried once more", s.TriesFile)
	}
	return fmt.Errorf("%w: the PBX has refused this user name and password, and a fifth try in a row may lock our address; %s: %w", ErrPaused, how, ErrnoPassword)
}

// neverSent tells whether the PBX cannot have counted the try.
func neverSent(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial" || errors.Is(err, ErrPin)
}

// registration spells urltag both ways, as API 1.1.0 and 2.0.0 differ.
func (s *Session) registration() map[string]string {
	r := s.Registration
	if r.Address == "" {
		r.Address = OwnAddress(s.Base)
	}
	return map[string]string{
		"ipaddr": r.Address, "port": r.Port, "version": s.reports(),
		"url": r.URL, "urltag": r.URLTag, "urlflag": r.URLTag,
	}
}

// OwnAddress is this computer's on the way to base, the address of a PBX; empty
// while there is no way there. Nothing is sent: the system only says which way
// it would go.
func OwnAddress(base string) string {
	u, err := url.Parse(base)
	if err != nil {
		return ""
	}
	conn, err := net.Dial("udp", net.JoinHostPort(u.Hostname(), "9"))
	if err != nil {
		return ""
	}
	defer conn.Close()
	host, _, err := net.SplitHostPort(conn.LocalAddr().String())
	if err != nil {
		return ""
	}
	return host
}

// ask makes one call with the session's token; when the PBX no longer knows
// the token it logs in once and tries once more.
func (s *Session) ask(ctx context.Context, endpoint string, in any) (node, error) {
	token, err := s.renew(ctx, "")
	if err != nil {
		return node{}, err
	}
	out, err := s.post(ctx, endpoint, token, in)
	var number Errno
	if !errors.As(err, &number) || !number.renews() {
		if err == nil {
			s.standing.good(token)
		}
		return out, err
	}
	s.standing.unknown(token)
	if token, err = s.renew(ctx, token); err != nil {
		return node{}, err
	}
	return s.post(ctx, endpoint, token, in)
}

// call is ask for what not every PBX has: one that says so is believed, and
// not asked again with this login.
func (s *Session) call(ctx context.Context, endpoint string, in any) (node, error) {
	if s.lacks(endpoint) {
		return node{}, fmt.Errorf("call %s: %w", endpoint, pbx.ErrUnsupported)
	}
	out, err := s.ask(ctx, endpoint, in)
	var number Errno
	if errors.As(err, &number) && number == errnoUnknownRequest {
		s.noteMissing(endpoint)
	}
	return out, err
}

// Logout gives up the login: the PBX pushes no more reports. Without a login
// there is nothing to do.
func (s *Session) Logout(ctx context.Context) error {
	s.mu.Lock()
	token := s.token
	s.token = ""
	s.mu.Unlock()
	if token == "" {
		return nil
	}
	_, err := s.post(ctx, "logout", token, nil)
	var number Errno
	if errors.As(err, &number) && number.renews() {
		return nil // it had ended by itself
	}
	return err
}

// Heartbeat keeps the token alive and shows that the PBX answers.
func (s *Session) Heartbeat(ctx context.Context) error {
	_, err := s.ask(ctx, "heartbeat", s.registration())
	return err
}

// Run sends heartbeats until ctx ends; report is told how each went, nil when
// it was answered. After one that failed the next comes sooner.
func (s *Session) Run(ctx context.Context, report func(error)) {
	for {
		err := s.Heartbeat(ctx)
		if ctx.Err() != nil {
			return
		}
		report(err)
		pause := heartbeatEvery
		if err != nil {
			pause = heartbeatAgain
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}

// Device is what the PBX says of itself (API 2.0.0, deviceinfo/query).
type Device struct {
	Name     string
	Serial   string
	Firmware string
	Time     string        // such as 2019-10-17 23:07:43 UTC-8
	Up       time.Duration // since its start; 0: not known
}

// uptime reads "00:32:59", hours, minutes and seconds. What it writes after a
// day is not documented; any other form is not known.
func uptime(text string) time.Duration {
	fields := strings.Split(strings.TrimSpace(text), ":")
	if len(fields) != 3 {
		return 0
	}
	var parts [3]uint64
	for i, field := range fields {
		n, err := strconv.ParseUint(field, 10, 16)
		if err != nil || i > 0 && n > 59 {
			return 0
		}
		parts[i] = n
	}
	return time.Duration(parts[0])*time.Hour + time.Duration(parts[1])*time.Minute + time.Duration(parts[2])*time.Second
}

// Device asks the PBX what it is.
func (s *Session) Device(ctx context.Context) (Device, error) {
	out, err := s.ask(ctx, "deviceinfo/query", params{})
	if err != nil {
		return Device{}, err
	}
	info := out.get("deviceinfo")
	return Device{
		Name:     info.scalar("devicename"),
		Serial:   info.scalar("sn"),
		Firmware: info.scalar("firmwarever"),
		Time:     info.scalar("systemtime"),
		Up:       uptime(info.scalar("uptime")),
	}, nil
}
