package luahooks

import (
	"fmt"

	lua "github.com/yuin/gopher-lua"

	"bellhop/hotel"
)

// maxReportRows is how many rows the store takes.
const maxReportRows = 1000

// report keeps a text, a table or both for people to read.
func (v *vm) report(L *lua.LState) int {
	const what = "bellhop.report"
	r := v.running(L, what)
	o := newOptions(L, what, L.CheckTable(1))
	k := &hotel.KeepReport{Name: o.text("name", true), Title: o.text("title", true), Text: o.longText("text"), Mail: o.flag("mail")}
	if !hotel.IsReportName(k.Name) {
		o.fail("name", "1 to 32 of a-z, 0-9 and -", lua.LString(k.Name))
	}
	o.reportParts(k, v.set.language)
	if rows := o.tableOf("rows", maxReportRows); rows != nil {
		for i := 1; i <= rows.Len(); i++ {
			row, ok := rows.RawGetInt(i).(*lua.LTable)
			if !ok {
				o.fail("rows", "a list of lists of texts", rows.RawGetInt(i))
			}
			k.Rows = append(k.Rows, o.row("rows", row))
		}
	}
	if head := o.tableOf("head", maxReportRows); head != nil && len(k.Rows) > 0 {
		k.Head = o.row("head", head)
	}
	v.want(r, hotel.Effect{Report: k})
	return 0
}

// maxReportText is what a report's text may have.
const maxReportText = 32 << 10

// longText is a text of several lines; empty when it is absent.
func (o options) longText(name string) string {
	value := o.table.RawGetString(name)
	text, ok := textOf(value)
	switch {
	case value == lua.LNil:
		return ""
	case !ok:
		o.fail(name, "a text", value)
	case len(text) > maxReportText:
		o.fail(name, fmt.Sprintf("at most %d KiB long", maxReportText>>10), value)
	}
	return text
}

// tableOf is a table of so many values at most; nil when it is absent.
func (o options) tableOf(name string, most int) *lua.LTable {
	value := o.table.RawGetString(name)
	t, ok := value.(*lua.LTable)
	switch {
	case value == lua.LNil:
		return nil
	case !ok:
		o.fail(name, "a list", value)
	case t.Len() > most:
		o.fail(name, fmt.Sprintf("a list of at most %d", most), lua.LNumber(t.Len()))
	}
	return t
}

// row reads the texts and numbers of a list.
func (o options) row(name string, t *lua.LTable) []string {
	cells := make([]string, 0, min(t.Len(), maxReportRows))
	for i := 1; i <= t.Len() && i <= maxReportRows; i++ {
		value := t.RawGetInt(i)
		text, ok := textOf(value)
		if number, is := value.(lua.LNumber); is && !ok {
			text, ok = number.String(), true
		}
		if !ok {
			o.fail(name, "lists of texts and numbers without a gap", value)
		}
		cells = append(cells, text)
	}
	return cells
}
