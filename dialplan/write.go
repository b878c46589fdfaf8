package dialplan

import (
	"fmt"
	"strings"
)

// writer writes contexts. Faults in what it is given are for
// [Services.Validate] to find before.
type writer struct{ text strings.Builder }

// line writes one line as it is.
func (w *writer) line(format string, args ...any) { fmt.Fprintf(&w.text, format+"\n", args...) }

// context opens a context after an empty line and a comment.
func (w *writer) context(name, about string) {
	w.line("")
	w.line("; %s", about)
	w.line("[%s]", name)
}

// exten writes an extension, a step a priority. A step that begins with a
// label in brackets, such as "(ask)", gets that label; one that begins with a
// semicolon is a comment, and may not be the first.
func (w *writer) exten(name string, parts ...any) {
	for i, step := range steps(parts...) {
		if strings.HasPrefix(step, ";") {
			w.line("%s", step)
			continue
		}
		label := ""
		if strings.HasPrefix(step, "(") {
			end := strings.IndexByte(step, ')') + 1
			label, step = step[:end], step[end:]
		}
		if i == 0 {
			w.line("exten => %s,1%s,%s", name, label, step)
			continue
		}
		w.line("same => n%s,%s", label, step)
	}
}

// The pieces that the dialogues are made of. Quotes stand around both sides of
// each comparison, as one side may be empty; nothing stands after a comma but
// what is meant.

func set(variable, value string) string { return "Set(" + variable + "=" + value + ")" }

// when goes to a label, or to extension,priority, if the condition holds.
func when(condition, target string) string { return "GotoIf($[" + condition + "]?" + target + ")" }

func is(variable, value string) string    { return `"${` + variable + `}"="` + value + `"` }
func isNot(variable, value string) string { return `"${` + variable + `}"!="` + value + `"` }

// send sends an event. What it names in spent is emptied in the same step, as
// a hang-up takes effect between two steps: so the h extension, which sends
// what had not been sent, never sends it again. The second step is for a PBX
// that has no SET.
func send(info, spent string) []string {
	return []string{"UserEvent(DtmfEndString,Info:" + info + "${SET(" + spent + "=)})", set(spent, "")}
}

// label puts a label on the first of steps.
func label(name string, some []string) []string {
	return append([]string{"(" + name + ")" + some[0]}, some[1:]...)
}

// forget empties what the h extensions go by: a call may have been in another
// dialogue before, if somebody has put it through.
func forget() []string {
	var all []string
	for _, variable := range []string{"BH_KEYS", "BH_STATUS", "BH_ROOM", "BH_CHOICE", "BH_READY", "BH_ITEM", "BH_ABOUT"} {
		all = append(all, set(variable, ""))
	}
	return all
}

// digitsOf takes out of the keys in one variable what is a digit: Read keeps
// stars.
func digitsOf(to, from string) string { return set(to, "${FILTER(0-9,${"+from+"})}") }

// counted begins a loop of at most three rounds; over is where it leads then.
func counted(label, over string) []string {
	return []string{
		"(" + label + ")" + when("${BH_TRY}>=3", over),
		set("BH_TRY", "$[${BH_TRY}+1]"),
	}
}

// read collects keys: one attempt, wait seconds for each key.
func (s Services) read(variable, prompt string, most int) string {
	return fmt.Sprintf("Read(%s,%s,%d,,1,%d)", variable, prompt, most, s.KeyWait)
}

func language(name string) string { return set("CHANNEL(language)", name) }

// spell sets BH_SAID to the prompts of the digits, each behind an "&", so that
// they can stand in a list of prompts. A list is played in one go and a key
// cuts it short: SayDigits would make a quick caller wait, and uses sounds of
// the PBX that are not ours to replace.
func spell(digits string) string { return "Gosub(" + contextDigits + ",s,1(" + digits + "))" }

// steps makes one list of single steps and lists of them.
func steps(parts ...any) []string {
	var all []string
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			all = append(all, p)
		case []string:
			all = append(all, p...)
		default:
			panic(fmt.Sprintf("dialplan: %T is no step", p))
		}
	}
	return all
}
