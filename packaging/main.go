package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "packaging:", err)
		os.Exit(1)
	}
}

// release is what is being made.
type release struct {
	root    string // of the source
	out     string
	version string
	keys    string    // public keys of minisign by which updates are taken, with commas between
	time    time.Time // that all files in it show
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("packaging", flag.ContinueOnError)
	out := flags.String("out", "../dist", "the `FOLDER` that gets the packages")
	keys := flags.String("keys", "", "the `KEYS` of minisign, with commas between, whose updates the program takes without a config's word")
	version := flags.String("version", "", "the `VERSION` (default: by git's tags and the time of the commit)")
	only := flags.String("only", "", "`NAMES` of computers, with commas (default: all)")
	notices := flags.String("notices", "", "write the licences of what the program is made of into `FILE`, and nothing else")
	if err := flags.Parse(args); err != nil {
		return err
	}
	root, err := filepath.Abs("..")
	if err != nil {
		return err
	}
	if *notices != "" {
		return writeNotices(ctx, root, *notices)
	}
	r := release{root: root, out: *out, version: *version, keys: *keys}
	if r.time, err = sourceTime(ctx, root); err != nil {
		return err
	}
	if r.version == "" {
		if r.version, err = gitVersion(ctx, root, r.time); err != nil {
			return err
		}
	}
	chosen, err := choose(*only)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(r.out, 0o755); err != nil {
		return err
	}
	var made []string
	for _, c := range chosen {
		files, err := r.make(ctx, c)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		made = append(made, files...)
	}
	return writeSums(r.out, made)
}

// choose gives the computers of the names; none: all.
func choose(names string) ([]computer, error) {
	if names == "" {
		return computers, nil
	}
	var some []computer
next:
	for name := range strings.SplitSeq(names, ",") {
		for _, c := range computers {
			if c.name == name {
				some = append(some, c)
				continue next
			}
		}
		return nil, fmt.Errorf("no computer %q", name)
	}
	return some, nil
}

// make makes the files for one kind of computer, and names them.
func (r release) make(ctx context.Context, c computer) (files []string, err error) {
	work, err := os.MkdirTemp("", "bellhop-packaging")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	program := filepath.Join(work, "bellhop")
	if err := r.build(ctx, c, program); err != nil {
		return nil, err
	}
	bill, err := r.bill(program, c)
	if err != nil {
		return nil, fmt.Errorf("write what it is made of: %w", err)
	}
	content, err := r.parts(program, bill)
	if err != nil {
		return nil, err
	}
	for _, kind := range []struct {
		name string
		make func(computer, parts) ([]byte, error)
	}{
		{fmt.Sprintf("bellhop_%s_%s.deb", r.version, c.deb), r.deb},
		{fmt.Sprintf("bellhop-%s-1.%s.rpm", r.version, c.rpm), r.rpm},
		{fmt.Sprintf("bellhop_%s_linux_%s.tar.gz", r.version, c.name), r.tarball},
		{fmt.Sprintf("bellhop_%s_openwrt_%s.tar.gz", r.version, c.name), r.openwrt},
		{fmt.Sprintf("bellhop_%s_linux_%s.cdx.json", r.version, c.name), func(computer, parts) ([]byte, error) { return bill, nil }},
	} {
		data, err := kind.make(c, content)
		if err != nil {
			return nil, fmt.Errorf("make %s: %w", kind.name, err)
		}
		if err := os.WriteFile(filepath.Join(r.out, kind.name), data, 0o644); err != nil {
			return nil, err
		}
		fmt.Println(kind.name)
		files = append(files, kind.name)
	}
	return files, nil
}
