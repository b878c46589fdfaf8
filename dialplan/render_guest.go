package dialplan

import (
	"fmt"

	"bellhop/hotel"
)

// menu asks for one key in the guest's language, and in the second one for who
// presses 2. It leads to the extension key, where what was pressed is judged;
// from there Goto(wrong,1) asks again.
func (s Services) menu(w *writer, prompt string) {
	both := len(s.GuestLanguages) == 2
	first := prompt
	if both {
		first += "&" + promptOtherLanguage
	}
	w.exten("s", "Answer()", language(s.GuestLanguages[0]), forget(), set("BH_MENU", first), "Goto(menu,1)")
	w.exten("menu",
		set("BH_TRY", "0"), set("BH_ASK", "${BH_MENU}"),
		counted("ask", "bye,1"),
		s.read("BH_CHOICE", "${BH_ASK}", 1),
		"Goto(key,1)")
	w.exten("wrong",
		set("BH_ASK", "${IF($["+is("BH_CHOICE", "")+"]?${BH_MENU}:bh-try-again&${BH_MENU})}"), "Goto(menu,ask)")
	if both {
		w.exten("other", language(s.GuestLanguages[1]), set("BH_MENU", prompt), "Goto(menu,1)")
	}
	w.exten("bye", "Playback(bh-goodbye)", "Hangup()")
}

// otherLanguage is the step that goes over to the second language, if there is
// one and it is offered.
func (s Services) otherLanguage(prompt string) []string {
	if len(s.GuestLanguages) < 2 {
		return nil
	}
	return []string{when(is("BH_CHOICE", "2")+" & "+isNot("BH_MENU", prompt), "other,1")}
}

// wakeUp sets, tells and cancels the room's wake-up. What would change one is
// read back and confirmed.
func (s Services) wakeUp(w *writer) {
	const prompt = "bh-wakeup-menu"
	code := s.Codes.WakeUp
	w.context(contextWakeUp, "Wake-up calls: set, hear, cancel.")
	s.menu(w, prompt)
	w.exten("key",
		when(is("BH_CHOICE", "1"), "time,1"),
		s.otherLanguage(prompt),
		when(is("BH_CHOICE", "3"), "hear"),
		when(is("BH_CHOICE", "4"), "cancel,1"),
		"Goto(wrong,1)",
		"(hear)UserEvent(DtmfEndString,Info:"+code+"*H)", "Playback(bh-wakeup-hear)", "Hangup()")
	w.exten("time",
		set("BH_TRY", "0"), set("BH_ASK", "bh-wakeup-enter"),
		counted("ask", "bye,1"),
		s.read("BH_TIME", "${BH_ASK}", 4),
		when(is("BH_TIME", ""), "ask"),
		when(isNot("BH_TIME", "${FILTER(0-9,${BH_TIME})}")+" | "+is("BH_TIME:3:1", ""), "wrong"),
		when("${BH_TIME:0:2}<24 & ${BH_TIME:2:2}<60", "ready"),
		"(wrong)"+set("BH_ASK", "bh-try-again&bh-wakeup-enter"), "Goto(ask)",
		"(ready)"+set("BH_CHOICE", ""),
		set("BH_READY", code+"*${BH_TIME}"), set("BH_DONE", "bh-wakeup-set"), set("BH_BACK", "time"),
		spell("${BH_TIME}"), set("BH_ASK", "bh-wakeup-time${BH_SAID}&confirm"), "Goto(confirm,1)")
	w.exten("cancel",
		set("BH_CHOICE", ""), set("BH_READY", code+"*C"), set("BH_DONE", "bh-wakeup-cancelled"), set("BH_BACK", "menu"),
		set("BH_ASK", "confirm"), "Goto(confirm,1)")
	w.exten("confirm",
		set("BH_TRY", "0"),
		counted("ask", "bye,1"),
		s.read("BH_CHOICE", "${BH_ASK}", 1),
		when(is("BH_CHOICE", "1"), "yes"),
		when(is("BH_CHOICE", "*"), "back"),
		when(is("BH_CHOICE", "9"), "bye,1"), "Goto(ask)",
		"(back)"+set("BH_READY", ""), "Goto(${BH_BACK},1)",
		label("yes", send("${BH_READY}", "BH_READY")), "Playback(${BH_DONE})", "Hangup()")
	w.line("; Hung up on the confirming key: it counts.")
	w.exten("h", when(is("BH_CHOICE", "1")+" & "+isNot("BH_READY", ""), "send"), "Goto(end)",
		label("send", send("${BH_READY}", "BH_READY")), "(end)NoOp()")
}

