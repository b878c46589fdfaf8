package agent

import "bellhop/hotel"

// Tariff are all rates, by their prefixes.
func (a *Agent) Tariff() []hotel.Rate { return hotel.RatesIn(a.store.Snapshot()) }

// UnpricedCalls are the events of the calls that wait for a price.
func (a *Agent) UnpricedCalls() []uint64 { return hotel.UnpricedCalls(a.store.Snapshot()) }
