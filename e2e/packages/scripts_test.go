package packages

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"bellhop/e2e/need"
)

// TestScriptsByShellcheck reads every script of every package as it is shipped.
func TestScriptsByShellcheck(t *testing.T) {
	shellcheck, rpm := need.Tool(t, "shellcheck"), need.Tool(t, "rpm")
	scripts := t.TempDir()
	put := func(name string, data []byte) {
		if err := os.WriteFile(filepath.Join(scripts, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, kind := range []string{"linux", "openwrt"} {
		for name, file := range contents(t, made(t, newer, "armv7", "bellhop_%s_"+kind+"_armv7.tar.gz")) {
			if strings.HasSuffix(name, ".sh") || strings.HasSuffix(name, ".init") {
				put(kind+"-"+name, file.data)
			}
		}
	}
	control := filepath.Join(scripts, "control")
	if said, err := exec.Command("dpkg-deb", "-e", made(t, newer, "armv7", "bellhop_%s_armhf.deb"), control).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	for _, name := range []string{"preinst", "postinst", "prerm", "postrm"} {
		data, err := os.ReadFile(filepath.Join(control, name))
		if err != nil {
			t.Fatal(err)
		}
		put("deb-"+name, data)
	}
	for tag, name := range map[string]string{"POSTIN": "post", "PREUN": "preun", "POSTUN": "postun"} {
		data, err := exec.Command(rpm, "-qp", "--qf", "%{"+tag+"}", made(t, newer, "armv7", "bellhop-%s-1.armv7hl.rpm")).Output()
		if err != nil {
			t.Fatal(err)
		}
		put("rpm-"+name, data)
	}
	all, err := filepath.Glob(filepath.Join(scripts, "*-*"))
	if err != nil || len(all) != 2+3+4+3 {
		t.Fatalf("the scripts are %v: %v", all, err)
	}
	for _, script := range all {
		// dash is what comes nearest to busybox's shell. Not each script uses all of
		// what they share, nor knows where what it uses comes from.
		if said, err := exec.Command(shellcheck, "-s", "dash", "-e", "SC2034,SC2317,SC2329", script).CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, said)
		}
	}
}
