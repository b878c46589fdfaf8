package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bellhop/api"
)

// slipHotel is a running agent with rooms 1203, whose guest is G1, 1204, which G2
// and G3 share, 1205, which G4 has left, and 1206, in which nobody has stayed.
func slipHotel(t *testing.T) (file string) {
	t.Helper()
	file = runningAgentWith(t, `local bellhop = require "bellhop"
bellhop.cron("0 3 * * *", "enter", function()
  bellhop.minibar.unclear { room = "1203", item = "4", count = 9 }
end)
`, "")
	tryLines(t, file, []minibarLine{
		{"rooms import " + slipFile(t, "rooms.csv", "number\n1203\n1204\n1205\n1206\n"), "rooms imported: 4", "", 0},
		{"minibar items import " + slipFile(t, "items.csv", "code,name,price,max\n4,Cola,15.5,3\n"), "items imported: 1", "", 0},
		{"checkin 1203 --stay G1", "checked in", "", 0},
		{"checkin 1204 --stay G2", "checked in", "", 0},
		{"checkin 1204 --stay G3 --share", "checked in", "", 0},
		{"checkin 1205 --stay G4", "checked in", "", 0},
		{"checkout 1205 --now", "checked out", "", 0},
	})
	return file
}

func slipFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestOrdersSayOnWhomTheyFell: who enters a charge at night sees at once whose it
// became, what it came to, and the id by which it can be taken back.
func TestOrdersSayOnWhomTheyFell(t *testing.T) {
	file := slipHotel(t)
	tryLines(t, file, []minibarLine{
		{"minibar post 1203 4 2", "\n  P1: 2 × Cola, 31.00 CNY, on stay G1, room 1203\n", "", 0},
		{"minibar post 1205 4 1", "\n  P2: Cola, 15.50 CNY, on stay G4, room 1205, late\n", "", 0},
		{"minibar post 1206 4 1", "\n  P3: Cola, 15.50 CNY, on nobody: no stay is known of room 1206\n", "", 0},
		{"folio pay 20 --room 1204 --how cash", "\n  P4: payment: cash, -20.00 CNY, on stay G2, room 1204\n", "", 0},
		{"minibar correct p1 --quantity 1", "posting P1 is taken back", "", 0},
		{"minibar correct 1", "", "must be a posting that is kept", 1},
		{"postings move P3 --stay G1", "\n  P6: -1 × Cola, -15.50 CNY, on nobody: no stay is known of room 1206, corrects P3\n  P7: Cola, 15.50 CNY, on stay G1, room 1203\n", "", 0},
		{"postings list --nobody", "", "nothing to list", 0}, // of one that was moved, there is nothing left
		{"minibar post 1203 4 1 --json", `"postings":[{"id":"P8","room":"1203","stay":"G1",`, "", 0},
		{"folio pay 5 --stay G4", "\n  P9: payment, -5.00 CNY, on stay G4, room 1205, late\n", "", 0},
		{"minibar correct P9", "\n  P10: payment, 5.00 CNY, on stay G4, room 1205, late, corrects P9\n", "", 0},
	})
}

// TestImpossibleCountMustBeSaid: an alert that asks how many it was is not
// answered by charging what cannot be.
func TestImpossibleCountMustBeSaid(t *testing.T) {
	file := slipHotel(t)
	tryLines(t, file, []minibarLine{{"cron run enter", "ran", "", 0}})
	id := waitingCount(t, file)
	tryLines(t, file, []minibarLine{
		{"minibar resolve " + id, "", `must say how many it was, as the count that was entered cannot be, but it is "9"`, 1},
		{"minibar resolve " + id + " --stay G1", "", "must say how many it was", 1},
		{"minibar resolve " + id + " --count -1", "", "must be 1 to 9999", 1},
		{"folio 1203", "charges 0.00", "", 0},
		{"minibar resolve " + id + " --count 2", "\n  P1: 2 × Cola, 31.00 CNY, on stay G1, room 1203\n", "", 0},
		{"cron run enter", "ran", "", 0},
	})
	tryLines(t, file, []minibarLine{
		{"minibar resolve " + waitingCount(t, file) + " --drop", "is dropped", "", 0},
		{"folio 1203", "charges 31.00", "", 0},
	})
}

