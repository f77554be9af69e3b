package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/switchhook/switchhook/emulator/journal"
)

// tailCommand follows the record.
type tailCommand struct {
	network
	After    uint64 `placeholder:"SEQ" help:"Begin after this entry (0: from the start)."`
	Kind     string `placeholder:"KIND" xor:"what" help:"Only entries of this kind, like message."`
	Findings bool   `xor:"what" help:"Only what breaks the contracts."`
	Once     bool   `help:"Print what there is and stop."`
	JSON     bool   `name:"json" help:"For machines: one entry a line, as it is kept."`
}

// Help is the example in the help text.
func (tailCommand) Help() string {
	return `One line for each entry: its number, virtual time, kind, handset and what happened.

    switchhook tail --kind message
    switchhook tail --findings
    switchhook tail --once --json | jq .kind`
}

// Run prints entries until ctx ends.
func (c *tailCommand) Run(ctx context.Context, t *terminal) error {
	if c.Findings {
		c.Kind = string(journal.KindFinding)
	}
	if err := checkKind(c.Kind); err != nil {
		return err
	}
	conn, err := c.client()
	if err != nil {
		return err
	}
	last := uint64(0)
	if c.Once {
		if last, err = endOf(ctx, conn); err != nil {
			return c.explained(err)
		}
		if last <= c.After {
			return nil
		}
	}
	var failed error
	err = conn.Follow(ctx, c.After, func(e journal.Entry) bool {
		if c.Kind == "" || string(e.Kind) == c.Kind {
			failed = c.print(t, e)
		}
		return failed == nil && (!c.Once || e.Seq < last)
	})
	if failed != nil {
		return failed
	}
	if err == nil && !c.Once {
		return errEnded
	}
	return c.watched(ctx, err)
}

func (c *tailCommand) print(t *terminal, e journal.Entry) error {
	if !c.JSON {
		line := entryLine
		if t.color() {
			line = coloredLine
		}
		_, err := fmt.Fprintln(t.out, line(e))
		return err
	}
	data, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("write entry %d: %w", e.Seq, err)
	}
	_, err = fmt.Fprintln(t.out, inert(data))
	return err
}

// errEnded says that a record will not go on.
var errEnded = couldNot("the sandbox was dropped or reset", "type the same again to go on with what is there now")

func checkKind(kind string) error {
	if kind == "" || slices.Contains(journal.Kinds(), journal.Kind(kind)) {
		return nil
	}
	return misuse(fmt.Sprintf("there is no kind %q", kind), "the kinds are "+strings.Join(kinds(), ", "))
}

func kinds() []string {
	var names []string
	for _, k := range journal.Kinds() {
		names = append(names, string(k))
	}
	return names
}
