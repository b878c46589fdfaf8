package agent

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"

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

// A line in use is tried again, as nothing has gone out; what may have gone out is
// not, and what is refused is.
func TestSMSSender(t *testing.T) {
	call := hotel.QueuedCall{Body: []byte(`{"to":"+86139","text":"x"}`)}
	synctest.Test(t, func(t *testing.T) {
		line := &textLine{errs: []error{pbx.ErrBusy, pbx.ErrBusy}}
		reply, err := smsSender{line, "GSM1"}.send(t.Context(), call)
		if err != nil || string(reply) != `{"id":"7"}` || len(line.sent) != 3 || line.sent[0] != (pbx.SMS{Trunk: "GSM1", To: "+86139", Text: "x"}) {
			t.Errorf("%s, %v, %+v", reply, err, line.sent)
		}
		ctx, cancel := context.WithTimeout(t.Context(), attemptTimeout)
		defer cancel()
		line = &textLine{}
		for range 100 {
			line.errs = append(line.errs, pbx.ErrBusy)
		}
		_, err = smsSender{line, "GSM1"}.send(ctx, call)
		var refused *pms.Refused
		if !errors.As(err, &refused) || len(line.sent) < 5 || len(line.sent) > 15 {
			t.Errorf("busy for ever: %v after %d", err, len(line.sent))
		}
	})
	for _, row := range []struct {
		err   error
		retry bool
	}{{pbx.ErrInvalid, false}, {fmt.Errorf("send: %w", pbx.ErrUncertain), true}, {context.DeadlineExceeded, true}} {
		line := &textLine{errs: []error{row.err}}
		_, err := smsSender{line, "GSM1"}.send(t.Context(), call)
		var retry *pms.Retry // which for a message that is sent once is an unknown outcome
		if errors.As(err, &retry) != row.retry || err == nil || len(line.sent) != 1 {
			t.Errorf("%v: %v", row.err, err)
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
