package dialplan

import (
	"cmp"
	"slices"
	"strings"
)

// Sound is a prompt that a dialplan plays.
type Sound struct {
	Line int
	Name string // without folder of the language and ending
	// Asks tells that keys are taken with it: without its file, or with one of
	// another rate than 8 kHz, no key is.
	Asks bool
}

// Played lists the prompts that a file plays by their names. What is chosen
// during the call is not among them; of our own block that is nearly all, and
// [Services.Prompts] lists those.
func Played(file []byte) []Sound {
	var all []Sound
	for _, s := range readPlan(file).steps {
		args := arguments(s.args)
		names := args[0]
		asks := s.is("Read")
		switch {
		case asks && len(args) > 1:
			names = args[1]
		case asks, !s.is("Playback", "Background", "ControlPlayback"):
			continue
		}
		for name := range strings.SplitSeq(names, "&") {
			if name = strings.TrimSpace(name); name != "" && !strings.Contains(name, "$") {
				all = append(all, Sound{s.line, name, asks})
			}
		}
	}
	return all
}

// CheckPrompts finds the prompts of a file that are not played, by line. wrong
// says why the prompt of a name is not, such as that its recording is missing or
// has another rate than 8 kHz; "" is nothing. It is asked once for each name:
// the recordings are no part of a dialplan, and whoever has them knows them.
func CheckPrompts(file []byte, wrong func(name string) string) []Finding {
	why := map[string]string{}
	var found []Finding
	for _, s := range Played(file) {
		if _, asked := why[s.Name]; !asked {
			why[s.Name] = wrong(s.Name)
		}
		if why[s.Name] == "" {
			continue
		}
		fault := FaultPrompt
		if s.Asks {
			fault = FaultPromptAsks
		}
		found = append(found, Finding{s.Line, fault, shorten(s.Name), why[s.Name]})
	}
	slices.SortFunc(found, func(a, b Finding) int { return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Subject, b.Subject)) })
	return slices.Compact(found)
}
