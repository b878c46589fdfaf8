package api

import (
	"fmt"
	"net/http"

	"github.com/VictoriaMetrics/metrics"
)

// hooks are the routes about the hotel's hooks.
func (s *server) hooks(mux *http.ServeMux) {
	mux.HandleFunc("GET /v1/hooks", func(w http.ResponseWriter, _ *http.Request) { answer(w, s.agent.Hooks()) })
	mux.HandleFunc("POST /v1/hooks/reload", s.reloadHooks)
	mux.HandleFunc("POST /v1/hooks/{file}/reset", s.resetHook)
	mux.HandleFunc("POST /v1/hooks/{file}/accept", s.acceptHook)
}

// reloadHooks answers how the hooks stand then: a file with a fault is no error
// of the request.
func (s *server) reloadHooks(w http.ResponseWriter, r *http.Request) {
	if err := s.agent.ReloadHooks(r.Context()); err != nil {
		fail(w, err)
		return
	}
	answer(w, s.agent.Hooks())
}

func (s *server) resetHook(w http.ResponseWriter, r *http.Request) {
	if err := s.agent.ResetHook(r.Context(), r.PathValue("file")); err != nil {
		fail(w, err)
		return
	}
	answer(w, s.agent.Hooks())
}

func (s *server) acceptHook(w http.ResponseWriter, r *http.Request) {
	if err := s.agent.AcceptHook(r.Context(), r.PathValue("file"), r.URL.Query().Get("version")); err != nil {
		fail(w, err)
		return
	}
	answer(w, s.agent.Hooks())
}

// hookMetrics are the figures of each hook. What stands in the labels are names
// of files, kinds and hexadecimal digits: nothing that must be escaped.
func (s *server) hookMetrics(set *metrics.Set) {
	state := s.agent.Hooks()
	gauge := func(name string, value float64) { set.NewGauge(name, func() float64 { return value }) }
	gauge("bellhop_hooks_loaded_timestamp_seconds", float64(state.Loaded.Unix()))
	for _, f := range state.Files {
		file := fmt.Sprintf("{file=%q}", f.File)
		gauge("bellhop_hook_file_faults"+file, float64(len(f.Faults)))
		gauge("bellhop_hook_file_aside"+file, truth(f.Aside != nil))
		gauge("bellhop_hook_file_waits"+file, truth(f.Waits != nil))
		if f.Version != "" {
			gauge(fmt.Sprintf("bellhop_hook_file_since_timestamp_seconds{file=%q,version=%q}", f.File, f.Version), float64(f.Since.Unix()))
		}
		for _, h := range f.Hooks {
			hook := fmt.Sprintf("{hook=%q}", h.Name)
			gauge("bellhop_hook_calls_total"+hook, float64(h.Calls))
			gauge("bellhop_hook_stopped_total"+hook, float64(h.Stopped))
			gauge("bellhop_hook_seconds_total"+hook, h.Time.Seconds())
			gauge("bellhop_hook_longest_seconds"+hook, h.Longest.Seconds())
			gauge("bellhop_hook_memory_bytes"+hook, float64(h.Memory))
			for kind, n := range h.Errors {
				gauge(fmt.Sprintf("bellhop_hook_errors_total{hook=%q,kind=%q}", h.Name, kind), float64(n))
			}
		}
	}
}
