package site

import (
	"net/netip"
	"time"

	"bellhop/box"
	"bellhop/pbx"
)

func knocked(p pbx.LoginProblem) func(*Facts) {
	return func(f *Facts) { f.Knock = &Knock{Address: "192.0.2.1:8088", Problem: p, Error: "the reason"} }
}

func listens4(ports ...string) func(*Facts) {
	return func(f *Facts) {
		f.Box.Ports = []box.Port{}
		for _, p := range ports {
			f.Box.Ports = append(f.Box.Ports, box.Port{Network: "tcp", AddrPort: netip.MustParseAddrPort(p)})
		}
	}
}

func written(bytes int64) func(*Facts) { return func(f *Facts) { f.Box.Wear.Written = bytes } }

// boxCases are those of the computer, the way to the PBX, and the store.
var boxCases = []struct {
	name  string
	spoil func(f *Facts)
	want  string
	text  string
}{
	{"reach", func(*Facts) {}, "pbx.reachable ok ok", "192.0.2.1:8088 is there, TLS 1.2, after 12ms"},
	{"reach, plain", func(f *Facts) { f.Knock.TLS = "" }, "pbx.reachable ok plain", "after 12ms"},
	{"reach, no PBX", func(f *Facts) { f.Config.PBX.Driver = "none" }, "pbx.reachable skipped no-pbx", ""},
	{"reach, offline", func(f *Facts) { f.Knock = nil }, "pbx.reachable skipped left-alone", ""},
	{"reach, no host", knocked(pbx.LoginNoHost), "pbx.reachable failed no-host", "the reason"},
	{"reach, refused", knocked(pbx.LoginRefused), "pbx.reachable failed refused", "192.0.2.1:8088"},
	{"reach, silent", knocked(pbx.LoginSilent), "pbx.reachable failed silent", "192.0.2.1:8088"},
	{"reach, not TLS", knocked(pbx.LoginNotTLS), "pbx.reachable failed not-tls", "192.0.2.1:8088"},
	{"reach, other", knocked(pbx.LoginOther), "pbx.reachable failed other", "the reason"},

	{"heartbeat", func(*Facts) {}, "pbx.heartbeat ok ok", "4m0s ago"},
	{"heartbeat, no PBX", func(f *Facts) { f.Config.PBX.Driver = "none" }, "pbx.heartbeat skipped no-pbx", ""},
	{"heartbeat, no agent", func(f *Facts) { f.Running = false }, "pbx.heartbeat skipped no-agent", ""},
	{"heartbeat, none yet", func(f *Facts) { f.State.Since = time.Time{} }, "pbx.heartbeat unknown none", ""},
	{"heartbeat, late", func(f *Facts) {
		f.State.Since, f.State.Error = noon.Add(-13*time.Minute), "timed out"
	}, "pbx.heartbeat warning late", "for 13m0s (the newest error: timed out)"},
	{"heartbeat, just not late", func(f *Facts) { f.State.Since = noon.Add(-12 * time.Minute) }, "pbx.heartbeat ok ok", ""},
	{"heartbeat, lost", func(f *Facts) { f.State.Since = noon.Add(-31 * time.Minute) }, "pbx.heartbeat failed lost", "31m0s"},

	{"disk", func(*Facts) {}, "box.disk ok ok", "12 GB of 16 GB"},
	{"disk, not seen", func(f *Facts) {
		f.Box.Disk, f.Box.Errors = nil, map[string]string{"box.disk": "no such folder"}
	}, "box.disk unknown unmeasured", "no such folder"},
	{"disk, short", func(f *Facts) { f.Box.Disk.Free = 255e6 }, "box.disk warning short", "255 MB of 16 GB"},
	{"disk, full", func(f *Facts) { f.Box.Disk.Free = 33e6 }, "box.disk failed full", "33 MB"},
	{"disk, no more files", func(f *Facts) { f.Box.Disk.Files = 0 }, "box.disk failed files", ""},
	{"disk, files without a bound", func(f *Facts) { f.Box.Disk.Files = -1 }, "box.disk ok ok", ""},
	{"disk, read-only", func(f *Facts) { f.Box.Disk.ReadOnly = true }, "box.disk failed read-only", ""},
	{"disk, of memory", func(f *Facts) { f.Box.Disk.Volatile = true }, "box.disk warning volatile", "/var/lib/bellhop"},

	{"sync", func(*Facts) {}, "box.sync ok ok", "after 3ms, 40ms at most (of 15)"},
	{"sync, not seen", func(f *Facts) { f.Box.Syncs = nil }, "box.sync unknown unmeasured", ""},
	{"sync, slow", func(f *Facts) { f.Box.Syncs.Median = 251 * time.Millisecond }, "box.sync warning slow", "251ms"},
	{"sync, lame", func(f *Facts) { f.Box.Syncs.Median = 2100 * time.Millisecond }, "box.sync failed lame", "2.1s"},
	{"sync, stuck", func(f *Facts) {
		f.Box.Stuck, f.Box.Errors = map[string]bool{"box.sync": true}, map[string]string{"box.sync": "not within 10s"}
	}, "box.sync failed stuck", "not within 10s"},

	// 16 GB × 300 ÷ 10 = 480 GB.
	{"wear", written(100e6), "box.wear ok ok", "100 MB a day are written on mmcblk0p2 (16 GB): it lasts about 13.2 years"},
	{"wear, not seen", func(f *Facts) { f.Box.Wear = nil }, "box.wear unknown unmeasured", ""},
	{"wear, early", func(f *Facts) { f.Box.Wear.For = 59 * time.Minute }, "box.wear unknown early", "59m0s"},
	{"wear, nothing", written(0), "box.wear ok long", "longer than 50 years"},
	{"wear, little", written(1e6), "box.wear ok long", "longer than 50 years"},
	{"wear, much", written(600e6), "box.wear warning soon", "2.2 years"},
	{"wear, very much", written(2e9), "box.wear failed soon", "0.7 years"},
	{"wear, in half a day", func(f *Facts) {
		f.Box.Wear.Written, f.Box.Wear.For = 300e6, 12*time.Hour
	}, "box.wear warning soon", "600 MB a day"},
	{"wear, a hard disk", func(f *Facts) { f.Box.Wear.Turns, f.Box.Wear.Written = true, 2e9 }, "box.wear ok turns", "2 GB a day"},

	{"memory", func(*Facts) {}, "box.memory ok ok", "500 MB of 1 GB are available; the agent takes 20 MB"},
	{"memory, without an agent", func(f *Facts) { f.Running = false }, "box.memory ok box", "500 MB of 1 GB"},
	{"memory, not seen", func(f *Facts) { f.Box.Memory = nil }, "box.memory unknown unmeasured", ""},
	{"memory, short", func(f *Facts) { f.Box.Memory.Available = 3e7 }, "box.memory warning short", "only 30 MB"},
	{"memory, grown", func(f *Facts) { f.Box.Usage.Anonymous = 2e8 }, "box.memory warning grown", "takes 200 MB"},

	{"ports", func(*Facts) {}, "box.ports ok ok", "tcp [::]:8260, tcp 127.0.0.1:8080"},
	{"ports, of IPv4 alone", listens4("0.0.0.0:8260", "127.0.0.1:8080"), "box.ports ok ok", ""},
	{"ports, not seen", func(f *Facts) { f.Box.Ports = nil }, "box.ports unknown unmeasured", ""},
	{"ports, one missing", listens4("127.0.0.1:8080"), "box.ports failed missing", "at :8260; it listens at: tcp 127.0.0.1:8080"},
	{"ports, none", listens4(), "box.ports failed missing", "at :8260, 127.0.0.1:8080; it listens at: -"},
	{"ports, wider than the config says", listens4("[::]:8260", "[::]:8080"), "box.ports failed missing", "at 127.0.0.1:8080"},
	{"ports, one more", listens4("[::]:8260", "127.0.0.1:8080", "[::]:6060"), "box.ports warning other", "at tcp [::]:6060, which"},
	{"ports, a demo's", func(f *Facts) {
		f.Box.Simulated = []string{"127.0.0.1:9", "127.0.0.1:8"}
		listens4("[::]:8260", "127.0.0.1:8080", "127.0.0.1:9")(f)
	}, "box.ports ok demo", "config says: tcp [::]:8260, tcp 127.0.0.1:8080; the demo's PBX and management system, in the same program, at tcp 127.0.0.1:9"},
	{"ports, one of UDP", func(f *Facts) {
		f.Box.Ports = append(f.Box.Ports, box.Port{Network: "udp", AddrPort: netip.MustParseAddrPort("127.0.0.1:8080")})
	}, "box.ports warning other", "at udp 127.0.0.1:8080"},
	{"ports, a stream", func(f *Facts) {
		f.Config.PBX.Events = "tcp"
		listens4("127.0.0.1:8080")(f)
	}, "box.ports ok ok", ""},
	{"ports, any and a name", func(f *Facts) {
		f.Config.PBX.EventListen, f.Config.API.Listen = "127.0.0.1:0", "localhost:8080"
		listens4("127.0.0.1:34567", "127.0.0.1:8080")(f)
	}, "box.ports ok ok", ""},
	{"ports, free", func(f *Facts) { f.Running = false }, "box.ports ok free", ":8260, 127.0.0.1:8080"},
	{"ports, taken", func(f *Facts) { f.Running, f.Box.Taken = false, []string{":8260"} }, "box.ports failed taken", ":8260"},

	{"file", func(*Facts) {}, "store.file ok ok", "20 MB, 1 MB of it empty, 500 events; each page was read at 2026-06-01 11:00:00"},
	{"file, none", func(f *Facts) { f.Database = nil }, "store.file unknown none", ""},
	{"file, not opened", func(f *Facts) { f.Database, f.StoreError = nil, "locked" }, "store.file unknown unmeasured", "locked"},
	{"file, without an agent", func(f *Facts) { f.Database.Free = -1 }, "store.file ok closed", "20 MB, 500 events"},
	{"file, large", func(f *Facts) { f.Database.Size = 700e6 }, "store.file warning large", "700 MB"},
	{"file, large and empty", func(f *Facts) { f.Database.Size, f.Database.Free = 700e6, 600e6 }, "store.file ok ok", ""},
	{"file, salvaged", func(f *Facts) { f.Database.Damaged, f.Database.Salvaged = "b.db.damaged", 7 }, "store.file warning salvaged", "7 events were taken over from b.db.damaged"},

	{"queue", func(*Facts) {}, "queue ok ok", "pms 1m0s"},
	{"queue, empty", func(f *Facts) { f.Queue = nil }, "queue ok empty", ""},
	{"queue, not read", func(f *Facts) { f.QueueError = "damaged" }, "queue unknown unmeasured", "damaged"},
	{"queue, no store", func(f *Facts) { f.Database = nil }, "queue unknown no-agent", ""},
	{"queue, late", func(f *Facts) {
		f.Queue = append(f.Queue, Waiting{To: "relay:http://old/", Since: noon.Add(-61 * time.Minute)})
	}, "queue warning late", "for http://old/ something waits since 2026-06-01 10:59:00 (1h1m0s): -, room -"},
	{"queue, very late", func(f *Facts) { f.Queue[0].Since = noon.Add(-25 * time.Hour) }, "queue failed late", "for pms something waits since 2026-05-31 11:00:00 (25h0m0s): posting, room 101"},
	{"queue, for nobody", func(f *Facts) { f.Queue[0].Nobody = true }, "queue failed nobody", "pms"},

	{"parked", func(*Facts) {}, "parked ok ok", ""},
	{"parked, a unit", func(f *Facts) { f.ParkedUnits = 1 }, "parked warning some", "1 runs of hooks, 0 calls"},
	{"parked, a call", func(f *Facts) { f.ParkedCalls = 2 }, "parked warning some", "2 calls"},
	{"parked, no store", func(f *Facts) { f.Database = nil }, "parked unknown no-agent", ""},

	{"pins", func(*Facts) {}, "pins ok ok", "install (2026-06-01), pbx (2026-05-30)"},
	{"pins, one missing", func(f *Facts) { f.Pins = f.Pins[:1] }, "pins warning missing", "show: install"},
	{"pins, both missing", func(f *Facts) { f.Pins = nil }, "pins warning missing", "show: install, pbx"},
	{"pins, none needed", func(f *Facts) {
		f.Pins, f.Config.PBX.URL, f.Config.Install.URL = nil, "http://192.0.2.1", "file:///x"
	}, "pins skipped none", ""},

	{"plan", func(*Facts) {}, "install.plan ok ok", ""},
	{"plan, none", func(f *Facts) { f.Config.Install.URL = "" }, "install.plan skipped none", ""},
	{"plan, due", func(f *Facts) { f.Due = []string{"/x/a", "/x/b", "/c", "/d"} }, "install.plan warning due", "4 files are not on the PBX as the config asks for them now: a, b, c, …"},
	{"plan, not known", func(f *Facts) { f.DueError = "no records" }, "install.plan unknown unmeasured", "no records"},
}
