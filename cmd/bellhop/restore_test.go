package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bellhop/agent"
	"bellhop/config"
	"bellhop/hotel"
	"bellhop/sim"
)

// moved is a hotel whose box is replaced by another one.
type moved struct {
	*patient
	pms   *sim.Sink
	calls int
}

func newMoved(t *testing.T) *moved {
	t.Helper()
	m := &moved{patient: newPatient(t, sim.PBXOptions{})}
	var err error
	if m.pms, err = sim.NewSink(sim.SinkOptions{Secret: canaryPMS}); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(m.pms)
	t.Cleanup(server.Close)
	t.Setenv("BELLHOP_PMS_SECRET", canaryPMS)
	m.write(m.file, readText(t, m.file)+"[pms]\nlink = \"webhook\"\nurl = \""+server.URL+"\"\n[backup]\nto = \""+m.at("usb")+"\"\n")
	return m
}

func readText(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func (m *moved) at(name string) string { return filepath.Join(filepath.Dir(m.file), name) }

func (m *moved) write(name, text string) string {
	m.t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		m.t.Fatal(err)
	}
	return name
}

// box runs an agent until the function that it gives is called.
func (m *moved) box() (off func()) {
	m.t.Helper()
	cfg, err := config.Load(m.file)
	if err != nil {
		m.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ready, ended := make(chan *agent.Agent, 1), make(chan error, 1)
	go func() {
		ended <- serve(ctx, cfg, slog.New(slog.DiscardHandler), func(_ context.Context, a *agent.Agent) { ready <- a })
	}()
	over := false
	off = func() {
		cancel()
		if !over {
			over = true
			if err := <-ended; err != nil {
				m.t.Error(err)
			}
		}
	}
	m.t.Cleanup(off)
	select {
	case a := <-ready:
		m.until("the box listens", func() bool { return a.Status().PBX.Listening != "" })
	case err := <-ended:
		ended <- err
		m.t.Fatal(err)
	}
	return off
}

func (m *moved) until(what string, is func() bool) {
	m.t.Helper()
	for end := time.Now().Add(30 * time.Second); !is(); <-time.After(2 * time.Millisecond) {
		if time.Now().After(end) {
			m.t.Fatalf("it does not come to it that %s; the PMS has %+v", what, m.pms.Stats())
		}
	}
}

func (m *moved) must(args ...string) string {
	m.t.Helper()
	out, errOut, code := m.run(args...)
	if code != 0 {
		m.t.Fatalf("bellhop %s: %d, %s%s", strings.Join(args, " "), code, out, errOut)
	}
	return out
}

func (m *moved) fails(why string, args ...string) {
	m.t.Helper()
	if out, errOut, code := m.run(args...); code != 1 || !strings.Contains(errOut, why) {
		m.t.Errorf("bellhop %s: %d, %s%s; want %q", strings.Join(args, " "), code, out, errOut, why)
	}
}

// minibar is an entry by telephone.
func (m *moved) minibar(room string) {
	m.t.Helper()
	m.calls++
	if err := m.pbx.Push(m.t.Context(), sim.DTMF(m.pbx.Serial(), sim.CallID(time.Now(), m.calls), room, "778*1*1")); err != nil {
		m.t.Fatal(err)
	}
}

// telephone is a call of a room, which the PBX reports and lists.
func (m *moved) telephone(room string) {
	m.t.Helper()
	m.calls++
	start := time.Now().Add(time.Second).In(m.zoneOf())
	c := sim.CDR{
		CallID: sim.CallID(start, m.calls), Start: start, From: room, To: "02112345678", Duration: 71, Talk: 65,
		DestTrunk: "Telecom", Status: "ANSWERED", Type: "Outbound",
	}
	m.pbx.AddRecord(c)
	if err := m.pbx.Push(m.t.Context(), sim.NewCdr(m.pbx.Serial(), c)); err != nil {
		m.t.Fatal(err)
	}
}

func (*moved) zoneOf() *time.Location { return time.FixedZone("", 8*3600) }

func (m *moved) taken(n int) {
	m.t.Helper()
	m.until("the PMS has so many", func() bool { return m.pms.Stats().Taken >= n })
}

// TestRestoredBoxSaysNothingTwice: a backup is made while something waits; the box
// goes on, delivers that and more, and breaks. A new one is made of the backup. The
// PMS gets what is new, and whatever it has already under the keys that it knows.
func TestRestoredBoxSaysNothingTwice(t *testing.T) {
	m := newMoved(t)
	off := m.box()
	m.must("rooms", "import", m.write(m.at("rooms.csv"), "number\n1001\n1002\n"))
	m.must("minibar", "items", "import", m.write(m.at("items.csv"), "code,name,price\n1,Beer,25\n"))
	m.must("tariff", "import", "--yes", m.write(m.at("tariff.csv"), "prefix,destination,first,tick,price\n*,Local,60,60,0.60\n"))
	m.must("checkin", "1001", "--stay", "G1")
	m.minibar("1001")
	m.telephone("1001")
	m.taken(3) // the entry, the call, and what it costs
	m.pms.Down(true)
	m.minibar("1001")
	m.until("an entry waits", func() bool { return strings.Contains(m.must("queue", "list"), "posting") })
	identity := m.write(m.at("key.txt"), m.must("backup", "key"))
	m.must("backup", "--json")

	// The first box goes on, until it breaks.
	m.pms.Down(false)
	m.taken(4)
	m.minibar("1001")
	m.telephone("1001")
	m.taken(7)
	off()
	before := len(m.received())

	other := m.write(m.at("other.txt"), "AGE-SECRET-KEY-1LTY9RYJP2Y7MYAPUFUF5LR76HG0802D2352CFMS00EJU8G3LJE2SFZ4KAC\n")
	m.fails("this key does not open the backup", "restore", m.at("usb"), "--yes", "--identity", other)
	m.fails("there is a database already", "restore", m.at("usb"), "--identity", identity)
	m.must("restore", m.at("usb"), "--identity", identity, "--yes")
	off = m.box()
	// It fetches the call that it does not know, and sends again what waits in it.
	m.until("what it says again has come", func() bool { return m.pms.Stats().Copies >= 3 })
	m.minibar("1002")
	m.minibar("1001")
	m.telephone("1001")
	m.taken(11) // two entries, the call, and what it costs
	off()
	if st := m.pms.Stats(); st.Taken != 11 || st.Rejected != 0 {
		t.Errorf("the PMS has %+v", st)
	}
	after := m.received()
	if len(after) != before+3 {
		t.Errorf("%d postings, then %d", before, len(after))
	}
	m.box()
	alerts := m.must("alerts", "list")
	if !strings.Contains(alerts, "This box was restored at ") {
		t.Errorf("nobody is told: %s", alerts)
	}
}

// received are the postings at the PMS by their ids.
func (m *moved) received() map[string]hotel.Posting {
	m.t.Helper()
	all := map[string]hotel.Posting{}
	for _, r := range m.pms.Received() {
		var p hotel.Posting
		if r.Type != hotel.OpPosting {
			continue
		}
		if err := json.Unmarshal(r.Data, &p); err != nil {
			m.t.Fatal(err)
		}
		if _, known := all[p.ID]; known {
			m.t.Errorf("posting %s is at the PMS under two keys", p.ID)
		}
		all[p.ID] = p
	}
	return all
}
