package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"bellhop/config"
	"bellhop/luahooks"
)

// hookName is what a hook file may be called, without .lua.
var hookName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

func hooksNew(c *call) error {
	if c.opt.hooks.list {
		return show(c, luahooks.Templates(), "NAME USED WHAT", func(t luahooks.Template) []any {
			used := "no"
			if t.Shipped {
				used = "yes"
			}
			return []any{t.Name, used, brief(t.About, 100)}
		})
	}
	if err := c.need(1); err != nil {
		return err
	}
	name := c.args[0]
	if filepath.Ext(name) == ".lua" {
		name = name[:len(name)-len(".lua")]
	}
	name, library := strings.CutPrefix(name, luahooks.LibraryFolder+"/")
	if !hookName.MatchString(name) {
		return c.wrong("NAME must be 1 to 64 letters, digits, - and _, for a library behind lib/, but it is %q", c.args[0])
	}
	t, err := c.template(name, library)
	if err != nil {
		return err
	}
	folder, used, err := c.newHookFolder()
	if err != nil {
		return err
	}
	dir, to := folder, used
	if library {
		dir, to = filepath.Join(folder, luahooks.LibraryFolder), filepath.Join(used, luahooks.LibraryFolder)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return fmt.Errorf("hooks new: make the folder of libraries: %w", err)
		}
	}
	file, test := filepath.Join(dir, name+".lua"), filepath.Join(dir, name+"_test.lua")
	if err := writeNew(file, t.Text); err != nil {
		return fmt.Errorf("hooks new: %w", err)
	}
	if err := writeNew(test, t.Test); err != nil {
		return fmt.Errorf("hooks new: %s is written; its tests are not: %w", file, err)
	}
	fmt.Fprintf(c.out, "%s\n%s\n\nChange it, and see what it does:\n\n  bellhop hooks test %s --watch\n", file, test, shownFolder(folder))
	instead := fmt.Sprintf("the hook %q that Bellhop brings is replaced by the copy: what an update changes in it does not come to you any more", name)
	if sameFolder(folder, used) {
		if t.Shipped {
			fmt.Fprintln(c.err, instead)
		}
		return nil
	}
	fmt.Fprintf(c.out, "\nNothing in %s is in use yet. To put it to use:\n\n  cp %s %s %s\n", shownFolder(folder), file, test, to)
	if t.Shipped {
		fmt.Fprintln(c.out, "\nFrom then on "+instead)
	}
	return nil
}

// template is what a new file begins as.
func (c *call) template(name string, library bool) (luahooks.Template, error) {
	from := c.opt.hooks.from
	if library {
		if from != "" {
			return luahooks.Template{}, c.wrong("a library starts empty, without --from")
		}
		return luahooks.EmptyLibrary(name), nil
	}
	if from == "" {
		if t, known := luahooks.TemplateOf(name); known {
			return t, nil
		}
		return luahooks.EmptyTemplate(name), nil
	}
	t, known := luahooks.TemplateOf(from)
	switch {
	case !known:
		return t, c.wrong("there is no hook %q to start from; see: bellhop hooks new --list", from)
	case t.Shipped && from != name:
		return t, fmt.Errorf("hooks new: %s is in use, and works beside a copy of another name: what it does would be done twice. To change it: bellhop hooks new %s", from, from)
	}
	return t, nil
}

// newHookFolder is where new files go, which is made if it is not there, and the
// folder of those that are in use.
func (c *call) newHookFolder() (dir, used string, err error) {
	cfg, err := c.load()
	dir, used = c.opt.hooks.dir, cfg.Hooks.Dir
	switch {
	case err == nil && dir == "":
		dir = used
	case err != nil && dir != "":
		used = config.Default().Hooks.Dir // a config is not needed to write a hook
	case errors.Is(err, fs.ErrNotExist) && c.config == defaultConfig:
		return "", "", fmt.Errorf("hooks new: there is no config here (%s): name the folder for the hook, such as --hooks here", c.config)
	case err != nil:
		return "", "", err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", "", fmt.Errorf("hooks new: make the folder: %w", err)
	}
	return dir, used, nil
}

// sameFolder tells whether two paths lead to one folder.
func sameFolder(a, b string) bool {
	one, errOne := os.Stat(a)
	other, errOther := os.Stat(b)
	return errOne == nil && errOther == nil && os.SameFile(one, other)
}

// writeNew writes a file that is not there yet.
func writeNew(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already, and stays as it is", path)
	}
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}

// shownFolder is a folder as somebody would type it.
func shownFolder(dir string) string {
	if filepath.IsAbs(dir) || dir[0] == '.' {
		return dir
	}
	return "." + string(filepath.Separator) + dir
}
