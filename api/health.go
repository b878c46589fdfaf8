package api

import (
	"net/http"

	"github.com/VictoriaMetrics/metrics"

	"bellhop/agent"
)

// Health answers /healthz: whether events are kept, and what is missing.
type Health struct {
	OK      bool     `json:"ok"` // events are taken and kept
	Missing []string `json:"missing,omitempty"`
}

// health says 503 only when events are not kept: that the PBX or the PMS is
// away is no reason to restart the agent. What is missing tells of other
// machines and what they said, so it is not for a stranger.
func (s *server) health(w http.ResponseWriter, r *http.Request) {
	st := s.agent.Status()
	if stranger(r) {
		st.Missing = nil
	}
	answerHealth(w, st)
}

func answerHealth(w http.ResponseWriter, st agent.Status) {
	h := Health{OK: st.Store.Error == "", Missing: st.Missing}
	status := http.StatusOK
	if !h.OK {
		status = http.StatusServiceUnavailable
	}
	answerWith(w, status, h)
}

// metrics writes the figures in Prometheus' text format. They are read from
// the status anew each time: there is no second count to go wrong.
func (s *server) metrics(w http.ResponseWriter, _ *http.Request) {
	st := s.agent.Status()
	set := metrics.NewSet()
	gauge := func(name string, value float64) { set.NewGauge(name, func() float64 { return value }) }
	gauge("bellhop_reports_kept_total", float64(st.Kept))
	gauge("bellhop_reports_refused_total", float64(st.Refused))
	gauge("bellhop_commits_total", float64(st.Store.Commits))
	gauge("bellhop_events", float64(st.Store.Events))
	gauge("bellhop_events_unfinished", float64(st.Store.LastID-st.Store.Watermark))
	gauge("bellhop_calls_waiting", float64(st.Store.Waiting))
	gauge("bellhop_calls_parked", float64(st.Store.Parked))
	gauge("bellhop_units_parked", float64(st.ParkedUnits))
	gauge("bellhop_alerts_open", float64(st.Alerts))
	gauge("bellhop_store_bytes", float64(st.Store.Bytes))
	gauge("bellhop_store_ok", truth(st.Store.Error == ""))
	gauge("bellhop_clock_ok", truth(st.ClockOK))
	if st.PBX != nil {
		gauge("bellhop_pbx_ok", truth(st.PBX.Error == "" && st.PBX.Listening != "" && st.PBX.Setup == ""))
	}
	s.hookMetrics(set)
	w.Header().Set("Content-Type", "text/plain; version=0.0.4")
	set.WritePrometheus(w)
	metrics.WriteProcessMetrics(w)
}

func truth(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
