package yeastar

import (
	"testing"
	"testing/synctest"
	"time"

	"bellhop/sim"
)

// A name that we would write otherwise stays as somebody wrote it.
func TestCauseEventLeavesTheName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		far := &contractPBX{t: t, zone: time.FixedZone("", 8*3600)}
		d := far.connect(V2, sim.PBXOptions{Password: "canary", Zone: far.zone, Extensions: 3})
		d.Session.ASCIINames = true
		const name = " 王小明 "
		far.must(far.sim.SetExtension(sim.PBXExtension{Number: "1001", Settings: map[string]string{"username": name}}))
		if err := d.CauseEvent(t.Context(), "1001"); err != nil {
			t.Fatal(err)
		}
		if x, _ := far.sim.Extension("1001"); x.Settings["username"] != name {
			t.Errorf("it is called %q", x.Settings["username"])
		}
	})
}
