package pms_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"bellhop/pms"
)

func TestErrorsReadWell(t *testing.T) {
	for want, err := range map[string]error{
		"refused with status 422: no such room": &pms.Refused{Status: 422, Reason: "no such room"},
		"refused with status 410":               &pms.Refused{Status: 410},
		"refused: longer than allowed":          &pms.Refused{Reason: "longer than allowed"},
		"status 503 (not again before 30s)":     &pms.Retry{After: 30 * time.Second, Err: errors.New("status 503")},
		"context canceled":                      &pms.Retry{Err: context.Canceled},
	} {
		if err.Error() != want {
			t.Errorf("reads %q, want %q", err, want)
		}
	}
}

func TestRetryShowsItsCause(t *testing.T) {
	var err error = &pms.Retry{Err: context.DeadlineExceeded}
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v hides its cause", err)
	}
}
