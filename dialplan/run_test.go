package dialplan

import (
	"crypto/sha1"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// phoneCall runs a dialplan as Asterisk does, as far as ours goes, so that a
// test can hang up between any two of its steps. e2e/asterisk holds that a real
// one goes the same way.
type phoneCall struct {
	t      *testing.T
	plan   plan
	vars   map[string]string
	keys   []string // for the questions to come; none left: the caller hangs up
	hangUp int      // after so many steps; 0: never

	context, exten string
	at             int // place among the steps of the extension
	stack          []place
	ran            int
	asked          []int // after how many steps each Read was over
	events         []string
	spoken         string   // the languages that it began by reporting
	heard          []string // the language of each Read
	caused         []int    // of each event: how many Reads were over
}

type place struct {
	context, exten string
	at             int
}

// mostSteps bounds a call that goes round for ever.
const mostSteps = 2000

func (c *phoneCall) run() {
	for c.step() {
		if c.ran == c.hangUp {
			break
		}
		if c.ran > mostSteps {
			c.t.Fatal("the call does not end")
		}
	}
	c.hangUp, c.keys = 0, nil
	c.exten, c.at = "h", 0
	for c.step() {
	}
}

// here gives the steps of the extension in which the call is.
func (c *phoneCall) here() []step {
	var exact, pattern []step
	for _, s := range c.plan.steps {
		switch {
		case s.context != c.context:
		case s.exten == c.exten:
			exact = append(exact, s)
		case matches(s.exten, c.exten):
			pattern = append(pattern, s)
		}
	}
	if exact != nil {
		return exact
	}
	return pattern
}

// step runs one; false: the call is over, or the caller has hung up.
func (c *phoneCall) step() bool {
	steps := c.here()
	if c.at >= len(steps) {
		return false
	}
	s := steps[c.at]
	c.at++
	c.ran++
	args := c.fill(s.args)
	switch s.app {
	case "Answer", "NoOp", "Playback":
	case "Hangup":
		return false
	case "Set":
		name, value, _ := strings.Cut(args, "=")
		c.vars[name] = value
	case "UserEvent":
		info := strings.TrimPrefix(args, "DtmfEndString,Info:")
		if _, digits, found := strings.Cut(info, "*L*"); found && len(c.events) == 0 && len(c.asked) == 0 {
			c.spoken = digits
			return true
		}
		c.events = append(c.events, info)
		c.caused = append(c.caused, len(c.asked))
	case "Goto":
		c.goTo(args)
	case "GotoIf":
		condition, target, _ := strings.Cut(args, "?")
		if condition != "" && condition != "0" {
			c.goTo(target)
		}
	case "Gosub":
		c.stack = append(c.stack, place{c.context, c.exten, c.at})
		target, with, _ := strings.Cut(args, "(")
		c.vars["ARG1"] = strings.TrimSuffix(with, ")")
		c.goTo(target)
	case "Return":
		back := c.stack[len(c.stack)-1]
		c.stack = c.stack[:len(c.stack)-1]
		c.context, c.exten, c.at = back.context, back.exten, back.at
	case "Read":
		return c.read(arguments(args))
	default:
		c.t.Fatalf("line %d: %s is nothing that was expected", s.line, s.app)
	}
	return true
}

// read takes keys until # or the most; keys with a dash behind them are those
// of a caller who then hangs up.
func (c *phoneCall) read(args []string) bool {
	most, _ := strconv.Atoi(args[2])
	c.heard = append(c.heard, c.vars["CHANNEL(language)"])
	if len(c.keys) == 0 {
		c.vars[args[0]], c.vars["READSTATUS"] = "", "HANGUP"
		return false
	}
	keys := c.keys[0]
	c.keys = c.keys[1:]
	cut, hungUp := strings.CutSuffix(keys, "-")
	cut, _, ended := strings.Cut(cut, "#")
	cut = cut[:min(most, len(cut))]
	c.vars[args[0]] = cut
	c.asked = append(c.asked, c.ran)
	c.vars["READSTATUS"] = "OK"
	if hungUp && !ended && len(cut) < most {
		c.vars["READSTATUS"] = "HANGUP"
	}
	return !hungUp
}

func (c *phoneCall) goTo(target string) {
	parts := strings.Split(target, ",")
	last := parts[len(parts)-1]
	if len(parts) > 1 {
		c.exten = parts[len(parts)-2]
	}
	if len(parts) > 2 {
		c.context = parts[0]
	}
	if n, err := strconv.Atoi(last); err == nil {
		c.at = n - 1
		return
	}
	c.at = slices.IndexFunc(c.here(), func(s step) bool { return s.label == last })
	if c.at < 0 {
		c.t.Fatalf("nothing at %s in %s,%s", target, c.context, c.exten)
	}
}

// fill puts in variables, functions and expressions.
func (c *phoneCall) fill(text string) string {
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if !strings.HasPrefix(text[i:], "${") && !strings.HasPrefix(text[i:], "$[") {
			out.WriteByte(text[i])
			continue
		}
		end, depth := i+2, 1
		for ; depth > 0; end++ {
			switch text[end] {
			case '{', '[':
				depth++
			case '}', ']':
				depth--
			}
		}
		inner := text[i+2 : end-1]
		if text[i+1] == '[' {
			out.WriteString(c.evaluate(c.fill(inner)))
		} else {
			out.WriteString(c.value(inner))
		}
		i = end - 1
	}
	return out.String()
}

