package asterisk

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"bellhop/dialplan"
	"bellhop/hotel"
)

// foreign is what the PBX has of its own: outside numbers, which whatever
// begins with a digit reaches, and the context that all phones include.
const foreign = `[phones]
include => ` + dialplan.YeastarContext + `
include => outbound
[outbound]
exten => _Z.,1,UserEvent(Outside,Number:${EXTEN})
same => n,Answer()
same => n,Wait(1)
same => n,Hangup()
exten => h,1,UserEvent(OutsideEnds,Number:${EXTEN})
`

const phones = "phones"

const pantry = "8001"

func services() dialplan.Services {
	s := dialplan.Default()
	s.Codes = hotel.Services{
		Housekeeping: "777", Minibars: map[string]string{"778": "minibar", "781": "lounge", "782": "suite"},
		WakeUp: "779", DND: "76", Confirm: "775", RoomStatus: "*56",
	}
	s.Pantries = []string{"8000", pantry}
	s.Staff = map[string]dialplan.Staff{"781": dialplan.StaffCode, "782": dialplan.StaffPIN}
	s.People = []dialplan.Person{
		{Code: "0001", Salt: "5a17", Hash: dialplan.HashPIN("5a17", "0001", "1234")},
		{Code: "0002", Salt: "0b", Hash: dialplan.HashPIN("0b", "0002", "1234")},
	}
	s.KeyWait = 4
	return s
}

func serve(t *testing.T, version int, s dialplan.Services, o Options) *Server {
	t.Helper()
	block, err := s.Render()
	if err != nil {
		t.Fatal(err)
	}
	o.Dialplan = append([]byte(foreign), block...)
	o.Sounds = map[string][]string{}
	for _, language := range s.Languages() {
		o.Sounds[language] = s.Prompts(language)
	}
	return Start(t, version, o)
}

// eachVersion tests both at the same time.
func eachVersion(t *testing.T, test func(t *testing.T, version int)) {
	atOnce(t, []int{16, 22}, func(version int) string { return strconv.Itoa(version) }, test)
}

// sideBySide is how many calls are made at the same time to one Asterisk.
const sideBySide = 16

// atOnce runs a subtest for each of some, many at the same time: they wait for
// Asterisk and its timers, not for a processor, by whose number t.Parallel
// goes.
func atOnce[T any](t *testing.T, some []T, name func(T) string, test func(t *testing.T, one T)) {
	var all sync.WaitGroup
	free := make(chan struct{}, sideBySide)
	for _, one := range some {
		free <- struct{}{}
		all.Go(func() {
			defer func() { <-free }()
			t.Run(name(one), func(t *testing.T) { test(t, one) })
		})
	}
	all.Wait()
}

// A dialogue is a call from a telephone to a code. At each question the next
// keys are pressed while its prompt plays: "" are none. At the end the caller
// hangs up, or waits for the PBX to do so.
type dialogue struct {
	name   string
	from   string // 1203 if empty
	number string
	keys   []string
	hangUp bool
	want   []string
	// ran must all stand among the steps of the dialplan, of not none may.
	ran, not []string
}

