package box

// Disk is what a folder lies on.
type Disk struct {
	Size, Free int64 // bytes; Free is what we may still write
	// Files is how many can still be made; -1: as many as there is room for.
	Files    int64
	ReadOnly bool
	// Volatile: it is memory, and what lies there is gone with the next start.
	Volatile bool
}
