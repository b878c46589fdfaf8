package luahooks

import (
	"strings"
	"testing"
)

// Each row is a Lua expression and what tostring makes of its values, joined
// by commas. They are what Lua 5.1 gives.
func TestReplacedFunctionsKeepToLua(t *testing.T) {
	for _, row := range []struct{ expr, want string }{
		{`("abc"):rep(3)`, "abcabcabc"},
		{`("abc"):rep(-1)`, ""},
		{`("AbC"):lower(), ("AbC"):upper(), ("AbC"):reverse()`, "abc,ABC,CbA"},
		{`("778*12*2"):match("^778%*(%d+)%*(%d+)$")`, "12,2"},
		{`("778*12*2"):match("%d+")`, "778"},
		{`("abc"):match("x")`, "nil"},
		{`("abc"):match("()b()")`, "2,3"},
		{`("a.b"):find(".", 1, true)`, "2,2"},
		{`("a.b"):find("%.")`, "2,2"},
		{`("hello"):find("l(l)(o)")`, "3,5,l,o"},
		{`("hello"):find("")`, "1,0"},
		{`("hello"):find("", 10)`, "nil"},
		{`("hello"):find("l", -2)`, "4,4"},
		{`("x(a(b)c)y"):match("%b()")`, "(a(b)c)"},
		{`("THE (quick) fox"):find("%f[%a]%a+%f[%A]")`, "1,3"},
		{`("hello hello"):match("(%w+) %1")`, "hello"},
		{`("[a]"):match("[]]")`, "]"},
		{`("a-b"):match("[a-]+")`, "a-"},
		{`("x^y"):match("[%^x]+")`, "x^"},
		{`("aXb"):match("[^%l]")`, "X"},
		{`("  trim  "):match("^%s*(.-)%s*$")`, "trim"},
		{`("a,b,,c"):gsub(",", ";")`, "a;b;;c,3"},
		{`("abc"):gsub("", "-")`, "-a-b-c-,4"},
		{`("abc"):gsub("%w", "%0%0")`, "aabbcc,3"},
		{`("hello world"):gsub("(%w+) (%w+)", "%2 %1")`, "world hello,1"},
		{`("hello"):gsub("l", {l = "L"}, 1)`, "heLlo,1"},
		{`("hello"):gsub("l", function() end)`, "hello,2"},
		{`("hello"):gsub("^h", "j")`, "jello,1"},
		{`("$x"):gsub("%$(%w)", "%%%1")`, "%x,1"},
		{`("a=1, b=2"):gsub("(%w)=(%w)", "%2")`, "1, 2,2"},
		{`(function() local t = {} for k, v in ("a=1, b=2"):gmatch("(%w)=(%w)") do t[#t + 1] = k .. v end return table.concat(t, "|") end)()`, "a1|b2"},
		{`(function() local n = 0 for _ in ("aaa"):gmatch("a-") do n = n + 1 end return n end)()`, "4"},
		{`string.format("%5d|%-5d|%05d|%+d|%x|%X|%o", 42, 42, 42, 42, 255, 255, 8)`, "   42|42   |00042|+42|ff|FF|10"},
		{`string.format("%.2f %g %e", 1.5, 0.1, 1)`, "1.50 0.1 1.000000e+00"},
		{`string.format("%s %5s %-5s|%.2s %c %%", 12, "a", "b", "xyz", 65)`, "12     a b    |xy A %"},
		{`string.format("%q", 'a "b"\n')`, "\"a \\\"b\\\"\\\n\""},
		{`string.format("%d", 3.0)`, "3"},
		{`table.concat({1, 2, "x"}, ", ")`, "1, 2, x"},
		{`table.concat({1, 2, 3}, "-", 2)`, "2-3"},
		{`table.concat({}, "-")`, ""},
		{`"a" .. 1 .. 2.5 .. "b"`, "a12.5b"},
		{`"a" .. (function() return "b", "c" end)()`, "ab"},
		{`(function(...) return "a" .. ... end)("b", "c")`, "ab"},
		{`"<" .. setmetatable({}, {__concat = function(a, b) return "joined " .. tostring(b) end}) .. ">"`, "<joined >"},
		{`select("#", "a" .. "b", "c")`, "2"},
		{`tostring(nil), tostring(true), tostring(1e15), tostring({}), tostring(print)`, "nil,true,1000000000000000,table,function"},
		{`tostring(setmetatable({}, {__tostring = function() return "me" end}))`, "me"},
		{`pcall(function() error("x", 0) end)`, "false,x"},
		{`xpcall(function() error("x", 0) end, function(e) return "handled " .. e end)`, "false,handled x"},
		{`getmetatable(""), getmetatable(bellhop), getmetatable(_G)`, "false,false,false"},
		{`bellhop.json.encode({b = {1, "two", true}, a = {}, ["1"] = 0.5})`, `{"1":0.5,"a":{},"b":[1,"two",true]}`},
		{`bellhop.json.decode('{"a":[1,null,{"b":"c"}]}').a[3].b`, "c"},
		{`bellhop.json.decode("{")`, "nil,unexpected end of JSON input"},
		{`not_defined`, "nil"},
	} {
		t.Run(row.expr, func(t *testing.T) {
			got := runBody(t, Options{}, `
				local function texts(...)
					local out = {}
					for i = 1, select("#", ...) do out[i] = tostring((select(i, ...))) end
					return table.concat(out, ",")
				end
				bellhop.alert(texts(`+row.expr+`))`)
			if got.Err != nil {
				t.Fatal(got.Err)
			}
			if text := got.Effects[0].Alert.Params["text"]; text != row.want {
				t.Errorf("%s gives %q, want %q", row.expr, text, row.want)
			}
		})
	}
}

func TestWhatHooksDoNotHave(t *testing.T) {
	for name := range hints {
		got := runBody(t, Options{}, "return "+name)
		if got.Err == nil || !strings.Contains(got.Err.Error(), name+" does not exist in hooks") {
			t.Errorf("%s: error %v", name, got.Err)
		}
	}
	for _, expr := range []string{`string.dump`, `newproxy`, `_printregs`, `channel`} {
		if got := runBody(t, Options{}, "assert("+expr+" == nil)"); got.Err != nil {
			t.Errorf("%s exists: %v", expr, got.Err)
		}
	}
}

func TestNothingOfTheHouseCanBeWritten(t *testing.T) {
	for _, row := range []struct{ body, want string }{
		{`bellhop.post = nil`, "bellhop.post cannot be written"},
		{`bellhop.kv.get = print`, "bellhop.kv.get cannot be written"},
		{`string.rep = nil`, "string.rep cannot be written"},
		{`math.pi = 3`, "math.pi cannot be written"},
		{`table.concat = nil`, "table.concat cannot be written"},
		{`_G.count = 1`, `global "count" cannot be written once the file is loaded`},
		{`_G.print = 1`, `global "print" cannot be written once the file is loaded`},
		{`getmetatable("").__index = nil`, "index"},
		{`setmetatable(bellhop, {})`, "protected metatable"},
		{`setmetatable(_G, nil)`, "protected metatable"},
		{`bellhop.on("dtmf", print)`, "not for the inside of a hook"},
		{`bellhop.cron("0 3 * * *", "x", print)`, "not for the inside of a hook"},
		{`require "os"`, `hooks have require "bellhop"`},
	} {
		got := runBody(t, Options{}, row.body)
		if got.Err == nil || !strings.Contains(got.Err.Error(), row.want) {
			t.Errorf("%s: error %v, want %q", row.body, got.Err, row.want)
		}
	}
}
