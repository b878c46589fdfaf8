package site

import (
	"slices"
	"strconv"

	"bellhop/pbx"
)

const checkSMS = "sms"

// sms: do text messages go out? Whether the PBX has the line that is named, it
// tells only who sends one.
func (f *Facts) sms() Finding {
	trunk, most := f.Config.SMS.Trunk, strconv.Itoa(f.Config.SMS.PerDay)
	switch {
	case trunk == "":
		return find(checkSMS, Skipped, "none")
	case f.Config.PBX.Driver == "none", slices.Contains(f.PBX.Lacks, pbx.AbleSMS):
		return find(checkSMS, Failed, "unable", "trunk", trunk)
	case f.Texted >= f.Config.SMS.PerDay:
		return find(checkSMS, Warning, "spent", "trunk", trunk, "count", strconv.Itoa(f.Texted), "most", most)
	}
	return find(checkSMS, OK, "ok", "trunk", trunk, "most", most)
}
