package luahooks

import (
	"encoding/csv"
	"regexp"
	"strings"
	"testing"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// said is what tostring makes of the values of an expression, joined by commas, or
// with a leading "!" the error.
func said(t testing.TB, expr string) string {
	t.Helper()
	got := runBody(t, Options{Currency: "CNY"}, `
		local function texts(...)
			local out = {}
			for i = 1, select("#", ...) do out[i] = tostring((select(i, ...))) end
			return table.concat(out, ",")
		end
		bellhop.alert(texts(`+expr+`))`)
	if got.Err != nil {
		return "!" + got.Err.Error()
	}
	return got.Effects[0].Alert.Params["text"]
}

// Each row is an expression and what it gives; with a leading "!" what its error
// contains.
func TestTools(t *testing.T) {
	for _, row := range []struct{ expr, want string }{
		{`bellhop.re.match("1203: Cola", "^(\\d+): (.*)$")`, "1203,Cola"},
		{`bellhop.re.match("abc", "b.")`, "bc"},
		{`bellhop.re.match("abc", "x")`, "nil"},
		{`bellhop.re.match("abc", "(x)?(b)")`, "nil,b"},
		{`bellhop.re.match("房间 1203", "\\p{Han}+")`, "房间"},
		{`bellhop.re.match("a", "(")`, "!bellhop.re.match: error parsing regexp"},
		{`bellhop.re.match("a", "(?:(?:a{50}){20}){1}(?:a{50}){20}(?:a{50}){20}")`, "!more than 2000 parts"},
		{`bellhop.re.match("a", ("a"):rep(1025))`, "!more than 1024 bytes"},
		{`bellhop.re.match(("a"):rep(100000), "(?:a?){600}b")`, "!too long for so large an expression"},
		{`bellhop.re.find("hello", "l+")`, "3,4"},
		{`bellhop.re.find("hello", "l(l)(o)")`, "3,5,l,o"},
		{`bellhop.re.find("hello", "l", 4)`, "4,4"},
		{`bellhop.re.find("hello", "^l", 4)`, "nil"},
		{`bellhop.re.find("hello", "\\bl", 3)`, "nil"},
		{`bellhop.re.find("hello", "", 6)`, "6,5"},
		{`bellhop.re.find("hello", "x", 7)`, "!the place must be 1 to 6"},
		{`bellhop.re.find("房间12", "\\d", 4)`, "7,7"},
		{`bellhop.re.replace("a1b22", "\\d+", "<%0>")`, "a<1>b<22>,2"},
		{`bellhop.re.replace("a1b22", "([a-z])(\\d+)", "%2%1%%")`, "1a%22b%,2"},
		{`bellhop.re.replace("aaa", "a", "b", 2)`, "bba,2"},
		{`bellhop.re.replace("aaa", "a", "b", 0)`, "aaa,0"},
		{`bellhop.re.replace("abc", "", "-")`, "-a-b-c-,4"},
		{`bellhop.re.replace("abc", "b*", "-")`, "-a-c-,3"},
		{`bellhop.re.replace("foo bar", "^|\\bb", "X")`, "Xfoo Xar,2"},
		{`bellhop.re.replace("abc", "b", "%1")`, "!behind % must stand"},
		{`bellhop.re.replace("abc", "b", "%")`, "!behind % must stand"},
		{`bellhop.re.replace(("a"):rep(2000), "a", ("x"):rep(1000))`, "!more than 1048576 bytes"},

		{`bellhop.csv.encode({ { "a", 1, true }, { 'say "x"', "b,c" } })`, "a,1,true\r\n\"say \"\"x\"\"\",\"b,c\"\r\n"},
		{`bellhop.csv.encode({ { "a", "b" } }, { separator = ";" })`, "a;b\r\n"},
		{`bellhop.csv.encode({ { "a" } }, { separator = ";;" })`, "!separator must be one character"},
		{`bellhop.csv.encode({ { "a" } }, { separator = "\n" })`, "!separator must be one character"},
		{`bellhop.csv.encode({ "a" })`, "!row 1 must be a list"},
		{`bellhop.csv.encode({ { {} } })`, "!row 1: cell 1 must be"},
		{`bellhop.csv.encode({ { ("x"):rep(70000) } })`, "!more than 64 KiB"},
		{`bellhop.csv.decode("a,b\n1,\"x\ny\"\n")[2][2]`, "x\ny"},
		{`bellhop.csv.decode("\239\187\191room;n\n1203;2", { separator = ";", head = true })[1].room`, "1203"},
		{`bellhop.csv.decode("a,b\n1", { head = true })`, "nil,line 2 has 1 cells, and the first line 2"},
		{`bellhop.csv.decode('a,"b')`, `nil,parse error on line 1, column 5: extraneous or missing " in quoted-field`},
		{`bellhop.csv.decode(("x"):rep(70000))`, "nil,has more than 64 KiB"},
		{`#bellhop.csv.decode("")`, "0"},

		{`bellhop.stay("S7").vip, bellhop.stay("S7").leaves, bellhop.stay("none")`, "3,2026-11-24,nil"},
		{`#bellhop.stays("1203"), #bellhop.stays("1501"), #bellhop.stays("9"), #bellhop.stays(), bellhop.stays("1203")[1].id`, "1,0,0,1,S7"},
		{`#bellhop.minibar.items("wine"), bellhop.minibar.items()[1].name, #bellhop.minibar.items("win"), bellhop.minibar.items("suite")[1].price`, "1,Cola,0,2500"},

		{`bellhop.money(1250), bellhop.money(-5)`, "12.50 CNY,-0.05 CNY"},
		{`bellhop.money.format(1250)`, "12.50"},
		{`bellhop.money.format(12.5)`, "!bellhop.money.format: the amount must be a whole number"},
		{`bellhop.money.parse("12.5")`, "1250"},
		{`bellhop.money.parse("12.505")`, `nil,must be such as 12 or 12.50, with at most 2 digits behind the point, but it is "12.505"`},
		{`bellhop.money.percent(1250, 10)`, "125"},
		{`bellhop.money.percent(5, 10), bellhop.money.percent(-5, 10), bellhop.money.percent(4, 10)`, "1,-1,0"},
		{`bellhop.money.percent(1000, 8.25), bellhop.money.percent(200, 0.25)`, "83,1"}, // 82.5 and 0.5 exactly
		{`bellhop.money.percent(1, 1e7)`, "!the rate must be"},
		{`bellhop.money.percent(1, 0/0)`, "!the rate must be"},
		{`bellhop.money.percent(2^52, 1000)`, "!more than an amount can be"},
		{`bellhop.money.percent(100, 1e-300)`, "0"},
	} {
		got := said(t, row.expr)
		if text, isError := strings.CutPrefix(row.want, "!"); isError && got[0] == '!' && strings.Contains(got, text) {
			continue
		}
		if got != row.want {
			t.Errorf("%s\n got %q\nwant %q", row.expr, got, row.want)
		}
	}
}

// What an interpreter keeps compiled is bounded, and an expression is compiled once.
func TestExpressionsAreKept(t *testing.T) {
	var c reCache
	first, err := c.get("a{500}")
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := c.get("a{500}"); again != first {
		t.Error("compiled again")
	}
	for i := range 200 {
		if _, err := c.get("a{500}" + strings.Repeat("b", i)); err != nil {
			t.Fatal(err)
		}
		sum := 0
		for _, e := range c.kept {
			sum += e.size
		}
		if sum != c.size || sum > maxRECache {
			t.Fatalf("%d parts are kept, %d counted", sum, c.size)
		}
	}
}

// The most that the bounds allow ends, also where each of many matches looks at
// all that follows it: the run is stopped at its limit.
func TestExpressionsEndInTime(t *testing.T) {
	opts := Options{Limits: Limits{Deadline: 200 * time.Millisecond, VMs: 2}}
	got := runBody(t, opts, `bellhop.re.replace(("a"):rep(200000), "a*?b|a", "")`)
	if faultKind(got.Err) != "deadline" {
		t.Errorf("%v", got.Err)
	}
}

// FuzzRE holds replace and find against the library's own.
func FuzzRE(f *testing.F) {
	for _, p := range []string{`\d+`, `^|\bb`, `(a)|b`, `a*?b|a`, `$`, `\B`, `(?m)^x?`, `(?i)K`, `[^a]*`, `\pL`, `(`, `a{1000}{1000}`} {
		f.Add(p, "foo bär 12\nx\xffaab", "<%0>")
	}
	f.Fuzz(func(t *testing.T, pattern, text, with string) {
		e, err := compileExpression(pattern)
		if err != nil || (e.size+4)*len(text) > 1<<16 {
			return
		}
		all := e.first.FindAllStringSubmatchIndex(text, -1)
		for _, m := range all {
			if m[0] != m[1] && m[0] > 0 { // what find finds from there is that very match
				if got := e.find(text, m[0]); got == nil || got[0] != m[0] || got[1] != m[1] {
					t.Fatalf("%q in %q from %d: %v, want %v", pattern, text, m[0], got, m)
				}
			}
		}
		got, n, ok := replaced(t, pattern, text, strings.ReplaceAll(with, "%", ""))
		if want := regexp.MustCompile(pattern).ReplaceAllLiteralString(text, strings.ReplaceAll(with, "%", "")); ok && (got != want || n != len(all)) {
			t.Errorf("%q in %q: %q, %d\nwant %q, %d", pattern, text, got, n, want, len(all))
		}
	})
}

func replaced(t *testing.T, pattern, text, with string) (out string, n int, ok bool) {
	t.Helper()
	L := lua.NewState()
	defer L.Close()
	v := &vm{lua: L, watch: newWatch(1 << 30)}
	err := L.CallByParam(lua.P{Fn: L.NewFunction(v.reReplace), NRet: 2, Protect: true}, lua.LString(text), lua.LString(pattern), lua.LString(with))
	if err != nil {
		return "", 0, false
	}
	return L.ToString(-2), L.ToInt(-1), true
}

// FuzzCSV reads what the library's own reader takes, and nothing else.
func FuzzCSV(f *testing.F) {
	f.Add("a,b\n\"c\nd\",e", false)
	f.Add("a,a\n1,2\n3", true)
	f.Add("\"", false)
	f.Fuzz(func(t *testing.T, text string, head bool) {
		L := lua.NewState()
		defer L.Close()
		rows, err := readCSV(L, text, ',', head)
		r := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
		r.FieldsPerRecord = -1
		want, wrong := r.ReadAll()
		if head || len(text) > maxCSV {
			return
		}
		if (err == nil) != (wrong == nil) || err == nil && rows.Len() != len(want) {
			t.Errorf("%q: %v, %v", text, err, wrong)
		}
	})
}
