package size

import (
	"context"
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"bellhop/agent"
	"bellhop/config"
	"bellhop/hotel"
	"bellhop/pbx"
	"bellhop/pbx/yeastar"
	"bellhop/pms"
)

const (
	outageDays  = 30
	outageEvery = 10 * time.Minute // reports come in bursts so far apart
	eachDay     = 20               // events of a room
)

// TestOutage has the PMS away for a month. The month passes in an agent within
// this process, on a clock of the test's own; then the program is started on
// what that has left, and the PMS is back.
func TestOutage(t *testing.T) {
	rooms, days := size(20, 500), size(1, outageDays)
	o := newOrderly(t)
	b := newBox(t, o.url)
	events := rooms * days * eachDay
	begin := time.Now()
	attempts := month(t, b.db(), rooms, days)
	table.add(t, "rooms, days, events", "%d, %d, %d", rooms, days, events)
	table.add(t, "the month passed in", "%.1f s", time.Since(begin).Seconds())
	table.add(t, "attempts at the PMS in that time", "%d", attempts)
	info, err := os.Stat(b.db())
	if err != nil {
		t.Fatal(err)
	}
	table.add(t, "file", "%.0f MB", float64(info.Size())/1e6)

	o.Down(true)
	ready := b.start()
	b.kill()
	ready = min(ready, b.start())
	table.add(t, "ready after a kill", "%.3f s", ready.Seconds())
	table.add(t, "anonymous memory at rest", "%s", b.memory())
	var waiting uint64
	b.until("all is queued", func(s agent.Status) bool {
		waiting = s.Store.Waiting
		return s.Backlog == 0 && s.Store.Watermark == s.Store.LastID
	})
	if waiting != uint64(events) {
		t.Errorf("%d calls wait, want %d", waiting, events)
	}
	o.Down(false)
	back := time.Now()
	b.drained()
	took := time.Since(back)
	table.add(t, "all delivered, from when the PMS was back", "%.1f s", took.Seconds())
	table.add(t, "delivered", "%.0f calls/s", float64(events)/took.Seconds())
	table.add(t, "anonymous memory afterwards", "%s", b.memory())
	o.want(t, events)
	table.add(t, "lost, doubled, out of order", "0, 0, 0")
}

// month lets so many days pass without a PMS and gives the attempts at it.
func month(t *testing.T, db string, rooms, days int) (attempts int64) {
	t.Helper()
	cfg := config.Default()
	cfg.Hotel = config.Hotel{Name: "Harbour Inn", Timezone: "Europe/Rome", Country: "IT", Currency: "EUR", Language: "en"}
	cfg.PBX.Driver = "none"
	cfg.Store = config.Store{Path: db, Keep: "3650d", MaxSize: "10GB"}
	began := time.Now().Add(-time.Duration(days) * 24 * time.Hour)
	synctest.Test(t, func(t *testing.T) {
		gone := &gonePMS{}
		source := &pusher{rooms: rooms, bursts: int(time.Duration(days) * 24 * time.Hour / outageEvery), events: rooms * days * eachDay, done: make(chan struct{})}
		zero := time.Now()
		a, err := agent.New(agent.Options{
			Config: cfg, Driver: source, Link: gone,
			Now: func() time.Time { return began.Add(time.Since(zero)) },
		})
		if err != nil {
			t.Fatal(err)
		}
		source.agent = a
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- a.Run(ctx) }()
		<-source.done
		synctest.Wait()
		cancel()
		if err := errors.Join(source.err, <-ended); err != nil {
			t.Error(err)
		}
		attempts = gone.attempts.Load()
	})
	return attempts
}

// gonePMS takes nothing.
type gonePMS struct{ attempts atomic.Int64 }

func (g *gonePMS) Send(context.Context, pms.Message) ([]byte, error) {
	g.attempts.Add(1)
	return nil, &pms.Retry{Err: errors.New("nobody there")}
}

// pusher is a PBX whose reports come in bursts, spread evenly over the rooms.
type pusher struct {
	agent                 *agent.Agent
	rooms, bursts, events int
	done                  chan struct{}
	err                   error
}

func (p *pusher) Run(ctx context.Context, keep pbx.Keep) error {
	p.err = p.pushAll(ctx, keep)
	close(p.done)
	<-ctx.Done()
	return nil
}

func (p *pusher) pushAll(ctx context.Context, keep pbx.Keep) error {
	order := hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandImport, Import: new(furniture(p.rooms))}
	if _, err := p.agent.Do(ctx, order); err != nil {
		return err
	}
	for burst := range p.bursts {
		time.Sleep(outageEvery)
		from, to := p.events*burst/p.bursts, p.events*(burst+1)/p.bursts
		if err := p.burst(ctx, keep, from, to); err != nil {
			return err
		}
	}
	return nil
}

// burst pushes side by side, each room's in its order.
func (p *pusher) burst(ctx context.Context, keep pbx.Keep, from, to int) error {
	const lines = 64
	var group sync.WaitGroup
	errs := make([]error, lines)
	for line := range lines {
		group.Go(func() {
			for n := from; n < to && errs[line] == nil; n++ {
				if n%p.rooms%lines == line {
					errs[line] = push(ctx, keep, report(n, p.rooms))
				}
			}
		})
	}
	group.Wait()
	return errors.Join(errs...)
}

func push(ctx context.Context, keep pbx.Keep, body string) error {
	ev, err := yeastar.Normalise([]byte(body))
	if err != nil {
		return err
	}
	taken, err := keep(ctx, pbx.Report{Event: ev, Body: []byte(body)})
	if err == nil && taken != nil {
		taken(true)
	}
	return err
}

func (p *pusher) Identify(context.Context) (pbx.Identity, error) {
	return pbx.Identity{}, errors.New("nobody is asked")
}

func (p *pusher) State() pbx.State { return pbx.State{} }
