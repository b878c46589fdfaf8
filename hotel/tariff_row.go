package hotel

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// RateColumns are the columns of a tariff's file. Only the prefix must be there.
var RateColumns = []string{
	"prefix", "destination", "days", "from", "to", "trunk", "connect", "included", "first", "tick", "price", "minimum", "surcharge",
}

// RateError says what is wrong with a row, and in which column.
type RateError struct {
	Column string
	Why    string
}

func (e *RateError) Error() string {
	if e.Column == "" {
		return e.Why
	}
	return "column " + e.Column + ": " + e.Why
}

// ReadRate reads a row by the names of its columns. Its error is a [*RateError].
func (d Dialling) ReadRate(row map[string]string) (Rate, error) {
	read := rateReader{row: row}
	r := Rate{
		Prefix: d.readPrefix(&read), Destination: read.text("destination"), Days: read.days(),
		From: read.clock("from"), To: read.clock("to"), Trunk: read.text("trunk"),
		Connect: read.exact("connect"), Included: read.seconds("included", 0), First: read.seconds("first", 1), Tick: read.seconds("tick", 1),
		Price: read.exact("price"), Minimum: read.exact("minimum"), Surcharge: read.exact("surcharge"),
	}
	if read.err != nil {
		return Rate{}, read.err
	}
	if err := r.check(); err != nil {
		return Rate{}, err
	}
	return r, nil
}

// Row writes the rate as [Dialling.ReadRate] reads it, in the order of
// [RateColumns].
func (r Rate) Row() []string {
	number := func(n int) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(n)
	}
	return []string{
		r.PrefixText(), r.Destination, r.Days, r.From, r.To, r.Trunk, string(r.Connect), number(r.Included), number(r.First), number(r.Tick),
		string(r.Price), string(r.Minimum), string(r.Surcharge),
	}
}

// rateReader reads cells and keeps the first error.
type rateReader struct {
	row map[string]string
	err error
}

func (r *rateReader) wrong(column, why string) {
	if r.err == nil {
		r.err = &RateError{column, why}
	}
}

func (d Dialling) readPrefix(r *rateReader) string {
	text := strings.TrimSpace(r.row["prefix"])
	if text == "*" {
		return ""
	}
	prefix := d.prefix(bare(text))
	if prefix == "" || bare(text) != text {
		r.wrong("prefix", fmt.Sprintf("must be the beginning of a number, such as 010 or +39, or * for any number, but it is %q", clip(text)))
	}
	return prefix
}

func (r *rateReader) text(column string) string { return strings.TrimSpace(r.row[column]) }

func (r *rateReader) exact(column string) Exact {
	text := r.row[column]
	if column == "surcharge" { // as a tax is written
		text = strings.TrimSuffix(strings.TrimSpace(text), "%")
	}
	x, err := ParseExact(text)
	if err != nil {
		r.wrong(column, err.Error())
	}
	return x
}

func (r *rateReader) seconds(column string, least int) int {
	text := strings.TrimSpace(r.row[column])
	if text == "" {
		return 0
	}
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil || int(n) < least || n > maxSeconds {
		r.wrong(column, fmt.Sprintf("must be whole seconds, %d to %d, but it is %q", least, maxSeconds, clip(text)))
		return 0
	}
	return int(n)
}

func (r *rateReader) clock(column string) string {
	text := strings.TrimSpace(r.row[column])
	if text == "" {
		return ""
	}
	minutes, ok := clockMinutes(text)
	if !ok || minutes == 24*60 && column == "from" {
		r.wrong(column, fmt.Sprintf("must be a time of day such as 08:00, but it is %q", clip(text)))
		return ""
	}
	return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60)
}

// clockMinutes reads 8:00, 08:00 or 24:00 as minutes of a day.
func clockMinutes(text string) (int, bool) {
	hours, minutes, _ := strings.Cut(text, ":")
	if !isNumber(hours, 2) || !isNumber(minutes, 2) || len(minutes) != 2 {
		return 0, false
	}
	h, _ := strconv.Atoi(hours)
	m, _ := strconv.Atoi(minutes)
	return h*60 + m, m < 60 && h*60+m <= 24*60
}

// days reads names such as "mo-fr, ho" into the order of the week.
func (r *rateReader) days() string {
	var set daySet
	for _, word := range strings.FieldsFunc(strings.ToLower(r.row["days"]), func(c rune) bool { return strings.ContainsRune(" ,;/", c) }) {
		from, to, isRange := strings.Cut(word, "-")
		first, last := slices.Index(dayNames, from), slices.Index(dayNames, to)
		if !isRange {
			last = first
		}
		if first < 0 || last < first || isRange && last == len(dayNames)-1 {
			r.wrong("days", fmt.Sprintf("must be of %s, such as \"mo-fr\" or \"sa su ho\", but it is %q", strings.Join(dayNames, " "), clip(word)))
			return ""
		}
		for n := first; n <= last; n++ {
			set |= 1 << n
		}
	}
	return set.text()
}

