package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
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
	f.StringVar(&c.opt.listen, "pbx", "127.0.0.1:8088", "`ADDRESS` at which the PBX's API answers")
	f.StringVar(&c.opt.sink, "pms", "127.0.0.1:8089", "`ADDRESS` at which the PMS takes webhooks")
	f.StringVar(&c.opt.way, "events", "http", "the `WAY` in which the PBX delivers its reports: http or tcp")
	f.StringVar(&c.opt.stream, "stream", "127.0.0.1:8333", "with --events tcp: the `ADDRESS` of the PBX's event stream")
	f.StringVar(&c.opt.timezone, "timezone", "Asia/Shanghai", "the `ZONE` of the PBX's clock; the agent's hotel.timezone must be the same")
	f.BoolVar(&c.opt.tls, "tls", false, "let the PBX answer by https, with a new certificate each time: for \"trust pbx\"")
	f.IntVar(&c.opt.rooms, "extensions", 20, "how many extensions there are, from 1001 on")
	f.Uint64Var(&c.opt.seed, "seed", 1, "decides what happens by chance; the same seed gives the same run")
	f.StringVar(&c.opt.ftp, "ftp", "127.0.0.1:2121", "the `ADDRESS` at which the PBX takes files by FTP; empty: nowhere")
	f.StringVar(&c.opt.sftp, "sftp", "127.0.0.1:8022", "the `ADDRESS` at which the PBX takes files by SFTP, with a new host key each time; empty: nowhere")
	f.StringVar(&c.opt.control, "control", "", "the `ADDRESS` at which the control API answers, such as 127.0.0.1:8090; empty: nowhere")
}

