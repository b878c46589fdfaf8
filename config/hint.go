package config

import (
	"fmt"
	"reflect"
	"strings"
)

// hint names the key that an unknown one was probably meant to be.
func hint(key []string) string {
	known := keysOf(reflect.TypeFor[Config](), key[:len(key)-1])
	if best := Nearest(key[len(key)-1], known); best != "" {
		return fmt.Sprintf("; did you mean %q?", best)
	}
	if len(known) == 0 {
		return ""
	}
	return "; known here: " + strings.Join(known, ", ")
}

// Nearest gives the one of known that a name was probably meant to be; empty:
// none is near.
func Nearest(name string, known []string) string {
	best, distance := "", 3
	for _, k := range known {
		if d := editDistance(strings.ToLower(name), strings.ToLower(k)); d < distance {
			best, distance = k, d
		}
	}
	return best
}

// keysOf lists the keys of the table at path.
func keysOf(t reflect.Type, path []string) []string {
	if t.Kind() != reflect.Struct {
		return nil
	}
	var names []string
	for i := range t.NumField() {
		name := t.Field(i).Tag.Get("toml")
		if len(path) > 0 && name == path[0] {
			return keysOf(t.Field(i).Type, path[1:])
		}
		if name != "-" { // no key
			names = append(names, name)
		}
	}
	if len(path) > 0 {
		return nil
	}
	return names
}

// kindOf says in words what a key's value must be; "" for a key that is not
// known.
func kindOf(t reflect.Type, path []string) string {
	if len(path) > 0 && t.Kind() == reflect.Struct {
		for i := range t.NumField() {
			if t.Field(i).Tag.Get("toml") == path[0] {
				return kindOf(t.Field(i).Type, path[1:])
			}
		}
		return ""
	}
	if len(path) > 0 && t.Kind() == reflect.Map {
		return kindOf(t.Elem(), path[1:])
	}
	return map[reflect.Kind]string{
		reflect.String: "a text in quotes", reflect.Int: "a whole number without quotes",
		reflect.Slice: `a list of texts, such as ["one", "two"]`, reflect.Struct: "a section", reflect.Map: "a section",
	}[t.Kind()]
}

// editDistance counts the insertions, removals and replacements between two
// short words.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
