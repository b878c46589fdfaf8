package config

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"
)

// Setting is a key of the file, such as "hotel.name", and its value: a string,
// a bool, a whole number or a list of strings.
type Setting struct {
	Key   string
	Value any
}

// ParseSetting reads KEY=VALUE, as a person types it: VALUE as in the file, or a
// string without its quotation marks.
func ParseSetting(text string) (Setting, error) {
	key, value, found := strings.Cut(text, "=")
	key, value = strings.TrimSpace(key), strings.TrimSpace(value)
	if section, name := splitKey(key); !found || section == "" || name == "" {
		return Setting{}, fmt.Errorf("must be KEY=VALUE, such as store.keep=30d, but it is %q", text)
	}
	var read struct{ V any }
	if toml.Unmarshal([]byte("V = "+value+"\n"), &read) != nil || !writable(read.V) {
		return Setting{key, value}, nil
	}
	return Setting{key, plainValue(read.V)}, nil
}

// Edit gives the text of a file in which keys have other values, and all else
// stands as it stood: order, comments, line ends. A key that has its value
// already is left alone; one that is not there is added to its section with the
// comment of [Example], and keys in its order. What comes out has been read as [Parse] reads it. An
// error says which key has to be set by hand, or what of the values cannot be.
func Edit(text []byte, settings []Setting) ([]byte, error) {
	before, err := decoded(text)
	if err != nil {
		return nil, fmt.Errorf("read what is there: %w", err)
	}
	out := text
	settings = slices.SortedStableFunc(slices.Values(settings), func(a, b Setting) int { return cmp.Compare(placeOf(a.Key), placeOf(b.Key)) })
	for _, s := range settings {
		if has, there := lookUp(before, s.Key); there && same(has, s.Value) {
			continue
		}
		if out, err = set(out, s); err != nil {
			return nil, err
		}
	}
	if err := compared(text, out, settings); err != nil {
		return nil, err
	}
	if _, err := Parse(out); err != nil {
		return nil, fmt.Errorf("the config would be wrong:\n%w", err)
	}
	return out, nil
}

func decoded(text []byte) (map[string]any, error) {
	all := map[string]any{}
	return all, toml.Unmarshal(bytes.TrimPrefix(text, []byte(byteOrderMark)), &all)
}

const byteOrderMark = "\ufeff"

// set writes one key. A form of it that is not found as such, an inline table or
// a quoted key, comes out as a key that is there twice: [compared] sees that.
func set(text []byte, s Setting) ([]byte, error) {
	value, err := written(s.Value)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Key, err)
	}
	if len(bytes.TrimSpace(text)) == 0 {
		text = []byte(head)
	}
	section, name := splitKey(s.Key)
	entries, sections := outline(text)
	at := slices.IndexFunc(entries, func(e entry) bool { return e.section == section && e.name == name })
	if at >= 0 {
		e := entries[at]
		return slices.Concat(text[:e.value], []byte(value), text[e.end:]), nil
	}
	line := commented(name+" = "+value, exampleComments()[s.Key]) + "\n"
	end, there := sections[section]
	if !there {
		return slices.Concat(ended(text), []byte("\n"+exampleLeads()[section]+"["+section+"]\n"+line)), nil
	}
	return slices.Concat(ended(text[:end]), []byte(line), text[end:]), nil
}

// ended is a text whose last line has an end.
func ended(text []byte) []byte {
	if len(text) > 0 && text[len(text)-1] != '\n' {
		return append(slices.Clone(text), '\n')
	}
	return text
}

// splitKey parts a key from its section, at the last dot that is in no
// quotation marks.
func splitKey(key string) (section, name string) {
	last, quoted := -1, byte(0)
	for i := 0; i < len(key); i++ {
		switch c := key[i]; {
		case quoted != 0 && c == quoted:
			quoted = 0
		case quoted == 0 && (c == '"' || c == '\''):
			quoted = c
		case quoted == 0 && c == '.':
			last = i
		}
	}
	if last < 0 {
		return "", key
	}
	return key[:last], key[last+1:]
}

