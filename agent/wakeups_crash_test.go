package agent

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"bellhop/hotel"
	"bellhop/pbx"
)

var errPowerless = errors.New("the box has no power")

// crash takes the power away at this very moment: what the disk held is all that
// is left.
func (b *book) crash() {
	b.t.Helper()
	synctest.Wait()
	folder := filepath.Join(b.t.TempDir(), "copy")
	if err := os.CopyFS(folder, os.DirFS(filepath.Dir(b.c.Store.Path))); err != nil {
		b.t.Fatal(err)
	}
	b.ring.power(false)
	b.end()
	b.ring.power(true)
	b.c.Store.Path = filepath.Join(folder, filepath.Base(b.c.Store.Path))
	b.start()
}

// power switches the box's line to the PBX on and off.
func (p *ringPBX) power(on bool) {
	p.lock.Lock()
	defer p.lock.Unlock()
	if on {
		p.dead = nil
	} else {
		p.dead = errPowerless
	}
}

// woken checks what came of a wake-up at 21:02 in the midst of which the power went.
func (b *book) woken(id, when string) {
	b.t.Helper()
	b.until("21:12:00")
	var w hotel.WakeUp
	b.store.Snapshot().Get(hotel.WakeUpKey(id), &w)
	b.ring.lock.Lock()
	n := len(b.ring.rang)
	b.ring.lock.Unlock()
	if w.State != hotel.WakeUpAnswered || n < 1 || n > 2 {
		b.t.Errorf("power cut %s: rung %d times, %s after %d calls: %+v", when, n, w.State, w.Tries, w)
	}
	if !b.pbx.phones["101"].DND {
		b.t.Errorf("power cut %s: do not disturb was not put back", when)
	}
	if len(b.Phones()) > 0 {
		b.t.Errorf("power cut %s: left %+v", when, b.Phones())
	}
}

// TestPowerCutBetweenCommits cuts it in each millisecond in which something is
// written: when the call is placed, and when its key comes.
func TestPowerCutBetweenCommits(t *testing.T) {
	for from, span := range map[time.Duration]int{0: 24, 15 * time.Second: 14, 18 * time.Second: 8} {
		for ms := range span {
			after := from + time.Duration(ms)*time.Millisecond
			atBook(t, nil, func(b *book) {
				b.ring.guests["101"] = []guest{awake}
				b.pbx.phones["101"].DND = true
				w := b.wake("21:02", nil, "101")[0]
				b.until("21:02:00")
				b.rest(after)
				b.crash()
				b.woken(w.ID, after.String()+" later")
			})
		}
	}
}

// TestPowerCutWhileThePBXIsAsked cuts it before and after the PBX has done each of
// the things that it is asked for.
func TestPowerCutWhileThePBXIsAsked(t *testing.T) {
	for _, op := range []string{"read", "change 101", "dial", "change 101 again"} {
		for _, done := range []bool{false, true} {
			atBook(t, nil, func(b *book) {
				b.ring.guests["101"] = []guest{awake}
				b.pbx.phones["101"].DND = true
				w := b.wake("21:02", nil, "101")[0]
				reached, powerless := make(chan struct{}), make(chan struct{})
				name, again := strings.CutSuffix(op, " again")
				cut := func(at string) error {
					switch {
					case at != name:
						return nil
					case again:
						again = false
						return nil
					}
					b.ask(nil, nil)
					close(reached)
					<-powerless
					return errPowerless
				}
				if done {
					b.ask(nil, cut)
				} else {
					b.ask(cut, nil)
				}
				<-reached
				go func() {
					time.Sleep(time.Millisecond)
					close(powerless)
				}()
				b.crash()
				b.woken(w.ID, fmt.Sprintf("at %s, done: %v", op, done))
			})
		}
	}
}

// ask has functions called before and behind whatever the PBX is asked for.
func (b *book) ask(before, behind func(op string) error) {
	b.pbx.mu.Lock()
	defer b.pbx.mu.Unlock()
	b.ring.lock.Lock()
	defer b.ring.lock.Unlock()
	b.pbx.fail, b.pbx.after, b.ring.before, b.ring.behind = before, behind, before, behind
}

// asked calls one of them for a call.
func (p *ringPBX) asked(hook func(*ringPBX) func(string) error) error {
	p.lock.Lock()
	ask, dead := hook(p), p.dead
	p.lock.Unlock()
	if dead != nil {
		return dead
	}
	if ask == nil {
		return nil
	}
	return ask("dial")
}

func (p *ringPBX) Dial(ctx context.Context, o pbx.DialOrder) (string, error) {
	if err := p.asked(func(p *ringPBX) func(string) error { return p.before }); err != nil {
		return "", err
	}
	id, err := p.dial(ctx, o)
	if lost := p.asked(func(p *ringPBX) func(string) error { return p.behind }); lost != nil && err == nil {
		return "", lost
	}
	return id, err
}
