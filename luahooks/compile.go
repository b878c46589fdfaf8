package luahooks

import (
	"github.com/yuin/gopher-lua/ast"

	lua "github.com/yuin/gopher-lua"
)

// build compiles a chunk that was checked.
func build(chunk []ast.Stmt, name string) (*lua.FunctionProto, error) {
	proto, err := lua.Compile(chunk, name)
	if err == nil {
		withoutTailCalls(proto)
	}
	return proto, err
}

// withoutTailCalls makes ordinary calls of a function's tail calls. The
// interpreter counts those of an endless recursion without bound, and when that is
// stopped it writes a line for each before it says so: millions in a second. An
// ordinary one ends at the depth that calls may have.
func withoutTailCalls(p *lua.FunctionProto) {
	const opcode = 26 // bits below it are the operands, which are the same for both
	for i, code := range p.Code {
		if int(code>>opcode) == lua.OP_TAILCALL {
			p.Code[i] = code&(1<<opcode-1) | uint32(lua.OP_CALL)<<opcode
		}
	}
	for _, inner := range p.FunctionPrototypes {
		withoutTailCalls(inner)
	}
}
