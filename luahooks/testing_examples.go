package luahooks

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Examples stand in the comments of a hook file, each line with three dashes:
//
//	--- @example two bottles of water
//	--- given: item 12 price=350
//	--- event: minibar room=1203 item=12 count=2
//	--- wants: post room=1203 item=12 amount=700
//
// docs/first-hook.md and docs/hooks.md say what can be given and wanted.

// ExampleFault is one example that does not come out as it says, or cannot be
// read.
type ExampleFault struct {
	File    string `json:"file"`
	Line    int    `json:"line"` // of the example's line that is wrong, or not kept
	Example string `json:"example"`
	Message string `json:"message"` // may have several lines
}

func (f *ExampleFault) Error() string {
	return fmt.Sprintf("%s:%d: example %q: %s", f.File, f.Line, f.Example, f.Message)
}

// RunExamples runs the examples of a file of the set; a file without any has no
// fault. It runs them on interpreters of its own and reaches nothing outside.
// It blocks until they have ended: each run has the set's limits.
func RunExamples(ctx context.Context, set *Set, file string, place Place) []ExampleFault {
	g := newStage(set, place, newLibraries(nil))
	defer g.close()
	var faults []ExampleFault
	for _, src := range set.sources {
		if src.name != file {
			continue
		}
		for i := range src.examples {
			if f, _ := g.example(ctx, file, &src.examples[i]); f != nil {
				faults = append(faults, *f)
			}
		}
	}
	return faults
}

// example is what stands below one @example.
type example struct {
	title string
	line  int
	lines []exampleLine
}

type exampleLine struct {
	line       int
	word, rest string
}

// Bounds of the examples of one file.
const (
	maxExamples     = 200
	maxExampleLines = 100
)

// readExamples finds the examples in a source. What is wrong with one is found
// when it runs.
func readExamples(text []byte) (list []example) {
	open := false
	for i, line := range strings.Split(string(text), "\n") {
		comment, is := strings.CutPrefix(strings.TrimSpace(line), "---")
		comment = strings.TrimSpace(comment)
		if !is {
			open = false
			continue
		}
		if title, begins := strings.CutPrefix(comment, "@example"); begins {
			if open = len(list) < maxExamples; open {
				list = append(list, example{title: strings.TrimSpace(title), line: i + 1})
			}
			continue
		}
		if !open || comment == "" {
			continue
		}
		e := &list[len(list)-1]
		if len(e.lines) == maxExampleLines {
			continue
		}
		word, rest, _ := strings.Cut(comment, ":")
		e.lines = append(e.lines, exampleLine{i + 1, strings.TrimSpace(word), strings.TrimSpace(rest)})
	}
	return list
}

// exampleWords are what an example's lines begin with.
const exampleWords = "given, at, language, event, wants, fails"

// example runs one and gives its fault, and what its hooks have logged.
func (g *stage) example(ctx context.Context, file string, e *example) (*ExampleFault, []string) {
	r := &exampleRun{trial: g.begin(file), asked: e.line}
	fail := func(line int, err error) (*ExampleFault, []string) {
		return &ExampleFault{File: file, Line: line, Example: e.title, Message: err.Error()}, r.trial.log
	}
	for _, l := range e.lines {
		if err := r.line(ctx, l); err != nil {
			return fail(r.at(l, err), err)
		}
	}
	if !r.asks {
		return fail(e.line, errors.New(`it says nothing of what is wanted: add "--- wants: nothing" or what is`))
	}
	if err := r.judge(); err != nil {
		return fail(r.asked, err)
	}
	return nil, r.trial.log
}

// exampleRun is an example that goes on. What an event is to lead to stands
// behind it and is judged when all of that is known: at the next event, or the
// end.
type exampleRun struct {
	trial *trial
	ran   bool
	taken bool
	got   []Outcome
	err   error // of the hook

	want  []Outcome
	fails string
	asks  bool // for the newest event, or one before
	open  bool // something is asked of the newest event
	asked int  // the first line that asks
}

// lateFault is one of an earlier line.
type lateFault struct {
	line int
	err  error
}

func (e *lateFault) Error() string { return e.err.Error() }

func (r *exampleRun) at(l exampleLine, err error) int {
	var late *lateFault
	if errors.As(err, &late) {
		return late.line
	}
	return l.line
}

func (r *exampleRun) line(ctx context.Context, l exampleLine) error {
	switch l.word {
	case "at":
		return r.trial.at(l.rest)
	case "language":
		return r.trial.speak(l.rest)
	case "given":
		words, f, err := readLine(l.rest)
		if err != nil {
			return err
		}
		return r.given(words, f)
	case "event":
		return r.event(ctx, l)
	case "wants", "fails":
		return r.expect(l)
	}
	return fmt.Errorf("%q is no word of an example; the words are %s", clip(l.word, 50), exampleWords)
}

func (r *exampleRun) given(words []string, f fields) error {
	if len(words) == 3 && words[0] == "room" && words[2] == "vacant" {
		words, f["vacant"] = words[:2], true
	}
	switch len(words) {
	case 1:
		return r.trial.give(words[0], "", f)
	case 2:
		return r.trial.give(words[0], words[1], f)
	}
	return errors.New("after given come what it is, its name and named values: given: item 12 price=350")
}

func (r *exampleRun) event(ctx context.Context, l exampleLine) error {
	words, f, err := readLine(l.rest)
	switch {
	case err != nil:
		return err
	case len(words) != 1:
		return errors.New("after event come its kind and named values: event: minibar room=1203 item=12 count=2")
	}
	if err := r.judge(); err != nil {
		return &lateFault{r.asked, err}
	}
	effects, taken, err := r.trial.run(ctx, words[0], f)
	var wrong *wrongExample
	if errors.As(err, &wrong) {
		return err
	}
	r.ran, r.taken, r.got, r.err = true, taken, Outcomes(effects), err
	r.want, r.fails, r.open, r.asked = nil, "", false, l.line
	return nil
}

func (r *exampleRun) expect(l exampleLine) error {
	if !r.ran {
		return fmt.Errorf("%s stands before the event", l.word)
	}
	if !r.open {
		r.asked = l.line
	}
	r.asks, r.open = true, true
	if l.word == "fails" {
		r.fails = l.rest
		if r.fails == "" {
			return errors.New("after fails comes a part of the error")
		}
		return nil
	}
	words, f, err := readLine(l.rest)
	switch {
	case err != nil:
		return err
	case len(words) != 1:
		return errors.New("after wants come a function of bellhop and its fields: wants: post room=1203 amount=700")
	case words[0] != "nothing":
		r.want = append(r.want, Outcome{words[0], f})
	}
	return nil
}

// judge compares what came of the newest event with what is asked. A hook that
// fails is a fault even where nothing is asked.
func (r *exampleRun) judge() error {
	switch {
	case r.fails != "" && r.err == nil:
		return fmt.Errorf("the hook is to fail with %q and does not", r.fails)
	case r.fails != "" && !strings.Contains(r.err.Error(), r.fails):
		return fmt.Errorf("the hook is to fail with %q, but it says: %w", r.fails, r.err)
	case r.fails != "":
		return nil
	case r.err != nil:
		return r.err
	case !r.open:
		return nil
	}
	diff := unlike(r.got, r.want)
	if diff == "" {
		return nil
	}
	why := "other effects than expected"
	if !r.taken {
		why = "no hook of " + r.trial.file + " takes this event"
	}
	return fmt.Errorf("%s\n%s", why, diff)
}
