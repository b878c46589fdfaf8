package api

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"bellhop/config"
)

func dialNetwork(t *testing.T, address, text string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(long))
	_, _ = io.WriteString(conn, text) // it may be closed already
	return conn
}

// TestOneAddressTakesNotAllPlaces: a machine of the network that opens
// connection after connection gets so many, and closing one makes room.
func TestOneAddressTakesNotAllPlaces(t *testing.T) {
	b := fromNetwork()
	b.each = 2
	address := overNetwork(t, http.HandlerFunc(readBody), nil, b)
	const get = "GET / HTTP/1.1\r\nHost: b\r\n\r\n"
	answered := func(c net.Conn) bool {
		line, err := bufio.NewReader(c).ReadString('\n')
		return err == nil && strings.Contains(line, "200")
	}
	first, second := dialNetwork(t, address, get), dialNetwork(t, address, get)
	if !answered(first) || !answered(second) {
		t.Fatal("the first two get no answer")
	}
	for range 10 {
		if answered(dialNetwork(t, address, get)) {
			t.Fatal("a third was let in")
		}
	}
	_ = first.Close()
	for end := time.Now().Add(long); !answered(dialNetwork(t, address, get)); { // the server has to see it
		if time.Now().After(end) {
			t.Fatal("a closed connection keeps its place")
		}
	}
	if fromNetwork().each == 0 || fromNetwork().each*4 > fromNetwork().conns || ordinary().each != 0 {
		t.Error("one address may take too many places, or the socket's owner is bounded")
	}
}

// TestNetworkDawdlersAreCutOff: also before TLS is spoken.
func TestNetworkDawdlersAreCutOff(t *testing.T) {
	k := keep(t, config.TLSSelf)
	k.prepare()
	b := fromNetwork()
	b.head, b.request, b.answer, b.idle = 50*time.Millisecond, 100*time.Millisecond, 150*time.Millisecond, 50*time.Millisecond
	for name, cert := range map[string]*Certificate{"plain": nil, "TLS": k.Certificate} {
		address := overNetwork(t, http.HandlerFunc(readBody), cert, b)
		for what, text := range map[string]string{
			"nothing at all": "", "half a greeting": "\x16\x03\x01\x02\x00\x01", "half a head": "GET / HTTP/1.1\r\nHost: b\r\nX-A: ",
			"half a body": "POST / HTTP/1.1\r\nHost: b\r\nContent-Length: 10\r\n\r\n12345",
		} {
			if _, err := io.Copy(io.Discard, dialNetwork(t, address, text)); errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("%s, %s: the connection stays open", name, what)
			}
		}
	}
}

// TestLongRequestsAreRefused: heads before they are read whole, bodies as on
// the socket, and those of strangers not at all.
func TestLongRequestsAreRefused(t *testing.T) {
	c, a, _ := house(t)
	token := addToken(t, c, "pms", "admin", time.Time{})
	address := overNetwork(t, OpenHandler(a, Gate{}), nil, fromNetwork())
	status := func(text string) string {
		line, err := bufio.NewReader(dialNetwork(t, address, text)).ReadString('\n')
		if err != nil {
			return "closed"
		}
		return strings.Fields(line)[1]
	}
	if got := status("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: " + strings.Repeat("a", 64<<10) + "\r\n\r\n"); got != "431" && got != "closed" {
		t.Errorf("a head of 64 KiB: %s", got)
	}
	if got := status("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n" + strings.Repeat("X-A: b\r\n", 8<<10) + "\r\n"); got != "431" && got != "closed" {
		t.Errorf("8192 lines: %s", got)
	}
	long := func(who string) string {
		return fmt.Sprintf("POST /v1/import HTTP/1.1\r\nHost: 127.0.0.1\r\n%sContent-Length: %d\r\n\r\n{\"rooms\":\"%s", who, 8<<20, strings.Repeat("1", maxBody+10))
	}
	if got := status(long("Authorization: Bearer " + token + "\r\n")); got != "413" {
		t.Errorf("8 MiB: %s", got)
	}
	if got := status(long("")); got != "401" {
		t.Errorf("8 MiB of a stranger: %s", got)
	}
	if got := status("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"); got != "200" {
		t.Errorf("after all that: %s", got)
	}
}
