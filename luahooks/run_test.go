package luahooks

import (
	"context"
	"testing"

	"bellhop/hotel"
)

// Each row is what a room dials and the effects, as JSON, of the hook for it.
func TestShippedHooks(t *testing.T) {
	s := mustLoad(t, Options{}, nil)
	for _, row := range []struct{ room, digits, want string }{
		{"1203", "777*00", `[{"status":{"room":"1203","status":"dirty"}}]`},
		{"1203", "777*01", `[{"status":{"room":"1203","status":"clean"}}]`},
		{"1203", "777*12", `[{"status":{"room":"1203","status":"dirty"}}]`},
		{"1203", "777*14", `[{"status":{"room":"1203","status":"clean"}}]`},
		{"1203", "777*15*1501", `[{"status":{"room":"1501","status":"inspected"}}]`},
		{"1203", "777*20", `[{"alert":{"code":"hook","room":"1203","params":{"hook":"housekeeping.lua","text":"housekeeping could not enter the room"}}}]`},
		{"1203", "777*99", `[{"alert":{"code":"hook","room":"1203","params":{"hook":"housekeeping.lua","text":"unknown housekeeping code 99"}}}]`},
		{"1203", "*056", `[{"alert":{"code":"hook","room":"1203","params":{"hook":"housekeeping.lua","text":"the room asks to clear its housekeeping status: set it by hand"}}}]`},
		{"1203", "778*12*2", `[{"post":{"room":"1203","kind":"minibar","minibar":"minibar","item":"12","description":"Cola","quantity":2,"amount":3000}}]`},
		{"1501", "778*12*2", `[{"post":{"room":"1501","kind":"minibar","minibar":"suite","item":"12","description":"Cola","quantity":2,"amount":5000}}]`},
		{"1501", "787*12*1", `[{"post":{"room":"1501","kind":"minibar","minibar":"wine","item":"12","description":"Riesling","quantity":1,"amount":9000}}]`},
		{"1203", "778*R*12*1*2*4711", `[{"post":{"room":"1203","kind":"minibar","minibar":"minibar","item":"12","description":"Cola","quantity":-1,"amount":-1500,"staff":"4711"}}]`},
		{"1203", "778*N*1", `null`},
		{"1203", "778*12*0", `[{"unclear":{"room":"1203","minibar":"minibar","item":"12","count":0}}]`},
		{"1203", "778*12*5", `[{"unclear":{"room":"1203","minibar":"minibar","item":"12","count":5}}]`},
		{"1501", "778*R*77*1*3*4711", `[{"unclear":{"room":"1501","minibar":"suite","item":"77","count":1,"removal":true,"staff":"4711"}}]`},
		{"", "778*12*2", `null`},
	} {
		t.Run(row.digits+" from "+row.room, func(t *testing.T) {
			ev := dialled(row.room, row.digits)
			units := s.Match(ev)
			if len(units) != 1 {
				t.Fatalf("units %q", units)
			}
			got := s.Run(context.Background(), units[0], input(ev))
			if got.Err != nil {
				t.Fatal(got.Err)
			}
			if text := asJSON(t, got.Effects); text != row.want {
				t.Errorf("effects\n got %s\nwant %s", text, row.want)
			}
		})
	}
}

func TestShippedHooksSpeakTheHotelsLanguage(t *testing.T) {
	s := mustLoad(t, Options{Language: "zh"}, nil)
	got := s.Run(context.Background(), "housekeeping.lua:housekeeping:1", input(dialled("1203", "777*20")))
	if len(got.Effects) != 1 || got.Effects[0].Alert.Params["text"] != "客房服务员无法进入房间" {
		t.Errorf("effects %s, error %v", asJSON(t, got.Effects), got.Err)
	}
}

func TestGoneUnit(t *testing.T) {
	s := mustLoad(t, Options{}, nil)
	got := s.Run(context.Background(), "old.lua:dtmf:1", input(&hotel.Event{}))
	if faultKind(got.Err) != "gone" {
		t.Errorf("error %v", got.Err)
	}
}
