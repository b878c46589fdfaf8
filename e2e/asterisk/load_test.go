package asterisk

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"bellhop/dialplan"
	"bellhop/sounds"
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
		server := Start(t, version, Options{Dialplan: merged, Sounds: map[string][]string{"zh": s.Prompts("zh"), "en": s.Prompts("en")}})
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

// TestKeysWhileItSpeaks: a caller who knows a dialogue need not wait for its
// questions. When it announces what was done, that is reported already; what is
// pressed meanwhile goes nowhere: nothing is dialled out, nothing reported twice.
func TestKeysWhileItSpeaks(t *testing.T) {
	t.Parallel()
	const longPrompt = 30_000
	eachVersion(t, func(t *testing.T, version int) {
		s := services()
		s.StaffLanguage, s.GuestLanguages = "en", []string{"en", "zh"} // TestDialogues has them the other way round
		server := serve(t, version, s, Options{})
		for _, language := range s.Languages() {
			for _, name := range s.Prompts(language) {
				server.SetSound(t, language, name, tone(8000, longPrompt))
			}
		}
		atOnce(t, []dialogue{
			{name: "a status", number: "777", keys: []string{"*01"}, want: []string{"777*01"}, ran: []string{"Playback(room&bh-1&bh-2&bh-0&bh-3&cleaned)"}},
			{name: "another room's", from: pantry, number: "777", keys: []string{"*20", "12345678"}, want: []string{"777*20*12345678"}},
			{name: "ZYCOO's", number: "*56", keys: []string{"*11"}, want: []string{"*56*11"}},
			{name: "cleared", number: "*056", want: []string{"*056"}, ran: []string{"Playback(bh-status-cleared)"}},
			{name: "nothing taken", number: "778", keys: []string{"*0#"}, want: []string{"778*N*1"}, ran: []string{"Playback(bh-nothing-taken)"}},
			{name: "two items", number: "778", keys: []string{"123456789", "12", "1", "42#", "3#", "1", "#"}, want: []string{"778*123456789*12", "778*42*3*2"}, ran: []string{"Playback(bh-goodbye)"}},
			{name: "with a PIN", number: "782", keys: []string{"0001#", "1234#", "*1#", "7#", "1#", "1", "#"}, want: []string{"782*R*7*1*1*0001"}},
			{name: "three wrong PINs", number: "782", keys: []string{"9#", "1#", "9#", "2#", "9#", "3#"}, want: []string{"782*P*9"}, ran: []string{"Playback(bh-locked)"}},
			{name: "a wake-up", number: "779", keys: []string{"2", "1", "0730", "1"}, want: []string{"779*0730"}, ran: []string{"Playback(bh-wakeup-set)"}},
			{name: "wake-ups heard", number: "779", keys: []string{"3"}, want: []string{"779*H"}, ran: []string{"Playback(bh-wakeup-hear)"}},
			{name: "wake-ups cancelled", number: "779", keys: []string{"4", "1"}, want: []string{"779*C"}, ran: []string{"Playback(bh-wakeup-cancelled)"}},
			{name: "do not disturb", number: "76", keys: []string{"2", "1"}, want: []string{"76*1"}, ran: []string{"Playback(bh-dnd-on)"}},
			{name: "awake", number: "775", keys: []string{"7"}, want: []string{"775*L*21", "775*7"}, ran: []string{"Playback(bh-wakeup-thanks)"}},
		}, func(d dialogue) string { return d.name }, func(t *testing.T, d dialogue) {
			c := server.Dial(t, cmp.Or(d.from, "1203"), phones, d.number)
			for _, keys := range d.keys {
				c.Press(keys)
			}
			c.until("its announcement", func() bool { return len(c.steps) > 0 && strings.HasPrefix(c.steps[len(c.steps)-1], "Playback(") })
			if got := c.Infos(); !slices.Equal(got, d.want) {
				t.Errorf("before its announcement the PBX reports %q, want %q", got, d.want)
			}
			c.Key("5551#*19").HangUp()
			d.judge(t, c, s.Codes)
		})
		for _, line := range server.Complaints() {
			t.Error(line)
		}
		for _, heard := range []string{"'product_id.slin' (language 'en')", "'bh-wakeup-menu.slin' (language 'en')", "'bh-wakeup-menu.slin' (language 'zh')"} {
			if !strings.Contains(server.Log(), "Playing "+heard) {
				t.Errorf("nobody heard %s", heard)
			}
		}
	})
}

// TestShippedPrompts: Asterisk plays every recording that comes with the
// program, in each language, and takes the key that is pressed meanwhile.
func TestShippedPrompts(t *testing.T) {
	t.Parallel()
	const plan = `[phones]
exten => _[ez][nh]-.,1,Answer()
same => n,Set(CHANNEL(language)=${EXTEN:0:2})
same => n,Read(KEY,${EXTEN:3},1,,1,1)
same => n,UserEvent(DtmfEndString,Info:${READSTATUS}${KEY})
same => n,Hangup()
`
	type prompt struct{ language, name string }
	var all []prompt
	for _, language := range sounds.Languages() {
		for _, p := range sounds.Catalogue() {
			all = append(all, prompt{language, p.Name})
		}
	}
	eachVersion(t, func(t *testing.T, version int) {
		server := Start(t, version, Options{Dialplan: []byte(plan), Sounds: map[string][]string{"zh": nil, "en": nil}})
		for _, p := range all {
			wav, err := sounds.Shipped(p.language, p.name)
			if err != nil {
				t.Fatal(err)
			}
			server.SetSound(t, p.language, p.name, wav)
		}
		atOnce(t, all, func(p prompt) string { return p.language + "-" + p.name }, func(t *testing.T, p prompt) {
			c := server.Dial(t, "1203", phones, p.language+"-"+p.name).Press("5").End()
			if got := c.Infos(); !slices.Equal(got, []string{"OK5"}) {
				t.Errorf("with it Read gives %q", got)
			}
		})
		for _, line := range server.Complaints() {
			t.Error(line)
		}
		log := server.Log()
		for _, p := range all {
			if !strings.Contains(log, "Playing '"+p.name+".slin' (language '"+p.language+"')") {
				t.Errorf("%s was not played in %s", p.name, p.language)
			}
		}
	})
}

// TestAWrongRateEndsADialogue is why wavs are checked before they are put onto
// a PBX: Read takes no key with such a prompt, and other applications go on
// without it.
func TestAWrongRateEndsADialogue(t *testing.T) {
	t.Parallel()
	eachVersion(t, func(t *testing.T, version int) {
		server := serve(t, version, services(), Options{})
		server.SetSound(t, "zh", "roomstatus", tone(16000, toneMillis))
		c := server.Dial(t, "1203", phones, "777").End()
		if len(c.Infos()) > 0 || !strings.Contains(fmt.Sprint(server.Complaints()), "16000") {
			t.Errorf("reports %q; %q", c.Infos(), server.Complaints())
		}
		server.SetSound(t, "zh", "roomstatus", tone(8000, toneMillis))
		server.SetSound(t, "zh", "cleaned", tone(16000, toneMillis))
		server.Dial(t, "1203", phones, "777").Press("*01").End()
		if log := server.Log(); !strings.Contains(log, "Playing 'bh-3.slin'") || strings.Contains(log, "Playing 'cleaned.slin'") {
			t.Error("an announcement of the wrong rate is heard")
		}
	})
}
