package luahooks

import (
	"context"
	"strings"
	"testing"

	"bellhop/hotel"
)

func TestItemsHaveNamesByLanguage(t *testing.T) {
	for language, want := range map[string]string{"zh": "可乐", "en": "Coke"} {
		s := mustLoad(t, Options{Language: language}, nil)
		in := input(dialled("1203", "778*12*1"))
		in.View = named{in.View}
		got := s.Run(context.Background(), "minibar.lua:minibar:1", in)
		if len(got.Effects) != 1 || got.Effects[0].Post.Description != want {
			t.Errorf("%s: %s, %v", language, asJSON(t, got.Effects), got.Err)
		}
	}
}

// named is a hotel whose items have a Chinese name.
type named struct{ hotel.View }

func (n named) Get(key string, into any) bool {
	found := n.View.Get(key, into)
	if item, ok := into.(*hotel.Item); ok && found {
		item.Name, item.Names = "Coke", map[string]string{"zh": "可乐"}
	}
	return found
}

func TestUnclearEntryThatCannotBe(t *testing.T) {
	for source, want := range map[string]string{
		`bellhop.minibar.unclear{item = 1, count = 1}`:                            "room must be a text",
		`bellhop.minibar.unclear{room = 1, count = 1}`:                            "item must be a text",
		`bellhop.minibar.unclear{room = 1, item = 1}`:                             "count must be a whole number",
		`bellhop.minibar.unclear{room = 1, item = 1, count = 2^40}`:               "count must be a smaller number",
		`bellhop.minibar.unclear{room = 1, item = 1, count = -2^40}`:              "count must be a smaller number",
		`bellhop.minibar.unclear{room = 1, item = 1, count = 1, price = 1}`:       "unknown field price",
		`bellhop.minibar.unclear{room = 1, item = 1, count = 1, removal = "yes"}`: "removal must be true or false",
	} {
		s := mustLoad(t, Options{}, map[string]string{"t.lua": `bellhop.on("dtmf", function() ` + source + ` end)`})
		got := s.Run(context.Background(), "t.lua:dtmf:1", input(dialled("1203", "1")))
		if got.Err == nil || !strings.Contains(got.Err.Error(), want) {
			t.Errorf("%s: %v, want %s", source, got.Err, want)
		}
	}
}
