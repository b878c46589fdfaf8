package hotel

import (
	"errors"
	"maps"
	"slices"
	"strings"
)

// CommandTariff is the command that brings a tariff.
const CommandTariff = "tariff import"

// NewTariff is a tariff in the place of the one before, the whole of it. What
// was priced before stays as it is.
type NewTariff struct {
	Rates []Rate `json:"rates"`
}

func (a *applier) importTariff(n *NewTariff) error {
	if _, err := CheckRates(n.Rates); err != nil {
		var wrong *RateError
		if errors.As(err, &wrong) {
			return &Invalid{"tariff", wrong.Column, wrong.Why, ""}
		}
		return &Invalid{"tariff", "", err.Error(), ""}
	}
	lists := map[string]RateList{}
	for _, r := range n.Rates {
		lists[r.Prefix] = RateList{append(lists[r.Prefix].Rates, r)}
	}
	a.tx.List(PrefixRate, func(key string, decode func(any) bool) bool {
		prefix := strings.TrimPrefix(key, PrefixRate)
		var old RateList
		if list, stays := lists[prefix]; !stays {
			a.tx.Delete(key)
		} else if decode(&old) && slices.Equal(old.Rates, list.Rates) {
			delete(lists, prefix) // stands there already
		}
		return true
	})
	for _, prefix := range slices.Sorted(maps.Keys(lists)) {
		a.tx.Put(RateKey(prefix), lists[prefix])
	}
	return nil
}

// RatesIn are all rates of the state, by their prefixes.
func RatesIn(v View) Rates {
	rates := Rates{}
	v.List(PrefixRate, func(_ string, decode func(any) bool) bool {
		var list RateList
		decode(&list)
		rates = append(rates, list.Rates...)
		return true
	})
	return rates
}
