package pbx

import (
	"context"
	"io"

	"bellhop/hotel"
)

// Span is a time by the PBX's clock and in its zone, both ends included,
// written "2006-01-02 15:04:05" as in [hotel.CDR].
type Span struct {
	From, To string
}

// CallHistory gives the records of past calls, for the time in which no
// reports arrived.
type CallHistory interface {
	// PastCalls gives take each record of the span, as the event that a report
	// of the same call would be, so that the two have one merge key. No
	// extensions named: all of them. No records is no error. An error of take
	// ends it and is returned. On another error some records may have been
	// given already; the same span can be asked for again.
	PastCalls(ctx context.Context, span Span, extensions []string, take func(hotel.Event) error) error
}

// RecordingFetcher gives the sound of recorded calls.
type RecordingFetcher interface {
	// FetchRecording writes the recording named in a [hotel.CDR] to w. It
	// blocks for minutes where the line is slow. ErrMissing: there is none.
	// On an error what was written is not to be used.
	FetchRecording(ctx context.Context, name string, w io.Writer) error
}
