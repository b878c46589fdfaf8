package yeastar

import (
	"context"
	"fmt"

	"bellhop/pbx"
)

// ListRoutes implements [pbx.RouteLister] (API 2.0.0, outroute/query by id;
// 1.1.0 by name).
func (d *Driver) ListRoutes(ctx context.Context) ([]pbx.Route, error) {
	return d.routes(ctx, "all")
}

func (d *Driver) routes(ctx context.Context, which string) ([]pbx.Route, error) {
	key := "id"
	if d.old() {
		key = "name"
	}
	out, err := d.call(ctx, "outroute/query", params{key: which})
	if err != nil {
		return nil, fmt.Errorf("list outbound routes: %w", err)
	}
	var list []pbx.Route
	for _, n := range elements(out.get("outroutes")) {
		r := pbx.Route{
			ID:         n.scalar("id"),
			Name:       n.scalar("name"),
			Patterns:   n.scalar("prefix"),
			Trunks:     split(n.scalar("trunks")),
			Extensions: split(n.scalar("extensions")),
			Groups:     split(n.scalar("extensionsgroup")),
		}
		if r.Name == "" {
			return nil, fmt.Errorf("list outbound routes: %w: one without name", errForm)
		}
		list = append(list, r)
	}
	return list, nil
}
