package api

import "net/http"

// trace runs an event's hooks once more, without effect, and tells their calls.
// The query's hook is a unit or a file; without it all that take the event run.
func (s *server) trace(w http.ResponseWriter, r *http.Request) {
	id, err := idOf(r)
	if err != nil {
		fail(w, err)
		return
	}
	traces, err := s.agent.Trace(r.Context(), id, r.URL.Query().Get("hook"))
	list(w, traces, err)
}
