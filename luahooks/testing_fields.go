package luahooks

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// fields are the named values that an example or a test gives: what an event
// has, what is there, what is wanted. From a comment each value is a text, or
// what its JSON says when it begins with { or [; from Lua it is what it is.
type fields map[string]any

// fieldName is how a value is named.
var fieldName = regexp.MustCompile(`^[a-z][a-z0-9_]*=`)

// readLine reads words and then name=value pairs: post room=1203 amount=700.
// A value with blanks stands in quotation marks. It never panics, and gives an
// error for what is neither.
func readLine(line string) (words []string, f fields, err error) {
	f = fields{}
	for rest := strings.TrimSpace(line); rest != ""; rest = strings.TrimSpace(rest) {
		name := fieldName.FindString(rest)
		var value any
		value, rest, err = readValue(rest[len(name):])
		switch name = strings.TrimSuffix(name, "="); {
		case err != nil:
			return nil, nil, err
		case name != "":
			if _, twice := f[name]; twice {
				return nil, nil, fmt.Errorf("%s stands there twice", name)
			}
			f[name] = value
		default:
			words = append(words, plainValue(value))
		}
	}
	return words, f, nil
}

// readValue reads one value and gives what follows it.
func readValue(text string) (value any, rest string, err error) {
	if text == "" || !strings.ContainsRune(`"{[`, rune(text[0])) {
		end := strings.IndexAny(text, " \t")
		if end < 0 {
			end = len(text)
		}
		return text[:end], text[end:], nil
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&value); err != nil {
		return nil, "", fmt.Errorf("%s is no value: a text in quotation marks ends with one, and a list is such as [1,2]", clip(text, 60))
	}
	rest = text[d.InputOffset():]
	if rest != "" && rest[0] != ' ' && rest[0] != '\t' {
		return nil, "", fmt.Errorf("a blank must follow %s", clip(text[:d.InputOffset()], 60))
	}
	return value, rest, nil
}

// plainValue is a value as it is written in a comment; two values are equal
// when these texts are. A list of plain values is the values with commas.
func plainValue(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case json.Number:
		return v.String()
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case int64:
		return strconv.FormatInt(v, 10)
	case []any:
		if texts, plain := plainList(v); plain {
			return strings.Join(texts, ",")
		}
	}
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(text)
}

func plainList(list []any) (texts []string, plain bool) {
	for _, v := range list {
		switch v.(type) {
		case map[string]any, []any:
			return nil, false
		}
		texts = append(texts, plainValue(v))
	}
	return texts, true
}

// take gives a value and takes it out, so that what is left at the end is not
// known.
func (f fields) take(name string) (any, bool) {
	v, ok := f[name]
	delete(f, name)
	return v, ok
}

func (f fields) text(name string) string {
	v, _ := f.take(name)
	return plainValue(v)
}

// whole is a whole number; def when it is not there.
func (f fields) whole(name string, def int64) (int64, error) {
	v, ok := f.take(name)
	if !ok {
		return def, nil
	}
	n, err := strconv.ParseInt(plainValue(v), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%s must be a whole number, but it is %q", name, plainValue(v))
	}
	return n, nil
}

// flag is true or false; a name that is not there is def.
func (f fields) flag(name string, def bool) (bool, error) {
	v, ok := f.take(name)
	if !ok {
		return def, nil
	}
	b, err := strconv.ParseBool(plainValue(v))
	if err != nil {
		return false, fmt.Errorf("%s must be true or false, but it is %q", name, plainValue(v))
	}
	return b, nil
}

// list is several texts: a list, or one text with commas.
func (f fields) list(name string) []string {
	v, ok := f.take(name)
	if !ok {
		return nil
	}
	return strings.Split(plainValue(v), ",")
}

// known is an error for a name that is not on the list; nil lists all.
func (f fields) known(what string, list []string) error {
	var slips []string
	for _, name := range slices.Sorted(maps.Keys(f)) {
		if list != nil && !slices.Contains(list, name) {
			slips = append(slips, name)
		}
	}
	if len(slips) == 0 {
		return nil
	}
	return fmt.Errorf("%s knows no %s; it knows %s", what, strings.Join(slips, ", "), strings.Join(list, ", "))
}

// line writes fields as a comment has them, by name.
func (f fields) line() string {
	var words []string
	for _, name := range slices.Sorted(maps.Keys(f)) {
		words = append(words, name+"="+quoteValue(f[name]))
	}
	return strings.Join(words, " ")
}

// quoteValue writes a value so that readValue reads it again.
func quoteValue(value any) string {
	text := plainValue(value)
	if text == "" || strings.ContainsAny(text, " \t\n\"") && !strings.ContainsAny(text[:1], "{[") {
		quoted, err := json.Marshal(text)
		if err == nil {
			return string(quoted)
		}
	}
	return text
}

// firstError is the first of several.
func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

var errNoName = errors.New("its name is missing")
