package dialplan

// The marks around our block, each a line of its own.
const (
	markBegin = "; >>> bellhop >>>"
	markEnd   = "; <<< bellhop <<<"
)
