package luahooks

import (
	"math/big"

	lua "github.com/yuin/gopher-lua"

	"bellhop/hotel"
)

// checkAmount is argument n as an amount in the currency's smallest unit.
func checkAmount(L *lua.LState, what string, n int) int64 {
	amount := L.CheckNumber(n)
	if !isWhole(amount) {
		L.RaiseError("%s: the amount must be a whole number of the currency's smallest unit, but it is %s", what, amount.String())
	}
	return int64(amount)
}

// money writes an amount for people: 1250 fen as "12.50 CNY".
func (v *vm) money(L *lua.LState) int {
	amount := checkAmount(L, "bellhop.money", 1)
	L.Push(lua.LString(hotel.FormatAmount(amount, v.set.currency) + " " + v.set.currency))
	return 1
}

// moneyFormat leaves the currency's name out.
func (v *vm) moneyFormat(L *lua.LState) int {
	L.Push(lua.LString(hotel.FormatAmount(checkAmount(L, "bellhop.money.format", 1), v.set.currency)))
	return 1
}

// moneyParse gives nil and a reason for what is no amount.
func (v *vm) moneyParse(L *lua.LState) int {
	amount, err := hotel.ParseAmount(checkText(L, 1), v.set.currency)
	if err != nil {
		L.Push(lua.LNil)
		L.Push(lua.LString(clip(err.Error(), maxMessage)))
		return 2
	}
	L.Push(lua.LNumber(amount))
	return 1
}

// maxRate bounds a percentage: ten thousand of them.
const maxRate = 1_000_000

// moneyPercent is so many percent of an amount, rounded once, half up by its size:
// what takes a charge back takes back the same.
func (v *vm) moneyPercent(L *lua.LState) int {
	const what = "bellhop.money.percent"
	amount, rate := checkAmount(L, what, 1), L.CheckNumber(2)
	if !(rate >= -maxRate && rate <= maxRate) { // false for what is no number, too
		L.RaiseError("%s: the rate must be -%d to %d percent, but it is %s", what, maxRate, maxRate, rate.String())
	}
	// The decimal number as it was written: 8.25 is exactly that.
	exact, ok := new(big.Rat).SetString(rate.String())
	if !ok {
		L.RaiseError("%s: the rate %s cannot be reckoned with", what, rate.String())
	}
	exact.Mul(exact, new(big.Rat).SetFrac64(amount, 100))
	part := hotel.RoundHalfUp(new(big.Rat).Abs(exact))
	if part >= 1<<53 {
		L.RaiseError("%s: comes to more than an amount can be", what)
	}
	if exact.Sign() < 0 {
		part = -part
	}
	L.Push(lua.LNumber(part))
	return 1
}
