package suite

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

// step does one line of the page.
func (p *play) step(ctx context.Context, s page.Step) error {
	switch s.Verb {
	case page.Texts:
		return p.text(ctx, s, func() (string, error) { return s.Body, nil })
	case page.Asks:
		return p.text(ctx, s, func() (string, error) { return p.question(s.Named) })
	case page.Sends:
		return p.ask(ctx, s, "send", p.sut.Send)
	case page.Queues:
		return p.ask(ctx, s, "queue", p.sut.Queue)
	case page.Settle:
		return p.settle(ctx)
	case page.Advance:
		return p.advance(ctx, s.By)
	case page.Plan:
		return p.plan(ctx, s)
	case page.Behave:
		return p.behave(ctx, s)
	case page.Webhooks:
		return p.webhooks(ctx, s)
	case page.Switch:
		return p.turn(ctx, s)
	case page.Expect:
		return p.expect(ctx, s)
	}
	return cannot("the verb %q is not known to this version", s.Verb)
}

// text sends one text from each handset, all at the same moment.
func (p *play) text(ctx context.Context, s page.Step, body func() (string, error)) error {
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
			_, errs[i] = p.net.Text(ctx, p.cast[who], client.Text{Provider: p.provider, To: line, Body: bodies[i]})
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
func (p *play) question(named bool) (string, error) {
	for _, r := range p.sut.Replies {
		if r.Expect < 1 || named && !strings.Contains(r.To, token) {
			continue
		}
		if strings.Contains(r.To, token) {
			p.words++
		}
		return strings.ReplaceAll(r.To, token, word(p.o.Seed, p.number, p.words)), nil
	}
	if named {
		return "", cannot("sut.yaml declares no answered text with a name in it; add to replies: - {to: \"Book 3pm for {{token}}\", expect: 1}")
	}
	return "", cannot("sut.yaml declares no text that is answered; add to replies: - {to: \"Is 3pm free?\", expect: 1}")
}

// ask makes the application text somebody by the way that sut.yaml declares
// under key.
func (p *play) ask(ctx context.Context, s page.Step, key string, how *sut.Send) error {
	if how == nil {
		return cannot("sut.yaml does not say how to make the application %s a text; add %s: {request: {method: POST, path: /notify, json: {to: \"{{handset}}\", text: \"{{text}}\"}}}", key, key)
	}
	t := sut.Text{Handset: string(p.cast[s.Who[0]]), Body: s.Body, Ref: fmt.Sprintf("page-%d-line-%d", p.number+1, s.Line), Provider: p.provider}
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
	who := p.cast[s.Who[0]]
	if err := p.mark(ctx, "app sends "+string(who)); err != nil {
		return err
	}
	p.asked[who] = append(p.asked[who], s.Body)
	if err := p.sut.Ask(ctx, how.Request, t); err != nil {
		return cannot("the application could not be made to %s a text: %v", key, err)
	}
	return nil
}

func (p *play) plan(ctx context.Context, s page.Step) error {
	f := s.Fault
	f.Match.Provider = p.provider
	if len(s.Who) > 0 {
		f.Match.Handset = p.cast[s.Who[0]]
	}
	planned, err := p.net.PlanFault(ctx, f)
	if err != nil {
		return refused(err)
	}
	p.faults[planned.ID] = s
	return nil
}

// refused makes a request that the emulator finds wrong a fault of the page.
func refused(err error) error {
	var answer *client.Error
	if errors.As(err, &answer) && answer.Status/100 == 4 {
		return cannot("%v", err)
	}
	return err
}

func (p *play) behave(ctx context.Context, s page.Step) error {
	who := p.cast[s.Who[0]]
	p.odd[who] = true
	_, err := p.net.SetHandset(ctx, who, behaviour(s.Word, sms.Reason(s.Value)))
	return err
}

func behaviour(word string, reason sms.Reason) client.Behaviour {
	no, yes, none := false, true, sms.Reason("")
	return map[string]client.Behaviour{
		"off":         {Reachable: &no},
		healthy:       {Reachable: &yes, Receipts: &yes, MMS: &yes, Failure: &none, Flagged: &none},
		"no-receipts": {Receipts: &no},
		"no-mms":      {MMS: &no},
		"fails":       {Failure: &reason},
	}[word]
}

// healthy is the word for a handset that works.
const healthy = "on"

// webhooks changes how webhooks are sent until the page ends.
func (p *play) webhooks(ctx context.Context, s page.Step) error {
	now, err := p.net.Webhooks(ctx, p.provider)
	if err != nil {
		return err
	}
	if p.hooks == nil {
		before := now
		p.hooks = &before
	}
	unordered := false
	switch s.Word {
	case "timeout":
		now.Timeout = sms.Duration(s.By)
	case "parallel":
		now.Parallel = s.N
	case "unordered":
		now.Ordered = &unordered
	case "rotate":
		if len(now.Secrets) == 0 {
			return cannot("the webhooks of %s are not signed, so there is no secret to rotate", p.provider)
		}
		now.Secrets = append([]string{likeness(now.Secrets[0], p.o.Seed, p.number)}, now.Secrets...)
	}
	_, err = p.net.SetWebhooks(ctx, p.provider, now)
	return refused(err)
}

// turn sets a vendor switch until the page ends.
func (p *play) turn(ctx context.Context, s page.Step) error {
	now, err := p.net.Switches(ctx, p.provider)
	if err != nil {
		return err
	}
	if p.switches == nil {
		p.switches = map[string]string{}
	}
	if _, changed := p.switches[s.Word]; !changed {
		p.switches[s.Word] = now[s.Word]
	}
	if _, err := p.net.SetSwitches(ctx, p.provider, map[string]string{s.Word: s.Value}); err != nil {
		delete(p.switches, s.Word)
		return refused(err)
	}
	return nil
}

// restore puts back what the page changed, whatever became of it.
func (p *play) restore(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaveTime)
	defer cancel()
	var errs []error
	if p.hooks != nil {
		_, err := p.net.SetWebhooks(ctx, p.provider, *p.hooks)
		errs = append(errs, err)
	}
	if len(p.switches) > 0 {
		_, err := p.net.SetSwitches(ctx, p.provider, p.switches)
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("put back what the page changed: %w", err)
	}
	return p.mark(ctx, "page "+p.page.Name+" end")
}

// cancel takes back the faults that are still planned.
func (p *play) cancel(ctx context.Context) error {
	all, err := p.net.Faults(ctx)
	if err != nil {
		return err
	}
	for _, f := range all {
		if _, mine := p.faults[f.ID]; !mine || f.State != planned {
			continue
		}
		if err := p.net.CancelFault(ctx, f.ID); err != nil && !gone(err) {
			return err
		}
	}
	return nil
}

// planned is the state of a fault that may still fire.
const planned = "planned"

// gone reports whether err says that there is nothing left to cancel.
func gone(err error) bool {
	var answer *client.Error
	return errors.As(err, &answer) && answer.Status/100 == 4
}

// heal makes the handsets of the page work again.
func (p *play) heal(ctx context.Context) error {
	for who := range p.odd {
		if _, err := p.net.SetHandset(ctx, who, behaviour(healthy, "")); err != nil {
			return err
		}
	}
	return nil
}
