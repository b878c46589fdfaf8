package rig

import (
	"fmt"

	"bellhop/hotel"
)

// welcomes are the events of check-ins, each with the postings that its guest
// got for it.
func (v *verdict) welcomes() map[uint64][]hotel.Posting {
	of := map[uint64][]hotel.Posting{}
	for id, postings := range v.byEvent {
		for _, p := range postings {
			if p.Amount == welcomeAmount {
				of[id] = append(of[id], p)
			}
		}
	}
	return of
}

// checkStays: each stay that the desk began is there once, as the desk left
// it, and was charged once; there is none beside.
func (v *verdict) checkStays() {
	known := map[string]*guest{}
	for _, g := range v.hotel.Desk.stays {
		known[g.stay] = g
		var s hotel.Stay
		there := v.store.Snapshot().Get(hotel.StayKey(g.stay), &s)
		switch {
		case !there && g.begun:
			v.lost("the stay %s in room %s is not there", g.stay, g.room)
		case there && g.ended && s.State != hotel.StayDeparted:
			v.lost("the guest of %s was checked out and is %s", g.stay, s.State)
		case there && !g.leaving && s.State != hotel.StayInHouse:
			v.twice("nobody checked the guest of %s out, who is %s", g.stay, s.State)
		}
	}
	v.store.Snapshot().List(hotel.PrefixStay, func(_ string, decode func(any) bool) bool {
		var s hotel.Stay
		if decode(&s); known[s.ID] == nil {
			v.twice("there is a stay %q in room %s that nobody began", s.ID, s.Room)
		}
		return true
	})
	v.checkWelcomes(known)
}

func (v *verdict) checkWelcomes(known map[string]*guest) {
	charged := map[string]int{}
	all, err := v.store.Postings("", 1<<30)
	if err != nil {
		v.t.Fatal(err)
	}
	for _, p := range all {
		if p.Amount != welcomeAmount {
			continue
		}
		if charged[p.Description]++; p.Stay != p.Description || known[p.Stay] == nil {
			v.twice("the arrival of %s was charged to the stay %q", p.Description, p.Stay)
		}
	}
	for id, g := range known {
		if n := charged[id]; n > 1 {
			v.twice("the arrival of %s was charged %d times", id, n)
		} else if n == 0 && g.begun {
			v.lost("the arrival of %s was not charged", id)
		}
	}
}

// checkPhones: the PBX holds of each telephone what the guest who is there
// should have, or what it held before anybody came.
func (v *verdict) checkPhones() {
	for n := pushRooms; n < pushRooms+deskRooms; n++ {
		x, ok := v.hotel.PBX.Extension(roomNumber(n))
		if !ok {
			v.lost("the PBX has no extension %s", roomNumber(n))
		}
		got := fmt.Sprintf("%q, routes %q", x.Settings["username"], x.Settings["selectoutroute"])
		want := fmt.Sprintf("%q, routes %q", factoryName(n), factoryRoutes)
		if g := v.hotel.Desk.inRoom(roomNumber(n)); g != nil {
			want = fmt.Sprintf("%q, routes %q", g.name, routesOf(g.class))
		}
		if got != want {
			v.lost("telephone %s shows %s, and not %s", roomNumber(n), got, want)
		}
	}
}

// routesOf are those of a class, as the PBX prints them.
func routesOf(class string) string {
	if class == "local" {
		return "Emergency,Local"
	}
	return "Emergency"
}
