package dialplan

import "strings"

// housekeeping asks for a status and, on a pantry's telephone, for the room.
func (s Services) housekeeping(w *writer) {
	w.context(contextHousekeeping, "Housekeeping: a status of this room or, from a pantry, of another.")
	if code := s.Codes.Housekeeping; code != "" {
		w.exten(entry(code), set("BH_CODE", code), s.pantry(), "Goto(s,1)")
	}
	if code := s.Codes.RoomStatus; code != "" {
		w.exten(entry(code), set("BH_CODE", code), set("BH_PANTRY", ""), "Goto(s,1)")
		// Dialling it is all, so the event need not wait for an answer.
		w.exten(entryClear, "UserEvent(DtmfEndString,Info:*0"+strings.TrimPrefix(code, "*")+")",
			"Answer()", forget(), language(s.StaffLanguage), "Playback(bh-status-cleared)", "Hangup()")
	}
	known := "(known)" + when(isNot("BH_PANTRY", ""), "pantry,1")
	if !s.asksRoom() {
		known = "(known)NoOp()"
	}
	w.exten("s",
		"Answer()", language(s.StaffLanguage), forget(), set("BH_TRY", "0"), set("BH_ASK", "roomstatus"),
		counted("ask", "bye,1"),
		s.read("BH_KEYS", "${BH_ASK}", 3),
		"Gosub(look,1)",
		when(isNot("BH_STATUS", ""), "known"),
		set("BH_ASK", "${IF($["+is("BH_KEYS", "")+"]?roomstatus:bh-try-again&roomstatus)}"),
		"Goto(ask)",
		known,
		send("${BH_CODE}*${BH_STATUS}", "BH_KEYS"),
		set("BH_ROOM", "${FILTER(0-9,${CALLERID(num)})}"),
		"Goto(told,1)")
	if s.asksRoom() {
		w.exten("pantry",
			set("BH_TRY", "0"),
			counted("ask", "bye,1"),
			s.read("BH_ROOM", "bh-enter-room", 8),
			when(isNot("BH_ROOM", "${FILTER(0-9,${BH_ROOM})}"), "ask"),
			when(is("BH_ROOM", ""), "ask"),
			send("${BH_CODE}*${BH_STATUS}*${BH_ROOM}", "BH_STATUS"),
			"Goto(told,1)")
	}
	w.exten("told", spell("${BH_ROOM}"), "Playback(room${BH_SAID}&${BH_SAY})", "Hangup()")
	w.exten("bye", "Playback(bh-goodbye)", "Hangup()")
	s.keys(w)
	s.housekeepingHangup(w)
}

// housekeepingHangup reports the last key, if the caller hung up on it. A
// room's number may be longer than what was pressed by then: it counts if Read
// had taken it for whole.
func (s Services) housekeepingHangup(w *writer) {
	w.line("; Hung up on the last key: it counts.")
	var pantry, room []string
	if s.asksRoom() {
		pantry = []string{when(isNot("BH_PANTRY", ""), "room")}
		room = steps("Goto(end)",
			"(room)"+when(isNot("READSTATUS", "OK")+" | "+is("BH_STATUS", "")+" | "+is("BH_ROOM", "")+" | "+isNot("BH_ROOM", "${FILTER(0-9,${BH_ROOM})}"), "end"),
			send("${BH_CODE}*${BH_STATUS}*${BH_ROOM}", "BH_STATUS"))
	}
	w.exten("h", pantry,
		"Gosub(look,1)", when(is("BH_STATUS", ""), "end"),
		send("${BH_CODE}*${BH_STATUS}", "BH_KEYS"), room, "(end)NoOp()")
}

func (s Services) asksRoom() bool { return s.Codes.Housekeeping != "" && len(s.Pantries) > 0 }

// pantry sets BH_PANTRY if the call comes from one.
func (s Services) pantry() []string {
	all := []string{set("BH_PANTRY", ""), set("BH_FROM", "${FILTER(0-9,${CALLERID(num)})}")}
	for _, number := range s.Pantries {
		all = append(all, set("BH_PANTRY", "${IF($["+is("BH_FROM", number)+"]?1:${BH_PANTRY})}"))
	}
	return all
}

// keys writes the table of what may be pressed, and look, which looks BH_KEYS
// up in it. Nobody can dial it, as no phone is in this context.
func (s Services) keys(w *writer) {
	w.exten("look",
		set("BH_STATUS", ""), set("BH_SAY", ""), set("BH_KEY", "${FILTER(0-9,${BH_KEYS})}"),
		when(isNot("BH_KEY", ""), "${BH_KEY},1"), "Return()")
	for _, k := range s.Keys {
		w.exten(k.Press, set("BH_STATUS", k.Status), set("BH_SAY", k.Prompt), "Return()")
	}
	w.exten("_X!", "Return()")
}
