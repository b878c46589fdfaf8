package api

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/http"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"bellhop/agent"
	"bellhop/hotel"
)

// Gate says how an agent is answered for over TCP.
type Gate struct {
	Hosts []string // names of the box besides its own
	Log   *slog.Logger
}

// gate stands before the routes on TCP, where anybody may come: it lets each
// request through that its route is open to, by [scopes].
type gate struct {
	agent   *agent.Agent
	log     *slog.Logger
	hosts   []string
	origins *http.CrossOriginProtection
	limiter *limiter
	mux     *http.ServeMux
	inside  http.Handler
}

// OpenHandler answers over TCP: to anybody what is open, to who shows a token
// what its scope lets see and do.
func OpenHandler(a *agent.Agent, g Gate) http.Handler {
	return newGate(&server{a, patience}, g, time.Now)
}

func newGate(s *server, o Gate, now func() time.Time) *gate {
	mux := s.routes()
	g := &gate{
		agent: s.agent, log: o.Log, origins: http.NewCrossOriginProtection(), limiter: newLimiter(now),
		mux: mux, inside: http.MaxBytesHandler(mux, maxBody),
	}
	if g.log == nil {
		g.log = slog.New(slog.DiscardHandler)
	}
	for _, name := range append(ownNames(), o.Hosts...) {
		g.hosts = append(g.hosts, strings.ToLower(strings.TrimSuffix(name, ".")))
	}
	return g
}

// ownNames are those that the box has without anybody's saying so.
func ownNames() []string {
	names := []string{"localhost"}
	if own, err := os.Hostname(); err == nil {
		short, _, _ := strings.Cut(own, ".")
		names = append(names, own, short, short+".local")
	}
	return names
}

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	if !g.named(r.Host) {
		refuse(w, http.StatusMisdirectedRequest, "this box is not known by that name: add it to api.hosts, or ask for its address")
		return
	}
	if err := g.origins.Check(r); err != nil {
		refuse(w, http.StatusForbidden, "a web page of another origin may not order anything")
		return
	}
	_, route := g.mux.Handler(r)
	needs, known := scopes[route]
	if needs == scopeOpen {
		g.inside.ServeHTTP(w, r.WithContext(asStranger(r.Context())))
		return
	}
	token, ok := g.admit(w, r)
	if !ok {
		return
	}
	switch {
	case !known || needs == scopeBox:
		refuse(w, http.StatusNotFound, "there is no such route over TCP")
	case !token.Scope.Holds(needs):
		refuse(w, http.StatusForbidden, fmt.Sprintf("this needs a token of scope %s", needs))
	default:
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			g.log.Info("api: order", "by", token.Name, "route", route) // not every one becomes an event
		}
		g.inside.ServeHTTP(w, r.WithContext(asBearer(r.Context(), token)))
	}
}

// named tells whether a request asks for this box. A page of the web whose name
// has come to lead to it (DNS rebinding) asks for that name; an address no such
// page can ask for, and a program that names nothing is no browser.
func (g *gate) named(host string) bool {
	if host == "" {
		return true
	}
	name := host
	if alone, port, err := net.SplitHostPort(host); err == nil {
		if _, err := strconv.ParseUint(port, 10, 16); err != nil {
			return false
		}
		name = alone
	} else if inner, is := strings.CutPrefix(host, "["); is {
		name = strings.TrimSuffix(inner, "]")
	}
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	addr, err := netip.ParseAddr(name)
	return err == nil && addr.Zone() == "" || slices.Contains(g.hosts, name) // a zone can hold anything
}

// admit finds the token that a request shows; without a valid one it answers,
// the same whatever is wrong. Who fails too often must wait, right or not.
func (g *gate) admit(w http.ResponseWriter, r *http.Request) (hotel.Token, bool) {
	if !private(r) {
		refuse(w, http.StatusForbidden, "from the network tokens are taken over TLS alone: see api.tls")
		return hotel.Token{}, false
	}
	from := household(r.RemoteAddr)
	if wait := g.limiter.wait(from); wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
		refuse(w, http.StatusTooManyRequests, "too many requests without a valid token")
		return hotel.Token{}, false
	}
	var token hotel.Token
	sum, err := shownToken(r.Header["Authorization"])
	ok := err == nil
	if ok {
		token, ok = g.agent.Admit(sum)
	}
	if !ok {
		if g.limiter.failed(from) {
			g.log.Warn("api: too many requests without a valid token; who sends them must wait", "from", from.Addr())
		}
		w.Header().Set("WWW-Authenticate", "Bearer")
		refuse(w, http.StatusUnauthorized, "this needs a valid token")
		return hotel.Token{}, false
	}
	g.agent.TokenSeen(r.Context(), token)
	return token, true
}

// private tells whether nobody can listen in: it comes over TLS, or from this
// box to this box.
func private(r *http.Request) bool { return r.TLS != nil || local(r) }

// local tells whether a connection never leaves the box.
func local(r *http.Request) bool {
	at, _ := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
	return at != nil && at.IP.IsLoopback()
}

func refuse(w http.ResponseWriter, status int, why string) { answerWith(w, status, Problem{why}) }

// who says on whose behalf a request is answered, where that is not the owner
// of the socket.
type who struct{}

func asStranger(ctx context.Context) context.Context {
	return context.WithValue(ctx, who{}, scopeOpen)
}

func asBearer(ctx context.Context, t hotel.Token) context.Context {
	return agent.As(context.WithValue(ctx, who{}, t.Scope), t.Name)
}

// namesFor tells whether who asks may see names of guests: the desk, and
// whoever comes by the socket.
func namesFor(r *http.Request) bool {
	scope, overTCP := r.Context().Value(who{}).(hotel.Scope)
	return !overTCP || scope.Holds(hotel.ScopeDesk)
}

// stranger tells whether somebody asks whom nobody knows, from elsewhere.
func stranger(r *http.Request) bool {
	return r.Context().Value(who{}) == scopeOpen && !local(r)
}
