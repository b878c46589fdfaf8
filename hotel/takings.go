package hotel

// PrefixTakings begins the keys of the [Takings] records.
const PrefixTakings = "takings/"

// TakingsKey is the key of what was charged on one of the hotel's days,
// "2006-01-02".
func TakingsKey(date string) string { return PrefixTakings + date }

// Takings is what was charged on one day, by kind of posting. The report of the
// morning needs it without reading all postings.
type Takings map[string]Taking

// Taking is what the postings of one kind come to.
type Taking struct {
	Count  int   `json:"count"` // postings, corrections among them
	Amount int64 `json:"amount"`
	Tax    int64 `json:"tax,omitempty"`
}

// maxTakings is how many days are kept in memory, as the whole state is.
const maxTakings = 62

// take adds a posting, or what one counts for otherwise now, to its day.
func (a *applier) take(p Posting, postings int) {
	key := TakingsKey(p.Day(a.setup.zone()))
	day := Takings{}
	if !a.tx.Get(key, &day) {
		a.forgetTakings()
	}
	was := day[p.Kind]
	day[p.Kind] = Taking{was.Count + postings, was.Amount + p.Amount, was.Tax + p.Tax}
	a.tx.Put(key, day)
}

// forgetTakings makes room for another day: the oldest go.
func (a *applier) forgetTakings() {
	var days []string
	a.tx.List(PrefixTakings, func(key string, _ func(any) bool) bool {
		days = append(days, key)
		return true
	})
	for len(days) >= maxTakings {
		a.tx.Delete(days[0])
		days = days[1:]
	}
}
