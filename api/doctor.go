package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"

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

// doctor asks the PBX, unless the query says "offline"; so it is an order,
// although nothing follows from it.
func (s *server) doctor(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), s.patience)
	defer cancel()
	found, err := s.agent.Doctor(ctx, r.URL.Query().Has("offline"))
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
