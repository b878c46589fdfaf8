package api

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// ReportLine is a report without what it says.
type ReportLine struct {
	Name  string    `json:"name"`
	Date  string    `json:"date"`
	Title string    `json:"title"`
	At    time.Time `json:"at"`
}

var errNoReport = errors.New("there is no such report")

func (s *server) reports(w http.ResponseWriter, _ *http.Request) {
	all := []ReportLine{}
	for _, r := range s.agent.Reports() {
		all = append(all, ReportLine{r.Name, r.Date, r.Title, r.At})
	}
	answer(w, all)
}

// report answers the report of the query's date; without one the newest.
func (s *server) report(w http.ResponseWriter, r *http.Request) {
	report, found := s.agent.Report(r.PathValue("name"), r.URL.Query().Get("date"))
	if !found {
		fail(w, errNoReport)
		return
	}
	answer(w, report)
}

// tryMail sends a mail to see whether it goes.
func (s *server) tryMail(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), s.patience)
	defer cancel()
	tried, err := s.agent.TryMail(ctx)
	if err != nil {
		fail(w, err)
		return
	}
	answer(w, tried)
}
