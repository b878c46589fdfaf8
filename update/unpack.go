package update

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"strings"

	"github.com/cavaliergopher/cpio"
)

const (
	// maxProgram bounds the program in a package.
	maxProgram = 64 << 20
	// maxUnpacked and maxEntries bound what a package holds in all.
	maxUnpacked = 256 << 20
	maxEntries  = 10_000
)

// Kind is a form in which a version comes.
type Kind string

// The kinds.
const (
	Deb    Kind = "deb"
	RPM    Kind = "rpm"
	Tar    Kind = "tar.gz"
	Binary Kind = "program"
)

func kindOf(name string) Kind {
	switch {
	case strings.HasSuffix(name, ".deb"):
		return Deb
	case strings.HasSuffix(name, ".rpm"):
		return RPM
	case strings.HasSuffix(name, ".tar.gz"), strings.HasSuffix(name, ".tgz"):
		return Tar
	}
	return Binary
}

// unpack writes the program of a verified package to a file. Of an archive only
// the program is read, and its names say which entry that is and nothing more:
// none becomes a path here.
func unpack(ctx context.Context, file string, kind Kind, to string) error {
	switch kind {
	case Deb:
		return throughTool(ctx, to, fromTar, "dpkg-deb", "--fsys-tarfile", file)
	case RPM:
		return throughTool(ctx, to, fromCPIO, "rpm2cpio", file)
	}
	source, err := os.Open(file)
	if err != nil {
		return err
	}
	defer source.Close()
	if kind == Binary {
		return writeProgram(source, to)
	}
	plain, err := gzip.NewReader(source)
	if err != nil {
		return fmt.Errorf("it is no .tar.gz: %w", err)
	}
	return fromTar(plain, to)
}

// throughTool lets a package manager's own tool open its packages: what has
// none of these tools has no use for its packages either.
func throughTool(ctx context.Context, to string, from func(io.Reader, string) error, name string, args ...string) error {
	if _, err := exec.LookPath(name); err != nil {
		return fmt.Errorf("this computer has no %s for such a package: take the .tar.gz", name)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	var said bytes.Buffer
	cmd.Stderr = &limited{of: &said, left: 4 << 10}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	err = from(out, to)
	if err == nil {
		_, err = io.Copy(io.Discard, io.LimitReader(out, maxUnpacked)) // the tool is not to fail for a closed pipe
	}
	if err != nil {
		cancel()
		_ = cmd.Wait() // it was not heard to its end
		if said.Len() > 0 {
			err = fmt.Errorf("%w (%s: %s)", err, name, bytes.TrimSpace(said.Bytes()))
		}
		return err
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, bytes.TrimSpace(said.Bytes()))
	}
	return nil
}

// limited takes so many bytes and drops the rest.
type limited struct {
	of   io.Writer
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	n := min(len(p), l.left)
	l.left -= n
	if _, err := l.of.Write(p[:n]); err != nil {
		return 0, err
	}
	return len(p), nil
}

func fromTar(archive io.Reader, to string) error {
	r := tar.NewReader(bounded(archive))
	return fromEntries(to, r, func() (string, bool, error) {
		h, err := r.Next()
		if err != nil {
			return "", false, err
		}
		return h.Name, h.Typeflag == tar.TypeReg, nil
	})
}

func fromCPIO(archive io.Reader, to string) error {
	r := cpio.NewReader(bounded(archive))
	return fromEntries(to, r, func() (string, bool, error) {
		h, err := r.Next()
		if err != nil {
			return "", false, err
		}
		return h.Name, h.Mode.IsRegular(), nil
	})
}

// bounded ends an archive that unfolds to more than any version of ours has
// with an error, and not with its end.
func bounded(r io.Reader) io.Reader { return &bound{of: r, left: maxUnpacked} }

type bound struct {
	of   io.Reader
	left int
}

func (b *bound) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, errors.New("the package unfolds to more than any version has")
	}
	n, err := b.of.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

// fromEntries finds the one program named bellhop among the entries: a start
// script may have that name, too.
func fromEntries(to string, content io.Reader, next func() (name string, plain bool, err error)) error {
	found := false
	for range maxEntries {
		name, plain, err := next()
		if errors.Is(err, io.EOF) {
			if !found {
				return errors.New("there is no program named bellhop in it")
			}
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the package: %w", err)
		}
		if !plain || path.Base(name) != "bellhop" {
			continue
		}
		head := make([]byte, len(elfMagic))
		if _, err := io.ReadFull(content, head); err != nil || string(head) != elfMagic {
			continue
		}
		if found {
			return errors.New("there are two programs named bellhop in it")
		}
		found = true
		if err := writeProgram(io.MultiReader(bytes.NewReader(head), content), to); err != nil {
			return err
		}
	}
	return fmt.Errorf("there are more than %d files in it", maxEntries)
}

const elfMagic = "\x7fELF"

func writeProgram(source io.Reader, to string) error {
	if err := removeIfThere(to + ".part"); err != nil {
		return err
	}
	target, err := os.OpenFile(to+".part", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o700)
	if err != nil {
		return err
	}
	n, err := io.Copy(target, io.LimitReader(source, maxProgram+1))
	if err == nil && n > maxProgram {
		err = fmt.Errorf("the program has more than %d bytes", maxProgram)
	}
	return inPlace(target, err, to, 0o755)
}
