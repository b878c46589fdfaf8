// Package packages holds the tests of what "make packages" makes: installed,
// upgraded, removed and purged in a small Debian that root unpacks for each
// test, the unit under a real systemd in a virtual machine, OpenWrt's script
// under a procd that writes down what it is told, and the programs for small
// computers on an emulated processor.
package packages
