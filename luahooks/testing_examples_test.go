package luahooks

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

// pricedHook is a hook with a price that is easily wrong.
const pricedHook = `local bellhop = require "bellhop"
bellhop.on("minibar", function(event)
  local item = bellhop.minibar.item(event.item)
  if not item then
    return bellhop.alert("no item " .. event.item, { room = event.room })
  end
  bellhop.post { room = event.room, kind = "minibar", item = item, quantity = event.count, amount = item.price * event.count }
end)
bellhop.on("dtmf", "^555%*(%d)$", function(event, n)
  bellhop.kv.set("n", (bellhop.kv.get("n") or 0) + tonumber(n))
  bellhop.log("n")
end)
bellhop.on("checkin", function(event)
  local body, why = bellhop.http.get("https://rates.example/usd")
  bellhop.alert((body or why) .. " " .. bellhop.date() .. " " .. bellhop.language .. " " .. bellhop.room(event.room).vip, { room = event.room })
end)
bellhop.cron("0 6 * * *", "greet", function() error("no greeting") end)
`

// Each row is an example below a hook file and its fault; none: it comes out.
func TestExamples(t *testing.T) {
	first := strings.Count(pricedHook, "\n") + 1 // the line of @example
	for _, row := range []struct {
		name, lines string
		line        int // after @example
		fault       string
	}{
		{"kept", "given: item 12 price=350\nevent: minibar room=1203 item=12 count=2\nwants: post room=1203 item=12 amount=700 quantity=2", 0, ""},
		{"another room", "given: item 12 price=350 minibar=suite\ngiven: room 1203 minibar=suite\nevent: minibar room=1203 item=12\nwants: post amount=350 minibar=suite", 0, ""},
		{"digits", "given: item 12 price=350\nevent: minibar room=1203 digits=778*12*3\nwants: post amount=1050", 0, ""},
		{"a wrong price", "given: item 12 price=350\nevent: minibar room=1203 item=12 count=2\nwants: post room=1203 amount=900 stay=G1203", 3,
			"other effects than expected\n  post amount=700 description=\"item 12\" item=12 kind=minibar minibar=minibar quantity=2 room=1203\n    amount: expected 900, got 700\n    stay: expected G1203, got nothing"},
		{"another effect", "event: minibar room=1203 item=12 count=2\nwants: post room=1203", 2, "  expected post room=1203\n  got      alert room=1203 text=\"no item 12\""},
		{"one too many", "event: minibar room=1203 item=12\nwants: nothing", 2, "  expected nothing more\n  got      alert room=1203 text=\"no item 12\""},
		{"one too few", "event: minibar room=1203 item=12\nwants: alert\nwants: post amount=1", 2, "  expected post amount=1\n  got      nothing more"},
		{"no hook takes it", "event: dtmf room=1203 digits=556*1\nwants: alert", 2, "no hook of priced.lua takes this event"},
		{"no hook is to take it", "event: dtmf room=1203 digits=556*1\nwants: nothing", 0, ""},
		{"one after the other", "event: dtmf room=1203 digits=555*2\nwants: kv.set key=n value=2\nevent: dtmf room=1203 digits=555*3\nwants: kv.set key=n value=5", 0, ""},
		{"the first of two", "event: dtmf room=1203 digits=555*2\nwants: kv.set key=n value=3\nevent: dtmf room=1203 digits=555*3\nwants: kv.set key=n value=5", 2, "value: expected 3, got 2"},
		{"kept before", "given: kv n=40\nevent: dtmf room=1203 digits=555*2\nwants: kv.set value=42", 0, ""},
		{"clock, language, answer, guest", "at: 2026-11-22 07:00\nlanguage: zh\ngiven: answer https://rates.example/usd body=7.1\nevent: checkin room=1203 vip=3\nwants: alert text=\"7.1 2026-11-22 zh 3\"", 0, ""},
		{"no answer", "event: checkin room=1203\nwants: alert text=\"no answer of https://rates.example/usd was given 2026-03-02 en 0\"", 0, ""},
		{"fails as said", "event: cron job=greet\nfails: no greeting", 0, ""},
		{"fails otherwise", "event: cron job=greet\nfails: no dinner", 2, `it says: error: priced.lua:17: no greeting`},
		{"fails", "event: cron job=greet\nwants: nothing", 2, "error: priced.lua:17: no greeting"},
		{"does not fail", "event: cron job=dinner\nfails: no greeting", 2, "does not"},
		{"the impossible", "given: item 12 price=1000000000001\nevent: minibar room=1203 item=12\nwants: post amount=1000000000001", 3, `what the hook wants cannot be: post.amount: "1000000000001" is too large`},

		{"says nothing", "event: dtmf room=1203 digits=1", 0, "it says nothing of what is wanted"},
		{"no event", "wants: post", 1, "wants stands before the event"},
		{"slip in a word", "evnt: dtmf digits=1", 1, `"evnt" is no word of an example; the words are given, at, language, event, wants, fails`},
		{"slip in a field", "event: minibar room=1203 itm=12", 1, `minibar knows no itm; it knows item, count`},
		{"slip in a kind", "event: minbar room=1203 item=12", 1, `there is no event kind "minbar"`},
		{"no digits of ours", "event: minibar room=1203 item=abc", 1, `"778*abc*1" means no minibar entry`},
		{"too many", "event: minibar room=1203 item=12 count=200", 1, `"778*12*200" means no minibar entry`},
		{"no such list", "event: minibar room=1203 item=12 minibar=pool", 1, `no feature code is for the price list "pool"`},
		{"slip in a giver", "given: itm 12 price=3", 1, `"itm" cannot be given; what can is alert, answer, call, item`},
		{"no price", "given: item 12 name=Water", 1, "item 12 needs its price"},
		{"price in words", "given: item 12 price=3.50", 1, `price must be a whole number, but it is "3.50"`},
		{"no end", "given: item 12 price=350 name=\"Water", 1, "is no value"},
		{"twice", "given: item 12 price=350 price=360", 1, "price stands there twice"},
		{"no time", "at: seven", 1, "the time must be such as"},
		{"no language", "language: fr", 1, "en or zh"},
		{"no job", "event: cron", 1, "cron needs the job"},
	} {
		t.Run(row.name, func(t *testing.T) {
			text := pricedHook + "--- @example " + row.name + "\n--- " + strings.ReplaceAll(row.lines, "\n", "\n--- ") + "\n"
			s := mustLoad(t, Options{}, map[string]string{"priced.lua": text})
			faults := RunExamples(context.Background(), s, "priced.lua", Place{})
			if row.fault == "" {
				if len(faults) != 0 {
					t.Fatal(faults[0].Error())
				}
				return
			}
			if len(faults) != 1 {
				t.Fatalf("faults %v", faults)
			}
			f := faults[0]
			begin := fmt.Sprintf("priced.lua:%d: example %q: ", first+row.line, row.name)
			if !strings.HasPrefix(f.Error(), begin) || !strings.Contains(f.Message, row.fault) {
				t.Errorf("fault %s\nwant %s … %s", f.Error(), begin, row.fault)
			}
		})
	}
}

