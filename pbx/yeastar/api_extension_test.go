package yeastar

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"bellhop/hotel"
	"bellhop/pbx"
)

// TestChangesNameWhatChanges and nothing else.
func TestChangesNameWhatChanges(t *testing.T) {
	for _, c := range []struct {
		change pbx.Change
		want   string // "": nothing is asked
	}{
		{pbx.Change{}, ""},
		{pbx.Change{DND: new(true)}, `{"dnd":"on","number":"1002"}`},
		{pbx.Change{Restricted: new(false), Routes: new([]string{"a", "b c"})}, `{"callrestriction":"off","number":"1002","selectoutroute":"a,b c"}`},
		{pbx.Change{Together: new(false), Mobile: new(false), Voicemail: new(true), VoicemailPIN: new(pbx.PIN("0815"))},
			`{"enablemobile":"off","hasvoicemail":"on","number":"1002","ringsimultaneous":"off","vmsecret":"0815"}`},
		{pbx.Change{ForgetMobile: true}, `{"mobile":"","number":"1002"}`},
		{pbx.Change{Name: new("O'Brien & Söhne")}, `{"number":"1002","username":"OBrien + Söhne"}`},
		{pbx.Change{Name: new("...")}, `{"number":"1002","username":"1002"}`},
		{pbx.Change{Always: &pbx.Forward{}, Busy: &pbx.Forward{On: true, To: pbx.ToVoicemail}}, `{"alwaysforward":"off","btransferto":"Voicemail","busyforward":"on","number":"1002"}`},
		{pbx.Change{NoAnswer: &pbx.Forward{On: true, To: pbx.ToNumber, Number: "5551", Prefix: "9"}}, `{"noanswerforward":"on","ntransfernum":"5551","ntransferprefix":"9","ntransferto":"Custom Number","number":"1002"}`},
		{pbx.Change{Always: &pbx.Forward{On: true, To: pbx.ToExtension, Number: "1003"}}, `{"alwaysforward":"on","atransferext":"1003","atransferto":"Extension","number":"1002"}`},
	} {
		d, f := farDriver(t, V2)
		if err := d.ChangeExtension(t.Context(), "1002", c.change); err != nil {
			t.Errorf("%+v: %v", c.change, err)
		}
		if c.want == "" && len(f.asked) == 0 {
			continue
		}
		if got := string(f.last().body); got != c.want {
			t.Errorf("sent %s, want %s", got, c.want)
		}
	}
}

