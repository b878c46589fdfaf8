package dialplan

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"bellhop/hotel"
)

// everything is a hotel with all that there is.
func everything() Services {
	s := Default()
	s.Codes = hotel.Services{
		Housekeeping: "777", Minibars: map[string]string{"778": "minibar", "781": "lounge", "782": "suite"},
		WakeUp: "779", DND: "76", Confirm: "775", RoomStatus: "*56",
	}
	s.Pantries = []string{"8001"}
	s.Staff = map[string]Staff{"781": StaffCode, "782": StaffPIN}
	s.People = []Person{{"0001", "5a17", HashPIN("5a17", "0001", "1234")}}
	return s
}

// some gives hotels that have a part of it.
func some() map[string]Services {
	all := map[string]Services{"everything": everything()}
	with := func(name string, change func(*Services)) {
		s := Default()
		s.Staff = map[string]Staff{}
		change(&s)
		all[name] = s
	}
	with("housekeeping", func(s *Services) { s.Codes.Housekeeping = "777" })
	with("pantry", func(s *Services) { s.Codes.Housekeeping, s.Pantries = "7", []string{"1", "22"} })
	with("status", func(s *Services) { s.Codes.RoomStatus, s.Pantries = "*56", []string{"8001"} })
	with("minibar", func(s *Services) { s.Codes.Minibars = map[string]string{"778": "minibar"} })
	with("minibar with code", func(s *Services) {
		s.Codes.Minibars, s.Staff["778"] = map[string]string{"778": "minibar"}, StaffCode
	})
	with("minibar with PIN", func(s *Services) {
		s.Codes.Minibars, s.Staff["778"], s.People = map[string]string{"778": "minibar"}, StaffPIN, everything().People
	})
	with("wake-up", func(s *Services) { s.Codes.WakeUp = "779" })
	with("wake-up in one language", func(s *Services) { s.Codes.WakeUp, s.GuestLanguages = "779", []string{"en"} })
	with("do not disturb", func(s *Services) { s.Codes.DND = "76" })
	with("confirm", func(s *Services) { s.Codes.Confirm = "775" })
	return all
}

