package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"

	"bellhop/luahooks"
)

func hooksTypesCommand() *command {
	return &command{
		words: "hooks types", about: "write the file by which an editor completes and explains the hook API", run: hooksTypes, bare: true,
		flags: func(f *flag.FlagSet, c *call) {
			f.StringVar(&c.opt.file, "out", "", "write it to this `FILE` (default: print it)")
			f.BoolVar(&c.opt.reference, "reference", false, "instead the reference page for people, in Markdown")
		},
		more: `An editor with the Lua language server finds it when .luarc.json in the hooks
folder names the folder of the file: { "workspace.library": ["/etc/bellhop/types"] }`,
	}
}

func hooksTypes(c *call) error {
	write := luahooks.Types
	if c.opt.reference {
		write = luahooks.Reference
	}
	if c.opt.file == "" {
		return write(c.out)
	}
	var text bytes.Buffer
	if err := write(&text); err != nil {
		return err
	}
	if err := os.WriteFile(c.opt.file, text.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write the types: %w", err)
	}
	fmt.Fprintf(c.err, "wrote %s\n", c.opt.file)
	return nil
}
