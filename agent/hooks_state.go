package agent

import (
	"slices"
	"time"

	"bellhop/hotel"
	"bellhop/site"
)

// HooksState is how the hooks stand.
type HooksState struct {
	Loaded time.Time  `json:"loaded"` // when the folder was read last
	Folder string     `json:"folder,omitempty"`
	Files  []HookFile `json:"files"`
}

// HookFile is a hook file, in use or not.
type HookFile struct {
	File string `json:"file"`
	// Version is 12 hex digits of the SHA-256 of what is in use; empty: nothing.
	Version  string    `json:"version,omitempty"`
	Since    time.Time `json:"since,omitzero"` // that version is in use
	Shipped  bool      `json:"shipped"`
	Replaces bool      `json:"replaces,omitempty"` // a shipped file of its name
	// Faults are why the file is not used as it stands in the folder.
	Faults []string `json:"faults,omitempty"`
	// Aside is the version that failed too often; nil: none.
	Aside *Opened `json:"aside,omitempty"`
	// Waits is the folder's version, which waits to be accepted; nil: none does.
	Waits *HookWait   `json:"waits,omitempty"`
	Hooks []HookState `json:"hooks,omitempty"`
}

// HookState is a hook and what its runs came to.
type HookState struct {
	Name     string     `json:"name"` // its unit's, in events and alerts
	Kind     hotel.Kind `json:"kind"`
	Pattern  string     `json:"pattern,omitempty"`
	Schedule string     `json:"schedule,omitempty"`
	Job      string     `json:"job,omitempty"`
	HookStats
}

// Hooks reads how the hooks stand. It does not block.
func (a *Agent) Hooks() HooksState {
	h := a.hooks
	set, loaded := h.current(), h.newest()
	s := HooksState{Loaded: loaded.at, Folder: loaded.folder, Files: []HookFile{}}
	place := map[string]int{}
	at := func(name string) *HookFile {
		i, known := place[name]
		if !known {
			i = len(s.Files)
			place[name] = i
			s.Files = append(s.Files, HookFile{File: name, Aside: h.breaker.of(name), Waits: h.trial.of(name)})
		}
		return &s.Files[i]
	}
	for _, f := range set.Files() {
		file := at(f.Name)
		file.Version, file.Shipped, file.Replaces = f.Version, f.Shipped, f.Replaces
		file.Since = loaded.since[f.Name].at
	}
	for _, f := range loaded.faults {
		file := at(f.File)
		file.Faults = append(file.Faults, f.Error())
	}
	for _, name := range h.trial.files() {
		at(name)
	}
	for _, hook := range set.Hooks() {
		file := at(hook.File)
		file.Hooks = append(file.Hooks, HookState{
			Name: hook.Name, Kind: hook.Kind, Pattern: hook.Pattern, Schedule: hook.Schedule, Job: hook.Job,
			HookStats: h.stats.of(hook.Name).now(),
		})
	}
	return s
}

// hookFacts are what the doctor goes by.
func (a *Agent) hookFacts() (f site.HookFacts) {
	state := a.Hooks()
	f.Loaded = state.Loaded
	for _, file := range state.Files {
		if !file.Shipped && file.Version != "" {
			f.Own++
		}
		if file.Replaces {
			f.Replaced = append(f.Replaced, file.File)
		}
		if file.Aside != nil {
			f.Aside = append(f.Aside, file.File)
			f.AsideError = file.Aside.Error
		}
		if file.Waits != nil {
			f.Waits = append(f.Waits, file.File)
		}
	}
	slices.Sort(f.Replaced)
	slices.Sort(f.Waits)
	return f
}
