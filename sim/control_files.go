package sim

import (
	"fmt"
	"io"
	"net/http"
)

// controlFiles are the orders about files and the dialplan.
func (p *PBX) controlFiles(mux *http.ServeMux) {
	get(mux, "/files", func() any { return p.Files("/") })
	mux.HandleFunc("GET /files/{path...}", p.controlFile)
	mux.HandleFunc("PUT /files/{path...}", p.controlSetFile)
	take(mux, "DELETE /files/{path...}", func(r *http.Request, _ struct{}) (any, error) {
		return nil, p.RemoveFile(r.PathValue("path"))
	})
	take(mux, "POST /apply", func(*http.Request, struct{}) (any, error) {
		p.Apply()
		return nil, nil
	})
	get(mux, "/dialplan", func() any {
		return struct {
			Text string `json:"text"`
		}{string(p.LoadedDialplan())}
	})
}

// controlFile answers with a file's bytes, as they are.
func (p *PBX) controlFile(w http.ResponseWriter, r *http.Request) {
	data, err := p.File(r.PathValue("path"))
	if err != nil {
		refuse(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	_, _ = w.Write(data) // the client may be gone
}

// controlSetFile takes a file's bytes, as they are; more than the whole disk
// are not read.
func (p *PBX) controlSetFile(w http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, p.disk.size))
	if err != nil {
		refuse(w, fmt.Errorf("read the file: %w", err))
		return
	}
	if err := p.SetFile(r.PathValue("path"), data); err != nil {
		refuse(w, err)
		return
	}
	tell(w, struct{}{})
}
