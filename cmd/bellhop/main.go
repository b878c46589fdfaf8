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
	context.AfterFunc(ctx, stop) // the next signal ends the process at once
	mayLeaveRoot = true
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// env is what a command works with beside its arguments.
type env struct {
	ctx context.Context
	out io.Writer // what was asked for
	err io.Writer // progress and what went wrong
	// watch is told each change that setup has made; nil: nobody is.
	watch func(step string)
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
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		fmt.Fprintln(errOut, "bellhop: interrupted")
		return 1
	}
	fmt.Fprintf(errOut, "bellhop: %v\n", err)
	return 1
}

// reading runs a read of standard input, which nothing can cut off, and
// leaves it behind when ctx ends.
func reading[T any](ctx context.Context, read func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := read()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

// usageError makes the exit code 2. command is empty or ends with a blank.
type usageError struct{ command, text string }

func (e *usageError) Error() string { return e.text }
