package update

import (
	"slices"
	"testing"

	"bellhop/e2e/rig"
	"bellhop/hotel"
	"bellhop/sabotage"
	"bellhop/update"
)

// TestUpdateKilledAtEachStep kills the command at each of its steps, and with
// every other one the agent too, as when the power goes. The next start, or the
// same command, goes on; and what was acknowledged is there once.
func TestUpdateKilledAtEachStep(t *testing.T) {
	s := newSite(t)
	rest := s.Busy(steady)
	back := slices.Index(update.Steps, "returning")
	for n, step := range update.Steps {
		t.Logf("--- killed at %q", step)
		to := "1.1.0"
		if n >= back {
			to = "1.2.0" // which is taken back
		}
		_, _, killed := s.update(sabotage.DiesAt+step, s.pack(to), "--key", s.public.String())
		if !killed {
			t.Fatalf("%s: it was not killed", step)
		}
		if n%2 == 0 {
			s.does("kill")
			s.does("start")
			s.someoneWorks()
		}
		if n >= back {
			s.again(step, "1.2.0")
			s.runs("1.0.0")
			continue
		}
		s.to("1.1.0", 0, "")
		s.runs("1.1.0")
		if out, code, _ := s.update("", "back"); code != 0 {
			t.Fatalf("%s: back: %s", step, out)
		}
		s.runs("1.0.0")
	}
	rest()
	s.settle()
}

// TestDiesAgainAndAgain: nobody is at the update any more, and the new version
// does not stay. The version before comes back by itself; what the new one has
// acknowledged is there.
func TestDiesAgainAndAgain(t *testing.T) {
	for _, version := range []string{"1.2.0", "1.3.0"} {
		t.Run(version, func(t *testing.T) {
			s := newSite(t)
			rest := s.Busy(steady)
			if _, _, killed := s.update(sabotage.DiesAt+"started", s.pack(version), "--key", s.public.String()); !killed {
				t.Fatal("it was not killed")
			}
			s.runs("1.0.0")
			s.alarmed(hotel.AlertUpdateBack)
			rest()
			s.settle()
		})
	}
}

// again gives the same command, which must end as if it had not been cut off.
func (s *site) again(step, version string) {
	s.T.Helper()
	if out, code, killed := s.update("", s.pack(version), "--key", s.public.String()); code != 1 || killed {
		s.T.Fatalf("%s: again: %d, %s", step, code, out)
	}
}

// someoneWorks waits until a version, whichever it is, takes events without
// anybody having done anything.
func (s *site) someoneWorks() {
	s.T.Helper()
	rig.Eventually(s.T, 2*rig.StartTime, func() (bool, string) {
		a, err := s.asked()
		return err == nil && a.Held == "", "no version works: " + a.Held
	})
}
