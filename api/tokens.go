package api

import (
	"net/http"
	"time"

	"bellhop/hotel"
)

// AddToken asks for a token to be known: by its hash, see [NewToken].
type AddToken struct {
	Name    string      `json:"name"`
	Scope   hotel.Scope `json:"scope"`
	Hash    string      `json:"hash"`
	Expires time.Time   `json:"expires,omitzero"` // zero: never
}

// TokenAnswer is a token of the list. Its hash stays where it is.
type TokenAnswer struct {
	Name    string      `json:"name"`
	Scope   hotel.Scope `json:"scope"`
	Created time.Time   `json:"created"`
	Expires time.Time   `json:"expires,omitzero"`
	Expired bool        `json:"expired,omitempty"`
	Used    string      `json:"used,omitempty"` // the newest day, UTC
}

// tokens are the routes about tokens: on the socket alone.
func (s *server) tokens(mux *http.ServeMux) {
	mux.HandleFunc("GET /v1/tokens", s.listTokens)
	mux.HandleFunc("POST /v1/tokens", s.addToken)
	mux.HandleFunc("POST /v1/tokens/{name}/revoke", s.revokeToken)
}

func (s *server) listTokens(w http.ResponseWriter, _ *http.Request) {
	all := []TokenAnswer{}
	for _, t := range s.agent.Tokens() {
		all = append(all, TokenAnswer{t.Name, t.Scope, t.Created, t.Expires, s.agent.Expired(t), t.Used})
	}
	answer(w, all)
}

func (s *server) addToken(w http.ResponseWriter, r *http.Request) {
	var t AddToken
	if err := read(r, &t); err != nil {
		fail(w, err)
		return
	}
	fields := map[string]string{"name": t.Name, "scope": string(t.Scope), "hash": t.Hash}
	if !t.Expires.IsZero() {
		fields["expires"] = t.Expires.UTC().Format(time.RFC3339)
	}
	s.do(w, r, hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandTokenAdd, Fields: fields})
}

func (s *server) revokeToken(w http.ResponseWriter, r *http.Request) {
	s.do(w, r, hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandTokenRevoke, Fields: map[string]string{"name": r.PathValue("name")}})
}
