package faults

import (
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"bellhop/e2e/lossy"
	"bellhop/e2e/rig"
)

// TestPowerOfTheDisk lets the power go under an agent in the middle of
// everything, at a write or sync or just after it has acknowledged something,
// far oftener than a whole computer can be cut.
func TestPowerOfTheDisk(t *testing.T) {
	cuts, seed := setting("BELLHOP_FAULTS_CUTS", 25), setting("BELLHOP_FAULTS_SEED", int(rand.Uint32()))
	t.Logf("BELLHOP_FAULTS_CUTS=%d BELLHOP_FAULTS_SEED=%d", cuts, seed)
	r := rand.New(rand.NewPCG(uint64(seed), 3))
	disk := lossy.New()
	folder := disk.Mount(t)
	t.Parallel()
	h := rig.NewHotel(t, rig.Setting{Store: folder, CopyStore: disk.CopyTo})
	l := h.Open()
	rest := h.Busy(rig.Usual)
	for range cuts {
		steps := 200
		if r.IntN(3) == 0 { // the process dies first, with what it has not synced
			rig.Pass(t.Context(), time.Duration(r.IntN(300))*time.Millisecond)
			l.Kill()
			l, steps = h.Start(), 30
		}
		cut(h, l, disk, steps, r)
		l.Kill()
		h.Tried()
		disk.PowerOn()
		l = h.Start()
		if r.IntN(4) > 0 {
			h.Again(l, time.Now())
		}
	}
	mended := time.Now()
	h.Ready(l)
	rest()
	h.Settle(l, "power cut under the agent's disk", mended)
}

// cut lets the power go, at one of so many steps of the disk or after an answer.
func cut(h *rig.Hotel, l *rig.Life, disk *lossy.Disk, steps int, r *rand.Rand) {
	h.T.Helper()
	if r.IntN(2) == 0 {
		h.Acknowledges(l, 1+r.Int64N(40))
		disk.Cut(r)
		return
	}
	gone := disk.CutAfter(1+r.IntN(steps), r)
	select {
	case <-gone:
	case <-l.Ended:
		h.T.Fatalf("the agent ended: %v", l.State)
	case <-time.After(rig.NoticeTime):
		disk.Cut(r)
	}
}

// TestDiskThatFails lets a disk fail in each operation, and be slow as a card.
func TestDiskThatFails(t *testing.T) {
	disk := lossy.New()
	folder := disk.Mount(t)
	t.Parallel()
	h := rig.NewHotel(t, rig.Setting{Store: folder, CopyStore: disk.CopyTo})
	l := h.Open()
	rest := h.Busy(disturbed)
	h.Acknowledges(l, 30)
	disk.SyncTakes(20*time.Millisecond, 300*time.Millisecond, 20)
	h.Acknowledges(l, 30)
	disk.SyncTakes(0, 0, 0)
	for _, f := range []lossy.Fault{
		{Ops: lossy.Writes, Err: syscall.EIO, Every: 5},
		{Ops: lossy.Syncs, Err: syscall.EIO, Every: 3},
		{Ops: lossy.Syncs, Err: syscall.ENOSPC, Every: 2},
		{Ops: lossy.Writes | lossy.Syncs | lossy.Truncates, Err: syscall.ENOSPC},
		{Ops: lossy.Writes | lossy.Syncs | lossy.Truncates | lossy.Names | lossy.Opens, Err: syscall.EROFS},
	} {
		disk.Fail(f)
		h.Refuses(l, 15)
		l.Kill() // and a start on such a disk
		l = h.Start()
		rig.Pass(t.Context(), 300*time.Millisecond)
		disk.Heal()
		h.Tried()
		if !l.Running() {
			l = h.Start()
		}
		h.Again(l, time.Now())
	}
	mended := time.Now()
	h.Ready(l)
	rest()
	h.Settle(l, "disk that fails in each operation, with kills", mended)
}
