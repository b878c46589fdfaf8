package main

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"bellhop/hotel"
)

// Cells that a spreadsheet would run, or make something else of.
var nasty = []string{
	"=1+1", "+86", "+39", "-2+3", "@SUM(A1)", "\t=1", "＝1+1", "＠x", "#31#", "'=1", "''", "'", "'t Huis", "", "12.00", "北京", "a,b", `"q"`, "a\nb", " x",
}

func TestExportComesBackAsItWas(t *testing.T) {
	rows := [][]string{{"first", "second"}}
	for _, cell := range nasty {
		rows = append(rows, []string{cell, cell})
	}
	var out bytes.Buffer
	if err := spreadsheet(&out, rows, quoted); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(out.String(), byteOrderMark+"first,") {
		t.Errorf("a spreadsheet does not know that it is UTF-8: %q", out.String())
	}
	var back []string
	err := parseCSV(out.Bytes(), []string{"first"}, []string{"second"}, func(_ int, row map[string]string) error {
		if row["first"] != row["second"] {
			t.Errorf("%q and %q were one", row["first"], row["second"])
		}
		back = append(back, row["first"])
		return nil
	})
	want := slices.DeleteFunc(slices.Clone(nasty), func(cell string) bool { return cell == "" }) // a blank row
	for i := range want {
		want[i] = strings.TrimSpace(want[i])
	}
	want[slices.Index(nasty, "\t=1")] = "\t=1" // the apostrophe keeps it whole
	if err != nil || !slices.Equal(back, want) {
		t.Errorf("%q, %v\nwant %q", back, err, want)
	}
}

func TestNoCellIsAFormula(t *testing.T) {
	var out bytes.Buffer
	if err := spreadsheet(&out, [][]string{append(slices.Clone(nasty), "-12.50", "+1")}, noFormula); err != nil {
		t.Fatal(err)
	}
	cells, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(out.String(), byteOrderMark))).Read()
	if err != nil {
		t.Fatal(err)
	}
	if number := cells[len(cells)-2:]; !slices.Equal(number, []string{"-12.50", "+1"}) {
		t.Errorf("numbers became %q", number)
	}
	for _, cell := range cells {
		if _, err := strconv.ParseFloat(cell, 64); err != nil && begins(cell, "=+-@\t＝＠") {
			t.Errorf("%q would be run", cell)
		}
	}
}

// TestReconciliationForASpreadsheet: an accountant adds up the amounts, and reads
// the PMS's whole words.
func TestReconciliationForASpreadsheet(t *testing.T) {
	words := strings.Repeat("no such folio, ", 20) + "ask the desk"
	c := &call{zone: time.UTC}
	rows := c.reconciled(hotel.Reconciliation{
		Currency: "CNY", States: []hotel.StateSum{{State: hotel.PostingRefused, Kind: hotel.PostingPayment, Count: 1, Amount: -1000}},
		Open: []hotel.Posting{{
			ID: "P81", Room: "101", Stay: "A1", Kind: hotel.PostingPayment, Quantity: 1, Amount: -1000, Currency: "CNY",
			Time: time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC), Event: 137, State: hotel.PostingRefused, Refusal: words, Reason: "=why",
		}},
	})
	var out bytes.Buffer
	if err := spreadsheet(&out, rows, noFormula); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"\nrefused,payment,1,-10.00,CNY\n\nposting,time,",
		"\nP81,2026-11-22 14:00:00,101,A1,payment,,1,-10.00,CNY,137,,,refused,\"" + words + "\",'=why\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s\nlacks %s", out.String(), want)
		}
	}
}

func TestItemsThatAreWrongAreNamedByTheirLines(t *testing.T) {
	config := runningAgent(t, "")
	for text, want := range map[string]string{
		"code,name,price\n1,Water,12,00\n":                "line 2: wrong number of fields: 4, but line 1 names 3 columns; amounts have a point",
		"code,name,price\n1,Water,12\nA1,Beer,12\n":       `line 3: items.code: must be 1 to 9 digits, but it is "A1"`,
		"code,name,price\n1,Water,12\n2,,12\n":            "line 3: items.name: is missing or too long",
		"code,name,price\n1,Water,12\n2,X,1\n1,Tea,3\n":   "line 4: item 1 is in line 2, too",
		"minibar,code,name,price\n,1,W,12\nminibar,1,T,3": "line 3: item 1 is in line 2, too",
		"code,name,price,max\n1,Water,12,100\n":           `line 2: items.max: must be 0 to 99, but it is "100"`,
	} {
		code, out, errOut := bellhop(t, "minibar", "items", "import", written(t, "i.csv", text), "-c", config)
		if code != 1 || !strings.Contains(errOut, want) {
			t.Errorf("%q: %d, %s%s, want %s", text, code, out, errOut, want)
		}
	}
	tryLines(t, config, []minibarLine{
		{"minibar items list", "", "nothing to list", 0}, // nothing was taken of any of them
		{"postings reconcile --json --csv", "", "not both", 2},
		{"report sums --json --csv", "", "not both", 2},
	})
}