func (s Services) dnd(w *writer) {
	const prompt = "bh-dnd-menu"
	code := s.Codes.DND
	w.context(contextDND, "Do not disturb: 1 on, 0 off.")
	s.menu(w, prompt)
	either := is("BH_CHOICE", "1") + " | " + is("BH_CHOICE", "0")
	w.exten("key",
		when(either, "send"),
		s.otherLanguage(prompt),
		"Goto(wrong,1)",
		"(send)"+set("BH_SAY", "${IF($["+is("BH_CHOICE", "1")+"]?bh-dnd-on:bh-dnd-off)}"),
		send(code+"*${BH_CHOICE}", "BH_CHOICE"), "Playback(${BH_SAY})", "Hangup()")
	w.line("; Hung up on the key: it counts.")
	w.exten("h", when(either, "send"), "Goto(end)", label("send", send(code+"*${BH_CHOICE}", "BH_CHOICE")), "(end)NoOp()")
}

// confirm is where a call that the agent placed ends up. In a room who is awake
// presses a key; it speaks the guests' languages in turn, or one alone with that
// one's digit behind the code. With a room's number behind it it is the desk that
// was called, about a room that does not answer.
func (s Services) confirm(w *writer) {
	code := s.Codes.Confirm
	pressed := isNot("FILTER(0-9,${BH_CHOICE})", "")
	report := send(code+"*${BH_CHOICE}${BH_ABOUT}", "BH_CHOICE")
	w.context(contextConfirm, "A wake-up call that we placed: any key says that the guest is awake.")
	wake := func(name string, languages ...string) {
		dialogue := append([]string{"Answer()"}, forget()...)
		dialogue = append(dialogue, s.speaks()...)
		for try := range 3 {
			dialogue = append(dialogue,
				language(languages[try%len(languages)]),
				s.read("BH_CHOICE", "bh-wakeup-call&bh-wakeup-confirm", 1),
				when(pressed, "send"))
		}
		w.exten(name, dialogue, "Hangup()", label("send", report), "Playback(bh-wakeup-thanks)", "Hangup()")
	}
	wake("s", s.GuestLanguages...)
	for _, name := range s.spokenAlone() {
		w.line("; In one language alone.")
		wake(entry(s.Codes.ConfirmIn(name)), name)
	}
	w.line("; The desk, about a room that does not answer: a key says that somebody sees to it.")
	desk := append([]string{"Answer()"}, forget()...)
	desk = append(desk, set("BH_ROOM", fmt.Sprintf("${FILTER(0-9,${EXTEN:%d})}", len(code))), set("BH_ABOUT", "*${BH_ROOM}"),
		language(s.StaffLanguage), spell("${BH_ROOM}"))
	for range 3 {
		desk = append(desk, s.read("BH_CHOICE", "bh-wakeup-unanswered${BH_SAID}&bh-wakeup-known", 1), when(pressed, "send"))
	}
	w.exten(s.aboutRoom(), desk, "Hangup()", label("send", report), "Playback(bh-saved)", "Hangup()")
	w.line("; Hung up on the key: it counts.")
	w.exten("h", when(pressed, "send"), "Goto(end)", label("send", report), "(end)NoOp()")
}

// speaks reports the languages that can be asked for: an agent asks for none
// before it has heard so, as at an older block the number might be dialled out.
func (s Services) speaks() []string {
	digits := ""
	for _, language := range s.spokenAlone() {
		digits += hotel.ConfirmDigit(language)
	}
	if digits == "" {
		return nil
	}
	return []string{"UserEvent(DtmfEndString,Info:" + s.Codes.Confirm + "*L*" + digits + ")"}
}

// spokenAlone are the guests' languages that have a number of their own.
func (s Services) spokenAlone() (list []string) {
	for _, language := range s.GuestLanguages {
		if s.Codes.ConfirmIn(language) != "" {
			list = append(list, language)
		}
	}
	return list
}

// aboutRoom is the pattern of the numbers by which the desk is called.
func (s Services) aboutRoom() string { return "_" + s.Codes.Confirm + "X." }
