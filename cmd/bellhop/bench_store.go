package main

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"bellhop/hotel"
	"bellhop/pbx/yeastar"
	"bellhop/store"
)

// openBenchStore opens a store as the agent would, with or without a PMS to
// tell.
func openBenchStore(path string, told bool) (*store.Store, error) {
	setup := hotel.Setup{PMS: told, Currency: "CNY"}
	return store.Open(store.Options{Path: path, Apply: func(tx hotel.Tx, ev *hotel.Event, unit string, effects []hotel.Effect) error {
		return hotel.Apply(tx, ev, unit, effects, setup)
	}})
}

func ptr[T any](v T) *T { return &v }

// startResult is what bench start prints.
type startResult struct {
	StoreMB  float64   `json:"storeMB"`    // by the store's own accounting
	FileMB   float64   `json:"databaseMB"` // on disk
	Events   uint64    `json:"events"`
	Rooms    int       `json:"rooms"`
	ReadyS   []float64 `json:"readySeconds"` // each after a kill
	AnonMB   float64   `json:"restAnonMB"`
	TotalMB  float64   `json:"restMB"`
	BinaryMB float64   `json:"binaryMB"`
}

// fullSize is the default of store.max_size.
const fullSize = 256_000_000

func benchStart(c *call) error {
	if err := c.positive("rooms", c.opt.rooms); err != nil {
		return err
	}
	b, err := newBench(c)
	if err != nil {
		return err
	}
	defer b.end()
	config, err := b.config()
	if err != nil {
		return err
	}
	result := &startResult{Rooms: c.opt.rooms}
	c.say("filling a store with %d MB", fullSize/1_000_000)
	if err := fillStore(c, filepath.Join(b.dir, "bellhop.db"), result); err != nil {
		return err
	}
	for range 5 {
		took, err := b.start(config)
		if err != nil {
			return err
		}
		result.ReadyS = append(result.ReadyS, round(took.Seconds(), 3))
		u, err := usageOf(b.cmd.Process.Pid)
		if err != nil {
			return err
		}
		result.AnonMB, result.TotalMB = u.AnonMB, u.TotalMB
		b.kill()
	}
	if self, err := os.Executable(); err == nil {
		if info, err := os.Stat(self); err == nil {
			result.BinaryMB = round(float64(info.Size())/1e6, 1)
		}
	}
	return printJSON(c, result)
}

// fillStore makes finished minibar events until the store is full.
func fillStore(c *call, path string, result *startResult) error {
	s, err := openBenchStore(path, false)
	if err != nil {
		return err
	}
	defer s.Close()
	q := &queueBench{c: c, s: s}
	if err := q.unit(hotel.Effect{Import: ptr(benchHotel(c.opt.rooms))}); err != nil {
		return err
	}
	var group sync.WaitGroup
	errs := make([]error, 256)
	for w := range errs {
		group.Go(func() {
			for n := w; s.Status().Bytes < fullSize && errs[w] == nil && c.ctx.Err() == nil; n += len(errs) {
				errs[w] = oneEvent(c, s, n)
			}
		})
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	st := s.Status()
	size, _ := s.Waste()
	result.StoreMB, result.FileMB, result.Events = round(float64(st.Bytes)/1e6, 1), round(float64(size)/1e6, 1), st.Events
	return c.ctx.Err()
}

func oneEvent(c *call, s *store.Store, n int) error {
	body := minibarPush(c.opt.rooms)(uint64(n))
	room := fmt.Sprint(firstRoom + n%c.opt.rooms)
	ev, err := yeastar.Normalise(body)
	if err != nil {
		return err
	}
	ev.Room, ev.Lanes = room, []string{room}
	ev.Entry = &hotel.Entry{Kind: hotel.EntryMinibar, Service: "778", Minibar: hotel.DefaultMinibar, Item: "1", Count: 1}
	receipt, err := s.Append(c.ctx, ev, &store.Push{Body: body, Begun: time.Now()})
	if err != nil {
		return err
	}
	ev.ID, ev.Time = receipt.ID, time.Now()
	done := hotel.Done{Version: "0123456789ab", Time: ev.Time, Effects: []hotel.Effect{{Post: &hotel.PostCharge{Room: room, Kind: "minibar", Item: "1", Amount: 1000}}}}
	return s.Finish(c.ctx, &ev, []store.Unit{{Name: hotel.RulesUnit, Done: done}}, true)[0]
}
