package store

import "syscall"

// populate maps all pages at once, which is quicker than one by one.
const populate = syscall.MAP_POPULATE
