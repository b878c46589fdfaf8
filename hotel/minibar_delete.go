package hotel

import "cmp"

// DeleteItem takes an item off a price list. What was charged stays, and can be
// taken back.
type DeleteItem struct {
	Minibar string `json:"minibar,omitempty"` // the price list; empty: [DefaultMinibar]
	Code    string `json:"code"`
}

func (a *applier) deleteItem(d *DeleteItem) error {
	key := ItemKey(cmp.Or(d.Minibar, DefaultMinibar), d.Code)
	var old Item
	if !a.tx.Get(key, &old) {
		return &Invalid{"items", "code", "is not on the price list " + clip(cmp.Or(d.Minibar, DefaultMinibar)), clip(d.Code)}
	}
	a.tx.Delete(key)
	return nil
}

// chargedItem is an item that is on the list no more, of which the one whom a
// removal falls on has some on the folio: what they cost is known from there.
func (a *applier) chargedItem(e *MinibarEntry) (item Item, charged bool) {
	stay := e.Stay
	if stay == "" {
		r, err := a.room("minibar", e.Room)
		var doubt []string
		if stay, doubt = a.whose(r); err != nil || len(doubt) > 0 {
			return item, false
		}
	}
	var f Folio
	if stay == "" || !a.tx.Get(FolioKey(stay), &f) || f.Items[ItemKey(e.Minibar, e.Item)] <= 0 {
		return item, false
	}
	item = Item{Minibar: e.Minibar, Code: e.Item, Name: e.Item}
	a.tx.PostingsOf(stay, func(p Posting) bool {
		same := p.Kind == PostingMinibar && p.Minibar == e.Minibar && p.Item == e.Item
		if same {
			item.Name = cmp.Or(p.Description, e.Item)
		}
		return !same
	})
	return item, true
}

// takeOffDeleted takes an item back by telephone that is on the list no more;
// false: it cannot be done so.
func (a *applier) takeOffDeleted(e *MinibarEntry, r Room) (done bool, err error) {
	var listed Item
	if !e.Removal || e.Count < 1 || e.Count > maxPerEntry || a.tx.Get(ItemKey(e.Minibar, e.Item), &listed) {
		return false, nil
	}
	item, charged := a.chargedItem(e)
	if !charged {
		return false, nil
	}
	c := a.minibarCharge(e.priced(item, a.setup.Language), r, nil)
	if c.refusal() != nil {
		return true, a.holdBack(c)
	}
	return true, a.enterMinibar(c)
}
