package sim

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net"
	"net/http"
	"time"
)

// ControlHelp says how [PBX.Control] is used.
const ControlHelp = `Control API of the simulated PBX (JSON; spans are written as 1m30s):
  GET    /state                  extensions, routes, calls that go on, text messages, counts
  GET    /extensions/N           one extension
  PUT    /extensions/N           make or change it: {"status","settings","alarms","voicemails","handset"}
                                 handset: [{"does":"answers|ignores|refuses|unreachable",
                                 "after":"5s","talk":"30s","keys":"1","pause":"2s"}], one for each call
  DELETE /extensions/N           take it away
  PUT    /routes                 [{"id","name","prefix","trunk"}]
  PUT    /outside/NUMBER         how a number outside behaves: a handset
  POST   /prompts                {"name"}
  GET    /records                the records of past calls; POST adds one that is not reported
  POST   /dial                   a room's phone dials: {"extension":"1001","number":"778*2*1"}
  POST   /callin                 a call from outside: {"from":"13800000000","extension":"1001","trunk":""}
  POST   /keys                   press keys: {"at":"1001 or a call's id","keys":"1"}
  POST   /hangup                 {"at":"1001 or a call's id"}
  POST   /report                 send this body as a report, as it is
  PUT    /faults                 {"faults":{"lost-answer":{"next":1,"percent":10}},"all":0}; GET lists all
  PUT    /limits                 those that are named; GET lists all
  POST   /clock                  {"move":"8h"} sets it ahead; GET tells it
  POST   /down                   {"down":true}: the cable is pulled
  POST   /restart                tokens, calls and the registration are gone; BootUp is reported
  GET    /files                  the files of FTP and SFTP; GET /files/PATH gives what one holds
  PUT    /files/PATH             make it hold the body, as it is, as if somebody else did it
  DELETE /files/PATH             take it away, and what is in it
  POST   /apply                  Save and Apply on the web page: the dialplan is read
  GET    /dialplan               the one that telephones dial by: {"text"}`

const maxControl = 1 << 20

// Control is the API by which others look at a PBX, set it and make things
// happen. It asks for no password: let it listen on this machine alone.
func (p *PBX) Control() http.Handler {
	mux := http.NewServeMux()
	get(mux, "/state", func() any { return p.State() })
	get(mux, "/records", func() any { return p.Records() })
	get(mux, "/limits", func() any { return p.Limits() })
	get(mux, "/faults", func() any { return p.faultsSet() })
	get(mux, "/clock", func() any { return moment{p.Move(0)} })
	mux.HandleFunc("GET /extensions/{number}", p.controlExtension)
	take(mux, "PUT /extensions/{number}", p.controlSetExtension)
	take(mux, "DELETE /extensions/{number}", func(r *http.Request, _ struct{}) (any, error) {
		return nil, p.RemoveExtension(r.PathValue("number"))
	})
	take(mux, "PUT /routes", func(_ *http.Request, routes []OutRoute) (any, error) { return nil, p.SetRoutes(routes) })
	take(mux, "PUT /outside/{number}", func(r *http.Request, h Handset) (any, error) {
		return nil, p.SetOutside(r.PathValue("number"), h)
	})
	take(mux, "PUT /faults", p.controlSetFaults)
	take(mux, "PUT /limits", p.controlSetLimits)
	p.controlActs(mux)
	p.controlFiles(mux)
	return mux
}

// ServeControl answers the control API on ln until ctx ends; then it closes ln
// and returns nil.
func (p *PBX) ServeControl(ctx context.Context, ln net.Listener) error {
	server := &http.Server{
		Handler: p.Control(), ErrorLog: log.New(io.Discard, "", 0),
		ReadTimeout: apiTimeout, WriteTimeout: apiTimeout, MaxHeaderBytes: 16 << 10,
	}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	err := server.Serve(ln)
	if ctx.Err() != nil {
		return nil
	}
	return fmt.Errorf("simulated pbx: serve control: %w", err)
}

