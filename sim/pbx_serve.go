package sim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The versions of the API that are simulated.
const (
	newPath = "/api/v2.0.0/"
	oldPath = "/api/v1.1.0/"
)

func (p *PBX) serveAPI(w http.ResponseWriter, r *http.Request) {
	endpoint, ours := strings.CutPrefix(r.URL.Path, newPath)
	old := !ours
	if old {
		endpoint, ours = strings.CutPrefix(r.URL.Path, oldPath)
	}
	if !ours {
		http.NotFound(w, r)
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxRequest+1))
	from, fromErr := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || fromErr != nil || p.isDown() {
		panic(http.ErrAbortHandler) // cut off without an answer
	}
	if p.strikes(FaultStatus500) {
		http.Error(w, "500 Internal Server Error", http.StatusInternalServerError)
		return
	}
	c := call{
		old: old, method: r.Method, endpoint: endpoint, token: r.URL.Query().Get("token"),
		from: from.Addr().Unmap().WithZone(""), body: body,
	}
	text, kind := p.reply(c, r)
	if p.strikes(FaultSlow) && !p.linger(r) || p.strikes(FaultLostAnswer) {
		panic(http.ErrAbortHandler)
	}
	p.writeAnswer(w, text, kind)
}

// downloads are the endpoints that are asked for by GET.
var downloads = []string{"cdr/download", "recording/download", "voicemail/download"}

// reply gives the body of the answer and its type.
func (p *PBX) reply(c call, r *http.Request) (text []byte, kind string) {
	if c.method == http.MethodGet && slices.Contains(downloads, c.endpoint) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.runDue(p.o.Now())
		file, kind, refused := p.download(c, r.URL.Query())
		if refused == nil {
			return file, kind
		}
		return p.print(*refused), jsonType
	}
	return p.print(p.call(c)), jsonType
}

// print writes an answer as the manual does.
func (p *PBX) print(a answer) []byte {
	text := printed(a, "  ")
	if a.Errno != "" && p.strikes(FaultErrnoNumber) {
		text = bytes.Replace(text, quote(string(a.Errno)), []byte(a.Errno), 1)
	}
	return text
}

// MarshalJSON puts what the endpoint adds behind the rest.
func (a answer) MarshalJSON() ([]byte, error) {
	type head answer
	pairs, ok := readPairs(printed(head(a), ""))
	if !ok {
		return nil, fmt.Errorf("an answer of its own does not parse")
	}
	var o object
	for _, pair := range append(pairs, a.more...) {
		o.add(pair.key, pair.value)
	}
	return o.bytes(), nil
}

// linger waits before a slow answer; false if the client did not.
func (p *PBX) linger(r *http.Request) bool {
	timer := time.NewTimer(time.Duration(p.Limits().Slow))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

const jsonType = "application/json"

// writeAnswer writes past net/http, which would add a length.
func (p *PBX) writeAnswer(w http.ResponseWriter, text []byte, kind string) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer conn.Close()
	_ = conn.SetWriteDeadline(time.Now().Add(apiTimeout))
	head := strings.Replace(apiHead, jsonType, kind, 1)
	if p.strikes(FaultLength) {
		head = strings.Replace(head, "\r\n", "\r\nContent-Length: "+strconv.Itoa(len(text))+"\r\n", 1)
	}
	if p.strikes(FaultCutAnswer) {
		text = text[:len(text)/2]
	}
	_, err = conn.Write(append([]byte(head), text...))
	if half, ok := conn.(interface{ CloseWrite() error }); ok && err == nil {
		_ = half.CloseWrite() // the answer is whole; Close follows anyway
	}
}

// unquote reads a JSON string.
func unquote(value []byte, to *string) bool { return json.Unmarshal(value, to) == nil }
