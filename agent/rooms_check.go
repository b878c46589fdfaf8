package agent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"bellhop/hotel"
	"bellhop/pbx"
)

// RoomsAtOnce is how many rooms one question may be about, so that it is
// answered soon and who asks sees how far it is.
const RoomsAtOnce = 20

// Difference is one thing in which the PBX and the hotel differ about a room's
// telephone.
type Difference struct {
	Room      string         `json:"room"`
	Extension string         `json:"extension,omitempty"`
	What      DifferenceKind `json:"what"`
	Wanted    string         `json:"wanted,omitempty"`
	Found     string         `json:"found,omitempty"`
	// Ours: it can be mended by telling the PBX anew. Otherwise a person has
	// changed it there, or must.
	Ours bool `json:"ours,omitempty"`
}

// DifferenceKind says in what the PBX and the hotel differ.
type DifferenceKind string

// The kinds of differences.
const (
	DiffMissing    DifferenceKind = "missing"    // the PBX has no such extension
	DiffName       DifferenceKind = "name"       // it shows another name
	DiffRoutes     DifferenceKind = "routes"     // it may dial something else
	DiffUnwritable DifferenceKind = "class"      // the class of service cannot be given
	DiffRestricted DifferenceKind = "restricted" // it may call nobody, for help neither
	DiffForward    DifferenceKind = "forward"    // a vacant room's calls go elsewhere
	DiffTogether   DifferenceKind = "together"   // other telephones ring along with a vacant room's
	DiffMobile     DifferenceKind = "mobile"     // a mobile telephone stands for a vacant room's
	DiffAlarm      DifferenceKind = "alarm"      // one of ours is gone, or a vacant room has another
	DiffVoicemail  DifferenceKind = "voicemail"  // a vacant room has messages
	DiffDND        DifferenceKind = "dnd"        // the PBX shows do-not-disturb otherwise; that is known now
)

// ErrTooManyRooms says that more than [RoomsAtOnce] were asked about.
var ErrTooManyRooms = fmt.Errorf("at most %d rooms can be asked about at once", RoomsAtOnce)

// CheckRooms compares rooms with the PBX. It changes nothing there; what it has
// read of do-not-disturb enters as an event. It blocks for as long as the PBX
// takes to be asked once, or once for each telephone if it lacks one.
func (a *Agent) CheckRooms(ctx context.Context, numbers []string) ([]Difference, error) {
	found := []Difference{}
	if len(numbers) > RoomsAtOnce {
		return found, ErrTooManyRooms
	}
	if a.phones == nil {
		return found, fmt.Errorf("%w: none is connected that tells of its extensions", ErrNoPBX)
	}
	view := a.store.Snapshot()
	var rooms []hotel.Room
	var phones []string
	for _, number := range numbers {
		var r hotel.Room
		if !view.Get(hotel.RoomKey(number), &r) {
			return found, &OrderError{Reason: fmt.Sprintf("rooms: must be a room of the hotel, but it is %q", number)}
		}
		rooms, phones = append(rooms, r), append(phones, r.Phones()...)
	}
	settings, err := a.phones.read(ctx, phones)
	if err != nil {
		return found, err
	}
	held, err := a.phones.readHeld(ctx, slices.DeleteFunc(phones, func(phone string) bool { return settings[phone] == nil }))
	if err != nil {
		return found, fmt.Errorf("%w: %w", ErrNoPBX, err)
	}
	for _, r := range rooms {
		for _, phone := range r.Phones() {
			wanted := hotel.Phone{Extension: phone}
			view.Get(hotel.PhoneKey(phone), &wanted)
			found = append(found, a.phones.compare(r, wanted, settings[phone])...)
		}
		found = append(found, held.compare(view, r)...)
		read, err := a.noteDND(ctx, r, settings)
		if err != nil {
			return found, err
		}
		found = append(found, read...)
	}
	return found, nil
}

// read gives the settings of telephones by their numbers; those that the PBX
// does not have are not among them.
func (p *phoneWriter) read(ctx context.Context, phones []string) (map[string]*pbx.Settings, error) {
	settings := map[string]*pbx.Settings{}
	if len(phones) == 0 {
		return settings, nil
	}
	list, err := p.pbx.ReadExtensions(ctx, phones...)
	if errors.Is(err, pbx.ErrMissing) && len(phones) > 1 { // which one, the answer does not say
		for _, phone := range phones {
			one, err := p.read(ctx, []string{phone})
			if err != nil {
				return nil, err
			}
			settings[phone] = one[phone]
		}
		return settings, nil
	}
	if err != nil && !errors.Is(err, pbx.ErrMissing) {
		return nil, fmt.Errorf("%w: read extensions: %w", ErrNoPBX, err)
	}
	for i := range list {
		settings[list[i].Number] = &list[i]
	}
	return settings, nil
}

