package yeastar

import "errors"

// Transport is how the PBX delivers its reports, one way for the whole PBX
// (API 2.0.0, Login, transport).
type Transport string

// The two transports.
const (
	TransportHTTP Transport = "HTTP" // it pushes each to where we listen
	TransportTCP  Transport = "TCP"  // it sends them over a connection that we dial
)

// Each says what to change where the PBX and the config differ.
var (
	errSendsTCP  = errors.New(`the PBX offers its reports over TCP, and the config waits for HTTP: choose HTTP on the PBX's page Settings > PBX > General > API, or set pbx.events = "tcp" and pbx.event_addr`)
	errSendsHTTP = errors.New(`the PBX sends its reports over HTTP, and the config waits for TCP: choose TCP on the PBX's page Settings > PBX > General > API, or set pbx.events = "http"`)
)

// differs says what is wrong with what the PBX says of itself; nothing, if it
// says nothing.
func (t Transport) differs(wanted Transport) error {
	switch {
	case t == TransportTCP && wanted == TransportHTTP:
		return errSendsTCP
	case t == TransportHTTP && wanted == TransportTCP:
		return errSendsHTTP
	}
	return nil
}

// Transport is what the PBX said at the newest login; empty: nothing yet.
func (s *Session) Transport() Transport {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.transport
}

// Forget lets the next call log in anew: only a login tells of the transport.
func (s *Session) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.token = ""
}
