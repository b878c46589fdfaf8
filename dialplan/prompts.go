package dialplan

import (
	"slices"
	"strconv"
)

// promptOtherLanguage is the one prompt whose file in one language's folder is
// spoken in another: in the Chinese folder it says "For English, press two".
const promptOtherLanguage = "bh-other-language"

// Languages are those that the services speak: the folders of sounds that
// their prompts must be in.
func (s Services) Languages() []string {
	var all []string
	if s.speaksStaff() {
		all = append(all, s.StaffLanguage)
	}
	if s.speaksGuest() {
		all = append(all, s.GuestLanguages...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (s Services) speaksStaff() bool {
	return s.Codes.Housekeeping != "" || s.Codes.RoomStatus != "" || len(s.Codes.Minibars) > 0 || s.Codes.Confirm != ""
}

func (s Services) speaksGuest() bool {
	return s.Codes.WakeUp != "" || s.Codes.DND != "" || s.Codes.Confirm != ""
}

// Prompts are the names of the sounds that are played in a language, sorted,
// without folder and ending. Each has to be there as 8 kHz, 16 bit, mono wav: a
// missing one, or one of another rate, ends the dialogue that asks with it.
func (s Services) Prompts(language string) []string {
	var all []string
	if language == s.StaffLanguage && s.speaksStaff() {
		all = append(all, s.staffPrompts()...)
	}
	if i := slices.Index(s.GuestLanguages, language); i >= 0 && s.speaksGuest() {
		all = append(all, s.guestPrompts(i == 0)...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (s Services) staffPrompts() []string {
	all := digitPrompts()
	if s.Codes.Housekeeping != "" || s.Codes.RoomStatus != "" {
		all = append(all, "roomstatus", "room", "bh-try-again", "bh-goodbye")
		for _, k := range s.Keys {
			all = append(all, k.Prompt)
		}
	}
	if s.asksRoom() {
		all = append(all, "bh-enter-room")
	}
	if s.Codes.RoomStatus != "" {
		all = append(all, "bh-status-cleared")
	}
	if len(s.Codes.Minibars) > 0 {
		all = append(all, "product_id", "product_idc", "product_num", "product_numc", "confirm", "success", "bh-try-again", "bh-goodbye",
			"bh-minibar-options", "bh-next-item", "bh-remove-item", "bh-removing", "bh-removed", "bh-nothing-taken")
	}
	if s.Codes.Confirm != "" {
		all = append(all, "bh-wakeup-unanswered", "bh-wakeup-known", "bh-saved")
	}
	if s.asks(StaffCode) || s.asks(StaffPIN) {
		all = append(all, "bh-enter-code")
	}
	if s.asks(StaffPIN) {
		all = append(all, "bh-enter-pin", "bh-wrong-pin", "bh-locked")
	}
	return all
}

func (s Services) guestPrompts(first bool) []string {
	var all []string
	if s.Codes.WakeUp != "" {
		all = append(digitPrompts(), "bh-wakeup-menu", "bh-wakeup-enter", "bh-wakeup-time", "bh-wakeup-set", "bh-wakeup-hear", "bh-wakeup-cancelled", "confirm")
	}
	if s.Codes.DND != "" {
		all = append(all, "bh-dnd-menu", "bh-dnd-on", "bh-dnd-off")
	}
	if s.Codes.WakeUp != "" || s.Codes.DND != "" {
		all = append(all, "bh-try-again", "bh-goodbye")
		if first && len(s.GuestLanguages) == 2 {
			all = append(all, promptOtherLanguage)
		}
	}
	if s.Codes.Confirm != "" {
		all = append(all, "bh-wakeup-call", "bh-wakeup-confirm", "bh-wakeup-thanks")
	}
	return all
}

func digitPrompts() []string {
	var all []string
	for digit := range 10 {
		all = append(all, "bh-"+strconv.Itoa(digit))
	}
	return all
}
