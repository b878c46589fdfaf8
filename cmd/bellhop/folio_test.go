package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestMoneyOnTheCommandLine charges two sharers, corrects, moves and pays.
func TestMoneyOnTheCommandLine(t *testing.T) {
	file := runningAgentWith(t, `local bellhop = require "bellhop"
bellhop.cron("0 3 * * *", "charge", function()
  bellhop.post { room = "1203", kind = "other", description = "=Laundry <b>", quantity = 3, amount = 1000 }
end)
`, "[tax]\nother=\"6%\"\n")
	rooms := filepath.Join(t.TempDir(), "rooms.csv")
	if err := os.WriteFile(rooms, []byte("number\n1203\n1204\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	today := time.Now().In(time.FixedZone("CST", 8*3600)).Format(time.DateOnly)
	for _, c := range []struct {
		args, out, err string
		code           int
	}{
		{"rooms import " + rooms, "rooms imported: 2", "", 0},
		{"folio 1203", "", "nobody has stayed in room 1203", 1},
		{"folio 9", "", `"9" is no room`, 1},
		{"folio --stay G9", "", `no stay "G9" is kept`, 1},
		{"folio", "", "ROOM or --stay", 2},
		{"folio 1203 --stay G1", "", "not both", 2},
		{"folio 1203 --csv --html", "", "one of", 2},
		{"folio 1203 --lang fr", "", "zh or en", 2},
		{"checkin 1203 --stay G1 --name Li", "checked in", "", 0},
		{"checkin 1203 --stay G2 --share", "checked in", "", 0},
		{"folio 1203", "charges 0.00 (tax 0.00), paid 0.00, to pay 0.00 CNY", "", 0},
		{"folio 1203 --html", "没有消费。", "", 0},
		{"cron run charge", "ran", "", 0},
		{"folio --stay G1", "charges 10.00 (tax 0.57), paid 0.00, to pay 10.00 CNY", "", 0},
		{"folio pay 5 --room 1203 --how cash", "paid: 5.00 CNY", "", 0},
		{"folio pay 0 --room 1203", "", "above zero", 1},
		{"folio pay -5 --room 1203", "", "", 2},
		{"folio pay 5.005 --room 1203", "", "at most 2 digits", 2},
		{"folio pay 5", "", "--room or --stay", 2},
		{"folio pay 5 --room 1203 --stay G2", "", "--room or --stay", 2},
		{"folio pay 2 --stay G1 --back --json", `{"event":`, "", 0},
		{"folio pay 2 --room 1204", "", "is vacant", 1},
		{"folio --stay G1", "paid 3.00", "", 0},
		{"folio 1203 --csv", "G1,1203,P1,", "", 0},
		{"folio 1203 --csv", ",'=Laundry <b>,3,10.00,6%,0.57,CNY,,,,posted\n", "", 0},
		{"folio 1203 --html --lang en", "Other: =Laundry &lt;b&gt;", "", 0},
		{"folio 1203 --html --lang en", "<b>Guest</b>Li<br>", "", 0},
		{"folio 1203 --html --lang en", "Nothing was charged.", "", 0}, // to the second guest
		{"folio 1203 --joined --json", `"stays":[{"id":"G1",`, "", 0},
		{"postings list --stay G1", "P1  ", "", 0},
		{"postings list --state refused", "", "nothing to list", 0},
		{"postings list --state lost", "", "state must be one of", 1},
		{"postings list --from 2001-01-01 --to 2001-01-02", "", "nothing to list", 0},
		{"postings list --from soon", "", "must be dates", 1},
		{"postings resend P1", "", "is posted, and not refused", 1},
		{"postings resend", "", "needs ID", 2},
		{"postings writeoff P1", "", "is posted, and not refused", 1},
		{"postings move P1", "", "--room or --stay", 2},
		{"postings move P1 --stay G2 --reason theirs", "posting P1 is moved", "", 0},
		{"postings list --stay G2", "10.00 CNY  ", "", 0},
		{"folio --stay G1", "corrects P1, theirs", "", 0},
		{"folio --stay G1", "charges 0.00 (tax 0.00), paid 3.00, to pay -3.00 CNY", "", 0},
		{"folio --stay G1 --html", "应退", "", 0},
		{"postings move P1 --stay G2", "", "was taken back before", 1},
		{"postings reconcile", "the PMS has all of it", "", 0},
		{"postings reconcile --from 2001-01-01 --to 2001-01-02", "nothing was charged", "", 0},
		{"postings reconcile --json", `"from":"` + today + `"`, "", 0},
		{"postings reconcile --csv", "posted,payment,2,-3.00,CNY\n", "", 0},
		{"report sums", today + "  payment", "", 0},
		{"report sums --by staff --csv", "staff,kind,postings,quantity,amount,tax,currency,name\n", "", 0},
		{"report sums --by moon", "", "by must be", 1},
	} {
		var out, errOut strings.Builder
		code := run(t.Context(), append(strings.Fields(c.args), "-c", file), &out, &errOut)
		if code != c.code || !strings.Contains(out.String(), c.out) || !strings.Contains(errOut.String(), c.err) {
			t.Errorf("bellhop %s: %d, out %q, err %q", c.args, code, out.String(), errOut.String())
		}
	}
}
