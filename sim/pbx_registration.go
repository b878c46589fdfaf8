package sim

import (
	"net"
	"strconv"
	"strings"
)

// Registration is where and how the PBX sends its reports.
type Registration struct {
	Host string
	Port string
	Path string // begins with a slash
	// Version is the form of the reports: "2.0.0", "1.0.2" or, for everything
	// else, that of 1.0.0.
	Version string
}

// The defaults of login and heartbeat.
const (
	defaultPort    = "8260"
	defaultVersion = "1.0.0"
	newVersion     = "2.0.0"
)

// registration reads the parameters that login and heartbeat share; false for
// a port that is none.
func registration(host string, in fields) (Registration, bool) {
	reg := Registration{
		Host: host, Port: orElse(string(in.Port), defaultPort),
		Version: orElse(string(in.Version), defaultVersion),
	}
	path := string(in.URL)
	if tag := orElse(in.URLTag, in.URLFlag); tag == "1" && path != "" {
		path = reg.takeAbsolute(path)
	}
	reg.Path = "/" + strings.TrimPrefix(path, "/")
	port, err := strconv.ParseUint(reg.Port, 10, 16)
	return reg, err == nil && port > 0
}

// takeAbsolute reads 110.22.2.3:8260/report, also with http:// before it as
// some programs send it, and gives the path.
func (r *Registration) takeAbsolute(address string) string {
	address = strings.TrimPrefix(address, "http://")
	where, path, _ := strings.Cut(address, "/")
	host, port, err := net.SplitHostPort(where)
	if err != nil {
		r.Host = where
		return path
	}
	r.Host, r.Port = host, port
	return path
}

// register takes the place of an earlier registration. The caller holds mu.
func (p *PBX) register(reg Registration, token string) {
	p.reg, p.regOf = reg, token
	p.wake()
}

// registered tells whether somebody with a token that lives is. The caller
// holds mu.
func (p *PBX) registered() bool { return p.tokens.alive(p.regOf, p.o.Now()) }

// Registration gives where reports go; false while nobody is registered with
// a token that lives.
func (p *PBX) Registration() (Registration, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.reg, p.registered()
}
