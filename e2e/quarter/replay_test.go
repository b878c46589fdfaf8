package quarter

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"

	"bellhop/agent"
	"bellhop/config"
	"bellhop/luahooks"
	"bellhop/site"
)

// withPrice is the shipped minibar hook with one item at another price.
func withPrice(t *testing.T, code string, by int64) fstest.MapFS {
	t.Helper()
	return fstest.MapFS{"minibar.lua": {Data: []byte(`local bellhop = require "bellhop"
bellhop.on("minibar", function(event)
  if not event.room or event.nothing then
    return
  end
  local item = bellhop.minibar.item(event.item)
  local count = event.count
  if not item or count < 1 or count > item.max then
    return bellhop.minibar.unclear {
      room = event.room, item = event.item, count = count, minibar = event.minibar,
      removal = event.removal, staff = event.staff,
    }
  end
  local price = item.price
  if item.code == "` + code + `" then
    price = price + ` + fmt.Sprint(by) + `
  end
  if event.removal then
    count = -count
  end
  bellhop.post {
    room = event.room, kind = "minibar", item = item, quantity = count,
    amount = price * count, staff = event.staff,
  }
end)`)}}
}

// TestReplay lets some days pass, or as many as it is told, and runs the hotel's
// hooks over them again: they want what they wanted, to the last effect; with one
// price changed exactly the charges of that item are others.
func TestReplay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := runs()[0]
		r.name = "replay"
		if *days == 0 {
			r.days, r.seed = 3, 5
		}
		r.tamper = &tamper{config: func(_ *house, c *config.Config) {
			c.Store.Keep = fmt.Sprintf("%dd", r.days+1)
			c.Store.KeepNames = c.Store.Keep
		}}
		h := newHouse(t, r)
		var all []luahooks.Replayed
		var sum, changed luahooks.ReplaySum
		var posts map[string]int64
		h.at(h.now().AddDate(0, 0, r.days-1), func() {
			h.insist(func() bool {
				if h.box == nil {
					return false // the power is away
				}
				all, sum = h.replay(nil)
				var code string
				code, posts = h.mostDrunk()
				_, changed = h.replay(withPrice(t, code, 50))
				return true
			})
		})
		h.pass()
		h.tell()
		if sum.Same < 100 || sum.Same != sum.Runs {
			for _, one := range all {
				if one.State != luahooks.ReplaySame {
					t.Logf("%+v", one)
				}
			}
			t.Errorf("of unchanged hooks: %+v", sum)
		}
		var count int
		var total int64
		for _, quantity := range posts {
			count++
			total += 50 * quantity
		}
		if n := changed.Effects["post"]; n.Changed != count || n.New+n.Gone > 0 || len(changed.Effects) != 1 || changed.Total() != total || changed.Approximate > 0 || count == 0 {
			t.Errorf("with a changed price: %+v, want %d postings, %d more", changed, count, total)
		}
		t.Logf("%+v; with a changed price %+v", sum, changed)
	})
}

// replay runs hooks over all that the agent has kept.
func (h *house) replay(hooks fstest.MapFS) (all []luahooks.Replayed, sum luahooks.ReplaySum) {
	h.t.Helper()
	c := h.configOf(h.box.folder)
	dir := h.hooks()
	if hooks != nil {
		dir = hooks
	}
	set, err := luahooks.Load(dir, luahooks.Options{Language: c.Hotel.Language, Currency: c.Hotel.Currency, Minibars: site.Codes(c.Services).Minibars})
	h.must(err)
	defer set.Close()
	p := luahooks.Replay{Set: set, Zone: h.zone, Present: h.box.agent, Seed: agent.Seed}
	if hooks != nil {
		p.Wanted = func(file string) bool { return file == "minibar.lua" }
	}
	for after, more := uint64(0), true; more; {
		page, err := h.box.agent.Past(after, 200)
		h.must(err)
		list, err := p.Page(h.t.Context(), &page, nil)
		h.must(err)
		for i := range list {
			sum.Add(&list[i])
		}
		all = append(all, list...)
		after, more = page.UpTo, page.More
	}
	return all, sum
}

// mostDrunk is the item that was charged most often, and the quantities that hooks
// wanted of it, by unit.
func (h *house) mostDrunk() (code string, posts map[string]int64) {
	h.t.Helper()
	byCode := map[string]map[string]int64{}
	for id := uint64(1); id <= h.box.agent.LastID(); id++ {
		_, units, err := h.box.agent.Event(id)
		if err != nil {
			continue
		}
		for name, d := range units {
			for i, e := range d.Effects {
				if e.Post == nil || !strings.HasPrefix(name, "minibar.lua") || d.Error != "" {
					continue
				}
				if byCode[e.Post.Item] == nil {
					byCode[e.Post.Item] = map[string]int64{}
				}
				byCode[e.Post.Item][fmt.Sprint(id, name, i)] = int64(e.Post.Quantity)
			}
		}
	}
	for c, all := range byCode {
		if len(all) > len(byCode[code]) || len(all) == len(byCode[code]) && c < code {
			code = c
		}
	}
	return code, byCode[code]
}
