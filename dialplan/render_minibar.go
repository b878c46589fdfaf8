package dialplan

import (
	"maps"
	"slices"
)

// mostEntries bounds the entries of one call; the grammar has room for 999.
const mostEntries = "99"

// minibar asks for items until the caller hangs up.
func (s Services) minibar(w *writer) {
	w.context(contextMinibar, "Minibars: item, count, confirmed, and the next.")
	for _, code := range slices.Sorted(maps.Keys(s.Codes.Minibars)) {
		next := map[Staff]string{StaffNone: "items", StaffCode: "code", StaffPIN: "pin"}[s.Staff[code]]
		w.exten(entry(code), set("BH_CODE", code), "Answer()", language(s.StaffLanguage), forget(), set("BH_STAFF", ""), set("BH_SEQ", "0"), "Goto("+next+",1)")
	}
	if s.asks(StaffCode) {
		w.exten("code",
			set("BH_TRY", "0"),
			counted("ask", "bye,1"),
			s.read("BH_WHO", "bh-enter-code", 8),
			digitsOf("BH_STAFF", "BH_WHO"),
			when(is("BH_STAFF", ""), "ask"),
			"Goto(items,1)")
	}
	if s.asks(StaffPIN) {
		s.pin(w)
	}
	s.item(w)
	s.count(w)
	s.confirmItem(w)
	w.exten("bye", "Playback(bh-goodbye)", "Hangup()")
	w.line("; Hung up on the confirming key, or on star zero: it counts.")
	w.exten("h",
		when(is("BH_CHOICE", "1")+" & "+isNot("BH_READY", ""), "entry"),
		when(is("BH_ITEM", "*0")+" & "+is("BH_SEQ", "0"), "none"), "Goto(end)",
		label("entry", send("${BH_READY}", "BH_READY")), "Goto(end)",
		label("none", send("${BH_CODE}*N*1${BH_TAIL}", "BH_ITEM")),
		"(end)NoOp()")
	if s.asks(StaffPIN) {
		s.people(w)
	}
}

// asks tells whether a minibar asks so far.
func (s Services) asks(how Staff) bool {
	for code := range s.Codes.Minibars {
		if s.Staff[code] == how {
			return true
		}
	}
	return false
}

// pin asks for code and PIN together, so that a slip in the code can be
// mended, and answers alike whichever is wrong.
func (s Services) pin(w *writer) {
	w.exten("pin",
		set("BH_TRY", "0"), set("BH_WRONG", "0"), set("BH_ASK", "bh-enter-code"),
		counted("ask", "bye,1"),
		s.read("BH_WHO", "${BH_ASK}", 8),
		digitsOf("BH_STAFF", "BH_WHO"),
		when(is("BH_STAFF", ""), "ask"),
		s.read("BH_PIN", "bh-enter-pin", 8),
		"Gosub("+contextStaff+",${BH_STAFF},1)",
		"; Where there is no SHA1 the hash is empty, and nobody gets in.",
		set("BH_HASH", "${SHA1(${BH_SALT}*${BH_STAFF}*${BH_PIN})}"), set("BH_PIN", ""),
		when(is("BH_HASH", "${BH_WANT}"), "items,1"),
		set("BH_WRONG", "$[${BH_WRONG}+1]"),
		when("${BH_WRONG}>=3", "locked"),
		set("BH_TRY", "0"), set("BH_ASK", "bh-wrong-pin&bh-enter-code"), "Goto(ask)",
		"(locked)UserEvent(DtmfEndString,Info:${BH_CODE}*P*${BH_STAFF})", "Playback(bh-locked)", "Hangup()")
}

// people writes the table of PINs. What an unknown code gets is no hash of
// anything.
func (s Services) people(w *writer) {
	w.context(contextStaff, "Who may book: salt and hash of each PIN.")
	for _, p := range s.People {
		w.exten(p.Code, set("BH_SALT", p.Salt), set("BH_WANT", p.Hash), "Return()")
	}
	w.exten("_X!", set("BH_SALT", ""), set("BH_WANT", "none"), "Return()")
}

