package hotel

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// confirmLanguages are those that the confirming call can speak alone. A
// language's digit is its place here, from 1: it stands in dialplans on PBXs.
var confirmLanguages = []string{"zh", "en"}

// ConfirmDigit is the digit of a language; empty: it has none.
func ConfirmDigit(language string) string {
	at := slices.Index(confirmLanguages, language)
	if at < 0 {
		return ""
	}
	return strconv.Itoa(at + 1)
}

// ConfirmIn is the number at which the dialplan speaks one language alone; empty:
// there is none.
func (s Services) ConfirmIn(language string) string {
	digit := ConfirmDigit(language)
	if s.Confirm == "" || digit == "" {
		return ""
	}
	return s.Confirm + digit
}

// Spoken is what is known of the dialplan that the PBX has loaded.
type Spoken struct {
	Languages string `json:"languages"` // digits of those that a call can ask for
}

// KeySpoken is the key of [Spoken].
const KeySpoken = "spoken"

// WakeUpSpoken says that a confirming call has begun, and which languages can be
// asked for at its dialplan.
type WakeUpSpoken struct {
	Room      string `json:"room,omitempty"`
	Extension string `json:"extension,omitempty"`
	CallID    string `json:"callid,omitempty"`
	Languages string `json:"languages"`
}

// hearSpoken keeps which languages can be asked for, and that the call which is
// under way has reached its dialogue.
func (a *applier) hearSpoken(s *WakeUpSpoken) {
	a.setSpoken(s.Languages)
	for _, w := range wakeUpsBelow(a.tx, prefixWakeRinging+s.Room+"/") {
		if w.Attempt == nil || w.Attempt.CallID != "" && w.Attempt.CallID != s.CallID || w.Attempt.CallID == "" && w.Attempt.Phone != s.Extension {
			continue
		}
		w.Attempt.Reached = true
		a.saveWakeUp(w)
	}
}

func (a *applier) setSpoken(languages string) {
	var known Spoken
	a.tx.Get(KeySpoken, &known)
	if known.Languages != languages {
		a.tx.Put(KeySpoken, Spoken{Languages: languages})
	}
}

// calleeOf is what a call to the room is connected to: where the guest's language
// can be asked for, the number of that one. What the order says goes before what
// is known of the guest.
func (a *applier) calleeOf(w *WakeUp) string {
	s := &a.setup.Wake
	var known Spoken
	if s.Answers != s.Confirm || !a.tx.Get(KeySpoken, &known) {
		return s.Answers
	}
	digit := ConfirmDigit(cmp.Or(w.Language, a.languageOf(w), s.Language))
	if digit == "" || !strings.Contains(known.Languages, digit) {
		return s.Answers
	}
	return s.Confirm + digit
}

// callee is what the room is connected to; an older record does not say.
func (t *WakeAttempt) callee(s *WakeSetup) string { return cmp.Or(t.Callee, s.Answers) }

// languageOf is the language of who is woken; empty: it is not known.
func (a *applier) languageOf(w *WakeUp) string {
	id := w.Stay
	if id == "" {
		var r Room
		a.tx.Get(RoomKey(w.Room), &r)
		id = r.Stay
	}
	var stay Stay
	a.tx.Get(StayKey(id), &stay)
	return stay.Language
}

// judgeSpoken is for a call for one language that has ended. If somebody took it
// and its dialogue was not reached, the dialplan is an older one by now: from
// here on it is asked for none.
func (a *applier) judgeSpoken(w *WakeUp, status string) {
	if w.Attempt.callee(&a.setup.Wake) != a.setup.Wake.Answers && !w.Attempt.Reached && strings.EqualFold(status, "ANSWERED") {
		a.setSpoken("")
	}
}
