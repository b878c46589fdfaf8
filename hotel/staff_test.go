package hotel

import (
	"fmt"
	"testing"
)

func TestStaffList(t *testing.T) {
	tx := smallHotel()
	order := func(name, code, words string) []Effect {
		ev := command(name, map[string]string{"code": code, "name": words})
		return Rules(&ev, false)
	}
	seen := func(digits string) []Effect {
		ev := dialled("101", digits)
		return Rules(&ev, true)
	}
	apply(t, tx, noPMS, seen("778*4*1*2*12")...)
	equal(t, "a hotel without a list", len(openAlerts(tx)), 0)
	apply(t, tx, noPMS, order(CommandStaffAdd, "11", "Wang")...)
	apply(t, tx, noPMS, order(CommandStaffAdd, "11", "Wang Li")...)
	equal(t, "name", record[Staff](tx, StaffKey("11")), Staff{"11", "Wang Li"})
	apply(t, tx, noPMS, seen("778*4*1*2*11")...)
	apply(t, tx, noPMS, seen("778*4*1")...)
	equal(t, "who is known", len(openAlerts(tx)), 0)
	apply(t, tx, noPMS, seen("778*4*1*2*12")...)
	apply(t, tx, noPMS, seen("778*N*3*12")...)
	all := openAlerts(tx)
	equal(t, "alerts", len(all), 1)
	equal(t, "count", all[0].Count, 2)
	equal(t, "text", all[0].Text("zh"), "房间 101 的输入使用了员工号 12，该号不在名单中（bellhop staff list）：已照常处理")

	refused(t, tx, Invalid{"staff", "code", "must be 1 to 8 digits", "a"}, order(CommandStaffAdd, "a", "Wang")...)
	refused(t, tx, Invalid{"staff", "name", "is missing or too long", ""}, order(CommandStaffAdd, "13", "")...)
	refused(t, tx, Invalid{"staff", "code", "is not on the list", "12"}, order(CommandStaffRemove, "12", "")...)
	apply(t, tx, noPMS, order(CommandStaffRemove, "11", "")...)
	equal(t, "the list", countTo(tx, PrefixStaff, 9), 0)
	for n := range maxStaff {
		apply(t, tx, noPMS, order(CommandStaffAdd, fmt.Sprint(n), "x")...)
	}
	apply(t, tx, noPMS, order(CommandStaffAdd, "7", "y")...)
	refused(t, tx, Invalid{"staff", "code", "is one too many: the list has at most 1000", "99999"}, order(CommandStaffAdd, "99999", "x")...)
}

func TestMinibarCommands(t *testing.T) {
	post := command(CommandMinibarPost, map[string]string{"item": "4", "count": "2", "staff": "7", "stay": "G1", "minibar": "suite"})
	post.Room = "101"
	equal(t, "post", Rules(&post, false), []Effect{
		{Minibar: &MinibarEntry{Room: "101", Stay: "G1", Minibar: "suite", Item: "4", Count: 2, Staff: "7"}}, {StaffSeen: &StaffSeen{Room: "101", Code: "7"}},
	})
	odd := command(CommandMinibarPost, map[string]string{"count": "two", "removal": "true"})
	equal(t, "a count that is no number", Rules(&odd, false), []Effect{{Minibar: &MinibarEntry{Count: -1, Removal: true}}})
	resolve := command(CommandMinibarResolve, map[string]string{"alert": "a1", "item": "5", "count": "3", "stay": "G1"})
	equal(t, "resolve", Rules(&resolve, false), []Effect{{ResolveEntry: &ResolveEntry{Alert: "a1", Item: "5", Count: 3, Stay: "G1"}}})
	drop := command(CommandMinibarResolve, map[string]string{"alert": "a1", "drop": "true"})
	equal(t, "drop", Rules(&drop, false), []Effect{{ResolveEntry: &ResolveEntry{Alert: "a1", Drop: true}}})
}

func TestItemsAreChecked(t *testing.T) {
	good := Item{Code: "1", Name: "Water", Names: map[string]string{"zh": "水"}, Price: 1200, Tax: rateOf(600)}
	change := func(f func(*Item)) Effect {
		i := good
		f(&i)
		return Effect{Import: &Import{Items: []Item{i}}}
	}
	tx := smallHotel()
	apply(t, tx, noPMS, change(func(*Item) {}))
	good.Minibar = DefaultMinibar
	equal(t, "kept", record[Item](tx, ItemKey(DefaultMinibar, "1")), good)
	refused(t, tx, Invalid{"items", "tax", "must be 0 to 10000 hundredths of a percent", "10001"}, change(func(i *Item) { i.Tax = rateOf(10001) }))
	refused(t, tx, Invalid{"items", "tax", "must be 0 to 10000 hundredths of a percent", "-1"}, change(func(i *Item) { i.Tax = rateOf(-1) }))
	refused(t, tx, Invalid{"items", "names", "must be by zh or en", "fr"}, change(func(i *Item) { i.Names = map[string]string{"fr": "eau"} }))
	refused(t, tx, Invalid{"items", "names", "must have 1 to 500 bytes each", ""}, change(func(i *Item) { i.Names = map[string]string{"zh": ""} }))
}
