// Package pinyin spells the Chinese characters of people's names in Latin
// letters, for what shows no others.
package pinyin

import (
	"strings"
	"unicode"
)

// most is how many characters a surname and a given name have together: each
// one or two.
const most = 4

// Spell says what stands for each character of a name: for Chinese ones the
// syllable, without its tone, and with blanks and capitals where words begin
// and end. It is empty for other characters, and for Chinese ones that the
// table does not have, which are rare. Together it is ASCII.
//
// Chinese characters that stand together are taken for a surname and a given
// name, one word each (ISO 7098, GB/T 28039-2011): 王小明 is Wang Xiaoming, and
// 欧阳娜娜 Ouyang Nana. Blanks may stand between the two. More than four
// together are something else, and each is a word; but with dots, as in
// 买买提·阿不都拉, they are a name from another language, and what is between the
// dots is a word. There is no apostrophe between syllables, as in passports:
// 西安 is Xian.
//
// A character with several readings is given that of the surname where a
// surname stands, and elsewhere the commonest, which may not be the guest's.
func Spell(name []rune) []string {
	spelled := make([]string, len(name))
	surnameAlone := false // what stood last, but for blanks
	for from := 0; from < len(name); from++ {
		if !isChinese(name[from]) {
			surnameAlone = surnameAlone && unicode.IsSpace(name[from])
			continue
		}
		to := endOfRun(name, from)
		run := name[from:to]
		foreign, surname := isForeign(name, from, to), surnameOf(run)
		if foreign || surnameAlone {
			surname = 0
		}
		syllables := spelled[from:to]
		spellRun(syllables, run, surname, !foreign && len(run) > most)
		if from > 0 && isLetter(name[from-1]) {
			putBlankBefore(syllables)
		}
		if to < len(name) && isLetter(name[to]) {
			putBlankAfter(syllables)
		}
		surnameAlone = surname == len(run)
		from = to - 1
	}
	return spelled
}

// spellRun spells characters that stand together, of which the first are the
// surname. A word whose first character is unknown begins with its second.
func spellRun(syllables []string, run []rune, surname int, apart bool) {
	begins, blank := false, ""
	for i := range run {
		begins = begins || i == 0 || i == surname || apart
		syllable := readingAt(run, i, surname)
		if syllable == "" {
			continue
		}
		if begins {
			syllable = blank + strings.ToUpper(syllable[:1]) + syllable[1:]
		}
		syllables[i], begins, blank = syllable, false, " "
	}
}

func readingAt(run []rune, i, surname int) string {
	if i < surname {
		if syllable := inSurname(run[i], surname); syllable != "" {
			return syllable
		}
	}
	return reading(run[i])
}

func putBlankBefore(syllables []string) {
	for i, syllable := range syllables {
		if syllable != "" {
			syllables[i] = " " + syllable
			return
		}
	}
}

func putBlankAfter(syllables []string) {
	for i := len(syllables) - 1; i >= 0; i-- {
		if syllables[i] != "" {
			syllables[i] += " "
			return
		}
	}
}

func endOfRun(name []rune, from int) int {
	to := from + 1
	for to < len(name) && isChinese(name[to]) {
		to++
	}
	return to
}

func isChinese(r rune) bool { return unicode.Is(unicode.Han, r) }

func isLetter(r rune) bool { return unicode.In(r, unicode.L, unicode.M, unicode.N) }

// isForeign tells whether a dot parts the run from another.
func isForeign(name []rune, from, to int) bool {
	return from > 1 && isDot(name[from-1]) && isChinese(name[from-2]) ||
		to+1 < len(name) && isDot(name[to]) && isChinese(name[to+1])
}

// isDot knows the dots that keyboards give for the one of names, U+00B7.
func isDot(r rune) bool { return strings.ContainsRune("·•‧・･", r) }
