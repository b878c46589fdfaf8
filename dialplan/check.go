package dialplan

import (
	"cmp"
	"slices"
	"strings"
)

// Finding is something that goes wrong, or is in the way. Line is where in the
// file; 0: it is in none. Fault says for programs what it is, Text and Do say
// it for people.
type Finding struct {
	Line    int    `json:"line,omitempty"`
	Fault   string `json:"fault"`             // one of the constants
	Subject string `json:"subject,omitempty"` // what it is about: a context, a number, a step
	Object  string `json:"object,omitempty"`  // what the subject meets
}

// What [Check] and [CheckPrompts] find. Each was seen on a real Asterisk; all up
// to FaultPromptAsks with the dialplan that PBX makers publish for hotels.
const (
	FaultKeysDialled = "keys-dialled"
	FaultLeaks       = "leaks"
	FaultNoTarget    = "no-target"
	FaultAttempts    = "attempts"
	FaultUnquoted    = "unquoted"
	FaultBlanks      = "blanks"
	FaultEventLate   = "event-late"
	FaultStars       = "stars"
	FaultNoEnding    = "no-ending"
	FaultWrongPrompt = "wrong-prompt"
	FaultSlashes     = "slashes"
	FaultMacro       = "macro"
	FaultPrompt      = "prompt"
	FaultPromptAsks  = "prompt-asks"
	FaultBrackets    = "brackets"
	FaultCondition   = "condition"
	FaultNoSetting   = "no-setting"
	FaultOpenComment = "open-comment"
)

// Check reads a dialplan and finds what is known to go wrong, by line. What
// other files of the PBX hold it cannot know: a target that is not in this one
// is a finding.
func Check(file []byte) []Finding {
	p := readPlan(file)
	c := &checker{plan: p, extens: map[string]map[string][]step{}, patterns: map[string][]string{}, within: map[string]bool{}, reached: map[string][]string{}}
	for _, i := range p.includes {
		c.within[i.target] = true
	}
	for _, s := range p.steps {
		if c.extens[s.context] == nil {
			c.extens[s.context] = map[string][]step{}
		}
		if c.extens[s.context][s.exten] == nil && strings.ContainsAny(s.exten, "_/") {
			c.patterns[s.context] = append(c.patterns[s.context], s.exten)
		}
		c.extens[s.context][s.exten] = append(c.extens[s.context][s.exten], s)
	}
	c.lines()
	for _, s := range p.steps {
		c.step(s)
	}
	for _, context := range c.extens {
		for _, steps := range context {
			c.order(steps)
		}
	}
	c.leaks()
	c.stars()
	slices.SortFunc(c.found, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Fault, b.Fault), cmp.Compare(a.Subject, b.Subject))
	})
	return slices.Compact(c.found)
}

type checker struct {
	plan
	extens   map[string]map[string][]step // context -> extension -> steps
	patterns map[string][]string          // context -> extensions that may stand for other numbers
	within   map[string]bool              // contexts that another includes
	reached  map[string][]string          // what a context includes, itself first
	found    []Finding
}

func (c *checker) add(line int, fault, subject, object string) {
	c.found = append(c.found, Finding{line, fault, shorten(subject), shorten(object)})
}

func (c *checker) lines() {
	if c.open > 0 {
		c.add(c.open, FaultOpenComment, "", "")
	}
	for _, l := range c.odd {
		if strings.HasPrefix(l.text, "//") {
			c.add(l.number, FaultSlashes, l.text, "")
			continue
		}
		c.add(l.number, FaultNoSetting, l.text, "")
	}
}

// step looks at one step by itself.
func (c *checker) step(s step) {
	switch {
	case s.is("Background", "WaitExten") && c.inPhones(s.context):
		c.add(s.line, FaultKeysDialled, s.app, s.context)
	case s.is("Macro", "MacroIf", "MacroExclusive", "MacroExit"):
		c.add(s.line, FaultMacro, s.args, "")
	case s.is("Read"):
		if args := arguments(s.args); len(args) == 5 && len(strings.TrimSpace(args[4])) == 1 && strings.TrimSpace(args[4]) > "1" {
			c.add(s.line, FaultAttempts, strings.TrimSpace(args[4]), "Read("+s.args+")")
		}
	}
	rest, remark := cutRemark(s.rest)
	if remark != "" {
		c.add(s.line, FaultSlashes, remark, "")
	}
	if rest != "" || s.open || !nests(s.args) {
		c.add(s.line, FaultBrackets, s.app+"("+s.args+")"+rest, "")
	}
	c.blanks(s)
	c.conditions(s)
	c.targets(s)
}

