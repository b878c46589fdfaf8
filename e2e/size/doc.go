// Package size shows how the agent does when there is much of everything and
// when the box has little: many kept events, a long queue, a month without the
// PMS, 64 MB of memory, few descriptors, an SD card that takes 50 ms for a sync.
//
// The tests run small, to see that it works at all. Their full size takes an
// hour and 25 GB of disk, and prints a table:
//
//	make size
//	make size SIZE_TABLE=size.md      the table as a file too; as JSON if it ends in .json
//	make size SIZE_DIR=/mnt/sd        on another disk
//
// The figures are those of "bellhop bench", which can be asked for each alone.
// To have a new one in the table, add a [figure] to the test that runs the bench;
// for something new, a test that calls row for what it has measured.
package size
