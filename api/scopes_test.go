package api

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"bellhop/hotel"
)

// routesInSource are the patterns of all routes, as the files of this package
// write them.
func routesInSource(t *testing.T) (all []string) {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			c, is := n.(*ast.CallExpr)
			if !is {
				return true
			}
			if f, is := c.Fun.(*ast.SelectorExpr); !is || f.Sel.Name != "HandleFunc" && f.Sel.Name != "Handle" {
				return true
			}
			pattern, is := c.Args[0].(*ast.BasicLit)
			if !is {
				t.Errorf("%s: a route whose pattern is no text: nobody can see its scope", name)
				return true
			}
			text, err := strconv.Unquote(pattern.Value)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, text)
			return true
		})
	}
	return all
}

// TestEachRouteHasAScope: who adds a route must say who may ask for it, and
// what only reads is never an order.
func TestEachRouteHasAScope(t *testing.T) {
	routes := routesInSource(t)
	if len(routes) < 60 {
		t.Errorf("only %d routes are seen", len(routes))
	}
	for _, route := range routes {
		needs, known := scopes[route]
		if !known {
			t.Errorf("%s has no scope: say in scopes.go who may ask for it", route)
		}
		if needs == hotel.ScopeRead && !strings.HasPrefix(route, "GET ") {
			t.Errorf("%s orders something, and who may only read may order it", route)
		}
		if needs == scopeOpen && route != "GET /healthz" && route != "GET /metrics" {
			t.Errorf("%s is open to anybody", route)
		}
	}
	for route, needs := range scopes {
		if !slices.Contains(routes, route) {
			t.Errorf("scopes.go has %s, which is no route", route)
		}
		if !needs.Known() && needs != scopeOpen && needs != scopeBox {
			t.Errorf("%s needs %q, which nobody knows", route, needs)
		}
	}
}

// held is what each route is to need, written down once more where it would hurt.
var held = map[string]hotel.Scope{
	"POST /v1/checkout": hotel.ScopeDesk, "GET /v1/folio": hotel.ScopeDesk, "GET /v1/events": hotel.ScopeDesk, "GET /v1/queue": hotel.ScopeDesk,
	"GET /v1/phones": hotel.ScopeDesk, "GET /v1/calls": hotel.ScopeDesk, "GET /v1/reports/{name}": hotel.ScopeDesk, "GET /v1/hooks": hotel.ScopeDesk,
	"POST /v1/import": hotel.ScopeAdmin, "POST /v1/tariff": hotel.ScopeAdmin, "POST /v1/hooks/reload": hotel.ScopeAdmin, "GET /v1/past/now": hotel.ScopeAdmin,
	"GET /v1/tokens": scopeBox, "POST /v1/tokens": scopeBox, "POST /v1/tokens/{name}/revoke": scopeBox,
}

// TestScopesAreAskedFor sends a request to each route as each of those who may
// come, and sees whom the gate lets through.
func TestScopesAreAskedFor(t *testing.T) {
	c, a, _ := house(t)
	g := newGate(&server{a, patience}, Gate{}, time.Now)
	let := false
	g.inside = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { let = true })
	tokens := map[hotel.Scope]string{"": ""}
	for _, scope := range hotel.Scopes {
		tokens[scope] = addToken(t, c, string(scope), scope, time.Time{})
	}
	fill := strings.NewReplacer("{id}", "1", "{do}", "drop", "{file}", "a.lua", "{name}", "x", "{extension}", "101")
	for route, needs := range scopes {
		if want, is := held[route]; is && needs != want {
			t.Errorf("%s needs %s, want %s", route, needs, want)
		}
		method, path, _ := strings.Cut(fill.Replace(route), " ")
		for _, scope := range slices.Sorted(maps.Keys(tokens)) {
			g.limiter, let = newLimiter(time.Now), false
			r := overTLS(httptest.NewRequest(method, "http://192.0.2.7"+path, nil))
			if scope != "" {
				r.Header.Set("Authorization", "Bearer "+tokens[scope])
			}
			w := httptest.NewRecorder()
			g.ServeHTTP(w, r)
			if want := needs == scopeOpen || scope.Holds(needs); let != want {
				t.Errorf("%s as %q: let through: %v, %d %s", route, scope, let, w.Code, w.Body)
			}
			if !let && (scope == "") != (w.Code == http.StatusUnauthorized) {
				t.Errorf("%s as %q: %d %s", route, scope, w.Code, w.Body)
			}
		}
	}
}
