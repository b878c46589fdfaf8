package luahooks

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"bellhop/hotel"
)

// state is a View over records held as JSON.
type state map[string]any

func (s state) Get(key string, into any) bool {
	record, ok := s[key]
	if !ok {
		return false
	}
	text, err := json.Marshal(record)
	if err != nil {
		panic(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		panic(err)
	}
	return true
}

func (s state) List(prefix string, visit func(key string, decode func(into any) bool) bool) {
	for _, key := range slices.Sorted(maps.Keys(s)) {
		if strings.HasPrefix(key, prefix) && !visit(key, func(into any) bool { return s.Get(key, into) }) {
			return
		}
	}
}

func harbourInn() state {
	return state{
		hotel.RoomKey("1203"):                     hotel.Room{Number: "1203", Stay: "S7", Status: hotel.StatusDirty},
		hotel.StayKey("S7"):                       hotel.Stay{ID: "S7", VIP: 3, Language: "en", Leaves: "2026-11-24"},
		hotel.RoomKey("1501"):                     hotel.Room{Number: "1501", Minibar: "suite", Extensions: []string{"81501", "81502"}},
		hotel.ItemKey(hotel.DefaultMinibar, "12"): hotel.Item{Minibar: hotel.DefaultMinibar, Code: "12", Name: "Cola", Price: 1500, Max: 4},
		hotel.ItemKey("suite", "12"):              hotel.Item{Minibar: "suite", Code: "12", Name: "Cola", Price: 2500},
		hotel.ItemKey("wine", "12"):               hotel.Item{Minibar: "wine", Code: "12", Name: "Riesling", Price: 9000},
		hotel.KVKey("t", "kept"):                  `{"n":3}`,
		hotel.KVKey("t", "ended"):                 hotel.Kept{Value: "3", Until: noon},
		hotel.KVKey("t", "later"):                 hotel.Kept{Value: "4", Until: noon.Add(time.Second)},
		hotel.KVKey("other", "kept"):              `"not yours"`,
		hotel.RoomKey("1204"):                     hotel.Room{Number: "1204", DND: true},
	}
}

var services = hotel.Services{
	Housekeeping: "777", Minibars: map[string]string{"778": hotel.DefaultMinibar, "787": "wine"},
	WakeUp: "779", DND: "76", Confirm: "775", RoomStatus: "*56",
}

var noon = time.Date(2026, 11, 21, 4, 30, 5, 0, time.UTC)

// dialled is the event of digits that the phone of a room sent.
func dialled(room, digits string) *hotel.Event {
	ev := &hotel.Event{ID: 9007199254740993, Kind: hotel.KindDTMF, Time: noon, Source: hotel.SourcePBX, Room: room, Extension: room, CallID: "1605.1", Digits: digits}
	if e, ok := services.ParseDigits(digits); ok {
		ev.Entry = &e
	}
	return ev
}

func load(t testing.TB, opts Options, files map[string]string) (*Set, error) {
	t.Helper()
	dir := fstest.MapFS{}
	for name, text := range files {
		dir[name] = &fstest.MapFile{Data: []byte(text)}
	}
	if opts.Minibars == nil {
		opts.Minibars = services.Minibars
	}
	s, err := Load(dir, opts)
	if s == nil {
		t.Fatal("Load gave no Set")
	}
	t.Cleanup(s.Close)
	return s, err
}

func mustLoad(t testing.TB, opts Options, files map[string]string) *Set {
	t.Helper()
	s, err := load(t, opts, files)
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	return s
}

func input(ev *hotel.Event) Input {
	zone := time.FixedZone("CST", 8*3600)
	return Input{Event: ev, View: harbourInn(), Now: noon, Zone: zone, Seed: 1}
}

// runBody runs the body of a dtmf hook of t.lua on an event.
func runBody(t testing.TB, opts Options, body string) Result {
	t.Helper()
	s := mustLoad(t, opts, map[string]string{"t.lua": "bellhop.on('dtmf', function(event)\n" + body + "\nend)"})
	return s.Run(context.Background(), "t.lua:dtmf:1", input(dialled("1203", "778*12*2")))
}

func asJSON(t testing.TB, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func faultKind(err error) string {
	var f *Fault
	if errors.As(err, &f) {
		return f.Kind
	}
	return ""
}
