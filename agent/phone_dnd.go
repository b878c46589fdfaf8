package agent

import (
	"context"
	"fmt"
	"slices"

	"bellhop/hotel"
	"bellhop/pbx"
)

// setDND makes a telephone's do not disturb what the hotel knows of its room
// now, and reads it back. While the room is rung to be woken it is put on by the
// end of that.
func (p *phoneWriter) setDND(ctx context.Context, extension string) error {
	letGo, err := p.holds.hold(ctx, extension)
	if err != nil {
		return err
	}
	defer letGo()
	room, known := hotel.RoomOf(p.view(), extension)
	if !known {
		return nil
	}
	if room.DND && hotel.IsCalled(p.view(), room.Number) {
		lifted := true
		return p.keep(ctx, hotel.PhoneNote{Extension: extension, Lifted: &lifted})
	}
	there, err := p.readDND(ctx, extension)
	if err != nil || there == room.DND {
		return err
	}
	err = p.spaced(ctx, func() error {
		return p.pbx.ChangeExtension(ctx, extension, pbx.Change{DND: &room.DND})
	})
	if err != nil {
		return fmt.Errorf("set do not disturb: %w", err)
	}
	if there, err = p.readDND(ctx, extension); err != nil || there == room.DND {
		return err
	}
	return fmt.Errorf("%w: do not disturb", errNotShown)
}

// readDND is what the PBX shows.
func (p *phoneWriter) readDND(ctx context.Context, extension string) (bool, error) {
	found, err := p.pbx.ReadExtensions(ctx, extension)
	if err != nil {
		return false, fmt.Errorf("read: %w", err)
	}
	i := slices.IndexFunc(found, func(s pbx.Settings) bool { return s.Number == extension })
	if i < 0 {
		return false, fmt.Errorf("read: the answer is about something else: %w", pbx.ErrMissing)
	}
	return found[i].DND, nil
}
