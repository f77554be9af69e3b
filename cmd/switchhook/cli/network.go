package cli

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// network is the running emulator that a command talks to.
type network struct {
	Emulator string `placeholder:"URL" default:"http://127.0.0.1:7767" help:"Where the network runs (${default})."`
	Sandbox  string `placeholder:"ID" default:"default" help:"Which of its sandboxes."`
	Token    string `placeholder:"TOKEN" help:"Its control token, if it has one."`
}

func (e network) client() (*client.Client, error) {
	if !strings.HasPrefix(e.Emulator, "http://") && !strings.HasPrefix(e.Emulator, "https://") {
		return nil, misuse(fmt.Sprintf("%q is not where an emulator can be", e.Emulator), "write it like --emulator "+client.DefaultURL)
	}
	return client.New(client.Options{URL: e.Emulator, Sandbox: e.Sandbox, Token: e.Token}), nil
}

// number reads a telephone number from the command line.
func number(text string) (sms.Number, error) {
	n, err := sms.ParseNumber(text)
	if err != nil {
		return "", misuse(fmt.Sprintf("%q is not a telephone number", text), "write it with plus and country code, like +18015550142")
	}
	return n, nil
}

// credentials are what a sandbox tells an application about one provider.
func credentials(box client.Sandbox, name string) (map[string]string, error) {
	values, ok := box.Providers[name]
	if !ok {
		return nil, misuse(fmt.Sprintf("this network has no provider %q", name),
			"its providers are "+strings.Join(slices.Sorted(maps.Keys(box.Providers)), ", "))
	}
	return values, nil
}

// endOf is the seq of the newest entry of the record.
func endOf(ctx context.Context, c *client.Client) (uint64, error) {
	const most = 10000
	var after uint64
	for { // of a kind that is rare, so that the emulator looks at all and sends little
		page, err := c.Journal(ctx, client.JournalQuery{After: after, Limit: most, Kind: journal.KindProcess})
		if err != nil || len(page.Entries) < most {
			return page.Last, err
		}
		after = page.Last
	}
}
