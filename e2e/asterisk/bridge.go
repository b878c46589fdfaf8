package asterisk

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"bellhop/sim"
)

// bridgeTime bounds how long a receiver may take for one report.
const bridgeTime = 30 * time.Second

// Bridge makes a PBX of an Asterisk: it pushes each string that the dialplan
// sends to an agent, as a Yeastar does with its own Asterisk's. One at a time
// and in their order, each told once; a receiver that does not take one fails
// the test. What has been sent by the end of the last call, wait has pushed
// when it returns.
func (s *Server) Bridge(t testing.TB, to string) (wait func()) {
	const most = 1000 // strings of one test
	strings, done := make(chan message, most), make(chan struct{})
	s.ami.watching(func(m message) {
		if m["UserEvent"] == "DtmfEndString" {
			strings <- m
		}
	})
	go func() {
		defer close(done)
		for m := range strings {
			if m == nil {
				return
			}
			if err := push(t.Context(), to, m); err != nil {
				t.Error(err)
			}
		}
	}()
	return func() {
		strings <- nil
		<-done
	}
}

// push tells one string: the room stands nowhere but in the caller's number.
func push(ctx context.Context, to string, m message) error {
	ctx, cancel := context.WithTimeout(ctx, bridgeTime)
	defer cancel()
	body := sim.DTMF("369872B04EDC", m["Uniqueid"], m["CallerIDNum"], m["Info"])
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+to+"/", bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Close = true
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("push %q: %w", m["Info"], err)
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil || answer.StatusCode != http.StatusOK {
		return fmt.Errorf("push %q: answered %s, %w", m["Info"], answer.Status, err)
	}
	return nil
}
