package sim

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"
)

// sound says what is wrong with the tree's own books.
func (t *fileTree) sound() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	var used int64
	for at, n := range t.nodes {
		used += int64(len(n.data))
		if clean, err := t.clean(at); clean != at || err != nil {
			return fmt.Errorf("%q is not a clean path: %w", at, err)
		}
		if at != "/" && t.parent(at) != nil || n.gone {
			return fmt.Errorf("%q hangs in the air", at)
		}
	}
	if used != t.used || used > t.size || len(t.nodes) > maxNodes {
		return fmt.Errorf("%d bytes in %d nodes, booked as %d", used, len(t.nodes), t.used)
	}
	return nil
}

func newTestTree(t *testing.T, size int64) *fileTree {
	t.Helper()
	tree := newFileTree(size, newClock().now)
	tree.links["/also"] = "/a"
	for _, err := range []error{tree.mkdirs("/a/b"), tree.put("/a/one", []byte("one")), tree.put("/a/b/two", []byte("two"))} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return tree
}

func TestTreeNames(t *testing.T) {
	tree := newTestTree(t, 100)
	for name, want := range map[string]string{
		"": "/", "/": "/", "a": "/a", "/a/": "/a", "/../../a": "/a", "/a/../../..": "/", "//a//one": "/a/one",
		"/also": "/a", "/also/b/two": "/a/b/two", "/alsoo": "/alsoo", "/x/../also/": "/a",
	} {
		if got, err := tree.clean(name); got != want || err != nil {
			t.Errorf("%q is %q, %v", name, got, err)
		}
	}
	for _, name := range []string{
		"a\x00b", "a\nb", "a\x7f", "\xff", "/" + strings.Repeat("x", maxName+1), strings.Repeat("/xx", maxPath/3) + "/y",
	} {
		if got, err := tree.clean(name); !errors.Is(err, errBadName) {
			t.Errorf("%q is %q, %v", name, got, err)
		}
	}
}

func TestTreeRefuses(t *testing.T) {
	for _, c := range []struct {
		what string
		do   func(tree *fileTree) error
		want error
	}{
		{"remove a folder as a file", func(x *fileTree) error { return x.remove("/a/b", false) }, errFolder},
		{"remove a file as a folder", func(x *fileTree) error { return x.remove("/a/one", true) }, errNoFolder},
		{"remove a folder that is not empty", func(x *fileTree) error { return x.remove("/a", true) }, errNotEmpty},
		{"remove everything", func(x *fileTree) error { return x.remove("/", true) }, errNotEmpty},
		{"remove what is not there", func(x *fileTree) error { return x.remove("/a/two", false) }, fs.ErrNotExist},
		{"make what is there", func(x *fileTree) error { return x.mkdir("/a/b") }, fs.ErrExist},
		{"make what a file is", func(x *fileTree) error { return x.mkdir("/a/one") }, fs.ErrExist},
		{"make in a file", func(x *fileTree) error { return x.mkdir("/a/one/c") }, errNoFolder},
		{"make in nothing", func(x *fileTree) error { return x.mkdir("/c/d") }, fs.ErrNotExist},
		{"open a folder", func(x *fileTree) error { _, err := x.open("/a", opening{create: true}); return err }, errFolder},
		{"open what is not there", func(x *fileTree) error { _, err := x.open("/c", opening{}); return err }, fs.ErrNotExist},
		{"open anew what is there", func(x *fileTree) error {
			_, err := x.open("/a/one", opening{create: true, fresh: true})
			return err
		}, fs.ErrExist},
		{"open in nothing", func(x *fileTree) error { _, err := x.open("/c/d", opening{create: true}); return err }, fs.ErrNotExist},
		{"rename onto a file", func(x *fileTree) error { return x.rename("/a/one", "/a/b/two", false) }, fs.ErrExist},
		{"rename onto a folder", func(x *fileTree) error { return x.rename("/a/one", "/a/b", true) }, fs.ErrExist},
		{"rename a folder onto a file", func(x *fileTree) error { return x.rename("/a/b", "/a/one", true) }, fs.ErrExist},
		{"rename into itself", func(x *fileTree) error { return x.rename("/a", "/a/b/a", true) }, errBadName},
		{"rename into nothing", func(x *fileTree) error { return x.rename("/a", "/c/a", true) }, fs.ErrNotExist},
		{"rename nothing", func(x *fileTree) error { return x.rename("/c", "/d", true) }, fs.ErrNotExist},
		{"rename to what becomes too long", func(x *fileTree) error {
			long := "/" + strings.Repeat("y", maxName)
			for _, folder := range []string{long, long + long, long + long + long} {
				if err := x.mkdir(folder); err != nil {
					return err
				}
			}
			_ = x.mkdirs("/a/b/" + strings.Repeat("z", maxName))
			return x.rename("/a", long+long+long+"/a", true)
		}, errBadName},
		{"write more than fits", func(x *fileTree) error { return x.put("/a/one", make([]byte, 98)) }, errDiskFull},
		{"write far away", func(x *fileTree) error {
			n, _ := x.open("/a/one", opening{})
			_, err := x.writeAt(n, []byte("x"), 1<<62)
			return err
		}, errDiskFull},
		{"write beyond all numbers", func(x *fileTree) error {
			n, _ := x.open("/a/one", opening{})
			_, err := x.writeAt(n, []byte("xx"), 1<<63-1)
			return err
		}, errBadOffset},
		{"write before it", func(x *fileTree) error {
			n, _ := x.open("/a/one", opening{})
			_, err := x.writeAt(n, []byte("x"), -2)
			return err
		}, errBadOffset},
		{"grow beyond the disk", func(x *fileTree) error { return x.cut("/a/one", 1<<63) }, errDiskFull},
	} {
		tree := newTestTree(t, 100)
		if err := c.do(tree); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.what, err, c.want)
		}
		if one, two := tree.bytes("/a/one"), tree.bytes("/a/b/two"); string(one) != "one" || string(two) != "two" {
			t.Errorf("%s: %q and %q are left", c.what, one, two)
		}
		if err := tree.sound(); err != nil {
			t.Errorf("%s: %v", c.what, err)
		}
	}
}