// item asks what was taken. Star zero: nothing; star one: to remove an item.
// Once something was entered, no key means that it was all.
func (s Services) item(w *writer) {
	w.exten("items",
		set("BH_TAIL", "${IF($["+is("BH_STAFF", "")+"]?:*${BH_STAFF})}"),
		set("BH_ASK", "product_id&bh-minibar-options"), "Goto(item,1)")
	w.exten("item",
		set("BH_TRY", "0"), set("BH_REMOVE", ""),
		counted("ask", "bye,1"),
		s.read("BH_ITEM", "${BH_ASK}", 9),
		when(is("BH_ITEM", "*0")+" & "+is("BH_SEQ", "0"), "none"),
		when(is("BH_ITEM", "*1"), "remove"),
		when(is("BH_ITEM", "")+" & "+isNot("BH_SEQ", "0"), "bye,1"),
		when(is("BH_ITEM", ""), "ask"),
		when(is("BH_ITEM", "${FILTER(0-9,${BH_ITEM})}"), "count,1"),
		set("BH_ASK", "bh-try-again&product_id"), "Goto(ask)",
		"(remove)"+set("BH_REMOVE", "R*"), set("BH_ASK", "bh-remove-item"), "Goto(ask)",
		label("none", send("${BH_CODE}*N*1${BH_TAIL}", "BH_ITEM")), "Playback(bh-nothing-taken)", "Hangup()")
}

func (s Services) count(w *writer) {
	w.exten("count",
		set("BH_TRY", "0"), set("BH_ASK", "product_num"),
		counted("ask", "bye,1"),
		s.read("BH_COUNT", "${BH_ASK}", 2),
		when(is("BH_COUNT", ""), "ask"),
		when(isNot("BH_COUNT", "${FILTER(0-9,${BH_COUNT})}"), "wrong"),
		when("${BH_COUNT}>0", "ready,1"),
		"(wrong)"+set("BH_ASK", "bh-try-again&product_num"), "Goto(ask)")
}

// confirmItem reads back and asks: 1 sends, star starts the item again, 9 ends
// the call. The first entry of a call is written as the PBX's maker documents
// it; what follows, and whatever has a staff code, bears its number.
func (s Services) confirmItem(w *writer) {
	w.exten("ready",
		set("BH_CHOICE", ""),
		"; Emptied first: what is ready to be sent must never stand beside an older key.",
		set("BH_NEXT", "$[${BH_SEQ}+1]"),
		set("BH_END", "${IF($["+`"${BH_NEXT}${BH_TAIL}${BH_REMOVE}"="1"`+"]?:*${BH_NEXT}${BH_TAIL})}"),
		set("BH_READY", "${BH_CODE}*${BH_REMOVE}${BH_ITEM}*${BH_COUNT}${BH_END}"),
		spell("${BH_ITEM}"),
		set("BH_ASK", "${IF($["+is("BH_REMOVE", "")+"]?:bh-removing&)}product_idc${BH_SAID}"),
		spell("${BH_COUNT}"),
		set("BH_ASK", "${BH_ASK}&product_numc${BH_SAID}&confirm"),
		set("BH_TRY", "0"),
		counted("ask", "bye,1"),
		s.read("BH_CHOICE", "${BH_ASK}", 1),
		when(is("BH_CHOICE", "1"), "yes"),
		when(is("BH_CHOICE", "*"), "back"),
		when(is("BH_CHOICE", "9"), "bye,1"), "Goto(ask)",
		"(back)"+set("BH_READY", ""), set("BH_ASK", "product_id"), "Goto(item,1)",
		label("yes", send("${BH_READY}", "BH_READY")),
		set("BH_SEQ", "${BH_NEXT}"),
		when("${BH_SEQ}>="+mostEntries, "bye,1"),
		set("BH_ASK", "${IF($["+is("BH_REMOVE", "")+"]?success:bh-removed)}&bh-next-item"), "Goto(item,1)")
}