func TestExamplesAreFound(t *testing.T) {
	text := "-- @example no\n--- @example one\n--- event: cron job=x\n\n--- wants: nothing\n  --- @example two\n\t---wants: a: b\n---\n---fails: x\nlocal x\n--- loose"
	got := readExamples([]byte(text))
	want := `[{one 2 [{3 event cron job=x}]} {two 6 [{7 wants a: b} {9 fails x}]}]`
	if fmt.Sprint(got) != want {
		t.Errorf("examples\n got %v\nwant %s", got, want)
	}
}

func FuzzExample(f *testing.F) {
	f.Add("given: item 12 price=350\n--- event: minibar room=1203 item=12 count=2\n--- wants: post amount=700")
	f.Add("given: room 1203 vacant vip=3 extensions=1,2\n--- event: cdr room=1203 to=0101\n--- wants: nothing")
	f.Add("given: kv n={\"a\":[1, 2]}\n--- event: call members=[{\"role\":\"ext\"}]\n--- fails: x")
	f.Add("given: wakeup 1203 at=07:00\n--- given: takings 2026-03-01 minibar=1\n--- event: wakeup room=1203 due=x")
	s, err := Load(nil, Options{})
	if err != nil {
		f.Fatal(err)
	}
	g := newStage(s, Place{}, newLibraries(nil))
	f.Cleanup(func() { g.close(); s.Close() })
	f.Fuzz(func(_ *testing.T, lines string) {
		for _, e := range readExamples([]byte("--- @example\n--- " + clip(lines, 2000))) {
			g.example(context.Background(), "minibar.lua", &e)
		}
	})
}

func FuzzReadLine(f *testing.F) {
	f.Add(`post room=1203 text="a b" rooms=[1,2] x={"a":1}`)
	f.Fuzz(func(t *testing.T, line string) {
		if !utf8.ValidString(line) {
			return // no file that has it is loaded
		}
		words, values, err := readLine(line)
		if err != nil || len(words) > 0 {
			return
		}
		again, more, err := readLine(values.line())
		if err != nil || len(again) > 0 || more.line() != values.line() {
			t.Errorf("%q is written as %q and read again as %q %q: %v", line, values.line(), again, more.line(), err)
		}
	})
}
