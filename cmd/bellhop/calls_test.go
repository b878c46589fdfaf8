package main

import (
	"strings"
	"testing"
)

func TestCallCommandsSayWhatTheyNeed(t *testing.T) {
	config := runningAgent(t, "")
	for _, c := range []struct {
		args, want string
		code       int
	}{
		{"calls price", "calls priced: 0, still without a price: 0", 0},
		{"calls assign 7", "needs CALL, and ROOM or --stay", 2},
		{"calls assign 7 101 --stay G1", "needs CALL, and ROOM or --stay", 2},
		{"calls assign x 101", "CALL must be a number", 2},
		{"calls assign 7 101", "must be the number of a call that is kept", 1},
		{"calls", "nothing to list", 0},
	} {
		code, out, errOut := bellhop(t, append(strings.Fields(c.args), "-c", config)...)
		if code != c.code || !strings.Contains(out+errOut, c.want) {
			t.Errorf("%s: %d, %s%s", c.args, code, out, errOut)
		}
	}
}
