package luahooks

import (
	"context"
	"testing"

	"bellhop/hotel"
)

// A room is the same however a hook comes to it.
func TestRoomIsTheSameInAList(t *testing.T) {
	s := mustLoad(t, Options{}, map[string]string{"x.lua": `local bellhop = require "bellhop"
bellhop.on("boot", function()
  bellhop.log(bellhop.json.encode(bellhop.rooms()))
  bellhop.log(bellhop.json.encode { bellhop.room("101"), bellhop.room("102") })
end)`})
	in := input(&hotel.Event{Kind: hotel.KindBoot})
	in.View = state{
		hotel.RoomKey("101"): hotel.Room{Number: "101", Building: "B", Floor: "1", Stay: "G1", Sharers: []string{"G2"}, Waiting: true, Extensions: []string{"8101", "8102"}},
		hotel.RoomKey("102"): hotel.Room{Number: "102", Status: hotel.StatusClean},
		hotel.StayKey("G1"):  hotel.Stay{ID: "G1", Leaves: "2026-11-24", VIP: 2, Language: "zh"},
		hotel.StayKey("G2"):  hotel.Stay{ID: "G2", Leaves: "2026-11-26"},
	}
	got := s.Run(context.Background(), "x.lua:boot:1", in)
	want := `[{"building":"B","dnd":false,"extensions":["8101","8102"],"floor":"1","language":"zh","leaves":"2026-11-26","minibar":"minibar","number":"101","occupied":true,"stay":"G1","vip":2,"waiting":true},` +
		`{"dnd":false,"extensions":["102"],"minibar":"minibar","number":"102","occupied":false,"status":"clean","waiting":false}]`
	if got.Err != nil || len(got.Log) != 2 || got.Log[0] != got.Log[1] || got.Log[0] != want {
		t.Errorf("%v\n got %q\nwant %q", got.Err, got.Log, want)
	}
}
