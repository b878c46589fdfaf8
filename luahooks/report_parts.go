package luahooks

import (
	"fmt"

	lua "github.com/yuin/gopher-lua"

	"bellhop/hotel"
)

const (
	// usualPart is how many rows of a part are shown.
	usualPart = 50
	// maxPartCell is how long a cell of a part may be, in bytes: an alert's text
	// would fill a page otherwise.
	maxPartCell = 200
)

// moreRows says how many rows of a part are not shown.
func moreRows(language string) string {
	if language == "zh" {
		return "……另有 %d 项"
	}
	return "… and %d more"
}

// reportParts writes the parts of a report's table, and below its text the line for
// a report of which no part has anything to tell.
func (o options) reportParts(k *hotel.KeepReport, language string) {
	most := o.whole("most", "a whole number", false)
	if o.table.RawGetString("most") == lua.LNil {
		most = usualPart
	}
	if most < 1 || most > maxReportRows {
		o.fail("most", fmt.Sprintf("1 to %d", maxReportRows), lua.LNumber(most))
	}
	none := o.longText("none")
	parts := o.tableOf("parts", maxReportRows)
	for i := 1; parts != nil && i <= parts.Len(); i++ {
		part, ok := parts.RawGetInt(i).(*lua.LTable)
		if !ok {
			o.fail("parts", "a list of lists", parts.RawGetInt(i))
		}
		k.Rows = append(k.Rows, o.part(part, int(most), language)...)
	}
	if none == "" || len(k.Rows) > 0 {
		return
	}
	if k.Text != "" {
		k.Text += "\n"
	}
	k.Text += none
}

// part is a heading and the rows below it; nothing when there are none.
func (o options) part(t *lua.LTable, most int, language string) [][]string {
	heading, ok := textOf(t.RawGetInt(1))
	if !ok {
		o.fail("parts", "lists that begin with a heading", t.RawGetInt(1))
	}
	count := t.Len() - 1
	if count < 1 {
		return nil
	}
	rows := [][]string{{heading}}
	for i := range min(count, most) {
		row, ok := t.RawGetInt(i + 2).(*lua.LTable)
		if !ok {
			o.fail("parts", "a heading and lists of texts below it", t.RawGetInt(i+2))
		}
		cells := o.row("parts", row)
		for n, cell := range cells {
			cells[n] = clip(cell, maxPartCell)
		}
		rows = append(rows, cells)
	}
	if count > most {
		rows = append(rows, []string{"", fmt.Sprintf(moreRows(language), count-most)})
	}
	return rows
}
