package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
)

// computer is a kind that hotels have.
type computer struct {
	name string // in the names of tarballs
	deb  string // in the name of the deb
	rpm  string // as rpm calls it
	nfpm string // as the library that writes packages calls it
	env  []string
}

// Debian's armhf begins with v7. Raspberry Pi OS for the first Pis and the Zero
// calls its v6 armhf, too, and its dpkg takes nothing else: the deb for v6 is
// one for "armhf" inside, and told apart by its name.
var computers = []computer{
	{"amd64", "amd64", "x86_64", "amd64", []string{"GOARCH=amd64", "GOAMD64=v1"}},
	{"arm64", "arm64", "aarch64", "arm64", []string{"GOARCH=arm64", "GOARM64=v8.0"}},
	{"armv7", "armhf", "armv7hl", "arm7", []string{"GOARCH=arm", "GOARM=7"}},
	{"armv6", "armv6", "armv6hl", "arm6", []string{"GOARCH=arm", "GOARM=6"}},
}

// build makes the program. What its maker's environment says of how to build
// plays no part.
func (r release) build(ctx context.Context, c computer, to string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false",
		"-ldflags", "-s -w -X main.buildVersion="+r.version+" -X main.updateKeys="+r.keys, "-o", to, "./cmd/bellhop")
	cmd.Dir = r.root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOFLAGS=", "GOEXPERIMENT=", "GOWORK=off")
	cmd.Env = append(cmd.Env, c.env...)
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w: %s", err, said)
	}
	return nil
}
