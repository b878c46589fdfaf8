package agent

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"bellhop/hotel"
	"bellhop/site"
)

const (
	// When the house sleeps, and the database has been written anew.
	verifyHour   = 4
	verifyMinute = 30
	// verifyTime bounds one look; the files are some megabytes.
	verifyTime = 10 * time.Minute
	// namesTold is how many files an alert names.
	namesTold = 3
)

// nightly looks once a night whether the PBX's files still are what was
// installed: an upgrade of its firmware may wipe them. It is for one goroutine.
type nightly struct {
	verify func(context.Context) (site.Installed, error)
	looked string // the hotel's date of the newest look
	ended  bool   // a login was refused: a few wrong passwords lock the box out
}

// due tells whether it is time for a look, and counts it as made.
func (n *nightly) due(now time.Time) bool {
	date := now.Format(time.DateOnly)
	if n.ended || n.looked == date || now.Hour() != verifyHour || now.Minute() < verifyMinute {
		return false
	}
	n.looked = date
	return true
}

// nights looks every night until ctx ends.
func (a *Agent) nights(ctx context.Context, verify func(context.Context) (site.Installed, error)) {
	n := &nightly{verify: verify}
	tick := time.NewTicker(upkeepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if a.clock.ok() && n.due(a.now().In(a.zone)) {
				a.lookAtFiles(ctx, n)
			}
		}
	}
}

// lookAtFiles raises an alert if something differs, or could not be seen.
func (a *Agent) lookAtFiles(ctx context.Context, n *nightly) {
	limited, cancel := context.WithTimeout(ctx, verifyTime)
	defer cancel()
	found, err := n.verify(limited)
	look := &site.LastLook{At: a.now(), Installed: found}
	if err != nil {
		look.Error = err.Error()
	}
	a.look.Store(look)
	switch {
	case ctx.Err() != nil:
	case errors.Is(err, site.ErrLogin):
		n.ended = true
		a.tell(ctx, hotel.AlertFilesUnseen, map[string]string{"error": err.Error() + "; " + hotel.Because(hotel.ReasonNotTriedMore)})
	case err != nil:
		a.tell(ctx, hotel.AlertFilesUnseen, map[string]string{"error": err.Error()})
	case len(found.Differ) > 0:
		names := strings.Join(found.Differ[:min(namesTold, len(found.Differ))], ", ")
		if len(found.Differ) > namesTold {
			names += " …"
		}
		a.tell(ctx, hotel.AlertFiles, map[string]string{"count": strconv.Itoa(len(found.Differ)), "files": names})
	}
}
