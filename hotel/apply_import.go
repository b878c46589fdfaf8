package hotel

import (
	"fmt"
	"strconv"
)

func (a *applier) importLists(list *Import) error {
	for _, r := range list.Rooms {
		if err := a.importRoom(r); err != nil {
			return err
		}
	}
	for _, i := range list.Items {
		if err := a.importItem(i); err != nil {
			return err
		}
	}
	return nil
}

// importRoom takes over what an installer says of a room and leaves what
// the hotel's day has made of it.
func (a *applier) importRoom(r Room) error {
	if !isNumber(r.Number, maxRoomDigits) {
		return &Invalid{"rooms", "number", fmt.Sprintf("must be 1 to %d digits", maxRoomDigits), clip(r.Number)}
	}
	var old Room
	if a.tx.Get(RoomKey(r.Number), &old) {
		for _, x := range old.Phones() {
			a.tx.Delete(ExtensionKey(x))
		}
	}
	for _, x := range r.Phones() {
		if !isNumber(x, maxRoomDigits) {
			return &Invalid{"rooms", "extensions", fmt.Sprintf("must be 1 to %d digits each", maxRoomDigits), clip(x)}
		}
		var other Extension
		if a.tx.Get(ExtensionKey(x), &other) && other.Room != r.Number {
			return &Invalid{"rooms", "extensions", "already belongs to room " + other.Room, x}
		}
		a.tx.Put(ExtensionKey(x), Extension{Room: r.Number})
	}
	old.Number, old.Extensions, old.Minibar = r.Number, r.Extensions, r.Minibar
	if r.Status != "" {
		if !r.Status.Known() {
			return &Invalid{"rooms", "status", "is no housekeeping status", clip(string(r.Status))}
		}
		old.Status = r.Status
	}
	a.tx.Put(RoomKey(r.Number), old)
	return nil
}

func (a *applier) importItem(i Item) error {
	switch {
	case !isNumber(i.Code, maxItemDigits):
		return &Invalid{"items", "code", fmt.Sprintf("must be 1 to %d digits", maxItemDigits), clip(i.Code)}
	case i.Price < 0 || i.Price > maxAmount:
		return &Invalid{"items", "price", "must not be negative or too large", strconv.FormatInt(i.Price, 10)}
	case i.Max < 0 || i.Max > 99:
		return &Invalid{"items", "max", "must be 0 to 99", strconv.Itoa(i.Max)}
	case len(i.Name) > maxText || i.Name == "":
		return &Invalid{"items", "name", "is missing or too long", clip(i.Name)}
	}
	if i.Minibar == "" {
		i.Minibar = DefaultMinibar
	}
	a.tx.Put(ItemKey(i.Minibar, i.Code), i)
	return nil
}
