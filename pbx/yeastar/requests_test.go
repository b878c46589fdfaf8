package yeastar

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bellhop/hotel"
	"bellhop/pbx"
)

var quarterToOne = pbx.AlarmSpec{Hour: 0, Minute: 45, Repeat: pbx.AlarmOnce, Rings: 3, Interval: 5 * time.Minute}

func at(spec pbx.AlarmSpec, hour, minute int) pbx.AlarmSpec {
	spec.Hour, spec.Minute = hour, minute
	return spec
}

func noEvent(hotel.Event) error { return nil }

// requests has, for each request that the manuals show, how it comes about.
// What it answers does not matter here.
var requests = map[string]struct {
	api      Version
	endpoint string
	ask      func(ctx context.Context, d *Driver) error
}{
	"L00250_wakeupcall-create-multi.json": {V1, "wakeupcall/create", func(ctx context.Context, d *Driver) error {
		return d.sendAlarm(ctx, "wakeupcall/create", d.extension("1000,1001"), quarterToOne, true)
	}},
	"L00294_wakeupcall-create.json": {V1, "wakeupcall/create", func(ctx context.Context, d *Driver) error {
		_, err := d.CreateAlarm(ctx, "1000", quarterToOne)
		return err
	}},
	"L00348_wakeupcall-query.json": {V1, "wakeupcall/query", func(ctx context.Context, d *Driver) error {
		_, err := d.ListAlarms(ctx, "1000")
		return err
	}},
	"L00399_wakeupcall-update.json": {V1, "wakeupcall/update", func(ctx context.Context, d *Driver) error {
		return d.ChangeAlarm(ctx, "1000", "1", at(quarterToOne, 11, 0))
	}},
	"L00440_wakeupcall-delete-multi.json": {V1, "wakeupcall/delete", func(ctx context.Context, d *Driver) error {
		return d.DeleteAlarms(ctx, "1000", "1", "2")
	}},
	"L00443_wakeupcall-delete.json": {V1, "wakeupcall/delete", func(ctx context.Context, d *Driver) error {
		return d.DeleteAlarms(ctx, "1000", "1")
	}},
	"L00543_extension-update-name.json": {V1, "extension/update", func(ctx context.Context, d *Driver) error {
		return d.ChangeExtension(ctx, "1002", pbx.Change{Name: new("陈先生")})
	}},
	"L00555_extension-update-routes-all.json": {V1, "extension/update", func(ctx context.Context, d *Driver) error {
		return d.ChangeExtension(ctx, "1002", pbx.Change{Routes: new([]string{"International", "National", "Local"})})
	}},
	"L00561_extension-update-routes-none.json": {V1, "extension/update", func(ctx context.Context, d *Driver) error {
		return d.ChangeExtension(ctx, "1002", pbx.Change{Routes: new([]string{})})
	}},
	"L00605_hotel-checkout-multi.json": {V1, "hotel/checkout", func(ctx context.Context, d *Driver) error {
		return d.CheckOut(ctx, "1001", "1002")
	}},
	"L00619_hotel-checkout.json": {V1, "hotel/checkout", func(ctx context.Context, d *Driver) error {
		return d.CheckOut(ctx, "1001")
	}},
	"L01752_extension-query.json": {V2, "extension/query", func(ctx context.Context, d *Driver) error {
		_, err := d.ReadExtensions(ctx, "1001")
		return err
	}},
	"L01908_extension-query_call.json": {V2, "extension/query_call", func(ctx context.Context, d *Driver) error {
		_, err := d.ExtensionCalls(ctx, "1000")
		return err
	}},
	"L02160_extension-update.json": {V2, "extension/update", func(ctx context.Context, d *Driver) error {
		return d.ChangeExtension(ctx, "1002", pbx.Change{Name: new("Amy")})
	}},
	"L03322_outroute-query.json": {V2, "outroute/query", func(ctx context.Context, d *Driver) error {
		_, err := d.routes(ctx, "1")
		return err
	}},
	"L05395_voicemail-query.json": {V2, "voicemail/query", func(ctx context.Context, d *Driver) error {
		_, err := d.ListVoicemail(ctx, "4000")
		return err
	}},
	"L05476_voicemail-delete.json": {V2, "voicemail/delete", func(ctx context.Context, d *Driver) error {
		return d.DeleteVoicemail(ctx, pbx.Voicemail{Extension: "2023", File: "msg0000.wav"})
	}},
	"L05656_cdr-get_random.json": {V2, "cdr/get_random", func(ctx context.Context, d *Driver) error {
		return d.PastCalls(ctx, pbx.Span{From: "2019-10-24 00:00:00", To: "2019-10-24 15:59:59"}, []string{"4000"}, noEvent)
	}},
	"L05756_recording-get_random.json": {V2, "recording/get_random", func(ctx context.Context, d *Driver) error {
		return d.FetchRecording(ctx, "20191024012719-1571909237.191-4000-4001-Internal.wav", io.Discard)
	}},
	"L05860_wakeupcall-query.json": {V2, "wakeupcall/query", func(ctx context.Context, d *Driver) error {
		_, err := d.ListAlarms(ctx, "5000")
		return err
	}},
	"L06022_wakeupcall-update.json": {V2, "wakeupcall/update", func(ctx context.Context, d *Driver) error {
		return d.ChangeAlarm(ctx, "4001", "25", pbx.AlarmSpec{Hour: 12, Repeat: pbx.AlarmOnce})
	}},
	"L06142_hotel-checkout.json": {V2, "hotel/checkout", func(ctx context.Context, d *Driver) error {
		return d.CheckOut(ctx, "4000")
	}},
	"L06206_sms-send.json": {V2, "sms/send", func(ctx context.Context, d *Driver) error {
		_, err := d.SendSMS(ctx, pbx.SMS{Trunk: "GSM", To: "18396210850", Text: "你好"})
		return err
	}},
	"L06506_call-query.json": {V2, "call/query", func(ctx context.Context, d *Driver) error {
		_, err := d.AskCall(ctx, "1571386069.8")
		return err
	}},
	"L06565_call-query.json": {V2, "call/query", func(ctx context.Context, d *Driver) error {
		_, err := d.OutsideCalls(ctx, pbx.Inbound)
		return err
	}},
	"L06693_call-dial.json": {V2, "call/dial", func(ctx context.Context, d *Driver) error {
		_, err := d.Dial(ctx, pbx.DialOrder{Caller: "1023", Callee: "2000"})
		return err
	}},
	"L07655_call-hangup.json": {V2, "call/hangup", func(ctx context.Context, d *Driver) error {
		return d.HangUp(ctx, hotel.Member{Role: hotel.RoleExtension, Channel: "PJSIP/1023-000000c0"})
	}},
	"repaired_L05951_wakeupcall-create.json": {V2, "wakeupcall/create", func(ctx context.Context, d *Driver) error {
		_, err := d.CreateAlarm(ctx, "4000", at(quarterToOne, 11, 0))
		return err
	}},
	"repaired_L07554_call-playprompt.json": {V2, "call/playprompt", func(ctx context.Context, d *Driver) error {
		_, err := d.PlayPrompt(ctx, pbx.PromptOrder{
			Number: "1023", Prompts: []string{"music1", "music2"}, Count: 2, AutoAnswer: true, Volume: new(10),
		})
		return err
	}},
}

