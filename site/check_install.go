package site

import (
	"path"
	"strconv"
	"strings"
	"time"
)

const (
	checkInstall = "install"
	checkPlan    = "install.plan"
)

// LastLook is what came of comparing the PBX's files with what was installed,
// which the agent does every night: the doctor does not log in for it.
type LastLook struct {
	At        time.Time
	Installed Installed
	Error     string // why they could not be seen; empty: they were
}

// install: are dialplan and prompts on the PBX as they were put there?
func (f *Facts) install() Finding {
	look := f.Look
	switch {
	case f.Config.Install.URL == "":
		return find(checkInstall, Skipped, "none")
	case !f.Running:
		return find(checkInstall, Unknown, "no-agent")
	case look == nil:
		return find(checkInstall, Unknown, "not-yet")
	case look.Error != "":
		return find(checkInstall, Warning, "unseen", "at", f.at(look.At), "error", look.Error)
	case look.Installed.Files == 0:
		return find(checkInstall, Warning, "nothing", "at", f.at(look.At))
	case len(look.Installed.Differ) > 0:
		return find(checkInstall, Failed, "changed", "at", f.at(look.At), "count", strconv.Itoa(len(look.Installed.Differ)), "files", names(look.Installed.Differ))
	}
	return find(checkInstall, OK, "ok", "at", f.at(look.At), "count", strconv.Itoa(look.Installed.Files))
}

// installPlan: is what the config asks for now what was installed? It goes by the
// records on the box and not by the PBX: a service that was given another code in
// the config alone is on no telephone.
func (f *Facts) installPlan() Finding {
	switch {
	case f.Config.Install.URL == "":
		return find(checkPlan, Skipped, "none")
	case f.DueError != "":
		return find(checkPlan, Unknown, "unmeasured", "error", f.DueError)
	case len(f.Due) > 0:
		return find(checkPlan, Warning, "due", "count", strconv.Itoa(len(f.Due)), "files", someFiles(f.Due))
	}
	return find(checkPlan, OK, "ok")
}

// someFiles names the first of many files, without their folders.
func someFiles(paths []string) string {
	const some = 3
	var all []string
	for _, p := range paths[:min(some, len(paths))] {
		all = append(all, path.Base(p))
	}
	if len(paths) > some {
		all = append(all, "…")
	}
	return strings.Join(all, ", ")
}