func TestChangesThatAreRefused(t *testing.T) {
	d, f := farDriver(t, V2)
	for name, change := range map[string]pbx.Change{
		"too many routes":   {Routes: new([]string{strings.Repeat("x", maxRoutes+1)})},
		"a nameless route":  {Routes: new([]string{" "})},
		"a PIN of letters":  {VoicemailPIN: new(pbx.PIN("secret"))},
		"no PIN":            {VoicemailPIN: new(pbx.PIN(""))},
		"forward to a word": {Busy: &pbx.Forward{On: true, To: pbx.ToNumber, Number: "all"}},
		"forward to nobody": {Busy: &pbx.Forward{On: true, To: pbx.ToExtension}},
		"forward nowhere":   {Busy: &pbx.Forward{On: true, To: "moon"}},
	} {
		if err := d.ChangeExtension(t.Context(), "1002", change); !errors.Is(err, pbx.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(f.asked) != 0 {
		t.Errorf("asked %v", f.asked)
	}
}

// TestNothingIsSentThatIsNotOurs: whatever changes, these stay away.
func TestNothingIsSentThatIsNotOurs(t *testing.T) {
	d, f := farDriver(t, V2)
	forward := &pbx.Forward{On: true, To: pbx.ToMobile, Prefix: "9"}
	err := d.ChangeExtension(t.Context(), "1002", pbx.Change{
		Name: new("x"), Routes: new([]string{"r"}), DND: new(true), Restricted: new(true),
		Always: forward, NoAnswer: forward, Busy: forward,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range mustParse(t, string(f.last().body)).pairs {
		for _, word := range []string{"callerid", "password", "secret", "register", "login", "extnumber"} {
			if strings.Contains(p.key, word) {
				t.Errorf("sent %s", p.key)
			}
		}
	}
}

func TestReadExtensionsInParts(t *testing.T) {
	d, f := farDriver(t, V2)
	var numbers []string
	for i := range 250 {
		numbers = append(numbers, fmt.Sprint(1000+i))
	}
	answer := func(some []string) string {
		var list []string
		for _, number := range some {
			list = append(list, `{"number":"`+number+`","registerpassword":"HASH"}`)
		}
		return `{"status":"Success","extinfos":[` + strings.Join(list, ",") + `]}`
	}
	f.answers["extension/query"] = []string{answer(numbers[:100]), answer(numbers[100:200]), answer(numbers[200:])}
	list, err := d.ReadExtensions(t.Context(), numbers...)
	if err != nil || len(list) != 250 || len(f.of("extension/query")) != 3 {
		t.Errorf("%d extensions in %d parts, %v", len(list), len(f.of("extension/query")), err)
	}
	if strings.Contains(fmt.Sprintf("%+v", list), "HASH") {
		t.Error("a password came out")
	}
	f.answers["extension/query"] = []string{answer(numbers[:1])}
	if _, err := d.ReadExtensions(t.Context(), "1000", "1001"); !errors.Is(err, pbx.ErrMissing) || !strings.Contains(err.Error(), "1001") {
		t.Errorf("one is missing: %v", err)
	}
}

// TestAlarmsInParts: API 1.1.0 shows questions about one extension only.
func TestAlarmsInParts(t *testing.T) {
	var numbers []string
	for i := range 45 {
		numbers = append(numbers, fmt.Sprint(1000+i))
	}
	for api, want := range map[Version]int{V2: 3, V1: 45} {
		d, f := farDriver(t, api)
		if _, err := d.ListAlarms(t.Context(), numbers...); err != nil || len(f.of("wakeupcall/query")) != want {
			t.Errorf("API %s: %d parts, %v", api, len(f.of("wakeupcall/query")), err)
		}
	}
}

func TestMessagesAndCallsThatAreRefused(t *testing.T) {
	d, f := farDriver(t, V2)
	dial := func(caller, callee string) error {
		_, err := d.Dial(t.Context(), pbx.DialOrder{Caller: caller, Callee: callee})
		return err
	}
	play := func(order pbx.PromptOrder) error {
		_, err := d.PlayPrompt(t.Context(), order)
		return err
	}
	text := func(text string) error {
		_, err := d.SendSMS(t.Context(), pbx.SMS{Trunk: "GSM", To: "1", Text: text})
		return err
	}
	for name, err := range map[string]error{
		"nobody calls":       dial("", "1"),
		"a word is called":   dial("1", "all"),
		"no prompt":          play(pbx.PromptOrder{Number: "1"}),
		"two in one":         play(pbx.PromptOrder{Number: "1", Prompts: []string{"a+b"}}),
		"no letter":          play(pbx.PromptOrder{Number: "1", Prompts: []string{"12"}}),
		"too loud":           play(pbx.PromptOrder{Number: "1", Prompts: []string{"a"}, Volume: new(21)}),
		"too often":          play(pbx.PromptOrder{Number: "1", Prompts: []string{"a"}, Count: maxPromptCount + 1}),
		"an emoji":           text("😀"),
		"too long":           text(strings.Repeat("你", 1001)),
		"too long, in ASCII": text(strings.Repeat("x", 2001)),
		"nothing said":       text(""),
	} {
		if !errors.Is(err, pbx.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(f.asked) != 0 {
		t.Errorf("asked %v", f.asked)
	}
	f.answers["sms/send"] = []string{`{"status":"Success","smsid":"s"}`}
	if err := text(strings.Repeat("你", 1000)); err != nil {
		t.Error(err)
	}
}

// TestGoneIsDone: what was to end or to be deleted, and is not there, is done.
func TestGoneIsDone(t *testing.T) {
	for _, number := range []string{"10005", "10007", "10103"} {
		d, f := farDriver(t, V2)
		f.answers["call/hangup"] = []string{failure(number)}
		if err := d.HangUp(t.Context(), hotel.Member{Channel: "PJSIP/1"}); err != nil {
			t.Errorf("hang up, %s: %v", number, err)
		}
	}
	d, f := farDriver(t, V2)
	f.answers["voicemail/delete"] = []string{failure("20018")}
	if err := d.ClearVoicemail(t.Context(), "1000"); err != nil {
		t.Error(err)
	}
	if got, want := string(f.last().body), `{"number":"1000","voicemailfile":"all","voicemailstatus":"all"}`; got != want {
		t.Errorf("sent %s, want %s", got, want)
	}
	f.answers["call/query"] = []string{`{"status":"Success"}`}
	if _, err := d.AskCall(t.Context(), "1.5"); !errors.Is(err, pbx.ErrMissing) {
		t.Errorf("ask about a call that ended: %v", err)
	}
	f.answers["call/dial"] = []string{`{"status":"Success"}`}
	if _, err := d.Dial(t.Context(), pbx.DialOrder{Caller: "1", Callee: "2"}); !errors.Is(err, pbx.ErrUncertain) {
		t.Errorf("a call without id: %v", err)
	}
}
