package agent

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"

	"bellhop/hotel"
	"bellhop/pbx"
	"bellhop/pms"
)

// textLine is a PBX that sends messages; errs are what it says, one after the other.
type textLine struct {
	sent []pbx.SMS
	errs []error
}

func (l *textLine) SendSMS(_ context.Context, m pbx.SMS) (string, error) {
	l.sent = append(l.sent, m)
	if len(l.errs) == 0 {
		return "7", nil
	}
	err := l.errs[0]
	l.errs = l.errs[1:]
	return "", err
}

// Each row is what the PBX says to a message. What may have gone out is not sent
// again: with a retry that does not say it is unsent, its outcome is unknown.
func TestSMSSender(t *testing.T) {
	call := hotel.QueuedCall{Body: []byte(`{"to":"+86139","text":"x"}`)}
	line := &textLine{}
	reply, err := smsSender{line, "GSM1"}.send(t.Context(), call)
	if err != nil || string(reply) != `{"id":"7"}` || len(line.sent) != 1 || line.sent[0] != (pbx.SMS{Trunk: "GSM1", To: "+86139", Text: "x"}) {
		t.Errorf("%s, %v, %+v", reply, err, line.sent)
	}
	for _, row := range []struct {
		err                 error
		retry, unsent, only bool
	}{
		{pbx.ErrInvalid, false, false, false},
		{pbx.ErrAuth, false, false, false},
		{pbx.ErrBusy, true, true, true},
		{fmt.Errorf("dial: %w", pbx.ErrRetry), true, true, false},
		{fmt.Errorf("dial: %w: %w", pbx.ErrRetry, context.Canceled), true, true, false},
		{fmt.Errorf("send: %w", pbx.ErrUncertain), true, false, true},
		{fmt.Errorf("send: %w: %w", pbx.ErrRetry, pbx.ErrUncertain), true, false, true},
		{context.DeadlineExceeded, true, false, true},
		{context.Canceled, true, false, true},
	} {
		line := &textLine{errs: []error{row.err}}
		_, err := smsSender{line, "GSM1"}.send(t.Context(), call)
		var retry *pms.Retry
		if is := errors.As(err, &retry); is != row.retry || is && (retry.Unsent != row.unsent || retry.Only != row.only) || err == nil || len(line.sent) != 1 {
			t.Errorf("%v: %#v", row.err, err)
		}
	}
}

// textPBX is a PBX that does nothing but send messages.
type textPBX struct {
	clinic
	textLine
}

// TestDoctorCountsMessages: when those of the day are sent, the doctor says so.
func TestDoctorCountsMessages(t *testing.T) {
	c := testConfig(t)
	c.PBX.Driver, c.SMS.Trunk, c.SMS.PerDay = "yeastar", "GSM1", 2
	p := &textPBX{clinic: clinic{asked: make(chan struct{}, 100)}}
	hooks := newShelf(map[string]string{"test.lua": `bellhop.on("dtmf", "^9", function() bellhop.sms { to = "+86139", text = "x" } end)`})
	a, err := New(Options{Config: c, Driver: p, Hooks: hooks, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	defer func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
	}()
	furnish(t, a)
	for _, want := range []string{"ok ok", "ok ok", "warning spent"} {
		list, err := a.Doctor(t.Context(), DoctorOrder{Offline: true})
		if err != nil || found(t, list, "sms") != want {
			t.Errorf("%s, want %s: %v", found(t, list, "sms"), want, err)
		}
		dial(t, a, "101", "9")
	}
}
