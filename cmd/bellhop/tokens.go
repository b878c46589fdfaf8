package main

import (
	"flag"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"bellhop/agent"
	"bellhop/api"
	"bellhop/hotel"
)

const tokensHelp = `A token lets one program in over the network; docs/security.md says what each scope
may see and do: read (no names of guests), desk, admin. It is shown once, on
standard output, and kept by nobody but you; the agent keeps its SHA-256.

  bellhop tokens add pms --scope desk --expires 365d >/etc/pms/bellhop-token
  curl -H "Authorization: Bearer $(cat /etc/pms/bellhop-token)" https://…/v1/rooms`

// tokenOptions are the flags of the commands about tokens.
type tokenOptions struct{ scope, expires string }

func tokenCommands() []*command {
	return []*command{
		{words: "tokens list", about: "list who may come in over the network, and the certificate that they see", run: tokensList, flags: jsonFlag},
		{words: "tokens add", args: "NAME", about: "let a program in over the network, and show its token once", run: tokensAdd, more: tokensHelp, flags: func(f *flag.FlagSet, c *call) {
			jsonFlag(f, c)
			f.StringVar(&c.opt.token.scope, "scope", "", "what it may: `SCOPE` is read, desk or admin")
			f.StringVar(&c.opt.token.expires, "expires", "", "how long: `TIME` such as 90d or 12h; without: until it is revoked")
		}},
		{words: "tokens revoke", args: "NAME", about: "let a program in no more, from now on", run: tokensRevoke, flags: jsonFlag},
	}
}

func tokensList(c *call) error {
	client, err := c.client()
	if err != nil {
		return err
	}
	var all []api.TokenAnswer
	if err := client.Get(c.ctx, "/v1/tokens", &all); err != nil {
		return err
	}
	var s agent.Status
	if err := client.Get(c.ctx, "/v1/status", &s); err != nil {
		return err
	}
	if !c.json && s.API.Address != "" {
		fmt.Fprintf(c.err, "%s\n", plain(doorText(s.API)))
	}
	return show(c, all, "NAME SCOPE CREATED EXPIRES USED", func(t api.TokenAnswer) []any {
		expires := c.at(t.Expires)
		if t.Expired {
			expires = "EXPIRED"
		}
		return []any{t.Name, t.Scope, c.at(t.Created), expires, t.Used}
	})
}

// newToken is what "tokens add --json" prints.
type newToken struct {
	api.AddToken
	Token string `json:"token"`
}

func tokensAdd(c *call) error {
	if err := c.need(1); err != nil {
		return err
	}
	scope := hotel.Scope(c.opt.token.scope)
	if !scope.Known() {
		return c.wrong("--scope must be read, desk or admin, but it is %q", c.opt.token.scope)
	}
	t := newToken{AddToken: api.AddToken{Name: c.args[0], Scope: scope}}
	if c.opt.token.expires != "" {
		life, ok := lifetime(c.opt.token.expires)
		if !ok {
			return c.wrong("--expires must be such as 90d or 12h, ten years at most, but it is %q", c.opt.token.expires)
		}
		t.Expires = time.Now().Add(life).UTC().Truncate(time.Second)
	}
	client, err := c.client()
	if err != nil {
		return err
	}
	// The token is made here and never goes anywhere but to who asked for it.
	t.Token, t.Hash = api.NewToken()
	var order api.Order
	if err := client.Post(c.ctx, "/v1/tokens", t.AddToken, &order); err != nil {
		return fmt.Errorf("%s: %w", c.command.words, err)
	}
	return c.showToken(client, t, order)
}

func (c *call) showToken(client *api.Client, t newToken, order api.Order) error {
	if c.json {
		return showOne(c, t)
	}
	fmt.Fprintf(c.err, "token %s with scope %s (event %d); it is not shown again:\n", t.Name, t.Scope, order.Event)
	if _, err := fmt.Fprintln(c.out, t.Token); err != nil {
		return err
	}
	var s agent.Status
	switch err := client.Get(c.ctx, "/v1/status", &s); {
	case err != nil:
		return err
	case s.API.Address == "":
		fmt.Fprintln(c.err, "nothing is answered over TCP: set api.listen and restart the agent")
	default:
		fmt.Fprintln(c.err, plain(doorText(s.API)))
	}
	return nil
}

func tokensRevoke(c *call) error {
	if err := c.need(1); err != nil {
		return err
	}
	name := c.args[0]
	return c.order("/v1/tokens/"+url.PathEscape(name)+"/revoke", nil, "token "+name+" is revoked")
}

// lifetime reads how long a token is valid.
func lifetime(text string) (time.Duration, bool) {
	const most = 10 * 365 * 24 * time.Hour
	if days, found := strings.CutSuffix(text, "d"); found {
		n, err := strconv.ParseUint(days, 10, 16)
		life := time.Duration(n) * 24 * time.Hour
		return life, err == nil && life > 0 && life <= most
	}
	life, err := time.ParseDuration(text)
	return life, err == nil && life > 0 && life <= most
}
