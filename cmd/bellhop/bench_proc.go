package main

import "bellhop/box"

// procUsage is what the kernel knows of a process, as it is printed.
type procUsage struct {
	AnonMB  float64 // resident, anonymous
	TotalMB float64 // resident in all, with mapped pages of the database
	Written int64   // bytes handed to the disk
	Passed  int64   // bytes handed to the system, whatever for
}

func usageOf(pid int) (u procUsage, err error) {
	of, err := box.System{}.Usage(pid)
	if err != nil {
		return u, err
	}
	const mb = 1 << 20
	return procUsage{round(float64(of.Anonymous)/mb, 1), round(float64(of.Total)/mb, 1), of.Written, of.Passed}, nil
}
