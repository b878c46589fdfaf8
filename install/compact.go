package install

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// compact makes one run of the two oldest while there are too many, and drops
// what no run needs any more. What stood there before the first of all is kept
// for ever.
func (r records) compact(runs []*Run) error {
	if len(runs) < maxRuns {
		return nil
	}
	for ; len(runs) >= maxRuns; runs = runs[1:] {
		both := joined(runs[0], runs[1])
		if err := errors.Join(r.save(both), r.settle(r.runs())); err != nil {
			return err
		}
		if err := os.Remove(r.runFile(runs[1].ID)); err != nil {
			return fmt.Errorf("drop a record: %w", err)
		}
		runs[1] = both
	}
	return r.sweep(runs)
}

// joined is what two runs did together, under the name of the first.
func joined(a, b *Run) *Run {
	both := &Run{
		Version: recordVersion, ID: a.ID, Kind: applied, Server: b.Server, Began: a.Began,
		Done: a.Done && b.Done, Undone: (a.Undone || a.Kind == rolledBack) && (b.Undone || b.Kind == rolledBack),
	}
	both.Folders = append(append(both.Folders, a.Folders...), b.Folders...)
	at := map[string]int{}
	for _, f := range append(append([]RunFile{}, a.Files...), b.Files...) {
		n, was := at[f.Path]
		if !was {
			at[f.Path] = len(both.Files)
			both.Files = append(both.Files, f)
			continue
		}
		f.Before = both.Files[n].Before
		both.Files[n] = f
	}
	kept := both.Files[:0]
	for _, f := range both.Files {
		if f.Before != f.After || f.Open {
			kept = append(kept, f)
		}
	}
	both.Files = kept
	return both
}

// sweep drops what files held if no run names it.
func (r records) sweep(runs []*Run) error {
	needed := map[string]bool{}
	for _, run := range runs {
		for _, f := range run.Files {
			needed[f.Before.SHA256], needed[f.After.SHA256] = true, true
		}
	}
	found, err := os.ReadDir(r.objects())
	if err != nil {
		return fmt.Errorf("drop a record: %w", err)
	}
	for _, f := range found {
		if needed[f.Name()] {
			continue
		}
		if err := os.Remove(r.objectFile(f.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("drop a record: %w", err)
		}
	}
	return nil
}
