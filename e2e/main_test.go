package e2e

import (
	"os"
	"testing"

	"bellhop/e2e/rig"
)

func TestMain(m *testing.M) { os.Exit(rig.Main(m)) }
