package luahooks

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// TraceCall is one call of the API by a hook, as it would stand in the file.
type TraceCall struct {
	Line    int      `json:"line"`           // of the hook's file; 0: not known
	File    string   `json:"file,omitempty"` // the library in which it stands; empty: the hook's file
	Call    string   `json:"call"`           // such as bellhop.minibar.item
	Args    []string `json:"args,omitempty"`
	Results []string `json:"results,omitempty"`
	Error   string   `json:"error,omitempty"` // why it gave none
}

func (c TraceCall) String() string {
	text := fmt.Sprintf("%s(%s)", c.Call, strings.Join(c.Args, ", "))
	switch {
	case c.Error != "":
		return text + " failed: " + c.Error
	case len(c.Results) > 0:
		return text + " = " + strings.Join(c.Results, ", ")
	}
	return text
}

// Trace is what a run did, call by call.
type Trace struct {
	Unit    string      `json:"unit"`
	Calls   []TraceCall `json:"calls,omitempty"`
	Left    int         `json:"left,omitempty"` // calls that were too many to tell of
	Effects []Outcome   `json:"effects,omitempty"`
	Log     []string    `json:"log,omitempty"`
	// Missed is what of a run as it was is as it is now, since nobody knows it any more.
	Missed []string `json:"missed,omitempty"`
	Error  string   `json:"error,omitempty"`
}

// Bounds of what is told of a run.
const (
	maxTraceCalls = 500
	maxTraceText  = 300
)

// Trace runs a unit as [Set.Run] does, on an interpreter of its own, and tells
// each call of the API. Nothing comes of it: the effects are only told, and
// http.get is answered from in.Answers.
func (s *Set) Trace(ctx context.Context, unit string, in Input) Trace {
	t := Trace{Unit: unit}
	in.Replay = true
	plain := &Set{
		limits: s.limits, language: s.language, currency: s.currency, minibars: s.minibars, prices: s.prices,
		sources: s.sources, traced: true,
	}
	again, err := plain.sibling(s.language, nil)
	if err != nil {
		t.Error = err.Error()
		return t
	}
	defer again.Close()
	in.trace = &t
	result := again.Run(ctx, unit, in)
	t.Effects, t.Log = Outcomes(result.Effects), result.Log
	if result.Err != nil {
		t.Error = result.Err.Error()
	}
	return t
}

// told wraps a function of the API so that a traced run tells of its calls. In a
// set that is not traced it is the function itself.
func (v *vm) told(name string, call lua.LGFunction) lua.LGFunction {
	if !v.set.traced {
		return call
	}
	return func(L *lua.LState) int {
		if v.run == nil || v.run.in.trace == nil {
			return call(L)
		}
		t := v.run.in.trace
		if len(t.Calls) >= maxTraceCalls {
			t.Left++
			return call(L)
		}
		c := TraceCall{Call: name, Line: callerLine(L), File: callerLibrary(L), Args: written(L, 1)}
		t.Calls = append(t.Calls, c)
		told := &t.Calls[len(t.Calls)-1] // nothing is called within a call
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			told.Error = reasonOf(p)
			panic(p)
		}()
		n := call(L)
		told.Results = written(L, L.GetTop()-n+1)
		return n
	}
}

func reasonOf(p any) string {
	var ae *lua.ApiError
	if err, is := p.(error); is && errors.As(err, &ae) {
		return clip(ae.Object.String(), maxTraceText)
	}
	return clip(fmt.Sprint(p), maxTraceText)
}

// callerLine is the line from which the API was called.
func callerLine(L *lua.LState) int { return max(callerOf(L).CurrentLine, 0) }

// callerLibrary is the library from which the API was called; empty: the hook's
// file.
func callerLibrary(L *lua.LState) string {
	if file := callerOf(L).Source; isLibrary(file) {
		return file
	}
	return ""
}

// callerOf is the place from which the API was called; its zero value: not known.
func callerOf(L *lua.LState) lua.Debug {
	caller, ok := L.GetStack(1)
	if !ok {
		return lua.Debug{}
	}
	if _, err := L.GetInfo("Sl", caller, lua.LNil); err != nil {
		return lua.Debug{}
	}
	return *caller
}

// written are the values on the stack from a place on, as Lua writes them.
func written(L *lua.LState, from int) (list []string) {
	for i := from; i <= L.GetTop(); i++ {
		list = append(list, writtenValue(L.Get(i)))
	}
	return list
}

func writtenValue(v lua.LValue) string {
	switch v := v.(type) {
	case lua.LString:
		return clip(fmt.Sprintf("%q", clip(string(v), maxTraceText)), maxTraceText)
	case *lua.LTable:
		return clip(writtenTable(v, 0), maxTraceText)
	case *lua.LFunction:
		return "function"
	}
	return v.String()
}

// maxTraceDepth is how deep tables are told.
const maxTraceDepth = 4

func writtenTable(t *lua.LTable, depth int) string {
	if depth == maxTraceDepth {
		return "{…}"
	}
	value := func(v lua.LValue) string {
		if inner, is := v.(*lua.LTable); is {
			return writtenTable(inner, depth+1)
		}
		return writtenValue(v)
	}
	var list, named []string
	length := 0
	t.ForEach(func(k, v lua.LValue) {
		if length > maxTraceText {
			return
		}
		text := value(v)
		if n, is := k.(lua.LNumber); is && int(n) == len(list)+1 {
			list = append(list, text)
		} else if name, is := k.(lua.LString); is && plainName.MatchString(string(name)) {
			named = append(named, string(name)+" = "+text)
		} else {
			named = append(named, "["+writtenValue(k)+"] = "+text)
		}
		length += len(text)
	})
	slices.Sort(named)
	if len(list)+len(named) == 0 {
		return "{}"
	}
	return "{ " + strings.Join(append(list, named...), ", ") + " }"
}

var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// stackLine finds the places of a hook's files in the interpreter's traceback.
var stackLine = regexp.MustCompile(`(?m)^\s+((?:lib/)?[A-Za-z0-9_-]+\.lua):(\d+):`)

// maxStack is how many of the callers an error names.
const maxStack = 6

// calledFrom says by which way a hook came to the line that failed; empty when it
// is the hook's function itself.
func calledFrom(traceback string) string {
	var places []string
	for _, m := range stackLine.FindAllStringSubmatch(traceback, maxStack+1) {
		places = append(places, m[1]+":"+m[2])
	}
	if len(places) < 2 {
		return ""
	}
	return " (called from " + strings.Join(places[1:], ", ") + ")"
}
