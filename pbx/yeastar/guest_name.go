package yeastar

import (
	"slices"
	"strings"
	"unicode"
)

// maxName is the longest name of an extension, in characters. API 1.1.0 says
// so; the 2.0.0 manual names no limit for it but this one for the names beside
// it (registername, callerid), and a name that is refused is worse than one
// that ends early.
const maxName = 31

// forbidden are the characters that a name must not hold (API 2.0.0,
// extension/update, username).
const forbidden = "!%.@:;&\"'\\<>`$"

// CleanName implements [pbx.NameCleaner] by [GuestName].
func (d *Driver) CleanName(name string) (clean, lost string) {
	if d.Session == nil {
		return GuestName(name, V2, false)
	}
	return GuestName(name, d.Session.api(), d.Session.ASCIINames)
}

// GuestName makes a guest's name one that the PBX takes and telephones show.
// Apostrophes and quotation marks go, other forbidden punctuation becomes a
// blank, and an ampersand a plus where a plus may stand. API 1.1.0 takes
// letters, digits, blanks and hyphens alone. With ascii, Latin letters lose
// their accents, Chinese is spelled as [pinyin.Spell] does, and what has no
// ASCII letters otherwise, such as Cyrillic, is lost whole.
//
// lost has the letters, digits and signs that are not in the name, those
// beyond the length limit included, in their order; punctuation and blanks do
// not count. The name may come out empty. Cleaning it once more changes nothing.
func GuestName(name string, api Version, ascii bool) (clean, lost string) {
	var kept, gone strings.Builder
	characters := []rune(strings.ToValidUTF8(name, ""))
	if ascii {
		characters = slices.DeleteFunc(characters, adorns)
	}
	for i, text := range texts(characters, ascii) {
		r := characters[i]
		if text = cleanText(text, api); text == "" && counts(r) {
			gone.WriteRune(r)
		}
		kept.WriteString(text)
	}
	whole := []rune(strings.Join(strings.Fields(kept.String()), " "))
	cut := cutAt(whole, maxName)
	for _, r := range whole[cut:] {
		if counts(r) {
			gone.WriteRune(r)
		}
	}
	return strings.TrimSpace(string(whole[:cut])), gone.String()
}

// texts gives what stands for each character, before it is cleaned.
func texts(characters []rune, ascii bool) []string {
	if ascii {
		return toASCII(characters)
	}
	all := make([]string, len(characters))
	for i, r := range characters {
		all[i] = string(r)
	}
	return all
}

// cutAt keeps a letter and its marks together.
func cutAt(name []rune, most int) int {
	if len(name) <= most {
		return len(name)
	}
	for most > 0 && unicode.Is(unicode.M, name[most]) {
		most--
	}
	return most
}

func cleanText(text string, api Version) string {
	return strings.Map(func(r rune) rune { return cleanRune(r, api) }, text)
}

// cleanRune gives what stands for the character; -1: nothing.
func cleanRune(r rune, api Version) rune {
	switch {
	case strings.ContainsRune("'\"`", r), r == unicode.ReplacementChar:
		return -1
	case r == '&' && api != V1:
		return '+'
	case unicode.IsSpace(r), strings.ContainsRune(forbidden, r):
		return ' '
	case r == '-', unicode.In(r, unicode.L, unicode.M, unicode.N):
		return r
	case api == V1 && unicode.IsPunct(r), api == V1 && r == '+':
		return ' '
	case unicode.IsPunct(r), r == '+':
		return r
	}
	return -1 // signs, emoji, control and invisible characters
}

// counts tells whether the loss of the character is worth telling.
func counts(r rune) bool {
	return unicode.In(r, unicode.L, unicode.N, unicode.S) && !strings.ContainsRune(forbidden, r)
}
