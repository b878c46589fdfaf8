package hotel

import (
	"regexp"
	"strings"
	"testing"
)

// Each reason has words in both languages that say the same, and the Chinese
// ones hold no English but names of commands and keys.
func TestReasonTextsSayTheSame(t *testing.T) {
	names := regexp.MustCompile(`bellhop( [a-z]+)*|\[[a-z]+\] [a-z_]+`)
	for code, texts := range reasonTexts {
		if texts[0] == "" || texts[1] == "" || strings.Count(texts[0], "{}") != strings.Count(texts[1], "{}") {
			t.Errorf("%s: %q", code, texts)
		}
		if rest := names.ReplaceAllString(texts[1], ""); regexp.MustCompile("[A-Za-z]").MatchString(rest) {
			t.Errorf("%s has English in its Chinese text: %s", code, texts[1])
		}
		if said := Said(Because(code), "zh"); said != strings.ReplaceAll(texts[1], "{}", "") {
			t.Errorf("%s is said as %q", code, said)
		}
	}
}

func TestReasonsInAlerts(t *testing.T) {
	for _, c := range []struct{ why, language, want string }{
		{Because(ReasonManyRooms, "5"), "zh", "超过 5 间（[checkout] sweep_rooms）"},
		{Because(ReasonInCall, "201", "202") + "; " + Because(ReasonPMSAway), "en", "in a call: 201, 202; the management system does not answer"},
		{Because(ReasonClock) + ": " + Because(ReasonClockOff, "3m0s"), "zh", "设备时钟不可信: 未同步，且与电话交换机相差 3m0s"},
		{Because(ReasonPBXAway, "dial (10.0.0.1): @late"), "en", "the PBX does not answer: dial [10.0.0.1]: @late"},
		{"501 nobody@late.example @x(1)", "zh", "501 nobody@late.example @x(1)"},
	} {
		al := Alert{Code: AlertNotSwept, Params: map[string]string{"why": c.why}}
		prefix := Alert{Code: AlertNotSwept, Params: map[string]string{"why": "|"}}.Text(c.language)
		equal(t, c.why, al.Text(c.language), strings.ReplaceAll(prefix, "|", c.want))
	}
}
