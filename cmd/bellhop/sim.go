package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	"bellhop/sim"
)

func simFlags(f *flag.FlagSet, c *call) {
	f.StringVar(&c.opt.listen, "pbx", "127.0.0.1:8088", "where the PBX's API answers")
	f.StringVar(&c.opt.sink, "pms", "127.0.0.1:8089", "where the PMS takes webhooks")
	f.StringVar(&c.opt.timezone, "timezone", "Asia/Shanghai", "what the PBX's clock shows; the agent's hotel.timezone must be the same")
	f.IntVar(&c.opt.rooms, "extensions", 20, "how many extensions there are, from 1001 on")
	f.Uint64Var(&c.opt.seed, "seed", 1, "decides what happens by chance; the same seed gives the same run")
	f.StringVar(&c.opt.control, "control", "", "where the control API answers, such as 127.0.0.1:8090; empty: nowhere.\n"+sim.ControlHelp)
}

// simulate runs a PBX and a PMS until it is told to end, and takes orders
// from its standard input.
func simulate(c *call) error {
	zone, err := time.LoadLocation(c.opt.timezone)
	if err != nil {
		return c.wrong("-timezone: %v", err)
	}
	pbx, err := sim.NewPBX(sim.PBXOptions{Password: "demo", Zone: zone, Seed: c.opt.seed, Extensions: c.opt.rooms})
	if err != nil {
		return fmt.Errorf("sim: %w", err)
	}
	pms, err := sim.NewSink(sim.SinkOptions{Secret: demoSecret})
	if err != nil {
		return fmt.Errorf("sim: %w", err)
	}
	ctx, cancel := context.WithCancel(c.ctx)
	defer cancel()
	var group sync.WaitGroup
	defer group.Wait()
	if c.opt.control != "" {
		ln, err := net.Listen("tcp", c.opt.control)
		if err != nil {
			cancel()
			return fmt.Errorf("sim: %w", err)
		}
		fmt.Fprintf(c.out, "control  http://%s\n", ln.Addr())
		group.Go(func() { _ = pbx.ServeControl(ctx, ln) }) // it ends with ctx
	}
	for _, side := range []struct {
		address string
		serve   func(context.Context, net.Listener) error
	}{{c.opt.listen, pbx.Serve}, {c.opt.sink, pms.Serve}} {
		ln, err := net.Listen("tcp", side.address)
		if err != nil {
			cancel()
			return fmt.Errorf("sim: %w", err)
		}
		group.Go(func() { _ = side.serve(ctx, ln) }) // it ends with ctx
	}
	fmt.Fprintf(c.out, `PBX  http://%s  user "api", password "demo"
PMS  http://%s/  secret %q

Orders, one a line:
  dial ROOM NUMBER    a room's phone dials, such as: dial 1001 778*2*1
  call ROOM NUMBER    a call of one minute ends
  pbx down|up         the PBX is away, or back
  pms down|up         the PMS is away, or back
  pms fail STATUS     the PMS answers with a status; 0: no longer
  list                what the PMS has taken
`, c.opt.listen, c.opt.sink, demoSecret)
	s := &sides{call: c, pbx: pbx, pms: pms, zone: zone}
	return s.takeOrders(ctx)
}

// sides are what bellhop sim runs.
type sides struct {
	*call
	pbx  *sim.PBX
	pms  *sim.Sink
	zone *time.Location // the PBX's
}

func (s *sides) takeOrders(ctx context.Context) error {
	lines := make(chan string)
	go func() { // ends with the process: a read of a terminal cannot be cut off
		defer close(lines)
		for in := bufio.NewScanner(os.Stdin); in.Scan(); {
			lines <- in.Text()
		}
	}()
	for calls := 1; ; calls++ {
		select {
		case <-ctx.Done():
			return nil
		case line, more := <-lines:
			if !more {
				<-ctx.Done()
				return nil
			}
			if err := s.obey(ctx, strings.Fields(line), calls); err != nil {
				fmt.Fprintln(s.err, err)
			}
		}
	}
}

var errOrder = errors.New("not understood; see the list of orders above")

func (s *sides) obey(ctx context.Context, words []string, number int) error {
	if len(words) == 0 {
		return nil
	}
	now := time.Now().In(s.zone)
	id := sim.CallID(now, number)
	switch order := strings.Join(words[:min(2, len(words))], " "); {
	case words[0] == "dial" && len(words) == 3:
		_, err := s.pbx.Dial(words[1], words[2])
		return err
	case words[0] == "call" && len(words) == 3:
		return s.pbx.Push(ctx, sim.NewCdr(s.pbx.Serial(), sim.CDR{
			CallID: id, Start: now, From: words[1], To: words[2], Duration: 65, Talk: 60, Status: "ANSWERED", Type: "Outbound",
		}))
	case order == "pbx down", order == "pbx up":
		s.pbx.SetDown(words[1] == "down")
	case order == "pms down", order == "pms up":
		s.pms.Down(words[1] == "down")
	case order == "pms fail" && len(words) == 3:
		var status int
		if _, err := fmt.Sscan(words[2], &status); err != nil {
			return errOrder
		}
		s.pms.Fail(status)
	case order == "list":
		for _, m := range s.pms.Received() {
			fmt.Fprintf(s.out, "%s  %-12s room %-5s event %-5d %s\n", m.Key, m.Type, m.Room, m.Event, m.Data)
		}
	default:
		return errOrder
	}
	return nil
}
