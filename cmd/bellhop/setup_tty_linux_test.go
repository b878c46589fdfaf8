package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"bellhop/sim"
)

// person sits at a terminal: standard input is one, and each question is
// answered as the list says, which goes by parts of their texts.
type person struct {
	t       *testing.T
	keys    *os.File // the far side of the terminal
	answers [][2]string

	mu    sync.Mutex
	heard bytes.Buffer
	read  int // what was looked at already
}

func sitting(t *testing.T, answers ...[2]string) *person {
	t.Helper()
	keys, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("there are no pseudo-terminals here: ", err)
	}
	number := 0
	if err = unix.IoctlSetPointerInt(int(keys.Fd()), unix.TIOCSPTLCK, 0); err == nil {
		number, err = unix.IoctlGetInt(int(keys.Fd()), unix.TIOCGPTN)
	}
	if err != nil {
		t.Fatal(err)
	}
	terminal, err := os.OpenFile("/dev/pts/"+strconv.Itoa(number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("there are no pseudo-terminals here: ", err)
	}
	before := os.Stdin
	os.Stdin = terminal
	t.Cleanup(func() {
		os.Stdin = before
		_ = terminal.Close()
		_ = keys.Close()
	})
	return &person{t: t, keys: keys, answers: answers}
}

// Write hears what setup says, and answers a question that stands at the end.
func (p *person) Write(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.heard.Write(text)
	said := p.heard.String()[p.read:]
	if !strings.HasSuffix(said, ": ") && !strings.HasSuffix(said, "[y/N] ") {
		return len(text), nil
	}
	p.read = p.heard.Len()
	i := slices.IndexFunc(p.answers, func(a [2]string) bool { return strings.Contains(said, a[0]) })
	typed := ""
	if i >= 0 {
		typed = p.answers[i][1]
		p.answers = slices.Delete(p.answers, i, i+1)
	}
	_, err := fmt.Fprintln(p.keys, typed)
	return len(text), err
}

// setup runs it with that person.
func (p *patient) askedSetup(sits *person, flags ...string) (heard string, code int) {
	p.t.Helper()
	code = run(p.t.Context(), append([]string{"setup", "-c", p.file}, flags...), sits, sits)
	sits.mu.Lock()
	defer sits.mu.Unlock()
	heard = sits.heard.String()
	if strings.Contains(heard, "canary") {
		p.t.Errorf("it tells the password: %s", heard)
	}
	return heard, code
}

// TestSetupAsks: a person answers, in Chinese; a wrong password is tried once, and
// another one may be given; what is Enter alone is as proposed.
func TestSetupAsks(t *testing.T) {
	p, flags := newSetup(t, sim.PBXOptions{})
	given := flags[slices.Index(flags, "--set"):] // where things are on this box
	files := flags[slices.Index(flags, "--install")+1]
	sits := sitting(t,
		[2]string{"Language", "fr"}, [2]string{"Language", "zh"}, [2]string{"酒店名称", "海港"}, [2]string{"国家代码", "cn"},
		[2]string{"电话交换机地址", "https://x/api"}, [2]string{"电话交换机地址", strings.Replace(p.url, "http:", "https:", 1)},
		[2]string{"是否信任", "y"}, [2]string{"接收报告", "none"}, [2]string{"的密码", "canary-wrong"}, [2]string{"的密码", doctorPassword},
		[2]string{"接收拨号方案", files}, [2]string{"sftp://", doctorPassword}, [2]string{"是否信任", "y"},
		[2]string{"按此使用", "y"}, [2]string{"写入", "y"}, [2]string{"安装到", "y"}, [2]string{"哪些房间已入住", "listed"}, [2]string{"Is this who stays", "y"})
	heard, code := p.askedSetup(sits, given...)
	if code != 0 || len(sits.answers) > 0 {
		t.Fatalf("%d, not asked: %q\n%s", code, sits.answers, heard)
	}
	if s := p.pbx.Stats(); s.Refused != 1 || s.FilesRefused != 0 {
		t.Errorf("at the PBX: %+v", s)
	}
	box := p.box()
	p.has(box["b.toml"], `name = "海港"`, `language = "zh"`, `timezone = "Asia/Shanghai"`, `currency = "CNY"`, `username = "api"`, `routes = ["Emergency"]`)
	p.has(heard, "时区，如 Asia/Shanghai [Asia/Shanghai]", "新增房间：3 1001-1003", "连续五次错误会锁定本机地址", "交接单（请打印）")
	if !strings.Contains(box["data/handover.html"], `lang="zh"`) {
		t.Error("the sheet is in another language")
	}

	// Again: Enter is always what is there, and nothing is changed.
	disk := p.disk()
	if heard, code := p.askedSetup(sitting(t)); code != 0 || !strings.Contains(heard, "无需修改") {
		t.Errorf("again: %d\n%s", code, heard)
	}
	if again := p.box()["b.toml"]; again != box["b.toml"] {
		t.Errorf("the config was changed:\n%s", again)
	}
	p.sameDisk("after a second run", disk)
}