// simulate runs a PBX and a PMS until it is told to end, and takes orders
// from its standard input.
func simulate(c *call) error {
	zone, err := time.LoadLocation(c.opt.timezone)
	if err != nil {
		return c.wrong("-timezone: %v", err)
	}
	tcp, err := c.overTCP()
	if err != nil {
		return err
	}
	pbx, err := sim.NewPBX(sim.PBXOptions{
		Password: "demo", Zone: zone, TLS: c.opt.tls, TCP: tcp, Seed: c.opt.seed, Extensions: c.opt.rooms,
	})
	if err != nil {
		return fmt.Errorf("sim: %w", err)
	}
	// Those of the example config.
	err = pbx.SetRoutes([]sim.OutRoute{
		{ID: "1", Name: "Emergency", Prefix: "1[12]X"}, {ID: "2", Name: "Local", Prefix: "Z."},
		{ID: "3", Name: "National", Prefix: "0Z."}, {ID: "4", Name: "International", Prefix: "00."},
	})
	if err != nil {
		return fmt.Errorf("sim: %w", err)
	}
	// Those of a dialplan with the default codes.
	limits := pbx.Limits()
	limits.Confirm, limits.Languages = "775", "12"
	if err := pbx.SetLimits(limits); err != nil {
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
	all := []side{{"pbx", &c.opt.listen, pbx.Serve}, {"pms", &c.opt.sink, pms.Serve}}
	if tcp {
		all = append(all, side{"stream", &c.opt.stream, pbx.ServeStream})
	}
	for _, side := range []side{
		{"control", &c.opt.control, pbx.ServeControl}, {"ftp", &c.opt.ftp, pbx.ServeFTP}, {"sftp", &c.opt.sftp, pbx.ServeSFTP},
	} {
		if *side.address != "" {
			all = append(all, side)
		}
	}
	for _, side := range all {
		ln, err := net.Listen("tcp", *side.address)
		if err != nil {
			cancel()
			return fmt.Errorf("sim: -%s: %w", side.flag, err)
		}
		*side.address = ln.Addr().String()           // where the system chose the port
		group.Go(func() { _ = side.serve(ctx, ln) }) // it ends with ctx
	}
	c.tellSides(pbx)
	s := &sides{call: c, pbx: pbx, pms: pms, zone: zone}
	return s.takeOrders(ctx)
}

// side is something that answers at an address of its own.
type side struct {
	flag    string
	address *string
	serve   func(context.Context, net.Listener) error
}

// tellSides prints what answers where, and the orders that are taken.
func (c *call) tellSides(pbx *sim.PBX) {
	var text strings.Builder
	if c.opt.control != "" {
		fmt.Fprintf(&text, "control  http://%s\n", c.opt.control)
	}
	scheme, shown, reports := "http", "", "pushed to the agent"
	if c.opt.tls {
		sum := pbx.Fingerprint()
		scheme, shown = "https", "\n     SHA-256 "+hex.EncodeToString(sum[:])
	}
	if c.opt.way == "tcp" {
		reports = "over TCP at " + c.opt.stream + "; lost while no agent is there"
	}
	fmt.Fprintf(&text, "PBX  %s://%s  user \"api\", password \"demo\"; reports are %s%s\n", scheme, c.opt.listen, reports, shown)
	for _, files := range []struct{ scheme, address, shown string }{
		{"ftp", c.opt.ftp, ""}, {"sftp", c.opt.sftp, "\n     host key " + pbx.HostKeys()[0].Fingerprint},
	} {
		if files.address != "" {
			fmt.Fprintf(&text, "     %s://support@%s  password \"demo\"%s\n", files.scheme, files.address, files.shown)
		}
	}
	fmt.Fprintf(&text, `PMS  http://%s/  secret %q

Orders, one a line:
  dial PHONE DIGITS   an extension dials, such as: dial 1001 778*2*1
  call PHONE NUMBER   a call of one minute ends
  apply               Save and Apply on the PBX's web page: it reads its dialplan
  pbx down|up         the PBX is away, or back
  stream cut          the event stream breaks off
  pms down|up         the PMS is away, or back
  pms fail STATUS     the PMS answers with a status; 0: no longer
  list                what the PMS has taken
`, c.opt.sink, demoSecret)
	fmt.Fprint(c.out, text.String())
}

// overTCP reads the flag -events.
func (c *call) overTCP() (bool, error) {
	if c.opt.way != "http" && c.opt.way != "tcp" {
		return false, c.wrong(`-events must be "http" or "tcp", but it is %q`, c.opt.way)
	}
	return c.opt.way == "tcp", nil
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
		id, err := s.pbx.Dial(words[1], words[2])
		if err != nil {
			return err
		}
		fmt.Fprintf(s.out, "%s dials %s, as call %s\n", words[1], words[2], id)
	case words[0] == "call" && len(words) == 3:
		return s.pbx.Push(ctx, sim.NewCdr(s.pbx.Serial(), sim.CDR{
			CallID: id, Start: now, From: words[1], To: words[2], Duration: 65, Talk: 60, Status: "ANSWERED", Type: "Outbound",
		}))
	case order == "pbx down", order == "pbx up":
		s.pbx.SetDown(words[1] == "down")
	case order == "apply":
		s.pbx.Apply()
		fmt.Fprintf(s.out, "applied: the PBX has read its dialplan, of %s\n", counted(bytes.Count(s.pbx.LoadedDialplan(), []byte("\n")), "line"))
	case order == "stream cut":
		s.pbx.CutStreams()
	case order == "pms down", order == "pms up":
		s.pms.Down(words[1] == "down")
	case order == "pms fail" && len(words) == 3:
		var status int
		if _, err := fmt.Sscan(words[2], &status); err != nil {
			return errOrder
		}
		s.pms.Fail(status)
	case order == "list":
		all := s.pms.Received()
		if len(all) == 0 {
			fmt.Fprintln(s.err, "the PMS has taken nothing yet")
		}
		for _, m := range all {
			fmt.Fprintf(s.out, "%s  %-12s room %-5s event %-5d %s\n", m.Key, m.Type, m.Room, m.Event, m.Data)
		}
	default:
		return errOrder
	}
	return nil
}
