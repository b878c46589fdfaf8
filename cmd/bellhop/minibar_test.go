package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bellhop/api"
)

type minibarLine struct {
	args, out, err string
	code           int
}

func tryLines(t *testing.T, file string, lines []minibarLine) {
	t.Helper()
	for _, c := range lines {
		var out, errOut strings.Builder
		code := run(t.Context(), append(strings.Fields(c.args), "-c", file), &out, &errOut)
		if code != c.code || !strings.Contains(out.String(), c.out) || !strings.Contains(errOut.String(), c.err) {
			t.Errorf("bellhop %s: %d, out %q, err %q", c.args, code, out.String(), errOut.String())
		}
	}
}

// TestMinibarOnTheCommandLine imports items, charges, corrects and resolves.
func TestMinibarOnTheCommandLine(t *testing.T) {
	file := runningAgentWith(t, `local bellhop = require "bellhop"
bellhop.cron("0 3 * * *", "enter", function()
  bellhop.minibar.unclear { room = "1203", item = "77", count = 2, staff = "12" }
end)
`, "[tax]\nminibar=\"6%\"\n")
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	items := write("items.csv", "code,name,price,name_zh,tax,max\n4,Cola,15.5,可乐,8.25%,3\n5,Beer,20,,,\n")
	tryLines(t, file, []minibarLine{
		{"rooms import " + write("rooms.csv", "number\n1203\n"), "rooms imported: 1", "", 0},
		{"minibar items import " + items, "new      minibar 4: Cola, 可乐, , 15.50, 8.25%, 3\n", "", 0},
		{"minibar items import " + items, "as before: 2\n", "", 0},
		{"minibar items import " + write("dearer.csv", "code,name,price\n5,Beer,22.50\n"), "changed  minibar 5: Beer, , , 22.50, ,  (it was: Beer, , , 20.00, , )\n", "", 0},
		{"minibar items import " + write("fen.csv", "code,name,price\n5,Beer,22.505\n"), "", "line 2: price: must be such as 12 or 12.50, with at most 2 digits", 1},
		{"minibar items import " + write("tax.csv", "code,name,price,tax\n5,Beer,22,many\n"), "", "line 2: tax: must be a percentage", 1},
		{"minibar items import " + write("max.csv", "code,name,price,max\n5,Beer,22,many\n"), "", "line 2: max must be a whole number", 1},
		{"minibar items list", "minibar  4     Cola  可乐  -   15.50  8.25%  3\n", "", 0},
		{"minibar items export", "minibar,code,name,name_zh,name_en,price,tax,max\nminibar,4,Cola,可乐,,15.50,8.25%,3\nminibar,5,Beer,,,22.50,,\n", "", 0},
		{"staff list", "", "nothing to list", 0},
		{"staff add 12 Wang Li", "staff 12 is Wang Li", "", 0},
		{"staff add x Li", "", "must be 1 to 8 digits", 1},
		{"staff list", "12    Wang Li\n", "", 0},
		{"staff list --json", `{"code":"12","name":"Wang Li"}`, "", 0},
		{"staff remove 13", "", "is not on the list", 1},
		{"checkin 1203 --stay G1", "checked in", "", 0},
		{"minibar post 1203 4", "", "needs ROOM ITEM COUNT", 2},
		{"minibar post 1203 4 two", "", "COUNT must be a whole number", 2},
		{"minibar post 1203 4 4", "", "must be 1 to 3 of 可乐", 1},
		{"minibar post 1203 78 1", "", "must be on the price list minibar", 1},
		{"minibar post 1203 4 2 --staff 99", "room 1203: 2 of item 4 charged", "", 0},
		{"alerts list", "99", "", 0},
		{"folio 1203", "charges 31.00 (tax 2.36)", "", 0},
		{"minibar correct P1 --quantity 3", "", "must be 1 to 2", 1},
		{"minibar correct P1 --quantity -1", "", "must be above zero", 2},
		{"minibar correct P1 --quantity 1 --reason broken --staff 12", "posting P1 is taken back", "", 0},
		{"folio 1203", "charges 15.50 (tax 1.18)", "", 0},
		{"minibar post 1203 5 1 --stay G9", "", "must be a stay that is kept", 1},
		{"checkout 1203 --now", "checked out", "", 0},
		{"minibar post 1203 5 1 --stay G1", "charged", "", 0},
		{"folio --stay G1", "charges 38.00", "", 0},
		{"cron run enter", "ran", "", 0},
	})
	id := entryID(t, file)
	tryLines(t, file, []minibarLine{
		{"alerts resolve " + id, "", "minibar resolve", 1},
		{"minibar resolve", "", "needs ALERT", 2},
		{"minibar resolve " + id, "", "must be on the price list minibar", 1},
		{"minibar resolve " + id + " --drop --count 1", "", "goes with nothing else", 1},
		{"minibar resolve " + id + " --item 5 --count 1", "entry " + id + " is charged", "", 0},
		{"minibar resolve " + id + " --item 5", "", "must be an open alert", 1},
		{"folio --stay G1", "charges 60.50", "", 0},
		{"cron run enter", "ran", "", 0},
	})
	tryLines(t, file, []minibarLine{{"minibar resolve " + entryID(t, file) + " --drop", "is dropped", "", 0}, {"staff remove 12", "staff 12 removed", "", 0}})
}

// entryID is the alert of an entry that waits.
func entryID(t *testing.T, file string) string {
	t.Helper()
	var out, errOut strings.Builder
	if code := run(t.Context(), []string{"alerts", "list", "--json", "-c", file}, &out, &errOut); code != 0 {
		t.Fatal(errOut.String())
	}
	for line := range strings.Lines(out.String()) {
		var al api.AlertAnswer
		if err := json.Unmarshal([]byte(line), &al); err != nil {
			t.Fatal(err)
		}
		if al.Code == "minibar-item" {
			return al.ID
		}
	}
	t.Fatalf("no entry waits: %s", out.String())
	return ""
}

// A yen has no parts, a dinar has thousandths.
func TestPricesByCurrency(t *testing.T) {
	for _, c := range []struct{ currency, price, want string }{{"JPY", "300", "300"}, {"KWD", "1.25", "1.250"}, {"CNY", "12", "12.00"}} {
		i, err := readItem(map[string]string{"code": "1", "name": "Water", "price": c.price}, c.currency)
		if err != nil || itemRow(i, c.currency)[4] != c.want {
			t.Errorf("%s %s: %+v, %v", c.currency, c.price, i, err)
		}
	}
	if _, err := readItem(map[string]string{"price": "300.5"}, "JPY"); err == nil {
		t.Error("half a yen was taken")
	}
}
