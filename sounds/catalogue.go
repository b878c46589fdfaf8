package sounds

import (
	"fmt"
	"slices"
	"strings"
)

// Prompt is one thing that is said, in each language a file NAME.wav.
type Prompt struct {
	Name    string
	Service string // whose: one of those below
	// Who plays it. Files that the dialplan plays go into the PBX's folder of
	// sounds; those that its API plays must also be uploaded as custom
	// prompts, by hand on its web page, and there their names need a letter.
	// One that nobody plays is the vendor's, and kept for old dialplans.
	Dialplan, API bool
	// Documented ones are the vendor's twelve: name and Chinese text are theirs.
	Documented bool
	// Texts are what is said, by language.
	Texts map[string]string
}

// The services that prompts belong to.
const (
	Common       = "common"
	Housekeeping = "housekeeping"
	Minibar      = "minibar"
	WakeUp       = "wakeup"
	DND          = "dnd"
)

// Languages are those that recordings come in.
func Languages() []string { return []string{"zh", "en"} }

// CheckLanguage says whether a language is one of [Languages].
func CheckLanguage(lang string) error {
	if !slices.Contains(Languages(), lang) {
		return fmt.Errorf("language must be %s, but it is %q", strings.Join(Languages(), " or "), lang)
	}
	return nil
}

// Catalogue lists every prompt that the services play, in the order of use.
func Catalogue() []Prompt {
	var all []Prompt
	for _, s := range said {
		texts := map[string]string{"zh": s.zh, "en": s.en}
		all = append(all, Prompt{
			Name: s.name, Service: s.service, Texts: texts,
			Dialplan:   strings.Contains(s.by, "D"),
			API:        strings.Contains(s.by, "A"),
			Documented: !strings.HasPrefix(s.name, "bh-"),
		})
	}
	return all
}

// Find gives the prompt of a name.
func Find(name string) (Prompt, bool) {
	all := Catalogue()
	i := slices.IndexFunc(all, func(p Prompt) bool { return p.Name == name })
	if i < 0 {
		return Prompt{}, false
	}
	return all[i], true
}

// maxName bounds a prompt's name.
const maxName = 40

// CheckName says whether a prompt may have this name: small letters, digits,
// - and _, with a letter among them. The PBX takes more, but tells capitals
// from small letters, and its API joins names by + and knows none of digits
// alone.
func CheckName(name string) error {
	letter := false
	for _, r := range name {
		switch {
		case r >= 'a' && r <= 'z':
			letter = true
		case r >= '0' && r <= '9', r == '-', r == '_':
		default:
			return fmt.Errorf("a prompt's name has small letters, digits, - and _ alone, but it is %q", name)
		}
	}
	if !letter || len(name) > maxName {
		return fmt.Errorf("a prompt's name has at least one letter and at most %d characters, but it is %q", maxName, name)
	}
	return nil
}
