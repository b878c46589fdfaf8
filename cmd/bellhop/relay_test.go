package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"bellhop/sim"
)

// What the PBX writes on the wire is what an older receiver gets, whichever
// way it came, but for a caller's PIN.
func TestReportsAreHandedOnFromTheWire(t *testing.T) {
	for _, way := range []string{"http", "tcp"} {
		t.Run(way, func(t *testing.T) {
			came := make(chan string, 10)
			old := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				came <- r.Method + " " + r.URL.Path + " " + string(body)
			}))
			t.Cleanup(old.Close)
			ln := listening(t)
			stream := ln.Addr().String()
			p := newPatient(t, sim.PBXOptions{TCP: way == "tcp"}, "[classes]",
				`relay_to = ["`+old.URL+`/api"]`+"\nevents = \""+way+"\"\nevent_addr = \""+stream+"\"\n[classes]")
			serving(t, func(ctx context.Context) error { return p.pbx.ServeStream(ctx, ln) })
			p.start()
			for way == "tcp" && p.pbx.Streams() == 0 {
				<-time.After(time.Millisecond)
			}
			report := string(sim.NewCdr(p.pbx.Serial(), sim.CDR{
				CallID: "1.1", Start: time.Now(), From: "1001", To: "5551234", Talk: 5, Status: "ANSWERED", Type: "Outbound", Pincode: "47114711",
			}))
			if err := p.pbx.Push(t.Context(), []byte(report)); err != nil {
				t.Fatal(err)
			}
			want := "POST /api " + strings.ReplaceAll(report, "47114711", "***")
			select {
			case got := <-came:
				if got != want {
					t.Errorf("handed on:\n%s\nwant:\n%s", got, want)
				}
			case <-time.After(20 * time.Second):
				t.Fatal("nothing was handed on within 20 s")
			}
			if out, _, _ := p.run("events", "list", "--json"); strings.Contains(out, "47114711") {
				t.Errorf("the PIN is kept: %s", out)
			}
		})
	}
}