// TestSetupTakesNo: who says no, or nothing of use, changes nothing.
func TestSetupTakesNo(t *testing.T) {
	for name, c := range map[string]struct {
		answers [][2]string
		want    string
	}{
		"to the certificate": {[][2]string{{"Trust it", "n"}}, "not trusted; nothing was changed"},
		"to the config":      {[][2]string{{"Trust it", "y"}, {"The URL of the program", "none"}, {"The password", doctorPassword}, {"takes dialplan", "none"}, {"Write", "n"}}, "nothing was changed"},
		"to no question":     {[][2]string{{"Its country", "x"}, {"Its country", "y"}, {"Its country", "z"}, {"Its country", "1"}, {"Its country", "2"}}, "no answer"},
		"three times wrong": {
			[][2]string{{"Trust it", "y"}, {"The URL of the program", "none"}, {"The password", "canary-1"}, {"The password", "canary-2"}, {"The password", "canary-3"}}, "It was tried once",
		},
		"the same again": {[][2]string{{"Trust it", "y"}, {"The URL of the program", "none"}, {"The password", "canary-1"}, {"The password", "canary-1"}}, "has been tried already"},
		"somebody else":  {[][2]string{{"Trust it", "y"}, {"The URL of the program", "y"}}, "say its URL"},
	} {
		t.Run(name, func(t *testing.T) {
			p, flags := newSetup(t, sim.PBXOptions{})
			answers := append([][2]string{{"Language", "en"}, {"The hotel's name", "Inn"}}, c.answers...)
			if !strings.Contains(name, "question") {
				answers = append(answers, [2]string{"Its country", "CN"}, [2]string{"The PBX's address", strings.Replace(p.url, "http:", "https:", 1)})
			}
			sits := sitting(t, answers...)
			heard, code := p.askedSetup(sits, flags[slices.Index(flags, "--set"):]...)
			if code != 1 || !strings.Contains(heard, c.want) {
				t.Errorf("%d, want %q\n%s", code, c.want, heard)
			}
			wrong := strings.Count(fmt.Sprint(c.answers), "canary") - strings.Count(fmt.Sprint(c.answers), doctorPassword)
			if name == "the same again" {
				wrong = 1
			}
			if s := p.pbx.Stats(); s.Refused != wrong || s.Locks > 0 {
				t.Errorf("%d were refused, want %d", s.Refused, wrong)
			}
			if box := p.box(); len(box) > 0 {
				t.Errorf("on the box: %q", box)
			}
		})
	}
}

// TestSetupGivesFoldersAway: what root makes is the agent's user's, and nothing
// else is.
func TestSetupGivesFoldersAway(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	o := owner{is: true, uid: 65534, gid: 65534}
	dir := t.TempDir()
	made, cut, foreign := filepath.Join(dir, "a", "fresh"), filepath.Join(dir, "bellhop"), filepath.Join(dir, "home")
	for _, folder := range []string{cut, foreign} { // as a run that was cut off left it, and somebody's
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(cut, "pbx-login-tries"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{made, cut, foreign} {
		if err := o.folder(folder); err != nil {
			t.Fatal(err)
		}
	}
	s := &setup{call: &call{env: &env{ctx: t.Context()}}, owner: o, own: map[string]bool{}}
	secret := filepath.Join(made, "pbx")
	if err := s.keep(secret, "canary"); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]uint32{made: 65534, secret: 65534, filepath.Dir(made): 0, cut: 65534, filepath.Join(cut, "pbx-login-tries"): 65534, foreign: 0} {
		var s unix.Stat_t
		if err := unix.Lstat(name, &s); err != nil || s.Uid != want {
			t.Errorf("%s is %d's, want %d's: %v", name, s.Uid, want, err)
		}
	}
}