// waitingCount is the alert of a count that cannot be.
func waitingCount(t *testing.T, file string) string {
	t.Helper()
	_, out, _ := bellhop(t, "alerts", "list", "--json", "-c", file)
	for line := range strings.Lines(out) {
		var al api.AlertAnswer
		if err := json.Unmarshal([]byte(line), &al); err != nil {
			t.Fatal(err)
		}
		if al.Code == "minibar-count" {
			return al.ID
		}
	}
	t.Fatalf("no count waits: %s", out)
	return ""
}

// TestSlipsOfTheDeskAreNamed: what cannot be meant is not answered by "nothing".
func TestSlipsOfTheDeskAreNamed(t *testing.T) {
	file := slipHotel(t)
	tryLines(t, file, []minibarLine{
		{"postings list --from 2026-11-31", "", `must be dates such as 2026-11-24, but one is "2026-11-31"`, 1},
		{"postings reconcile --from 2026-13-01", "", "must be dates", 1},
		{"report sums --from 2026-11-23 --to 2026-11-21", "", "from must not be after to, but 2026-11-23 is after 2026-11-21", 1},
		{"report sums --from 2026-11-21 --to 2026-11-21", "", "nothing to list", 0},
		{"report show morning --date 22.11.2026", "", `--date must be a date such as 2026-11-22, but it is "22.11.2026"`, 2},
		{"folio limit 1203 0", "", `AMOUNT must be above zero; "none" lets a guest owe any amount`, 2},
		{"checkin 1206 --stay G6 --limit 0", "", "--limit must be above zero", 2},
		{"minibar post 1203 4 1", "P1", "", 0},
		{"minibar post 1203 4 1", "P2", "", 0},
		{"postings list --limit 1", "P2  ", "these are the newest 1; --limit shows more, if there are any\n", 0},
		{"tariff test abc 60 now", "", `NUMBER must be what a telephone dials, but it is "abc"`, 2},
		{"tariff import " + slipFile(t, "t.csv", "prefix,destination,price,surcharge\n0,National,,\n00,Abroad,0,\n0039,Italy,1,10%\n") + " --yes",
			"rows whose calls cost nothing: 2 (National, Abroad)\n", "", 0},
		{"tariff list", "Italy", "", 0},
		{"tariff test 0039061 60 now", "1.1", "", 0},
	})
	if _, _, errOut := bellhop(t, "postings", "list", "-c", file); errOut != "" {
		t.Errorf("a whole list: %s", errOut)
	}
}

// TestConfigCheckFindsAmountsOfNoCurrency: what an agent does not start with is
// found by the check.
func TestConfigCheckFindsAmountsOfNoCurrency(t *testing.T) {
	head := "[hotel]\ntimezone=\"Asia/Tokyo\"\ncountry=\"JP\"\ncurrency=\"JPY\"\n[pbx]\ndriver=\"none\"\n"
	for text, want := range map[string]string{
		"[tariff]\nround=\"0.5\"\n": "tariff.round: must be a whole number",
		"[credit]\nlimit=\"5.5\"\n": "credit.limit: must be a whole number",
	} {
		code, out, errOut := bellhop(t, "config", "check", "-c", written(t, "b.toml", head+text))
		if code != 1 || !strings.Contains(errOut, want) {
			t.Errorf("%s: %d, %s%s", text, code, out, errOut)
		}
	}
	code, out, errOut := bellhop(t, "config", "check", "-c", written(t, "b.toml", head+"[tariff]\nround=\"10\"\n"))
	if code != 0 || !strings.Contains(out, "good (") || !strings.Contains(out, ", no PBX)") {
		t.Errorf("a good one: %d, %s%s", code, out, errOut)
	}
}

