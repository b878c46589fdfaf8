package luahooks

import (
	"fmt"

	"github.com/yuin/gopher-lua/ast"
)

// maxNesting bounds how deep a source may nest: the compiler recurses, and a
// Go stack that overflows ends the process.
const maxNesting = 200

// check finds state that would outlive a run: a function of the file that
// assigns to a local of the file, to a field of one, or to a global. Which of
// the interchangeable interpreters runs an event is chance, so what such a
// function kept would be there one time and not the next.
//
// On the way it replaces each a .. b .. c by a call that bounds the result: no
// deadline and no watch reaches into one operator, and a text that doubles in
// a loop needs but thirty of them to fill any machine.
//
// It also gives what was learnt of the source.
func check(name string, chunk []ast.Stmt) (traits, []*LoadFault) {
	c := checker{file: name}
	c.block(chunk)
	return traits{c.requires, !c.keeps && len(c.requires) == 0}, c.faults
}

// traits are what a look at a source tells besides its faults.
type traits struct {
	requires []requirement // the libraries that it names
	// lend: its functions change no table, and keep none beyond a run.
	lend bool
}

type checker struct {
	file     string
	faults   []*LoadFault
	requires []requirement
	keeps    bool // a function may change a table, or keep one
	locals   []local
	inside   int // functions around this place
	nesting  int
	deep     bool
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
		s.Expr = c.expr(s.Expr)
	case *ast.DoBlockStmt:
		c.block(s.Stmts)
	case *ast.WhileStmt:
		s.Condition = c.expr(s.Condition)
		c.block(s.Stmts)
	case *ast.RepeatStmt:
		c.scope(func() {
			c.stmts(s.Stmts)
			s.Condition = c.expr(s.Condition)
		})
	case *ast.IfStmt:
		s.Condition = c.expr(s.Condition)
		c.block(s.Then)
		c.block(s.Else)
	case *ast.NumberForStmt:
		s.Init, s.Limit, s.Step = c.expr(s.Init), c.expr(s.Limit), c.expr(s.Step)
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
		c.changeLocal(v)
	case *ast.AttrGetExpr:
		c.assignField(t.Object, line)
		t.Object, t.Key = c.expr(t.Object), c.expr(t.Key)
	}
}

// assignField judges a write into the table that object names.
func (c *checker) assignField(object ast.Expr, line int) {
	if c.inside == 0 {
		return
	}
	c.keeps = true
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
	for i, e := range list {
		list[i] = c.expr(e)
	}
}

// expr looks into e and gives what is to stand in its place.
func (c *checker) expr(e ast.Expr) ast.Expr {
	if e == nil {
		return nil
	}
	if c.enter(e.Line()) {
		c.parts(e)
		if concat, ok := e.(*ast.StringConcatOpExpr); ok {
			e = boundedConcat(concat)
		}
	}
	c.nesting--
	return e
}

func (c *checker) parts(e ast.Expr) {
	switch e := e.(type) {
	case *ast.IdentExpr:
		c.mention(e.Value)
	case *ast.AttrGetExpr:
		e.Object, e.Key = c.expr(e.Object), c.expr(e.Key)
	case *ast.TableExpr:
		for _, f := range e.Fields {
			f.Key, f.Value = c.expr(f.Key), c.expr(f.Value)
		}
	case *ast.FuncCallExpr:
		c.tableCall(e)
		c.required(e)
		e.Func, e.Receiver = c.expr(e.Func), c.expr(e.Receiver)
		c.exprs(e.Args)
	case *ast.LogicalOpExpr:
		e.Lhs, e.Rhs = c.expr(e.Lhs), c.expr(e.Rhs)
	case *ast.RelationalOpExpr:
		e.Lhs, e.Rhs = c.expr(e.Lhs), c.expr(e.Rhs)
	case *ast.StringConcatOpExpr:
		e.Lhs, e.Rhs = c.expr(e.Lhs), c.expr(e.Rhs)
	case *ast.ArithmeticOpExpr:
		e.Lhs, e.Rhs = c.expr(e.Lhs), c.expr(e.Rhs)
	case *ast.UnaryMinusOpExpr:
		e.Expr = c.expr(e.Expr)
	case *ast.UnaryNotOpExpr:
		e.Expr = c.expr(e.Expr)
	case *ast.UnaryLenOpExpr:
		e.Expr = c.expr(e.Expr)
	case *ast.FunctionExpr:
		c.function(e, false)
	}
}

// concatName is the global that joins texts; no source can name it.
const concatName = "(concat)"

// boundedConcat is the call for a concatenation whose parts are replaced
// already. The operator groups to the right, so the parts of a chain gather
// in one call.
func boundedConcat(e *ast.StringConcatOpExpr) ast.Expr {
	parts := []ast.Expr{e.Lhs}
	if rest, ok := e.Rhs.(*ast.FuncCallExpr); ok && isConcat(rest) {
		parts = append(parts, rest.Args...)
	} else {
		parts = append(parts, e.Rhs)
	}
	// As the last argument these would give all their values.
	switch last := parts[len(parts)-1].(type) {
	case *ast.FuncCallExpr:
		last.AdjustRet = true
	case *ast.Comma3Expr:
		last.AdjustRet = true
	}
	name := &ast.IdentExpr{Value: concatName}
	call := &ast.FuncCallExpr{Func: name, Args: parts, AdjustRet: true}
	for _, node := range []ast.Expr{name, call} {
		node.SetLine(e.Line())
		node.SetLastLine(e.LastLine())
	}
	return call
}

func isConcat(e *ast.FuncCallExpr) bool {
	name, ok := e.Func.(*ast.IdentExpr)
	return ok && name.Value == concatName
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
