module bellhop

go 1.26

require (
	github.com/hashicorp/go-immutable-radix/v2 v2.1.0
	github.com/pelletier/go-toml/v2 v2.4.3
	github.com/yuin/gopher-lua v1.1.2
	go.etcd.io/bbolt v1.5.0
)

require (
	github.com/hashicorp/golang-lru/v2 v2.0.0 // indirect
	golang.org/x/sys v0.45.0 // indirect
)
