// Command bellhop is the box beside a hotel's telephone system.
//
// main turns arguments into a call and an error into an exit code: 0 done,
// 1 failed, 2 wrong usage. What a person asked for goes to stdout, what went
// wrong to stderr.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"

	"bellhop/config"
)

const usage = `bellhop: the box beside a hotel's telephone system

  bellhop config check [-c FILE]   read the config and name each fault
  bellhop version                  say which build this is

FILE is /etc/bellhop/bellhop.toml unless said otherwise.
`

// errUsage makes the exit code 2.
var errUsage = errors.New("wrong usage")

func main() {
	err := run(os.Args[1:], os.Stdout)
	switch {
	case errors.Is(err, errUsage):
		fmt.Fprintf(os.Stderr, "bellhop: %v\n\n%s", err, usage)
		os.Exit(2)
	case err != nil:
		fmt.Fprintf(os.Stderr, "bellhop: %v\n", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	if len(args) == 0 {
		return fmt.Errorf("%w: no command given", errUsage)
	}
	switch args[0] {
	case "help", "-h", "--help":
		_, err := io.WriteString(out, usage)
		return err
	case "version":
		return version(out)
	case "config":
		if len(args) < 2 || args[1] != "check" {
			return fmt.Errorf("%w: config knows one word, check", errUsage)
		}
		return configCheck(args[2:], out)
	}
	return fmt.Errorf("%w: no command %q", errUsage, args[0])
}

func version(out io.Writer) error {
	build := "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		build = info.Main.Version
	}
	_, err := fmt.Fprintf(out, "bellhop %s %s %s/%s\n", build, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

func configCheck(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("config check", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	path := flags.String("c", "/etc/bellhop/bellhop.toml", "the config file")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		_, err := io.WriteString(out, usage)
		return err
	} else if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%w: config check takes no %q", errUsage, flags.Arg(0))
	}
	c, err := config.Load(*path)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s: good (%s, %s at %s)\n", *path, c.Hotel.Name, c.PBX.Driver, c.PBX.URL)
	return err
}
