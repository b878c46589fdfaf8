package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// sourceTime is SOURCE_DATE_EPOCH or the time of the commit, UTC.
func sourceTime(ctx context.Context, root string) (time.Time, error) {
	text := os.Getenv("SOURCE_DATE_EPOCH")
	if text == "" {
		var err error
		if text, err = git(ctx, root, "log", "-1", "--format=%ct"); err != nil {
			return time.Time{}, fmt.Errorf("the time of the source (or set SOURCE_DATE_EPOCH): %w", err)
		}
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("the time of the source: %w", err)
	}
	return time.Unix(seconds, 0).UTC(), nil
}

// gitVersion is that of a tag such as v1.2.3 on the commit. Commits behind a
// tag sort behind it, for dpkg and for rpm, by their time.
func gitVersion(ctx context.Context, root string, at time.Time) (string, error) {
	commit, err := git(ctx, root, "rev-parse", "--short=7", "HEAD")
	if err != nil {
		return "", fmt.Errorf("the version (or give -version): %w", err)
	}
	changed, err := git(ctx, root, "status", "--porcelain", "--untracked-files=no")
	if err != nil {
		return "", err
	}
	here, _ := git(ctx, root, "describe", "--tags", "--match=v[0-9]*", "--exact-match") // an error: no tag
	last, _ := git(ctx, root, "describe", "--tags", "--match=v[0-9]*", "--abbrev=0")
	return versionOf(here, last, commit, changed != "", at), nil
}

func versionOf(here, last, commit string, changed bool, at time.Time) string {
	if here != "" && !changed {
		return packaged(here)
	}
	if changed {
		commit += ".changed"
	}
	mark := "+" // behind the last tag
	if last == "" {
		mark = "~" // before the first
	}
	return packaged(cmp.Or(last, "0.1.0")) + mark + "git" + at.Format("20060102.150405") + "." + commit
}

// packaged is a tag as packages write it: of v1.2.0-rc1, which comes before
// v1.2.0, 1.2.0~rc1.
func packaged(tag string) string {
	return strings.ReplaceAll(strings.TrimPrefix(tag, "v"), "-", "~")
}

func git(ctx context.Context, root string, args ...string) (string, error) {
	out, err := exec.CommandContext(ctx, "git", append([]string{"-C", root}, args...)...).Output()
	if err != nil {
		return "", fmt.Errorf("git %s: %w", args[0], err)
	}
	return strings.TrimSpace(string(out)), nil
}
