package cli

import (
	"context"

	"github.com/switchhook/switchhook/client"
)

// textCommand sends one MO.
type textCommand struct {
	network
	From     string `arg:"" help:"The handset, like +18015550142."`
	To       string `arg:"" help:"The number of your application."`
	Body     string `arg:"" help:"What the handset says."`
	Provider string `placeholder:"NAME" help:"Whose number it is; default: the first provider's."`
	JSON     bool   `name:"json" help:"For machines."`
}

// Help is the example in the help text.
func (textCommand) Help() string {
	return `The text goes to a number of your application, as if a customer had written it.

    switchhook text +18015550142 +18015550100 "Is 3pm free?"`
}

// Run sends the text and says under which id.
func (c *textCommand) Run(ctx context.Context, t *terminal) error {
	from, err := number(c.From)
	if err != nil {
		return err
	}
	to, err := number(c.To)
	if err != nil {
		return err
	}
	conn, err := c.client()
	if err != nil {
		return err
	}
	m, err := conn.Text(ctx, from, client.Text{Provider: c.Provider, To: to, Body: c.Body})
	if err != nil {
		return c.explained(err)
	}
	if c.JSON {
		return t.json(m)
	}
	t.printf("%s: %s to %s: %s\n", plain(m.ID), m.Handset, m.Line, plain(m.Body))
	return nil
}