// elsewhere are the requests that other tests send, and the one that never is.
var elsewhere = map[string]string{
	"L00522_login-demo.json":        "TestLoginAsPrinted",
	"L01022_login.json":             "TestLoginAsPrinted",
	"L01112_heartbeat.json":         "TestHeartbeatAsPrinted",
	"heartbeat-v110-urlflag.json":   "TestHeartbeatAsPrinted",
	"L06080_wakeupcall-delete.json": "TestNothingIsDeletedUnnamed",
}

func TestRequestsAsPrinted(t *testing.T) {
	files, err := filepath.Glob("testdata/requests/*.json")
	if err != nil || len(files) < 30 {
		t.Fatalf("list vectors: %v, %d", err, len(files))
	}
	for _, file := range files {
		name := filepath.Base(file)
		t.Run(name, func(t *testing.T) {
			r, known := requests[name]
			if !known {
				if elsewhere[name] == "" {
					t.Fatal("nothing sends this request")
				}
				return
			}
			d, f := farDriver(t, r.api)
			_ = r.ask(t.Context(), d)
			sent := f.of(r.endpoint)
			if len(sent) != 1 {
				t.Fatalf("asked %d times of %s, in %v", len(sent), r.endpoint, f.asked)
			}
			if want := example(t, "requests", name); !sameValue(t, sent[0].body, []byte(want)) {
				t.Errorf("sent %s\nwant %s", sent[0].body, want)
			}
			if want := "/api/v" + string(r.api) + "/" + r.endpoint; sent[0].path != want || sent[0].query != "token=t1" || sent[0].method != "POST" {
				t.Errorf("sent to %s %s?%s, want %s", sent[0].method, sent[0].path, sent[0].query, want)
			}
		})
	}
}

