package yeastar

import (
	"context"
	"fmt"
)

// CauseEvent implements [pbx.EventCauser]: the PBX reports that an extension was
// changed (API 2.0.0, ConfigChange), also when its name is written as it was. It
// is written as it was read and not cleaned as a guest's is, so that it stays.
// Whether the report comes for changes by the API on all firmware is not said.
func (d *Driver) CauseEvent(ctx context.Context, extension string) error {
	found, err := d.ReadExtensions(ctx, extension)
	if err != nil {
		return fmt.Errorf("cause a report: %w", err)
	}
	in := d.extension(extension)
	in["username"] = found[0].Name
	if _, err := d.call(ctx, "extension/update", in); err != nil {
		return fmt.Errorf("cause a report: write the name of %s as it stands: %w", extension, err)
	}
	return nil
}
