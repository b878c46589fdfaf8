package luahooks

import (
	"fmt"

	"github.com/yuin/gopher-lua/ast"
)

// maxNesting bounds how deep a source may nest: the compiler recurses, and a
// Go stack that overflows ends the process.
const maxNesting = 200

// checkState finds state that would outlive a run: a function of the file that
// assigns to a local of the file, to a field of one, or to a global. Which of
// the interchangeable interpreters runs an event is chance, so what such a
// function kept would be there one time and not the next.
func checkState(name string, chunk []ast.Stmt) []*LoadFault {
	c := checker{file: name}
	c.block(chunk)
	return c.faults
}

type checker struct {
	file    string
	faults  []*LoadFault
	locals  []local
	inside  int // functions around this place
	nesting int
	deep    bool
}

type local struct {
	name  string
	depth int // functions around its declaration
}

func (c *checker) fault(line int, format string, args ...any) {
	c.faults = append(c.faults, &LoadFault{File: c.file, Line: line, Message: fmt.Sprintf(format, args...)})
}

// enter counts the nesting; false when it is too deep to look further.
func (c *checker) enter(line int) bool {
	c.nesting++
	if c.nesting > maxNesting {
		if !c.deep {
			c.deep = true
			c.fault(line, "the source nests deeper than %d", maxNesting)
		}
		return false
	}
	return true
}

func (c *checker) declare(names ...string) {
	for _, n := range names {
		c.locals = append(c.locals, local{n, c.inside})
	}
}

func (c *checker) find(name string) (local, bool) {
	for i := len(c.locals) - 1; i >= 0; i-- {
		if c.locals[i].name == name {
			return c.locals[i], true
		}
	}
	return local{}, false
}

// scope runs f and forgets the locals that it declared.
func (c *checker) scope(f func()) {
	n := len(c.locals)
	f()
	c.locals = c.locals[:n]
}

func (c *checker) block(stmts []ast.Stmt) {
	c.scope(func() { c.stmts(stmts) })
}

func (c *checker) stmts(stmts []ast.Stmt) {
	for _, s := range stmts {
		if c.enter(s.Line()) {
			c.stmt(s)
		}
		c.nesting--
	}
}

func (c *checker) stmt(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.AssignStmt:
		c.exprs(s.Rhs)
		for _, target := range s.Lhs {
			c.assign(target, s.Line())
		}
	case *ast.LocalAssignStmt:
		if _, ok := soleFunction(s); ok {
			c.declare(s.Names...)
			c.exprs(s.Exprs)
			return
		}
		c.exprs(s.Exprs)
		c.declare(s.Names...)
	case *ast.FuncCallStmt:
		c.expr(s.Expr)
	case *ast.DoBlockStmt:
		c.block(s.Stmts)
	case *ast.WhileStmt:
		c.expr(s.Condition)
		c.block(s.Stmts)
	case *ast.RepeatStmt:
		c.scope(func() {
			c.stmts(s.Stmts)
			c.expr(s.Condition)
		})
	case *ast.IfStmt:
		c.expr(s.Condition)
		c.block(s.Then)
		c.block(s.Else)
	case *ast.NumberForStmt:
		c.exprs([]ast.Expr{s.Init, s.Limit, s.Step})
		c.scope(func() {
			c.declare(s.Name)
			c.block(s.Stmts)
		})
	case *ast.GenericForStmt:
		c.exprs(s.Exprs)
		c.scope(func() {
			c.declare(s.Names...)
			c.block(s.Stmts)
		})
	case *ast.FuncDefStmt:
		if s.Name.Func != nil {
			c.assign(s.Name.Func, s.Line())
		} else {
			c.assignField(s.Name.Receiver, s.Line())
		}
		c.function(s.Func, s.Name.Receiver != nil)
	case *ast.ReturnStmt:
		c.exprs(s.Exprs)
	}
}

