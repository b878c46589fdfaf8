package quarter

import (
	"bellhop/pbx"
	"bellhop/pbx/yeastar"
)

// tamper is a way to spoil a run, which the verdict must find.
type tamper struct {
	name   string
	driver func(*yeastar.Driver) pbx.Driver
}
