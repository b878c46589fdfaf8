package luahooks

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"bellhop/hotel"
)

// Reference writes the page of the hook API, docs/hooks-reference.md.
func Reference(w io.Writer) error {
	p := &page{}
	p.para("# Hooks: the reference")
	p.para("Made from what is registered (`bellhop hooks types` makes an editor's file of the same); an edit is lost. "+
		"How hooks work is in [hooks.md](hooks.md). This is version %d of the API, `bellhop.version`: it changes when a hook that worked may not any more.", APIVersion)
	p.para("Ids, and the numbers of rooms, telephones, items and staff, are texts: `\"1203\"`. Amounts are whole numbers of the currency's smallest unit. " +
		"A time is a whole number of seconds since 1970, a date a text such as `\"2026-11-22\"` by the hotel's calendar. " +
		"What has no value is nil; a `?` marks what may be. A field that is not known is an error, so that a slip of the pen is found.")
	for _, s := range sections {
		p.para("## %s", s.title)
		if s.about != "" {
			p.para("%s", s.about)
		}
		for _, f := range s.functions {
			p.function(f)
		}
	}
	p.para("## Values")
	var values []field
	for _, c := range constants {
		values = append(values, field{Name: "bellhop." + c.Name, Type: c.Type, Doc: c.Doc})
	}
	p.fields(values)
	p.kinds()
	p.para("## Records")
	for _, r := range records() {
		if r.Parent == "" && !strings.HasSuffix(r.Name, "Fields") && r.Name != "bellhop.Event" {
			p.para("### `%s`", r.Name)
			p.para("%s", r.Doc)
			p.fields(r.Fields)
		}
	}
	p.para("## Choices")
	for _, a := range aliases() {
		p.para("`%s`: %s `%s`", a.Name, a.Doc, strings.ReplaceAll(a.Type, "|", "` `"))
	}
	_, err := io.WriteString(w, strings.TrimRight(p.String(), "\n")+"\n")
	return err
}

type page struct{ strings.Builder }

func (p *page) para(format string, args ...any) { fmt.Fprintf(p, format+"\n\n", args...) }

func (p *page) function(f function) {
	var names []string
	for _, a := range f.Args {
		names = append(names, a.Name)
	}
	if f.Rest != nil {
		names = append(names, "…")
	}
	p.para("### `%s(%s)`", f.Name, strings.Join(names, ", "))
	p.para("%s", f.Doc)
	var rows []field
	for _, a := range f.Args {
		if len(a.Fields) == 0 {
			rows = append(rows, a)
			continue
		}
		for _, x := range a.Fields {
			x.Name = "options." + x.Name
			rows = append(rows, x)
		}
	}
	p.fields(rows)
	var gives []string
	for _, r := range f.Returns {
		text := "`" + optionalType(r) + "`"
		if r.Doc != "" {
			text += " " + r.Doc
		}
		gives = append(gives, text)
	}
	if len(gives) > 0 {
		p.para("Gives %s.", strings.Join(gives, "; "))
	}
	if f.Example != "" {
		p.para("```lua\n%s\n```", f.Example)
	}
}

// fields is a table of named values.
func (p *page) fields(fields []field) {
	if len(fields) == 0 {
		return
	}
	p.WriteString("| | type | |\n|---|---|---|\n")
	for _, f := range fields {
		fmt.Fprintf(p, "| `%s%s` | %s | %s |\n", f.Name, mark(f.Optional), cell("`"+f.Type+"`"), cell(f.Doc))
	}
	p.WriteString("\n")
}

// cell is text that stands in a table.
func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

// kinds are the events, what each has and where it comes from.
func (p *page) kinds() {
	p.para("## Events")
	p.para("Every event may have these:")
	p.fields(eventFields(hotel.CommonFields))
	for _, part := range []struct {
		origin hotel.KindOrigin
		text   string
	}{
		{hotel.OriginDialled, "Dialled; only these can have a pattern, for the digits. `dtmf` takes them all, the others those that mean something:"},
		{hotel.OriginPBX, "From the telephone system; `fields` has the names of its manual:"},
		{hotel.OriginBellhop, "From Bellhop:"},
		{hotel.OriginSchedule, "By `bellhop.cron`:"},
	} {
		p.para("%s", part.text)
		p.WriteString("| kind | | it may also have | in `fields` |\n|---|---|---|---|\n")
		for _, k := range hotel.Kinds {
			if k.Origin == part.origin {
				fmt.Fprintf(p, "| `%s` | %s | %s | %s |\n", k.Kind, k.Doc, codes(k.Fields), ownFields(k))
			}
		}
		p.WriteString("\n")
	}
	p.para("What they may also have:")
	p.fields(eventFields(hotel.EventFields))
	p.para("What `fields` of an event of Bellhop's own has; all of it is text:")
	p.WriteString("| kind | | |\n|---|---|---|\n")
	for _, k := range hotel.Kinds {
		for _, f := range k.Own {
			fmt.Fprintf(p, "| `%s` | `%s%s` | %s |\n", k.Kind, f.Name, mark(!f.Always), cell(f.Doc))
		}
	}
	p.WriteString("\n")
}

func ownFields(k hotel.KindInfo) string {
	var names []string
	for _, f := range k.Own {
		names = append(names, f.Name)
	}
	return codes(names)
}

func codes(names []string) string {
	names = slices.Clone(names)
	for i := range names {
		names[i] = "`" + names[i] + "`"
	}
	return strings.Join(names, " ")
}
