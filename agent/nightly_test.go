package agent

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"bellhop/hotel"
	"bellhop/site"
)

func TestNightlyIsDueOnceANight(t *testing.T) {
	n := &nightly{}
	night := time.Date(2026, 11, 21, 4, 30, 0, 0, time.UTC)
	for _, c := range []struct {
		at   time.Time
		want bool
	}{
		{night.Add(-time.Minute), false},
		{night, true},
		{night.Add(time.Minute), false},
		{night.Add(30 * time.Minute), false},
		{night.AddDate(0, 0, 1).Add(29 * time.Minute), true},
	} {
		if due := n.due(c.at); due != c.want {
			t.Errorf("at %s: %v", c.at, due)
		}
	}
	n.ended = true
	if n.due(night.AddDate(0, 0, 2)) {
		t.Error("it tries a refused login again")
	}
}

func TestNightlyTellsWhatDiffers(t *testing.T) {
	refused := fmt.Errorf("connect: %w", site.ErrLogin)
	for _, c := range []struct {
		name  string
		found site.Installed
		err   error
		code  string
		text  string
		ended bool
	}{
		{"all is well", site.Installed{Files: 60}, nil, "", "", false},
		{"some differ", site.Installed{Files: 60, Differ: []string{"/a", "/b", "/c", "/d"}}, nil, hotel.AlertFiles, "4 of the files that were installed on the PBX are no longer what they were (/a, /b, /c …): see", false},
		{"it is away", site.Installed{}, errors.New("the server cannot be reached"), hotel.AlertFilesUnseen, "cannot be reached", false},
		{"it refuses us", site.Installed{}, refused, hotel.AlertFilesUnseen, "not tried again before", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, _ := testAgent(t, testConfig(t), nil)
			n := &nightly{verify: func(context.Context) (site.Installed, error) { return c.found, c.err }}
			a.lookAtFiles(t.Context(), n)
			<-a.dispatcher.wait(a.LastID())
			alerts := a.Alerts()
			if look := a.look.Load(); look == nil || (look.Error == "") != (c.err == nil) || len(look.Installed.Differ) != len(c.found.Differ) {
				t.Errorf("the doctor is told %+v", look)
			}
			if c.code == "" {
				if len(alerts) > 0 {
					t.Errorf("%+v", alerts)
				}
				return
			}
			if len(alerts) != 1 || alerts[0].Code != c.code || !strings.Contains(alerts[0].Text("en"), c.text) || n.ended != c.ended {
				t.Errorf("%+v, ended %v", alerts, n.ended)
			}
		})
	}
}
