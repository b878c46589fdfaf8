package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"bellhop/store"
	"bellhop/update"
)

// buildVersion is a release's, such as 1.2.3, set by the linker
// (-X main.buildVersion=1.2.3).
var buildVersion string

// programVersion is buildVersion or, of any other build, what go knows of it.
func programVersion() string {
	if buildVersion != "" {
		return buildVersion
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	build := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && (build == "" || build == "(devel)") {
			build = s.Value[:min(12, len(s.Value))]
		}
	}
	return build
}

func version(c *call) error {
	about := update.About{Version: programVersion(), Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH, Format: store.Format()}
	if c.json {
		return json.NewEncoder(c.out).Encode(about)
	}
	_, err := fmt.Fprintln(c.out, programName())
	return err
}

// programName is the program with its version.
func programName() string {
	return fmt.Sprintf("bellhop %s %s %s/%s", programVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
