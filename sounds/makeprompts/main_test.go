package main

import (
	"regexp"
	"testing"
	"unicode"

	"bellhop/sounds"
)

// syllable is one with its tone.
var syllable = regexp.MustCompile(`[a-zü]+[1-5]`)

// TestSpoken holds that each Chinese text has as many syllables as it has
// characters to be said, and nothing is spoken that is in no text.
func TestSpoken(t *testing.T) {
	used := 0
	for _, prompt := range sounds.Catalogue() {
		lang := "zh"
		if prompt.Name == otherLanguage {
			lang = "en"
		}
		want := 0
		for _, r := range prompt.Texts[lang] {
			switch {
			case r == '*': // 星号
				want += 2
			case unicode.Is(unicode.Han, r), unicode.IsDigit(r):
				want++
			}
		}
		said, ok := spoken[prompt.Name]
		if got := len(syllable.FindAllString(said, -1)); !ok || got != want {
			t.Errorf("%s: %d syllables %q for the %d of %q", prompt.Name, got, said, want, prompt.Texts[lang])
		}
		if rest := syllable.ReplaceAllString(said, ""); !regexp.MustCompile(`^[ ,]*$`).MatchString(rest) {
			t.Errorf("%s: %q is no syllable", prompt.Name, rest)
		}
		used++
	}
	if used != len(spoken) {
		t.Errorf("%d are spoken, %d are in the catalogue", len(spoken), used)
	}
}
