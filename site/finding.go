// Package site looks an installation over: what "bellhop doctor" checks, as
// pure functions of [Facts]. Whoever has the facts (the agent, or the command
// line when none runs) has them judged by [Judge]; [Ask] gets those that only
// the PBX knows.
package site

import (
	"regexp"
	"slices"
)

// Result is what came of a check.
type Result string

// The results.
const (
	OK      Result = "ok"
	Warning Result = "warning" // it works, and somebody should look
	Failed  Result = "failed"  // something does not work until it is mended
	Unknown Result = "unknown" // nothing speaks for or against it
	Skipped Result = "skipped" // it does not apply, or was not to be looked at
)

// Finding is what one check has found. Code and Params say it for programs,
// Text and Do for people.
type Finding struct {
	Check  string            `json:"check"` // stable, such as pbx.login
	Result Result            `json:"result"`
	Code   string            `json:"code"` // stable within its check
	Params map[string]string `json:"params,omitempty"`
}

// find makes a finding; params are names and values in turn.
func find(check string, result Result, code string, params ...string) Finding {
	f := Finding{Check: check, Result: result, Code: code}
	for pair := range slices.Chunk(params, 2) {
		if f.Params == nil {
			f.Params = map[string]string{}
		}
		f.Params[pair[0]] = pair[1]
	}
	return f
}

// words are what a finding says, and what to do about it; the latter may be
// empty. A word in braces is the finding's parameter of that name.
type words struct {
	en, zh     string
	doEN, doZH string
}

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

func (f Finding) words() words {
	if w, known := texts[f.Check+"/"+f.Code]; known {
		return w
	}
	if w, known := texts["*/"+f.Code]; known {
		return w
	}
	return words{en: f.Code, zh: f.Code} // of a newer agent
}

// Text says in "zh" or, for any other language, in English what was found.
func (f Finding) Text(language string) string {
	w := f.words()
	if language == "zh" {
		return f.fill(w.zh)
	}
	return f.fill(w.en)
}

// Do says what is to be done about it; empty: nothing.
func (f Finding) Do(language string) string {
	w := f.words()
	if language == "zh" {
		return f.fill(w.doZH)
	}
	return f.fill(w.doEN)
}

func (f Finding) fill(text string) string {
	return placeholder.ReplaceAllStringFunc(text, func(name string) string {
		if value := f.Params[name[1:len(name)-1]]; value != "" {
			return value
		}
		return "?"
	})
}

// Word names a result.
func (r Result) Word(language string) string {
	if language != "zh" {
		return string(r)
	}
	if word, known := resultWords[r]; known {
		return word
	}
	return string(r)
}

var resultWords = map[Result]string{OK: "正常", Warning: "警告", Failed: "失败", Unknown: "未知", Skipped: "跳过"}
