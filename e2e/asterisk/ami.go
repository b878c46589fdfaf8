package asterisk

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"strconv"
	"strings"
	"sync"
	"time"
)

// message is what AMI sends: headers, in order, names as they came.
type message map[string]string

// client speaks AMI: actions that each get their answer, and events that go
// to whoever watches.
type client struct {
	conn    net.Conn
	ended   chan struct{} // closed when nothing more is read
	mu      sync.Mutex
	next    int
	waiting map[string]chan message
	watch   []func(message)
}

// connect dials until Asterisk is there, logs in, and waits until it has
// loaded everything. died tells that it is no use. Events are on or off.
func connect(ctx context.Context, address, events string, died <-chan struct{}) (*client, error) {
	var dialer net.Dialer
	for {
		conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(address, amiPort))
		if err == nil {
			return logIn(ctx, conn, events)
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-died:
			return nil, fmt.Errorf("it ended: %w", err)
		case <-ctx.Done():
			return nil, err
		}
	}
}

func logIn(ctx context.Context, conn net.Conn, events string) (*client, error) {
	c := &client{conn: conn, ended: make(chan struct{}), waiting: map[string]chan message{}}
	booted := make(chan struct{}, 1)
	c.watch = append(c.watch, func(m message) {
		if m["Event"] == "FullyBooted" {
			select {
			case booted <- struct{}{}:
			default:
			}
		}
	})
	go c.read()
	if _, err := c.do(ctx, "Login", "Username", "test", "Secret", "test", "Events", events); err != nil {
		c.close()
		return nil, err
	}
	if events == "off" { // so it does not say when it has booted
		return c, nil
	}
	select {
	case <-booted:
		return c, nil
	case <-c.ended:
		return nil, errors.New("AMI closed after the login")
	case <-ctx.Done():
		c.close()
		return nil, fmt.Errorf("it did not finish loading: %w", ctx.Err())
	}
}

// read hands on what comes until the connection ends.
func (c *client) read() {
	defer close(c.ended)
	lines := textproto.NewReader(bufio.NewReader(c.conn))
	if _, err := lines.ReadLine(); err != nil { // its greeting
		return
	}
	for {
		m := message{}
		for {
			line, err := lines.ReadLine()
			if err != nil {
				return
			}
			if line == "" {
				break
			}
			name, value, _ := strings.Cut(line, ":")
			m[name] = strings.TrimPrefix(value, " ")
		}
		c.hand(m)
	}
}

func (c *client) hand(m message) {
	c.mu.Lock()
	answer := c.waiting[m["ActionID"]]
	watch := c.watch
	if m["Response"] != "" {
		delete(c.waiting, m["ActionID"])
	}
	c.mu.Unlock()
	if m["Response"] != "" {
		if answer != nil {
			answer <- m
		}
		return
	}
	for _, w := range watch {
		w(m)
	}
}

// do carries out an action with headers, names and values in turn.
func (c *client) do(ctx context.Context, action string, headers ...string) (message, error) {
	answer := make(chan message, 1)
	c.mu.Lock()
	c.next++
	id := strconv.Itoa(c.next)
	c.waiting[id] = answer
	var text strings.Builder
	fmt.Fprintf(&text, "Action: %s\r\nActionID: %s\r\n", action, id)
	for i := 0; i < len(headers); i += 2 {
		fmt.Fprintf(&text, "%s: %s\r\n", headers[i], headers[i+1])
	}
	_, err := c.conn.Write([]byte(text.String() + "\r\n"))
	c.mu.Unlock()
	if err != nil {
		return nil, err
	}
	select {
	case m := <-answer:
		if m["Response"] != "Success" {
			return m, fmt.Errorf("%s: %s", action, m["Message"])
		}
		return m, nil
	case <-c.ended:
		return nil, fmt.Errorf("%s: AMI has closed", action)
	case <-ctx.Done():
		return nil, fmt.Errorf("%s: %w", action, ctx.Err())
	}
}

// watching has each event handed to w from now on, one at a time.
func (c *client) watching(w func(message)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.watch = append(c.watch[:len(c.watch):len(c.watch)], w)
}

func (c *client) close() {
	_ = c.conn.Close() // nothing is lost by it
	<-c.ended
}