// TestPathsAsPrinted holds the endpoints of the table above to the heads of
// the printed requests.
func TestPathsAsPrinted(t *testing.T) {
	files, err := filepath.Glob("testdata/requests/*.http")
	if err != nil || len(files) < 15 {
		t.Fatalf("list vectors: %v, %d", err, len(files))
	}
	for _, file := range files {
		printed, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		body := strings.TrimSuffix(filepath.Base(file), ".http") + ".json"
		if body == "L07549_call-playprompt.json" {
			body = "repaired_L07554_call-playprompt.json"
		}
		r, known := requests[body]
		if !known {
			continue
		}
		if got, want := printedTarget(t, string(printed)), "/api/v2.0.0/"+r.endpoint; got != want {
			t.Errorf("%s: printed for %s, sent to %s", file, got, want)
		}
	}
}

func TestLoginAsPrinted(t *testing.T) {
	for _, name := range []string{"L00522_login-demo.json", "L01022_login.json"} {
		d, f := farDriver(t, V2)
		if err := d.Session.Login(t.Context()); err != nil {
			t.Fatal(err)
		}
		sent, want := mustParse(t, string(f.last().body)), mustParse(t, example(t, "requests", name))
		for _, key := range []string{"username", "port", "version"} {
			if sent.scalar(key) != want.scalar(key) || want.scalar(key) == "" {
				t.Errorf("%s: %s is %q, want %q", name, key, sent.scalar(key), want.scalar(key))
			}
		}
		if len(sent.scalar("password")) != len(want.scalar("password")) {
			t.Errorf("%s: the password is no MD5", name)
		}
	}
}

func TestHeartbeatAsPrinted(t *testing.T) {
	for name, c := range map[string]struct {
		api          Version
		registration Registration
		version      string
	}{
		"L01112_heartbeat.json":       {V2, Registration{Address: "192.168.6.24", Port: "8260"}, "2.0.0"},
		"heartbeat-v110-urlflag.json": {V1, Registration{Address: "10.0.0.9", Port: "8260", URL: "10.0.0.9:8260/report", URLTag: "1"}, "1.0.2"},
	} {
		d, _ := farDriver(t, c.api)
		d.Session.Registration = c.registration
		sent := d.Session.registration()
		for _, p := range mustParse(t, example(t, "requests", name)).pairs {
			if sent[p.key] != p.value.text {
				t.Errorf("%s: %s is %q, want %q", name, p.key, sent[p.key], p.value.text)
			}
		}
		if sent["version"] != c.version {
			t.Errorf("%s: version %q, want %q", name, sent["version"], c.version)
		}
	}
}

