package store

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
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
	lists []int // … these fields, which hold lists of strings
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
			case f.Type == reflect.TypeFor[[]string]() && f.IsExported():
				s.lists = append(s.lists, i)
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

// copyValue copies a value of a plain shape.
func copyValue(to, from reflect.Value) {
	to.Set(from)
	for _, i := range shapeOf(to.Type()).lists {
		field := to.Field(i)
		field.Set(reflect.ValueOf(slices.Clone(field.Interface().([]string))))
	}
}
