package sim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// The bodies in testdata are the examples of the vendor's documents: v2 of the
// API 2.0.0 manual, v1.1 of the hotel guide for API 1.1.0; those called
// repaired are examples whose JSON is broken by page breaks or stray commas.
func vector(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// vectorPBX knows the extensions of the examples, and what they ask about.
func vectorPBX(t *testing.T) (p *PBX, token string) {
	t.Helper()
	c := newClock()
	p = newPBX(t, PBXOptions{Now: c.now})
	mail := []Voicemail{{File: "msg0000.wav", From: "3000", Status: "unread", Date: c.now(), Length: 77}}
	for _, number := range []string{"1000", "1001", "1002", "1023", "2000", "2023", "4000", "4001", "5000"} {
		if err := p.SetExtension(PBXExtension{Number: number, Voicemails: mail, Handset: []Handset{{Talk: Span(time.Minute)}}}); err != nil {
			t.Fatal(err)
		}
	}
	for number, ids := range map[string][]string{"1000": {"1", "2"}, "4001": {"25"}, "5000": {"9"}} {
		var alarms []Alarm
		for i, id := range ids {
			alarms = append(alarms, Alarm{ID: id, Time: fmt.Sprintf("15:0%d", i), Type: "onetime", Repeats: "3", Interval: "5"})
		}
		if err := p.SetExtension(PBXExtension{Number: number, Alarms: alarms}); err != nil {
			t.Fatal(err)
		}
	}
	p.AddRecord(CDR{
		CallID: "1571909237.191", Start: time.Date(2019, 10, 24, 1, 27, 19, 0, time.UTC), From: "4000", To: "4001",
		Duration: 20, Talk: 10, Status: "ANSWERED", Type: "Internal", Recording: "20191024012719-1571909237.191-4000-4001-Internal.wav",
	})
	return p, mustLogin(t, p)
}

// The printed request is answered with the printed answer: the same keys and
// kinds of values.
func TestRequestsAndAnswersAsPrinted(t *testing.T) {
	ok := `{"status":"Success"}`
	for _, c := range []struct{ endpoint, request, answer string }{
		{"extension/list", "", "v2/response_L01636_extension-list.json"},
		{"extension/query", "v2/request_L01752_extension-query.json", "v2/repaired_L01776_extension-query.json"},
		{"extension/update", "v2/request_L02160_extension-update.json", ok},
		{"wakeupcall/query", "v2/request_L05860_wakeupcall-query.json", "v2/response_L05872_wakeupcall-query.json"},
		{"wakeupcall/create", "v2/repaired_L05951_wakeupcall-create.json", ok},
		{"wakeupcall/create", "v2/request_L05947_wakeupcall-create.joined.json", `{"status":"Failed","errno":"20000"}`},
		{"wakeupcall/update", "v2/request_L06022_wakeupcall-update.json", ok},
		{"wakeupcall/delete", "v2/request_L06080_wakeupcall-delete.json", ok},
		{"hotel/checkout", "v2/request_L06142_hotel-checkout.json", ok},
		{"voicemail/query", "v2/request_L05395_voicemail-query.json", "v2/response_L05407_voicemail-query.json"},
		{"voicemail/delete", "v2/request_L05476_voicemail-delete.json", ok},
		{"voicemail/get_random", "v2/request_L05551_voicemail-get_random.json", "v2/repaired_L05573_voicemail-get_random.json"},
		{"cdr/get_random", "v2/request_L05656_cdr-get_random.json", "v2/response_L05670_cdr-get_random.json"},
		{"recording/get_random", "v2/request_L05756_recording-get_random.json", "v2/response_L05769_recording-get_random.json"},
		{"outroute/query", "v2/request_L03322_outroute-query.json", "v2/response_L03334_outroute-query.json"},
		{"call/dial", "v2/request_L06693_call-dial.json", "v2/response_L06709_call-dial.json"},
		{"call/playprompt", "v2/repaired_L07554_call-playprompt.json", "v2/response_L06709_call-dial.json"},
		{"call/playprompt", "v2/request_L07549_call-playprompt.json", `{"status":"Failed","errno":"20000"}`},
		{"call/hangup", "v2/request_L07655_call-hangup.json", `{"status":"Failed","errno":"10103"}`},
		{"call/transfer", "v2/request_L07277_call-transfer.json", `{"status":"Failed","errno":"10103"}`},
		{"call/query", "v2/request_L06506_call-query.json", `{"status":"Failed","errno":"10005"}`},
		{"sms/send", `{"trunk":"GSM","phonenumber":"18396210850","message":"%E4%BD%A0%E5%A5%BD"}`, `{"status":"Success","smsid":"18396210850-1502874159"}`},
		{"deviceinfo/query", "", "v2/response_L01187_deviceinfo-query.json"},
		{"logout", "", "v2/response_L01252_logout.json"},
		{"v1.1 extensionlist/query", "", "v1.1/response_L00485_extensionlist-query.json"},
		{"v1.1 wakeupcall/create", "v1.1/request_L00250_wakeupcall-create-multi.json", ok},
		{"v1.1 wakeupcall/create", "v1.1/request_L00294_wakeupcall-create.json", ok},
		{"v1.1 wakeupcall/query", "v1.1/request_L00348_wakeupcall-query.json", "v1.1/response_L00354_wakeupcall-query.json"},
		{"v1.1 wakeupcall/update", "v1.1/request_L00399_wakeupcall-update.json", ok},
		{"v1.1 wakeupcall/delete", "v1.1/request_L00440_wakeupcall-delete-multi.json", ok},
		{"v1.1 wakeupcall/delete", "v1.1/request_L00443_wakeupcall-delete.json", ok},
		{"v1.1 extension/update", "v1.1/request_L00543_extension-update-name.json", ok},
		{"v1.1 extension/update", "v1.1/request_L00555_extension-update-routes-all.json", ok},
		{"v1.1 extension/update", "v1.1/request_L00561_extension-update-routes-none.json", ok},
		{"v1.1 hotel/checkout", "v1.1/request_L00605_hotel-checkout-multi.json", "v1.1/response_L00627_hotel-checkout.json"},
		{"v1.1 hotel/checkout", "v1.1/request_L00619_hotel-checkout.json", ok},
	} {
		p, token := vectorPBX(t)
		body, want := []byte(c.request), []byte(c.answer)
		if strings.HasSuffix(c.request, ".json") {
			body = vector(t, c.request)
		}
		if strings.HasSuffix(c.answer, ".json") {
			want = vector(t, c.answer)
		}
		name, old := strings.CutPrefix(c.endpoint, "v1.1 ")
		got := printed(ask1(p, old, name, token, string(body)), "")
		if diff := differ("", shaped(t, want), shaped(t, got)); diff != "" {
			t.Errorf("%s %s: %s\n%s", c.endpoint, c.request, diff, got)
		}
	}
}

// ask1 calls either version of the API.
func ask1(p *PBX, old bool, endpoint, token, body string) answer {
	from := netip.MustParseAddr("192.168.5.1")
	return p.call(call{old: old, method: http.MethodPost, endpoint: endpoint, token: token, from: from, body: []byte(body)})
}

func shaped(t *testing.T, text []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return v
}

// free are keys whose presence depends on the values of the state.
var free = []string{"email", "moblie", "ntransferprefix", "btransferprefix", "mobileprefix"}

// differ says where two values differ in shape; the values of status and errno
// count too. Only the first of a list is compared.
func differ(at string, want, got any) string {
	switch want := want.(type) {
	case map[string]any:
		got, same := got.(map[string]any)
		if !same {
			return at + " is no object"
		}
		for key, value := range want {
			if _, there := got[key]; !there && !slices.Contains(free, key) {
				return at + "." + key + " is missing"
			} else if (key == "errno" || at == "" && key == "status") && got[key] != value {
				return fmt.Sprintf("%s is %v, want %v", key, got[key], value)
			} else if diff := differ(at+"."+key, value, got[key]); there && diff != "" {
				return diff
			}
		}
		for key := range got {
			if _, there := want[key]; !there {
				return at + "." + key + " is not in the manual"
			}
		}
		return ""
	case []any:
		got, same := got.([]any)
		if !same || len(got) == 0 {
			return at + " is no list, or empty"
		}
		return differ(at+"[0]", want[0], got[0])
	}
	if fmt.Sprintf("%T", want) != fmt.Sprintf("%T", got) {
		return fmt.Sprintf("%s is %T, want %T", at, got, want)
	}
	return ""
}

func FuzzRequest(f *testing.F) {
	for _, pattern := range []string{"testdata/*/request_*", "testdata/v2/repaired_*"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatalf("no vectors: %v", err)
		}
		for _, name := range files {
			text, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			for n := range len(endpointNames()) {
				f.Add(uint8(n), text)
			}
		}
	}
	names := endpointNames()
	f.Fuzz(func(t *testing.T, n uint8, body []byte) {
		p, token := vectorPBX(t)
		name, old := strings.CutPrefix(names[int(n)%len(names)], "old ")
		a := ask1(p, old, name, token, string(body))
		if (a.Status == "Success") != (a.Errno == "") || a.Status != "Success" && a.Status != "Failed" {
			t.Errorf("%s: %+v", name, a)
		}
		shaped(t, printed(a, ""))
		p.Move(24 * time.Hour)
		if s := p.State(); len(s.Calls) > 0 {
			t.Errorf("%s: a call never ends: %+v", name, s.Calls)
		}
	})
}

func endpointNames() []string {
	names := []string{"login", "heartbeat", "logout", "deviceinfo/query"}
	for name := range newEndpoints {
		names = append(names, name)
	}
	for name := range oldEndpoints {
		names = append(names, "old "+name)
	}
	slices.Sort(names)
	return names
}
