package config

import (
	"reflect"
	"regexp"
	"strings"
	"testing"
)

func TestExampleIsValid(t *testing.T) {
	if _, err := Parse([]byte(Example)); err != nil {
		t.Error(err)
	}
	// What is shown as a comment must work for who takes the mark away.
	offered := regexp.MustCompile(`(?m)^# ("?\w+"? = )`)
	c, err := Parse([]byte(offered.ReplaceAllString(Example, "$1")))
	if err != nil || c.Services.Minibars["781"] != "lounge" {
		t.Errorf("with all that is offered: %+v, %v", c.Services, err)
	}
}

func TestExampleExplainsEachKey(t *testing.T) {
	explained := regexp.MustCompile(`^(\w+) = .+ # \S+`)
	shown, table := map[string]bool{}, ""
	for line := range strings.Lines(Example) {
		if rest, ok := strings.CutPrefix(line, "["); ok {
			table, _, _ = strings.Cut(rest, "]")
			shown[table] = true
		} else if m := explained.FindStringSubmatch(line); m != nil {
			shown[table+"."+m[1]] = true
		}
	}
	config := reflect.TypeFor[Config]()
	for _, section := range reflect.VisibleFields(config) {
		table := section.Tag.Get("toml")
		if table == "-" {
			continue
		}
		if !shown[table] {
			t.Errorf("[%s] is not in the example", table)
		}
		for _, key := range keysOf(config, []string{table}) {
			// A table of its own is explained above it.
			if name := table + "." + key; !shown[name] {
				t.Errorf("%s is not in the example, or without a comment", name)
			}
		}
	}
}

func TestExampleShowsTheDefaults(t *testing.T) {
	c, err := Parse([]byte(Example))
	if err != nil {
		t.Fatal(err)
	}
	got, want := reflect.ValueOf(c), reflect.ValueOf(Default())
	for i := range want.NumField() {
		if want.Field(i).Kind() != reflect.Struct {
			continue
		}
		for j := range want.Field(i).NumField() {
			g, w := got.Field(i).Field(j), want.Field(i).Field(j)
			if !w.IsZero() && !reflect.DeepEqual(g.Interface(), w.Interface()) {
				t.Errorf("%s.%s: the example has %v, the default is %v", want.Type().Field(i).Name, want.Field(i).Type().Field(j).Name, g, w)
			}
		}
	}
}
