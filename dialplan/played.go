package dialplan

import "strings"

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