func dialogues() []dialogue {
	all := []dialogue{
		{name: "a status without its star", number: "777", keys: []string{"01#"}, want: []string{"777*01"}},
		{name: "no status", number: "777", keys: []string{"", "", ""}, ran: []string{"Playback(bh-goodbye)"}},
		{name: "a wrong status", number: "777", keys: []string{"*99", "*00"}, want: []string{"777*00"}, ran: []string{"Read(BH_KEYS,bh-try-again&roomstatus,3,,1,4)"}},
		{name: "three wrong statuses", number: "777", keys: []string{"*99", "777", "#"}, ran: []string{"Playback(bh-goodbye)"}},
		{name: "stars for a status", number: "777", keys: []string{"***", "", "*#"}},
		{name: "the room is told", number: "777", keys: []string{"*01"}, want: []string{"777*01"}, ran: []string{"Playback(room&bh-1&bh-2&bh-0&bh-3&cleaned)"}},
		{name: "hung up on the status", number: "777", keys: []string{"*01"}, hangUp: true, want: []string{"777*01"}},
		{name: "hung up before the status was over", number: "777", keys: []string{"01"}, hangUp: true, want: []string{"777*01"}},
		{name: "hung up within the status", number: "777", keys: []string{"*0"}, hangUp: true},
		{name: "hung up within a second try", number: "777", keys: []string{"*99", "*0"}, hangUp: true},
		{name: "another room", from: pantry, number: "777", keys: []string{"*20", "1203#"}, want: []string{"777*20*1203"}, ran: []string{"Playback(room&bh-1&bh-2&bh-0&bh-3&bh-could-not-enter)"}},
		{name: "another room of eight digits", from: pantry, number: "777", keys: []string{"*11", "12345678"}, want: []string{"777*11*12345678"}},
		{name: "a slip in the room", from: pantry, number: "777", keys: []string{"*11", "12*#", "1203#"}, want: []string{"777*11*1203"}},
		{name: "no room", from: pantry, number: "777", keys: []string{"*11", "", "", ""}, ran: []string{"Playback(bh-goodbye)"}},
		{name: "hung up before the room", from: pantry, number: "777", keys: []string{"*11", "12"}, hangUp: true},
		{name: "in ZYCOO's manner", number: "*56", keys: []string{"11#"}, want: []string{"*56*11"}},
		{name: "in ZYCOO's manner from a pantry", from: pantry, number: "*56", keys: []string{"*13"}, want: []string{"*56*13"}},
		{name: "cleared in ZYCOO's manner", number: "*056", want: []string{"*056"}, ran: []string{"Playback(bh-status-cleared)"}},

		{name: "an item", number: "778", keys: []string{"123456789", "02", "1", "#"}, want: []string{"778*123456789*02"}, ran: []string{"Playback(bh-goodbye)"}},
		{name: "the same item twice", number: "778", keys: []string{"1234#", "2#", "1", "1234#", "2#", "1", ""}, want: []string{"778*1234*2", "778*1234*2*2"},
			ran: []string{"Read(BH_ITEM,success&bh-next-item,9,,1,4)"}},
		{name: "an item again", number: "778", keys: []string{"1234#", "2#", "*", "77#", "1#", "1", "#"}, want: []string{"778*77*1"}},
		{name: "an item given up", number: "778", keys: []string{"1234#", "2#", "9"}, ran: []string{"Playback(bh-goodbye)"}},
		{name: "an item not confirmed", number: "778", keys: []string{"1234#", "2#", "", "5", "#"}, ran: []string{"Playback(bh-goodbye)"}},
		{name: "confirmed at the second time", number: "778", keys: []string{"1234#", "2#", "5", "1", "#"}, want: []string{"778*1234*2"},
			ran: []string{"Read(BH_CHOICE,product_idc&bh-1&bh-2&bh-3&bh-4&product_numc&bh-2&confirm,1,,1,4)"}},
		{name: "no item", number: "778", keys: []string{"", "", "#"}, ran: []string{"Playback(bh-goodbye)"}},
		{name: "a star in an item", number: "778", keys: []string{"12*#", "*#", "7#", "1#", "1", "#"}, want: []string{"778*7*1"}},
		{name: "no count", number: "778", keys: []string{"7#", "", "", ""}, ran: []string{"Playback(bh-goodbye)"}},
		{name: "wrong counts", number: "778", keys: []string{"7#", "0#", "**", "3#", "1", "#"}, want: []string{"778*7*3"}},
		{name: "nothing taken", number: "778", keys: []string{"*0#"}, want: []string{"778*N*1"}, ran: []string{"Playback(bh-nothing-taken)"}},
		{name: "nothing taken, hung up", number: "778", keys: []string{"*0"}, hangUp: true, want: []string{"778*N*1"}},
		{name: "nothing taken after an item", number: "778", keys: []string{"7#", "1#", "1", "*0#", ""}, hangUp: true, want: []string{"778*7*1"}},
		{name: "a removal", number: "778", keys: []string{"*1#", "7#", "1#", "1", "#"}, want: []string{"778*R*7*1*1"},
			ran: []string{"Read(BH_CHOICE,bh-removing&product_idc&bh-7&product_numc&bh-1&confirm,1,,1,4)", "Read(BH_ITEM,bh-removed&bh-next-item,9,,1,4)"}},
		{name: "an item and its removal", number: "778", keys: []string{"7#", "1#", "1", "*1#", "7#", "1#", "1", "8#", "1#", "1", "#"}, want: []string{"778*7*1", "778*R*7*1*2", "778*8*1*3"}},
		{name: "hung up within the second item", number: "778", keys: []string{"7#", "1#", "1", "8#", "1#", ""}, hangUp: true, want: []string{"778*7*1"}},
		{name: "hung up on the confirming key", number: "778", keys: []string{"7#", "1#", "1"}, hangUp: true, want: []string{"778*7*1"}},
		{name: "hung up at the count", number: "778", keys: []string{"7#", "1"}, hangUp: true},

		{name: "with a staff code", number: "781", keys: []string{"17#", "7#", "1#", "1", "8#", "1#", "1", "#"}, want: []string{"781*7*1*1*17", "781*8*1*2*17"}},
		{name: "nothing taken, with a staff code", number: "781", keys: []string{"17#", "*0#"}, want: []string{"781*N*1*17"}},
		{name: "removed with a staff code", number: "781", keys: []string{"17#", "*1#", "7#", "1#", "1", "#"}, want: []string{"781*R*7*1*1*17"}},
		{name: "no staff code", number: "781", keys: []string{"", "*#", "#"}, ran: []string{"Playback(bh-goodbye)"}},
		{name: "the right PIN", number: "782", keys: []string{"0001#", "1234#", "7#", "1#", "1", "#"}, want: []string{"782*7*1*1*0001"}},
		{name: "a wrong PIN", number: "782", keys: []string{"0001#", "4321#", "0001#", "1234#", "7#", "1#", "1", "#"}, want: []string{"782*7*1*1*0001"},
			ran: []string{"Read(BH_WHO,bh-wrong-pin&bh-enter-code,8,,1,4)"}},
		{name: "another's PIN hash", number: "782", keys: []string{"0002#", "1234#", "*0#"}, want: []string{"782*N*1*0002"}},
		{name: "three wrong PINs", number: "782", keys: []string{"0001#", "4321#", "0001#", "", "0001#", "12345678"}, want: []string{"782*P*0001"}, ran: []string{"Playback(bh-locked)"}},
		{name: "an unknown code", number: "782", keys: []string{"7#", "1234#", "99999999", "#", "8#", "0#"}, want: []string{"782*P*8"}},
		{name: "codes left out between wrong PINs", number: "782", keys: []string{"1#", "1#", "", "1#", "1#", "", "", "1#", "1#"}, want: []string{"782*P*1"}},
		{name: "no code for a PIN", number: "782", keys: []string{"", "", ""}, ran: []string{"Playback(bh-goodbye)"}},

		{name: "a wake-up", number: "779", keys: []string{"1", "0730", "1"}, want: []string{"779*0730"},
			ran: []string{"Read(BH_CHOICE,bh-wakeup-menu&bh-other-language,1,,1,4)", "Read(BH_CHOICE,bh-wakeup-time&bh-0&bh-7&bh-3&bh-0&confirm,1,,1,4)", "Playback(bh-wakeup-set)"}},
		{name: "a wake-up in English", number: "779", keys: []string{"2", "1", "2359", "1"}, want: []string{"779*2359"},
			ran: []string{"Set(CHANNEL(language)=en)", "Read(BH_CHOICE,bh-wakeup-menu,1,,1,4)"}},
		{name: "English twice", number: "779", keys: []string{"2", "2", "9", "#"}},
		{name: "no such times", number: "779", keys: []string{"1", "2400", "0860", "073#"}, ran: []string{"Playback(bh-goodbye)"}},
		{name: "a star in a time", number: "779", keys: []string{"1", "07*3", "0009", "1"}, want: []string{"779*0009"}, ran: []string{"Read(BH_TIME,bh-try-again&bh-wakeup-enter,4,,1,4)"}},
		{name: "no time", number: "779", keys: []string{"1", "", "", ""}},
		{name: "another time", number: "779", keys: []string{"1", "0730", "*", "0800", "1"}, want: []string{"779*0800"}},
		{name: "a time not confirmed", number: "779", keys: []string{"1", "0730", "", "2", "0"}},
		{name: "a time given up", number: "779", keys: []string{"1", "0730", "9"}},
		{name: "hung up on the confirmed time", number: "779", keys: []string{"1", "0730", "1"}, hangUp: true, want: []string{"779*0730"}},
		{name: "hung up before the time was confirmed", number: "779", keys: []string{"1", "0730", ""}, hangUp: true},
		{name: "wake-ups heard", number: "779", keys: []string{"3"}, want: []string{"779*H"}, ran: []string{"Playback(bh-wakeup-hear)"}},
		{name: "wake-ups cancelled", number: "779", keys: []string{"4", "1"}, want: []string{"779*C"}, ran: []string{"Playback(bh-wakeup-cancelled)"}},
		{name: "wake-ups not cancelled", number: "779", keys: []string{"4", "*", "3"}, want: []string{"779*H"}},
		{name: "a wrong choice", number: "779", keys: []string{"8", "", "*"}, ran: []string{"Read(BH_CHOICE,bh-try-again&bh-wakeup-menu&bh-other-language,1,,1,4)"}},

		{name: "do not disturb", number: "76", keys: []string{"1"}, want: []string{"76*1"}, ran: []string{"Playback(bh-dnd-on)"}},
		{name: "disturb", number: "76", keys: []string{"0"}, want: []string{"76*0"}, ran: []string{"Playback(bh-dnd-off)"}},
		{name: "do not disturb in English", number: "76", keys: []string{"2", "", "2", "1"}, hangUp: true, want: []string{"76*1"}},
		{name: "no choice", number: "76", keys: []string{"", "7", ""}},

		{name: "awake", number: "775", keys: []string{"1"}, want: []string{"775*L*12", "775*1"}, ran: []string{"Playback(bh-wakeup-thanks)"}},
		{name: "awake at the last time", number: "775", keys: []string{"", "*", "5"}, want: []string{"775*L*12", "775*5"}},
		{name: "asleep", number: "775", keys: []string{"", "", ""}, want: []string{"775*L*12"}, ran: []string{"Set(CHANNEL(language)=zh)", "Set(CHANNEL(language)=en)"}},
		{name: "awake in Chinese", number: "7751", keys: []string{"", "", "1"}, want: []string{"775*L*12", "775*1"}, ran: []string{"Set(CHANNEL(language)=zh)"}, not: []string{"Set(CHANNEL(language)=en)"}},
		{name: "awake in English", number: "7752", keys: []string{"", "*", "5"}, want: []string{"775*L*12", "775*5"}, ran: []string{"Set(CHANNEL(language)=en)"}, not: []string{"Set(CHANNEL(language)=zh)"}},
		{name: "asleep in English", number: "7752", keys: []string{"", "", ""}, want: []string{"775*L*12"}, not: []string{"Set(CHANNEL(language)=zh)"}},
		{name: "the desk knows", from: pantry, number: "7751203", keys: []string{"1"}, want: []string{"775*1*1203"},
			ran: []string{"Read(BH_CHOICE,bh-wakeup-unanswered&bh-1&bh-2&bh-0&bh-3&bh-wakeup-known,1,,1,4)", "Playback(bh-saved)"}},
		{name: "the desk at the last time", from: pantry, number: "77501", keys: []string{"", "*", "3"}, want: []string{"775*3*01"}},
		{name: "nobody at the desk", from: pantry, number: "7751203", keys: []string{"", "", ""}, ran: []string{"Set(CHANNEL(language)=zh)"}},
		{name: "the desk knows and hangs up", from: pantry, number: "7751203", keys: []string{"1"}, hangUp: true, want: []string{"775*1*1203"}},
		{name: "awake and hung up", number: "775", keys: []string{"1"}, hangUp: true, want: []string{"775*L*12", "775*1"}},
		{name: "awake in Chinese and hung up", number: "7751", keys: []string{"1"}, hangUp: true, want: []string{"775*L*12", "775*1"}},

		{name: "an outside call", number: "5551234"},
	}
	for _, k := range dialplan.DefaultKeys() {
		all = append(all, dialogue{name: "status " + k.Status, number: "777", keys: []string{"*" + k.Press}, want: []string{"777*" + k.Status}})
	}
	return all
}

