package hotel

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// importLists takes over lists of rooms and items. Their order does not
// matter: two rooms may change extensions with each other.
func (a *applier) importLists(list *Import) error {
	if err := checkRooms(list.Rooms); err != nil {
		return err
	}
	before, wishes := map[string]Room{}, map[string]Phone{}
	for _, r := range list.Rooms {
		var old Room
		if !a.tx.Get(RoomKey(r.Number), &old) {
			continue
		}
		before[r.Number] = old
		if wish, known := a.wishFor(old); known {
			wishes[r.Number] = wish
		}
		a.freePhones(old)
	}
	for _, r := range list.Rooms {
		if err := a.importRoom(r); err != nil {
			return err
		}
	}
	a.rewirePhones(before, wishes)
	seen := map[string]bool{}
	for _, i := range list.Items {
		if err := a.importItem(i, seen); err != nil {
			return err
		}
	}
	return nil
}

func checkRooms(rooms []Room) error {
	seen := map[string]bool{}
	for _, r := range rooms {
		switch {
		case !isNumber(r.Number, maxRoomDigits):
			return &Invalid{"rooms", "number", fmt.Sprintf("must be 1 to %d digits", maxRoomDigits), clip(r.Number)}
		case seen[r.Number]:
			return &Invalid{"rooms", "number", "is listed twice", r.Number}
		case r.Status != "" && !r.Status.Known():
			return &Invalid{"rooms", "status", "is no housekeeping status", clip(string(r.Status))}
		case !isMinibar(r.Minibar):
			return &Invalid{"rooms", "minibar", minibarRule, clip(r.Minibar)}
		}
		if err := checkPlace("building", r.Building); err != nil {
			return err
		}
		if err := checkPlace("floor", r.Floor); err != nil {
			return err
		}
		seen[r.Number] = true
		for n, x := range r.Extensions {
			switch {
			case !isNumber(x, maxRoomDigits):
				return &Invalid{"rooms", "extensions", fmt.Sprintf("must be 1 to %d digits each", maxRoomDigits), clip(x)}
			case slices.Contains(r.Extensions[:n], x):
				return &Invalid{"rooms", "extensions", "is listed twice", x}
			}
		}
	}
	return nil
}

var minibarRule = fmt.Sprintf("must have at most %d bytes and no /", maxMinibar)

// isMinibar reports whether name can name a price list; an empty one stands
// for [DefaultMinibar].
func isMinibar(name string) bool { return len(name) <= maxMinibar && !strings.Contains(name, "/") }

// freePhones takes the extensions away that a room has had until now.
func (a *applier) freePhones(old Room) {
	for _, x := range old.Phones() {
		a.tx.Delete(ExtensionKey(x))
	}
}

// hasPhone tells whether a room has an extension. Of a damaged store the room
// may be lost and its extension not: then that is free.
func (a *applier) hasPhone(room, extension string) bool {
	var r Room
	return a.tx.Get(RoomKey(room), &r) && slices.Contains(r.Phones(), extension)
}

// importRoom takes over what an installer says of a room and leaves what
// the hotel's day has made of it.
func (a *applier) importRoom(r Room) error {
	for _, x := range r.Phones() {
		var other Extension
		if a.tx.Get(ExtensionKey(x), &other) && other.Room != r.Number && a.hasPhone(other.Room, x) {
			return &Invalid{"rooms", "extensions", "already belongs to room " + other.Room, x}
		}
		a.tx.Put(ExtensionKey(x), Extension{Room: r.Number})
	}
	var kept Room
	a.tx.Get(RoomKey(r.Number), &kept)
	kept.Number, kept.Extensions, kept.Minibar = r.Number, r.Extensions, r.Minibar
	if r.Status != "" {
		kept.Status = r.Status
	}
	if r.Building != "" {
		kept.Building = r.Building
	}
	if r.Floor != "" {
		kept.Floor = r.Floor
	}
	a.tx.Put(RoomKey(r.Number), kept)
	return nil
}

// Check says what is wrong with an item, whoever brings it.
func (i Item) Check() error {
	switch {
	case !isNumber(i.Code, maxItemDigits):
		return &Invalid{"items", "code", fmt.Sprintf("must be 1 to %d digits", maxItemDigits), clip(i.Code)}
	case i.Price < 0 || i.Price > maxAmount:
		return &Invalid{"items", "price", "must not be negative or too large", strconv.FormatInt(i.Price, 10)}
	case i.Max < 0 || i.Max > 99:
		return &Invalid{"items", "max", "must be 0 to 99", strconv.Itoa(i.Max)}
	case len(i.Name) > maxText || i.Name == "":
		return &Invalid{"items", "name", "is missing or too long", clip(i.Name)}
	case !isMinibar(i.Minibar):
		return &Invalid{"items", "minibar", minibarRule, clip(i.Minibar)}
	case i.Tax != nil && (*i.Tax < 0 || *i.Tax > maxTaxRate):
		return &Invalid{"items", "tax", fmt.Sprintf("must be 0 to %d hundredths of a percent", maxTaxRate), strconv.Itoa(int(*i.Tax))}
	}
	for language, name := range i.Names {
		switch {
		case language != "zh" && language != "en":
			return &Invalid{"items", "names", "must be by zh or en", clip(language)}
		case name == "" || len(name) > maxText:
			return &Invalid{"items", "names", fmt.Sprintf("must have 1 to %d bytes each", maxText), clip(name)}
		}
	}
	return nil
}

func (a *applier) importItem(i Item, seen map[string]bool) error {
	if err := i.Check(); err != nil {
		return err
	}
	if i.Minibar == "" {
		i.Minibar = DefaultMinibar
	}
	key := ItemKey(i.Minibar, i.Code)
	if seen[key] {
		return &Invalid{"items", "code", "is listed twice", i.Code}
	}
	seen[key] = true
	a.tx.Put(key, i)
	return nil
}