// soleFunction tells `local function f`, whose body sees its own name.
func soleFunction(s *ast.LocalAssignStmt) (*ast.FunctionExpr, bool) {
	if len(s.Names) != 1 || len(s.Exprs) != 1 {
		return nil, false
	}
	f, ok := s.Exprs[0].(*ast.FunctionExpr)
	return f, ok
}

func (c *checker) assign(target ast.Expr, line int) {
	switch t := target.(type) {
	case *ast.IdentExpr:
		v, known := c.find(t.Value)
		switch {
		case c.inside == 0:
		case !known:
			c.fault(line, "global %q is written inside a function: write local %s, or keep the value in bellhop.kv", t.Value, t.Value)
		case v.depth == 0:
			c.fault(line, "%q belongs to the file and is written inside a function: hooks keep nothing between runs but in bellhop.kv", t.Value)
		}
	case *ast.AttrGetExpr:
		c.assignField(t.Object, line)
		c.expr(t.Object)
		c.expr(t.Key)
	}
}

// assignField judges a write into the table that object names.
func (c *checker) assignField(object ast.Expr, line int) {
	if c.inside == 0 {
		return
	}
	for {
		switch o := object.(type) {
		case *ast.AttrGetExpr:
			object = o.Object
		case *ast.IdentExpr:
			if v, known := c.find(o.Value); known && v.depth == 0 {
				c.fault(line, "table %q belongs to the file and is written inside a function: hooks keep nothing between runs but in bellhop.kv", o.Value)
			}
			return
		default:
			return
		}
	}
}

func (c *checker) function(f *ast.FunctionExpr, method bool) {
	c.inside++
	c.scope(func() {
		if method {
			c.declare("self")
		}
		if f.ParList != nil {
			c.declare(f.ParList.Names...)
		}
		c.stmts(f.Stmts)
	})
	c.inside--
}

func (c *checker) exprs(list []ast.Expr) {
	for _, e := range list {
		c.expr(e)
	}
}

func (c *checker) expr(e ast.Expr) {
	if e == nil {
		return
	}
	if c.enter(e.Line()) {
		c.parts(e)
	}
	c.nesting--
}

func (c *checker) parts(e ast.Expr) {
	switch e := e.(type) {
	case *ast.AttrGetExpr:
		c.expr(e.Object)
		c.expr(e.Key)
	case *ast.TableExpr:
		for _, f := range e.Fields {
			c.expr(f.Key)
			c.expr(f.Value)
		}
	case *ast.FuncCallExpr:
		c.tableCall(e)
		c.expr(e.Func)
		c.expr(e.Receiver)
		c.exprs(e.Args)
	case *ast.LogicalOpExpr:
		c.exprs([]ast.Expr{e.Lhs, e.Rhs})
	case *ast.RelationalOpExpr:
		c.exprs([]ast.Expr{e.Lhs, e.Rhs})
	case *ast.StringConcatOpExpr:
		c.exprs([]ast.Expr{e.Lhs, e.Rhs})
	case *ast.ArithmeticOpExpr:
		c.exprs([]ast.Expr{e.Lhs, e.Rhs})
	case *ast.UnaryMinusOpExpr:
		c.expr(e.Expr)
	case *ast.UnaryNotOpExpr:
		c.expr(e.Expr)
	case *ast.UnaryLenOpExpr:
		c.expr(e.Expr)
	case *ast.FunctionExpr:
		c.function(e, false)
	}
}

// tableCall judges table.insert and its like on a table of the file.
func (c *checker) tableCall(e *ast.FuncCallExpr) {
	f, ok := e.Func.(*ast.AttrGetExpr)
	if !ok || len(e.Args) == 0 {
		return
	}
	lib, isName := f.Object.(*ast.IdentExpr)
	key, isText := f.Key.(*ast.StringExpr)
	if !isName || !isText || lib.Value != "table" {
		return
	}
	switch key.Value {
	case "insert", "remove", "sort":
		c.assignField(e.Args[0], e.Line())
	}
}
