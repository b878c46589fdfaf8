package update

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bellhop/e2e/need"
)

// fakes puts scripts before all other programs.
func fakes(t *testing.T, scripts map[string]string) (folder string) {
	t.Helper()
	folder = t.TempDir()
	for name, text := range scripts {
		if err := os.WriteFile(filepath.Join(folder, name), []byte("#!/bin/sh\n"+text+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", folder+":"+os.Getenv("PATH"))
	return folder
}

// A package goes through the package manager where the installed program came
// from one; elsewhere only its program is taken.
func TestInstallByPackageManager(t *testing.T) {
	for name, c := range map[string]struct {
		kind  Kind
		owned bool
		by    string
	}{
		"deb":               {Deb, true, "dpkg"},
		"deb, but tar":      {Deb, false, ""},
		"rpm":               {RPM, true, "rpm"},
		"tar.gz, but a deb": {Tar, true, ""},
	} {
		t.Run(name, func(t *testing.T) {
			i := newInstalled(t)
			owned := "exit 1"
			if c.owned {
				owned = "exit 0"
			}
			log := filepath.Join(t.TempDir(), "log")
			place := "echo \"$0 $*\" >>" + log + "; printf '" + newProgram + "' >" + i.state.Program
			fakes(t, map[string]string{"dpkg-query": owned, "dpkg": place, "rpm": "[ \"$1\" = -qf ] && " + owned + "\n" + place})
			u := &Updater{Folder: i.folder, Program: i.state.Program}
			if err := os.WriteFile(i.folder.staged(), []byte(newProgram), 0o700); err != nil {
				t.Fatal(err)
			}
			p := staged{kind: c.kind, file: "/the/package"}
			if by := u.installer(t.Context(), p); by != c.by {
				t.Errorf("installed by %q", by)
			}
			if err := u.install(t.Context(), i.state, p); err != nil {
				t.Fatal(err)
			}
			said, _ := os.ReadFile(log) // there is none without a package manager
			if (c.by != "") != strings.Contains(string(said), "/the/package") {
				t.Errorf("the package manager was told %q", said)
			}
			i.is("", newProgram, 1)
		})
	}
}

// A package manager that fails, or puts the program elsewhere, is an error.
func TestInstallThatFails(t *testing.T) {
	for name, dpkg := range map[string]string{"fails": "echo no space >&2; exit 2", "elsewhere": "exit 0"} {
		i := newInstalled(t)
		fakes(t, map[string]string{"dpkg-query": "exit 0", "dpkg": dpkg})
		u := &Updater{Folder: i.folder, Program: i.state.Program}
		if err := u.install(t.Context(), i.state, staged{kind: Deb, file: "/the/package"}); err == nil {
			t.Errorf("%s: it is taken for installed", name)
		}
	}
}

// A real .deb is read by the tool that its kind of computer has.
func TestUnpackDeb(t *testing.T) {
	need.Tool(t, "dpkg-deb")
	folder := t.TempDir()
	for name, text := range map[string]string{
		"p/DEBIAN/control":     "Package: bellhop\nVersion: 1.2.3\nArchitecture: all\nMaintainer: x <x@example.com>\nDescription: x\n",
		"p/usr/bin/bellhop":    program,
		"p/etc/init.d/bellhop": "#!/bin/sh\n",
	} {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	file, to := filepath.Join(folder, "p.deb"), filepath.Join(folder, "bellhop")
	if err := runTool(t.Context(), nil, "dpkg-deb", "--build", "--root-owner-group", filepath.Join(folder, "p"), file); err != nil {
		t.Fatal(err)
	}
	if err := unpack(t.Context(), file, Deb, to); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(to); err != nil || string(got) != program {
		t.Errorf("%q, %v", got, err)
	}
	if err := os.WriteFile(file, []byte("!<arch>\nno package"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := unpack(t.Context(), file, Deb, to); err == nil || !strings.Contains(err.Error(), "dpkg-deb") {
		t.Errorf("what is no package: %v", err)
	}
}

func TestRoom(t *testing.T) {
	i := newInstalled(t)
	u := &Updater{Folder: i.folder, Program: i.state.Program, Store: i.state.Store}
	for free, enough := range map[int64]bool{1 << 40: true, spare: false} {
		u.diskFree = func(string) (int64, bool) { return free, true }
		if err := u.room(staged{}); (err == nil) != enough {
			t.Errorf("%d bytes free: %v", free, err)
		}
	}
}

func TestFindArchitecture(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := checkELF(self, "arm64"); err == nil && Arch() != "linux/arm64" {
		t.Error("a program for another processor is taken")
	}
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if checkELF(text, "amd64") == nil {
		t.Error("a script is taken")
	}
}
