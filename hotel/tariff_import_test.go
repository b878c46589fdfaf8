package hotel

import "testing"

func TestTariffIsReplacedAsAWhole(t *testing.T) {
	tx := smallHotel()
	take := func(rates ...Rate) { apply(t, tx, noPMS, Effect{Tariff: &NewTariff{rates}}) }
	night, day := Rate{Prefix: "0", From: "22:00", To: "06:00", Price: "1"}, Rate{Prefix: "0", Price: "2"}
	take(night, Rate{Prefix: "+39", Price: "3"}, day, Rate{Price: "4"})
	equal(t, "the first", RatesIn(tx), Rates{{Price: "4"}, {Prefix: "+39", Price: "3"}, night, day})
	equal(t, "of one prefix, in the file's order", TariffOf(tx).RatesOf("0"), []Rate{night, day})
	take(day, Rate{Prefix: "+39", Price: "3"})
	equal(t, "the second", RatesIn(tx), Rates{{Prefix: "+39", Price: "3"}, day})
	take()
	equal(t, "none", RatesIn(tx), Rates{})

	refused(t, tx, Invalid{"tariff", "price", `must be such as 12 or 0.0125, but it is "1.0"`, ""}, Effect{Tariff: &NewTariff{[]Rate{{Prefix: "0", Price: "1.0"}}}})
	refused(t, tx, Invalid{"tariff", "", "column prefix: the row never counts, as row 1 comes first and takes all of its calls: put the special row before the general one", ""},
		Effect{Tariff: &NewTariff{[]Rate{day, day}}})
}

func TestTariffRules(t *testing.T) {
	tariff := &NewTariff{[]Rate{{Price: "1"}}}
	equal(t, "with a tariff", Rules(&Event{Kind: KindCommand, Name: CommandTariff, Tariff: tariff}, false), []Effect{{Tariff: tariff}})
	equal(t, "without one", Rules(&Event{Kind: KindCommand, Name: CommandTariff}, false), []Effect{{}})
}
