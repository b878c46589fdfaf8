package dialplan

import "fmt"

// own begins the names of all contexts that are ours; others stay out of it.
const own = "bellhop"

// Our contexts. No phone is in one of them, and nobody includes them.
const (
	contextHousekeeping = own + "-housekeeping"
	contextMinibar      = own + "-minibar"
	contextStaff        = own + "-staff"
	contextWakeUp       = own + "-wakeup"
	contextDND          = own + "-dnd"
	contextConfirm      = own + "-confirm"
	contextDigits       = own + "-digits"
)

// entry names the extension by which a dialled number enters a context where
// it is one of several.
func entry(number string) string { return "c" + number }

const entryClear = "clear"

// Render writes the block for [Merge], its marks included.
func (s Services) Render() ([]byte, error) {
	if err := s.Validate(); err != nil {
		return nil, fmt.Errorf("dialplan: %w", err)
	}
	var w writer
	w.line("%s", markBegin)
	w.line("; Made by bellhop, and made anew by it: change bellhop's settings, not these lines.")
	w.line("; What phones can dial stands in their context itself: an include would come after")
	w.line("; whatever else is included there, such as a pattern for outside calls.")
	w.line("[%s]", s.Context)
	for _, c := range s.codes() {
		w.exten(c.number, "Goto("+c.target+")")
	}
	if s.Codes.Confirm != "" {
		w.exten(s.aboutRoom(), "Goto("+contextConfirm+",${EXTEN},1)")
	}
	if s.Codes.Housekeeping != "" || s.Codes.RoomStatus != "" {
		s.housekeeping(&w)
	}
	if len(s.Codes.Minibars) > 0 {
		s.minibar(&w)
	}
	if s.Codes.WakeUp != "" {
		s.wakeUp(&w)
	}
	if s.Codes.DND != "" {
		s.dnd(&w)
	}
	if s.Codes.Confirm != "" {
		s.confirm(&w)
	}
	w.context(contextDigits, "The prompts of digits, for a list of prompts.")
	w.exten("s",
		set("BH_SAID", ""), set("BH_AT", "0"),
		"(next)"+when(is("ARG1:${BH_AT}:1", ""), "done"),
		set("BH_SAID", "${BH_SAID}&bh-${ARG1:${BH_AT}:1}"), set("BH_AT", "$[${BH_AT}+1]"), "Goto(next)",
		"(done)Return()")
	w.line("%s", markEnd)
	return []byte(w.text.String()), nil
}
