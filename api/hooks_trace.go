package api

import "net/http"

// trace runs an event's hooks once more, without effect, and tells their calls.
// The query's hook is a unit or a file; without it all that take the event run. With
// as_it_was=true they read the state as it was then.
func (s *server) trace(w http.ResponseWriter, r *http.Request) {
	id, err := idOf(r)
	if err != nil {
		fail(w, err)
		return
	}
	traces, err := s.agent.Trace(r.Context(), id, r.URL.Query().Get("hook"), r.URL.Query().Get("as_it_was") == "true")
	list(w, traces, err)
}
