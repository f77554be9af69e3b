package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// phoneCommand is a handset held in the terminal.
type phoneCommand struct {
	network
	Number   string `arg:"" help:"The handset, like +18015550142."`
	To       string `placeholder:"NUMBER" help:"The number of your application; default: its first."`
	Provider string `placeholder:"NAME" help:"Whose number it is; default: the first provider's."`
}

const phoneHelp = `type a line to text it; /off and /on switch the handset, /quit leaves, //x texts "/x"`

// Help is the example in the help text.
func (phoneCommand) Help() string {
	return `Type a line to text it; what arrives is shown as it comes. /off and /on switch the handset, /quit leaves, /help says so.

    switchhook phone +18015550142
    echo "Is 3pm free?" | switchhook phone +18015550142`
}

// Run holds the handset until the user leaves or, where lines are piped in,
// until all that follows from them has arrived.
func (c *phoneCommand) Run(ctx context.Context, t *terminal) error {
	p, err := c.open(ctx, t)
	if err != nil {
		return err
	}
	call, hangUp := context.WithCancel(ctx)
	defer hangUp()
	lost := make(chan error, 1)
	go func() { lost <- p.conn.Follow(call, p.seen, p.pass(call)) }()
	go p.read(call, t.in)
	return c.watched(ctx, p.talk(call, lost))
}

// phone is a handset and what it is waiting for.
type phone struct {
	*terminal
	conn     *client.Client
	number   sms.Number
	to       sms.Number
	provider string
	receipts bool   // false: the carrier confirms nothing, so what is sent counts as arrived
	seen     uint64 // entries up to here were shown
	until    uint64 // leave once these were shown; 0 is not yet
	shown    map[string]bool

	typed   chan string
	entries chan journal.Entry
	settled chan error
}

// open shows what is on the handset already.
func (c *phoneCommand) open(ctx context.Context, t *terminal) (*phone, error) {
	n, err := number(c.Number)
	if err != nil {
		return nil, err
	}
	if c.To != "" {
		if _, err := number(c.To); err != nil {
			return nil, err
		}
	}
	conn, err := c.client()
	if err != nil {
		return nil, err
	}
	p := &phone{
		terminal: t, conn: conn, number: n, to: sms.Number(c.To), provider: c.Provider, shown: map[string]bool{},
		typed: make(chan string), entries: make(chan journal.Entry), settled: make(chan error, 1),
	}
	if p.seen, err = endOf(ctx, conn); err != nil {
		return nil, c.explained(err)
	}
	h, err := conn.Handset(ctx, n)
	if err != nil {
		return nil, c.explained(err)
	}
	p.receipts = h.Receipts
	t.printf("handset %s: %s\n", n, phoneHelp)
	for _, m := range h.Thread {
		p.show(m)
	}
	return p, nil
}

// pass hands over entries until ctx ends.
func (p *phone) pass(ctx context.Context) func(journal.Entry) bool {
	return func(e journal.Entry) bool {
		select {
		case p.entries <- e:
			return true
		case <-ctx.Done():
			return false
		}
	}
}

// read hands over lines. It outlives the command while a read blocks, which
// nothing can end.
func (p *phone) read(ctx context.Context, from io.Reader) {
	defer close(p.typed)
	in := bufio.NewScanner(from)
	for in.Scan() {
		select {
		case p.typed <- in.Text():
		case <-ctx.Done():
			return
		}
	}
}

// errQuit is the wish to leave.
var errQuit = errors.New("quit")

func (p *phone) talk(ctx context.Context, lost <-chan error) error {
	typed := p.typed
	for p.until == 0 || p.seen < p.until {
		select {
		case line, more := <-typed:
			if !more {
				typed = nil
				go func() { p.settled <- p.settle(ctx) }()
				continue
			}
			if err := p.obey(ctx, line); errors.Is(err, errQuit) {
				return nil
			} else if err != nil {
				return err
			}
		case e := <-p.entries:
			p.hear(e)
		case err := <-p.settled:
			if err != nil {
				return err
			}
			if p.until, err = endOf(ctx, p.conn); err != nil {
				return err
			}
		case err := <-lost:
			return p.gone(ctx, err)
		}
	}
	return nil
}

// gone says why there is nothing more to hear.
func (p *phone) gone(ctx context.Context, err error) error {
	if err == nil && ctx.Err() == nil {
		return errEnded
	}
	return err
}

// lull is the silence after which nothing more is expected on a clock that
// follows the wall: longer than a message takes to arrive.
const lull = 1500 * time.Millisecond

// settle waits for what follows from the lines piped in.
func (p *phone) settle(ctx context.Context) error {
	now, err := p.conn.Clock(ctx)
	if err != nil {
		return err
	}
	wait := client.Settle{Timeout: sms.Duration(20 * lull)}
	if now.Mode == "real" {
		wait.Quiet = sms.Duration(lull)
	}
	_, err = p.conn.Settle(ctx, wait)
	return err
}

// obey texts a line, or does what it says after a slash.
func (p *phone) obey(ctx context.Context, line string) error {
	command, isCommand := strings.CutPrefix(line, "/")
	switch {
	case line == "":
		return nil
	case !isCommand:
		return p.text(ctx, line)
	case strings.HasPrefix(command, "/"):
		return p.text(ctx, command)
	}
	switch strings.TrimSpace(command) {
	case "off", "on":
		reachable := command == "on"
		_, err := p.conn.SetHandset(ctx, p.number, client.Behaviour{Reachable: &reachable})
		return err
	case "quit":
		return errQuit
	case "help":
		p.printf("%s\n", phoneHelp)
	default:
		p.printf("there is no %s; %s\n", plain(line), phoneHelp)
	}
	return nil
}

// text sends a line. One that the network refuses is shown, and the handset stays.
func (p *phone) text(ctx context.Context, body string) error {
	_, err := p.conn.Text(ctx, p.number, client.Text{Provider: p.provider, To: p.to, Body: body})
	var refused *client.Error
	if errors.As(err, &refused) && refused.Status/100 == 4 {
		p.printf("not sent: %s\n", plain(refused.Detail))
		return nil
	}
	return err
}

func (p *phone) hear(e journal.Entry) {
	p.seen = e.Seq
	switch {
	case e.Kind == journal.KindHandset && e.Handset != nil && e.Handset.Number == p.number:
		p.receipts = e.Handset.Receipts
		p.printf("the handset is %s\n", handsetSays(*e.Handset))
	case e.Kind == journal.KindMessage && e.Message != nil && e.Message.Handset == p.number:
		p.show(*e.Message)
	}
}

// show prints a message once it is final for the one who holds the handset.
func (p *phone) show(m sms.Message) {
	final := m.State.Done() || m.State == sms.Sent && !p.receipts
	if !final || p.shown[m.ID] {
		return
	}
	p.shown[m.ID] = true
	p.printf("%s  %s\n", m.Changed.UTC().Format(time.TimeOnly), spoken(m))
}

func spoken(m sms.Message) string {
	switch {
	case m.Direction == sms.MO:
		return fmt.Sprintf("you to %s: %s", m.Line, plain(m.Body))
	case m.State == sms.Failed:
		return fmt.Sprintf("(not delivered: %s) %s: %s", m.Reason, m.Line, plain(m.Body))
	}
	return fmt.Sprintf("%s: %s", m.Line, plain(m.Body))
}
