package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bellhop/hotel"
)

const someTariff = `# of the carrier, from October on
Prefix;ignored
`

const tariffText = "\ufeffprefix,price,destination,days,from,to,tick,connect,minimum\r\n" +
	"0039,1.20,\"Italy, all\",,22:00,6:00,30,,\r\n" +
	"0039,2.40,\"Italy, all\",,,,30,,\r\n" +
	"010,0.2,北京,\"mo-fr ho\",,,6,0.50,1\r\n" +
	"*,0.0125,,,,,,,\r\n,,,,,,,,\r\n"

// bellhop runs a command and gives what it prints.
func bellhop(t *testing.T, args ...string) (code int, out, errOut string) {
	t.Helper()
	var o, e strings.Builder
	code = run(t.Context(), args, &o, &e)
	return code, o.String(), e.String()
}

func written(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTariffComesBackAsItWas(t *testing.T) {
	config := runningAgent(t, "")
	first := written(t, "first.csv", tariffText)
	if code, _, errOut := bellhop(t, "tariff", "import", first, "-c", config); code != 1 || !strings.Contains(errOut, "give --yes") {
		t.Fatalf("without somebody who agrees: %d, %s", code, errOut)
	}
	if _, out, _ := bellhop(t, "tariff", "list", "--json", "-c", config); out != "" {
		t.Fatalf("was taken nevertheless: %s", out)
	}
	code, out, errOut := bellhop(t, "tariff", "import", first, "--yes", "-c", config)
	if code != 0 || !strings.Contains(out, "rows before: 0, then: 4; gone: 0, new: 4, as before: 0\ntariff imported, rows: 4") {
		t.Fatalf("import: %d, %s%s", code, out, errOut)
	}
	_, exported, _ := bellhop(t, "tariff", "export", "-c", config)
	_, listed, _ := bellhop(t, "tariff", "list", "--json", "-c", config)
	again := written(t, "again.csv", exported)
	if code, out, errOut = bellhop(t, "tariff", "import", again, "--yes", "-c", config); code != 0 || !strings.Contains(out, "gone: 0, new: 0, as before: 4") {
		t.Errorf("what was exported: %d, %s%s", code, out, errOut)
	}
	if _, after, _ := bellhop(t, "tariff", "list", "--json", "-c", config); after != listed || strings.Count(after, "\n") != 4 {
		t.Errorf("before:\n%safter:\n%s", listed, after)
	}
	// A file is the whole tariff.
	if code, out, _ := bellhop(t, "tariff", "import", written(t, "less.csv", "prefix,price\n0039,3\n"), "--yes", "-c", config); code != 0 || !strings.Contains(out, "gone: 4, new: 1, as before: 0") {
		t.Errorf("a shorter one: %d, %s", code, out)
	}
	if _, out, _ := bellhop(t, "tariff", "list", "--json", "-c", config); out != `{"prefix":"+39","price":"3"}`+"\n" {
		t.Errorf("then: %s", out)
	}
}

func TestTariffFileThatIsWrong(t *testing.T) {
	config := written(t, "b.toml", "[hotel]\ntimezone=\"Asia/Shanghai\"\ncountry=\"CN\"\n[pbx]\ndriver=\"none\"\n")
	for text, want := range map[string]string{
		"":                               "is empty: the first line must name the columns prefix,",
		someTariff:                       "line 1",
		"prefix,prise\n":                 `line 1: column "prise" is unknown`,
		"price\n1\n":                     `line 1: column "prefix" is missing`,
		"prefix,price,price\n":           `line 1: column "price" is there twice`,
		"prefix,price\n0039,1\n0040,1,2": "line 3: wrong number of fields",
		"prefix,price\n# x\n0039,1,20\n": "line 3: wrong number of fields",
		"prefix,price\n0039,\"1,20\"\n":  `line 2, column price: must be such as 12 or 0.0125, but it is "1,20"`,
		"prefix,price\n\n0039,1\nx,1\n":  "line 4, column prefix: must be the beginning of a number",
		"prefix,days\n0,fri\n":           `line 2, column days: must be of mo tu we th fr sa su ho, such as "mo-fr" or "sa su ho", but it is "fri"`,
		"prefix,from,to\n0,8,9\n":        `line 2, column from: must be a time of day such as 08:00, but it is "8"`,
		"prefix,price\n+39,1\n0039,2\n":  "line 3, column prefix: never counts, as line 2 has the same prefix",
		"prefix,price\n0,\xff\n":         "is not UTF-8",
	} {
		code, out, errOut := bellhop(t, "tariff", "test", "5", "60", "now", "--file", written(t, "t.csv", text), "-c", config)
		if code != 1 || !strings.Contains(errOut, want) {
			t.Errorf("%q: %d, %s%s, want %s", text, code, out, errOut, want)
		}
	}
}

func TestTariffIsTried(t *testing.T) {
	config := written(t, "b.toml", "[hotel]\ntimezone=\"Asia/Shanghai\"\ncountry=\"CN\"\n[pbx]\ndriver=\"none\"\n[tax]\ncall=\"6%\"\n[tariff]\nround=\"0.10\"\noutside=[\"9\"]\ngrace={FXO=20}\n")
	file := written(t, "t.csv", tariffText)
	try := func(want triedCall, args ...string) {
		t.Helper()
		code, out, errOut := bellhop(t, append([]string{"tariff", "test", "--json", "--file", file, "-c", config}, args...)...)
		var got triedCall
		if err := json.Unmarshal([]byte(out), &got); code != 0 || err != nil || got != want {
			t.Errorf("%q: %d, %s%s, want %+v", args, code, out, errOut, want)
		}
	}
	// 31 s are 60 s of half minutes, at 1.20 by night: 1.20. 120 × 6/106 = 6.79.
	try(triedCall{
		Number: "+39061", Begin: "2026-11-22 23:59:00", Talk: 31, Prefix: "+39", Rate: "Italy, all", Seconds: 60,
		Connect: "0", TalkPrice: "1.2", Surcharge: "0", Minimum: "0", Exact: "1.2", Amount: "1.20", Tax: "0.07", Currency: "CNY",
	}, "90039061", "31", "2026-11-22 23:59")
	// 7 s of six seconds are 12: 0.50 + 0.04, at least 1.
	try(triedCall{
		Number: "0105", Begin: "2026-11-23 08:00:00", Talk: 7, Prefix: "010", Rate: "北京", Seconds: 12,
		Connect: "0.5", TalkPrice: "0.04", Surcharge: "0", Minimum: "1", Exact: "1", Amount: "1.00", Tax: "0.06", Currency: "CNY",
	}, "0105", "7", "2026-11-23T00:00:00Z")
	// 186 s are whole sixes: 0.50 + 0.62, which is 11.2 steps of 0.10. 110 × 6/106 = 6.23.
	try(triedCall{
		Number: "0105", Begin: "2026-11-23 08:00:00", Talk: 186, Prefix: "010", Rate: "北京", Seconds: 186,
		Connect: "0.5", TalkPrice: "0.62", Surcharge: "0", Minimum: "1", Exact: "1.12", Amount: "1.10", Tax: "0.06", Currency: "CNY",
	}, "0105", "186", "2026-11-23 08:00")
	// Free by the line's grace, and told what it would be.
	try(triedCall{
		Number: "+39061", Begin: "2026-11-22 08:00:00", Trunk: "FXO", Talk: 20, Why: "grace", Prefix: "+39", Rate: "Italy, all", Seconds: 30,
		Connect: "0", TalkPrice: "1.2", Surcharge: "0", Minimum: "0", Exact: "1.2", Amount: "0.00", Tax: "0.00", Currency: "CNY",
	}, "0039061", "20", "2026-11-22 08:00", "--trunk", "FXO")
	try(triedCall{Number: "110", Begin: "2026-11-22 08:00:00", Talk: 600, Why: "emergency", Amount: "0.00", Tax: "0.00", Currency: "CNY"}, "110", "600", "2026-11-22 08:00")

	_, out, _ := bellhop(t, "tariff", "test", "0105", "7", "2026-11-23 08:00", "--file", file, "-c", config)
	for _, want := range []string{"北京 (010) mo tu we th fr ho\n", "0.04 = 12 s of 7 s, at 0.2 a minute\n", "price      1.00 CNY\n", "tax in it  0.06 CNY\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	for _, args := range [][]string{{"5", "x", "now"}, {"5", "1", "tomorrow"}, {"5", "1"}} {
		if code, _, errOut := bellhop(t, append([]string{"tariff", "test", "--file", file, "-c", config}, args...)...); code != 2 {
			t.Errorf("%q: %d, %s", args, code, errOut)
		}
	}
}

// FuzzTariffFile: whatever the file, what is taken of it is a tariff that can be
// written and read again.
func FuzzTariffFile(f *testing.F) {
	f.Add([]byte(tariffText))
	f.Add([]byte(someTariff))
	f.Add([]byte("prefix\n*\n+\n00\n"))
	f.Add([]byte("prefix,destination\n\"#31#\",\"#hidden\"\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 2000 {
			return
		}
		read := func(text []byte) (hotel.Rates, error) {
			rates, lines := hotel.Rates{}, []int{}
			err := parseCSV(text, hotel.RateColumns[:1], hotel.RateColumns[1:], rateRows(hotel.Dialling{}, &rates, &lines))
			if err == nil {
				err = checkTariff(rates, lines)
			}
			return rates, err
		}
		rates, err := read(text)
		if err != nil {
			return
		}
		var out bytes.Buffer
		rows := [][]string{hotel.RateColumns}
		for _, r := range rates {
			rows = append(rows, r.Row())
		}
		if err := spreadsheet(&out, rows, quoted); err != nil {
			t.Fatal(err)
		}
		if back, err := read(out.Bytes()); err != nil || !slices.Equal(back, rates) {
			t.Fatalf("%+v came back as %+v: %v", rates, back, err)
		}
	})
}
