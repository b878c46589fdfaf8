package luahooks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	lua "github.com/yuin/gopher-lua"
)

const (
	maxJSONDepth = 32
	// maxJSON bounds a text that is made or read; some receivers allow less.
	maxJSON = 64 << 10
)

// encodeJSON writes a Lua value. A table with the keys 1 to n is a list, an
// empty one or one with names an object whose names are sorted, so that equal
// tables give equal texts.
func encodeJSON(v lua.LValue) (string, error) { return encodeJSONWhile(context.Background(), v) }

// encodeJSONWhile gives up when ctx ends: of a table that once was long, each
// look costs as much as then, and it may stand in thousands of places.
func encodeJSONWhile(ctx context.Context, v lua.LValue) (string, error) {
	out, err := encoder{ctx, maxJSON}.value(nil, v, 0)
	return string(out), err
}

// encoder writes values as long as ctx does not end, up to so many bytes.
type encoder struct {
	ctx  context.Context
	most int
}

func (e encoder) value(out []byte, v lua.LValue, depth int) ([]byte, error) {
	if depth > maxJSONDepth {
		return nil, fmt.Errorf("tables nest deeper than %d, or one contains itself", maxJSONDepth)
	}
	if len(out) > e.most {
		return nil, fmt.Errorf("becomes more than %d KiB of JSON", e.most>>10)
	}
	if err := e.ctx.Err(); err != nil {
		return nil, err
	}
	switch v := v.(type) {
	case *lua.LNilType:
		return append(out, "null"...), nil
	case lua.LBool:
		return strconv.AppendBool(out, bool(v)), nil
	case lua.LNumber:
		if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
			return nil, errors.New("a number is not finite")
		}
		return append(out, numberText(v)...), nil
	case lua.LString:
		return appendText(out, string(v))
	case *lua.LTable:
		if n := v.Len(); n > 0 {
			return e.list(out, v, n, depth)
		}
		return e.object(out, v, depth)
	}
	return nil, fmt.Errorf("a %s cannot be kept or sent", v.Type())
}

func appendText(out []byte, text string) ([]byte, error) {
	if len(text) > maxJSON {
		return nil, fmt.Errorf("becomes more than %d KiB of JSON", maxJSON>>10)
	}
	quoted, err := json.Marshal(text)
	return append(out, quoted...), err
}

func (e encoder) list(out []byte, t *lua.LTable, n, depth int) (_ []byte, err error) {
	keys := 0
	t.ForEach(func(lua.LValue, lua.LValue) { keys++ })
	if keys != n {
		return nil, errors.New("a table mixes a list with names, or has gaps")
	}
	out = append(out, '[')
	for i := range n {
		if i > 0 {
			out = append(out, ',')
		}
		if out, err = e.value(out, t.RawGetInt(i+1), depth+1); err != nil {
			return nil, err
		}
	}
	return append(out, ']'), nil
}

func (e encoder) object(out []byte, t *lua.LTable, depth int) (_ []byte, err error) {
	fields := map[string]lua.LValue{}
	t.ForEach(func(k, v lua.LValue) {
		switch k := k.(type) {
		case lua.LString:
			fields[string(k)] = v
		case lua.LNumber:
			fields[numberText(k)] = v
		default:
			err = fmt.Errorf("a %s cannot be a name in JSON", k.Type())
		}
	})
	if err != nil {
		return nil, err
	}
	out = append(out, '{')
	for i, k := range slices.Sorted(maps.Keys(fields)) {
		if i > 0 {
			out = append(out, ',')
		}
		if out, err = appendText(out, k); err != nil {
			return nil, err
		}
		out = append(out, ':')
		if out, err = e.value(out, fields[k], depth+1); err != nil {
			return nil, err
		}
	}
	return append(out, '}'), nil
}

// decodeJSON makes a Lua value of a JSON text; null becomes nil.
func decodeJSON(L *lua.LState, text string) (lua.LValue, error) {
	// A few bytes of JSON may become a table of a hundred.
	if len(text) > maxJSON {
		return nil, fmt.Errorf("has more than %d KiB", maxJSON>>10)
	}
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return nil, err
	}
	return luaValue(L, v), nil
}

func luaValue(L *lua.LState, v any) lua.LValue {
	switch v := v.(type) {
	case bool:
		return lua.LBool(v)
	case float64:
		return lua.LNumber(v)
	case string:
		return lua.LString(v)
	case []any:
		t := L.CreateTable(len(v), 0)
		for i, x := range v {
			t.RawSetInt(i+1, luaValue(L, x))
		}
		return t
	case map[string]any:
		t := L.CreateTable(0, len(v))
		for _, k := range slices.Sorted(maps.Keys(v)) {
			t.RawSetString(k, luaValue(L, v[k]))
		}
		return t
	}
	return lua.LNil
}