// TestLimitsAreShownWithWhoseTheyAre: of two who share a room one has the limit, and
// whoever sets it sees which.
func TestLimitsAreShownWithWhoseTheyAre(t *testing.T) {
	file := slipHotel(t)
	tryLines(t, file, []minibarLine{
		{"folio limit 1204", "STAY  ROOM  STATE     OWES  LIMIT\nG2    1204  in-house  0.00  -\nG3    1204  in-house  0.00  -\n", "", 0},
		{"folio limit 1204 20", "G2    1204  in-house  0.00  20.00 CNY, its own limit\nG3    1204  in-house  0.00  -\n", "", 0},
		{"folio limit 1204 none --stay G3", "G3    1204  in-house  0.00  any amount, its own limit\n", "", 0},
		{"minibar post 1204 4 2", "P", "", 0},
		{"folio limit 1204", "G2    1204  in-house  31.00  20.00 CNY, its own limit, reached\n", "", 0},
		{"folio limit 1204 --json", `{"stay":"G2","room":"1204","state":"in-house","owed":3100,"limit":2000,"own":true,"reached":true}`, "", 0},
		{"folio 1204", "; may owe 20.00 CNY, its own limit, reached\n", "", 0},
		{"folio limit 1205", "G4    1205  departed  0.00  -\n", "", 0},
		{"folio limit 1299", "", `"1299" is no room of the hotel`, 1},
		{"folio limit", "", "folio limit needs ROOM", 2},
	})
}

// TestATariffIsNotEmptiedBySlip: a file of which the heading alone was saved.
func TestATariffIsNotEmptiedBySlip(t *testing.T) {
	file := slipHotel(t)
	header := slipFile(t, "t.csv", "prefix,price\n")
	tryLines(t, file, []minibarLine{
		{"tariff import " + slipFile(t, "rows.csv", "prefix,price\n0,1\n") + " --yes", "tariff imported, rows: 1", "", 0},
		{"tariff import " + header + " --yes", "", "holds no row: no call would have a price, and none is charged; --empty if that is meant", 1},
		{"tariff list --json", `{"prefix":"0","price":"1"}`, "", 0},
		{"tariff import " + header + " --yes --empty", "tariff imported, rows: 0", "", 0},
	})
}

// TestSumsNameWhatTheirCodesStandFor: a manager knows no codes, and a code that
// was another's is not given away unnoticed.
func TestSumsNameWhatTheirCodesStandFor(t *testing.T) {
	file := slipHotel(t)
	tryLines(t, file, []minibarLine{
		{"minibar items import " + slipFile(t, "suite.csv", "minibar,code,name,price\nsuite,4,=Champagne,300\n"), "items imported: 1", "", 0},
		{"staff add 12 Wang Li", "staff 12 is Wang Li (event ", "", 0},
		{"staff add 12 Wang Wu", "staff 12 is Wang Wu, and no longer Wang Li (event ", "", 0},
		{"staff add 12 Wang Wu", "staff 12 is Wang Wu (event ", "", 0},
		{"minibar post 1203 4 2 --staff 12", "P1", "", 0},
		{"minibar post 1203 4 1 --minibar suite", "P2", "", 0},
		{"report sums --by item", "NAME\n4        minibar  1         2         31.00   0.00  Cola\nsuite/4  minibar  1         1         300.00  0.00  =Champagne\n", "", 0},
		{"report sums --by item --csv", "suite/4,minibar,1,1,300.00,0.00,CNY,'=Champagne\n", "", 0},
		{"report sums --by staff --csv", "\n12,minibar,1,2,31.00,0.00,CNY,Wang Wu\n", "", 0},
		{"report sums", "AMOUNT  TAX\n", "", 0},
	})
}

// TestChargesOnNobodyAreListed: an alert tells of the newest alone, and each is to
// be put on a stay.
func TestChargesOnNobodyAreListed(t *testing.T) {
	file := slipHotel(t)
	tryLines(t, file, []minibarLine{
		{"postings list --nobody", "", "nothing to list", 0},
		{"minibar post 1206 4 1", "P1", "", 0},
		{"minibar post 1206 4 2", "P2", "", 0},
		{"minibar post 1203 4 1", "P3", "", 0},
		{"minibar correct P2 --quantity 1", "P4", "", 0},
		{"postings list --nobody", "\nP2  ", "", 0}, // what is left of it
		{"postings list --nobody", "\nP1  ", "", 0},
	})
	if _, out, _ := bellhop(t, "postings", "list", "--nobody", "-c", file); strings.Count(out, "\n") != 3 {
		t.Errorf("others are listed, too:\n%s", out)
	}
	tryLines(t, file, []minibarLine{
		{"postings move P1 --stay G1", "P6", "", 0},
		{"minibar correct P2", "P7", "", 0},
		{"postings list --nobody", "", "nothing to list", 0},
	})
}
