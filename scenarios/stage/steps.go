package stage

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/page"
	"github.com/switchhook/switchhook/scenarios/sut"
)

// step does line i of the script: what concerns the world once, the rest for
// every cast that can go on.
func (p *play) step(ctx context.Context, i int) error {
	switch s := p.script.Steps()[i]; s.Verb {
	case page.Settle:
		if s.Until.Point != "" {
			return p.until(ctx, i)
		}
		return p.settle(ctx)
	case page.Advance:
		return p.advance(ctx, s.By)
	case page.Expect:
		if err := p.read(ctx); err != nil {
			return err
		}
		p.tape.deal()
	case page.Webhooks:
		return p.together(i, func(c *cast) error { return p.webhooks(ctx, c, s) })
	case page.Switch:
		return p.together(i, func(*cast) error { return p.turn(ctx, s) })
	}
	return p.each(func(c *cast) error {
		return p.stuck(c, c.steps[i], p.act(ctx, c, c.steps[i]))
	})
}

// together does once what concerns all casts; what keeps it from being done,
// keeps it from all.
func (p *play) together(i int, do func(first *cast) error) error {
	err := do(p.casts[0])
	return p.each(func(c *cast) error { return p.stuck(c, c.steps[i], err) })
}

// act does a step of one cast.
func (p *play) act(ctx context.Context, c *cast, s page.Step) error {
	switch s.Verb {
	case page.Texts:
		return p.text(ctx, c, s, func() (string, error) { return s.Body, nil })
	case page.Asks:
		return p.text(ctx, c, s, func() (string, error) { return p.question(c, s.Named) })
	case page.Sends:
		return p.ask(ctx, c, s, "send", p.sut.Send)
	case page.Queues:
		return p.ask(ctx, c, s, "queue", p.sut.Queue)
	case page.Plan:
		return p.plan(ctx, c, s)
	case page.Slay:
		return p.slay(ctx, c, s)
	case page.Behave:
		return p.behave(ctx, c, s)
	case page.Expect:
		return p.expect(c, s)
	}
	return cannot("the verb %q is not known to this version", s.Verb)
}

// text sends one text from each handset, all at the same moment.
func (p *play) text(ctx context.Context, c *cast, s page.Step, body func() (string, error)) error {
	line, err := p.line(s.On)
	if err != nil {
		return err
	}
	bodies := make([]string, len(s.Who))
	for i := range s.Who {
		if bodies[i], err = body(); err != nil {
			return err
		}
	}
	errs := make([]error, len(s.Who))
	var wg sync.WaitGroup
	for i, who := range s.Who {
		wg.Go(func() {
			_, errs[i] = p.net.Text(ctx, c.who[who], client.Text{Provider: p.provider, To: line, Body: bodies[i]})
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// line is the application's number that a text goes to; "" is its first.
func (p *play) line(name string) (sms.Number, error) {
	if name == "" {
		return "", nil
	}
	n, err := strconv.Atoi(strings.TrimPrefix(name, "line"))
	if err != nil || n < 1 || n > len(p.lines) {
		return "", cannot("%s has only %d numbers, so there is no %s", p.provider, len(p.lines), name)
	}
	return p.lines[n-1], nil
}

// token in a declared text stands for a fresh word.
const token = "{{token}}"

// question is the first text that the application is declared to answer; the
// first with a name in it if named is set.
func (p *play) question(c *cast, named bool) (string, error) {
	for _, r := range p.sut.Replies {
		if r.Expect < 1 || named && !strings.Contains(r.To, token) {
			continue
		}
		if strings.Contains(r.To, token) {
			c.words++
		}
		return strings.ReplaceAll(r.To, token, word(p.o.Seed, c.number, c.words)), nil
	}
	if named {
		return "", cannot("sut.yaml declares no answered text with a name in it; add to replies: - {to: \"Book 3pm for {{token}}\", expect: 1}")
	}
	return "", cannot("sut.yaml declares no text that is answered; add to replies: - {to: \"Is 3pm free?\", expect: 1}")
}

// ask makes the application text somebody by the way that sut.yaml declares
// under key. That it was killed over it is no failure.
func (p *play) ask(ctx context.Context, c *cast, s page.Step, key string, how *sut.Send) error {
	if how == nil {
		path := map[string]string{"send": "/notify", "queue": "/later"}[key] // two things to ask for have two paths
		return cannot("sut.yaml does not say how to make the application %s a text; add %s: {request: {method: POST, path: %s, json: {to: \"{{handset}}\", text: \"{{text}}\"}}}", key, key, path)
	}
	who := c.first(s)
	t := sut.Text{Handset: string(who), Body: s.Body, Ref: fmt.Sprintf("page-%d-line-%d", c.number+1, s.Line), Provider: p.provider}
	if s.At > 0 {
		if !how.Request.Uses(sut.AtPlaceholder) {
			return cannot("sut.yaml does not say how to tell the application when a text is to leave; add at: \"{{at}}\", or what it calls that, to the json of %s.request", key)
		}
		now, err := p.net.Clock(ctx)
		if err != nil {
			return err
		}
		t.At = now.Now.Add(s.At)
	}
	if err := p.mark(ctx, askMark+string(who)); err != nil {
		return err
	}
	c.asked[who] = append(c.asked[who], s.Body)
	before := p.reaper.kills()
	if err := p.sut.Ask(ctx, how.Request, t); err != nil && !p.reaper.struckSince(ctx, before) {
		return cannot("the application could not be made to %s a text: %v", key, err)
	}
	return nil
}

// askMark begins the marker that says whom the application was asked to text.
const askMark = "app sends "

func (p *play) plan(ctx context.Context, c *cast, s page.Step) error {
	f := s.Fault
	f.Match.Provider = p.provider
	f.Match.Handset = c.target(s)
	kept, err := p.net.PlanFault(ctx, f)
	if err != nil {
		return refused(err)
	}
	c.planned = append(c.planned, kept.ID)
	return nil
}

// refused makes a request that the emulator finds wrong a fault of the page.
func refused(err error) error {
	var answer *client.Error
	if errors.As(err, &answer) && answer.Status/100 == 4 {
		return undone{err.Error(), true}
	}
	return err
}
