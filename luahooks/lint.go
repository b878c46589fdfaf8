package luahooks

import (
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"reflect"
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"
	"github.com/yuin/gopher-lua/parse"

	"bellhop/hotel"
)

// Checked is what a look at a folder of hooks has found.
type Checked struct {
	// Faults are why files are not used, each a [*LoadFault]; Warnings are what
	// works and is hardly meant.
	Faults    []error
	Warnings  []LoadFault
	Files     int // of the folder
	Libraries int // of the folder below it
	Hooks     int // that the files register
}

// Check reads a folder of hooks without running any of them.
func Check(dir fs.FS, opts Options) Checked {
	set, err := Load(dir, opts)
	c := Checked{Faults: split(err)}
	defer set.Close() // there is one whatever the faults
	v := newVM(set)
	defer v.close()
	libs := newLibraries(dir)
	for _, name := range ownFiles(dir) {
		if isTestFile(name) {
			continue
		}
		if isLibrary(name) {
			c.library(libs, v, name)
			continue
		}
		c.Files++
		hooks := 0
		for _, h := range set.Hooks() {
			if h.File == name && set.own(name) != nil {
				hooks++
			}
		}
		c.Hooks += hooks
		if src := set.own(name); src != nil {
			c.Warnings = append(c.Warnings, lint(v, name, src.text)...)
		} // else a fault is told
	}
	return c
}

// library looks at one whether a file needs it or not.
func (c *Checked) library(libs *libraries, v *vm, name string) {
	c.Libraries++
	src, err := libs.read(name)
	if err == nil {
		again := *src
		if fault := libs.link(&again); fault != nil {
			err = fault
		}
	}
	if err != nil {
		c.Faults = append(c.Faults, err)
		return
	}
	c.Warnings = append(c.Warnings, lint(v, name, src.text)...)
}

// own is the hotel's file of a name; nil when there is none, or it has a fault.
func (s *Set) own(name string) *source {
	for _, src := range s.sources {
		if src.name == name && !src.shipped {
			return src
		}
	}
	return nil
}

// lint finds names that do not exist: a slip that Lua lets pass until the line
// runs, perhaps at night.
func lint(v *vm, name string, text []byte) []LoadFault {
	chunk, err := parse.Parse(bytes.NewReader(text), name)
	if err != nil {
		return nil // a fault, not a warning
	}
	l := &linter{file: name, known: map[string]bool{}, api: map[string]bool{"bellhop": true}}
	v.base.ForEach(func(k, _ lua.LValue) { l.known[k.String()] = true })
	walk(reflect.ValueOf(chunk), l.declare)
	walk(reflect.ValueOf(chunk), l.use)
	slices.SortStableFunc(l.found, func(a, b LoadFault) int { return cmp.Compare(a.Line, b.Line) })
	return slices.CompactFunc(l.found, func(a, b LoadFault) bool { return a == b })
}

type linter struct {
	file  string
	known map[string]bool // names that stand for something somewhere in the file
	api   map[string]bool // those that stand for the table bellhop
	found []LoadFault
}

func (l *linter) warn(line int, format string, args ...any) {
	l.found = append(l.found, LoadFault{File: l.file, Line: line, Message: fmt.Sprintf(format, args...)})
}

