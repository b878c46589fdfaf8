package yeastar

import (
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"bellhop/pbx"
)

const (
	// A login lives for 30 minutes from its last use (API 2.0.0, Heartbeat);
	// one that the PBX does not know well before that did not run out.
	loginLives = 25 * time.Minute
	// maxLost is how many of those are remembered.
	maxLost = 16
)

// errnoService: the PBX's program behind the API does not run.
const errnoService Errno = 30003

// standing is how the login stands, for those who must not wait for one that
// is under way.
type standing struct {
	mu    sync.Mutex
	token string
	since time.Time // of the newest login that was taken
	used  time.Time // when the token was last of use
	again time.Time // see [pbx.Login], also for what follows
	lost  []time.Time
	way   string
	lacks []string
}

// taken notes a login that the PBX has taken.
func (s *standing) taken(token string, by Transport) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	s.token, s.since, s.used, s.again = token, now, now, time.Time{}
	s.way, s.lacks = strings.ToLower(string(by)), nil
}

// refused notes until when no other login is tried.
func (s *standing) refused(again time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.again = again
}

// lack notes a request that the model does not know.
func (s *standing) lack(endpoint string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Contains(s.lacks, endpoint) {
		s.lacks = append(s.lacks, endpoint)
	}
}

// good notes that the PBX has taken a token.
func (s *standing) good(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if token == s.token {
		s.used = time.Now()
	}
}

// unknown notes that the PBX does not know a token any more.
func (s *standing) unknown(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if token != s.token || now.Sub(s.used) > loginLives {
		return // another call has noted it, or it ran out
	}
	s.token = ""
	s.lost = append(s.lost, now)
	if over := len(s.lost) - maxLost; over > 0 {
		s.lost = slices.Delete(s.lost, 0, over)
	}
}

// state says how the login stands, given why the newest call failed.
func (s *Session) state(failure error) pbx.Login {
	s.standing.mu.Lock()
	defer s.standing.mu.Unlock()
	l := pbx.Login{
		Since: s.standing.since, Lost: slices.Clone(s.standing.lost), Way: s.standing.way,
		Lacks: slices.Sorted(slices.Values(s.standing.lacks)),
	}
	if failure == nil {
		return l
	}
	l.Error = failure.Error()
	l.Problem = s.problem(failure)
	switch l.Problem {
	case pbx.LoginPassword, pbx.LoginLocked:
		l.Again = s.standing.again
	case pbx.LoginPaused:
		l.Again = s.tries.next(time.Now())
	}
	return l
}

// problem finds the kind of a failure.
func (s *Session) problem(failure error) pbx.LoginProblem {
	var number Errno
	switch {
	case errors.Is(failure, ErrPin):
		return pbx.LoginCertificate
	case s.tries.stopped():
		return pbx.LoginStopped
	case errors.As(failure, &number) && number == ErrnoLocked:
		return pbx.LoginLocked
	case number == ErrnoPassword:
		return pbx.LoginPassword
	case errors.Is(failure, ErrPaused):
		return pbx.LoginPaused
	case number == errnoService:
		return pbx.LoginAPIOff
	}
	return lineProblem(failure)
}

// lineProblem finds out what is wrong on the way to the API.
func lineProblem(failure error) pbx.LoginProblem {
	var noHost *net.DNSError
	var status httpStatus
	var late net.Error
	switch {
	case errors.As(failure, &noHost):
		return pbx.LoginNoHost
	case errors.Is(failure, syscall.ECONNREFUSED):
		return pbx.LoginRefused
	case errors.Is(failure, http.ErrSchemeMismatch):
		return pbx.LoginNotTLS
	case errors.As(failure, &status) && status < http.StatusInternalServerError, errors.Is(failure, errNoAnswer):
		return pbx.LoginNoAPI
	case errors.Is(failure, context.DeadlineExceeded), errors.As(failure, &late) && late.Timeout():
		return pbx.LoginSilent
	}
	return pbx.LoginOther
}

// Login implements [pbx.LoginTeller].
func (d *Driver) Login() pbx.Login {
	d.mu.Lock()
	problem, failure := d.problem, d.failure
	d.mu.Unlock()
	if d.Session != nil {
		return d.Session.state(failure)
	}
	l := pbx.Login{Problem: problem}
	if failure != nil {
		l.Error = failure.Error()
	}
	return l
}
