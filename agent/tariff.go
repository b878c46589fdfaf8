package agent

import "bellhop/hotel"

// Tariff are all rates, by their prefixes.
func (a *Agent) Tariff() []hotel.Rate { return hotel.RatesIn(a.store.Snapshot()) }