// TestDialogues makes every call at once, on each of the two Asterisks.
func TestDialogues(t *testing.T) {
	t.Parallel()
	eachVersion(t, func(t *testing.T, version int) {
		s := services()
		server := serve(t, version, s, Options{})
		atOnce(t, dialogues(), func(d dialogue) string { return d.name }, func(t *testing.T, d dialogue) { d.try(t, server, s.Codes) })
		for _, line := range server.Complaints() {
			t.Error(line)
		}
		if log := server.Log(); !strings.Contains(log, "Playing 'bh-wakeup-set.slin' (language 'zh')") || !strings.Contains(log, "Playing 'bh-wakeup-set.slin' (language 'en')") {
			t.Error("nobody heard both languages")
		}
		for _, number := range []string{"h", "i", "t", "s", "look", "clear", "c777", "items", "bye", "01"} {
			if server.Reaches(t, phones, number) {
				t.Errorf("a phone can dial %q", number)
			}
		}
	})
}

func (d dialogue) try(t *testing.T, server *Server, codes hotel.Services) {
	c := server.Dial(t, cmp.Or(d.from, "1203"), phones, d.number)
	for _, keys := range d.keys {
		c.Press(keys)
	}
	if d.hangUp {
		c.HangUp()
	}
	c.End()
	d.judge(t, c, codes)
}

// judge holds what a call that has ended was to come to.
func (d dialogue) judge(t *testing.T, c *Call, codes hotel.Services) {
	if got := c.Infos(); !slices.Equal(got, d.want) {
		t.Errorf("the PBX reports %q, want %q, after %s", got, d.want, strings.Join(c.Steps(), "\n"))
	}
	for _, info := range c.Infos() {
		if _, ok := codes.ParseDigits(info); !ok {
			t.Errorf("nobody can read %q", info)
		}
	}
	for _, step := range d.ran {
		if !slices.Contains(c.Steps(), step) {
			t.Errorf("%s was not run, but %s", step, strings.Join(c.Steps(), "\n"))
		}
	}
	for _, step := range d.not {
		if slices.Contains(c.Steps(), step) {
			t.Errorf("%s was run: %s", step, strings.Join(c.Steps(), "\n"))
		}
	}
	outside := []string(nil)
	if d.number == "5551234" {
		outside = []string{"Outside", "OutsideEnds"}
	}
	if got := c.Others(); !slices.Equal(got, outside) {
		t.Errorf("the PBX itself did %q, want %q", got, outside)
	}
}
