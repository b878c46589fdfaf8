package main

import (
	"strings"
	"testing"
	"time"
)

func TestTableIsAlignedAndPlain(t *testing.T) {
	var out strings.Builder
	err := writeTable(&out, [][]string{
		{"CODE", "NAME", "PRICE"},
		cellsOf([]any{"1", "青岛啤酒", "12.50"}),
		cellsOf([]any{"2", "Water", ""}),
		cellsOf([]any{"3", "\x1b[2Ja\tb\u202e", "3.00"}),
	})
	want := "CODE  NAME      PRICE\n" +
		"1     青岛啤酒  12.50\n" +
		"2     Water     -\n" +
		"3      [2Ja b   3.00\n"
	if err != nil || out.String() != want {
		t.Errorf("%v\n%s", err, out.String())
	}
}

func TestTimesAreTheHotels(t *testing.T) {
	c := &call{zone: time.FixedZone("hotel", 8*3600)}
	if got := c.at(time.Date(2026, 1, 1, 20, 0, 0, 0, time.UTC)); got != "2026-01-02 04:00:00" {
		t.Error(got)
	}
	if got := c.at(time.Time{}); got != "-" {
		t.Error(got)
	}
}
