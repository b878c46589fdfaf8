package yeastar

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"bellhop/pbx"
)

// ListVoicemail implements [pbx.VoicemailKeeper] (voicemail/query).
func (d *Driver) ListVoicemail(ctx context.Context, extensions ...string) ([]pbx.Voicemail, error) {
	if _, err := numberList(extensions...); err != nil {
		return nil, fmt.Errorf("list voicemail: %w", err)
	}
	var list []pbx.Voicemail
	for some := range slices.Chunk(extensions, perRequest) {
		out, err := d.call(ctx, "voicemail/query", d.extension(strings.Join(some, ",")))
		if err != nil {
			return nil, fmt.Errorf("list voicemail: %w", err)
		}
		more, err := readVoicemails(out)
		if err != nil {
			return nil, fmt.Errorf("list voicemail: %w", err)
		}
		list = append(list, more...)
	}
	return list, nil
}

// readVoicemails reads the answer; without messages it has no list at all.
func readVoicemails(out node) ([]pbx.Voicemail, error) {
	var list []pbx.Voicemail
	for _, box := range elements(out.get("voicemails")) {
		for _, n := range elements(box.get("voicemail")) {
			seconds, ok := count(n.scalar("voicemaillength"))
			v := pbx.Voicemail{
				Extension: box.scalar(extensionKeys...),
				File:      n.scalar("voicemailfile"),
				From:      n.scalar("messagefrom"),
				Read:      n.scalar("voicemailstatus") == "read",
				Date:      n.scalar("voicemaildate"),
				Length:    time.Duration(seconds) * time.Second,
			}
			if !ok || v.Extension == "" || v.File == "" {
				return nil, fmt.Errorf("read voicemail: %w", errForm)
			}
			list = append(list, v)
		}
	}
	return list, nil
}

// DeleteVoicemail implements [pbx.VoicemailKeeper] (voicemail/delete), one
// message at a time: of several the PBX would not say which was not there.
func (d *Driver) DeleteVoicemail(ctx context.Context, messages ...pbx.Voicemail) error {
	for _, v := range messages {
		if strings.ContainsAny(v.File, ", ") || !strings.Contains(v.File, ".") {
			return fmt.Errorf("delete voicemail: %q is no file of a mailbox: %w", v.File, pbx.ErrInvalid)
		}
		status := "unread"
		if v.Read {
			status = "read"
		}
		if err := d.deleteVoicemail(ctx, v.Extension, v.File, status); err != nil {
			return err
		}
	}
	return nil
}

// ClearVoicemail implements [pbx.VoicemailKeeper] (voicemail/delete).
func (d *Driver) ClearVoicemail(ctx context.Context, extension string) error {
	return d.deleteVoicemail(ctx, extension, "all", "all")
}

func (d *Driver) deleteVoicemail(ctx context.Context, extension, file, status string) error {
	if _, err := numberList(extension); err != nil {
		return fmt.Errorf("delete voicemail: %w", err)
	}
	in := d.extension(extension).with("voicemailfile", file).with("voicemailstatus", status)
	_, err := d.call(ctx, "voicemail/delete", in)
	var number Errno
	if errors.As(err, &number) && number == errnoNoVoicemail {
		return nil
	}
	if err != nil {
		return fmt.Errorf("delete voicemail %s of %s: %w", file, extension, err)
	}
	return nil
}
