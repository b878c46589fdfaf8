package api

import (
	"testing"
	"time"

	"bellhop/hotel"
)

// What a replay asks for: pages of events, behind which a time begins, and
// records as they are now.
func TestPast(t *testing.T) {
	c, _, _ := house(t)
	var order Order
	if err := c.Post(t.Context(), "/v1/import", hotel.Import{Rooms: []hotel.Room{{Number: "101"}, {Number: "102"}}}, &order); err != nil {
		t.Fatal(err)
	}
	page, err := c.Past(t.Context(), 0, 10)
	if err != nil || len(page.Events) != 1 || page.Events[0].Event.ID != order.Event || page.UpTo != order.Event || page.More {
		t.Errorf("%+v, %v", page, err)
	}
	if page, err := c.Past(t.Context(), order.Event, 10); err != nil || len(page.Events) != 0 {
		t.Errorf("%+v, %v", page, err)
	}
	if before, err := c.PastSince(t.Context(), time.Now().Add(-time.Hour)); err != nil || before != 0 {
		t.Errorf("an hour ago: behind %d, %v", before, err)
	}
	for key, want := range map[string]int{"room/101": 1, "room/109": 0, "": 0, "room/": 0} {
		if all, err := c.Now(t.Context(), key); err != nil || len(all) != want || want > 0 && all[0].Version == 0 {
			t.Errorf("%q: %+v, %v", key, all, err)
		}
	}
	if all, err := c.NowBelow(t.Context(), "room/"); err != nil || len(all) != 2 || all[1].Key != "room/102" {
		t.Errorf("%+v, %v", all, err)
	}
	for _, path := range []string{"/v1/past?after=x", "/v1/past?limit=x", "/v1/past/since?time=x"} {
		if err := c.Get(t.Context(), path, nil); err == nil {
			t.Errorf("%s is answered", path)
		}
	}
}