// controlActs are the orders that make something happen.
func (p *PBX) controlActs(mux *http.ServeMux) {
	take(mux, "POST /dial", func(_ *http.Request, o struct{ Extension, Number string }) (any, error) {
		id, err := p.Dial(o.Extension, o.Number)
		return begun{id}, err
	})
	take(mux, "POST /callin", func(_ *http.Request, o struct{ From, Extension, Trunk string }) (any, error) {
		id, err := p.CallIn(o.From, o.Extension, o.Trunk)
		return begun{id}, err
	})
	take(mux, "POST /keys", func(_ *http.Request, o struct{ At, Keys string }) (any, error) { return nil, p.Press(o.At, o.Keys) })
	take(mux, "POST /hangup", func(_ *http.Request, o struct{ At string }) (any, error) { return nil, p.Finish(o.At) })
	take(mux, "POST /prompts", func(_ *http.Request, o struct{ Name string }) (any, error) {
		p.AddPrompt(o.Name)
		return nil, nil
	})
	take(mux, "POST /records", func(_ *http.Request, c CDR) (any, error) {
		p.AddRecord(c)
		return nil, nil
	})
	take(mux, "POST /report", func(r *http.Request, body json.RawMessage) (any, error) {
		return nil, p.Push(r.Context(), body)
	})
	take(mux, "POST /clock", func(_ *http.Request, o struct{ Move Span }) (any, error) {
		if o.Move < 0 || time.Duration(o.Move) > maxMove {
			return nil, fmt.Errorf("the clock goes ahead by 0 to %s", maxMove)
		}
		return moment{p.Move(time.Duration(o.Move))}, nil
	})
	take(mux, "POST /down", func(_ *http.Request, o struct{ Down bool }) (any, error) {
		p.SetDown(o.Down)
		return nil, nil
	})
	take(mux, "POST /restart", func(*http.Request, struct{}) (any, error) {
		p.Restart()
		return nil, nil
	})
}

// begun is the answer to what begins a call.
type begun struct {
	CallID string `json:"callid"`
}

type moment struct {
	Time time.Time `json:"time"`
}

// faultsSet are the faults that are on.
type faultsSet struct {
	Faults map[Fault]Chance `json:"faults"`
	All    int              `json:"all"`
}

func (p *PBX) faultsSet() faultsSet {
	chances, all := p.FaultChances()
	set := faultsSet{map[Fault]Chance{}, all}
	for _, f := range append(Faults(), FileFaults()...) {
		set.Faults[f] = chances[f]
	}
	return set
}

// controlSetFaults changes those that the body names.
func (p *PBX) controlSetFaults(_ *http.Request, body json.RawMessage) (any, error) {
	_, all := p.FaultChances()
	set := faultsSet{All: all}
	if err := strictly(bytes.NewReader(body), &set); err != nil {
		return nil, fmt.Errorf("read faults: %w", err)
	}
	for f, c := range set.Faults {
		if err := p.SetFault(f, c); err != nil {
			return nil, err
		}
	}
	return p.faultsSet(), p.SetAllFaults(set.All)
}

func (p *PBX) controlExtension(w http.ResponseWriter, r *http.Request) {
	x, found := p.Extension(r.PathValue("number"))
	if !found {
		refuse(w, ErrNoExtension)
		return
	}
	tell(w, x)
}

func (p *PBX) controlSetExtension(r *http.Request, x PBXExtension) (any, error) {
	x.Number = r.PathValue("number")
	if err := p.SetExtension(x); err != nil {
		return nil, err
	}
	x, _ = p.Extension(x.Number)
	return x, nil
}

// controlSetLimits changes those that the body names.
func (p *PBX) controlSetLimits(_ *http.Request, body json.RawMessage) (any, error) {
	limits := p.Limits()
	if err := strictly(bytes.NewReader(body), &limits); err != nil {
		return nil, fmt.Errorf("read limits: %w", err)
	}
	return limits, p.SetLimits(limits)
}

// get answers with what look gives.
func get(mux *http.ServeMux, path string, look func() any) {
	mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) { tell(w, look()) })
}

// take reads a body into a T, obeys it and answers with what comes of that.
// No body at all is T's zero value.
func take[T any](mux *http.ServeMux, pattern string, obey func(*http.Request, T) (any, error)) {
	mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		var order T
		err := strictly(http.MaxBytesReader(w, r.Body, maxControl), &order)
		if err != nil && !errors.Is(err, io.EOF) {
			refuse(w, fmt.Errorf("read the order: %w", err))
			return
		}
		answer, err := obey(r, order)
		if err != nil {
			refuse(w, err)
			return
		}
		tell(w, orElse(answer, any(struct{}{})))
	})
}

// strictly reads JSON whose every key must be known.
func strictly(from io.Reader, to any) error {
	d := json.NewDecoder(from)
	d.DisallowUnknownFields()
	return d.Decode(to)
}

func tell(w http.ResponseWriter, answer any) {
	w.Header().Set("Content-Type", jsonType)
	_, _ = w.Write(append(printed(answer, "  "), '\n')) // the client may be gone
}

func refuse(w http.ResponseWriter, err error) {
	status := http.StatusBadRequest
	switch {
	case errors.Is(err, ErrNoExtension), errors.Is(err, ErrNoCall), errors.Is(err, fs.ErrNotExist):
		status = http.StatusNotFound
	case errors.Is(err, ErrBusy), errors.Is(err, ErrQueueFull):
		status = http.StatusConflict
	}
	w.Header().Set("Content-Type", jsonType)
	w.WriteHeader(status)
	_, _ = w.Write(append(printed(map[string]string{"error": err.Error()}, "  "), '\n'))
}