func render(t testing.TB, s Services) string {
	t.Helper()
	text, err := s.Render()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestRenderedIsSound: by the same look at it that a colleague's file gets.
func TestRenderedIsSound(t *testing.T) {
	for name, s := range some() {
		text := render(t, s)
		for _, f := range Check([]byte(text)) {
			t.Errorf("%s: line %d: %s", name, f.Line, f.Text("en"))
		}
		if again := render(t, s); again != text {
			t.Errorf("%s: is rendered otherwise each time", name)
		}
		if strings.Contains(text, ", ") && regexp.MustCompile(`(?m)^(exten|same) => .*, `).MatchString(text) {
			t.Errorf("%s: has a blank behind a comma", name)
		}
		if !strings.HasSuffix(text, markEnd+"\n") || strings.Contains(text, "\r") || strings.Contains(text, "\t") {
			t.Errorf("%s: ends or is laid out wrongly", name)
		}
	}
}

// TestPhonesReachDialledNumbersAlone: nothing else stands in their context,
// and nobody includes another.
func TestPhonesReachDialledNumbersAlone(t *testing.T) {
	for name, s := range some() {
		p := readPlan([]byte(render(t, s)))
		if len(p.includes) > 0 {
			t.Errorf("%s: includes %v", name, p.includes)
		}
		var dialled []string
		for _, step := range p.steps {
			if step.context != s.Context {
				if !strings.HasPrefix(step.context, own+"-") {
					t.Errorf("%s: line %d stands in [%s]", name, step.line, step.context)
				}
				continue
			}
			dialled = append(dialled, step.exten)
			if step.app != "Goto" || step.priority != "1" {
				t.Errorf("%s: line %d of the phones is %+v", name, step.line, step)
			}
		}
		want := s.DialledNumbers()
		if s.Codes.Confirm != "" {
			want = append(want, "_775X.")
		}
		if !slices.Equal(dialled, want) {
			t.Errorf("%s: phones dial %q, want %q", name, dialled, want)
		}
	}
}

// promptNames are our prefix and the names that PBX makers document.
var promptNames = regexp.MustCompile(`\b(bh-[a-z0-9-]+|cleaned|uncleaned|roomstatus|room|confirm|playnum|pro_name|product_id|product_idc|product_num|product_numc|success)\b`)

// TestPromptsAreThoseThatArePlayed looks for the names of prompts in what is
// played and asked with.
func TestPromptsAreThoseThatArePlayed(t *testing.T) {
	for name, s := range some() {
		played := []string{}
		for _, step := range readPlan([]byte(render(t, s))).steps {
			text := ""
			switch {
			case step.is("Playback"):
				text = step.args
			case step.is("Read"):
				text = arguments(step.args)[1]
			case step.is("Set"):
				variable, value, _ := strings.Cut(step.args, "=")
				if slices.Contains([]string{"BH_ASK", "BH_SAY", "BH_MENU", "BH_DONE"}, variable) {
					text = value
				}
				if variable == "BH_SAID" && value != "" {
					played = append(played, digitPrompts()...)
				}
			}
			played = append(played, promptNames.FindAllString(text, -1)...)
		}
		slices.Sort(played)
		played = slices.Compact(played)
		var listed []string
		for _, language := range s.Languages() {
			listed = append(listed, s.Prompts(language)...)
		}
		slices.Sort(listed)
		listed = slices.Compact(listed)
		// The spelling of digits is always there, though not everybody calls it.
		if s.Codes.WakeUp == "" && !s.speaksStaff() {
			played = slices.DeleteFunc(played, func(p string) bool { return slices.Contains(digitPrompts(), p) })
		}
		if !slices.Equal(played, listed) {
			t.Errorf("%s: plays %q\nand lists %q", name, played, listed)
		}
		if s.Prompts("fr") != nil {
			t.Errorf("%s: plays in a language that nobody speaks", name)
		}
	}
}

func TestPromptsOfALanguage(t *testing.T) {
	s := everything()
	s.StaffLanguage, s.GuestLanguages = "zh", []string{"en", "zh"}
	if !slices.Equal(s.Languages(), []string{"en", "zh"}) {
		t.Errorf("speaks %q", s.Languages())
	}
	for prompt, languages := range map[string]string{
		"cleaned": "zh", "bh-enter-pin": "zh", "bh-wakeup-set": "en zh", "bh-other-language": "en", "bh-0": "en zh",
	} {
		for _, language := range s.Languages() {
			if got, want := slices.Contains(s.Prompts(language), prompt), strings.Contains(languages, language); got != want {
				t.Errorf("%s in %s: %v", prompt, language, got)
			}
		}
	}
}

func TestServicesThatCannotBe(t *testing.T) {
	for _, c := range []struct {
		want   string
		change func(*Services)
	}{
		{"no service", func(s *Services) { s.Codes = hotel.Services{} }},
		{`must be 1 to 8 digits (the room status's begins with a star), but it is "7x"`, func(s *Services) { s.Codes.DND = "7x" }},
		{`but it is "56"`, func(s *Services) { s.Codes.RoomStatus = "56" }},
		{`but it is "*76"`, func(s *Services) { s.Codes.DND = "*76" }},
		{`the code "777" of the minibar twice is another service's too`, func(s *Services) { s.Codes.Minibars["777"] = "twice" }},
		{"phones' context", func(s *Services) { s.Context = "a]\n[b" }},
		{"phones' context", func(s *Services) { s.Context = "bellhop-minibar" }},
		{"staff's language", func(s *Services) { s.StaffLanguage = "../zh" }},
		{"guests' languages", func(s *Services) { s.GuestLanguages = nil }},
		{"guests' languages", func(s *Services) { s.GuestLanguages = []string{"en", "en"} }},
		{"a guests' language", func(s *Services) { s.GuestLanguages = []string{"zh)"} }},
		{"wait for a key", func(s *Services) { s.KeyWait = 0 }},
		{"no keys", func(s *Services) { s.Keys = nil }},
		{`"1" and "11" begin alike`, func(s *Services) { s.Keys = []Key{{"1", "01", "a"}, {"11", "11", "b"}} }},
		{"one or two digits to press", func(s *Services) { s.Keys = []Key{{"1", "1", "a"}} }},
		{"a prompt's name", func(s *Services) { s.Keys = []Key{{"1", "01", "a&b"}} }},
		{"a pantry", func(s *Services) { s.Pantries = []string{"80 01"} }},
		{"no minibar's code", func(s *Services) { s.Staff["999"] = StaffPIN }},
		{`but it is "maybe"`, func(s *Services) { s.Staff["778"] = "maybe" }},
		{`the staff code "0001"`, func(s *Services) { s.People[0].Hash = "none" }},
		{"nobody has one", func(s *Services) { s.People = nil }},
		{"stands twice", func(s *Services) { s.People = append(s.People, s.People[0]) }},
	} {
		s := everything()
		c.change(&s)
		if text, err := s.Render(); err == nil || !strings.Contains(err.Error(), c.want) || text != nil {
			t.Errorf("rendered, or %v; want an error with %q", err, c.want)
		}
	}
}

// TestHashPIN against sha1sum of "5a17*0001*1234".
func TestHashPIN(t *testing.T) {
	if got := HashPIN("5a17", "0001", "1234"); got != "c2a6872fe23937aaeec1bdf7939718b010a770db" {
		t.Error(got)
	}
}
