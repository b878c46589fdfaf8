package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// question is what a person must agree to before something outside changes.
type question struct {
	ask      string
	no       string // the error after a no
	noOneYet string // the error where nobody can be asked
}

// confirm asks; --yes has agreed already. It asks on standard error, so that
// what is printed stays what was asked for.
func (c *call) confirm(q question) error {
	if c.opt.yes {
		return nil
	}
	if !asks() {
		return errors.New(q.noOneYet)
	}
	fmt.Fprintf(c.err, "%s [y/N] ", q.ask)
	line, err := reading(c.ctx, func() (string, error) { return bufio.NewReader(os.Stdin).ReadString('\n') })
	if err != nil && !errors.Is(err, io.EOF) { // an end of input is a no
		return fmt.Errorf("%s: %w", q.no, err)
	}
	if answer := strings.ToLower(strings.TrimSpace(line)); answer != "y" && answer != "yes" {
		return errors.New(q.no)
	}
	return nil
}

// asks tells whether a person can be asked.
func asks() bool { return term.IsTerminal(int(os.Stdin.Fd())) }

// onTerminal tells whether a person watches what is written there.
func onTerminal(w io.Writer) bool {
	file, is := w.(*os.File)
	return is && term.IsTerminal(int(file.Fd()))
}
