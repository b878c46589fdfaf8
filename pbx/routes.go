package pbx

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Route is a way out of the PBX: who may dial what over which trunks.
type Route struct {
	ID         string // empty where the PBX has none
	Name       string
	Patterns   string // what may be dialled, as the PBX writes it
	Trunks     []string
	Extensions []string // who may
	// Groups of extensions may, too; who is in them the PBX does not tell.
	Groups []string
}

// RouteLister lists outbound routes.
type RouteLister interface {
	// ListRoutes gives every outbound route, in the order in which the PBX
	// tries them.
	ListRoutes(ctx context.Context) ([]Route, error)
}

// The classes of service that need no routes of their own.
const (
	classNone     = "none"
	classInternal = "internal"
)

// ClassRoutes is what is known when an extension is given a class of service.
type ClassRoutes struct {
	Classes   map[string][]string // class of service -> the names of its routes
	Existing  []string            // all routes of the PBX
	Current   []string            // those that the extension has now
	Emergency []string            // those that every extension has
}

// RoutesFor gives the routes of an extension in that class of service, to be
// written as they are: its emergency routes always; the routes that no class
// names, which are not ours, as they stand now; and those of the class. Routes
// of other classes go. The order is the current one, new ones behind it.
//
// It is ErrInvalid that a class has no routes in the configuration, unless it
// is none or internal, and that a route does not exist, which is named.
func RoutesFor(class string, r ClassRoutes) ([]string, error) {
	wanted, known := r.Classes[class]
	if !known && class != classNone && class != classInternal {
		return nil, fmt.Errorf("class of service %q has no routes in the configuration: %w", class, ErrInvalid)
	}
	wanted = slices.Concat(r.Emergency, wanted)
	for _, name := range wanted {
		if !slices.Contains(r.Existing, name) && !slices.Contains(r.Current, name) {
			return nil, fmt.Errorf("class of service %q: the PBX has no outbound route %q: %w", class, name, ErrInvalid)
		}
	}
	list := make([]string, 0, len(r.Current)+len(wanted))
	for _, name := range r.Current {
		if slices.Contains(wanted, name) || !r.owns(name) {
			list = addOnce(list, name)
		}
	}
	for _, name := range wanted {
		list = addOnce(list, name)
	}
	return list, nil
}

// owns tells whether a class names the route: it is ours to take away.
func (r ClassRoutes) owns(name string) bool {
	for _, routes := range r.Classes {
		if slices.Contains(routes, name) {
			return true
		}
	}
	return false
}

func addOnce(list []string, name string) []string {
	if strings.TrimSpace(name) == "" || slices.Contains(list, name) {
		return list
	}
	return append(list, name)
}
