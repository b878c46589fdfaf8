package store

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"bellhop/hotel"
)

// crashPath names the database for the child that TestKilled starts from this
// same test binary.
const crashPath = "BELLHOP_TEST_CRASH_DB"

func TestMain(m *testing.M) {
	if path := os.Getenv(crashForget); path != "" {
		forgetUntilKilled(path)
	}
	if path := os.Getenv(crashPath); path != "" {
		appendUntilKilled(path)
	}
	os.Exit(m.Run())
}

// appendUntilKilled appends from eight goroutines, half of them pushes, and
// prints each id after it was acknowledged.
func appendUntilKilled(path string) {
	s, err := Open(Options{Path: path})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var wg sync.WaitGroup
	for lane := range 8 {
		wg.Go(func() {
			for n := 0; ; n++ {
				var p *Push
				if lane%2 == 0 {
					p = &Push{Body: fmt.Append(nil, os.Getpid(), lane, n)}
				}
				r, err := s.Append(context.Background(), hotel.Event{Kind: hotel.KindDTMF, Digits: strconv.Itoa(lane)}, p)
				if err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(1)
				}
				fmt.Printf("%d %d\n", r.ID, lane)
			}
		})
	}
	wg.Wait()
}

// TestKilled kills a process that appends, at random places, 20 times over
// one database: what it printed as acknowledged must be there, as it was.
func TestKilled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "b.db")
	acknowledged := map[uint64]string{}
	for round := range 20 {
		killAfter(t, path, 1+rand.IntN(400), acknowledged)
		s, err := Open(Options{Path: path})
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		if s.Damaged != "" {
			t.Fatalf("round %d: the database was damaged", round)
		}
		for id, digits := range acknowledged {
			if ev, err := s.Event(id); err != nil || ev.Digits != digits {
				t.Fatalf("round %d: acknowledged event %d: %+v, %v", round, id, ev, err)
			}
		}
		if s.meta.Events != s.meta.LastID {
			t.Errorf("round %d: %d events counted, last id %d", round, s.meta.Events, s.meta.LastID)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d acknowledged events outlived 20 kills", len(acknowledged))
}

// killAfter runs the child until it has acknowledged some events, kills it,
// and adds all that it managed to print.
func killAfter(t *testing.T, path string, count int, acknowledged map[uint64]string) {
	t.Helper()
	for _, line := range untilKilled(t, crashPath, path, count) {
		id, digits, _ := strings.Cut(strings.TrimSpace(line), " ")
		n, err := strconv.ParseUint(id, 10, 64)
		if err != nil {
			t.Fatalf("the child printed %q", line)
		}
		acknowledged[n] = digits
	}
}

// untilKilled starts this test binary as the child that a variable of the
// environment asks for, kills it when it has printed so many lines, and gives all
// that it managed to print.
func untilKilled(t *testing.T, variable, path string, count int) (lines []string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), variable+"="+path)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	reader := bufio.NewReader(out)
	for {
		if len(lines) == count {
			_ = cmd.Process.Kill()
		}
		line, err := reader.ReadString('\n')
		if err != nil {
			break // the last line may be torn
		}
		lines = append(lines, line)
	}
	_ = cmd.Wait()
	if len(lines) < count {
		t.Fatalf("the child ended by itself after %d lines", len(lines))
	}
	return lines
}
