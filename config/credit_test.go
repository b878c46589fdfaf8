package config

import (
	"errors"
	"testing"
)

func TestCreditFaults(t *testing.T) {
	cases := map[string]string{
		`limit = "500.00"`: "", `limit = "0"`: "credit.limit", `limit = "x"`: "credit.limit", `limit = "-1"`: "credit.limit", `limit = ""`: "",
		`class = "international"`: "credit.class", `class = "local"`: "", `class = ""`: "",
	}
	for line, want := range cases {
		_, err := Parse([]byte("[hotel]\ntimezone=\"Asia/Shanghai\"\ncountry=\"CN\"\n[pbx]\ndriver=\"none\"\n[credit]\n" + line + "\n"))
		var fault *Fault
		if got := errors.As(err, &fault); got != (want != "") || got && fault.Key != want {
			t.Errorf("%s: %v, want %q", line, err, want)
		}
	}
}