func (c *phoneCall) value(inner string) string {
	name, args, function := strings.Cut(inner, "(")
	if !function {
		parts := strings.Split(c.fill(inner), ":")
		value := c.vars[parts[0]]
		if parts[0] == "EXTEN" {
			value = c.exten
		}
		if len(parts) == 2 {
			from, _ := strconv.Atoi(parts[1])
			value = value[min(from, len(value)):]
		}
		if len(parts) == 3 {
			from, _ := strconv.Atoi(parts[1])
			size, _ := strconv.Atoi(parts[2])
			value = value[min(from, len(value)):min(from+size, len(value))]
		}
		return value
	}
	args = strings.TrimSuffix(c.fill(args), ")")
	switch name {
	case "FILTER":
		return strings.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}
			return r
		}, strings.TrimPrefix(args, "0-9,"))
	case "IF":
		condition, both, _ := strings.Cut(args, "?")
		yes, no, _ := strings.Cut(both, ":")
		if condition == "1" {
			return yes
		}
		return no
	case "SET":
		variable, value, _ := strings.Cut(args, "=")
		c.vars[variable] = value
		return value
	case "SHA1":
		sum := sha1.Sum([]byte(args))
		return hex.EncodeToString(sum[:])
	case "CALLERID":
		return c.vars["from"]
	}
	c.t.Fatalf("%s is no function that was expected", name)
	return ""
}

// evaluate knows what our expressions are made of.
func (c *phoneCall) evaluate(text string) string {
	truth := func(ok bool) string {
		if ok {
			return "1"
		}
		return "0"
	}
	if some := strings.Split(text, " | "); len(some) > 1 {
		return truth(slices.ContainsFunc(some, func(s string) bool { return c.evaluate(s) == "1" }))
	}
	if all := strings.Split(text, " & "); len(all) > 1 {
		return truth(!slices.ContainsFunc(all, func(s string) bool { return c.evaluate(s) != "1" }))
	}
	for _, operator := range []string{"!=", ">=", "=", "<", ">", "+"} {
		a, b, found := strings.Cut(text, operator)
		if !found {
			continue
		}
		x, _ := strconv.Atoi(a)
		y, _ := strconv.Atoi(b)
		switch operator {
		case "=":
			return truth(a == b)
		case "!=":
			return truth(a != b)
		case ">=":
			return truth(x >= y)
		case ">":
			return truth(x > y)
		case "<":
			return truth(x < y)
		default:
			return strconv.Itoa(x + y)
		}
	}
	c.t.Fatalf("%q is no expression that was expected", text)
	return ""
}

