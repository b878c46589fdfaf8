package update

import (
	"bytes"
	"context"
	"crypto/sha256"
	"debug/elf"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"time"
)

// probeTime bounds how long a program may take to say its version, on an SD
// card that has never read it before.
const probeTime = 30 * time.Second

// About is what "version --json" says.
type About struct {
	Version string `json:"version"`
	Go      string `json:"go"`
	OS      string `json:"os"`
	Arch    string `json:"arch"`
	Format  uint64 `json:"format"` // of the database that it writes
}

var machines = map[string]struct {
	machine elf.Machine
	class   elf.Class
}{
	"amd64": {elf.EM_X86_64, elf.ELFCLASS64},
	"arm64": {elf.EM_AARCH64, elf.ELFCLASS64},
	"arm":   {elf.EM_ARM, elf.ELFCLASS32},
}

// checkELF tells whether a file is a program for a computer such as this one.
func checkELF(file, arch string) error {
	f, err := elf.Open(file)
	if err != nil {
		return fmt.Errorf("it is no program for Linux: %w", err)
	}
	defer f.Close()
	want, known := machines[arch]
	if known && (f.Machine != want.machine || f.Class != want.class) {
		return fmt.Errorf("it is a program for %v, and this computer is %s", f.Machine, arch)
	}
	if f.Type != elf.ET_EXEC && f.Type != elf.ET_DYN {
		return fmt.Errorf("it is no program: %v", f.Type)
	}
	return nil
}

// inspect lets the staged program say what it is and look at the config, as the
// agent's user and without a network.
func (u *Updater) inspect(ctx context.Context, program string) (Build, error) {
	if err := checkELF(program, runtime.GOARCH); err != nil {
		return Build{}, err
	}
	out, err := u.probe(ctx, program, "version", "--json")
	if err != nil {
		return Build{}, fmt.Errorf("it does not start here: %w", err)
	}
	var about About
	if err := json.Unmarshal(out, &about); err != nil || about.Format == 0 {
		return Build{}, errors.New("it does not say which version it is: it is no Bellhop, or one from before updates")
	}
	if out, err := u.probe(ctx, program, "config", "check", "-c", u.Config); err != nil {
		return Build{}, fmt.Errorf("it does not take the config: %w %s", err, bytes.TrimSpace(out))
	}
	sum, err := sumOf(program)
	if err != nil {
		return Build{}, err
	}
	return Build{Version: about.Version, Format: about.Format, Sum: sum}, nil
}

// probe runs a program that is not in place yet. What it says is bounded.
func (u *Updater) probe(ctx context.Context, program string, args ...string) ([]byte, error) {
	out, err := runProbe(ctx, program, args, confine(u.Store, true))
	if errors.Is(err, os.ErrPermission) || errors.Is(err, errConfined) {
		// Not everywhere may one take the network away, such as in a container.
		out, err = runProbe(ctx, program, args, confine(u.Store, false))
	}
	return out, err
}

var errConfined = errors.New("it could not be started")

func runProbe(ctx context.Context, program string, args []string, set func(*exec.Cmd)) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &limited{of: &out, left: 64 << 10}, &limited{of: &said, left: 4 << 10}
	cmd.Env, cmd.WaitDelay = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin"}, time.Second
	set(cmd)
	err := cmd.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited && ctx.Err() == nil {
		return nil, fmt.Errorf("%w: %w", errConfined, err)
	}
	if err != nil {
		return out.Bytes(), fmt.Errorf("%w: %s", err, bytes.TrimSpace(said.Bytes()))
	}
	return out.Bytes(), nil
}

func sumOf(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
