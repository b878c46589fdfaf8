package config

import (
	"errors"
	"testing"
)

func TestTariffFaults(t *testing.T) {
	cases := map[string]string{
		`round = "0.105x"`: "tariff.round", `round = "0.00"`: "tariff.round", `round = "-1"`: "tariff.round", `round = "0.10"`: "", `round = "5"`: "",
		`outside = [""]`: "tariff.outside", `outside = ["9a"]`: "tariff.outside", `outside = ["9", "0"]`: "",
		`international = ""`: "tariff.international", `international = "011"`: "",
		`country_code = "+86"`: "tariff.country_code", `country_code = "1234"`: "tariff.country_code", `country_code = "39"`: "",
		`national = "x"`: "tariff.national", `national = ""`: "",
		`free = ["*"]`: "tariff.free", `free = ["800*5"]`: "tariff.free", `free = ["800*", "+39800"]`: "",
		`holidays = ["1.10.2026"]`: "tariff.holidays", `holidays = ["2026-02-29"]`: "tariff.holidays", `holidays = ["2026-10-01"]`: "",
		`grace = { "FXO 1" = 301 }`: "tariff.grace.FXO 1", `grace = { "" = 3 }`: "tariff.grace", `grace = { "FXO 1" = 20 }`: "",
	}
	for line, want := range cases {
		_, err := Parse([]byte("[hotel]\ntimezone=\"Asia/Shanghai\"\ncountry=\"CN\"\n[pbx]\ndriver=\"none\"\n[tariff]\n" + line + "\n"))
		var fault *Fault
		got := ""
		if errors.As(err, &fault) {
			got = fault.Key
		} else if err != nil {
			t.Errorf("%s: %v", line, err)
		}
		if got != want {
			t.Errorf("%s: %v, want %q", line, err, want)
		}
	}
}
