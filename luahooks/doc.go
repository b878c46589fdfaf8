// Package luahooks runs a hotel's own Lua functions. [Load] reads the files,
// [Set.Match] names the units that an event wants, [Set.Run] runs one.
//
// A run reads the state through a [hotel.View] and returns effects; it
// touches nothing outside. The one exception is http.get, which the caller
// supplies and whose answers are recorded. So a run can be repeated: with the
// same [Input] it gives the same [Result].
//
// # What stops a hook
//
// Endless loops end at the deadline. Memory is watched while a run lasts
// longer than a millisecond, and where it makes large texts. The functions of Lua's libraries that work
// long, or build large values, inside one call are replaced by bounded ones.
// A stop cannot be caught by the hook's pcall, and the interpreter that was
// stopped is thrown away.
//
// Not covered: memory is measured for the whole process (a run that grew
// beside another is repeated alone before it is blamed), and a table that a
// file keeps and passes on can be changed behind the static check's back: what is
// kept so goes when the interpreter is worn and another takes its place.
package luahooks
