package dialplan

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const begins = "[a]\nexten => 1,1,Hangup()\n"

func TestMerge(t *testing.T) {
	block := render(t, everything())
	older := render(t, some()["housekeeping"])
	joined := strings.Replace(block, markBegin, markJoined, 1)
	for _, c := range []struct{ name, existing, want string }{
		{"nothing", "", block},
		{"at the end", begins, begins + block},
		{"behind a line without end", "[a]\nexten => 1,1,Hangup()", "[a]\nexten => 1,1,Hangup()\n" + joined},
		{"CRLF and BOM", "\ufeff[a]\r\nexten = 1,1,Hangup()\r\n", "\ufeff[a]\r\nexten = 1,1,Hangup()\r\n" + block},
		{"in place of an older one", begins + older + "[b]\nexten => 2,1,Hangup()\n", begins + block + "[b]\nexten => 2,1,Hangup()\n"},
		{"in place of one that an editor has touched", begins + strings.ReplaceAll(older, "\n", "\r\n"), begins + block},
		{"with comments behind it", begins + older + "; a comment\n\n", begins + block + "; a comment\n\n"},
		{"the same", begins + block, begins + block},
		{"the same, joined", "[a]\n" + joined, "[a]\n" + joined},
		{"what others do in the phones' context", "[" + YeastarContext + "]\ninclude => a\nexten => _Z.,1,Hangup()\n" + begins, "[" + YeastarContext + "]\ninclude => a\nexten => _Z.,1,Hangup()\n" + begins + block},
		{"what comes after us", "[phones]\ninclude => " + YeastarContext + "\ninclude => out\n[out]\nexten => _X.,1,Hangup()\n", "[phones]\ninclude => " + YeastarContext + "\ninclude => out\n[out]\nexten => _X.,1,Hangup()\n" + block},
		{"contexts in a ring", "[a]\ninclude => b\n[b]\ninclude => a\ninclude => " + YeastarContext + "\n", "[a]\ninclude => b\n[b]\ninclude => a\ninclude => " + YeastarContext + "\n" + block},
		{"our code in a context of its own", "[a]\nexten => 777,1,Hangup()\n", "[a]\nexten => 777,1,Hangup()\n" + block},
	} {
		got, err := Merge([]byte(c.existing), []byte(block))
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %v, merged to\n%s", c.name, err, got)
		}
	}
}

func TestMergeRefuses(t *testing.T) {
	block := render(t, everything())
	for _, c := range []struct{ name, existing, want string }{
		{"a begin alone", begins + markBegin + "\n", "line 3: our block begins and does not end"},
		{"an end alone", markEnd + "\n" + begins, "line 1: our block ends and had not begun"},
		{"two blocks", block + begins + block, "begins a second time"},
		{"one within another", markBegin + "\n" + block + markEnd + "\n", "line 2: our block begins a second time"},
		{"a block in a comment", ";-- old\n" + block + "--;\n", "line 2: a mark of our block stands in a comment"},
		{"a comment without end", begins + ";-- rest\n", "line 3: a comment begins with ;-- and never ends"},
		{"a line behind the block", begins + block + "exten => 2,1,Hangup()\n", `"exten => 2,1,Hangup()" stands behind our block`},
		{"a directive behind the block", begins + block + "#include \"x.conf\"\n", "stands behind our block"},
		{"a context of our name", begins + "[bellhop-minibar]\n", "line 3: the context [bellhop-minibar] has a name of ours"},
		{"an include of ours", begins + "include = bellhop-dnd\n", "line 3: it includes"},
		{"our code in the phones' context", "[" + YeastarContext + "]\nexten = 777, 1, Hangup()\n", "line 2: 777 is dialled in [" + YeastarContext + "] already"},
		{"the makers' sample", string(sample(t, "hotel-guide.conf")), "line 5: 777 is dialled in [clean] already"},
		{"and all of it", string(sample(t, "hotel-guide.conf")), "line 24: 778 is dialled in [hotelba] already"},
		{"behind the block too", block + "[" + YeastarContext + "]\nexten => 779/1203,1,Hangup()\n", "779 is dialled"},
		{"a pattern before us", "[phones]\ninclude => " + YeastarContext + "\nexten => _77X,1,Hangup()\n", `line 3: "_77X" of [phones] takes 777 before it gets to us`},
		{"an include before us", "[phones]\ninclude => out\ninclude => " + YeastarContext + "\n[out]\nexten => _X.,1,Hangup()\n", `line 5: "_X." of [out] takes`},
		{"an include before us, further off", "[all]\ninclude => phones\n[phones]\ninclude => out\ninclude => " + YeastarContext + "\n[out]\ninclude => deep\n[deep]\nexten => _7.,1,Hangup()\n", `line 9: "_7." of [deep] takes`},
		{"UTF-16", "[\x00a\x00]\x00", "NUL"},
		{"something else", strings.Repeat("; 1234567\n", 200_000), "is it the right one?"},
	} {
		if got, err := Merge([]byte(c.existing), []byte(block)); err == nil || !strings.Contains(err.Error(), c.want) || got != nil {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	for _, text := range []string{"", begins, begins + block, block + begins, strings.Replace(block, markBegin, markJoined, 1), markBegin + "\n" + markEnd + "\n"} {
		if _, err := Merge([]byte(begins), []byte(text)); err == nil {
			t.Errorf("took %q for a block", text)
		}
	}
}

func TestMergeNamesTheRightLine(t *testing.T) {
	block := render(t, everything())
	lines := strings.Count(begins+block, "\n")
	_, err := Merge([]byte(begins+block+"["+YeastarContext+"]\nexten => 778,1,Hangup()\n"), []byte(block))
	if want := "line " + strconv.Itoa(lines+2) + ": 778"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %q", err, want)
	}
}

func TestRemove(t *testing.T) {
	block := render(t, everything())
	joined := strings.Replace(block, markBegin, markJoined, 1)
	for _, c := range []struct{ name, existing, want string }{
		{"none", begins, begins},
		{"nothing else", block, ""},
		{"in the middle", begins + block + "[b]\n", begins + "[b]\n"},
		{"behind a line that had no end", "[a]\n" + joined, "[a]"},
		{"and more came after it", "[a]\n" + joined + "[b]\n", "[a]\n[b]\n"},
		{"touched by an editor", "[a]\r\n" + strings.ReplaceAll(block, "\n", "\r\n"), "[a]\r\n"},
	} {
		got, err := Remove([]byte(c.existing))
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %v, left\n%s", c.name, err, got)
		}
	}
	for name, existing := range map[string]string{
		"half a block": begins + markBegin + "\n", "a line behind it": block + "exten => 2,1,Hangup()\n",
	} {
		if _, err := Remove([]byte(existing)); err == nil {
			t.Errorf("%s was taken out", name)
		}
	}
}

