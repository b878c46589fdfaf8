package main

import (
	"strings"
	"testing"
	"time"

	"bellhop/sim"
)

// TestSimSaysWhatItDid: who types an order sees that it was taken.
func TestSimSaysWhatItDid(t *testing.T) {
	pbx, err := sim.NewPBX(sim.PBXOptions{Password: "p", Extensions: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := pbx.SetFile(sim.DialplanPath, []byte("[a]\n[b]\n")); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	s := &sides{call: &call{env: &env{ctx: t.Context(), out: &out, err: &out}}, pbx: pbx, zone: time.UTC}
	for _, c := range []struct{ order, want, err string }{
		{"apply", "applied: the PBX has read its dialplan, of 2 lines\n", ""},
		{"dial 1001 777*01", "1001 dials 777*01, as call ", ""},
		{"dial 9999 777*01", "", "9999"},
		{"dail 1001 777*01", "", errOrder.Error()},
	} {
		out.Reset()
		err := s.obey(t.Context(), strings.Fields(c.order), 1)
		if !strings.HasPrefix(out.String(), c.want) || (out.String() == "") != (c.want == "") || (err != nil) != (c.err != "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %v, %q", c.order, err, out.String())
		}
	}
}
