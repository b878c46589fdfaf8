package dialplan

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

func sample(t testing.TB, name string) []byte {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// byFault gives the lines of each fault.
func byFault(found []Finding) map[string][]int {
	lines := map[string][]int{}
	for _, f := range found {
		lines[f.Fault] = append(lines[f.Fault], f.Line)
	}
	return lines
}

// The two dialplans for hotels that a PBX maker publishes: the sample of its
// guide for hotels, and that of its guide for developers.
const hotelGuide, developerGuide = "hotel-guide.conf", "developer-guide.conf"

type publishedFault struct {
	number int
	what   string
	fault  string
	lines  map[string][]int // by sample
	remedy string           // a part of it
}

// published are the faults of those two that were seen on a real Asterisk, by
// number, and the lines that have each: read off the samples by eye, not taken
// from what Check says. Number 0 are slips of print that one of them has beside.
var published = []publishedFault{
	{1, "keys pressed in what phones include are dialled out", FaultKeysDialled, map[string][]int{
		hotelGuide:     {25, 28, 31, 40, 42, 45, 48, 50, 53, 58, 60},
		developerGuide: {25, 28, 31, 40, 42, 45, 48, 50, 53, 58, 60},
	}, "Read(variable,prompt,most keys,,1,seconds)"},
	{2, "h and check get into the phones' context", FaultLeaks, map[string][]int{
		hotelGuide:     {35, 37},
		developerGuide: {35, 37},
	}, "a Goto into a context that nobody includes"},
	{3, "always-Hangup does not exist, nor does 778 in the macro", FaultNoTarget, map[string][]int{
		hotelGuide:     {22, 56},
		developerGuide: {22}, // in 56 no target is left, for its brackets
	}, "lead to what exists"},
	{4, "four attempts, not four seconds", FaultAttempts, map[string][]int{
		hotelGuide:     {26, 29, 32, 43, 46, 54},
		developerGuide: {46, 54},
	}, ",,1,4)"},
	{5, "a comparison without quotes", FaultUnquoted, map[string][]int{
		hotelGuide: {55, 56, 57},
	}, "quote both sides"},
	{5, "a comparison without even $[…]", FaultCondition, map[string][]int{
		developerGuide: {44, 47, 55, 56, 57},
	}, `$["${x}"="1"]`},
	{6, "blanks behind commas", FaultBlanks, map[string][]int{
		hotelGuide: {6, 10, 13, 18, 22, 27, 30, 33, 34, 35, 36, 44, 47, 52, 55, 56, 57, 59},
	}, "take the blanks out"},
	{7, "the event after the announcement", FaultEventLate, map[string][]int{
		hotelGuide:     {13, 18},
		developerGuide: {13, 18},
	}, "the event first"},
	{8, "a star in an item or a count", FaultStars, map[string][]int{
		hotelGuide:     {26, 29, 32, 43, 46},
		developerGuide: {26, 29, 32, 43, 46},
	}, "FILTER(0-9"},
	{9, "no end: the third question, goodbye, success", FaultNoEnding, map[string][]int{
		hotelGuide:     {48, 58, 60},
		developerGuide: {48, 58, 60},
	}, "Hangup()"},
	{10, "product_num where product_numc is meant", FaultWrongPrompt, map[string][]int{
		hotelGuide: {50},
	}, "play product_numc"},
	{11, "// for a comment", FaultSlashes, map[string][]int{
		hotelGuide:     {12, 14, 19, 26, 34, 40, 43, 48, 50, 51, 55, 56, 57, 59, 60},
		developerGuide: {14, 19, 26, 34, 40, 43, 48, 50, 51, 55, 56, 57, 59, 60},
	}, "begin comments with ;"},
	{12, "Macro", FaultMacro, map[string][]int{
		hotelGuide:     {35},
		developerGuide: {35},
	}, "Gosub(context,s,1(arguments))"},
	{13, "prompts of 16 kHz", FaultPrompt, map[string][]int{
		hotelGuide:     {8, 11, 14, 16, 19, 25, 28, 31, 40, 42, 45, 48, 50, 53, 58, 60},
		developerGuide: {8, 11, 14, 16, 19, 25, 28, 31, 40, 42, 45, 48, 50, 53, 58, 60},
	}, "8000 samples a second"},
	{0, "brackets that do not close in their order", FaultBrackets, map[string][]int{
		developerGuide: {13, 18, 27, 30, 33, 44, 47, 56, 57},
	}, "${LEN(${x})}"},
}

// TestCheckFindsThePublishedFaults: each of the thirteen in the samples that
// have it, with its lines and a remedy, and nothing else.
func TestCheckFindsThePublishedFaults(t *testing.T) {
	for number := 1; number <= 13; number++ {
		if !slices.ContainsFunc(published, func(p publishedFault) bool { return p.number == number }) {
			t.Errorf("no sample has the fault %d", number)
		}
	}
	for _, name := range []string{hotelGuide, developerGuide} {
		file := sample(t, name)
		// The recordings that belong to a sample are beside it: here all are wrong.
		found := append(Check(file), CheckPrompts(file, func(string) string { return "has 16000 samples a second" })...)
		got := byFault(found)
		for _, p := range published {
			if !slices.Equal(got[p.fault], p.lines[name]) {
				t.Errorf("%s: %d, %s: %s in lines %v, want %v", name, p.number, p.what, p.fault, got[p.fault], p.lines[name])
			}
			delete(got, p.fault)
			for _, f := range found {
				if f.Fault == p.fault && !strings.Contains(f.Do("en"), p.remedy) {
					t.Errorf("%s: line %d: %s: %q does not say %q", name, f.Line, p.fault, f.Do("en"), p.remedy)
				}
			}
		}
		if len(got) > 0 {
			t.Errorf("%s: found beside: %v", name, got)
		}
		for _, f := range found {
			for _, language := range []string{"zh", "en"} {
				if text := f.Text(language) + f.Do(language); strings.Contains(text, "{subject}") || strings.Contains(text, "{object}") || strings.Contains(text, "?:") || f.Do(language) == "" {
					t.Errorf("%+v says %q", f, text)
				}
			}
		}
	}
}

// TestCheckOfSmallFiles: each fault alone, and beside it what looks alike and
// is sound.
func TestCheckOfSmallFiles(t *testing.T) {
	const included = "[phones]\ninclude => a\n"
	for _, c := range []struct{ name, file, want string }{
		{"keys in what is included", included + "[a]\nexten => 1,1,WaitExten(4)\n", "keys-dialled:4"},
		{"keys in a menu that stands alone", "[phones]\nexten => 1,1,Goto(menu,s,1)\n[menu]\nexten => s,1,Background(x)\nsame => n,WaitExten(4)\nexten => 1,1,Hangup()\n", ""},
		{"h in what is included", included + "[a]\nexten => h,1,Hangup()\n", "leaks:4"},
		{"h of its own", "[a]\nexten => h,1,Hangup()\n", ""},
		{"a pattern in what is included", included + "[a]\nexten => _NX.,1,Hangup()\n", ""},
		{"a label that is there", "[a]\nexten => 1,1(x),NoOp()\nsame => n,Goto(x)\n", ""},
		{"no such label", "[a]\nexten => 1,1(x),NoOp()\nsame => n,Goto(y)\n", "no-target:3"},
		{"no such extension", "[a]\nexten => 1,1,GotoIf($[1]?1,1:2,1)\n", "no-target:2"},
		{"one by a pattern", "[a]\nexten => 1,1,Goto(23,1)\nexten => _2X,1,Hangup()\n", ""},
		{"one by an include", "[a]\ninclude => b\nexten => 1,1,Goto(2,1)\n[b]\nexten => 2,1,Hangup()\n", ""},
		{"one that the call knows", "[a]\nexten => 1,1,Goto(${X},1)\n", ""},
		{"a subroutine", "[a]\nexten => 1,1,Gosub(b,s,1(x,y))\nsame => n,GosubIf($[1]?b,t,1(z))\nsame => n,Hangup()\n[b]\nexten => s,1,Return()\n", "no-target:3"},
		{"no such macro", "[a]\nexten => 1,1,Macro(b)\n", "macro:2 no-target:2"},
		{"four attempts", "[a]\nexten => 1,1,Read(X,,9,,4)\nsame => n,Hangup()\n", "attempts:2"},
		{"two attempts of four seconds", "[a]\nexten => 1,1,Read(X,,9,,2,4)\nsame => n,Hangup()\n", ""},
		{"one side without quotes", "[a]\nexten => 1,1,Set(Y=$[\"${X}\"=${Z}])\n", "unquoted:2"},
		{"both quoted", "[a]\nexten => 1,1,Set(Y=$[\"${X}\"=\"${Z}\" & \"${X}\"!=\"*\"])\n", ""},
		{"sizes", "[a]\nexten => 1,1,Set(Y=$[${X}>=3 & ${Z}<=4 & ${LEN(${X})}=4])\n", ""},
		{"a blank in a message", "[a]\nexten => 1,1,NoOp(a, b)\nsame => n,Hangup( )\n", ""},
		{"a blank in a quote", "[a]\nexten => 1,1,Read(X,\"a, b\",9)\nsame => n,Hangup()\n", ""},
		{"an event after the announcement", "[a]\nexten => 1,1,Playback(x)\nsame => n,UserEvent(DtmfEndString,Info:1)\nsame => n,Hangup()\n", "event-late:3"},
		{"an event after an answer to it", "[a]\nexten => 1,1,Playback(x)\nsame => n,Read(Y,,1)\nsame => n,UserEvent(DtmfEndString,Info:1)\nsame => n,Hangup()\n", ""},
		{"another event", "[a]\nexten => 1,1,Playback(x)\nsame => n,UserEvent(PlayPromptEnd,Ivrid:1)\nsame => n,Hangup()\n", ""},
		{"stars by way of a subroutine", "[a]\nexten => 1,1,Read(X,,9)\nsame => n,Gosub(b,s,1(7,${X}))\nsame => n,Hangup()\n[b]\nexten => s,1,Set(Y=${ARG2})\nsame => n,UserEvent(DtmfEndString,Info:${Y})\nsame => n,Return()\n", "stars:2"},
		{"stars taken out", "[a]\nexten => 1,1,Read(X,,9)\nsame => n,UserEvent(DtmfEndString,Info:${FILTER(0-9,${X})})\nsame => n,Hangup()\n", ""},
		{"one key, which is compared", "[a]\nexten => 1,1,Read(X,,1)\nsame => n,UserEvent(DtmfEndString,Info:${X})\nsame => n,Hangup()\n", ""},
		{"no end", "[a]\nexten => 1,1,Playback(x)\n", "no-ending:2"},
		{"the prompt that asks", "[a]\nexten => 1,1,Playback(product_id)\nsame => n,SayDigits(1)\nsame => n,Hangup()\n", "wrong-prompt:2"},
		{"a line of slashes", "// a\n[a]\nexten => 1,1,Hangup() // (b)\n", "slashes:1 slashes:3"},
		{"slashes behind a bracket too many", "[a]\nexten => 1,1,Hangup()) // (b)\n", "brackets:2 slashes:2"},
		{"an address", "[a]\nexten => 1,1,Set(X=http://a/b)\n", ""},
		{"no bracket", "[a]\nexten => 1,1,Hangup(\nexten => 2,1,Hangup\n", "brackets:2"},
		{"no expression", "[a]\nexten => 1,1,GotoIf(${X}>1?1,1)\nexten => 2,1,GotoIf(${X}?1,1)\n", "condition:2"},
		{"no setting", "[a]\nfoo\n", "no-setting:2"},
		{"comments", "; foo\n[a] ; b\n;-- foo\nfoo --; \nexten => 1,1,Set(X=a\\;b) ;)\n", ""},
		{"a comment without end", "[a]\n;-- foo\nexten => 1,1,Playback(x)\n", "open-comment:2"},
		{"directives", "#include \"x.conf\"\n[general]\nstatic=yes\n", ""},
		{"BOM and CRLF", "\ufeff[a]\r\nexten = 1,1,Playback(x)\r\nsame = n,Hangup()\r\n", ""},
	} {
		var got []string
		for _, f := range Check([]byte(c.file)) {
			got = append(got, fmt.Sprintf("%s:%d", f.Fault, f.Line))
		}
		if all := strings.Join(got, " "); all != c.want {
			t.Errorf("%s: found %q, want %q", c.name, all, c.want)
		}
	}
}

func FuzzCheck(f *testing.F) {
	f.Add(sample(f, "hotel-guide.conf"))
	f.Add(sample(f, "developer-guide.conf"))
	f.Add([]byte(render(f, some()["do not disturb"])))
	f.Add([]byte("[a\nexten => ,,(\nsame => n,Goto(,,\ninclude => a\nexten=>_[,1,Macro("))
	f.Fuzz(func(t *testing.T, file []byte) {
		const most = 4000
		if len(file) > most {
			return
		}
		lines := strings.Count(string(file), "\n") + 1
		wrong := func(name string) string { return "cannot play " + name }
		for _, found := range append(Check(file), CheckPrompts(file, wrong)...) {
			if found.Line < 1 || found.Line > lines || found.Text("en") == "" || found.Text("zh") == "" || found.Do("en") == "" || found.Do("zh") == "" {
				t.Errorf("%+v in a file of %d lines", found, lines)
			}
		}
	})
}
