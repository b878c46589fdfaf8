package agent

import (
	"slices"

	"bellhop/hotel"
)

// Reports are what hooks have written, the newest first.
func (a *Agent) Reports() []hotel.Report {
	all := list[hotel.Report](a.store.Snapshot(), hotel.PrefixReport)
	slices.SortStableFunc(all, func(x, y hotel.Report) int { return y.At.Compare(x.At) })
	return all
}

// Report finds the report of a name and a date; without one the newest.
func (a *Agent) Report(name, date string) (found hotel.Report, ok bool) {
	if !hotel.IsReportName(name) {
		return found, false
	}
	view := a.store.Snapshot()
	if date != "" {
		ok = view.Get(hotel.ReportKey(name, date), &found)
		return found, ok
	}
	view.List(hotel.ReportKey(name, ""), func(_ string, decode func(any) bool) bool {
		ok = decode(&found) || ok // the last date is the newest
		return true
	})
	return found, ok
}
