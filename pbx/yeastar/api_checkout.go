package yeastar

import (
	"context"
	"fmt"
)

// CheckOut implements [pbx.CheckOuter] (API 2.0.0 and 1.1.0, hotel/checkout).
func (d *Driver) CheckOut(ctx context.Context, extensions ...string) error {
	list, err := numberList(extensions...)
	if err != nil {
		return fmt.Errorf("check out: %w", err)
	}
	if _, err := d.call(ctx, "hotel/checkout", d.extension(list)); err != nil {
		return fmt.Errorf("check out %s: %w", list, err)
	}
	return nil
}
