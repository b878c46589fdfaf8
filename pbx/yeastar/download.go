package yeastar

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// downloadTimeout bounds one download; a slow line carries a long recording.
const downloadTimeout = 10 * time.Minute

// download is one file of the PBX: a key to it is asked for, which is good for
// one GET within 30 seconds and only from here (API 2.0.0, Download CDR and
// Download Recording).
type download struct {
	what string // recording or cdr
	in   params // of the question for the key
	// query is that of the address; it repeats what the question named.
	query func(token, key string) [][2]string
	// take reads the file. It is called once, and not for an answer that says
	// that there is none.
	take func(*bufio.Reader) error
}

// download fetches one file. When the key or the token has become stale on
// the way, it starts anew once.
func (d *Driver) download(ctx context.Context, f download) error {
	err := d.downloadOnce(ctx, f)
	var number Errno
	if errors.As(err, &number) && (number.stale() || number.renews()) {
		return d.downloadOnce(ctx, f)
	}
	return err
}

func (d *Driver) downloadOnce(ctx context.Context, f download) error {
	out, err := d.call(ctx, f.what+"/get_random", f.in)
	if err != nil {
		return err
	}
	key := out.scalar("random")
	if key == "" {
		return fmt.Errorf("call %s/get_random: %w: no random", f.what, errForm)
	}
	err = d.Session.fetch(ctx, f.what+"/download", key, f)
	d.noteReached(ctx, err)
	return err
}

func (s *Session) fetch(ctx context.Context, endpoint, key string, f download) error {
	token, err := s.renew(ctx, "")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, downloadTimeout)
	defer cancel()
	address := s.address(endpoint) + "?" + encodeQuery(f.query(token, key))
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return fmt.Errorf("call %s: the base address cannot be used", endpoint)
	}
	client := *s.HTTP
	client.Timeout = 0 // that is for short answers; ctx has ours
	answer, err := s.do(&client, endpoint, request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body := bufio.NewReaderSize(answer.Body, maxRow)
	if err := refused(body); err != nil {
		var number Errno
		if errors.As(err, &number) && number.renews() {
			s.dropToken(token)
		}
		return fmt.Errorf("call %s: %w", endpoint, err)
	}
	if err := f.take(body); err != nil {
		return fmt.Errorf("call %s: %w", endpoint, err)
	}
	return nil
}

// refused reads the answer that comes in the place of the file, if it is one:
// no CSV and no sound begins with a brace.
func refused(body *bufio.Reader) error {
	begin, err := body.Peek(1)
	if err != nil || begin[0] != '{' {
		return nil // a file, be it an empty one
	}
	text, err := io.ReadAll(io.LimitReader(body, maxBody))
	if err != nil {
		return &unanswered{err, false}
	}
	if _, err := decodeAnswer(text); err != nil {
		return err
	}
	return fmt.Errorf("%w: no file", errForm)
}

// dropToken gives up a token that the PBX no longer knows.
func (s *Session) dropToken(stale string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.token == stale {
		s.token = ""
	}
}

// encodeQuery writes the parameters in their order and as the manual does:
// %20 for a blank, colons and commas as they are.
func encodeQuery(list [][2]string) string {
	plain := strings.NewReplacer("%3A", ":", "%2C", ",")
	var parts []string
	for _, p := range list {
		parts = append(parts, p[0]+"="+plain.Replace(escape(p[1])))
	}
	return strings.Join(parts, "&")
}
