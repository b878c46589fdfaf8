package hotel

import (
	"slices"
	"strings"
)

// MayHoldNames tells whether a hook can have written the name of a guest into the
// record of the state at key. Alerts have none: see withoutGuest.
func MayHoldNames(key string) bool {
	return slices.ContainsFunc([]string{PrefixKV, PrefixReport, PrefixParkedUnit}, func(prefix string) bool {
		return strings.HasPrefix(key, prefix)
	})
}

// ForgetNames replaces names in the record at key, which [MayHoldNames].
func ForgetNames(tx Tx, key string, names []string) {
	replace := func(text *string) { *text = ReplaceNames(*text, names) }
	switch {
	case strings.HasPrefix(key, PrefixKV):
		var value string
		if tx.Get(key, &value) {
			tx.Put(key, string(ReplaceNamesInJSON([]byte(value), names)))
		}
	case strings.HasPrefix(key, PrefixReport):
		var r Report
		if tx.Get(key, &r) {
			replace(&r.Title)
			replace(&r.Text)
			for _, row := range append([][]string{r.Head}, r.Rows...) {
				for i := range row {
					replace(&row[i])
				}
			}
			tx.Put(key, r)
		}
	case strings.HasPrefix(key, PrefixParkedUnit):
		var p ParkedUnit
		if tx.Get(key, &p) {
			replace(&p.Error)
			tx.Put(key, p)
		}
	}
}
