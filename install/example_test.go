package install_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"bellhop/install"
)

// A dialplan that others have a part in, and a prompt, put into a folder and
// taken back.
func Example() {
	box, err := os.MkdirTemp("", "bellhop")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(box)
	pbx := filepath.Join(box, "pbx")
	if err := os.MkdirAll(filepath.Join(pbx, "conf"), 0o755); err != nil {
		fmt.Println(err)
		return
	}
	dialplan := filepath.Join(pbx, "conf", "extensions.conf")
	if err := os.WriteFile(dialplan, []byte("[somebody]\n"), 0o644); err != nil {
		fmt.Println(err)
		return
	}

	inst := &install.Installer{Server: install.Server{URL: "file://" + pbx}, Records: filepath.Join(box, "install")}
	set := install.Set{Files: []install.File{
		{Path: "/sounds/room.wav", Data: []byte("RIFF…")},
		{Path: "/conf/extensions.conf", Last: true, Merge: func(existing []byte, _ bool) ([]byte, error) {
			foreign, _, _ := strings.Cut(string(existing), "[bellhop]\n")
			return []byte(foreign + "[bellhop]\n"), nil
		}},
	}}
	ctx := context.Background()
	for range 2 {
		plan, err := inst.Plan(ctx, set)
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, c := range plan.Files {
			fmt.Println(c.What, c.Path)
		}
		result, err := inst.Apply(ctx, plan)
		fmt.Println("put", result.Put, err)
	}
	back, err := inst.PlanRollback(ctx, install.RollbackOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := inst.Rollback(ctx, back)
	fmt.Println("put", result.Put, "removed", result.Removed, err)
	text, err := os.ReadFile(dialplan)
	fmt.Printf("%q %v\n", text, err)
	// Output:
	// new /sounds/room.wav
	// changed /conf/extensions.conf
	// put 2 <nil>
	// same /sounds/room.wav
	// same /conf/extensions.conf
	// put 0 <nil>
	// put 1 removed 1 <nil>
	// "[somebody]\n" <nil>
}