func mustParse(t testing.TB, text string) node {
	t.Helper()
	n, err := parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestOldNames holds what API 1.1.0 has other endpoints for.
func TestOldNames(t *testing.T) {
	member := func(role hotel.PartyRole) hotel.Member {
		return hotel.Member{Role: role, Number: "1002", Channel: "1495698433.203"}
	}
	for _, c := range []struct {
		ask  func(d *Driver) error
		want string
	}{
		{func(d *Driver) error { _, err := d.ListExtensions(t.Context()); return err }, `extensionlist/query {}`},
		{func(d *Driver) error { _, err := d.ListRoutes(t.Context()); return err }, `outroute/query {"name":"all"}`},
		{func(d *Driver) error {
			_, err := d.Dial(t.Context(), pbx.DialOrder{Caller: "1005", Callee: "1006"})
			return err
		}, `extension/dial_extension {"autoanswer":"no","callee":"1006","caller":"1005"}`},
		{func(d *Driver) error {
			_, err := d.Dial(t.Context(), pbx.DialOrder{Caller: "1002", Callee: "971837373", Outside: true})
			return err
		}, `extension/dial_outbound {"autoanswer":"no","extid":"1002","outto":"971837373"}`},
		{func(d *Driver) error {
			_, err := d.Dial(t.Context(), pbx.DialOrder{Caller: "118396210850", Callee: "98237374", Permission: "1000"})
			return err
		}, `outbound/dial_outbound {"caller":"118396210850","fromext":"1000","outto":"98237374"}`},
		{func(d *Driver) error {
			_, err := d.PlayPrompt(t.Context(), pbx.PromptOrder{Number: "1000", Prompts: []string{"a", "b"}, Count: 2})
			return err
		}, `extension/playprompt {"autoanswer":"no","extid":"1000","prompt":"a+b+a+b"}`},
		{func(d *Driver) error {
			_, err := d.PlayPrompt(t.Context(), pbx.PromptOrder{Number: "41000", Prompts: []string{"a"}, Outside: true, Permission: "1000"})
			return err
		}, `outbound/playprompt {"fromext":"1000","outto":"41000","prompt":"a"}`},
		{func(d *Driver) error { _, err := d.OutsideCalls(t.Context(), pbx.Outbound); return err }, `outbound/query {}`},
		{func(d *Driver) error { return d.HangUp(t.Context(), member(hotel.RoleExtension)) }, `extension/hangup {"extid":"1002"}`},
		{func(d *Driver) error { return d.HangUp(t.Context(), member(hotel.RoleInbound)) }, `inbound/hangup {"inboundid":"1495698433.203"}`},
		{func(d *Driver) error { return d.HangUp(t.Context(), member(hotel.RoleOutbound)) }, `outbound/hangup {"outboundid":"1495698433.203"}`},
	} {
		d, f := farDriver(t, V1)
		_ = c.ask(d)
		if got := f.last().endpoint + " " + string(f.last().body); got != c.want {
			t.Errorf("sent %s, want %s", got, c.want)
		}
	}
}

// TestDialOptions holds what only some calls name.
func TestDialOptions(t *testing.T) {
	d, f := farDriver(t, V2)
	_, _ = d.Dial(t.Context(), pbx.DialOrder{Caller: "6500", Callee: "2000", Permission: "1000", AutoAnswer: true})
	want := `{"autoanswer":"yes","callee":"2000","caller":"6500","dialpermission":"1000"}`
	if got := string(f.last().body); got != want {
		t.Errorf("sent %s, want %s", got, want)
	}
	_, _ = d.PlayPrompt(t.Context(), pbx.PromptOrder{Number: "1023", Prompts: []string{"music1"}, Permission: "1000"})
	want = `{"autoanswer":"no","dialpermission":"1000","number":"1023","prompt":"music1"}`
	if got := string(f.last().body); got != want {
		t.Errorf("sent %s, want %s", got, want)
	}
}