// walk visits each node of a syntax tree, which the check has found to nest not
// too deep.
func walk(v reflect.Value, visit func(node any)) {
	switch v.Kind() {
	case reflect.Interface:
		if !v.IsNil() {
			walk(v.Elem(), visit)
		}
	case reflect.Pointer:
		if v.IsNil() {
			return
		}
		visit(v.Interface())
		if v = v.Elem(); v.Kind() != reflect.Struct {
			return
		}
		for i := range v.NumField() {
			if !v.Type().Field(i).Anonymous {
				walk(v.Field(i), visit)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			walk(v.Index(i), visit)
		}
	}
}

func (l *linter) declare(node any) {
	names := func(list ...string) {
		for _, n := range list {
			l.known[n] = true
		}
	}
	switch n := node.(type) {
	case *ast.LocalAssignStmt:
		names(n.Names...)
		for i, e := range n.Exprs {
			if i < len(n.Names) && isRequire(e) {
				l.api[n.Names[i]] = true
			}
		}
	case *ast.NumberForStmt:
		names(n.Name)
	case *ast.GenericForStmt:
		names(n.Names...)
	case *ast.FunctionExpr:
		if n.ParList != nil {
			names(n.ParList.Names...)
		}
	case *ast.AssignStmt:
		for _, target := range n.Lhs {
			if id, is := target.(*ast.IdentExpr); is {
				names(id.Value)
			}
		}
	case *ast.FuncDefStmt:
		names("self")
		if id, is := n.Name.Func.(*ast.IdentExpr); is {
			names(id.Value)
		}
	}
}

// isRequire tells require "bellhop".
func isRequire(e ast.Expr) bool {
	call, is := e.(*ast.FuncCallExpr)
	if !is || len(call.Args) != 1 {
		return false
	}
	name, is := call.Func.(*ast.IdentExpr)
	what, isText := call.Args[0].(*ast.StringExpr)
	return is && isText && name.Value == "require" && what.Value == "bellhop"
}

func (l *linter) use(node any) {
	switch n := node.(type) {
	case *ast.IdentExpr:
		if l.known[n.Value] {
			return
		}
		if hint, is := hints[n.Value]; is {
			l.warn(n.Line(), "%s does not exist in hooks: %s", n.Value, hint)
			return
		}
		l.warn(n.Line(), "nothing is named %q: it is nil%s", n.Value, nearest(n.Value, l.names()))
	case *ast.AttrGetExpr:
		l.useAPI(n)
	case *ast.FuncCallExpr:
		l.useEvent(n)
	}
}

func (l *linter) names() (list []string) {
	for n := range l.known {
		list = append(list, n)
	}
	return list
}

// useAPI looks whether bellhop has what is taken from it.
func (l *linter) useAPI(n *ast.AttrGetExpr) {
	path, is := l.apiPath(n)
	if !is {
		return
	}
	table, _ := splitName(path)
	if table != "bellhop" && !isTable(table) {
		return // a field of a result, or told of already
	}
	var names []string
	for _, f := range functions {
		if rest, below := strings.CutPrefix(f.Name, table+"."); below {
			first, _, _ := strings.Cut(rest, ".")
			names = append(names, table+"."+first)
		}
	}
	for _, c := range constants {
		names = append(names, "bellhop."+c.Name)
	}
	if !slices.Contains(names, path) {
		l.warn(n.Line(), "%s does not exist%s", path, nearest(path, names))
	}
}

// apiPath is bellhop.minibar.item for what names that.
func (l *linter) apiPath(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.IdentExpr:
		return "bellhop", l.api[e.Value]
	case *ast.AttrGetExpr:
		key, isText := e.Key.(*ast.StringExpr)
		path, is := l.apiPath(e.Object)
		if isText && is {
			return path + "." + key.Value, true
		}
	}
	return "", false
}

// useEvent looks whether the event of a hook has the fields that are read of it.
func (l *linter) useEvent(call *ast.FuncCallExpr) {
	if path, is := l.apiPath(call.Func); !is || path != "bellhop.on" || len(call.Args) < 2 {
		return
	}
	kind, isText := call.Args[0].(*ast.StringExpr)
	fn, isFunction := call.Args[len(call.Args)-1].(*ast.FunctionExpr)
	if !isText || !isFunction || fn.ParList == nil || len(fn.ParList.Names) == 0 {
		return
	}
	at := slices.IndexFunc(hotel.Kinds, func(k hotel.KindInfo) bool { return string(k.Kind) == kind.Value })
	if at < 0 {
		return
	}
	var names []string
	for _, f := range hotel.Kinds[at].FieldsOf() {
		names = append(names, f.Name)
	}
	walk(reflect.ValueOf(fn.Stmts), func(node any) {
		get, is := node.(*ast.AttrGetExpr)
		if !is {
			return
		}
		object, isName := get.Object.(*ast.IdentExpr)
		key, isText := get.Key.(*ast.StringExpr)
		if isName && isText && object.Value == fn.ParList.Names[0] && !slices.Contains(names, key.Value) {
			l.warn(get.Line(), "%s events have no %q: it is nil%s", kind.Value, key.Value, nearest(key.Value, names))
		}
	})
}

// nearest asks for the name that was meant, if one is near.
func nearest(name string, names []string) string {
	best, least := "", min(3, (len(name)+2)/4+1)
	slices.Sort(names)
	for _, n := range names {
		if d := slips(name, n); d < least {
			best, least = n, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %s?", best)
}

// slips is how many letters must be changed, put in, left out or exchanged with
// their neighbour to make one name of the other.
func slips(a, b string) int {
	if max(len(a), len(b)) > 64 {
		return len(a) + len(b)
	}
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
		for j := 1; j <= len(b); j++ {
			if i == 0 {
				rows[0][j] = j
				continue
			}
			same := 1
			if a[i-1] == b[j-1] {
				same = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+same)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