// TestHungUpAnywhere hangs up after every single step of many calls. What the
// caller had confirmed by then is reported once, and nothing else.
func TestHungUpAnywhere(t *testing.T) {
	p := readPlan([]byte(render(t, everything())))
	for _, c := range []struct {
		from, number, keys, want string
		// loses may be lost if the caller hangs up in the very step of its key:
		// nobody has entered anything.
		loses bool
	}{
		{from: "1203", number: "777", keys: "*01", want: "777*01"},
		{from: "1203", number: "777", keys: "*99 *0# 00", want: "777*00"},
		{from: "1203", number: "777", keys: "01-", want: "777*01"},
		{from: "8001", number: "777", keys: "*20 12*# 1203#", want: "777*20*1203"},
		{from: "8001", number: "777", keys: "*20 12-", want: ""},
		{from: "8001", number: "777", keys: "*20 12345678-", want: "777*20*12345678"},
		{from: "1203", number: "*56", keys: "*11", want: "*56*11"},
		{from: "1203", number: "*056", keys: "", want: "*056", loses: true},
		{from: "1203", number: "778", keys: "1234# 2# 1 1234# 2# 1 *1# 7# 1# 5 1 #", want: "778*1234*2 778*1234*2*2 778*R*7*1*3"},
		{from: "1203", number: "778", keys: "1# 1# * 2# 2# 9", want: ""},
		{from: "1203", number: "778", keys: "1# 1# 1 2# 2# -", want: "778*1*1"},
		{from: "1203", number: "778", keys: "*0-", want: "778*N*1"},
		{from: "1203", number: "778", keys: "*0#", want: "778*N*1"},
		{from: "1203", number: "781", keys: "17# *0#", want: "781*N*1*17"},
		{from: "1203", number: "781", keys: "17# 5# 1# 1 #", want: "781*5*1*1*17"},
		{from: "1203", number: "782", keys: "9# 1234# 0001# 1234# 5# 1# 1 *0# *0# *0#", want: "782*5*1*1*0001"},
		{from: "1203", number: "782", keys: "0001# 1# 0001# 2# 0001# 3#", want: "782*P*0001", loses: true},
		{from: "1203", number: "779", keys: "2 1 0730 * 0815 1", want: "779*0815"},
		{from: "1203", number: "779", keys: "1 0730 2 3 9", want: ""},
		{from: "1203", number: "779", keys: "4 * 4 1", want: "779*C"},
		{from: "1203", number: "779", keys: "3", want: "779*H", loses: true},
		{from: "1203", number: "76", keys: "2 2 1", want: "76*1"},
		{from: "1203", number: "76", keys: "0", want: "76*0"},
		{from: "1203", number: "775", keys: "# * 4", want: "775*4"},
		{from: "1203", number: "7751", keys: "# * 4", want: "775*4"},
		{from: "1203", number: "7752", keys: "7", want: "775*7"},
		{from: "0", number: "7751203", keys: "# * 1", want: "775*1*1203"},
		{from: "0", number: "77501", keys: "3", want: "775*3*01"},
	} {
		// What an earlier dialogue of the same call may have left behind.
		stale := map[string]string{"BH_KEYS": "01", "BH_STATUS": "01", "BH_ROOM": "9", "BH_CHOICE": "1", "BH_READY": "778*9*9", "BH_ITEM": "*0", "BH_SEQ": "0", "READSTATUS": "OK"}
		call := func(hangUp int) *phoneCall {
			made := &phoneCall{t: t, plan: p, vars: map[string]string{"from": c.from}, keys: strings.Fields(c.keys), hangUp: hangUp, context: YeastarContext, exten: c.number}
			if hangUp == 0 {
				for name, value := range stale {
					made.vars[name] = value
				}
			}
			made.run()
			return made
		}
		whole := call(0)
		if got := strings.Join(whole.events, " "); got != c.want {
			t.Errorf("%s %s: reports %q, want %q", c.number, c.keys, got, c.want)
			continue
		}
		for after := 1; after < whole.ran; after++ {
			cut := call(after)
			confirmed := 0
			for _, reads := range whole.caused {
				if reads == 0 || whole.asked[reads-1] <= after {
					confirmed++
				}
			}
			want := whole.events[:confirmed]
			if slices.Equal(cut.events, want) || c.loses && slices.Equal(cut.events, want[:max(0, confirmed-1)]) {
				continue
			}
			t.Errorf("%s %s: hung up after step %d reports %q, want %q", c.number, c.keys, after, cut.events, want)
		}
	}
}

// TestConfirmingCallSpeaks goes by what each question was asked in.
func TestConfirmingCallSpeaks(t *testing.T) {
	for _, c := range []struct {
		guests         []string
		number, spoken string
		heard          string
	}{
		{[]string{"zh", "en"}, "775", "12", "zh en zh"},
		{[]string{"en", "zh"}, "775", "21", "en zh en"},
		{[]string{"en", "zh"}, "7751", "21", "zh zh zh"},
		{[]string{"zh", "en"}, "7752", "12", "en en en"},
		{[]string{"fr", "en"}, "775", "2", "fr en fr"},
		{[]string{"fr"}, "775", "", "fr fr fr"},
		{[]string{"zh", "en"}, "7751203", "", "zh zh zh"}, // the desk
	} {
		s := everything()
		s.GuestLanguages = c.guests
		made := &phoneCall{
			t: t, plan: readPlan([]byte(render(t, s))), vars: map[string]string{"from": "1203"},
			keys: []string{"#", "#", "#"}, context: YeastarContext, exten: c.number,
		}
		made.run()
		if got := strings.Join(made.heard, " "); got != c.heard || made.spoken != c.spoken {
			t.Errorf("%v at %s: speaks %q and reports %q, want %q and %q", c.guests, c.number, got, made.spoken, c.heard, c.spoken)
		}
	}
}