func (s daySet) text() string {
	var names []string
	for n, name := range dayNames {
		if s&(1<<n) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, " ")
}

// check says what is wrong with a rate, wherever it comes from.
func (r *Rate) check() error {
	wrong := func(column, format string, args ...any) error {
		return &RateError{column, fmt.Sprintf(format, args...)}
	}
	from, okFrom := clockMinutes(r.From)
	to, okTo := clockMinutes(r.To)
	days := (&rateReader{row: map[string]string{"days": r.Days}}).days()
	switch {
	case len(r.Prefix) > maxPrefix || bare(r.Prefix) != r.Prefix:
		return wrong("prefix", "must be the beginning of a number, of at most %d digits, but it is %q", maxPrefix, clip(r.Prefix))
	case len(r.Destination) > maxPlace || strings.ContainsAny(r.Destination, "\n\r"):
		return wrong("destination", "must have at most %d bytes, in one line, but it is %q", maxPlace, clip(r.Destination))
	case len(r.Trunk) > maxPlace || strings.ContainsAny(r.Trunk, "\n\r"):
		return wrong("trunk", "must have at most %d bytes, in one line, but it is %q", maxPlace, clip(r.Trunk))
	case days != r.Days:
		return wrong("days", "must be of %s, but it is %q", strings.Join(dayNames, " "), clip(r.Days))
	case r.From == "" && r.To != "":
		return wrong("from", "is missing, as there is a to")
	case r.From != "" && r.To == "":
		return wrong("to", "is missing, as there is a from")
	case r.From != "" && (!okFrom || from == 24*60):
		return wrong("from", "must be a time of day such as 08:00, but it is %q", clip(r.From))
	case r.From != "" && !okTo:
		return wrong("to", "must be a time of day such as 20:00, but it is %q", clip(r.To))
	case r.From != "" && from == to:
		return wrong("to", "must not be the same as from: leave both empty for the whole day")
	case r.First < 0 || r.First > maxSeconds:
		return wrong("first", "must be 0 to %d seconds", maxSeconds)
	case r.Tick < 0 || r.Tick > maxSeconds:
		return wrong("tick", "must be 0 to %d seconds", maxSeconds)
	case r.Included < 0 || r.Included > maxSeconds:
		return wrong("included", "must be 0 to %d seconds", maxSeconds)
	case r.Included > 0 && r.Connect == "":
		return wrong("included", "says what the connect fee covers, and there is none: leave it empty, or give connect")
	}
	for _, cell := range []struct {
		column string
		value  Exact
	}{{"connect", r.Connect}, {"price", r.Price}, {"minimum", r.Minimum}, {"surcharge", r.Surcharge}} {
		if x, err := ParseExact(string(cell.value)); err != nil || x != cell.value {
			return wrong(cell.column, "must be such as 12 or 0.0125, but it is %q", clip(string(cell.value)))
		}
	}
	if r.Surcharge.Rat().Cmp(maxSurcharge) > 0 {
		return wrong("surcharge", "must be a percentage of at most %s, but it is %s", maxSurcharge.RatString(), r.Surcharge)
	}
	return nil
}

var maxSurcharge = Exact("1000").Rat()

// CheckRates says which row of a tariff, counted from 0, cannot stand with those
// before it, and why. Its error is a [*RateError].
func CheckRates(rates []Rate) (row int, err error) {
	if len(rates) > MaxRates {
		return MaxRates, &RateError{"", fmt.Sprintf("is one too many: a tariff has at most %d rows", MaxRates)}
	}
	before := map[string][]int{}
	for i := range rates {
		r := &rates[i]
		if err := r.check(); err != nil {
			return i, err
		}
		if len(before[r.Prefix]) == maxRatesOfOne {
			return i, &RateError{"prefix", fmt.Sprintf("%s has more than %d rows", r.PrefixText(), maxRatesOfOne)}
		}
		for _, j := range before[r.Prefix] {
			if rates[j].hides(r) {
				return i, &HiddenRate{Column: hiddenColumn(&rates[j], r), By: j}
			}
		}
		before[r.Prefix] = append(before[r.Prefix], i)
	}
	return 0, nil
}

// HiddenRate says that a row never counts, as an earlier one takes all its calls.
type HiddenRate struct {
	Column string
	By     int // the earlier row, counted from 0
}

func (e *HiddenRate) Error() string {
	return fmt.Sprintf("column %s: the row never counts, as row %d comes first and takes all of its calls: put the special row before the general one", e.Column, e.By+1)
}

// hides tells whether each call that the later rate of the same prefix takes is
// taken by this one.
func (r *Rate) hides(later *Rate) bool {
	return (r.Trunk == "" || r.Trunk == later.Trunk) && later.days()&^r.days() == 0 && r.window().covers(later.window())
}

// hiddenColumn is where a person should look first.
func hiddenColumn(r, later *Rate) string {
	switch {
	case r.Trunk != later.Trunk:
		return "trunk"
	case r.From != later.From || r.To != later.To:
		return "from"
	case r.Days != later.Days:
		return "days"
	}
	return "prefix"
}