// cutRemark cuts off what somebody meant for a comment: from // on, which begins
// it or has a blank before it.
func cutRemark(text string) (before, remark string) {
	at := strings.Index(" "+text, " //")
	if at < 0 {
		return text, ""
	}
	return strings.TrimSpace(text[:at]), text[at:]
}

// freeText lists applications in whose data a blank behind a comma does no
// harm.
var freeText = []string{"NoOp", "Verbose", "Log", "Set", "MSet", "System", "SendText", "ExecIf"}

func (c *checker) blanks(s step) {
	if s.is(freeText...) {
		return
	}
	for i, arg := range arguments(s.args) {
		if i > 0 && arg != "" && (arg[0] == ' ' || arg[0] == '\t') && strings.TrimSpace(arg) != "" {
			c.add(s.line, FaultBlanks, s.app+"("+s.args+")", "")
			return
		}
	}
}

// conditions looks at what stands before the question mark, and at the
// expressions $[…] anywhere.
func (c *checker) conditions(s step) {
	if s.is("GotoIf", "GosubIf", "ExecIf", "MacroIf") {
		condition, _, _ := cutTop(s.args, '?')
		if !strings.Contains(condition, "$[") && strings.ContainsAny(condition, "=<>") {
			c.add(s.line, FaultCondition, condition, "")
		}
	}
	for rest := s.args; ; {
		_, inner, found := strings.Cut(rest, "$[")
		if !found {
			return
		}
		expression := untilBracket(inner)
		if hasBareOperand(expression) {
			c.add(s.line, FaultUnquoted, "$["+expression+"]", "")
			return
		}
		rest = inner
	}
}

// untilBracket gives what stands before the bracket that closes an expression.
func untilBracket(text string) string {
	depth := 0
	for i := range len(text) {
		switch text[i] {
		case '[':
			depth++
		case ']':
			if depth == 0 {
				return text[:i]
			}
			depth--
		}
	}
	return text
}

// hasBareOperand tells whether a side of = or != is a variable, or a star,
// without quotes: an empty one is a syntax error, as a star is.
func hasBareOperand(expression string) bool {
	quoted, depth := false, 0
	for i := range len(expression) {
		switch expression[i] {
		case '"':
			quoted = !quoted
		case '{', '(':
			depth++
		case '}', ')':
			depth--
		case '=':
			before := strings.TrimRight(expression[:i], "! \t")
			if quoted || depth > 0 || i == 0 || strings.ContainsAny(expression[i-1:i], "<>=") {
				continue
			}
			after := strings.TrimLeft(expression[i+1:], "= \t")
			if before == "" || after == "" || after[0] == '*' || strings.HasPrefix(after, "${") && !isLength(after) {
				return true
			}
			if before[len(before)-1] == '}' && !isLength(before[opening(before):]) {
				return true
			}
		}
	}
	return false
}

// opening finds where the ${ began that ends a text.
func opening(text string) int {
	depth := 0
	for i := len(text) - 1; i > 0; i-- {
		switch text[i] {
		case '}':
			depth++
		case '{':
			if depth--; depth == 0 {
				return i - 1
			}
		}
	}
	return 0
}

// isLength tells whether text is a call of LEN, which is never empty.
func isLength(text string) bool { return strings.HasPrefix(text, "${LEN(") }

// nests tells whether brackets of all kinds close in the order in which they
// were opened.
func nests(text string) bool {
	var open []byte
	quoted := false
	for i := range len(text) {
		switch c := text[i]; c {
		case '"':
			quoted = !quoted
		case '{', '[', '(':
			if !quoted || i > 0 && text[i-1] == '$' {
				open = append(open, c)
			}
		case '}', ']', ')':
			if len(open) == 0 || open[len(open)-1] != map[byte]byte{'}': '{', ']': '[', ')': '('}[c] {
				if quoted {
					continue
				}
				return false
			}
			open = open[:len(open)-1]
		}
	}
	return len(open) == 0
}

// cutTop cuts at the first sep that stands in no brackets and no quotes.
func cutTop(text string, sep byte) (before, after string, found bool) {
	depth, quoted := 0, false
	for i := range len(text) {
		switch c := text[i]; {
		case c == '"':
			quoted = !quoted
		case c == '(' || c == '{' || c == '[':
			depth++
		case c == ')' || c == '}' || c == ']':
			depth--
		case c == sep && depth <= 0 && !quoted:
			return text[:i], text[i+1:], true
		}
	}
	return text, "", false
}
