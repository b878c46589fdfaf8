package asterisk

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"bellhop/dialplan"
)

// TestNoFunctionNoEntry: a PBX without a function that the dialplan needs lets
// nobody book, and every dialogue ends.
func TestNoFunctionNoEntry(t *testing.T) {
	t.Parallel()
	eachVersion(t, func(t *testing.T, version int) {
		s := services()
		type lack struct {
			without string
			calls   []dialogue
		}
		atOnce(t, []lack{
			{"func_sha1", []dialogue{
				{name: "the right PIN, three times", number: "782", keys: []string{"0001#", "1234#", "0001#", "1234#", "0001#", "1234#"}, want: []string{"782*P*0001"}},
				{name: "an unknown code without a PIN", number: "782", keys: []string{"9#", "#", "9#", "#", "9#", "#"}, want: []string{"782*P*9"}},
				{name: "without a PIN", number: "778", keys: []string{"7#", "1#", "1", "#"}, want: []string{"778*7*1"}},
			}},
			{"func_strings", []dialogue{
				{name: "a status", number: "777", keys: []string{"*01", "*01", "*01"}},
				{name: "an item", number: "778", keys: []string{"7#", "7#", "7#"}},
				{name: "a PIN", number: "782", keys: []string{"0001#", "0001#", "0001#"}},
				{name: "a wake-up", number: "779", keys: []string{"1", "0730", "0730", "0730"}},
			}},
			{"func_logic", []dialogue{
				{name: "an item, once", number: "778", keys: []string{"7#", "1#"}},
				{name: "a status, once", number: "777", keys: []string{"*01"}, want: []string{"777*01"}},
			}},
		}, func(l lack) string { return l.without }, func(t *testing.T, l lack) {
			server := serve(t, version, s, Options{Without: []string{l.without}})
			atOnce(t, l.calls, func(d dialogue) string { return d.name }, func(t *testing.T, d dialogue) { d.try(t, server, s.Codes) })
		})
	})
}

// tricky is what others may have in their file: comments of all kinds, blanks,
// settings in both manners.
const tricky = "\ufeff; comment\r\n[general]\r\nstatic=yes\n" +
	"[" + dialplan.YeastarContext + "]\ninclude = theirs ; of others\n" +
	"[theirs]\n;-- exten => 5001,1,UserEvent(Hidden)\n;-- deeper --; exten => 5001,1,UserEvent(Hidden) --;exten => 5002,1,UserEvent(Shown)\n" +
	"same => n,Answer()\nsame = n,UserEvent(Semi,Text:a\\;b) ; not this\n\tsame => n , Wait(1)\nsame => n,Hangup()\n" +
	";--- no block comment\nexten = 5003, 1, UserEvent(Shown)\nsame = n(label), Answer()\nsame => n,Hangup()"

// TestMergedWithOthers: what others wrote still does what it did, and ours
// works beside it; what is merged again and taken out again loads too.
func TestMergedWithOthers(t *testing.T) {
	t.Parallel()
	eachVersion(t, func(t *testing.T, version int) {
		s := services()
		block, err := s.Render()
		if err != nil {
			t.Fatal(err)
		}
		merged, err := dialplan.Merge([]byte(tricky), block)
		if err != nil {
			t.Fatal(err)
		}
		sounds := map[string][]string{"zh": s.Prompts("zh"), "en": s.Prompts("en")}
		server := Start(t, version, Options{Dialplan: merged, Sounds: sounds})
		if c := server.Dial(t, "1203", dialplan.YeastarContext, "777").Press("*01").End(); !slices.Equal(c.Infos(), []string{"777*01"}) {
			t.Errorf("ours reports %q", c.Infos())
		}
		for number, want := range map[string][]string{"5002": {"Shown", "Semi"}, "5003": {"Shown"}} {
			if c := server.Dial(t, "1203", dialplan.YeastarContext, number).End(); !slices.Equal(c.Others(), want) {
				t.Errorf("theirs at %s does %q, want %q", number, c.Others(), want)
			}
		}
		if server.Reaches(t, dialplan.YeastarContext, "5001") {
			t.Error("what stood in a comment can be dialled")
		}
		for _, line := range server.Complaints() {
			t.Error(line)
		}
	})
}

// TestThePublishedSample: the faults that dialplan.Check finds in the makers'
// sample are real ones. Keys that are pressed while its minibar speaks are
// dialled out; ours keep them.
func TestThePublishedSample(t *testing.T) {
	t.Parallel()
	const sample = `[phones]
include => hotelba
include => outbound
[hotelba]
exten = 778,1,Answer()
same = n,Background(product_id)
same = n,Read(digito,,9,,1,4)
same = n,Hangup()
[outbound]
exten => _Z.,1,UserEvent(Outside,Number:${EXTEN})
same => n,Hangup()
`
	if !slices.ContainsFunc(dialplan.Check([]byte(sample)), func(f dialplan.Finding) bool { return f.Fault == dialplan.FaultKeysDialled }) {
		t.Fatal("it is not found")
	}
	eachVersion(t, func(t *testing.T, version int) {
		server := Start(t, version, Options{Dialplan: []byte(sample), Sounds: map[string][]string{"en": {"product_id"}}})
		server.SetSound(t, "en", "product_id", tone(8000, 20_000))
		c := server.Dial(t, "1203", phones, "778")
		c.until("its prompt", func() bool { return slices.Contains(c.steps, "BackGround(product_id)") })
		c.Key("12").End()
		if !slices.Equal(c.Others(), []string{"Outside"}) {
			t.Errorf("it did %q: %s", c.Others(), strings.Join(c.Steps(), " "))
		}
	})
}

// TestALongPromptIsCutShort: a caller who knows the dialogue need not wait, and
// no key of his is dialled.
func TestALongPromptIsCutShort(t *testing.T) {
	t.Parallel()
	eachVersion(t, func(t *testing.T, version int) {
		s := services()
		server := serve(t, version, s, Options{})
		for _, name := range s.Prompts("zh") {
			server.SetSound(t, "zh", name, tone(8000, 30_000))
		}
		c := server.Dial(t, "1203", phones, "778")
		for _, keys := range []string{"123456789", "12", "1", "42#", "3#", "1"} {
			c.Press(keys)
		}
		c.Asked().HangUp()
		if want := []string{"778*123456789*12", "778*42*3*2"}; !slices.Equal(c.Infos(), want) || len(c.Others()) > 0 {
			t.Errorf("reports %q and does %q, want %q", c.Infos(), c.Others(), want)
		}
	})
}

// TestAWrongRateEndsADialogue is why wavs are checked before they are put onto
// a PBX.
func TestAWrongRateEndsADialogue(t *testing.T) {
	t.Parallel()
	eachVersion(t, func(t *testing.T, version int) {
		server := serve(t, version, services(), Options{})
		server.SetSound(t, "zh", "roomstatus", tone(16000, toneMillis))
		c := server.Dial(t, "1203", phones, "777").End()
		if len(c.Infos()) > 0 || !strings.Contains(fmt.Sprint(server.Complaints()), "16000") {
			t.Errorf("reports %q; %q", c.Infos(), server.Complaints())
		}
	})
}
