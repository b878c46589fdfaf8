package dialplan

import (
	"slices"
	"strconv"
	"strings"
)

// inPhones tells whether phones' calls run in a context: it is included
// somewhere, or it is a macro, in which keys are looked up where the call was.
func (c *checker) inPhones(context string) bool {
	return strings.HasPrefix(context, "macro-") || c.included(context)
}

func (c *checker) included(context string) bool { return c.within[context] }

// leaks finds extensions that get into the contexts of others by an include:
// h and its like, which calls of others end in, and names that can be dialled.
func (c *checker) leaks() {
	for context, extens := range c.extens {
		if !c.included(context) {
			continue
		}
		for name, steps := range extens {
			if !strings.HasPrefix(name, "_") && strings.ContainsAny(name, letters) {
				c.add(steps[0].line, FaultLeaks, name, context)
			}
		}
	}
}

// targets looks whether what a step leads to is there.
func (c *checker) targets(s step) {
	switch {
	case s.is("Goto"):
		c.target(s, s.args)
	case s.is("Gosub"):
		c.target(s, withoutArguments(s.args))
	case s.is("GotoIf", "GosubIf"):
		_, both, _ := cutTop(s.args, '?')
		yes, no, _ := cutTop(both, ':')
		if s.is("GosubIf") {
			yes, no = withoutArguments(yes), withoutArguments(no)
		}
		c.target(s, yes)
		c.target(s, no)
	case s.is("Macro"):
		name := strings.TrimSpace(arguments(s.args)[0])
		if _, here := c.contexts["macro-"+name]; !here && !strings.Contains(name, "$") {
			c.add(s.line, FaultNoTarget, "macro-"+name, "")
		}
	}
}

// withoutArguments cuts the arguments off a Gosub's target.
func withoutArguments(target string) string {
	target, _, _ = strings.Cut(target, "(")
	return target
}

// target looks for [[context,]extension,]priority. What has a variable in it
// only the call knows.
func (c *checker) target(s step, target string) {
	if strings.TrimSpace(target) == "" || strings.ContainsAny(target, "$|") {
		return
	}
	context, exten := s.context, s.exten
	parts := arguments(target)
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i]) // blanks are another finding
	}
	label := parts[len(parts)-1]
	if len(parts) > 1 {
		exten = parts[len(parts)-2]
	}
	if len(parts) > 2 {
		context = parts[len(parts)-3]
	}
	steps := c.reach(context, exten)
	switch {
	case len(steps) == 0:
		c.add(s.line, FaultNoTarget, context+","+exten, "")
	case !isDigits(label, 1, 6) && !slices.ContainsFunc(steps, func(s step) bool { return s.label == label }):
		c.add(s.line, FaultNoTarget, context+","+exten+","+label, "")
	}
}

// reach gives the steps of all extensions that a name reaches in a context.
func (c *checker) reach(context, name string) []step {
	var all []step
	in, known := c.reached[context]
	if !known {
		in = c.reachedFrom(context)
		c.reached[context] = in
	}
	for _, in := range in {
		all = append(all, c.extens[in][name]...)
		for _, exten := range c.patterns[in] {
			if exten != name && matches(exten, name) {
				all = append(all, c.extens[in][exten]...)
			}
		}
	}
	return all
}

// Applications by what they do to a call.
var (
	speaks  = []string{"Playback", "Background", "SayDigits", "SayNumber", "SayAlpha", "SayPhonetic", "ControlPlayback"}
	listens = []string{"Read", "WaitExten", "Wait"}
	ends    = []string{"Hangup", "Goto", "Return", "Congestion", "Busy", "MacroExit", "SoftHangup"}
)

// order looks at the steps of one extension in turn.
func (c *checker) order(steps []step) {
	heard := false
	for i, s := range steps {
		switch {
		case s.is("UserEvent") && heard && strings.HasPrefix(strings.TrimSpace(s.args), "DtmfEndString"):
			c.add(s.line, FaultEventLate, s.args, "")
		case s.is(speaks...):
			heard = true
		case s.is(listens...), s.is(ends...):
			heard = false
		}
		if i > 0 && s.is("SayDigits") && steps[i-1].is("Background", "Playback") {
			if prompt := strings.TrimSpace(steps[i-1].args); prompt == "product_num" || prompt == "product_id" {
				c.add(steps[i-1].line, FaultWrongPrompt, prompt, prompt+"c")
			}
		}
	}
	if last := steps[len(steps)-1]; last.is(speaks...) {
		c.add(last.line, FaultNoEnding, last.app+"("+last.args+")", "")
	}
}

// stars finds keys that are reported and that nobody has looked for stars in:
// from the variable of a Read, by way of others, into an event.
func (c *checker) stars() {
	for _, read := range c.steps {
		if !read.is("Read") {
			continue
		}
		args := arguments(read.args)
		name := strings.TrimSpace(args[0])
		if name == "" || len(args) > 2 && strings.TrimSpace(args[2]) == "1" || c.filtered(name) {
			continue
		}
		if info, reported := c.reported(name); reported {
			c.add(read.line, FaultStars, name, info)
		}
	}
}

// filtered tells whether a variable is ever filtered.
func (c *checker) filtered(name string) bool {
	return slices.ContainsFunc(c.steps, func(s step) bool {
		return strings.Contains(s.args, "FILTER(") && strings.Contains(s.args, "${"+name)
	})
}

// reported follows a variable through Set and the arguments of macros and
// subroutines.
func (c *checker) reported(name string) (info string, ok bool) {
	const most = 50 // variables that one Read gets into
	tainted := []string{name}
	for i := 0; i < len(tainted) && i < most; i++ {
		holds := func(text string) bool { return strings.Contains(text, "${"+tainted[i]+"}") }
		for _, s := range c.steps {
			switch {
			case s.is("UserEvent") && holds(s.args):
				return s.args, true
			case s.is("Set") && !strings.Contains(s.args, "FILTER("):
				if to, value, set := strings.Cut(s.args, "="); set && holds(value) && !slices.Contains(tainted, to) {
					tainted = append(tainted, to)
				}
			case s.is("Macro", "Gosub"):
				for n, arg := range passed(s) {
					if to := "ARG" + strconv.Itoa(n+1); holds(arg) && !slices.Contains(tainted, to) {
						tainted = append(tainted, to)
					}
				}
			}
		}
	}
	return "", false
}

// passed are the arguments that a macro or a subroutine gets.
func passed(s step) []string {
	if s.is("Macro") {
		return arguments(s.args)[1:]
	}
	_, args, _ := strings.Cut(s.args, "(")
	return arguments(strings.TrimSuffix(args, ")"))
}
