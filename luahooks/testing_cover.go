package luahooks

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"
	"github.com/yuin/gopher-lua/parse"
)

// isTestFile tells a file with tests, which registers no hooks.
func isTestFile(name string) bool { return strings.HasSuffix(name, "_test.lua") }

// coverage counts which lines of hook files have run.
type coverage struct {
	mu    sync.Mutex
	lines map[string]map[int]int // by file, the runs of each line with a statement
}

func newCoverage() *coverage { return &coverage{lines: map[string]map[int]int{}} }

// know takes a line with a statement; ran counts that it has run.
func (c *coverage) know(file string, line int) { c.add(file, line, 0) }
func (c *coverage) ran(file string, line int)  { c.add(file, line, 1) }

func (c *coverage) add(file string, line, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lines[file] == nil {
		c.lines[file] = map[int]int{}
	}
	c.lines[file][line] += n
}

// FileCoverage says how many of a file's lines with statements have run.
type FileCoverage struct {
	File   string `json:"file"`
	Lines  int    `json:"lines"`
	Ran    int    `json:"ran"`
	Missed []int  `json:"missed,omitempty"`
}

func (c *coverage) of(file string) FileCoverage {
	c.mu.Lock()
	defer c.mu.Unlock()
	f := FileCoverage{File: file, Lines: len(c.lines[file])}
	for line, runs := range c.lines[file] {
		if runs > 0 {
			f.Ran++
		} else {
			f.Missed = append(f.Missed, line)
		}
	}
	slices.Sort(f.Missed)
	return f
}

// lineName is the global that counts a line; no source can name it.
const lineName = "(line)"

func (v *vm) countLine(L *lua.LState) int {
	v.set.covered.ran(L.CheckString(1), L.CheckInt(2))
	return 0
}

// compileCounted compiles a source so that each statement counts its line first.
// The interpreter has no way to look at single instructions, and needs none for
// this.
func compileCounted(name string, text []byte, c *coverage) (*source, error) {
	chunk, err := parse.Parse(bytes.NewReader(text), name)
	if err != nil {
		return nil, parseFault(name, text, err)
	}
	traits, faults := check(name, chunk)
	if len(faults) > 0 {
		return nil, faults[0]
	}
	k := counter{name, c}
	proto, err := build(k.block(chunk), name)
	if err != nil {
		return nil, fmt.Errorf("compile %s to count its lines: %w", name, err)
	}
	return &source{name: name, text: text, proto: proto, examples: readExamples(text), traits: traits}, nil
}

// counter puts the counting into a syntax tree, which the check has found to nest
// not too deep.
type counter struct {
	file string
	c    *coverage
}

func (k counter) block(stmts []ast.Stmt) []ast.Stmt {
	out := make([]ast.Stmt, 0, 2*len(stmts))
	for _, s := range stmts {
		k.within(s)
		if _, label := s.(*ast.LabelStmt); !label {
			k.c.know(k.file, s.Line())
			out = append(out, k.call(s.Line()))
		}
		out = append(out, s)
	}
	return out
}

func (k counter) call(line int) ast.Stmt {
	call := &ast.FuncCallExpr{Func: &ast.IdentExpr{Value: lineName}, Args: []ast.Expr{
		&ast.StringExpr{Value: k.file}, &ast.NumberExpr{Value: strconv.Itoa(line)},
	}}
	s := &ast.FuncCallStmt{Expr: call}
	for _, node := range []ast.PositionHolder{s, call, call.Func, call.Args[0], call.Args[1]} {
		node.SetLine(line)
		node.SetLastLine(line)
	}
	return s
}

// within goes into the blocks and functions of a statement.
func (k counter) within(s ast.Stmt) {
	eachBlock(s, func(b *[]ast.Stmt) { *b = k.block(*b) })
}

// eachBlock visits the blocks right below a node: those of the functions within
// its expressions, too.
func eachBlock(node any, visit func(*[]ast.Stmt)) {
	switch n := node.(type) {
	case *[]ast.Stmt:
		visit(n)
		return
	case *ast.FunctionExpr:
		visit(&n.Stmts)
		return
	}
	v := reflect.ValueOf(node)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		return
	}
	v = v.Elem()
	for i := range v.NumField() {
		if v.Type().Field(i).Anonymous {
			continue // the position
		}
		eachBlockOf(v.Field(i), visit)
	}
}

func eachBlockOf(field reflect.Value, visit func(*[]ast.Stmt)) {
	switch field.Kind() {
	case reflect.Pointer:
		eachBlock(field.Interface(), visit)
	case reflect.Interface:
		if !field.IsNil() {
			eachBlock(field.Elem().Interface(), visit)
		}
	case reflect.Slice:
		if b, is := field.Addr().Interface().(*[]ast.Stmt); is {
			visit(b)
			return
		}
		for i := range field.Len() {
			eachBlockOf(field.Index(i), visit)
		}
	}
}