func TestTreeIsBoundedInFiles(t *testing.T) {
	tree := newTestTree(t, 100)
	var err error
	for n := 0; n <= maxNodes && err == nil; n++ {
		err = tree.put(fmt.Sprint("/f", n), nil)
	}
	if !errors.Is(err, errDiskFull) || len(tree.nodes) != maxNodes {
		t.Errorf("%d nodes, %v", len(tree.nodes), err)
	}
}

// A file without a name lives on for who has it open, and takes no space.
func TestTreeWritesIntoWhatIsGone(t *testing.T) {
	tree := newTestTree(t, 10)
	n, err := tree.open("/a/one", opening{})
	if err != nil {
		t.Fatal(err)
	}
	if err := tree.rename("/a/b/two", "/also/one", true); err != nil {
		t.Fatal(err)
	}
	if wrote, err := tree.writeAt(n, make([]byte, 50), 0); wrote != 50 || err != nil {
		t.Errorf("wrote %d, %v", wrote, err)
	}
	if got := tree.bytes("/a/one"); string(got) != "two" || tree.used != 3 {
		t.Errorf("%q, %d bytes", got, tree.used)
	}
}

// What was cut off is not seen when the file grows again.
func TestTreeGrowsWithZeros(t *testing.T) {
	tree := newTestTree(t, 100)
	for _, size := range []uint64{100 - 3, 1, 3} {
		if err := tree.cut("/a/one", size); err != nil {
			t.Fatal(err)
		}
	}
	if memory := cap(tree.nodes["/a/one"].data); memory > 50 {
		t.Errorf("it still takes %d bytes", memory)
	}
	if got := tree.bytes("/a/one"); string(got) != "o\x00\x00" {
		t.Errorf("%q", got)
	}
}

// FuzzTree does what the input says with two trees; the books must stay sound,
// and a name means the same whichever way it is written.
func FuzzTree(f *testing.F) {
	f.Add([]byte("put /a/one\x00mkdir /c\x00rename /a /c/a\x00remove /c/a/one"), "/a/../also/b")
	f.Add([]byte("rename /also /x\x00mkdirs /x/y/z\x00rmdir /x\x00cut /a/one\x00append /a/b/two"), "a//b/./two")
	f.Fuzz(func(t *testing.T, orders []byte, name string) {
		if len(orders) > 4096 {
			return
		}
		tree := newTestTree(t, 64)
		if clean, err := tree.clean(name); err == nil {
			if again, err := tree.clean(clean); again != clean || err != nil || clean[0] != '/' || strings.Contains(clean+"/", "/../") {
				t.Errorf("%q is %q, and that is %q, %v", name, clean, again, err)
			}
		}
		for order := range bytes.SplitSeq(orders, []byte{0}) {
			word, rest, _ := strings.Cut(string(order), " ")
			from, to, _ := strings.Cut(rest, " ")
			switch word {
			case "put":
				_ = tree.put(from, order)
			case "mkdir":
				_ = tree.mkdir(from)
			case "mkdirs":
				_ = tree.mkdirs(from)
			case "remove", "rmdir":
				_ = tree.remove(from, word == "rmdir")
			case "rename", "move":
				_ = tree.rename(from, to, word == "move")
			case "cut":
				_ = tree.cut(from, uint64(len(to)))
			case "append":
				if n, err := tree.open(from, opening{create: true}); err == nil {
					_, _ = tree.writeAt(n, []byte(to), int64(len(to)%3)-1)
				}
			case "set":
				_ = tree.set(from, time.Time{}, fs.FileMode(len(to)))
			}
			if err := tree.sound(); err != nil {
				t.Fatalf("after %q: %v", order, err)
			}
		}
	})
}
