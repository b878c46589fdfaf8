package main

import (
	"fmt"
	"io"
	"strings"

	"bellhop/install"
	"bellhop/site"
)

// installVerify is the exit code, too: what differs is an error.
func installVerify(c *call) error {
	w, err := c.worksite()
	if err != nil {
		return err
	}
	found, err := w.inst.Verify(c.ctx, w.files.Verifying())
	if err != nil {
		return fmt.Errorf("install verify: %w", err)
	}
	if len(found) == 0 {
		return fmt.Errorf("install verify: nothing was installed from this box: \"bellhop install apply\" does that")
	}
	var bad []install.Finding
	for _, f := range found {
		if !f.Good() {
			bad = append(bad, f)
		}
	}
	if err := c.showFound(found, bad); err != nil {
		return err
	}
	if len(bad) > 0 {
		return fmt.Errorf("install verify: %d of %d files are not as they were installed: see what \"bellhop install plan\" says, and \"bellhop install apply\" puts them there again", len(bad), len(found))
	}
	return nil
}

func (c *call) showFound(found, bad []install.Finding) error {
	if c.json {
		return show(c, found, "", nil)
	}
	if len(bad) == 0 {
		_, err := fmt.Fprintf(c.out, "%d files are as they were installed\n", len(found))
		return err
	}
	if err := show(c, bad, "FILE STATE WHY", func(f install.Finding) []any { return []any{f.Path, f.What, f.Why} }); err != nil {
		return err
	}
	for _, f := range bad {
		if _, err := io.WriteString(c.out, lined(f.Diff)); err != nil {
			return err
		}
	}
	return nil
}

func installRollback(c *call) error {
	if c.opt.others != "" && c.opt.others != "overwrite" && c.opt.others != "leave" {
		return c.wrong(`--others must be "overwrite" or "leave", but it is %q`, c.opt.others)
	}
	cfg, err := c.load()
	if err != nil {
		return err
	}
	inst, err := c.installer(cfg)
	if err != nil {
		return err
	}
	defer inst.Hold()()
	plan, err := inst.PlanRollback(c.ctx, install.RollbackOptions{To: c.opt.to, Without: site.Without(cfg.Install.DialplanPath)})
	if err != nil {
		return fmt.Errorf("install rollback: %w", err)
	}
	if !c.json {
		if err := c.printRollback(plan); err != nil {
			return err
		}
	}
	if err := c.settleOthers(plan); err != nil {
		return err
	}
	if err := plan.Blocked(); err != nil {
		return fmt.Errorf("install rollback: refused: %w", err)
	}
	err = c.confirm(question{
		ask:      fmt.Sprintf("Give these files on %s back what they held before?", plan.Server),
		no:       "install rollback: nothing was changed",
		noOneYet: "install rollback: it changes the PBX's files; agree to that with --yes",
	})
	if err != nil {
		return err
	}
	result, err := inst.Rollback(c.ctx, plan)
	if err != nil {
		return fmt.Errorf("install rollback: %w", err)
	}
	fmt.Fprintf(c.err, "Taken back and read back: %d files as they were, %d removed.\nStill to do: %s\n", result.Put, result.Removed, site.ApplyByHand)
	if c.json {
		return showOne(c, result)
	}
	return nil
}

func (c *call) printRollback(plan *install.Plan) error {
	var out strings.Builder
	fmt.Fprintf(&out, "The PBX's files at %s, before run %s\n\n", plan.Server, strings.Join(plan.Undoes, ", "))
	rows := [][]string{{"FILE", "THEN", "WHY"}}
	for _, f := range plan.Files {
		rows = append(rows, cellsOf([]any{f.Path, f.What, f.Why}))
	}
	if err := writeTable(&out, rows); err != nil {
		return err
	}
	for _, f := range plan.Files {
		out.WriteString(lined(f.Diff))
	}
	indent(&out, "What could not be learned:", plan.Unknown)
	_, err := io.WriteString(c.out, out.String())
	return err
}

// settleOthers has a person say what becomes of files that others have changed.
func (c *call) settleOthers(plan *install.Plan) error {
	for _, f := range plan.Files {
		if f.What != install.Others {
			continue
		}
		overwrite, err := c.overwrites(f)
		if err != nil {
			return err
		}
		if overwrite {
			plan.Overwrite(f.Path)
			continue
		}
		plan.Leave(f.Path)
	}
	return nil
}

// overwrites asks; --yes alone does not agree to what it cannot have known.
func (c *call) overwrites(f install.Change) (bool, error) {
	if c.opt.others != "" {
		return c.opt.others == "overwrite", nil
	}
	unsaid := fmt.Errorf("install rollback: others have changed %s since: say what to do by --others overwrite or --others leave", f.Path)
	if c.opt.yes || !asks() {
		return false, unsaid
	}
	err := c.confirm(question{ask: fmt.Sprintf("Others have changed %s since. Take it back all the same? What they made of it is kept on this box.", f.Path), no: unsaid.Error()})
	return err == nil, c.ctx.Err()
}