// outside cuts a file at the marks of our block, by itself and not as Merge
// does: the bytes of others before and behind it. joined: the block says that
// the line before it had no end.
func outside(file []byte) (before, after []byte, joined bool) {
	at, begin, end := 0, -1, -1
	for line := range bytes.Lines(file) {
		switch string(bytes.TrimSpace(line)) {
		case markBegin:
			begin = at
		case markJoined:
			begin, joined = at, true
		case markEnd:
			end = at + len(line)
		}
		at += len(line)
	}
	if begin < 0 {
		return file, nil, false
	}
	return file[:begin], file[end:], joined
}

// keeps holds what merging promises of any file.
func keeps(t *testing.T, existing, block []byte) {
	t.Helper()
	merged, err := Merge(existing, block)
	if err != nil {
		return
	}
	before, after, wasJoined := outside(existing)
	gotBefore, gotAfter, joined := outside(merged)
	added := ""
	if joined && !wasJoined {
		added = "\n"
	}
	if string(gotBefore) != string(before)+added || !bytes.Equal(gotAfter, after) {
		t.Errorf("others had %q and %q, and have %q and %q", before, after, gotBefore, gotAfter)
	}
	own := merged[len(gotBefore) : len(merged)-len(gotAfter)]
	if joined {
		own = bytes.Replace(own, []byte(markJoined), []byte(markBegin), 1)
	}
	if !bytes.Equal(own, block) {
		t.Errorf("the block became %q", own)
	}
	want := slices.Concat(before, after)
	if wasJoined && len(after) == 0 {
		want = bytes.TrimSuffix(want, []byte("\n"))
	}
	without, err := Remove(existing)
	if err != nil || !bytes.Equal(without, want) {
		t.Fatalf("without the block it is %q, want %q: %v", without, want, err)
	}
	back, err := Remove(merged)
	if err != nil || !bytes.Equal(back, without) {
		t.Errorf("came back as %q, was %q: %v", back, without, err)
	}
	again, err := Merge(merged, block)
	if err != nil || !bytes.Equal(again, merged) {
		t.Errorf("merging again changes it: %v", err)
	}
	found, err := findBlock(merged, readPlan(merged).lines)
	if err != nil || found == nil {
		t.Fatalf("no block was merged: %v", err)
	}
	// And it means the same: each step is in the context where it was.
	var ours, theirs []step
	for _, s := range readPlan(merged).steps {
		inside := s.line > found.first && s.line < found.last
		s.line = 0
		if inside {
			ours = append(ours, s)
			continue
		}
		theirs = append(theirs, s)
	}
	if !sameSteps(ours, readPlan(block).steps) || !sameSteps(theirs, readPlan(without).steps) {
		t.Errorf("it means something else: %q", merged)
	}
}

func sameSteps(a, b []step) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		a[i].line, b[i].line = 0, 0
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// TestMergingKeepsEveryByteOfOthers tries files that are put together at
// random from what stands in such files.
func TestMergingKeepsEveryByteOfOthers(t *testing.T) {
	block := []byte(render(t, some()["housekeeping"]))
	pieces := []string{
		begins, "[b](+)\n", "include => b\n", "same => n,Hangup()\n", "\n", "; comment\n", ";-- many\nlines --;\n", ";--", "--;", "\r\n", "exten = _X.,1,NoOp(\\;)", "#include \"x\"\n",
		"[" + YeastarContext + "]\n", "exten => 777,1,Hangup()\n", markBegin + "\n", markEnd, markJoined, "\ufeff", " \t", string(block), "房间", "[bellhop-x]\n", "\xff\xfe",
	}
	source := rand.New(rand.NewPCG(1, 2))
	merged := 0
	for range 500 {
		var file []byte
		for range source.IntN(8) {
			file = append(file, pieces[source.IntN(len(pieces))]...)
		}
		if _, err := Merge(file, block); err == nil {
			merged++
		}
		keeps(t, file, block)
	}
	if merged < 80 {
		t.Errorf("only %d files were merged", merged)
	}
}

func FuzzMerge(f *testing.F) {
	block := []byte(render(f, some()["do not disturb"]))
	f.Add([]byte(begins))
	f.Add([]byte("[a]\nexten => 1,1,Hangup()"))
	f.Add([]byte(begins + string(block) + "[b]\n"))
	f.Add([]byte(";-- a --;\n" + markBegin + "\n" + markEnd))
	f.Add(sample(f, "developer-guide.conf"))
	f.Fuzz(func(t *testing.T, existing []byte) {
		const most = 20_000
		if len(existing) <= most {
			keeps(t, existing, block)
		}
	})
}