// compared sees to it that the edit has changed what it was to, and nothing
// else.
func compared(before, after []byte, settings []Setting) error {
	want, err := decoded(before)
	if err != nil {
		return err
	}
	for _, s := range settings {
		if err := put(want, s); err != nil {
			return byHand(s)
		}
	}
	got, err := decoded(after)
	if err == nil && reflect.DeepEqual(plainValue(want), plainValue(got)) {
		return nil
	}
	var faults []error
	for _, s := range settings {
		if has, there := lookUp(got, s.Key); err != nil || !there || !same(has, s.Value) {
			faults = append(faults, byHand(s))
		}
	}
	if len(faults) == 0 {
		faults = append(faults, errors.New("the file is written in a manner that cannot be edited: set the keys by hand"))
	}
	return errors.Join(faults...)
}

func byHand(s Setting) error {
	return fmt.Errorf("%s cannot be set where it stands in the file: write there by hand that it is %v", s.Key, s.Value)
}

// put sets a key in what was decoded.
func put(all map[string]any, s Setting) error {
	section, name := splitKey(s.Key)
	for _, part := range strings.Split(section, ".") {
		inner, is := all[part].(map[string]any)
		if all[part] != nil && !is {
			return fmt.Errorf("%s is no section", part)
		}
		if inner == nil {
			inner = map[string]any{}
			all[part] = inner
		}
		all = inner
	}
	all[unquoted(name)] = s.Value
	return nil
}

func lookUp(all map[string]any, key string) (any, bool) {
	section, name := splitKey(key)
	for _, part := range strings.Split(section, ".") {
		inner, is := all[part].(map[string]any)
		if !is {
			return nil, false
		}
		all = inner
	}
	value, there := all[unquoted(name)]
	return value, there
}

func unquoted(name string) string { return strings.Trim(name, `"'`) }

func same(a, b any) bool { return reflect.DeepEqual(plainValue(a), plainValue(b)) }

// plainValue makes values that mean the same the same: lists and whole numbers
// have several forms.
func plainValue(v any) any {
	switch v := v.(type) {
	case []string:
		return slices.Clone(v)
	case []any:
		list := make([]string, 0, len(v))
		for _, one := range v {
			text, is := one.(string)
			if !is {
				return v
			}
			list = append(list, text)
		}
		return list
	case int64:
		return int(v)
	case map[string]any:
		all := map[string]any{}
		for key, one := range v {
			all[key] = plainValue(one)
		}
		return all
	}
	return v
}

func writable(v any) bool {
	_, err := written(plainValue(v))
	return err == nil
}

// written is a value as it stands in the file.
func written(v any) (string, error) {
	switch v := v.(type) {
	case string:
		return quoted(v)
	case bool:
		return strconv.FormatBool(v), nil
	case int:
		return strconv.Itoa(v), nil
	case []string:
		list := make([]string, len(v))
		for i, one := range v {
			var err error
			if list[i], err = quoted(one); err != nil {
				return "", err
			}
		}
		return "[" + strings.Join(list, ", ") + "]", nil
	}
	return "", fmt.Errorf("a %T cannot be written", v)
}

func quoted(text string) (string, error) {
	if !utf8.ValidString(text) {
		return "", errors.New("is not UTF-8")
	}
	var out strings.Builder
	out.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			out.WriteString(`\` + string(r))
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&out, `\u%04X`, r)
		default:
			out.WriteRune(r)
		}
	}
	out.WriteByte('"')
	return out.String(), nil
}

// Take gives a config that is being made one value, as the file would. Whether
// all of them go together [Config.Validate] says.
func (c *Config) Take(s Setting) error {
	value, err := written(s.Value)
	if err != nil {
		return fmt.Errorf("%s: %w", s.Key, err)
	}
	section, name := splitKey(s.Key)
	text := "[" + section + "]\n" + name + " = " + value + "\n"
	if err := toml.NewDecoder(strings.NewReader(text)).DisallowUnknownFields().Decode(c); err != nil {
		_, why, _ := strings.Cut(explain(err).Error(), ": ") // the line is ours
		return fmt.Errorf("%s: %s", s.Key, why)
	}
	return nil
}
