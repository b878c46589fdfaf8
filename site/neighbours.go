package site

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"bellhop/config"
	"bellhop/dialplan"
	"bellhop/pbx"
)

const (
	// alarmsAtOnce is how many extensions are asked about at once.
	alarmsAtOnce = 50
	// alarmBefore and alarmAfter lie around an alarm in which nobody ought to
	// have the PBX load a new dialplan: a guest is to be woken by it. Before it
	// there must be time for the files, the click and a look at a telephone.
	alarmBefore = 10 * time.Minute
	alarmAfter  = 2 * time.Minute
)

// Neighbours are what an installation must get along with on a PBX: the
// numbers that mean something there already, and guests about to be woken.
type Neighbours struct {
	Answered   bool         `json:"answered"` // the PBX let us in
	Extensions []string     `json:"extensions,omitempty"`
	Routes     []NamedRoute `json:"routes,omitempty"`
	// Waking is the time, by the PBX's clock, of an alarm that is near; empty:
	// none is known. Free is when the last one that is near will be over.
	Waking string    `json:"waking,omitempty"`
	Free   time.Time `json:"free,omitzero"`
	// Unknown is what could not be learned, a sentence each.
	Unknown []string `json:"unknown,omitempty"`
}

// NamedRoute is an outbound route and what may be dialled over it.
type NamedRoute struct {
	Name     string   `json:"name"`
	Patterns []string `json:"patterns"`
}

// Unasked are the neighbours on a PBX that was not asked, with the reason in
// the same language.
func Unasked(language, why string) Neighbours {
	return Neighbours{Unknown: []string{fmt.Sprintf(in(language,
		"the PBX's extensions, outbound routes and alarms: %s. That no code is an extension's, and that no guest is about to be woken, is for you to see",
		"电话交换机的分机、外呼路由和闹钟：%s。请自行确认代码不是分机号码，且没有客人即将被叫醒"), why)}}
}

// LookAround asks a PBX for its neighbours, by the answers that [Ask] has got.
// It blocks for as long as the PBX takes to list the alarms.
func LookAround(ctx context.Context, d pbx.Driver, a Answers, zone *time.Location, now func() time.Time) Neighbours {
	if a.Identity == nil {
		return Unasked("en", "the PBX did not answer ("+a.Login.Error+")")
	}
	n := Neighbours{Answered: true}
	unknown := func(what string, err error) {
		why := "this PBX does not tell them"
		if err != nil {
			why = err.Error()
		}
		n.Unknown = append(n.Unknown, what+": "+why)
	}
	if a.ExtensionsErr != nil || slices.Contains(a.Lacks, pbx.AbleExtensions) {
		unknown("the PBX's extensions", a.ExtensionsErr)
	}
	for _, e := range a.Extensions {
		n.Extensions = append(n.Extensions, e.Number)
	}
	if a.RoutesErr != nil || slices.Contains(a.Lacks, pbx.AbleRoutes) {
		unknown("the PBX's outbound routes", a.RoutesErr)
	}
	for _, r := range a.Routes {
		n.Routes = append(n.Routes, NamedRoute{r.Name, strings.FieldsFunc(r.Patterns, betweenPatterns)})
	}
	if err := n.wakings(ctx, d, a, zone, now); err != nil {
		unknown("whether the PBX is about to wake a guest", err)
	}
	return n
}

func betweenPatterns(r rune) bool { return strings.ContainsRune(" \t\r\n,;&|", r) }

// wakings finds the alarm that is near, if there is one.
func (n *Neighbours) wakings(ctx context.Context, d pbx.Driver, a Answers, zone *time.Location, now func() time.Time) error {
	keeper, able := d.(pbx.AlarmKeeper)
	if !able {
		return nil // what holds no alarms wakes nobody
	}
	at := now()
	theirs := a.Clock(zone, at)
	if theirs.IsZero() {
		return fmt.Errorf("its clock (%q) cannot be read", a.Identity.Clock)
	}
	var longest time.Duration
	for some := range slices.Chunk(n.Extensions, alarmsAtOnce) {
		list, err := keeper.ListAlarms(ctx, some...)
		if err != nil {
			return err
		}
		for _, alarm := range list {
			left := alarm.Near(theirs, alarmBefore, alarmAfter)
			if left > longest {
				longest = left
				n.Waking, n.Free = fmt.Sprintf("%02d:%02d", alarm.Hour, alarm.Minute), at.Add(left)
			}
		}
	}
	return nil
}

// taken is what numbers mean already.
func (n Neighbours) taken(c config.Config) dialplan.PBX {
	taken := dialplan.PBX{Extensions: n.Extensions, Emergency: Emergency(c).Numbers()}
	if strings.HasPrefix(c.PBX.Driver, "yeastar") {
		taken.Features = dialplan.YeastarFeatures()
	}
	for _, r := range n.Routes {
		taken.Routes = append(taken.Routes, dialplan.Route(r))
	}
	return taken
}
