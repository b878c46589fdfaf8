package sim

import (
	"crypto/md5"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"net/netip"
	"time"
)

// API 2.0.0, login: five wrong passwords in a row lock the caller's address
// for ten minutes.
const (
	maxWrong     = 5
	lockTime     = 10 * time.Minute
	maxAddresses = 4096
)

// door remembers wrong passwords by the address that they came from.
type door map[netip.Addr]*tries

type tries struct {
	wrong  int
	locked time.Time // when the lock ends; zero: not locked
}

func (d door) locked(from netip.Addr, now time.Time) bool {
	t := d[from]
	if t == nil || t.locked.IsZero() {
		return false
	}
	if now.Before(t.locked) {
		return true
	}
	delete(d, from)
	return false
}

// wrong counts a wrong password.
func (d *door) wrong(from netip.Addr, now time.Time) {
	if *d == nil || len(*d) >= maxAddresses {
		*d = door{} // an attack from so many addresses is not simulated
	}
	t := (*d)[from]
	if t == nil {
		t = &tries{}
		(*d)[from] = t
	}
	if t.wrong++; t.wrong >= maxWrong {
		t.locked = now.Add(lockTime)
	}
}

// wrongPassword counts one at either door. The caller holds mu.
func (p *PBX) wrongPassword(from netip.Addr, now time.Time) {
	p.stats.Refused++
	p.door.wrong(from, now)
	if p.door.locked(from, now) {
		p.stats.Locks++
	}
}

// SetPassword changes the API's, as on the web page. Who is logged in stays.
func (p *PBX) SetPassword(password string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.o.Password = password
}

// API 2.0.0, heartbeat: a token lives for 30 minutes from its last use.
const (
	tokenLife = 30 * time.Minute
	maxTokens = 256
)

// tokens maps each token to the end of its life. Those that have ended are
// kept for a while: the PBX tells an old token from one that it never gave.
type tokens map[string]time.Time

func (t *tokens) issue(now time.Time) string {
	if *t == nil {
		*t = tokens{}
	}
	if len(*t) >= maxTokens {
		t.dropOldest()
	}
	var raw [16]byte
	_, _ = rand.Read(raw[:]) // it never fails
	token := hex.EncodeToString(raw[:])
	(*t)[token] = now.Add(tokenLife)
	return token
}

func (t tokens) dropOldest() {
	oldest := ""
	for token, end := range t {
		if oldest == "" || end.Before(t[oldest]) {
			oldest = token
		}
	}
	delete(t, oldest)
}

// use judges a token and prolongs its life.
func (t tokens) use(token string, now time.Time) (errno, bool) {
	end, known := t[token]
	switch {
	case token == "":
		return errEmptyToken, false
	case !known:
		return errNoToken, false
	case !now.Before(end):
		return errExpired, false
	}
	t[token] = now.Add(tokenLife)
	return "", true
}

// expire ends a token's life before its time.
func (t tokens) expire(token string) {
	if _, known := t[token]; known {
		t[token] = time.Time{}
	}
}

func (t tokens) alive(token string, now time.Time) bool {
	return token != "" && now.Before(t[token])
}

// rightPassword compares what was sent with the MD5 of the password in 32
// lower-case hex digits; upper-case ones are wrong (API 2.0.0, login).
func (p *PBX) rightPassword(user, digest string) bool {
	sum := md5.Sum([]byte(p.o.Password))
	want := hex.EncodeToString(sum[:])
	return user == p.o.User && subtle.ConstantTimeCompare([]byte(digest), []byte(want)) == 1
}
