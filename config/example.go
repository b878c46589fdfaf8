package config

import _ "embed"

// Example is a whole file with a comment on each key, for an installer to
// begin with. Its defaults are those of [Default].
//
//go:embed example.toml
var Example string
