package pbx

import (
	"context"
	"time"
)

// Voicemail is one message in an extension's mailbox.
type Voicemail struct {
	Extension string
	File      string // its name within the mailbox
	From      string // who left it
	Read      bool
	Date      string        // by the PBX's clock, "2006-01-02 15:04:05"
	Length    time.Duration // in whole seconds
}

// VoicemailKeeper lists and deletes voicemail.
type VoicemailKeeper interface {
	// ListVoicemail gives the messages of the extensions named; none is no error.
	ListVoicemail(ctx context.Context, extensions ...string) ([]Voicemail, error)
	// DeleteVoicemail deletes the messages given; one that is gone counts as
	// deleted.
	DeleteVoicemail(ctx context.Context, messages ...Voicemail) error
	// ClearVoicemail deletes every message of one extension, unheard ones too.
	// It is for a guest who has left, and for nothing else.
	ClearVoicemail(ctx context.Context, extension string) error
}
