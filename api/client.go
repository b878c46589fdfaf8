package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"syscall"
	"time"
)

// ErrNotRunning says that no agent answers on the socket.
var ErrNotRunning = errors.New("the agent does not run")

// clientTimeout bounds one request: an order waits for its commit, and for
// what is before it in its room's lane.
const clientTimeout = 30 * time.Second

// Client speaks with a running agent over its socket.
type Client struct {
	socket string
	http   *http.Client
}

// NewClient makes a client; it connects with the first request.
func NewClient(socket string) *Client {
	var dialer net.Dialer
	return &Client{socket: socket, http: &http.Client{
		Timeout: clientTimeout,
		Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, "unix", socket)
		}},
	}}
}

// Get asks path and decodes the answer into out.
func (c *Client) Get(ctx context.Context, path string, out any) error {
	return c.do(ctx, http.MethodGet, path, nil, out)
}

// Post sends in, which may be nil, and decodes the answer into out.
func (c *Client) Post(ctx context.Context, path string, in, out any) error {
	return c.do(ctx, http.MethodPost, path, in, out)
}

func (c *Client) do(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return fmt.Errorf("encode request: %w", err)
		}
		body = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, "http://bellhop"+path, body)
	if err != nil {
		return fmt.Errorf("ask the agent: %w", err)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return c.explain(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return problem(response)
	}
	if out == nil {
		return nil
	}
	if err := json.NewDecoder(response.Body).Decode(out); err != nil {
		return fmt.Errorf("read the agent's answer: %w", err)
	}
	return nil
}

func (c *Client) explain(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("%w (nothing answers on %s): start it with \"bellhop run\"", ErrNotRunning, c.socket)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("the agent's socket %s may not be opened: run this as the user that the agent runs as", c.socket)
	}
	var asked *url.Error
	if errors.As(err, &asked) {
		err = asked.Err // without a request line, which nobody typed
	}
	if os.IsTimeout(err) {
		return fmt.Errorf("the agent runs, but has not answered within %s; its log may say why", c.http.Timeout)
	}
	return fmt.Errorf("ask the agent: %w", err)
}

func problem(response *http.Response) error {
	var p Problem
	if json.NewDecoder(io.LimitReader(response.Body, maxBody)).Decode(&p) != nil || p.Error == "" {
		return fmt.Errorf("the agent answered %s", response.Status)
	}
	return errors.New(p.Error)
}
