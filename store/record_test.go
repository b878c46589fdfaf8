package store

import (
	"reflect"
	"sync"
	"testing"
	"time"

	"bellhop/hotel"
)

// TestRecordsAreCopies reads records of each kind twice, changes what was read
// all over in between, and finds the second as the first was.
func TestRecordsAreCopies(t *testing.T) {
	day := time.Date(2026, 11, 21, 6, 30, 0, 0, time.UTC)
	for _, value := range []any{
		hotel.Room{Number: "1203", Extensions: []string{"1203", "1204"}, Status: hotel.StatusDirty},
		hotel.Room{Number: "1204"},
		hotel.Stay{ID: "s", Room: "1203", CheckIn: day},
		hotel.Alert{ID: "a", Params: map[string]string{"item": "7"}, First: day},
		hotel.Item{Code: "2", Price: 800},
		hotel.Item{Code: "3", Names: map[string]string{"zh": "水"}, Tax: new(hotel.TaxRate(1000))},
		hotel.WakeUp{
			ID: "W1", Days: []time.Weekday{time.Monday}, Attempt: &hotel.WakeAttempt{Number: 1, Began: day}, Desk: &hotel.WakeDesk{At: day},
			Alarms: []hotel.WakeAlarm{{Extension: "1203", At: day}}, Seen: []string{"x"},
		},
		hotel.ParkedUnit{Event: 3, Time: day},
		"a hook's own",
		map[string][]string{"a": {"b", "c"}},
		[]string{"a", "b"},
	} {
		r := newRecord(1, encode(value))
		for range 3 {
			into := reflect.New(reflect.TypeOf(value))
			r.decode("key", into.Interface())
			if !reflect.DeepEqual(into.Elem().Interface(), value) {
				t.Fatalf("%T: read %+v, want %+v", value, into.Elem(), value)
			}
			spoil(into.Elem())
		}
	}
}

// spoil changes everything that a value leads to.
func spoil(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				spoil(v.Field(i))
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			spoil(v.Index(i))
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			v.SetMapIndex(k, reflect.Zero(v.Type().Elem()))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			v.Elem().SetZero()
		}
	case reflect.String:
		v.SetString("spoilt")
	case reflect.Int:
		v.SetInt(-1)
	}
}

// TestRecordReadAsTwoTypes reads one record as two types in turn, side by side.
func TestRecordReadAsTwoTypes(t *testing.T) {
	r := newRecord(1, encode(hotel.Room{Number: "1203", Minibar: "suite"}))
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 100 {
				var room hotel.Room
				var item hotel.Item
				r.decode("key", &room)
				r.decode("key", &item)
				if room.Number != "1203" || room.Minibar != "suite" || item.Minibar != "suite" {
					t.Errorf("read %+v and %+v", room, item)
				}
			}
		})
	}
	all.Wait()
}

func BenchmarkRecord(b *testing.B) {
	day := time.Date(2026, 11, 21, 6, 30, 0, 0, time.UTC)
	b.Run("room", func(b *testing.B) {
		benchmarkDecode(b, hotel.Room{Number: "1203", Extensions: []string{"1203"}, Status: hotel.StatusDirty})
	})
	b.Run("wake-up", func(b *testing.B) {
		benchmarkDecode(b, hotel.WakeUp{
			ID: "W1", Room: "1203", Date: "2026-11-22", Time: "06:30", Due: day, At: day, Alarms: []hotel.WakeAlarm{{Extension: "1203", At: day}},
		})
	})
}

func benchmarkDecode[T any](b *testing.B, value T) {
	r := newRecord(1, encode(value))
	b.ReportAllocs()
	for b.Loop() {
		var into T
		r.decode("key", &into)
	}
}
