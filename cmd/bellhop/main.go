// Command bellhop is the box beside a hotel's telephone system.
//
// main turns arguments into a call and an error into an exit code: 0 done,
// 1 failed, 2 wrong usage. What a person asked for goes to stdout, what went
// wrong to stderr. Each command has a file of its own.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// env is what a command works with beside its arguments.
type env struct {
	ctx context.Context
	out io.Writer // what was asked for
	err io.Writer // progress and what went wrong
}

// run carries out a command line and gives the exit code.
func run(ctx context.Context, args []string, out, errOut io.Writer) int {
	e := &env{ctx: ctx, out: out, err: errOut}
	err := dispatch(e, args)
	var wrong *usageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &wrong):
		fmt.Fprintf(errOut, "bellhop: %v\n", err)
		fmt.Fprintf(errOut, "see: bellhop %shelp\n", wrong.command)
		return 2
	}
	fmt.Fprintf(errOut, "bellhop: %v\n", err)
	return 1
}

// usageError makes the exit code 2. command is empty or ends with a blank.
type usageError struct{ command, text string }

func (e *usageError) Error() string { return e.text }
