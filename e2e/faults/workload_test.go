package faults

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"bellhop/e2e/rig"
	"bellhop/hotel"
	"bellhop/store"
)

// workPath names the database for the process that runs the workload.
const workPath = "BELLHOP_TEST_WORK_DB"

func TestMain(m *testing.M) {
	if path := os.Getenv(workPath); path != "" {
		if err := work(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(rig.Main(m))
}

const (
	workLanes = 4 // events of each one after the other, lanes side by side
	workEach  = 5 // events of a lane in each session
	unitName  = "work"
)

// promise is printed in one write, so that the trace shows when it was made.
func promise(what string, id uint64, text string) {
	_, _ = os.Stdout.WriteString(fmt.Sprintf("%s %d %s\n", what, id, text))
}

// work opens the database three times: new; again; and with a compaction.
// Half of the events are pushes, which the intake log acknowledges.
func work(path string) error {
	for session := range 3 {
		s, err := openWork(path)
		if err != nil {
			return err
		}
		if session == 2 {
			if err := s.Compact(context.Background()); err != nil {
				return err
			}
		}
		errs := make([]error, workLanes)
		var all sync.WaitGroup
		for lane := range workLanes {
			all.Go(func() { errs[lane] = workLane(s, session, lane) })
		}
		all.Wait()
		for _, err := range errs {
			if err != nil {
				return err
			}
		}
		if session == 2 {
			return nil // as a process ends that is killed
		}
		if err := s.Close(); err != nil {
			return err
		}
	}
	return nil
}

func workLane(s *store.Store, session, lane int) error {
	ctx := context.Background()
	for n := range workEach {
		ev := hotel.Event{Kind: hotel.KindDTMF, Lanes: []string{strconv.Itoa(lane)}, Digits: fmt.Sprintf("%d-%d-%d", session, lane, n)}
		var push *store.Push
		if lane%2 == 0 {
			push = &store.Push{Body: []byte(ev.Digits)}
		}
		if n == 2 { // longer than a page
			ev.Fields = map[string]string{"long": strings.Repeat(ev.Digits+" ", 900)}
		}
		receipt, err := s.Append(ctx, ev, push)
		if err != nil {
			return err
		}
		promise("kept", receipt.ID, ev.Digits)
		ev.ID = receipt.ID
		unit := store.Unit{Name: unitName, Done: hotel.Done{Effects: []hotel.Effect{{}}}}
		if err := s.Finish(ctx, &ev, []store.Unit{unit}, true)[0]; err != nil {
			return err
		}
		promise("done", ev.ID, ev.Digits)
		if lane > 1 {
			continue
		}
		calls, err := s.Calls(store.ListWaiting, 1000)
		if err != nil {
			return err
		}
		for _, c := range calls {
			if c.Event == ev.ID {
				if c.Kind == hotel.Once {
					if err := s.Sending(ctx, c); err != nil {
						return err
					}
					promise("acted", ev.ID, ev.Digits) // the far side has
				}
				promise("settling", ev.ID, ev.Digits)
				if err := s.Settle(ctx, c, hotel.Outcome{ID: c.ID, State: hotel.CallDelivered, Attempts: 1}); err != nil {
					return err
				}
				promise("settled", ev.ID, ev.Digits)
			}
		}
	}
	return nil
}

// openWork opens a database whose units count their lane and queue a call; those
// of lane 1 are for once.
func openWork(path string) (*store.Store, error) {
	return store.Open(store.Options{Path: path, Apply: func(tx hotel.Tx, ev *hotel.Event, _ string, _ []hotel.Effect) error {
		var count int
		key := hotel.KVKey("work", ev.Lanes[0])
		tx.Get(key, &count)
		tx.Put(key, count+1)
		kind := hotel.Keyed
		if ev.Lanes[0] == "1" {
			kind = hotel.Once
		}
		tx.Queue(hotel.QueuedCall{To: "pms", Op: "work", Room: ev.Lanes[0], Lanes: ev.Lanes, Kind: kind})
		return nil
	}})
}
