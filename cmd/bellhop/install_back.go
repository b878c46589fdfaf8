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
		return fmt.Errorf("install verify: %w", w.hinted(err))
	}
	if len(found) == 0 {
		return c.fails("verify.none")
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
		return c.fails("verify.bad", len(bad), len(found))
	}
	return nil
}

func (c *call) showFound(found, bad []install.Finding) error {
	if c.json {
		return show(c, found, "", nil)
	}
	if len(bad) == 0 {
		_, err := fmt.Fprintln(c.out, c.text("verify.fine", len(found)))
		return err
	}
	if err := show(c, bad, c.text("verify.head"), func(f install.Finding) []any { return []any{f.Path, c.word(f.What), f.Why} }); err != nil {
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
	cfg, err := c.loadSpeaking()
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
		return fmt.Errorf("install rollback: %w", c.hinted(err))
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
		return c.fails("refused.blocked", c.hinted(err))
	}
	err = c.confirm(question{
		ask:      c.text("back.ask", plan.Server),
		no:       c.fails("apply.no").Error(),
		noOneYet: c.fails("apply.yes").Error(),
	})
	if err != nil {
		return err
	}
	result, err := inst.Rollback(c.ctx, plan)
	if err != nil {
		return fmt.Errorf("install rollback: %w", c.hinted(err))
	}
	fmt.Fprintln(c.err, c.text("done.back", result.Put, result.Removed))
	fmt.Fprintln(c.err, c.text("done.to-do", site.ApplyByHand(c.opt.lang)))
	if c.json {
		return showOne(c, result)
	}
	return nil
}

func (c *call) printRollback(plan *install.Plan) error {
	var out strings.Builder
	out.WriteString(c.text("back.head", plan.Server, strings.Join(plan.Undoes, ", ")) + "\n\n")
	rows := [][]string{strings.Fields(c.text("others.head"))}
	for _, f := range plan.Files {
		rows = append(rows, cellsOf([]any{f.Path, c.word(f.What), f.Why}))
	}
	if err := writeTable(&out, rows); err != nil {
		return err
	}
	for _, f := range plan.Files {
		out.WriteString(lined(f.Diff))
	}
	indent(&out, c.text("plan.unknown"), plan.Unknown)
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
	unsaid := c.fails("back.unsaid", f.Path)
	if c.opt.yes || !asks() {
		return false, unsaid
	}
	err := c.confirm(question{ask: c.text("back.over", f.Path), no: unsaid.Error()})
	return err == nil, c.ctx.Err()
}
