package agent

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"bellhop/hotel"
	"bellhop/pbx"
	"bellhop/store"
)

// slowPBX listens from the moment that it is told to.
type slowPBX struct {
	there chan struct{}
	keep  chan pbx.Keep
}

func newSlowPBX() *slowPBX {
	return &slowPBX{there: make(chan struct{}), keep: make(chan pbx.Keep, 1)}
}

func (p *slowPBX) Run(ctx context.Context, keep pbx.Keep) error {
	p.keep <- keep
	<-ctx.Done()
	return nil
}

func (p *slowPBX) Identify(context.Context) (pbx.Identity, error) {
	return pbx.Identity{}, errors.New("not now")
}

func (p *slowPBX) State() pbx.State {
	select {
	case <-p.there:
		return pbx.State{Listening: ":8260"}
	default:
		return pbx.State{Deaf: "not yet"}
	}
}

// TestTrial: until all works that worked, and that is written down, nothing is
// kept and nothing sent.
func TestTrial(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, link := newSlowPBX(), newFarPMS()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var trusted atomic.Int32
		var full atomic.Bool
		full.Store(true)
		trial := &Trial{Before: Works{Listening: true}, Limit: time.Minute, Trust: func() error {
			if full.Load() {
				return errors.New("no space left on device")
			}
			trusted.Add(1)
			return nil
		}}
		c := testConfig(t)
		a, err := New(Options{Config: c, Driver: p, Link: link, Trial: trial, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- a.Run(ctx) }()
		keep := <-p.keep
		refused := func(why string) {
			t.Helper()
			time.Sleep(2 * trialEvery)
			synctest.Wait()
			if _, err := keep(t.Context(), pbx.Report{Event: hotel.Event{Kind: hotel.KindDTMF, Digits: "777*01"}, Body: []byte("x")}); !errors.Is(err, store.ErrHeld) {
				t.Errorf("a report on trial: %v", err)
			}
			if _, err := a.Do(t.Context(), hotel.Event{Kind: hotel.KindCheckIn, Room: "101"}); !errors.Is(err, store.ErrHeld) {
				t.Errorf("an order on trial: %v", err)
			}
			if st := a.Status(); !strings.Contains(st.Held, why) || !strings.Contains(fmt.Sprint(st.Missing), "nothing is taken") || st.Store.Events != 0 {
				t.Errorf("held: %q, %d events", st.Held, st.Store.Events)
			}
		}
		refused("reports of the PBX are not taken: it worked before")
		close(p.there)
		refused("no space left") // and so it is not known after a power cut that it was trusted
		full.Store(false)
		time.Sleep(2 * trialEvery)
		synctest.Wait()
		if st := a.Status(); st.Held != "" || trusted.Load() != 1 {
			t.Errorf("after the trial: %q, trusted %d times", st.Held, trusted.Load())
		}
		if _, err := keep(t.Context(), pbx.Report{Event: hotel.Event{Kind: hotel.KindDTMF, Digits: "777*01"}, Body: []byte("x")}); err != nil {
			t.Errorf("a report after the trial: %v", err)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// One that does not come to work ends, so that its start is counted.
func TestTrialHasALimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		trial := &Trial{Before: Works{PBX: true}, Limit: time.Minute, Trust: func() error { t.Error("it is trusted"); return nil }}
		a, err := New(Options{Config: testConfig(t), Driver: newSlowPBX(), Trial: trial, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if err := a.Run(t.Context()); !errors.Is(err, ErrTrial) {
			t.Error(err)
		}
		if took := time.Since(began); took > time.Minute+time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

func TestWorse(t *testing.T) {
	all := Works{true, true, true, true, true}
	if worse := all.worse(Works{}); worse != nil {
		t.Errorf("better is worse: %v", worse)
	}
	if worse := all.worse(all); worse != nil {
		t.Errorf("the same is worse: %v", worse)
	}
	if worse := (Works{}).worse(all); len(worse) != 5 {
		t.Errorf("nothing works, and that is all that is missed: %v", worse)
	}
}