// compare finds in what a telephone differs from what is wanted of it.
func (p *phoneWriter) compare(r hotel.Room, wanted hotel.Phone, now *pbx.Settings) []Difference {
	diff := func(what DifferenceKind, ours bool, wants, found string) Difference {
		return Difference{Room: r.Number, Extension: wanted.Extension, What: what, Ours: ours, Wanted: wants, Found: found}
	}
	if now == nil {
		return []Difference{diff(DiffMissing, false, "", "")}
	}
	var found []Difference
	if r.Stay == "" && guestsName(r, wanted, now.Name) {
		found = append(found, diff(DiffName, false, wanted.Extension, now.Name))
	}
	todo := p.plan(wanted, *now, false)
	ours := true
	if name := todo.change.Name; name != nil {
		ours = p.nameIsOurs(r, wanted, now.Name)
		found = append(found, diff(DiffName, ours, *name, now.Name))
	}
	if routes := todo.change.Routes; routes != nil {
		// Telling the PBX anew would take a guest's name away that somebody has
		// put right there; that of a vacant room would stay.
		found = append(found, diff(DiffRoutes, ours || r.Stay == "", strings.Join(*routes, ","), strings.Join(now.Routes, ",")))
	}
	if todo.short != nil {
		found = append(found, diff(DiffUnwritable, false, todo.short.Error(), ""))
	}
	if todo.change.Routes == nil && r.Stay == "" && !touched(wanted) && !p.vacantRoutes(now.Routes) {
		found = append(found, diff(DiffRoutes, p.vacates, vacantRoutesShown, strings.Join(now.Routes, ",")))
	}
	clears := p.vacates && r.Stay == "" // then it can be taken off as at a check-out
	if now.Restricted {
		found = append(found, diff(DiffRestricted, clears, "off", "on"))
	}
	if r.Stay != "" {
		return found
	}
	for _, f := range []pbx.Forward{now.Always, now.NoAnswer, now.Busy} {
		if f.On && (f == now.Always || leadsOutside(f)) {
			found = append(found, diff(DiffForward, clears, "off", string(f.To)))
			break
		}
	}
	if now.Together {
		found = append(found, diff(DiffTogether, clears, "off", "on"))
	}
	if now.Mobile {
		found = append(found, diff(DiffMobile, clears, "off", "on"))
	}
	return found
}

// vacantRoutesShown is what stands for the routes that a vacant room should have.
const vacantRoutesShown = "(class " + hotel.ClassNone + ")"

// nameIsOurs tells whether the name that the PBX shows is one that stood there
// before it was told the newest: what the hotel wrote last or found then, what
// stood there before all, the number that a check-out of the PBX leaves, or the
// name of the guest before, as a PBX shows it whose settings were put back from a
// copy. Another one somebody has written there, and it is not fought over.
func (p *phoneWriter) nameIsOurs(r hotel.Room, wanted hotel.Phone, now string) bool {
	var last hotel.GuestRecord
	if r.LastStay != "" && p.view().Get(hotel.GuestKey(r.LastStay), &last) && p.clean(last.Name) == now {
		return true
	}
	for _, known := range []*string{wanted.Ours.Name, wanted.Found.Name, wanted.Before.Name, &wanted.Extension} {
		if known != nil && *known == now {
			return true
		}
	}
	if wanted.Ours.Name != nil && *wanted.Ours.Name == "" {
		return true // a guest's, whose name is not known any more
	}
	return wanted.Ours.Name == nil // the hotel has not come to write it yet
}

// noteDND takes over what the PBX shows: on, or off again if that is where it
// was known from. What was dialled or said at the desk the PBX does not know.
func (a *Agent) noteDND(ctx context.Context, r hotel.Room, settings map[string]*pbx.Settings) ([]Difference, error) {
	on := slices.ContainsFunc(r.Phones(), func(phone string) bool { return settings[phone] != nil && settings[phone].DND })
	if on == r.DND || !on && r.DNDFrom != hotel.DNDPBX {
		return nil, nil
	}
	_, err := a.store.Append(ctx, hotel.Event{
		Kind: hotel.KindCommand, Name: hotel.CommandReading, Source: hotel.SourceAgent, Room: r.Number, Lanes: []string{r.Number},
		Fields: map[string]string{"dnd": onOff(on)},
	}, nil)
	if err != nil {
		return nil, fmt.Errorf("keep what was read of room %s: %w", r.Number, err)
	}
	return []Difference{{Room: r.Number, What: DiffDND, Wanted: onOff(r.DND), Found: onOff(on)}}, nil
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}
