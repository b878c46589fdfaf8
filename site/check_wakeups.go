package site

import (
	"slices"

	"bellhop/pbx"
)

const checkWakeUps = "wakeups"

// wakeUps: how are guests woken here, and what is proven by it?
func (f *Facts) wakeUps() Finding {
	if f.Config.PBX.Driver == "none" {
		return find(checkWakeUps, Skipped, "no-pbx")
	}
	c := f.Config.WakeUp
	lacks := func(a pbx.Ability) bool { return slices.Contains(f.PBX.Lacks, a) }
	proof := f.Config.Services.Confirm != "" || c.IVR != ""
	switch {
	case c.Desk != "" && f.Config.Services.Confirm == "":
		return find(checkWakeUps, Failed, "desk", "desk", c.Desk)
	case lacks(pbx.AbleDial) && lacks(pbx.AbleAlarms):
		return find(checkWakeUps, Failed, "neither")
	case c.How == "pbx" && !lacks(pbx.AbleAlarms):
		return find(checkWakeUps, Warning, "pbx")
	case lacks(pbx.AbleDial):
		return find(checkWakeUps, Failed, "no-dial", "how", c.How)
	case !proof:
		return find(checkWakeUps, Failed, "no-confirm", "how", c.How)
	case c.Desk == "":
		return find(checkWakeUps, OK, "no-desk", "how", c.How)
	}
	return find(checkWakeUps, OK, "ok", "how", c.How, "desk", c.Desk)
}
