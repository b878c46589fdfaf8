package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"bellhop/agent"
	"bellhop/hotel"
	"bellhop/site"
)

// FindingAnswer is what one check of the doctor has found, in words.
type FindingAnswer struct {
	site.Finding
	Text string `json:"text"`
	Do   string `json:"do,omitempty"`
}

// Findings puts findings into words.
func Findings(found []site.Finding, language string) []FindingAnswer {
	all := []FindingAnswer{}
	for _, f := range found {
		all = append(all, FindingAnswer{f, f.Text(language), f.Do(language)})
	}
	return all
}

var errDoctor = errors.New("the doctor has not come to an end in time; ask again")

// doctor asks the PBX, unless the query says "offline", and has it report
// something when that says "cause"; so it is an order, although nothing follows
// from it.
func (s *server) doctor(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), s.patience)
	defer cancel()
	asked := r.URL.Query()
	found, err := s.agent.Doctor(ctx, agent.DoctorOrder{Offline: asked.Has("offline"), Cause: asked.Has("cause")})
	if err != nil {
		fail(w, fmt.Errorf("%w: %w", errDoctor, err))
		return
	}
	answer(w, Findings(found, s.agent.Language()))
}

// neighbours asks the PBX what an installation must get along with there.
func (s *server) neighbours(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), s.patience)
	defer cancel()
	answer(w, s.agent.Neighbours(ctx))
}

// play has a recording played on a room's telephone, as a person wants to hear it.
func (s *server) play(w http.ResponseWriter, r *http.Request) {
	asked := r.URL.Query()
	s.order(w, r, func(ctx context.Context) (uint64, error) {
		return s.agent.Do(ctx, hotel.Event{
			Kind: hotel.KindCommand, Name: hotel.CommandPlay, Room: asked.Get("room"), Fields: map[string]string{"prompt": asked.Get("prompt")},
		})
	})
}
