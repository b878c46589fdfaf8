package main

import (
	"context"
	"log/slog"
	"net"
	"sync"
	"time"

	"bellhop/agent"
	"bellhop/api"
	"bellhop/config"
	"bellhop/site"
)

// door is where the API is answered over TCP.
type door struct {
	config config.API
	log    *slog.Logger
	ln     net.Listener     // nil: nothing is answered
	cert   *api.Certificate // nil: without TLS
	err    error            // why nothing is
}

// openDoor listens where the config says. A port that is taken, or a
// certificate that cannot be read, costs who comes over the network, and not
// the hotel.
func openDoor(ctx context.Context, cfg config.Config, now func() time.Time, log *slog.Logger) *door {
	d := &door{config: cfg.API, log: log}
	if cfg.API.Listen == "" {
		return d
	}
	d.cert = api.OpenCertificate(cfg, now)
	if d.err = d.cert.Prepare(); d.err == nil {
		var lc net.ListenConfig
		d.ln, d.err = lc.Listen(ctx, "tcp", cfg.API.Listen)
	}
	if d.err != nil {
		log.Error("api.listen: nothing is answered over TCP", "error", d.err)
	}
	return d
}

// state is how it stands.
func (d *door) state() site.Door {
	s := d.cert.Door()
	s.Address = d.config.Listen
	if d.ln != nil {
		s.Address = d.ln.Addr().String()
	}
	if d.err != nil {
		s.Error = d.err.Error()
	}
	return s
}

func (d *door) close() error {
	if d.ln == nil {
		return nil
	}
	return d.ln.Close()
}

// serve answers until ctx ends.
func (d *door) serve(ctx context.Context, a *agent.Agent) {
	if d.ln == nil {
		return
	}
	var group sync.WaitGroup
	if d.cert != nil {
		group.Go(func() { d.cert.Watch(ctx, func() bool { return a.Status().ClockOK }, a.Tell) })
	}
	logError(d.log, api.ServeTCP(ctx, d.ln, api.OpenHandler(a, api.Gate{Hosts: d.config.Hosts, Log: d.log}), d.cert))
	group.Wait()
}

// doorText says it to a person.
func doorText(d site.Door) string {
	switch {
	case d.TLS:
		return "https at " + d.Address + ", SHA-256 " + d.Fingerprint
	case d.Near():
		return "http at " + d.Address + ", for programs on this box"
	}
	return "http at " + d.Address + "; tokens are not taken from the network without TLS (api.tls)"
}
