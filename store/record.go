package store

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"sync"
	"sync/atomic"
	"time"
)

// record is one value of the state as it lies in memory.
type record struct {
	version uint64 // grows with each put; never 0
	json    []byte
	// seen is the value as it was last decoded. The same few rooms, stays and
	// items are read with each event, and decoding them was most of a read.
	seen *atomic.Pointer[reflect.Value]
}

func newRecord(version uint64, text []byte) record {
	return record{version: version, json: text, seen: new(atomic.Pointer[reflect.Value])}
}

// decode reads the record into what the pointer leads to. A record that does
// not fit its type comes from a program of another version; reading on would
// guess.
func (r record) decode(key string, into any) bool {
	to := reflect.ValueOf(into).Elem()
	if v := r.seen.Load(); v != nil && v.Type() == to.Type() {
		copyValue(to, *v)
		return true
	}
	if err := json.Unmarshal(r.json, into); err != nil {
		panic(fmt.Sprintf("store: record %q has another form than this version knows: %v", key, err))
	}
	if shapeOf(to.Type()).plain {
		kept := reflect.New(to.Type()).Elem()
		copyValue(kept, to)
		r.seen.Store(&kept)
	}
	return true
}

// shape says how values of a type are copied.
type shape struct {
	plain bool  // a copy shares nothing that could be changed, but for …
	parts []int // … these fields, which are copied as well, see isPart
}

var shapes sync.Map // reflect.Type → shape

func shapeOf(t reflect.Type) shape {
	if s, ok := shapes.Load(t); ok {
		return s.(shape)
	}
	s := shape{plain: isPlain(t)}
	if t.Kind() == reflect.Struct && !s.plain {
		s.plain = true
		for i := range t.NumField() {
			switch f := t.Field(i); {
			case isPart(f.Type) && f.IsExported():
				s.parts = append(s.parts, i)
			case !isPlain(f.Type):
				s.plain = false
			}
		}
	}
	shapes.Store(t, s)
	return s
}

// isPlain tells whether a copied value shares nothing that could be changed.
func isPlain(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Bool, reflect.String, reflect.Float32, reflect.Float64,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return true
	case reflect.Struct:
		for i := range t.NumField() {
			if t != reflect.TypeFor[time.Time]() && !isPlain(t.Field(i).Type) {
				return false
			}
		}
		return true
	}
	return false
}

// isPart tells lists of what is plain, pointers to it, and maps of strings.
func isPart(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Slice, reflect.Pointer:
		return isPlain(t.Elem())
	}
	return t == reflect.TypeFor[map[string]string]()
}

// copyValue copies a value of a plain shape.
func copyValue(to, from reflect.Value) {
	to.Set(from)
	for _, i := range shapeOf(to.Type()).parts {
		if field := to.Field(i); !field.IsNil() {
			copyPart(field)
		}
	}
}

// copyPart lets a field have a copy of what it leads to.
func copyPart(field reflect.Value) {
	var fresh reflect.Value
	switch field.Kind() {
	case reflect.Slice:
		fresh = reflect.MakeSlice(field.Type(), field.Len(), field.Len())
		reflect.Copy(fresh, field)
	case reflect.Pointer:
		fresh = reflect.New(field.Type().Elem())
		fresh.Elem().Set(field.Elem())
	default:
		fresh = reflect.ValueOf(maps.Clone(field.Interface().(map[string]string)))
	}
	field.Set(fresh)
}
